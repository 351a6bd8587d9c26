"""The server's text equals the client's after any edits, in every encoding."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.server.text import LiveText, Position

PIECES = st.lists(
    st.sampled_from(["a", "é", "你", "🚀", "\t", "\n", "\r\n", "\r", "\u2028", "\x0c", "\x85", "xyz"]), max_size=12
)
TEXTS = PIECES.map("".join)
ENCODINGS = ("utf-8", "utf-16", "utf-32")
WIDTH = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def position_of(text: str, offset: int, encoding: str) -> Position:
    """What an editor would say: the plain way, over the whole text."""
    ends = [m.end() for m in re.finditer(r"\r\n|\r|\n", text) if m.end() <= offset]
    codec, width = WIDTH[encoding]
    return Position(len(ends), len(text[ends[-1] if ends else 0 : offset].encode(codec)) // width)


def boundaries(text: str) -> list[int]:
    """Offsets a cursor can have: not between CR and LF."""
    return [i for i in range(len(text) + 1) if text[i - 1 : i + 1] != "\r\n"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(start=TEXTS, edits=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), TEXTS), max_size=6))
def test_edits_keep_both_sides_equal(encoding: str, start: str, edits) -> None:
    live, text = LiveText(start, encoding), start
    for a, b, new in edits:
        places = boundaries(text)
        low, high = sorted(places[min(int(x * len(places)), len(places) - 1)] for x in (a, b))
        live.edit(position_of(text, low, encoding), position_of(text, high, encoding), new)
        text = text[:low] + new + text[high:]
        assert live.text == text
        assert live.size == len(text)


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=TEXTS)
def test_offsets_and_positions_are_each_others_inverse(encoding: str, text: str) -> None:
    live = LiveText(text, encoding)
    for offset in boundaries(text):
        assert live.position(offset) == position_of(text, offset, encoding)
        assert live.offset(live.position(offset)) == offset


@pytest.mark.parametrize(
    ("position", "offset"), [((0, 99), 3), ((1, 99), 7), ((2, 0), 8), ((99, 0), 8), ((99, 99), 8), ((0, 0), 0)]
)
def test_what_lies_beyond_is_pulled_back(position: tuple[int, int], offset: int) -> None:
    assert LiveText("abc\ndef\n").offset(Position(*position)) == offset


def test_a_position_inside_a_character_falls_before_it() -> None:
    assert LiveText("a🚀b", "utf-16").offset(Position(0, 2)) == 1
    assert LiveText("a🚀b", "utf-8").offset(Position(0, 3)) == 1
