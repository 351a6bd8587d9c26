"""Stopping early: the sooner it is known that nothing more can come, the less is paid."""

from __future__ import annotations

import pytest

from lsp_router.assist.trim.pipeline import trim
from lsp_router.assist.trim.place import Place
from lsp_router.assist.trim.stream import StreamTrim


def at(document: str, language: str = "python", mode: str = "multi", stop: tuple[str, ...] = ()) -> Place:
    prefix, _, suffix = document.partition("|")
    return Place(prefix, suffix, language, mode, stop=stop)


STOPS = [
    # place, what the model says first, what it would say next
    (at("x = |", mode="single"), "1\n", "y = 2\n"),
    (at("def f():\n    |"), "return 1\n\n\ndef g():\n", "    return 2\n"),
    (at("x = |"), "1<|endoftext|>", "y"),
    (at("x = |", stop=("END",)), "1 END", " more"),
    (at("x = |"), "```python\n1\n```\n", "This sets x to one.\n"),
    (at("a = 1\n|\nc = 33333333\nd = 44444444"), "b = 2\nc = 33333333\nd = 44444444\n", "e = 5\n"),
    (at("def f():\n    |"), "g()\n" + "    h()\n" * 6, "    h()\n"),
    (at("x = |"), "foo, bar, " * 40, "foo, bar, "),
    (at("function f() {\n  |\n}", "javascript"), "return 1;\n}\n\nfunction g() {\n", "  return 2;\n}\n"),
    (at("function f() {|", "javascript"), "\n  return 1;\n}\n\nvar x;\n", "f();\n"),
    (at("x = 1\n|"), "y = 2\n# Path: src/b.py\n", "z = 3\n"),
]


@pytest.mark.parametrize(("place", "first", "more"), STOPS)
def test_the_wire_is_closed_when_nothing_can_come(place: Place, first: str, more: str) -> None:
    stream = StreamTrim(place)
    assert stream.feed(first)
    early = stream.result()
    assert early is not None
    assert stream.feed(more)
    assert stream.result() == early
    assert stream.raw == first
    whole = trim(first + more, place)
    assert whole is not None
    assert whole.insert == early.insert


GOES_ON = [
    (at("def f():\n    |"), "x = 1\n\n"),
    (at("if a:\n    |"), "x = 1\nelse:\n"),
    (at("if (a) {\n  |\n}", "javascript"), "f();\n"),
    (at("x = 1\n|", mode="single"), "x = 1\n"),
    (at("def f(x):\n    y = x\n    |", mode="single"), "def f(x):\n    y = x\n"),
    (at("x = |", mode="single"), "Sure! Here is the code:\n"),
    (at("x = |", mode="single"), "<think>\nIt may be\n"),
    (at("a = 1\n|\nc = 3\nd = 4"), "b = 2\nc = 3\n"),
]


@pytest.mark.parametrize(("place", "first"), GOES_ON)
def test_what_the_next_line_may_turn_round_is_waited_for(place: Place, first: str) -> None:
    assert not StreamTrim(place).feed(first)


def test_what_stands_alone_can_be_shown_before_the_end() -> None:
    stream = StreamTrim(at("def f():\n    |"))
    stream.feed("x = 1\n    y = ")
    assert stream.shown is not None
    assert (stream.shown.insert, stream.shown.complete) == ("x = 1", False)
    stream.feed("2\n")
    assert stream.shown is not None
    assert stream.shown.insert == "x = 1\n    y = 2"


def test_of_a_single_line_whole_words_can_be_shown() -> None:
    stream = StreamTrim(at("x = |", mode="single"))
    stream.feed("foo.ba")
    assert stream.shown is not None
    assert stream.shown.insert == "foo."
    stream.feed("r\n")
    assert stream.shown is not None
    assert (stream.shown.insert, stream.shown.complete) == ("foo.bar", True)


def test_nothing_is_shown_of_a_thought_or_an_apology() -> None:
    for text in ("<think>\nthe answer\nmay be\n", "I'm sorry, but I can't do that.\n"):
        stream = StreamTrim(at("x = 1\n|"))
        stream.feed(text)
        assert stream.shown is None
