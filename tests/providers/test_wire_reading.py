"""Streams as they come in the wild, told as what was said, how it ended, and what it cost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.domain.money import Tokens
from lsp_router.domain.wire import Fault, Text, Thought
from lsp_router.providers.dialects import anthropic, gemini, llamacpp, mistral, ollama, openai
from lsp_router.providers.reading import Reading
from lsp_router.providers.speech import Speech

ALL = [openai, mistral, anthropic, gemini, ollama, llamacpp]


def sse(*events: Any) -> bytes:
    return b"".join(
        b"data: " + (e.encode() if isinstance(e, str) else json.dumps(e).encode()) + b"\n\n" for e in events
    )


def lines(*events: Any) -> bytes:
    return b"".join(json.dumps(e).encode() + b"\n" for e in events)


def read(speech: Speech, data: bytes, size: int = 0) -> Reading:
    reading = Reading(speech)
    reading.said = {Text: "", Thought: ""}  # type: ignore[attr-defined]
    chunks = []
    for start in range(0, len(data), size or len(data) or 1):
        if not reading.over:
            chunks += reading.feed(data[start : start + (size or len(data))])
    chunks += reading.end()
    for chunk in chunks:
        reading.said[type(chunk)] += chunk.text  # type: ignore[attr-defined]
    return reading


def told(speech: Speech, data: bytes, size: int = 0) -> tuple[str, str]:
    """(text, how it ended): stop, length, unknown, the fault, or the provider's own words for its error."""
    reading = read(speech, data, size)
    trouble = reading.trouble()
    end = reading.finish().reason if trouble is None else trouble.fault.value if trouble.fault else "error"
    return reading.said[Text], end  # type: ignore[attr-defined]


def chunk(text: Any = "", finish: Any = None, **more: Any) -> dict[str, Any]:
    return {"model": "m", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}], **more}


A, STOP, DONE = chunk("a"), chunk("", "stop"), "[DONE]"


@pytest.mark.parametrize(
    ("data", "text", "end"),
    [
        pytest.param(sse(A, STOP, DONE), "a", "stop", id="fine"),
        pytest.param(sse(A, STOP), "a", "stop", id="no DONE"),
        pytest.param(sse(A, DONE), "a", "stop", id="no finish"),
        pytest.param(sse(A, STOP, DONE, DONE, A), "a", "stop", id="after DONE nothing counts"),
        pytest.param(sse(A), "a", "unknown", id="neither: cut somewhere"),
        pytest.param(sse(A)[:-8], "", "malformed", id="cut in the first event"),
        pytest.param(sse(A, A)[:-8], "a", "unknown", id="cut in a later event"),
        pytest.param(sse(A, chunk("", ""), chunk("b", ""), STOP), "ab", "stop", id="empty finish is none"),
        pytest.param(sse(chunk("a", "null"), chunk("b", "stop")), "ab", "stop", id="null in words"),
        pytest.param(sse(chunk("a", "stop"), chunk("b", "stop")), "ab", "stop", id="stop in every chunk"),
        pytest.param(sse(A, chunk("", "length")), "a", "length", id="length"),
        pytest.param(sse(A, chunk("", "model_length")), "a", "length", id="model_length"),
        pytest.param(sse(A, chunk("", "MAX_TOKENS")), "a", "length", id="max tokens"),
        pytest.param(sse(A, chunk("", "eos")), "a", "stop", id="eos"),
        pytest.param(sse(A, chunk("", "end_turn")), "a", "stop", id="end_turn"),
        pytest.param(sse(A, chunk("", "unknown")), "a", "unknown", id="unknown"),
        pytest.param(sse(A, chunk("", "network_error")), "a", "error", id="network_error"),
        pytest.param(sse(A, chunk("", "content_filter")), "a", "error", id="filtered"),
        pytest.param(sse(A, chunk("", 7)), "a", "unknown", id="a number for a reason"),
        pytest.param(
            sse({"choices": None}, A, {"choices": []}, {"choices": [None]}, {}, STOP), "a", "stop", id="no choices"
        ),
        pytest.param(
            sse({"choices": [{"delta": None}]}, {"choices": [{}]}, chunk(None), A, STOP), "a", "stop", id="no delta"
        ),
        pytest.param(sse({"choices": [{"delta": {"content": "a"}}]}, DONE), "a", "stop", id="no index"),
        pytest.param(sse(chunk([{"type": "text", "text": "a"}]), STOP), "a", "stop", id="content in parts"),
        pytest.param(
            sse({"choices": [{"index": 1, "delta": {"content": "b"}, "finish_reason": "stop"}]}, A, STOP),
            "a",
            "stop",
            id="another choice",
        ),
        pytest.param(
            sse(A, {"choices": [{"delta": {}, "message": {"content": "a"}, "finish_reason": "stop"}]}),
            "a",
            "stop",
            id="final message",
        ),
        pytest.param(
            sse({"choices": [{"text": "a"}]}, {"choices": [{"text": "b", "finish_reason": "stop"}]}),
            "ab",
            "stop",
            id="completions",
        ),
        pytest.param(sse({"type": "ping"}, A, STOP), "a", "stop", id="a ping as data"),
        pytest.param(sse(STOP, DONE), "", "empty", id="empty"),
        pytest.param(sse(DONE), "", "empty", id="only the end"),
        pytest.param(b"", "", "empty", id="nothing"),
        pytest.param(b": ping\n\n", "", "empty", id="only a comment"),
        pytest.param(sse({"choices": [{"delta": {"reasoning": "hm"}}]}, STOP), "", "empty", id="only thoughts"),
        pytest.param(sse(chunk("<think>hm")), "", "empty", id="only thoughts, in tags"),
        pytest.param(sse({"error": {"message": "no"}}), "", "error", id="error"),
        pytest.param(sse({"error": "no"}), "", "error", id="error as text"),
        pytest.param(sse({"error": None}, A, STOP), "a", "stop", id="no error"),
        pytest.param(sse(chunk("a", None, error={"message": "no", "code": 502})), "a", "error", id="error beside text"),
        pytest.param(
            sse(A, {"choices": [{"error": {"code": 502}, "finish_reason": "error"}]}),
            "a",
            "error",
            id="error in a choice",
        ),
        pytest.param(sse({"object": "error", "message": "no"}), "", "error", id="error by its kind"),
        pytest.param(
            sse({"choices": None, "error_type": "x", "error_message": "no"}), "", "error", id="error by other names"
        ),
        pytest.param(sse({"detail": "no"}), "", "error", id="a detail and nothing else"),
        pytest.param(b'{"message": "no", "code": 1}', "", "error", id="a JSON body that complains"),
        pytest.param(b'{"errors": [{"message": "no"}], "success": false}', "", "error", id="a list of complaints"),
        pytest.param(b'{"object": "list", "data": []}', "", "empty", id="a JSON body that says nothing"),
        pytest.param(b"<html>hi</html>", "", "malformed", id="a page"),
        pytest.param(sse(A) + b"<html>502</html>", "a", "malformed", id="a page behind text"),
        pytest.param(b"upstream is down\n", "", "malformed", id="prose"),
        pytest.param(sse('{"choices": [}', A), "", "malformed", id="broken JSON"),
        pytest.param(sse(chunk('print("data: [DONE]")'), STOP), 'print("data: [DONE]")', "stop", id="DONE as text"),
    ],
)
def test_openai(data: bytes, text: str, end: str) -> None:
    assert told(openai, data) == (text, end)
    assert told(openai, data, 1) == (text, end)


