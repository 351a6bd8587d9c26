"""What each dialect sends for a chat, a hole, a raw prompt, a picture and a cache mark, and where it sends it."""

from __future__ import annotations

from typing import Any

import pytest

from lsp_router.domain.model import Dialect, Model, Provider, Secret
from lsp_router.domain.task import Privacy
from lsp_router.domain.wire import Call, Hole, Image, Message, Prompt
from lsp_router.providers.dialects import anthropic, gemini, llamacpp, mistral, ollama, openai
from lsp_router.providers.failures import Trouble
from lsp_router.providers.speech import Request, Speech

SPEECHES = {m.__name__.rpartition(".")[2]: m for m in (anthropic, gemini, llamacpp, mistral, ollama, openai)}
SYSTEM = Message("system", "Be brief.", cache=True)
USER = Message("user", "hello")
CHAT = Prompt((SYSTEM, USER), stop=("\n\n", "END"), max_tokens=64, temperature=0.2)
HOLE = Prompt(hole=Hole("pre", "suf", "a.py", (("b.py", "other"),)), stop=("\n",), max_tokens=16, temperature=0.0)
RAW = Prompt(hole=Hole("pre", "suf", raw="<PRE>pre<SUF>suf<MID>"), max_tokens=16)


def said(kind: str, prompt: Prompt, base: str = "http://host", model: str = "m", *without: str, **more: Any) -> Request:
    provider = Provider("p", Dialect(kind), base, Secret("sk-key"), **more)
    speech: Speech = SPEECHES[kind]  # type: ignore[assignment]
    return speech.request(Call(provider, Model("m", "p", model, context_window=65_536), prompt), frozenset(without))


@pytest.mark.parametrize(
    ("kind", "base", "prompt", "url"),
    [
        ("openai", "https://openrouter.ai/api/v1", CHAT, "https://openrouter.ai/api/v1/chat/completions"),
        ("openai", "https://openrouter.ai/api/v1/", CHAT, "https://openrouter.ai/api/v1/chat/completions"),
        ("openai", "http://127.0.0.1:8080", CHAT, "http://127.0.0.1:8080/v1/chat/completions"),
        ("openai", "https://api.deepseek.com/beta", HOLE, "https://api.deepseek.com/beta/completions"),
        ("openai", "https://gateway/team/llm", CHAT, "https://gateway/team/llm/chat/completions"),
        ("anthropic", "https://api.anthropic.com", CHAT, "https://api.anthropic.com/v1/messages"),
        ("anthropic", "https://api.anthropic.com/v1/", CHAT, "https://api.anthropic.com/v1/messages"),
        ("anthropic", "https://gw/anthropic", CHAT, "https://gw/anthropic/v1/messages"),
        (
            "gemini",
            "https://generativelanguage.googleapis.com/v1beta",
            CHAT,
            "https://generativelanguage.googleapis.com/v1beta/models/m:streamGenerateContent?alt=sse",
        ),
        ("gemini", "https://g", CHAT, "https://g/v1beta/models/m:streamGenerateContent?alt=sse"),
        ("mistral", "https://api.mistral.ai/v1", HOLE, "https://api.mistral.ai/v1/fim/completions"),
        ("mistral", "https://codestral.mistral.ai", CHAT, "https://codestral.mistral.ai/v1/chat/completions"),
        ("ollama", "http://127.0.0.1:11434", HOLE, "http://127.0.0.1:11434/api/generate"),
        ("ollama", "http://127.0.0.1:11434/api/", CHAT, "http://127.0.0.1:11434/api/chat"),
        ("ollama", "http://127.0.0.1:11434/v1", CHAT, "http://127.0.0.1:11434/api/chat"),
        ("llamacpp", "http://127.0.0.1:8080/v1", HOLE, "http://127.0.0.1:8080/infill"),
        ("llamacpp", "http://127.0.0.1:8080", RAW, "http://127.0.0.1:8080/completion"),
        ("llamacpp", "http://127.0.0.1:8080/", CHAT, "http://127.0.0.1:8080/v1/chat/completions"),
    ],
)
def test_addresses(kind: str, base: str, prompt: Prompt, url: str) -> None:
    assert said(kind, prompt, base).url == url


MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}]


