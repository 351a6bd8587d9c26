"""Whatever anybody writes into any layer: an answer, and never an exception."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_router.config.convert import explicit_fields, local_servers, to_limits, to_models, to_policies, to_providers
from lsp_router.config.keys import Keys
from lsp_router.config.load import Loaded, load
from lsp_router.config.places import places
from lsp_router.config.schema import json_schema
from lsp_router.config.sources import Sources
from lsp_router.domain.task import Task

SCHEMA = json_schema()
KEYS = sorted(
    set(SCHEMA["properties"])
    | set(SCHEMA["properties"]["tasks"]["properties"])
    | {key for table in SCHEMA["$defs"].values() for key in table.get("properties", {})}
    | {"perDayUsd", "timeout-ms", "groq", "", "a.b", "budget.perDayUsd", "lspRouter", "[key]", "0", "default"}
)
COMMANDS = {"api_key_command"}
"""The one setting that would run what the dice say."""

keys = st.sampled_from([key for key in KEYS if key not in COMMANDS]) | st.text(max_size=3)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(
        ["unlimited", "true", "2", "free-first", "local", "ask", "openai", "groq", "http://x", "[1", "{a", "\ud800"]
    )
)
junk = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)
tables = st.dictionaries(keys, junk, max_size=4)
words = st.lists(keys | st.sampled_from(["tasks", "models", "providers"]), min_size=1, max_size=4)
text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["[[", "{}", "[]", '{"a": 1}']
)
environments = st.dictionaries(words.map(lambda parts: "LSP_ROUTER_" + "__".join(parts).upper()), text, max_size=3)
overrides = st.dictionaries(words.map(".".join), junk, max_size=3)


def toml(value: object) -> str:
    """Tables as TOML writes them; not every kind of junk survives, and broken files are wanted as well."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(key)} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return '"' + value.replace("\\", "").replace('"', "") + '"' if isinstance(value, str) else str(value)


def written(path: Path, table: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "\n".join(f"{toml(key)} = {toml(value)}" for key, value in table.items() if value is not None)
    path.write_bytes(lines.encode("utf-8", "surrogatepass"))


def use(loaded: Loaded) -> None:
    """Everything that is made of settings can be made of these."""
    settings_ = loaded.settings
    assert set(to_policies(settings_)) == set(Task)
    to_limits(settings_)
    local_servers(settings_)
    to_models(settings_, to_providers(settings_, Keys({})))
    explicit_fields(settings_)
    assert set(loaded.values) <= set(loaded.provenance)
    assert all(str(warning) for warning in loaded.warnings)


@settings(max_examples=150, deadline=None)
@given(tables, tables, tables, environments, overrides, st.booleans())
def test_junk_in_any_layer_never_raises(user, project, editor, environ, command_line, trusted: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = places({"LSP_ROUTER_HOME": folder})
        written(here.config_file, user)
        written(Path(folder, "lsp-router.toml"), project)
        initialization = {**editor, "trusted": trusted}
        sources = Sources(here, environ, Path(folder), None, initialization, editor, command_line)
        use(load(sources))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_bytes_are_a_file(user: bytes, project: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = places({"LSP_ROUTER_HOME": folder})
        here.config.mkdir()
        here.config_file.write_bytes(user)
        Path(folder, "pyproject.toml").write_bytes(b"[tool.lsp-router]\n" + project)
        use(load(Sources(here, {}, Path(folder))))


@settings(max_examples=100, deadline=None)
@given(tables)
def test_an_unknown_project_never_gets_more_than_the_user_gave(project) -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = places({"LSP_ROUTER_HOME": folder})
        written(here.config_file, {"profile": "local-only"})
        alone = load(Sources(here, {}, None)).settings
        written(Path(folder, "lsp-router.toml"), project)
        both = load(Sources(here, {}, Path(folder))).settings
    assert both.profile == "local-only"
    assert both.providers == alone.providers
    assert all(not model.provider and not model.model for model in both.models)
    mine, theirs = to_limits(alone), to_limits(both)
    assert theirs.per_request <= mine.per_request
    assert theirs.per_day <= mine.per_day
    assert theirs.per_session <= mine.per_session
    assert set(both.privacy.local_only) >= set(alone.privacy.local_only)
    assert both.privacy.use_found_keys is not True
