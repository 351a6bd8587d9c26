from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.domain.wire import Hole, Image, Message, Prompt
from lsp_router.prompts.estimate import Ratio, estimate_prompt, estimate_tokens

FIB = "def fib(n):\n    if n < 2:\n        return n\n    return fib(n-1) + fib(n-2)\n"
"""def| fib|(n|):\n|   | if| n| <| |2|:\n|       | return| n|\n|   | return| fib|(n|-|1|)| +| fib|(n|-|2|)\n"""
LOOP = "for (let i = 0; i < items.length; i++) {\n  console.log(items[i]);\n}\n"
"""for| (|let| i| =| |0|;| i| <| items|.length|;| i|++)| {\n| | console|.log|(items|[i|]);\n|}\n"""
PROSE = "The quick brown fox jumps over the lazy dog, and nobody in the village was surprised by that.\n"
"""20 words, most of them one token, three signs"""
GO = "func (s *Server) Close() error {\n\ts.mu.Lock()\n\tdefer s.mu.Unlock()\n\treturn s.listener.Close()\n}\n"
"""func| (|s| *|Server|)| Close|()| error| {\n|\ts|.mu|.Lock|()\n|\t|defer| s|.mu|.Unlock|()\n|
\treturn| s|.listener|.Close|()\n|}\n"""


@pytest.mark.parametrize(
    ("text", "tokens"), [(FIB, 27), (LOOP, 24), (PROSE, 21), (GO, 27), ("日本語のテキストです。", 11)]
)
def test_the_estimate_is_near_a_count_by_hand(text, tokens):
    assert estimate_tokens(text) == pytest.approx(tokens, rel=0.25)


@pytest.mark.parametrize("text", [FIB, LOOP, GO])
@pytest.mark.parametrize("times", [10, 300, 3_000])
def test_a_long_text_is_estimated_like_its_parts(text, times):
    assert estimate_tokens(text * times) == pytest.approx(estimate_tokens(text) * times, rel=0.1)


@given(st.text(max_size=200))
def test_no_text_has_more_tokens_than_bytes(text):
    assert 0 <= estimate_tokens(text) <= len(text.encode("utf-8", "surrogatepass"))


def test_the_cost_does_not_grow_with_the_text():
    text = FIB * 100_000
    started = time.process_time()
    for _ in range(20):
        estimate_tokens(text)
    assert (time.process_time() - started) / 20 < 0.01


def test_a_prompt_counts_all_it_carries():
    chat = Prompt(messages=(Message("system", FIB), Message("user", LOOP, images=(Image("image/png", b""),))))
    assert estimate_prompt(chat) == estimate_tokens(FIB) + estimate_tokens(LOOP) + 8 + 1_000
    hole = Hole(FIB, LOOP, extra=(("a.py", GO),))
    parts = sum(map(estimate_tokens, (FIB, LOOP, "a.py", GO)))
    assert estimate_prompt(Prompt(hole=hole)) == parts + 4
    assert estimate_prompt(Prompt(hole=Hole(FIB, LOOP, raw=GO))) == estimate_tokens(GO)


def test_a_ratio_learns_what_a_tokenizer_makes_of_the_estimates():
    ratio = Ratio()
    for _ in range(30):
        ratio = ratio.update(1_000, 1_300)
    assert ratio.apply(100) == 130
    for _ in range(200):
        ratio = ratio.update(1_000, 900)
    assert ratio.apply(100) == 90


@pytest.mark.parametrize(("estimated", "actual"), [(10, 500), (0, 5), (1_000, 0), (1_000, -3)])
def test_what_teaches_nothing_changes_nothing(estimated, actual):
    assert Ratio().update(estimated, actual) == Ratio()


@given(st.lists(st.tuples(st.integers(50, 10_000), st.integers(1, 10**9)), max_size=30))
def test_no_report_makes_a_ratio_absurd(reports):
    ratio = Ratio()
    for estimated, actual in reports:
        ratio = ratio.update(estimated, actual)
    assert 0.25 <= ratio.value <= 4.0