def block(kind: str, text: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": f"{kind}_delta", kind: text}}


START = {
    "type": "message_start",
    "message": {"model": "c", "content": [], "usage": {"input_tokens": 8, "output_tokens": 1}},
}
END_TURN = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 15}}
BYE = {"type": "message_stop"}


@pytest.mark.parametrize(
    ("data", "text", "end"),
    [
        (sse(START, {"type": "ping"}, block("text", "a"), END_TURN, BYE), "a", "stop"),
        (sse(START, block("thinking", "hm"), block("text", "a"), END_TURN), "a", "stop"),
        (
            sse(START, {"type": "content_block_start", "content_block": {"type": "text", "text": "a"}}, END_TURN),
            "a",
            "stop",
        ),
        (sse(START, block("text", "a")), "a", "unknown"),
        (
            sse(START, block("text", "a"), {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}}),
            "a",
            "length",
        ),
        (sse(START, {"type": "message_delta", "delta": {"stop_reason": "refusal"}}), "", "error"),
        (sse(START, block("text", "a"), {"type": "error", "error": {"type": "overloaded_error"}}), "a", "error"),
        (sse(START, END_TURN, BYE), "", "empty"),
        (sse({"type": "message", "content": [{"type": "text", "text": "a"}], "stop_reason": "end_turn"}), "a", "stop"),
        (sse({"type": "new_kind"}, {"type": 5}, {}, START, block("text", "a"), BYE), "a", "stop"),
    ],
)
def test_anthropic(data: bytes, text: str, end: str) -> None:
    assert told(anthropic, data) == (text, end)
    assert told(anthropic, data, 1) == (text, end)


def candidate(text: str, finish: str | None = None, *, thought: bool = False) -> dict[str, Any]:
    part = {"text": text, "thought": True} if thought else {"text": text}
    return {"candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": finish}]}


@pytest.mark.parametrize(
    ("data", "text", "end"),
    [
        (sse(candidate("hm", thought=True), candidate("a"), candidate("b", "STOP")), "ab", "stop"),
        (sse(candidate("a", "STOP"), candidate("b", "STOP")), "ab", "stop"),
        (sse(candidate("a", "MAX_TOKENS")), "a", "length"),
        (sse(candidate("a", "FINISH_REASON_UNSPECIFIED")), "a", "unknown"),
        (sse({"candidates": [{"finishReason": "SAFETY"}]}), "", "error"),
        (sse({"promptFeedback": {"blockReason": "SAFETY"}}), "", "error"),
        (sse(candidate("a"), {"usageMetadata": {"promptTokenCount": 1}}, candidate("", "STOP")), "a", "stop"),
        (b'[{\n"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}\n}\n]', "", "error"),
        (sse({"candidates": [{"content": {}, "finishReason": "STOP"}]}), "", "empty"),
    ],
)
def test_gemini(data: bytes, text: str, end: str) -> None:
    assert told(gemini, data) == (text, end)


