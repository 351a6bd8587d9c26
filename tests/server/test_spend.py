"""Spend stops with the request: whoever stops waiting, by whatever means, closes the upstream and is booked."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

import pytest

from tests.support.backend import Reply
from tests.support.lsp import INVOKED, Editor, Page
from tests.support.workshop import Workshop, asked, books, until

SOON = 0.150
"""What 50 ms are on a machine that does other things as well."""
IN, OUT = 1e-6, 1e-5
STREAM = Reply("first = 1\n" + "    compute(something)\n" * 40, token_delay=0.02)
TEXT = "def add(a, b):\n    "

Stop = Callable[[Editor, Page, int], object]


def cancel(editor: Editor, _page: Page, ident: int) -> None:
    editor.cancel(ident)


def other_text(_editor: Editor, page: Page, _ident: int) -> None:
    page.type("zzz")
    page.ask()


def other_place(_editor: Editor, page: Page, _ident: int) -> None:
    page.cursor = 0
    page.type("import os\n")
    page.ask()


def invoked(_editor: Editor, page: Page, _ident: int) -> None:
    page.ask(INVOKED)


def close(_editor: Editor, page: Page, _ident: int) -> None:
    page.close()


def shutdown(editor: Editor, _page: Page, _ident: int) -> None:
    editor.leave()


def death(editor: Editor, _page: Page, _ident: int) -> None:
    editor.die()


STOPS = [cancel, other_text, other_place, invoked, close, shutdown, death]


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.__name__)
async def test_the_upstream_closes_at_once_and_is_booked(
    workshop: Workshop, stop: Stop, record_property: Callable[[str, float], None]
) -> None:
    workshop.backend.script = lambda _seen: STREAM
    async with workshop.editor() as editor:
        page = editor.open("a.py", TEXT)
        ident = page.ask()
        seen = await asked(workshop.backend)
        stop(editor, page, ident)
        took = await until(lambda: seen.aborted)
        record_property("abort_ms", took * 1000)
        assert took < SOON
        if stop is death:
            assert await editor.gone() < 1
        else:
            assert await page.answer(ident) == []
    found = books(workshop.home)
    assert found.held == 0
    used = found.rows[0].attempts[0]
    assert used.outcome == "cancelled"
    assert abs(used.tokens.output - seen.sent_tokens) <= 3
    assert used.cost_usd == pytest.approx(used.tokens.input * IN + used.tokens.output * OUT)


async def test_before_the_first_word_nothing_is_owed(workshop: Workshop) -> None:
    workshop.backend.script = lambda _seen: Reply("late", delay=30)
    async with workshop.editor() as editor:
        page = editor.open("a.py", TEXT)
        ident = page.ask()
        await until(lambda: workshop.backend.log)
        editor.cancel(ident)
        assert await until(lambda: workshop.backend.log[0].aborted) < SOON
        assert await page.answer(ident) == []
    found = books(workshop.home)
    assert (found.spent, found.held) == (0, 0)
    assert [a.outcome for row in found.rows for a in row.attempts] == ["cancelled"]


async def test_a_cancelled_place_can_be_asked_for_again(workshop: Workshop) -> None:
    workshop.backend.script = lambda _seen: STREAM
    async with workshop.editor() as editor:
        page = editor.open("a.py", TEXT)
        ident = page.ask()
        await asked(workshop.backend)
        editor.cancel(ident)
        assert await page.answer(ident) == []
        workshop.backend.script = lambda _seen: Reply("return a + b")
        assert await page.suggest() == ["return a + b"]


async def test_an_answer_comes_even_when_the_cancel_overtakes_the_request(workshop: Workshop) -> None:
    async with workshop.editor() as editor:
        page = editor.open("a.py", TEXT)
        ident = page.ask()
        editor.cancel(ident)
        assert await page.answer(ident) == []
        many = [page.ask() for _ in range(20)]
        for one in many:
            editor.cancel(one)
        assert [await page.answer(one) for one in many] == [[]] * 20


async def test_overlapping_requests_share_one_call(workshop: Workshop) -> None:
    """Some editors do not cancel while typing: letters that the answer turns out to begin with join the first call."""
    workshop.backend.script = lambda _seen: Reply("return a + b", delay=0.2)
    async with workshop.editor() as editor:
        page = editor.open("a.py", TEXT)
        idents = [page.ask()]
        for letter in "retu":
            await asyncio.sleep(0.02)
            page.type(letter)
            idents.append(page.ask())
        answers = [await page.answer(ident) for ident in idents]
    assert answers == [[], [], [], [], ["rn a + b"]]
    assert workshop.backend.calls() == 1


async def test_a_shared_call_that_goes_another_way_is_dropped_for_a_better_one(workshop: Workshop) -> None:
    workshop.backend.script = lambda seen: (
        Reply("eld a")
        if seen.body["prompt"].endswith("yi")
        else Reply("return a + b\n" * 50, delay=0.1, token_delay=0.02)
    )
    async with workshop.editor() as editor:
        page = editor.open("a.py", TEXT)
        first = page.ask()
        await until(lambda: workshop.backend.log)
        page.type("yi")
        assert await page.suggest() == ["eld a"]
        assert await page.answer(first) == []
    assert workshop.backend.calls() == 2
    assert workshop.backend.log[0].aborted


async def test_the_server_leaves_with_its_editor_though_its_input_stays_open(workshop: Workshop) -> None:
    workshop.backend.script = lambda _seen: STREAM
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE)
    async with workshop.editor(process_id=parent.pid) as editor:
        page = editor.open("a.py", TEXT)
        page.ask()
        seen = await asked(workshop.backend)
        parent.kill()
        await parent.wait()
        assert await editor.gone() < 1
        assert seen.aborted
    assert books(workshop.home).held == 0


async def test_an_idle_server_leaves_with_its_editor(workshop: Workshop) -> None:
    async with workshop.editor() as editor:
        await editor.command("lspRouter.status")
        editor.die()
        assert await editor.gone() < 1
        assert editor.errors == ""
