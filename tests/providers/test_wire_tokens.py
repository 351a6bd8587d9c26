"""No token is counted in two classes, so none can be billed twice; for every provider's usage shape."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.domain.money import Rates, Tokens
from lsp_router.providers.dialects import anthropic, gemini, llamacpp, mistral, ollama, openai

COUNT = st.integers(0, 1_000_000)
PRICES = Rates(input=3.0, cached=0.3, written=3.75, output=15.0)


def dollars(uncached: int, cached: int, written: int, completion: int) -> float:
    """What the provider's own price list says, told without our classes."""
    return (3.0 * uncached + 0.3 * cached + 3.75 * written + 15.0 * completion) / 1e6


@given(COUNT, COUNT, COUNT, COUNT, COUNT, st.booleans())
def test_openai_prompts_hold_the_cached_and_completions_the_reasoning(
    uncached: int, cached: int, written: int, spoken: int, thought: int, total: bool
) -> None:
    usage: dict[str, Any] = {
        "prompt_tokens": uncached + cached + written,
        "completion_tokens": spoken + thought,
        "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": written},
        "completion_tokens_details": {"reasoning_tokens": thought},
    }
    if total:
        usage["total_tokens"] = uncached + cached + written + spoken + thought
    for speech in (openai, mistral, llamacpp):
        tokens = speech.tokens(usage)
        assert tokens == Tokens(uncached, cached, written, spoken, thought)
        assert PRICES.cost(tokens) == pytest.approx(dollars(uncached, cached, written, spoken + thought))


@given(COUNT, COUNT, st.integers(1, 1_000_000))
def test_reasoning_on_top_of_the_completion_is_seen_by_the_total(prompt: int, spoken: int, thought: int) -> None:
    usage: dict[str, Any] = {
        "prompt_tokens": prompt,
        "completion_tokens": spoken,
        "total_tokens": prompt + spoken + thought,
    }
    expected = Tokens(prompt, output=spoken, reasoning=thought)
    assert openai.tokens(usage) == expected
    assert openai.tokens({**usage, "completion_tokens_details": {"reasoning_tokens": thought}}) == expected


@given(COUNT, COUNT, COUNT)
def test_deepseek_tells_hits_and_misses(hit: int, miss: int, completion: int) -> None:
    usage = {
        "prompt_tokens": hit + miss,
        "prompt_cache_hit_tokens": hit,
        "prompt_cache_miss_tokens": miss,
        "prompt_tokens_details": {"cached_tokens": hit},
        "completion_tokens": completion,
    }
    assert openai.tokens(usage) == Tokens(miss, hit, output=completion)


@given(COUNT, COUNT, COUNT, COUNT)
def test_anthropic_prompts_hold_neither_reads_nor_writes(fresh: int, read: int, written: int, output: int) -> None:
    usage = {
        "input_tokens": fresh,
        "cache_read_input_tokens": read,
        "cache_creation_input_tokens": written,
        "output_tokens": output,
    }
    tokens = anthropic.tokens(usage)
    assert tokens == Tokens(fresh, read, written, output)
    assert PRICES.cost(tokens) == pytest.approx(dollars(fresh, read, written, output))


@given(COUNT, COUNT, COUNT, COUNT)
def test_gemini_counts_thoughts_beside_the_answer(uncached: int, cached: int, spoken: int, thought: int) -> None:
    usage = {
        "promptTokenCount": uncached + cached,
        "cachedContentTokenCount": cached,
        "candidatesTokenCount": spoken,
        "thoughtsTokenCount": thought,
        "totalTokenCount": uncached + cached + spoken + thought,
    }
    tokens = gemini.tokens(usage)
    assert tokens == Tokens(uncached, cached, 0, spoken, thought)
    assert tokens.total == usage["totalTokenCount"]


@given(COUNT, COUNT)
def test_local_servers(prompt: int, completion: int) -> None:
    assert ollama.tokens({"prompt_eval_count": prompt, "eval_count": completion}) == Tokens(prompt, output=completion)
    native = {"tokens_evaluated": prompt, "tokens_predicted": completion}
    assert llamacpp.tokens(native) == Tokens(prompt, output=completion)


NAMES = """prompt_tokens completion_tokens total_tokens prompt_tokens_details completion_tokens_details cached_tokens
cache_write_tokens reasoning_tokens prompt_cache_hit_tokens input_tokens output_tokens cache_read_input_tokens
cache_creation_input_tokens promptTokenCount cachedContentTokenCount candidatesTokenCount thoughtsTokenCount
prompt_eval_count eval_count tokens_evaluated tokens_predicted"""
NONSENSE = (
    st.none() | st.booleans() | st.text(max_size=3) | st.integers(-5, 10**20) | st.floats() | st.lists(st.integers())
)
USAGE = st.dictionaries(
    st.sampled_from(NAMES.split()), NONSENSE | st.dictionaries(st.sampled_from(NAMES.split()), NONSENSE, max_size=3)
)


@pytest.mark.parametrize("speech", [openai, anthropic, gemini, ollama, llamacpp])
@given(usage=USAGE)
def test_nonsense_never_counts_more_than_was_said(speech: Any, usage: dict[str, Any]) -> None:
    tokens = speech.tokens(usage)
    assert min(tokens.input, tokens.cached, tokens.written, tokens.output, tokens.reasoning) >= 0
    if speech is openai:
        said = {name: v for name, v in usage.items() if isinstance(v, int | float) and 0 < v < 1e12}
        assert tokens.prompt == int(said.get("prompt_tokens", 0))
        both = int(said.get("prompt_tokens", 0)) + int(said.get("completion_tokens", 0))
        assert tokens.total == max(both, int(said.get("total_tokens", 0)))
