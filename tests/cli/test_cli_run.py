"""`run`: the editor's edits from a shell: a patch, the files, or JSON; and what a script learns from the exit code."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.backend import Backend, Reply
from tests.support.drafting import BAD, BROKEN, GOOD, fenced, in_turn, models
from tests.support.shell import Done, Shell
from tests.support.workshop import books, until

FLOAT = GOOD.replace("sum(prices)", "sum(prices, start=0.0)")


async def run(shell: Shell, *words: str, wishes: dict[str, Any] | None = None, **answers: list[str]) -> Done:
    """One command over a backend whose models give these answers; what they were asked is kept at the shell."""
    async with Backend(in_turn(**answers)) as backend:
        shell.user(models(backend.base, **(wishes or {})))
        done = await shell("run", *words)
        shell.asked = [seen.body["messages"][-1]["content"] for seen in backend.log]
        shell.models = [seen.model for seen in backend.log]
    return done


def git(shell: Shell, *words: str, said: str = "") -> None:
    subprocess.run(["git", *words], cwd=shell.folder, input=said.encode(), check=True)


@pytest.fixture
def shell(shell: Shell) -> Shell:
    shell.write("shop.py", BROKEN)
    return shell


def text(shell: Shell, name: str = "shop.py") -> str:
    return (shell.folder / name).read_bytes().decode()


async def test_a_patch_is_printed_and_nothing_is_written(shell: Shell) -> None:
    done = await run(shell, "fix", "shop.py:2", "-m", "invalid syntax", small=[GOOD])
    assert done.code == 0, done.err
    assert done.out.splitlines() == [
        "--- a/shop.py",
        "+++ b/shop.py",
        "@@ -1,2 +1,2 @@",
        " def total(prices):",
        "-    retrun sum(prices)",
        "+    return sum(prices)",
    ]
    assert done.err == "small, free\n"
    assert text(shell) == BROKEN
    assert "invalid syntax" in shell.asked[0]


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
async def test_the_patch_is_one_that_git_takes(shell: Shell) -> None:
    shell.write("shop.py", "").write_bytes(BROKEN.replace("\n", "\r\n").removesuffix("\r\n").encode())
    done = await run(shell, "fix", "shop.py", "-m", "typo", small=[GOOD])
    assert done.code == 0, done.err
    git(shell, "init", "-q")
    git(shell, "apply", "-", said=done.out)
    assert text(shell) == GOOD.replace("\n", "\r\n").removesuffix("\r\n")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
async def test_write_changes_the_file_and_keeps_its_ways(shell: Shell, mark: str) -> None:
    shell.write("shop.py", "").write_bytes((mark + BROKEN.replace("\n", "\r\n")).encode())
    done = await run(shell, "fix", "shop.py", "-m", "typo", "--write", small=[GOOD])
    assert (done.code, done.out) == (0, "shop.py\n")
    assert text(shell) == mark + GOOD.replace("\n", "\r\n")


async def test_json_tells_everything(shell: Shell) -> None:
    told = (await run(shell, "fix", "shop.py", "-m", "typo", "--json", small=[GOOD])).json
    assert (told["applied"], told["problems"]) == (False, [])
    (change,) = told["changes"]
    assert (change["path"], change["created"], change["text"]) == ("shop.py", False, GOOD)
    assert change["diff"].startswith("--- a/shop.py\n+++ b/shop.py\n")
    assert told["decision"]["attempts"][0]["outcome"] == "ok"
    written = (await run(shell, "fix", "shop.py", "-m", "typo", "--json", "--write", small=[GOOD])).json
    assert written["applied"] is True
    assert text(shell) == GOOD


async def test_repaired_on_the_second_attempt(shell: Shell) -> None:
    done = await run(shell, "fix", "shop.py", "-m", "typo", "--write", small=[BAD[0], GOOD])
    assert (done.code, done.err) == (0, "small, free, 2 attempts\n")
    assert text(shell) == GOOD
    assert shell.models == ["small", "small"]


async def test_wrong_twice_is_escalated(shell: Shell) -> None:
    done = await run(shell, "fix", "shop.py", "-m", "typo", "--write", small=[*BAD], strong=[GOOD])
    assert done.code == 0
    assert done.err.startswith("strong, $0.0")
    assert shell.models == ["small", "small", "strong"]


async def test_wrong_everywhere_changes_nothing_and_fails(shell: Shell) -> None:
    done = await run(shell, "fix", "shop.py", "-m", "typo", "--write", small=[*BAD], strong=[BAD[0]])
    assert (done.code, done.out) == (1, "")
    assert text(shell) == BROKEN
    assert done.err.startswith("lsp-router run fix: nothing was changed\n")
    assert done.err.count("\n") == 2
    found = books(shell.home)
    attempts = [a for row in found.rows for a in row.attempts]
    assert [(a.model, a.outcome) for a in attempts] == [(m, "rejected") for m in ("small", "small", "strong")]
    assert found.spent == pytest.approx(attempts[-1].cost_usd)
    assert found.spent > 0


async def test_an_escalation_over_the_budget_is_refused_with_the_estimate(shell: Shell) -> None:
    wishes = {"per_request": 0.002}
    done = await run(shell, "fix", "shop.py", "-m", "typo", small=[*BAD], strong=[GOOD], wishes=wishes)
    assert done.code == 1
    assert "strong" in done.err
    assert "$" in done.err
    assert "strong" not in shell.models


async def test_without_words_what_is_wrong_is_looked_for(shell: Shell) -> None:
    shell.write("shop.py", "def total(prices):\n    return sum(prizes)\n")
    done = await run(shell, "fix", "shop.py", small=[GOOD])
    assert done.code == 0, done.err
    assert "Undefined name `prizes`" in shell.asked[0]


async def test_a_linters_lines_about_other_files_are_left_out(shell: Shell) -> None:
    said = "other.py:9:1: F401 not ours\nshop.py:2:5: E999 ours\nFound 2 errors.\n"
    done = await run(shell, "fix", "shop.py", "-m", said, small=[GOOD])
    assert done.code == 0, done.err
    assert "E999 ours" in shell.asked[0]
    assert "not ours" not in shell.asked[0]


@pytest.mark.parametrize(
    ("words", "answer", "file"),
    [
        (["refactor", "shop.py:1-2", "-m", "always give a float"], FLOAT, "shop.py"),
        (["document", "shop.py:1"], GOOD.replace("\n    r", '\n    """The sum of all prices."""\n    r'), "shop.py"),
        (["tests", "shop.py"], "from shop import total\n\n\ndef test_total():\n    assert total([1]) == 1\n", None),
    ],
)
async def test_the_other_kinds(shell: Shell, words: list[str], answer: str, file: str | None) -> None:
    shell.write("shop.py", GOOD)
    done = await run(shell, *words, "--write", small=[answer], strong=[answer])
    assert done.code == 0, done.err
    assert text(shell, file or done.out.strip()) == answer
    assert file or text(shell) == GOOD


async def test_a_model_may_be_named(shell: Shell) -> None:
    await run(shell, "fix", "shop.py", "-m", "typo", "--model", "strong", small=[GOOD], strong=[GOOD])
    assert shell.models == ["strong"]


async def test_a_file_that_changed_meanwhile_is_not_overwritten(shell: Shell) -> None:
    def change(_seen: Any) -> Reply:
        shell.write("shop.py", "x = 1\n")
        return Reply(fenced(GOOD))

    async with Backend(change) as backend:
        shell.user(models(backend.base))
        done = await shell("run", "fix", "shop.py", "-m", "typo", "--write")
    assert (done.code, text(shell)) == (1, "x = 1\n")
    assert "changed meanwhile" in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent another way there")
async def test_ctrl_c_stops_paying_and_leaves_nothing(shell: Shell, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    async with Backend(lambda _seen: Reply(fenced(GOOD), delay=60)) as backend:
        shell.user(models(backend.base))
        command = (sys.executable, "-m", "lsp_router", "run", "fix", "shop.py", "-m", "typo", "--write")
        world = {**shell.world(), "TMPDIR": str(temporary)}
        process = await asyncio.create_subprocess_exec(*command, cwd=shell.folder, env=world, stderr=-1, stdout=-1)
        await until(lambda: backend.log, 30)
        process.send_signal(signal.SIGINT)
        _, said = await process.communicate()
        await until(lambda: backend.log[0].aborted, 30)
    assert (process.returncode, said.decode()) == (130, "\nlsp-router: stopped\n")
    assert (text(shell), list(temporary.iterdir())) == (BROKEN, [])
    assert [a.outcome for row in books(shell.home).rows for a in row.attempts] == ["cancelled"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["fix", "nowhere.py"], "there is no file nowhere.py"),
        (["refactor", "shop.py"], "-m is missing"),
        (["fix", "shop.py:1-9", "-m", "x"], "shop.py has no line 9"),
        (["fix", "shop.py:2-1", "-m", "x"], "FILE:A-B"),
        (["mend", "shop.py"], "invalid choice"),
        (["fix", "shop.py", "--diff", "--write"], "not allowed with"),
        ([], "required"),
    ],
)
def test_wrong_use_is_told(shell: Shell, quick, words: list[str], complaint: str) -> None:
    done = quick("run", *words)
    assert (done.code, done.out) == (2, "")
    assert complaint in done.err
    assert done.err.count("\n") <= 2


async def test_where_nobody_is_configured_it_says_what_to_do(shell: Shell) -> None:
    done = await shell("run", "fix", "shop.py", "-m", "typo")
    assert (done.code, done.out) == (1, "")
    assert "`lsp-router init`" in done.err
