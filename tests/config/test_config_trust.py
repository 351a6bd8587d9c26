"""What a project file may say before somebody vouched for it, and how vouching is remembered."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from lsp_router.config.convert import to_models, to_providers
from lsp_router.config.keys import Keys
from lsp_router.config.trust import consent, consents, distrust, trust, trusted, trusted_folders

from .conftest import World

USER = """
[budget]
per_day_usd = 2
[providers.groq]
[providers.gateway]
base_url = "https://gateway.example/v1"
privacy = "no-train"
[[models]]
name = "mine"
provider = "groq"
model = "cheap"
price = { input = 1, output = 2 }
[privacy]
local_only = ["secret/**"]
loosest = "cloud"
"""


@pytest.mark.parametrize(
    ("text", "key", "kept"),
    [
        ('[providers.gateway]\nbase_url = "https://evil.example"', "providers.gateway.base_url", "https://gateway.example/v1"),
        ('[providers.gateway]\nprivacy = "local"', "providers.gateway.privacy", "no-train"),
        ('[providers.gateway]\napi_key_env = "AWS_SECRET"', "providers.gateway.api_key_env", None),
        ('[providers.gateway]\napi_key_keyring = "a/b"', "providers.gateway.api_key_keyring", None),
        ('[providers.gateway]\napi_key_command = "touch x"', "providers.gateway.api_key_command", None),
        ('[providers.gateway]\nheaders = { X-To = "evil" }', "providers.gateway.headers.X-To", None),
        ('[providers.gateway]\nheader_env = { X-To = "AWS" }', "providers.gateway.header_env.X-To", None),
        ('[providers.evil]\nbase_url = "https://evil.example"', "providers.evil.base_url", None),
        ("[providers.deepseek]", "providers.deepseek", None),
        ("[budget]\nper_day_usd = 3", "budget.per_day_usd", 2.0),
        ('[budget]\nper_day_usd = "unlimited"', "budget.per_day_usd", 2.0),
        ("[budget]\nper_session_usd = 0.6", "budget.per_session_usd", 0.5),
        ("[budget]\nper_request_usd = 0.06", "budget.per_request_usd", 0.05),
        ("[budget]\npaid_share_alert = 1", "budget.paid_share_alert", 0.05),
        ("[privacy]\nuse_found_keys = true", "privacy.use_found_keys", "ask"),
        ('[privacy]\nuse_found_keys = "yes"', "privacy.use_found_keys", "ask"),
        ('[privacy]\nloosest = "trains"', "privacy.loosest", "cloud"),
        ("[privacy]\nlocal_only = []", "privacy.local_only", ["secret/**"]),
        ('[privacy]\nignore = ["mine"]', "privacy.ignore", [".lsprouterignore", "mine"]),
        ("[insight]\notel = true", "insight.otel", False),
        ("[insight]\notel = 1", "insight.otel", False),
        ("[cache]\nsize_mb = 100000", "cache.size_mb", 256),
        ('[[models]]\nname = "mine"\nprice = { input = 0 }', "models.mine.price.input", 1.0),
        ('[[models]]\nname = "mine"\nmodel = "dear"', "models.mine.model", "cheap"),
        ('[[models]]\nname = "mine"\ntier = "free"', "models.mine.tier", None),
        ('[[models]]\nname = "dear"\nprovider = "groq"\nquality = { default = 10 }', "models.dear", None),
    ],
)  # fmt: skip
def test_an_unknown_project_may_not_loosen_anything(world: World, text: str, key: str, kept: object) -> None:
    world.user(USER)
    world.project(text)
    loaded = world.load()
    (problem,) = loaded.warnings
    assert (problem.key, problem.file) == (key, str(world.workspace / "lsp-router.toml"))
    assert f"lsp-router trust '{world.workspace}'" in problem.message
    assert loaded.values.get(key) == kept
    assert not any(name.startswith(f"{key}.") for name in loaded.values)


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ('profile = "local-only"', "profile", "local-only"),
        ('profile = "paid-first"', "profile", "paid-first"),
        ("[budget]\nper_day_usd = 1.5", "budget.per_day_usd", 1.5),
        ("[privacy]\nuse_found_keys = false", "privacy.use_found_keys", False),
        ('[privacy]\nloosest = "local"', "privacy.loosest", "local"),
        ('[privacy]\nlocal_only = ["secret/**", "b"]', "privacy.local_only", ["secret/**", "b"]),
        ("[insight]\notel = false", "insight.otel", False),
        ('[tasks.review]\nchain = ["mine"]', "tasks.review.chain", ["mine"]),
        ("[completion.languages]\nmarkdown = false", "completion.languages.markdown", False),
        ('[[models]]\nname = "mine"\nquality = { default = 9 }', "models.mine.quality.default", 9.0),
    ],
)
def test_an_unknown_project_may_tighten_and_tune(world: World, text: str, key: str, value: object) -> None:
    world.user(USER)
    world.project(text)
    loaded = world.load()
    assert (loaded.values[key], loaded.warnings) == (value, ())


def test_local_only_stays_until_somebody_vouches(world: World) -> None:
    world.user('profile = "local-only"')
    world.project('profile = "balanced"')
    assert world.load().settings.profile == "local-only"
    assert world.vouched().settings.profile == "balanced"


def test_an_unknown_project_cannot_agree_for_the_user(world: World) -> None:
    """Naming a provider is a yes to sending code there, so it must be the user's word."""
    world.project('[providers.deepseek]\n[[models]]\nname = "m"\nprovider = "groq"')
    keys = Keys({"DEEPSEEK_API_KEY": "d", "GROQ_API_KEY": "g"})
    settings = world.load().settings
    assert {p.name: p.consent for p in to_providers(settings, keys)} == {"deepseek": False, "groq": False}
    assert to_models(settings, []) == []
    trusting = world.vouched().settings
    assert {p.name: p.consent for p in to_providers(trusting, keys)} == {"deepseek": True, "groq": True}


