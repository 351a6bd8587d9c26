"""Repeated text is told from new text, thoughts from text, halves of characters from damage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.domain.wire import Text, Thought
from lsp_router.providers.answer import Answer

CODE = 'def greet(name):\n    return f"héllo {name} 你好 🚀"\n'


def said(*pieces: str, whole: str = "") -> str:
    answer = Answer()
    for piece in pieces:
        answer.add_or_repeat(piece)
    answer.add_whole(whole)
    answer.flush()
    return "".join(chunk.text for chunk in answer.take() if isinstance(chunk, Text))


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (("de", "def ", "def f", "def f(x)"), "def f(x)"),
        (("r", "re", "ret", "return"), "return"),
        (("\n", "\n    ", "\n    return", "\n    return x"), "\n    return x"),
        (("def f(x):", "def f(x):\n    pass"), "def f(x):\n    pass"),
        (("total", " = 1\n", "total = 1\n"), "total = 1\n"),
        (("a = ", "1\n", "a = 1\n"), "a = 1\n"),
        (("return x + y", "return x + y"), "return x + y"),
        # coincidences of a normal stream
        (("=", "=="), "==="),
        (("=", "==", " b"), "=== b"),
        (("(", "((a", ", b)"), "(((a, b)"),
        (("\n", "\n"), "\n\n"),
        (("\n", "\n    return"), "\n\n    return"),
        (("    ", "    ", "x"), "        x"),
        (("ha", "ha", "ha"), "hahaha"),
        (("1", "10"), "110"),
        (("-", "--", "----"), "-------"),
        (("x", "x", " = 1"), "xx = 1"),
        (("a", "", "b"), "ab"),
    ],
)
def test_nothing_is_said_twice_and_nothing_is_lost(pieces: tuple[str, ...], text: str) -> None:
    assert said(*pieces) == text


@given(st.lists(st.integers(1, 8), min_size=12, max_size=12))
def test_growing_pieces_give_the_text_once(sizes: list[int]) -> None:
    edges = [sum(sizes[: i + 1]) for i in range(len(sizes))]
    pieces = [CODE[:edge] for edge in edges if edge < len(CODE)]
    assert said(*pieces, CODE) == CODE


@given(st.lists(st.integers(1, 8), min_size=60, max_size=60), st.booleans())
def test_pieces_of_code_give_the_text_with_or_without_a_final_whole(sizes: list[int], again: bool) -> None:
    text, pieces = CODE * 2 + "# the end\n", []
    rest = text
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    assert said(*pieces, rest, whole=text if again else "") == text


def test_a_whole_message_instead_of_deltas() -> None:
    assert said(whole=CODE) == CODE


# --- thoughts ---


def split(*pieces: str) -> tuple[str, str]:
    answer = Answer()
    for piece in pieces:
        answer.add(piece)
    answer.flush()
    chunks = answer.take()
    return tuple("".join(c.text for c in chunks if isinstance(c, kind)) for kind in (Thought, Text))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("whole", "thought", "text"),
    [
        ("<think>hm</think>x = 1", "hm", "x = 1"),
        ("<think>\nhm\n</think>\n\n    x = 1\n", "\nhm\n", "    x = 1\n"),
        ("\n <thinking>hm</thinking>x", "hm", "x"),
        ("<think></think>x", "", "x"),
        ("<think>a </thi b</think>x", "a </thi b", "x"),
        ("<think>never closed", "never closed", ""),
        ("<thin ice", "", "<thin ice"),
        ("<div>", "", "<div>"),
        ("<", "", "<"),
        ("  ", "", "  "),
        ("x <think>y</think>", "", "x <think>y</think>"),
        ("<think>a</think>b<think>c</think>", "a", "b<think>c</think>"),
    ],
)
def test_thoughts_at_the_start_are_not_text(whole: str, thought: str, text: str) -> None:
    assert split(whole) == (thought, text)
    assert split(*whole) == (thought, text)
    for cut in range(len(whole)):
        assert split(whole[:cut], whole[cut:]) == (thought, text)


# --- halves of characters ---


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (("a \ud83d", "\ude80 b"), "a 🚀 b"),
        (("\ud83d", "\ude80", "!"), "🚀!"),
        (("\ud83d\ude80",), "🚀"),
        (("a\ud83d", "b"), "a\ufffdb"),
        (("a\ude80b",), "a\ufffdb"),
        (("a", "\ud83d"), "a"),
        (("你", "好 é"), "你好 é"),
    ],
)
def test_two_halves_make_one_character(pieces: tuple[str, ...], text: str) -> None:
    assert split(*pieces) == ("", text)


@given(st.lists(st.text(st.characters(), max_size=4)))
def test_whatever_comes_out_can_be_written(pieces: list[str]) -> None:
    "".join(split(*pieces)).encode()
