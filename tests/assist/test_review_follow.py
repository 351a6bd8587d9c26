"""Findings in a text under edit: they go where their lines go, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_router.assist.review.finding import Claim, Finding, Severity, silenced
from lsp_router.assist.review.follow import follow, lines_of

TEXT = "one\ntwo = 2\n    three(3)\nfour\n"


def at(text: str, quote: str) -> Finding:
    start = text.index(quote)
    return Finding("id", "a.py", (start, start + len(quote)), Claim(quote, Severity.ERROR, "c", "t", "m"))


def followed(old: str, new: str, quote: str) -> str | None:
    left = follow([at(old, quote)], old, new)
    return new[slice(*left[0].span)] if left else None


CASES = [
    ("nothing", TEXT, "two = 2", True),
    ("a line above", "zero\n" + TEXT, "two = 2", True),
    ("an empty line at the top", "\n" + TEXT, "one", True),
    ("a line like it above", "    three(3)\n" + TEXT, "three(3)", True),
    ("a line with the same beginning above", TEXT.replace("    three", "    this()\n    three"), "three(3)", True),
    ("a line below", TEXT + "five\n", "three(3)", True),
    ("a line right below", TEXT.replace("three(3)\n", "three(3)\nthree(4)\n"), "three(3)", True),
    ("deleted above", TEXT.replace("one\n", ""), "two = 2", True),
    ("changed above and below", TEXT.replace("one", "ONE").replace("four", "FOUR"), "two = 2", True),
    ("edited inside", TEXT.replace("two = 2", "two = 3"), "two = 2", False),
    ("edited beside it on its line", TEXT.replace("two = 2", "two = 2  # ok"), "two = 2", False),
    ("typed at its beginning", TEXT.replace("two", "xtwo"), "two = 2", False),
    ("joined with the line above", TEXT.replace("one\n", "one"), "two = 2", False),
    ("split", TEXT.replace("two =", "two \\\n="), "two = 2", False),
    ("deleted", TEXT.replace("two = 2\n", ""), "two = 2", False),
    ("indented", TEXT.replace("two = 2", "    two = 2"), "two = 2", False),
    ("everything gone", "", "two = 2", False),
    ("another text", "x\ny\nz\n", "two = 2", False),
    ("moved down", "one\n    three(3)\nfour\ntwo = 2\n", "two = 2", True),
    ("twice now, both in what changed", "ONE\ntwo = 2\ntwo = 2\nFOUR\n", "two = 2", False),
]


@pytest.mark.parametrize(("edit", "new", "quote", "stays"), CASES, ids=[case[0] for case in CASES])
def test_a_finding_goes_with_its_line(edit: str, new: str, quote: str, *, stays: bool) -> None:
    assert followed(TEXT, new, quote) == (quote if stays else None)


LINES = st.lists(st.sampled_from(["a", "  a", "b", "", "ab", "a b", "# c"]), max_size=8)


@settings(max_examples=300, deadline=None)
@given(LINES, LINES, st.integers(0, 7))
def test_whatever_is_edited_a_finding_stands_on_its_own_lines(before: list[str], after: list[str], row: int) -> None:
    old, new = "\n".join(before), "\n".join(after)
    if row >= len(before) or not before[row].strip():
        return
    start = len("\n".join(before[:row])) + (1 if row else 0)
    start += len(before[row]) - len(before[row].lstrip())
    span = (start, start + len(before[row].strip()))
    finding = Finding("id", "a.py", span, Claim("q", Severity.ERROR, "c", "t", "m"))
    for left in follow([finding], old, new):
        assert new[slice(*lines_of(new, left.span))] == old[slice(*lines_of(old, span))]
        assert new[slice(*left.span)] == old[slice(*span)]


SILENCE = [
    ("x = 1  # lsp-router: ignore\n", True),
    ("x = 1  // LSP-Router: ignore this one\n", True),
    ("# lsp-router: ignore\nx = 1\n", True),
    ("    -- lsp-router: ignore\nx = 1\n", True),
    ("y = 2  # lsp-router: ignore\nx = 1\n", False),
    ("# lsp-router: ignore\n\nx = 1\n", False),
    ("x = 1\n# lsp-router: ignore\n", False),
    ('"lsp-router: ignore"\nx = 1\n', False),
    ("# lsp-router: ignored\nx = 1\n", False),
]


@pytest.mark.parametrize(("text", "quiet"), SILENCE)
def test_a_remark_speaks_for_its_line_or_the_next(text: str, *, quiet: bool) -> None:
    start = text.index("x = 1")
    assert silenced(text, (start, start + 5)) is quiet