@pytest.mark.parametrize(
    ("kind", "prompt", "body"),
    [
        (
            "openai",
            CHAT,
            {
                "model": "m",
                "stream": True,
                "stream_options": {"include_usage": True},
                "messages": MESSAGES,
                "max_tokens": 64,
                "temperature": 0.2,
                "stop": ["\n\n", "END"],
            },
        ),
        (
            "openai",
            HOLE,
            {
                "model": "m",
                "stream": True,
                "stream_options": {"include_usage": True},
                "prompt": "pre",
                "suffix": "suf",
                "max_tokens": 16,
                "temperature": 0.0,
                "stop": ["\n"],
            },
        ),
        (
            "mistral",
            HOLE,
            {
                "model": "m",
                "stream": True,
                "prompt": "pre",
                "suffix": "suf",
                "max_tokens": 16,
                "temperature": 0.0,
                "stop": ["\n"],
            },
        ),
        (
            "anthropic",
            CHAT,
            {
                "model": "m",
                "stream": True,
                "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
                "messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}],
                "max_tokens": 64,
                "temperature": 0.2,
                "stop_sequences": ["END"],
            },
        ),
        (
            "gemini",
            CHAT,
            {
                "systemInstruction": {"parts": [{"text": "Be brief."}]},
                "contents": [{"role": "user", "parts": [{"text": "hello"}]}],
                "generationConfig": {"maxOutputTokens": 64, "temperature": 0.2, "stopSequences": ["\n\n", "END"]},
            },
        ),
        (
            "ollama",
            CHAT,
            {
                "model": "m",
                "stream": True,
                "keep_alive": "30m",
                "messages": MESSAGES,
                "options": {"num_predict": 64, "temperature": 0.2, "stop": ["\n\n", "END"]},
            },
        ),
        (
            "ollama",
            HOLE,
            {
                "model": "m",
                "stream": True,
                "keep_alive": "30m",
                "prompt": "pre",
                "suffix": "suf",
                "options": {"num_predict": 16, "temperature": 0.0, "stop": ["\n"]},
            },
        ),
        (
            "llamacpp",
            HOLE,
            {
                "input_prefix": "pre",
                "input_suffix": "suf",
                "input_extra": [{"filename": "b.py", "text": "other"}],
                "prompt": "",
                "n_predict": 16,
                "temperature": 0.0,
                "stop": ["\n"],
                "stream": True,
                "cache_prompt": True,
            },
        ),
    ],
)
def test_bodies(kind: str, prompt: Prompt, body: dict[str, Any]) -> None:
    assert said(kind, prompt).body == body


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("openai", {"prompt": "<PRE>pre<SUF>suf<MID>"}),
        ("ollama", {"prompt": "<PRE>pre<SUF>suf<MID>", "raw": True}),
        ("llamacpp", {"prompt": "<PRE>pre<SUF>suf<MID>"}),
        ("mistral", {"prompt": "pre", "suffix": "suf"}),
    ],
)
def test_a_rendered_hole_goes_raw_where_raw_text_is_taken(kind: str, expected: dict[str, Any]) -> None:
    body = dict(said(kind, RAW).body or {})
    assert {name: body.get(name) for name in expected} == expected
    assert ("suffix" in body) == (kind == "mistral")


@pytest.mark.parametrize("kind", ["anthropic", "gemini"])
def test_a_hole_needs_an_endpoint_for_it(kind: str) -> None:
    with pytest.raises(Trouble, match="fill-in-the-middle"):
        said(kind, HOLE)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("openai", "authorization", "Bearer sk-key"),
        ("mistral", "authorization", "Bearer sk-key"),
        ("ollama", "authorization", "Bearer sk-key"),
        ("llamacpp", "authorization", "Bearer sk-key"),
        ("anthropic", "x-api-key", "sk-key"),
        ("gemini", "x-goog-api-key", "sk-key"),
    ],
)
def test_the_key_goes_into_its_header_and_nowhere_else(kind: str, name: str, value: str) -> None:
    request = said(kind, CHAT)
    assert {n: v for n, v in request.headers.items() if "sk-key" in v} == {name: value}
    assert "sk-key" not in request.url
    assert "sk-key" not in repr(request.body)


def test_the_users_own_headers_win() -> None:
    request = said("openai", CHAT, headers={"Authorization": "Custom x", "X-Title": "mine"})
    assert request.headers["authorization"] == "Custom x"
    assert request.headers["x-title"] == "mine"


