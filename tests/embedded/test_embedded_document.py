from __future__ import annotations

import os
import subprocess
import sys
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_router.embedded.text.alphabet import Key, combine
from lsp_router.embedded.text.document import MAX_READ, Document
from lsp_router.embedded.text.languages import Language, find_language
from lsp_router.embedded.text.lexer import Lexed, lex_line

PYTHON = find_language("python")
assert PYTHON is not None
LINES = st.lists(
    st.sampled_from(
        [
            "",
            "import os, sys",
            "def f(self, a, b=1):",
            "    return self.f(a, [b, {1: a}],",
            '    """Says what',
            "        it is.",
            '    """',
            "    # note",
            "x = 'open",
            ")",
            "class A(B):",
            "        deep = (yes,",
        ]
    ),
    max_size=14,
)


def read(lines: list[str]) -> Document:
    document = Document(PYTHON)
    for _ in document.build(lines):
        pass
    return document


def content(document: Document) -> dict[str, object]:
    """Everything a document says, in words that do not depend on the order in which it learnt them."""
    alphabet = document.alphabet
    partitions = [_partition(column) for column in document.columns]
    return {
        "tokens": [alphabet.text(code) for code in document.exact],
        "shapes": [document.shape[at] == "\0" for at in range(len(document.shape))],
        "spaces": document.spaces,
        "starts": document.starts,
        "states": [entry.state for entry in document.entries],
        "columns": partitions,
        "counts": {alphabet.text(code): count for code, count in document.counts.items() if count},
    }


def _partition(column: str) -> list[int]:
    first: dict[str, int] = {}
    return [first.setdefault(code, at) for at, code in enumerate(column)]


class _Apart(dict[Key, str]):
    """One character per combination that no other one has, however many are tried."""

    def __missing__(self, key: Key) -> str:
        self[key] = code = chr(len(self))
        return code


@settings(max_examples=200)
@given(LINES, st.lists(st.tuples(st.integers(0, 14), st.integers(0, 5), LINES), max_size=5))
def test_following_edits_is_reading_anew(lines: list[str], edits: list[tuple[int, int, list[str]]]) -> None:
    with patch("lsp_router.embedded.text.document.combine", _Apart().__getitem__):
        _follow_and_compare(lines, edits)


def _follow_and_compare(lines: list[str], edits: list[tuple[int, int, list[str]]]) -> None:
    document = read(lines)
    for at, removed, added in edits:
        lines = [*lines[:at], *added, *lines[at + removed :]]
        assert document.update(lines)
        assert document.lines == lines
        assert content(document) == content(read(lines))


@settings(max_examples=100)
@given(LINES, st.lists(st.tuples(st.integers(0, 100), LINES), max_size=4))
def test_lines_that_change_far_apart_are_followed_too(lines: list[str], edits: list[tuple[int, list[str]]]) -> None:
    old = lines * 8
    new = list(old)
    for at, others in edits:
        for place, line in enumerate(others, at):
            new[place : place + 1] = [line] if place < len(new) else []
    with patch("lsp_router.embedded.text.document.combine", _Apart().__getitem__):
        with patch("lsp_router.embedded.text.document.MAX_READ", 8):
            document = read(old)
            followed = document.update(new)
        assert content(document) == content(read(document.lines))
        assert document.lines == new or not followed


@settings(max_examples=100)
@given(LINES, LINES, LINES, LINES)
def test_an_edit_of_any_size_is_followed_in_slices(
    kept: list[str], gone: list[str], come: list[str], rest: list[str]
) -> None:
    new = kept + come * 3 + rest
    with (
        patch("lsp_router.embedded.text.document.combine", _Apart().__getitem__),
        patch("lsp_router.embedded.text.document.SLICE", 3),
    ):
        document = read(kept + gone * 3 + rest)
        for _ in document.follow(new):
            assert content(document) == content(read(document.lines))
        assert document.lines == new
        assert content(document) == content(read(new))


def test_who_follows_in_slices_stops_when_somebody_else_goes_on() -> None:
    document, lines = read(["a = 1"]), [f"b = {number}" for number in range(1_000)]
    slices = document.follow(lines)
    next(slices)
    assert document.update([*document.lines, "c = 1"])
    assert list(slices) == []
    assert document.lines[-1] == "c = 1"


def test_a_name_that_is_changed_all_over_a_long_file_is_followed_at_once() -> None:
    lines = [f"value_{number} = compute(value_{number % 31})" for number in range(1_000)]
    document = read(lines)
    renamed = [line.replace("compute", "reckon") if at % 90 == 0 else line for at, line in enumerate(lines)]
    assert document.update(renamed)
    assert document.lines == renamed


def test_two_combinations_hardly_ever_share_a_character() -> None:
    combinations = [(one, other, kind) for one in range(100) for other in range(100) for kind in (5, 9)]
    assert len(set(map(combine, combinations))) > 0.98 * len(combinations)


@pytest.mark.parametrize("seed", ["1", "2"])
def test_a_combination_has_the_same_character_in_every_process(seed: str) -> None:
    asked = "from lsp_router.embedded.text.alphabet import combine; print(ord(combine((7, 8, 9))))"
    told = subprocess.run(
        [sys.executable, "-c", asked], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
    )
    assert int(told.stdout) == ord(combine((7, 8, 9)))


def test_reading_pauses_sooner_where_lines_are_long() -> None:
    short, long = ["a = 1"] * 100, ["a = " + "1 + " * 200] * 100
    assert len(list(Document(PYTHON).build(long))) > 10 * len(list(Document(PYTHON).build(short)))


def test_leaves_too_much_reading_for_later() -> None:
    document = read(["a = 1"])
    before = content(document)
    assert not document.update(["b = 2"] * (MAX_READ + 1))
    assert content(document) == before
    assert document.update(["a = 1", "b = 2"])


def test_an_opened_string_that_swallows_the_file_is_too_much() -> None:
    lines = ["x = 1"] * (3 * MAX_READ)
    document = read(lines)
    assert not document.update(['"""', *lines])
    assert document.lines == lines


def test_a_keystroke_in_a_long_file_reads_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"    value_{n % 97} = compute(value_{n % 31}, {n % 7})" for n in range(3_000)]
    document = read(lines)
    read_lines: list[str] = []

    def counted(language: Language, line: str, state: str) -> Lexed:
        read_lines.append(line)
        return lex_line(language, line, state)

    monkeypatch.setattr("lsp_router.embedded.text.document.lex_line", counted)
    for length in range(1, 40):
        lines[1_500] = "    value = compute(value_3, other_4, third)"[:length]
        assert document.update(lines)
        assert read_lines == [lines[1_500]]
        read_lines.clear()


def test_reading_pauses_often() -> None:
    lines = [f"value_{n} = compute(value_{n % 31})" for n in range(1_000)]
    assert sum(1 for _ in Document(PYTHON).build(lines)) >= 10
