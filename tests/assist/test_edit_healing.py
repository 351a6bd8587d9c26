"""Draft, check, repair, escalate, give up: what a person gets, what it costs and what the ledger says of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from lsp_router.assist.edit.ask import Kind
from tests.support.studio import Studio, after, fenced, in_turn

TEXT = "import os\n\n\ndef add(a, b):\n    return a - b\n\n\ndef other():\n    return 1\n"
GOOD = fenced("def add(a, b):\n    return a + b\n")
BROKEN = fenced("def add(a, b):\n    return (a + b\n")
FIXED = TEXT.replace("a - b", "a + b")


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Callable[..., Studio]]:
    made: list[Studio] = []

    def make(small: object = GOOD, strong: object = GOOD, **wishes: object) -> Studio:
        scripts = {name: in_turn(said) if isinstance(said, str) else said for name, said in
                   {"small": small, "strong": strong}.items()}  # fmt: skip
        made.append(Studio(tmp_path / "home", tmp_path / "project", scripts, **wishes))
        return made[-1]

    yield make
    for one in made:
        await one.close()


async def fix(studio: Studio):
    return await studio.edit(TEXT, Kind.FIX, at="a - b", complaints=["wrong sign"])


async def test_a_good_draft_becomes_the_smallest_edit(studio) -> None:
    made = studio()
    edited = await fix(made)
    (change,) = edited.changes
    assert (change.after, change.version, change.before) == (FIXED, 3, TEXT)
    assert [(TEXT[e.start : e.end], e.text) for e in change.edits] == [("-", "+")]
    assert made.told == ["drafting with small", "checking"]


async def test_bad_syntax_is_repaired_on_the_second_attempt(studio) -> None:
    made = studio(in_turn(BROKEN, GOOD))
    edited = await fix(made)
    assert after(edited) == FIXED
    assert made.transport.asked() == ["small", "small"]
    assert "was never closed" in made.prompts()[1]
    assert "repairing 2/3" in made.told
    (row,) = made.rows()
    assert [(a.model, a.outcome) for a in row.attempts] == [("small", "rejected"), ("small", "ok")]