@pytest.mark.parametrize(
    ("data", "text", "end"),
    [
        (lines({"response": "a", "done": False}, {"response": "", "done": True, "done_reason": "stop"}), "a", "stop"),
        (lines({"message": {"content": "a"}}, {"message": {"content": "b"}, "done": True}), "ab", "stop"),
        (
            lines({"message": {"content": "", "thinking": "hm"}}, {"message": {"content": "a"}}, {"done": True}),
            "a",
            "stop",
        ),
        (lines({"response": "a"}, {"done": True, "done_reason": "length"}), "a", "length"),
        (lines({"response": "a"}), "a", "unknown"),
        (lines({"response": "a"}, {"error": "out of memory"}), "a", "error"),
        (lines({"error": "model 'x' not found"}), "", "error"),
        (lines({"response": "", "done": True, "done_reason": "load"}), "", "empty"),
        (lines({"response": "a"}, {"response": "b", "done": True})[:-1], "ab", "stop"),
        (lines({"response": "a"}, {"response": "b", "done": True})[:-9], "a", "unknown"),
    ],
)
def test_ollama(data: bytes, text: str, end: str) -> None:
    assert told(ollama, data) == (text, end)
    assert told(ollama, data, 1) == (text, end)


@pytest.mark.parametrize(
    ("data", "text", "end"),
    [
        (sse({"content": "a", "stop": False}, {"content": "", "stop": True, "stop_type": "eos"}), "a", "stop"),
        (sse({"content": "a", "stop": True, "stop_type": "limit"}), "a", "length"),
        (sse({"content": "a", "stop": True, "stopped_limit": True}), "a", "length"),
        (sse({"content": "a", "stop": False}), "a", "unknown"),
        (b":\n\n:\n\n" + sse({"content": "a", "stop": True}), "a", "stop"),
        (b'error: {"code": 500, "message": "no"}\n\n', "", "error"),
        (sse(chunk(None), A, STOP, DONE), "a", "stop"),
        (json.dumps({"content": "a", "stop": True}).encode(), "a", "stop"),
    ],
)
def test_llamacpp(data: bytes, text: str, end: str) -> None:
    assert told(llamacpp, data) == (text, end)


def test_mistral_fim_answers_like_a_chat_also_when_it_does_not_stream() -> None:
    whole = {"choices": [{"index": 0, "message": {"content": "a"}, "finish_reason": "stop"}]}
    assert told(mistral, sse(A, STOP, DONE)) == ("a", "stop")
    assert told(mistral, json.dumps(whole).encode()) == ("a", "stop")


def test_thinking_parts_are_thoughts() -> None:
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "a"}]
    assert read(mistral, sse(chunk(parts), STOP)).said == {Text: "a", Thought: "hm"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("speech", "data", "tokens"),
    [
        (
            openai,
            sse(A, {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}, DONE),
            Tokens(7, output=3),
        ),
        (
            openai,
            sse(chunk("a", usage={"completion_tokens": 1}), chunk("b", "stop", usage={"completion_tokens": 2})),
            Tokens(output=2),
        ),
        (
            openai,
            sse(chunk("a", usage={"completion_tokens": 5}), chunk("", "stop", usage={"completion_tokens": 0})),
            Tokens(output=5),
        ),
        (openai, sse(chunk("a", usage=None), STOP), None),
        (anthropic, sse(START, block("text", "a"), END_TURN, BYE), Tokens(8, output=15)),
        (
            gemini,
            sse({**candidate("a", "STOP"), "usageMetadata": {"promptTokenCount": 5, "thoughtsTokenCount": 2}}),
            Tokens(5, reasoning=2),
        ),
        (ollama, lines({"response": "a", "done": True, "prompt_eval_count": 7, "eval_count": 9}), Tokens(7, output=9)),
        (
            llamacpp,
            sse({"content": "a", "stop": True, "tokens_evaluated": 4, "tokens_predicted": 2}),
            Tokens(4, output=2),
        ),
    ],
)
def test_usage_arrives_with_the_finish(speech: Speech, data: bytes, tokens: Tokens | None) -> None:
    assert read(speech, data).finish().tokens == tokens


NAMES = """choices delta content message text finish_reason index usage error type candidates parts usageMetadata
thought response done content_block stop thinking reasoning prompt_tokens prompt_tokens_details model refusal"""
KEYS = st.sampled_from(NAMES.split())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("speech", ALL)
@given(event=st.dictionaries(KEYS, JSON, max_size=5))
def test_no_shape_of_json_makes_a_dialect_raise(speech: Speech, event: dict[str, Any]) -> None:
    reading = read(speech, sse(event))
    reading.finish()
    reading.trouble()


def test_troubles_name_what_came() -> None:
    trouble = read(openai, b"<html></html>").trouble()
    assert trouble is not None
    assert (trouble.fault, trouble.message) == (Fault.MALFORMED, "sent a web page instead of a stream")
