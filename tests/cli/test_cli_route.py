"""`route` and `models`: a dry run that shows evidence, scores and every reason; and what it must say about a file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.support.shell import Done, Shell

TWO = """
[providers.ollama]
[providers.groq]
api_key_env = "MY_KEY"

[[models]]
name = "here"
provider = "ollama"
model = "qwen2.5-coder:7b"

[[models]]
name = "cloud"
provider = "groq"
model = "openai/gpt-oss-120b"

[privacy]
local_only = ["vault/**"]
"""


@pytest.fixture
def shell(shell: Shell) -> Shell:
    shell.user(TWO)
    shell.environ["MY_KEY"] = "any"
    return shell


async def test_evidence_scores_and_reasons_are_shown(shell: Shell) -> None:
    done = await shell("route", "fix the crash in this parser", "--set", "profile=local-only")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "debugging: here"
    assert any("fix" in line and "speaks for debugging (+" in line for line in lines)
    assert any(line.startswith("here ") and "quality" in line for line in lines)
    assert any(line.startswith("cloud ") and line.endswith("profile local-only") for line in lines)
    assert lines[-1].endswith("nothing was sent")


def test_the_decision_as_json(shell: Shell, quick) -> None:
    told = quick("route", "why is this slow?", "--json").json
    assert told.keys() >= {"id", "task", "model", "provider", "tier", "cost_usd", "latency_ms", "ttft_ms", "cache"}
    assert told.keys() >= {"fallback_depth", "tokens"}
    assert told.keys() >= {"attempts", "candidates", "chain", "evidence", "note"}
    assert {c["model"] for c in told["candidates"]} == {"here", "cloud"}
    assert all(c["reason"] for c in told["candidates"])
    assert told["evidence"]
    assert all(e.keys() == {"signal", "speaks_for", "weight"} for e in told["evidence"])
    assert (told["cost_usd"], told["attempts"]) == (0, [])


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("src/app.py", ""),
        ("vault/plan.md", "privacy.local_only: vault/**"),
        (".env", "a secret file by its name"),
        ("deploy/id_rsa", "a secret file by its name"),
        ("keys/server.pem", "a secret file by its name"),
    ],
)
def test_what_a_file_may_be_shown_to(shell: Shell, quick, name: str, rule: str) -> None:
    shell.write(name, "A = 1\n")
    told = quick("route", "explain this", "--file", name, "--json").json
    reasons = {c["model"]: c["reason"] for c in told["candidates"]}
    assert ("cloud" in told["chain"]) is not bool(rule)
    assert "here" in told["chain"]
    assert rule in reasons["cloud"]


def test_a_link_counts_as_what_it_leads_to(shell: Shell, quick) -> None:
    target = shell.write("vault/plan.md", "secret plan")
    try:
        (shell.folder / "notes.md").symlink_to(target)
    except OSError:
        pytest.skip("no links here")
    assert quick("route", "explain", "--file", "notes.md", "--json").json["chain"] == ["here"]


def test_an_ignored_file_is_left_alone(shell: Shell, quick) -> None:
    shell.write(".lsprouterignore", "generated/\n")
    shell.write("generated/big.py", "x = 1\n")
    done = quick("route", "explain", "--file", "generated/big.py")
    assert (done.code, done.out) == (1, "")
    assert ".lsprouterignore" in done.err


async def test_the_file_is_part_of_the_evidence_wherever_the_project_lies(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "home", tmp_path / "tests" / "project")
    shell.write("lsp-router.toml", "")
    inner, outer = shell.write("tests/test_it.py", "x"), shell.write("it.py", "x")
    told = await asyncio.gather(*(shell("route", "improve this", "--file", str(f), "--json") for f in (inner, outer)))
    signals = [[e["signal"] for e in done.json["evidence"]] for done in told]
    assert ["the file is a test" in s for s in signals] == [True, False]


@pytest.mark.parametrize(
    ("words", "chain", "note"),
    [
        (["--model", "cloud"], ["cloud"], ""),
        (["--model", "openai/gpt-oss-120b"], ["cloud"], ""),
        (["--model", "gpt-9"], [], "no model is called 'gpt-9'; `lsp-router models` lists the names"),
        (["--task", "completion", "--set", "tasks.completion.chain=here"], ["here"], ""),
    ],
)
def test_pins_and_chains(shell: Shell, quick, words: list[str], chain: list[str], note: str) -> None:
    done = quick("route", "explain", *words, "--json")
    assert done.code == (0 if chain else 1)
    assert done.json["chain"] == chain
    assert done.json["note"] == note


def test_words_of_the_user_speak_as_well(shell: Shell, quick) -> None:
    shell.user(TWO + '\n[routing.keywords]\ntests = ["zubereiten"]\ndebugging = ["^entwanzen"]\n')
    first, second = quick("route", "zubereiten bitte", "--json").json, quick("route", "entwanzen", "--json").json
    assert (first["task"], second["task"]) == ("tests", "debugging")
    assert any("zubereiten" in e["signal"] for e in first["evidence"])


async def test_nobody_is_configured_says_what_to_do(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "none", tmp_path)
    route, models = await asyncio.gather(shell("route", "explain"), shell("models"))
    assert (route.code, models.code) == (1, 1)
    assert "`lsp-router init`" in route.out
    assert "`lsp-router init`" in models.err


def test_models_are_ranked_with_what_is_known_of_each(shell: Shell, quick) -> None:
    rows: list[dict[str, Any]] = quick("models", "--task", "refactor", "--json").json
    assert {row["model"] for row in rows} == {"here", "cloud"}
    here = next(row for row in rows if row["model"] == "here")
    assert (here["tier"], here["privacy"], here["health"]) == ("local", "local", "fine")
    assert here["quality"] > 0
    assert here["measured_ms"] is None


def test_all_models_of_the_catalogue_and_which_of_them_are_yours(quick) -> None:
    rows = quick("models", "--all", "--json").json
    assert [row["model"] for row in rows[:2]] in (["here", "cloud"], ["cloud", "here"])
    assert len(rows) > 100
    assert len({row["model"].split("/")[0] for row in rows if "/" in row["model"]}) > 12
    others = [row for row in rows if row["model"].startswith("anthropic/")]
    assert others
    assert all(row["health"] == "anthropic is not configured" for row in others)


def test_a_key_that_is_missing_is_named(shell: Shell, quick) -> None:
    shell.environ.clear()
    done: Done = quick("route", "explain", "--model", "cloud")
    assert done.code == 1
    assert "set MY_KEY" in done.out
