"""Keys are found where they belong, and appear nowhere else."""

from __future__ import annotations

import json
import logging
import pickle
import sys
import types

import pytest

from lsp_router.cli import config as command
from lsp_router.config.convert import local_servers, to_models, to_providers
from lsp_router.config.endpoints import ProviderTable
from lsp_router.config.keys import Keys
from lsp_router.domain.model import Secret

from .conftest import World

CANARY = "sk-canary-0123456789abcdefABCDEF"
PRINTS = [sys.executable, "-c", f"print('{CANARY}')"]


def found(environ: dict[str, str] | None = None, usual: str = "", **table: object):
    return Keys(environ or {}, patience=5).of(ProviderTable(**table), usual)


@pytest.mark.parametrize(
    ("environ", "usual", "table", "key", "hint"),
    [
        ({"A": "k"}, "", {"api_key_env": "A"}, "k", "set A"),
        ({"A": " k\n"}, "", {"api_key_env": "A"}, "k", "set A"),
        ({"A": "  "}, "", {"api_key_env": "A"}, None, "set A"),
        ({}, "", {"api_key_env": "A"}, None, "set A"),
        ({"U": "k"}, "U", {}, "k", "set U"),
        ({"U": "k"}, "U", {"api_key_env": "A"}, None, "set A"),
        ({}, "", {}, None, ""),
        ({}, "", {"api_key_command": PRINTS}, CANARY, "check the key command"),
        ({"A": "k"}, "", {"api_key_env": "A", "api_key_command": PRINTS}, "k", "set A"),
        ({}, "", {"api_key_env": "A", "api_key_command": PRINTS}, CANARY, "check the key command"),
        ({"U": "k"}, "U", {"api_key_command": PRINTS}, CANARY, "check the key command"),
        ({}, "", {"api_key_command": [sys.executable, "-c", "import sys; sys.exit(3)"]}, None, "(exit 3)"),
        ({}, "", {"api_key_command": [sys.executable, "-c", "print('two'); print('lines')"]}, None, "gave no key"),
        ({}, "", {"api_key_command": [sys.executable, "-c", ""]}, None, "gave no key"),
        ({}, "", {"api_key_command": "no-such-program-anywhere --x"}, None, "cannot be run"),
        ({}, "", {"api_key_command": "'unbalanced"}, None, "cannot be run"),
    ],
)
def test_where_a_key_comes_from(environ, usual: str, table, key: str | None, hint: str) -> None:
    answer = found(environ, usual, **table)
    assert answer.key == (Secret(key) if key else None)
    assert hint in answer.hint
    assert CANARY not in answer.hint


def test_a_command_that_hangs_is_given_up() -> None:
    table = ProviderTable(api_key_command=[sys.executable, "-c", "import time; time.sleep(60)"])
    answer = Keys({}, patience=0.3).of(table)
    assert (answer.key, "within 0.3 s" in answer.hint) == (None, True)


def test_a_command_is_asked_once_until_its_key_is_refused(tmp_path) -> None:
    counter = tmp_path / "count"
    script = f"f = open({str(counter)!r}, 'a'); f.write('x'); print('k')"
    keys, table = Keys({}), ProviderTable(api_key_command=[sys.executable, "-c", script])
    assert [keys.of(table).key for _ in range(3)] == [Secret("k")] * 3
    assert counter.read_text() == "x"
    keys.forget()
    keys.of(table)
    assert counter.read_text() == "xx"


def test_a_command_runs_without_a_shell(tmp_path) -> None:
    spoilt = tmp_path / "spoilt"
    found(api_key_command=f"echo key; touch {spoilt}")
    assert not spoilt.exists()


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch):
    """A keyring with one entry and one that is locked; the real one may be missing, and is nobody's to touch."""

    class KeyringError(Exception):
        pass

    def get_password(service: str, user: str) -> str | None:
        if service == "locked":
            raise KeyringError(CANARY)
        return {("service", "me/too"): CANARY}.get((service, user))

    errors = types.ModuleType("keyring.errors")
    errors.KeyringError = KeyringError
    module = types.ModuleType("keyring")
    module.errors, module.get_password = errors, get_password
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)