@pytest.mark.parametrize("model", ["o3-mini", "gpt-5-nano", "openai/o4-mini", "openai/gpt-5.1"])
def test_reasoning_models_get_their_own_limits(model: str) -> None:
    body = dict(said("openai", CHAT, "http://host", model).body or {})
    assert body["max_completion_tokens"] == 64
    assert not {"max_tokens", "temperature", "stop"} & set(body)


def test_what_a_model_refuses_is_left_out_but_never_its_limit() -> None:
    body = dict(said("openai", CHAT, "http://host", "m", "max_tokens", "stream_options", "temperature").body or {})
    assert set(body) == {"model", "stream", "messages", "max_completion_tokens", "stop"}
    body = dict(said("gemini", CHAT, "http://host", "m", "temperature").body or {})
    assert set(body["generationConfig"]) == {"maxOutputTokens", "stopSequences"}


def test_openrouter_is_asked_for_usage_and_told_what_to_cache() -> None:
    request = said("openai", CHAT, "https://openrouter.ai/api/v1", "anthropic/claude-x")
    body = dict(request.body or {})
    assert body["usage"] == {"include": True}
    assert body["messages"][0]["content"][0]["cache_control"] == {"type": "ephemeral"}
    assert body["messages"][1]["content"] == "hello"
    plain = dict(said("openai", CHAT, "https://openrouter.ai/api/v1", "qwen/qwen3").body or {})
    assert plain["messages"] == MESSAGES


def test_openrouter_is_held_to_the_privacy_it_was_configured_with() -> None:
    base = "https://openrouter.ai/api/v1"
    strict = dict(said("openai", CHAT, base, privacy=Privacy.NO_TRAIN).body or {})
    assert strict["provider"] == {"data_collection": "deny"}
    assert "provider" not in dict(said("openai", CHAT, base, privacy=Privacy.CLOUD).body or {})


@pytest.mark.parametrize(("base", "most"), [("https://api.example/v1", 4), ("http://localhost:8000/v1", 9)])
def test_as_many_stops_as_are_taken(base: str, most: int) -> None:
    stops = tuple(f"<{n}>" for n in range(9))
    body = dict(said("openai", Prompt(hole=Hole("a", "b", raw="ab"), stop=stops), base).body or {})
    assert body["stop"] == list(stops[:most])


def test_no_more_cache_marks_than_are_allowed_and_the_last_ones_count() -> None:
    marked = tuple(Message("user", f"part {n}", cache=True) for n in range(6))
    body = dict(said("anthropic", Prompt(marked)).body or {})
    marks = ["cache_control" in message["content"][-1] for message in body["messages"]]
    assert marks == [False, False, True, True, True, True]


PICTURE = Prompt((Message("user", "look", (Image("image/png", b"\x89PNG"),)),))


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (
            "openai",
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "look"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
                ],
            },
        ),
        (
            "anthropic",
            {
                "role": "user",
                "content": [
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw=="}},
                    {"type": "text", "text": "look"},
                ],
            },
        ),
        (
            "gemini",
            {
                "role": "user",
                "parts": [{"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}}, {"text": "look"}],
            },
        ),
        ("ollama", {"role": "user", "content": "look", "images": ["iVBORw=="]}),
    ],
)
def test_pictures(kind: str, content: dict[str, Any]) -> None:
    body = dict(said(kind, PICTURE).body or {})
    assert (body.get("messages") or body.get("contents")) == [content]


@pytest.mark.parametrize(("size", "room"), [(100, None), (12_000, 8_192), (60_000, 32_768), (600_000, 65_536)])
def test_ollama_gets_room_for_what_it_would_cut_silently(size: int, room: int | None) -> None:
    body = dict(said("ollama", Prompt((Message("user", "x" * size),), max_tokens=1_000)).body or {})
    assert body["options"].get("num_ctx") == room


def test_neighbours_of_one_role_become_one_turn() -> None:
    from lsp_router.providers.speech import joined

    said = [Message("system", "be brief"), Message("user", "the file", cache=True), Message("user", "the wish")]
    assert [(m.role, m.text) for m in joined(said)] == [("system", "be brief"), ("user", "the file\n\nthe wish")]
