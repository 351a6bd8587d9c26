"""What somebody worked on a moment ago goes along with the next request, wherever it was."""

from __future__ import annotations

import json

import pytest

from tests.support.backend import Reply
from tests.support.lsp import INVOKED
from tests.support.workshop import Workshop

TEXT = "def add(a, b):\n    "
ELSEWHERE = "".join(f"setting_{n} = {n}\n" for n in range(400))


def told(workshop: Workshop) -> str:
    return json.dumps(workshop.backend.log[-1].body)


@pytest.fixture
def workshop(workshop: Workshop) -> Workshop:
    workshop.backend.script = lambda _seen: Reply("return a + b")
    return workshop


async def test_an_edit_in_another_file_goes_along(workshop: Workshop) -> None:
    async with workshop.editor() as editor:
        await editor.ready()
        other = editor.open("other.py", ELSEWHERE)
        page = editor.open("a.py", TEXT)
        await page.suggest(INVOKED)
        assert "setting_200" not in told(workshop)
        other.cursor = ELSEWHERE.index("setting_200")
        other.type("fresh = 1\n")
        await page.suggest(INVOKED)
        assert "fresh = 1" in told(workshop)
        assert "setting_200" in told(workshop)
        assert "setting_300" not in told(workshop)


async def test_an_edit_far_away_in_the_same_file_goes_along(workshop: Workshop) -> None:
    async with workshop.editor() as editor:
        await editor.ready()
        page = editor.open("a.py", ELSEWHERE * 4 + TEXT)
        page.cursor = ELSEWHERE.index("setting_200")
        page.type("fresh = 1\n")
        page.cursor = len(page.text)
        await page.suggest(INVOKED)
        assert "fresh = 1" in told(workshop)


async def test_an_edit_in_a_file_that_was_closed_stays_there(workshop: Workshop) -> None:
    async with workshop.editor() as editor:
        await editor.ready()
        other = editor.open("other.py", ELSEWHERE)
        other.cursor = ELSEWHERE.index("setting_200")
        other.type("fresh = 1\n")
        other.close()
        other = editor.open("other.py", ELSEWHERE)
        page = editor.open("a.py", TEXT)
        await page.suggest(INVOKED)
        assert "setting_200" not in told(workshop)
