"""What every command owes its user: help with an example, short complaints, honest exit codes, clean output."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lsp_router.cli.main import COMMANDS
from tests.support.shell import Done, Shell

EVERY = [("route", "explain this"), ("models", "--all"), ("doctor", "--offline"), ("stats",), ("cache", "info"),
         ("config", "check"), ("config", "show"), ("trust", "--list")]  # fmt: skip


async def test_every_command_helps_with_an_example(shell: Shell) -> None:
    told = await asyncio.gather(*(shell(name, "--help") for name in COMMANDS))
    for name, done in zip(COMMANDS, told, strict=True):
        assert (done.code, done.err) == (0, ""), name
        assert f"  lsp-router {name}" in done.out.partition("example:\n")[2], name


async def test_the_table_of_commands_is_the_help(shell: Shell) -> None:
    done = await shell("--help")
    assert (done.code, done.err) == (0, "")
    assert all(f"    {name} " in done.out for name in COMMANDS)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nonsense",), "invalid choice: 'nonsense'"),
        (("route",), "required: instruction"),
        (("route", "x", "--task", "cooking"), "invalid choice: 'cooking'"),
        (("route", "x", "--file", "not/there.py"), "there is no file not/there.py"),
        (("route", "x", "--file", "."), "there is no file ."),
        (("stats", "--since", "a while"), "for example 7d"),
        (("stats", "--by", "mood"), "invalid choice: 'mood'"),
        (("cache",), "required: action"),
        (("cache", "info", "--set", "x"), "KEY=VALUE"),
        (("models", "--project", "no/such"), "no/such is not a folder"),
        (("trust", "no/such"), "no/such is not a folder"),
        (("doctor", "--onlin"), "--onlin"),
    ],
)
def test_wrong_use_is_told_in_two_lines(quick, words: tuple[str, ...], says: str) -> None:
    done = quick(*words)
    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert len(done.err.splitlines()) <= 2


def test_what_machines_read_is_json_whatever_the_configuration(shell: Shell, quick) -> None:
    shell.user('profile = "fast"\n[[models]]\nname = "x"\nprovider = "nobody"\n')
    told = [quick(*words, "--json") for words in EVERY]
    for words, done in zip(EVERY, told, strict=True):
        json.loads(done.out)
        assert "Traceback" not in done.err, words
    assert [done.code for done in told] == [1, 0, 1, 0, 0, 1, 0, 0]


def test_a_broken_file_is_named_and_the_defaults_are_used(shell: Shell, quick) -> None:
    path = shell.user("profile = \n")
    for words in (("route", "x"), ("stats",), ("cache", "info")):
        assert f"warning: {path}:1: not valid TOML" in quick(*words).err
    missing = quick("models", "--all", "--config", "nowhere.toml")
    assert (missing.code, "there is no such file" in missing.err) == (0, True)


def test_a_home_that_cannot_be_written_stops_nobody(shell: Shell, quick) -> None:
    shell.home.write_text("a file where a folder should be")
    told = [quick(*words) for words in [*EVERY, ("init", "--user")]]
    for words, done in zip([*EVERY, ("init",)], told, strict=True):
        assert "Traceback" not in done.err, words
        assert len(done.err.splitlines()) <= 4
    codes = dict(zip([words[0] for words in EVERY], [done.code for done in told], strict=False))
    assert codes == {"route": 1, "models": 0, "doctor": 1, "stats": 0, "cache": 0, "config": 0, "trust": 0}
    assert "cannot write" in told[-1].err


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="names must be Unicode there")
async def test_a_path_that_is_no_text_is_still_shown(shell: Shell) -> None:
    odd = os.fsdecode(b"caf\xe9.py")
    shell.write(odd, "x = 1")
    done = await shell("route", "explain this", "--file", odd, "--json", PYTHONUTF8="0", LC_ALL="C")
    assert (done.code, json.loads(done.out)["task"]) == (1, "explain")
    gone = await shell("route", "x", "--file", os.fsdecode(b"\xe9"), PYTHONUTF8="0", LC_ALL="C")
    assert (gone.code, "there is no file \\udce9" in gone.err) == (2, True)


def test_a_reader_that_has_seen_enough_ends_it_quietly(shell: Shell) -> None:
    command = [sys.executable, "-m", "lsp_router", "config", "schema"]
    with subprocess.Popen(
        command, cwd=shell.folder, env=shell.world(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) in {0, 1}


async def test_version_and_help_load_nothing_heavy(shell: Shell) -> None:
    names = ("pydantic", "rich", "httpx", "numpy", "pygls", "sqlite3", "diskcache")
    for words, more in ((("--version",), ("asyncio",)), (("--help",), ()), (("doctor", "--help"), ("asyncio",))):
        done = await shell.python("-X", "importtime", "-m", "lsp_router", *words)
        loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.err.splitlines()}
        assert loaded.isdisjoint({*names, *more}), (words, loaded & {*names, *more})


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such terminals")
def test_a_terminal_gets_tables_and_colour_and_a_pipe_does_not(shell: Shell, tmp_path: Path) -> None:
    shell.user('[providers.ollama]\n[[models]]\nname = "here"\nprovider = "ollama"\nmodel = "qwen2.5-coder:7b"\n')
    shown = on_terminal(shell, "models", "--task", "explain")
    assert "\x1b[" in shown
    assert "first token" in shown
    assert "here" in shown
    moving = on_terminal(shell, "doctor", "--set", "providers.ollama.enabled=false")
    assert "asking each provider" in moving
    assert moving.rstrip().endswith("all fine")
    assert "\x1b[" not in on_terminal(shell, "doctor", "--offline", TERM="dumb", NO_COLOR="1")


def test_a_pipe_gets_plain_columns(quick) -> None:
    done = quick("models", "--all")
    head, *rows = done.out.splitlines()
    assert head.split()[:2] == ["model", "tier"]
    assert len(rows) > 60
    assert "\x1b[" not in done.out
    assert "─" not in done.out


def on_terminal(shell: Shell, *words: str, **environ: str) -> str:
    import pty

    master, slave = pty.openpty()
    env = {**shell.world(), "TERM": "xterm-256color", "COLUMNS": "120", **environ}
    command = [sys.executable, "-m", "lsp_router", *words]
    with subprocess.Popen(command, cwd=shell.folder, env=env, stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        shown = b""
        while True:
            try:
                data = os.read(master, 65_536)
            except OSError:  # how Linux says that the other end is closed
                break
            if not data:
                break
            shown += data
        process.wait(30)
    os.close(master)
    return shown.decode()


def test_done_is_what_a_script_sees() -> None:
    assert Done(0, '{"a": 1}', "").json == {"a": 1}
