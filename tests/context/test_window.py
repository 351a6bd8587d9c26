from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.context.window import Budget, window

SMALL = Budget(tokens=100, prefix=0.5, suffix=0.3, stable=0.1, volatile=0.1, chars_per_token=1.0)


@given(text=st.text(alphabet="ab \n\r😀", max_size=400), data=st.data())
def test_a_window_is_a_true_cutting_within_its_budget(text, data):
    offset = data.draw(st.integers(0, len(text)))
    cut = window(text, offset, SMALL)
    assert cut.prefix == text[cut.start : offset]
    assert cut.suffix == text[offset : cut.end]
    assert len(cut.prefix) + len(cut.suffix) <= 80
    if len(text) <= 80:
        assert (cut.start, cut.end) == (0, len(text))


LINES = "".join(f"line {number:04d}\n" for number in range(1_000))


@pytest.mark.parametrize("offset", [3, 500, 505, 4_000, 9_990, len(LINES)])
def test_a_window_begins_and_ends_with_whole_lines(offset):
    cut = window(LINES, offset, SMALL)
    assert cut.start == 0 or LINES[cut.start - 1] == "\n"
    assert cut.end == len(LINES) or LINES[cut.end - 1] == "\n"
    assert cut.start <= offset <= cut.end


@pytest.mark.parametrize(("offset", "prefix", "suffix"), [(0, 0, 80), (len(LINES), 80, 0)])
def test_what_one_side_leaves_the_other_may_have(offset, prefix, suffix):
    cut = window(LINES, offset, SMALL)
    assert prefix * 0.6 <= len(cut.prefix) <= prefix
    assert suffix * 0.8 <= len(cut.suffix) <= suffix


def test_typing_seldom_moves_the_start():
    """A prompt cache matches from the first character on: a start that moved with each keystroke would defeat it."""
    starts = [window(LINES, 5_000 + typed, Budget(tokens=400)).start for typed in range(200)]
    assert len(set(starts)) <= 3


def test_a_request_without_other_files_has_the_whole_budget():
    budget = Budget(tokens=1_000, chars_per_token=1.0)
    assert window(LINES, 5_000, budget.alone()).size > 1.5 * window(LINES, 5_000, budget).size
    assert window(LINES, 5_000, budget.alone()).size <= 1_000


@pytest.mark.parametrize(
    "text",
    ["x = 1\n" * 100_000 * 4, "a" * 2_000_000, "b" * 1_000_000 + "\n" + "c" * 1_000_000],
    ids=["lines", "one", "two"],
)
def test_a_huge_file_costs_no_more_than_a_small_one(text):
    offset = len(text) // 2
    started = time.process_time()
    for step in range(100):
        cut = window(text, offset + step)
    assert (time.process_time() - started) / 100 < 0.002
    assert len(cut.prefix) > 1_000