def test_trust_by_the_user_or_the_editor_lifts_everything(world: World) -> None:
    world.project("[budget]\nper_day_usd = 30\n[providers.x]\nbase_url = 'https://x.example'")
    for loaded in (world.vouched(), (trust(world.places, world.workspace), world.load())[1]):
        assert loaded.trusted
        assert loaded.warnings == ()
        assert loaded.settings.budget.per_day_usd == 30
        assert loaded.settings.providers["x"].base_url == "https://x.example"


@pytest.mark.parametrize("word", ["true", 1, "yes", None, False])
def test_only_a_plain_yes_of_the_editor_counts(world: World, word: object) -> None:
    assert not world.load(initialization={"trusted": word}).trusted


def test_other_layers_need_no_trust(world: World) -> None:
    world.environ["LSP_ROUTER_BUDGET__PER_DAY_USD"] = "9"
    loaded = world.load(editor={"budget": {"perSessionUsd": 8}}, overrides={"budget.per_request_usd": "7"})
    budget = loaded.settings.budget
    assert (budget.per_day_usd, budget.per_session_usd, budget.per_request_usd) == (9, 8, 7)
    assert loaded.warnings == ()


def test_trust_covers_what_is_inside_and_nothing_beside(world: World, tmp_path: Path) -> None:
    trust(world.places, world.workspace)
    assert trusted(world.places, world.workspace / "packages" / "a")
    assert not trusted(world.places, tmp_path)
    assert not trusted(world.places, tmp_path / f"{world.workspace.name}-evil")
    assert not trusted(world.places, world.workspace / ".." / "other")
    assert not trusted(world.places, None)


def test_links_are_followed_before_trust_is_given_or_asked(world: World, tmp_path: Path) -> None:
    link, elsewhere = tmp_path / "link", tmp_path / "elsewhere"
    elsewhere.mkdir()
    link.symlink_to(world.workspace, target_is_directory=True)
    assert trust(world.places, link) == Path(os.path.realpath(world.workspace))
    assert trusted(world.places, world.workspace)
    (world.workspace / "out").symlink_to(elsewhere, target_is_directory=True)
    assert not trusted(world.places, world.workspace / "out")


def test_trust_is_private_whole_and_can_be_taken_back(world: World) -> None:
    trust(world.places, world.workspace)
    trust(world.places, world.workspace)
    assert trusted_folders(world.places) == [Path(os.path.realpath(world.workspace))]
    if os.name == "posix":
        assert stat.S_IMODE(world.places.trust_file.stat().st_mode) == 0o600
    assert list(world.places.state.iterdir()) == [world.places.trust_file]
    assert distrust(world.places, world.workspace)
    assert not distrust(world.places, world.workspace)
    assert not trusted(world.places, world.workspace)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"trusted": "/"}', '{"trusted": [1, null, ""]}', "[" * 100_000, "\0"])
def test_a_damaged_trust_file_vouches_for_nothing(world: World, text: str) -> None:
    world.places.state.mkdir(parents=True)
    world.places.trust_file.write_text(text, encoding="utf-8")
    assert not trusted(world.places, world.workspace)
    trust(world.places, world.workspace)
    assert trusted(world.places, world.workspace)


def test_an_interrupted_write_leaves_the_old_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    trust(world.places, world.workspace)
    before = world.places.trust_file.read_text()
    monkeypatch.setattr(json, "dump", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        trust(world.places, world.workspace / "more")
    assert world.places.trust_file.read_text() == before
    assert list(world.places.state.iterdir()) == [world.places.trust_file]


def test_consents_are_remembered_beside_each_other(world: World) -> None:
    assert consents(world.places) == {}
    consent(world.places, {"groq": True})
    consent(world.places, {"deepseek": False})
    assert consents(world.places) == {"groq": True, "deepseek": False}
    world.places.consent_file.write_text('{"consents": {"groq": "yes", "x": true}}')
    assert consents(world.places) == {"x": True}
