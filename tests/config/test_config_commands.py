"""The commands, as a person and as a script see them."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from lsp_router.cli import config, trust

from .conftest import World

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in the workspace; answers its exit code, what it printed and what it complained about."""
    monkeypatch.setenv("LSP_ROUTER_HOME", str(world.home))
    monkeypatch.chdir(world.workspace)

    def go(*words: str) -> tuple[int, str, str]:
        parser = argparse.ArgumentParser(prog="lsp-router")
        commands = parser.add_subparsers(required=True)
        config.add(commands)
        trust.add(commands)
        capsys.readouterr()
        try:
            args = parser.parse_args(words)
            code = args.run(args)
        except SystemExit as stop:
            code = stop.code
        return (code, *capsys.readouterr())

    return go


def test_show_is_toml_with_the_origin_of_every_value(world: World, run: Run) -> None:
    world.user('[cache]\nsize_mb = 5\n[[models]]\nname = "gpt-4.1"\nprovider = "openai"')
    code, out, err = run("config", "show", "--set", "completion.max_lines=2")
    assert (code, err) == (0, "")
    table = tomllib.loads(out)
    assert (table["cache"]["size_mb"], table["models"]["gpt-4.1"]["provider"]) == (5, "openai")
    lines = out.splitlines()
    assert any(
        line.startswith("cache.size_mb = 5 ") and line.endswith(f"# user file: {world.places.config_file}")
        for line in lines
    )
    assert any(line.startswith("completion.max_lines = 2 ") and line.endswith("# command line") for line in lines)
    assert any(line.startswith("budget.per_day_usd = 1.0 ") and line.endswith("# default") for line in lines)
    assert len(lines) > 100


def test_show_can_be_narrowed(world: World, run: Run) -> None:
    world.user("[cache]\nsize_mb = 5")
    assert run("config", "show", "budget", "cache.size_mb")[1].count("\n") == 5
    assert run("config", "show", "--changed")[1].startswith("cache.size_mb = 5")
    code, out, err = run("config", "show", "budge")
    assert (code, out) == (1, "")
    assert "nothing is set under budge" in err


def test_show_for_machines(world: World, run: Run) -> None:
    world.project('[budget]\nper_day_usd = 0.5\nper_session_usd = "x"')
    code, out, err = run("config", "show", "--json", "budget")
    assert code == 0
    assert json.loads(out)["budget.per_day_usd"] == {
        "value": 0.5,
        "source": "project file",
        "where": str(Path(os.path.realpath(world.workspace)) / "lsp-router.toml"),
    }
    assert "warning: " in err


def test_show_on_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert 'profile = "free-first"' in run("config", "show", "profile")[1]


def test_check(world: World, run: Run) -> None:
    assert run("config", "check") == (0, "fine: nothing is configured, the defaults hold\n", "")
    world.user('profile = "fast"')
    code, out, _ = run("config", "check")
    assert code == 1
    assert out.startswith(f'{world.places.config_file}:1: profile: "fast" does not fit')
    code, out, _ = run("config", "check", "--json")
    assert (code, json.loads(out)["warnings"][0]["key"]) == (1, "profile")
    world.user("[cache]\nsize_mb = 5")
    assert run("config", "check") == (0, f"fine: {world.places.config_file}\n", "")


def test_check_of_another_file_and_project(world: World, run: Run, tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text("[cache]\nsize_mb = 0")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "lsp-router.toml").write_text("[budget]\nper_day_usd = 9")
    code, out, _ = run("config", "check", "--config", str(tmp_path / "my.toml"), "--project", str(elsewhere))
    assert (code, out.count("\n")) == (1, 2)
    assert "lsp-router trust" in out


def test_schema(run: Run) -> None:
    code, out, _ = run("config", "schema")
    assert (code, json.loads(out)["title"]) == (0, "lsp-router")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["config", "show", "--set", "cache"], "KEY=VALUE"),
        (["config"], "required"),
        (["config", "nonsense"], "invalid choice"),
    ],
)
def test_wrong_use(run: Run, words: list[str], says: str) -> None:
    code, _, err = run(*words)
    assert code == 2
    assert says in err


@pytest.mark.parametrize(
    "words", [["config"], ["config", "show"], ["config", "check"], ["config", "schema"], ["trust"]]
)
def test_help_has_an_example(run: Run, words: list[str]) -> None:
    code, out, _ = run(*words, "--help")
    assert code == 0
    assert f"example:\n  lsp-router {words[0]}" in out


def test_trust_from_the_command_line(world: World, run: Run) -> None:
    world.project("[budget]\nper_day_usd = 9\n")
    real = os.path.realpath(world.workspace)
    assert run("trust", "--list")[1].startswith("no workspace is trusted")
    assert run("trust") == (0, f"trusted: {real}\n  its project file now sets budget.per_day_usd\n", "")
    assert run("trust", "--list")[1] == f"{real}\n"
    assert json.loads(run("trust", "--list", "--json")[1]) == {"trusted": [real]}
    assert run("config", "check")[0] == 0
    assert run("trust", "--remove")[0] == 0
    assert run("config", "check")[0] == 1
    code, _, err = run("trust", "--remove")
    assert (code, "is not in the list" in err) == (1, True)
    assert json.loads(run("trust", "--json", str(world.workspace))[1]) == {
        "trusted": real,
        "changed": ["budget.per_day_usd"],
    }


def test_trust_of_nothing(run: Run) -> None:
    code, _, err = run("trust", "no/such/folder")
    assert (code, "is not a folder" in err) == (2, True)


def test_trust_that_cannot_be_written_down(world: World, run: Run) -> None:
    world.home.mkdir(exist_ok=True)
    world.places.state.write_text("a file where a folder should be")
    code, _, err = run("trust")
    assert (code, "cannot write" in err) == (1, True)