@pytest.mark.usefixtures("keyring")
@pytest.mark.parametrize(
    ("account", "key", "hint"),
    [
        ("service/me/too", CANARY, "keyring set service me/too"),
        ("service/you", None, "store it: keyring set service you"),
        ("locked/me", None, "unlock the keyring"),
    ],
)
def test_a_keyring(account: str, key: str | None, hint: str) -> None:
    answer = found(api_key_keyring=account)
    assert answer.key == (Secret(key) if key else None)
    assert hint in answer.hint
    assert CANARY not in answer.hint


def test_without_the_keyring_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "lsp-router[keyring]" in found(api_key_keyring="a/b").hint


@pytest.mark.parametrize(
    "text",
    [
        f'[providers.groq]\napi_key = "{CANARY}"',
        f'[providers.groq]\nkey = "{CANARY}"',
        f'[providers.groq]\napi_token = "{CANARY}"',
        f'[providers.groq]\napi_key_env = "{CANARY}"',
        '[providers.groq]\napi_key_env = "gsk_0123456789abcdef"',
        f'[providers.groq]\napi_key_keyring = "{CANARY}"',
        f'[providers.groq]\nheaders = {{ Authorization = "Bearer {CANARY}" }}',
        f'[providers.groq]\nheaders = {{ X-Anything = "{CANARY}" }}',
        f'[providers.groq]\nheader_env = {{ X-Api-Key = "{CANARY}" }}',
        f'[providers.groq]\nbase_url = "https://me:{CANARY}@api.example"',
        f'[providers.groq]\nkind = "{CANARY}"',
        f'api_key = "{CANARY}"',
        f'profile = "{CANARY}"',
        f'[tasks.review]\nprefer = "{CANARY}"',
        f'[[models]]\nname = "m"\ntier = "{CANARY}"',
    ],
)
def test_a_key_in_clear_is_refused_and_never_repeated(world: World, text: str) -> None:
    for write, loading in ((world.user, world.load), (world.project, world.vouched)):
        write(text)
        loaded = loading()
        assert len(loaded.warnings) >= 1
        said = f"{loaded!r} {loaded.warnings} {[str(w) for w in loaded.warnings]} {loaded.values}"
        assert CANARY not in said
        assert "gsk_0123456789abcdef" not in said


def test_a_canary_in_every_place_for_keys_appears_nowhere(
    world: World, keyring, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, monkeypatch
) -> None:
    caplog.set_level(logging.DEBUG)
    world.environ |= {"OPENROUTER_API_KEY": CANARY, "GATEWAY_KEY": CANARY}
    world.user(f"""
[providers.openrouter]
[providers.ring]
base_url = "https://ring.example"
api_key_keyring = "service/me/too"
[providers.command]
base_url = "https://command.example"
api_key_command = {json.dumps(PRINTS)}
[providers.gateway]
base_url = "https://gateway.example"
header_env = {{ X-Gateway-Key = "GATEWAY_KEY" }}
[[models]]
name = "m"
provider = "gateway"
""")
    loaded = world.load()
    keys = Keys(world.environ)
    providers = to_providers(loaded.settings, keys)
    assert [bool(p.key) for p in providers] == [True, True, True, False]
    assert providers[3].headers == {"X-Gateway-Key": CANARY}
    said = f"{loaded!r} {providers!r} {keys!r} {to_models(loaded.settings, providers)!r}"
    assert CANARY not in said
    with pytest.raises(TypeError):
        pickle.dumps(providers[0])

    for name, value in {**world.environ, "LSP_ROUTER_HOME": str(world.home)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(world.workspace)
    for words in (["show"], ["show", "--json"], ["check"], ["schema"]):
        assert run(words) == 0
    out, err = capsys.readouterr()
    assert "command.example" in out
    assert CANARY not in out + err + caplog.text
    assert not [path for path in world.home.rglob("*") if path.is_file() and path != world.places.config_file]


def run(words: list[str]) -> int:
    import argparse

    parser = argparse.ArgumentParser()
    command.add(parser.add_subparsers())
    args = parser.parse_args(["config", *words])
    return args.run(args)


def test_knocking_at_local_servers_needs_no_key(world: World) -> None:
    assert all(server.key is None and server.usable for server in local_servers(world.load().settings))
