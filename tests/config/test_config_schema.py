"""The one schema: everything described, valid as JSON Schema, and true to the public contract."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from lsp_router.config.restraint import STRICTEST_FIRST
from lsp_router.config.schema import Settings, json_schema
from lsp_router.config.tasks import DEFAULTS
from lsp_router.domain.task import Task

from .conftest import World

PUBLIC = """
profile = "free-first"
[budget]
per_request_usd = 0.05
per_day_usd = 1.00
per_session_usd = 0.50
paid_share_alert = 0.05
[providers.openrouter]
kind = "openai"
base_url = "https://openrouter.ai/api/v1"
api_key_env = "OPENROUTER_API_KEY"
pool = "openrouter"
privacy = "cloud"
max_concurrency = 4
[[models]]
name = "qwen3-coder"
provider = "openrouter"
model = "qwen/qwen3-coder-30b-a3b-instruct"
tier = "paid"
price = { input = 0.07, cached = 0.02, output = 0.35 }
quality = { default = 8.8, algorithm = 8.2 }
latency_target_ms = 350
context_window = 131072
capabilities = ["chat"]
fim = "qwen2.5-coder"
[tasks.completion]
chain = ["codestral-free", "qwen3-coder"]
max_output_tokens = 128
temperature = 0.2
timeout_ms = 1500
latency_budget_ms = 500
prefer = "latency"
[completion]
enabled = true
languages = { markdown = false }
debounce = "adaptive"
max_lines = 12
embedded = true
[review]
enabled = false
[privacy]
local_only = ["**/secrets/**", "*.pem"]
ignore = [".lsprouterignore"]
use_found_keys = "ask"
[cache]
size_mb = 256
[validation]
max_attempts = 3
"""


def described(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, field in node.get("properties", {}).items():
        yield f"{path}.{name}", field
        yield from described(field, f"{path}.{name}")
    for name, table in node.get("$defs", {}).items():
        yield from described(table, name)


def test_every_setting_is_described_and_limited_in_standard_words() -> None:
    fields = dict(described(json_schema()))
    assert len(fields) > 80
    assert [path for path, field in fields.items() if not field.get("description")] == []
    text = str(fields)
    assert "'ge'" not in text
    assert "'le'" not in text


def test_what_untrusted_projects_may_not_do_is_in_the_schema() -> None:
    schema = json_schema()
    fields = dict(described(schema))
    assert fields[".providers"]["x-untrusted"] == "never"
    assert fields["BudgetTable.per_day_usd"]["x-untrusted"] == "lower"
    assert fields["PrivacyTable.local_only"]["x-untrusted"] == "grow"
    stricter = [field for field in fields.values() if field.get("x-untrusted") == "stricter"]
    words = {word for ladder in STRICTEST_FIRST for word in ladder}
    for field in stricter:
        choices = set(field.get("enum", [])) | {part.get("const") for part in field.get("anyOf", [])} - {None}
        assert choices <= words


def test_it_is_a_valid_schema_that_accepts_the_public_example_and_refuses_slips() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    example = tomllib.loads(PUBLIC)
    validator.validate(example)
    validator.validate({})
    validator.validate(Settings().model_dump(mode="json"))
    for slip in ({"profile": "fast"}, {"budgets": {}}, {"tasks": {"x": {}}}, {"models": [{"provider": "x"}]}):
        assert not validator.is_valid(slip)


def test_the_public_example_loads_without_a_word_and_differs_from_the_defaults_only_where_it_should(
    world: World,
) -> None:
    world.user(PUBLIC)
    loaded = world.load()
    assert loaded.warnings == ()
    defaults = Settings()
    for table in ("profile", "budget", "review", "privacy", "cache", "validation"):
        assert getattr(loaded.settings, table) == getattr(defaults, table)
    assert loaded.settings.models[0].quality == {"default": 8.8, "algorithm": 8.2}


def test_every_task_has_defaults() -> None:
    assert [policy.task for policy in DEFAULTS] == list(Task)


@pytest.mark.parametrize("module", ["places", "problem", "sources", "trust", "files", "wellknown", "tasks"])
def test_what_is_needed_without_the_schema_does_not_load_pydantic(module: str) -> None:
    code = f"import sys, lsp_router.config.{module}; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_commands_start_without_the_schema() -> None:
    code = "import sys, lsp_router.cli.config, lsp_router.cli.trust; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"pydantic", "rich"} & set(loaded)


def test_loading_the_schema_drags_in_nothing_else_that_is_heavy() -> None:
    code = "import sys, lsp_router.config.load, lsp_router.config.convert, lsp_router.config.watch; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"rich", "httpx", "numpy", "lsprotocol", "keyring", "rapidfuzz", "difflib"} & set(loaded)
