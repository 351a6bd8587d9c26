"""Type-ahead: the rest at once, and never a rest that belongs to another text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_router.assist.reuse import Rest, Shown, rests, reuse

SERVED = [
    # first prefix, first suffix, items, prefix now, suffix now, what is served
    ("a", "", ("bcd",), "a", "", ["bcd"]),
    ("a", "", ("bcd",), "ab", "", ["cd"]),
    ("a", "z", ("bcd",), "ab", "z", ["cd"]),
    ("", "", ("x\ny",), "x\n", "", ["y"]),
    ("f", "", ("oo(a)", "oo(b)", "ar"), "fo", "", ["o(a)", "o(b)"]),
    ("f", "", ("oo", "oo"), "fo", "", ["o"]),
    ("c.", ";", ("log('a')",), "c.log(", ");", ["'a'"]),  # the editor closed the bracket
    ("c.", ";", ("log('a')",), "c.log('", "');", ["a"]),
    ("x = ", "", ("{ a: 1 }",), "x = {", "}", [" a: 1 "]),
    ("    ", "\n", ("return x",), "        ", "\n", ["return x"]),  # indented further
    ("", "", ("x",), "\t", "", ["x"]),
    ("    ", "\n", ("    x",), "      ", "\n", ["  x"]),
]


@pytest.mark.parametrize(("prefix", "suffix", "items", "now", "after", "served"), SERVED)
def test_the_rest_is_served(
    prefix: str, suffix: str, items: tuple[str, ...], now: str, after: str, served: list[str]
) -> None:
    assert reuse(Shown(prefix, suffix, items), now, after) == served


STALE = [
    ("a", "", ("bcd",), "ax", ""),  # other letters
    ("a", "", ("bcd",), "aB", ""),  # other case
    ("a", "", ("bcd",), "abcd", ""),  # nothing left
    ("a", "", ("bcd  ",), "abcd", ""),  # only blanks left
    ("ab", "", ("cd",), "a", ""),  # went back
    ("a", "", ("bcd",), "b", ""),  # another place
    ("a", "", ("bcd",), "ab", "}"),  # something new behind the cursor
    ("a", "z", ("bcd",), "ab", ""),  # something gone behind it
    ("f", "", ("(a)",), "f(", "]"),  # not the closer of what was typed
    ("f", "", ("oo",), "fo", ")"),  # nothing was opened
    ("    ", "\n", ("x\n    y",), "        ", "\n"),  # lines of a certain depth
    ("    ", "\n", ("\tx",), "      ", "\n"),
    ("    x", "\n", ("y",), "    x  ", "\n"),  # not on a blank line
    ("    ", "\n", ("x",), "  ", "\n"),  # indented less
    ("", "", ("x",), "\n", ""),  # another line
    ("a", "", (), "a", ""),
]


@pytest.mark.parametrize(("prefix", "suffix", "items", "now", "after"), STALE)
def test_a_stale_suggestion_is_not_served(
    prefix: str, suffix: str, items: tuple[str, ...], now: str, after: str
) -> None:
    assert reuse(Shown(prefix, suffix, items), now, after) is None


def test_what_an_item_replaces_is_still_replaced() -> None:
    shown = Shown("f(", ")\n", ("a) + 1", "b"), (1, 0))
    assert rests(shown, "f(a", ")\n") == [Rest(0, ") + 1", 1)]
    assert rests(shown, "f(a)", "\n") == [Rest(0, " + 1", 0)]  # the user typed over the closer
    assert rests(shown, "f(b", "\n") == []


def test_closers_an_editor_added_in_the_middle_are_replaced() -> None:
    assert rests(Shown("", "\n", ("f(a).b",)), "f(", ")\n") == [Rest(0, "a).b", 1)]
    assert reuse(Shown("", "\n", ("f(a).b",)), "f(", ")\n") is None  # mere text could not do it


TEXT = st.text("ab(){}[]'\"\n ;", max_size=12)


@given(TEXT, TEXT, st.lists(st.tuples(TEXT, st.integers(0, 2)), max_size=3), TEXT, TEXT, st.integers(0, 12))
@settings(max_examples=500, deadline=None)
def test_accepting_what_is_served_is_accepting_what_was_shown(
    prefix: str, suffix: str, items: list[tuple[str, int]], typed: str, added: str, length: int
) -> None:
    replaces = tuple(min(count, len(suffix)) for _, count in items)
    shown = Shown(prefix, suffix, tuple(text for text, _ in items), replaces)
    typed = items[0][0][:length] if items and length % 2 else typed
    for after in (suffix, added + suffix, suffix[1:]):
        for rest in rests(shown, prefix + typed, after):
            before = prefix + shown.items[rest.index] + suffix[replaces[rest.index] :]
            now = prefix + typed + rest.insert + after[rest.replace :]
            moved_right = not typed.strip(" ") and now == prefix + typed + before[len(prefix) :]
            assert now == before or moved_right
            assert rest.insert.strip()


def test_it_takes_no_time_in_a_large_file() -> None:
    """Two comparisons of memory; the bound is a hundred times what they take."""
    import time

    text = "x" * 1_000_000
    shown = Shown(text, text, ("hello world",))
    now = text + "hel"
    start = time.perf_counter()
    for _ in range(10):
        assert reuse(shown, now, text) == ["lo world"]
    assert time.perf_counter() - start < 2
