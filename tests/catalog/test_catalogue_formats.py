"""Model lists as providers send them, well and badly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.catalog import tags
from lsp_router.catalog.formats import parse
from lsp_router.catalog.listing import Listed, Listing
from lsp_router.domain.model import Capability
from lsp_router.domain.money import Price, PriceBand, Rates

FORMS = ("openai", "gemini", "ollama", "llamacpp", "unheard-of")
OPENROUTER_ROW = {
    "id": "z-ai/glm-5.3",
    "context_length": 1_048_576,
    "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
    "pricing": {
        "prompt": "0.0000014",
        "completion": "0.0000044",
        "input_cache_read": "0.00000026",
        "request": "0",
        "overrides": [
            {"min_prompt_tokens": 200_000, "prompt": "0.0000028"},
            {"utc_start": 130, "utc_end": 400, "completion": "0.0000088"},
        ],
    },
    "supported_parameters": ["tools", "reasoning", "max_tokens"],
    "top_provider": {"max_completion_tokens": 131_072},
}


def read(form: str, body: object) -> Listing:
    return parse(form, body, provider="p", fetched_at=7.0)


def skills(words: str) -> frozenset[Capability]:
    return frozenset(map(Capability, words.split()))


def row(form: str, body: object) -> Listed:
    (only,) = read(form, body).models
    return only


def test_a_rich_row_is_read_whole():
    listed = row("openai", {"data": [OPENROUTER_ROW]})
    base = Rates(1.4, 0.26, 1.4, 4.4)
    assert listed.price == Price(
        base,
        (
            PriceBand(Rates(2.8, 0.26, 2.8, 4.4), above_prompt=199_999),
            PriceBand(Rates(1.4, 0.26, 1.4, 8.8), hours=(1.5, 4.0)),
        ),
    )
    assert (listed.context_window, listed.max_output) == (1_048_576, 131_072)
    assert listed.capabilities == {Capability.CHAT, Capability.VISION, Capability.TOOLS, Capability.REASONING}


@pytest.mark.parametrize(
    ("pricing", "rates"),
    [
        ({"prompt": "0", "completion": "0"}, Rates()),
        ({"prompt": "0.000001", "completion": "0.000002"}, Rates(1, 1, 1, 2)),
        ({"prompt": 1e-6, "completion": 2e-6}, Rates(1, 1, 1, 2)),
        ({"prompt": "1e-6", "completion": "2e-6", "input_cache_write": "1.25e-6"}, Rates(1, 1, 1.25, 2)),
        ({"prompt": "1e-6", "completion": "2e-6", "input_cache_write": "1e-8"}, Rates(1, 1, 1, 2)),
        ({"prompt": "1e-6", "completion": "2e-6", "request": "0.01"}, Rates(1, 1, 1, 2, request=0.01)),
        ({"prompt": "1e-6", "completion": "2e-6", "input_cache_read": None}, Rates(1, 1, 1, 2)),
    ],
)
def test_price_tags(pricing, rates):
    price, problem = tags.read(pricing)
    assert price == Price(rates)
    assert not problem


@pytest.mark.parametrize(
    "pricing",
    [
        {"prompt": "nan", "completion": "0.000002"},
        {"prompt": "inf", "completion": "0.000002"},
        {"prompt": "cheap", "completion": "0.000002"},
        {"prompt": True, "completion": "0.000002"},
        {"prompt": ["0.1"], "completion": "0.000002"},
        {"prompt": "0.000001", "completion": "70"},
        {"prompt": 10**400, "completion": 1},
        {"prompt": "0.000001", "completion": "0.000002", "input_cache_read": "-0.1"},
        {"prompt": "1e-6", "completion": "2e-6", "overrides": [{"weekday": 3, "prompt": "5e-6"}]},
        {"prompt": "1e-6", "completion": "2e-6", "overrides": [{"min_prompt_tokens": 1000, "prompt": "nan"}]},
        {"prompt": "1e-6", "completion": "2e-6", "overrides": [{"utc_start": 100, "prompt": "5e-6"}]},
        {"prompt": "1e-6", "completion": "2e-6", "overrides": [{"utc_start": 170, "utc_end": 300, "prompt": "5e-6"}]},
    ],
)
def test_a_tag_that_is_not_understood_is_no_price_and_says_so(pricing):
    price, problem = tags.read(pricing)
    assert price is None
    assert problem


@pytest.mark.parametrize("pricing", [None, {}, [], {"prompt": "0.1"}, {"prompt": "-1", "completion": "-1"}])
def test_a_missing_or_varying_price_is_none_and_nothing_is_wrong(pricing):
    assert tags.read(pricing) == (None, "")


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({}, Listed("m")),
        ({"context_window": 131_072, "max_completion_tokens": 65_536}, Listed("m", None, 131_072, 65_536)),
        ({"max_model_len": 32_768}, Listed("m", None, 32_768)),
        ({"type": "vlm", "max_context_length": 8_192}, Listed("m", None, 8_192, None, skills("chat vision"))),
        ({"type": "embeddings"}, Listed("m", capabilities=skills(""))),
        ({"type": ["rubbish"]}, Listed("m")),
        ({"capabilities": {"completion_chat": True, "vision": 1}}, Listed("m", capabilities=skills("chat"))),
        ({"capabilities": {"completion_fim": True}}, Listed("m", capabilities=skills("fim"))),
        ({"aliases": ["m-latest", 5]}, Listed("m", aliases=("m-latest",))),
        ({"architecture": {"output_modalities": ["image"]}}, Listed("m", capabilities=skills(""))),
        ({"context_length": -5}, Listed("m")),
        ({"context_length": "8192"}, Listed("m", None, 8_192)),
        ({"context_length": 4096.5}, Listed("m")),
        ({"context_length": True}, Listed("m")),
    ],
)  # fmt: skip
def test_plain_rows_with_what_this_or_that_server_adds(extra, expected):
    assert row("openai", {"object": "list", "data": [{"id": "m", **extra}]}) == expected


def test_a_model_that_is_switched_off_is_not_listed():
    assert read("openai", {"data": [{"id": "a", "active": False}, {"id": "b"}]}).models == (Listed("b"),)


def test_gemini_names_lose_their_prefix_and_what_does_not_generate_is_left_out():
    body = {
        "models": [
            {
                "name": "models/gemini-3.8-flash",
                "inputTokenLimit": 1_048_576,
                "outputTokenLimit": 65_536,
                "supportedGenerationMethods": ["generateContent", "countTokens"],
            },
            {"name": "models/gemini-embedding", "supportedGenerationMethods": ["embedContent"]},
        ]
    }
    assert read("gemini", body).models == (Listed("gemini-3.8-flash", None, 1_048_576, 65_536),)


OLLAMA_SHOWN = {"capabilities": ["completion", "insert"], "model_info": {"qwen2.context_length": 131_072}}


@pytest.mark.parametrize(
    ("entry", "shown", "expected"),
    [
        ({"name": "a:7b"}, {}, Listed("a:7b", aliases=("a:7b",))),
        ({"name": "a:latest", "model": "a:latest"}, {}, Listed("a:latest", aliases=("a",))),
        (
            {"name": "a"}, OLLAMA_SHOWN,
            Listed("a", None, 32_768, None, skills("chat fim"), ("a",)),
        ),
        (
            {"name": "a"}, {**OLLAMA_SHOWN, "parameters": "stop x\nnum_ctx    65536\ntemperature 1"},
            Listed("a", None, 65_536, None, skills("chat fim"), ("a",)),
        ),
        ({"name": "a"}, {"context_length": 8_192}, Listed("a", None, 8_192, aliases=("a",))),
        ({"name": "a"}, {"capabilities": ["embedding"]}, Listed("a", capabilities=skills(""), aliases=("a",))),
        ({"name": "a:9b-cloud"}, {}, Listed("a:9b-cloud", aliases=("a:9b-cloud",), remote=True)),
        ({"name": "a", "remote_host": "https://ollama.com"}, {}, Listed("a", aliases=("a",), remote=True)),
    ],
)  # fmt: skip
def test_ollama_rows(entry, shown, expected):
    assert row("ollama", {"models": [{**entry, **shown}]}) == expected


@pytest.mark.parametrize(
    ("props", "window", "sees"),
    [
        (None, 32_768, None),
        ({"default_generation_settings": {"n_ctx": 8_192}}, 8_192, None),
        (
            {"default_generation_settings": {"n_ctx": 65_536}, "modalities": {"vision": True}},
            65_536,
            {"chat", "vision"},
        ),
        ({"default_generation_settings": [], "modalities": "yes"}, 32_768, None),
    ],
)
def test_llamacpp_says_what_it_was_started_with(props, window, sees):
    body = {"data": [{"id": "/models/qwen.gguf", "meta": {"n_ctx_train": 131_072}, "props": props}]}
    listed = row("llamacpp", body)
    assert (listed.id, listed.context_window, listed.capabilities) == ("/models/qwen.gguf", window, sees)


@pytest.mark.parametrize(
    ("body", "complete"),
    [
        ({"data": [{"id": "a"}]}, True),
        ([{"id": "a"}], True),
        ({"data": [{"id": "a"}], "has_more": True}, False),
        ({"data": [{"id": "a"}], "has_more": False}, True),
        ({"data": [{"id": "a"}], "nextPageToken": "more"}, False),
        ({"data": [{"id": "a"}, {"name": "no id"}]}, False),
        ({"data": []}, False),
        ({"error": {"message": "no"}}, False),
        (None, False),
        ("<html>", False),
    ],
)
def test_absence_proves_something_only_in_a_complete_list(body, complete):
    assert read("openai", body).complete is complete


def test_a_wrong_price_spoils_neither_the_row_nor_the_list():
    listing = read("openai", {"data": [{"id": "a", "pricing": {"prompt": "x", "completion": "y"}}]})
    assert listing.complete
    assert listing.models == (Listed("a"),)
    assert listing.problems[0].startswith("a: no price")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["-1", "0.1"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from([
            "data", "models", "id", "name", "model", "pricing", "prompt", "completion", "overrides", "utc_start",
            "utc_end", "min_prompt_tokens", "architecture", "input_modalities", "capabilities", "model_info", "meta",
            "x.context_length", "parameters", "context_length", "type", "top_provider", "aliases", "n_ctx", "has_more",
            "default_generation_settings", "supportedGenerationMethods", "props", "modalities",
        ]),
        inner,
        max_size=6,
    ),
    max_leaves=25,
)  # fmt: skip


@given(form=st.sampled_from(FORMS), body=JSON)
def test_no_list_can_break_the_reader(form, body):
    listing = read(form, body)
    assert listing.fetched_at == 7.0
    for listed in listing.models:
        assert listed.id
        assert listed.price is None or min(listed.price.base.input, listed.price.base.output) >= 0


@given(form=st.sampled_from(FORMS), rows=st.lists(JSON, max_size=4))
def test_no_row_can_break_the_reader(form, rows):
    key = "models" if form in {"gemini", "ollama"} else "data"
    good = {"id": "a", "name": "a", "supportedGenerationMethods": ["generateContent"]}
    assert read(form, {key: [good, *rows]}).models[0].id == "a"
