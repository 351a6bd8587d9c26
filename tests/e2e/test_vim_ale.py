"""Vim with ALE in a terminal: suggestions in its menu, code actions as commands, reviews as signs."""

from __future__ import annotations

import json

import pytest

from tests.e2e import editors
from tests.e2e.terminal import Terminal
from tests.support.backend import Reply, Seen
from tests.support.drafting import BROKEN, GOOD, Studio, in_turn
from tests.support.reviewer import finding, reviewing
from tests.support.workshop import Workshop, model, until

VIMRC = """
set nocompatible noswapfile nobackup hidden shortmess+=I completeopt=menuone,noselect
set runtimepath^={ale}
source {snippet}
let g:ale_completion_enabled = 1
let g:ale_completion_delay = 50
let g:ale_virtualtext_cursor = 'all'
imap <F5> <Plug>(ale_complete)
filetype plugin indent on
"""


def opened(workshop: Workshop, name: str, text: str) -> Terminal:
    launcher = editors.program("vim")
    ale = editors.folder("vim") / "usr/share/vim-ale"
    editors.world(workshop)
    vimrc = workshop.home / "vimrc"
    vimrc.write_text(VIMRC.format(ale=ale, snippet=editors.CLIENTS / "vim" / "ale.vim"), encoding="utf-8")
    return Terminal(workshop, launcher, "-u", vimrc, workshop.write(name, text))


async def ready(screen: Terminal, workshop: Workshop) -> None:
    await screen.until("def ")
    await until((workshop.home / "state").exists, 60)


async def command(screen: Terminal, line: str) -> None:
    await screen.type(f":{line}\r")


async def test_the_file_adds_a_linter_and_keeps_those_that_ale_runs(workshop: Workshop) -> None:
    async with opened(workshop, "a.py", "def f(a, b):\n    ret\n") as screen:
        await ready(screen, workshop)
        told = workshop.home / "told"
        await command(screen, f"call writefile([json_encode(g:ale_linters.python)], '{told}')")
        await screen.until_made(told)
    names = json.loads(told.read_text())
    assert names[-1] == "lsp-router"
    assert "ruff" in names


async def test_completion_is_in_the_menu_and_is_accepted(workshop: Workshop) -> None:
    def finish(seen: Seen) -> Reply:
        before = str(seen.body.get("prompt"))
        return Reply("urn a + b" if before.endswith("ret") else "return a + b")

    workshop.backend.script = finish
    async with opened(workshop, "a.py", "def f(a, b):\n    \n") as screen:
        await ready(screen, workshop)
        await screen.type("jAret")
        await screen.until_it(lambda shown: "return a + b" in shown, "the suggestion", key="F5")
        await screen.press("C-n", "C-y", "Escape")
        await screen.until_it(lambda shown: "INSERT" not in shown, "normal mode")
        await command(screen, "w")
        await screen.until("written")
    assert (workshop.folder / "a.py").read_text("utf-8") == "def f(a, b):\n    return a + b\n"


@pytest.fixture
def studio(workshop: Workshop) -> Workshop:
    Studio(workshop.home, workshop.folder, workshop.backend).configure()
    workshop.backend.script = in_turn(small=[GOOD], strong=[GOOD])
    return workshop


async def test_a_refactoring_is_a_command_that_changes_the_buffer(studio: Workshop) -> None:
    async with opened(studio, "shop.py", BROKEN) as screen:
        await ready(screen, studio)
        await command(screen, "2")
        await command(screen, "ALECodeAction")
        await screen.until("1) Rewrite the selection more clearly (small)")
        await screen.type("1\r")
        await screen.until("return sum(prices)")


async def test_a_review_becomes_a_sign(workshop: Workshop) -> None:
    workshop.configure(model())
    workshop.backend.script = reviewing(finding("return a / b", "error", title="Division by zero"))
    async with opened(workshop, "ratio.py", "def ratio(a, b):\n    return a / b\n") as screen:
        await ready(screen, workshop)
        await command(screen, "ALECodeAction")
        shown = await screen.until("Review this file")
        line = next(line for line in shown.splitlines() if "Review this file" in line)
        await screen.type(line.split()[0].rstrip(":.)") + "\r")
        await command(screen, "2")
        await screen.until("Division by zero")
