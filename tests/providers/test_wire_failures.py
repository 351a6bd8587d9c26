"""Whatever goes wrong becomes one kind of failure, with the right name, patience and words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.domain.model import Dialect, Provider, Secret
from lsp_router.domain.wire import Failure, Fault, QuotaFact
from lsp_router.providers.failures import LONGEST_MESSAGE, Refusal, Trouble, explain, explain_trouble, scrub

KEY = "sk-or-v1-0123456789abcdef"
HERE = Provider("here", Dialect.OPENAI, "https://here.example/v1", Secret(KEY), "set HERE_API_KEY")
NOW = 1_790_000_000.0


def failure(status: int, body: Any = "", headers: dict[str, str] | None = None, provider: Provider = HERE) -> Failure:
    raw = body if isinstance(body, str) else json.dumps(body)
    return explain(Refusal.parse(status, headers or {}, raw.encode()), provider, NOW)


def error(message: str = "", **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


@pytest.mark.parametrize(
    ("status", "body", "fault", "retryable"),
    [
        (400, error("messages: unknown role"), Fault.BAD_REQUEST, False),
        (
            400,
            error("This model's maximum context length is 8192 tokens", type="invalid_request_error"),
            Fault.TOO_LONG,
            False,
        ),
        (400, error("too long", code="context_length_exceeded"), Fault.TOO_LONG, False),
        (400, error("prompt is too long: 210000 tokens > 200000 maximum"), Fault.TOO_LONG, False),
        (
            400,
            error("the request exceeds the available context size", type="exceed_context_size_error"),
            Fault.TOO_LONG,
            False,
        ),
        (400, error("API key not valid. Please pass a valid API key.", status="INVALID_ARGUMENT"), Fault.AUTH, False),
        (400, error("Your credit balance is too low to access the API"), Fault.PAYMENT, False),
        (400, error("The model `x` does not exist"), Fault.NOT_FOUND, False),
        (400, error("flagged", code="content_policy_violation"), Fault.CONTENT, False),
        (
            401,
            error("Incorrect API key provided", code="invalid_api_key", type="invalid_request_error"),
            Fault.AUTH,
            False,
        ),
        (401, "", Fault.AUTH, False),
        (402, error("Insufficient Balance"), Fault.PAYMENT, False),
        (403, error("Country not supported"), Fault.FORBIDDEN, False),
        (403, error("Your input was flagged", metadata={"reasons": ["violence"]}), Fault.CONTENT, False),
        (404, error("model 'x' not found"), Fault.NOT_FOUND, False),
        (404, {"error": "model 'x' not found"}, Fault.NOT_FOUND, False),
        (404, "404 page not found", Fault.NOT_FOUND, False),
        (408, "", Fault.TIMEOUT, True),
        (413, "", Fault.TOO_LONG, False),
        (422, {"detail": [{"loc": ["body", "x"], "msg": "Field required"}]}, Fault.BAD_REQUEST, False),
        (429, error("slow down", type="rate_limit_error"), Fault.RATE_LIMIT, True),
        (429, "", Fault.RATE_LIMIT, True),
        (429, error("You exceeded your current quota", code="insufficient_quota"), Fault.QUOTA, False),
        (429, error("Rate limit exceeded: free-models-per-day"), Fault.QUOTA, True),
        (429, error("busy", type="engine_overloaded_error"), Fault.OVERLOADED, True),
        (498, "", Fault.OVERLOADED, True),
        (500, error("boom"), Fault.SERVER, True),
        (500, error("The engine is currently overloaded"), Fault.OVERLOADED, True),
        (501, error("Infill is not supported by this model"), Fault.BAD_REQUEST, False),
        (502, "<html>Bad gateway</html>", Fault.SERVER, True),
        (503, "upstream connect error or disconnect/reset before headers", Fault.SERVER, True),
        (503, error("The model is overloaded. Please try again later.", status="UNAVAILABLE"), Fault.OVERLOADED, True),
        (504, "", Fault.SERVER, True),
        (524, "", Fault.SERVER, True),
        (
            529,
            {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
            Fault.OVERLOADED,
            True,
        ),
        (307, "", Fault.BAD_REQUEST, False),
        # inside a stream, where the status says 200
        (200, error("Provider disconnected", code=502), Fault.SERVER, True),
        (200, error("slow down", code=429), Fault.RATE_LIMIT, True),
        (200, error("slow down", code="429"), Fault.RATE_LIMIT, True),
        (200, error("no", type="authentication_error"), Fault.AUTH, False),
        (200, error("no", type="api_error"), Fault.SERVER, True),
        (200, error("no", type="invalid_request_error"), Fault.BAD_REQUEST, False),
        (
            200,
            {"error_type": "BadRequestError", "error_message": "prompt too long", "code": 400},
            Fault.TOO_LONG,
            False,
        ),
        (200, {"object": "error", "message": "x", "type": "BadRequestError", "code": 400}, Fault.BAD_REQUEST, False),
        (200, {"message": "stopped", "type": "network_error"}, Fault.CONNECTION, True),
        (200, {"message": "stopped", "type": "content_filter"}, Fault.CONTENT, False),
        (200, {"error": "something odd"}, Fault.SERVER, True),
    ],
)
def test_every_refusal_has_a_name(status: int, body: Any, fault: Fault, retryable: bool) -> None:
    told = failure(status, body)
    assert (told.fault, told.retryable) == (fault, retryable)
    assert told.message.startswith("here: ")


def test_a_gateway_tells_what_its_upstream_said() -> None:
    raw = json.dumps({"error": {"message": "Quota exceeded for gpt", "type": "rate_limit_error", "code": None}})
    told = failure(502, error("Provider returned error", code=502, metadata={"raw": raw, "provider_name": "up"}))
    assert (told.fault, told.message) == (Fault.RATE_LIMIT, "here: HTTP 502: Quota exceeded for gpt")
    told = failure(429, error("Provider returned error", metadata={"raw": "m is temporarily rate-limited upstream"}))
    assert told.message == "here: HTTP 429: m is temporarily rate-limited upstream"


def test_a_day_that_is_spent_is_a_quota_and_says_until_when() -> None:
    headers = {
        "X-RateLimit-Limit": "50",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int(NOW + 30_000) * 1000),
    }
    told = failure(429, error("Rate limit exceeded: free-models-per-day", metadata={"headers": headers}))
    assert told.fault is Fault.QUOTA
    assert told.facts == (QuotaFact("day", 50, 0, NOW + 30_000),)
    assert told.retry_after == 30_000


def test_groqs_requests_are_a_days_only_when_none_is_left() -> None:
    groq = Provider("groq", Dialect.OPENAI, "https://api.groq.com/openai/v1")
    headers = {"x-ratelimit-limit-requests": "1000", "x-ratelimit-remaining-requests": "900", "retry-after": "7"}
    told = failure(429, error("on tokens per minute (TPM)"), headers, groq)
    assert (told.fault, told.retry_after) == (Fault.RATE_LIMIT, 7)
    told = failure(429, error("x"), {**headers, "x-ratelimit-remaining-requests": "0"}, groq)
    assert told.fault is Fault.QUOTA


def test_what_credits_still_buy() -> None:
    message = "This request requires more credits, or fewer max_tokens. You requested 65536, but can only afford 5333."
    told = failure(402, error(message, code=402))
    assert (told.fault, told.affordable_tokens) == (Fault.PAYMENT, 5333)


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (502, "<html><body>Welcome</body></html>", "here: HTTP 502 Bad Gateway"),
        (502, error("<!doctype html><p>Welcome"), "here: HTTP 502 Bad Gateway"),
        (500, "one\n  two\x1b[31m", "here: HTTP 500: one two [31m"),
        (599, "", "here: HTTP 599"),
        (401, error("no"), "here: HTTP 401: no (set HERE_API_KEY)"),
        (200, {"error": {"code": 5}}, "here: the stream reported an error"),
        (418, error("x" * 999), "here: HTTP 418: " + "x" * (LONGEST_MESSAGE - 11) + "…"),
    ],
)
def test_messages_are_one_short_line_for_people(status: int, body: Any, message: str) -> None:
    assert failure(status, body).message == message


@pytest.mark.parametrize(
    "echo",
    [KEY, f"Bearer {KEY}", f"{KEY[:14]}…", f"…{KEY[12:]}", f"key={KEY}&x", f"gw-secret-value {KEY}"],
)
def test_no_key_survives_in_a_message(echo: str) -> None:
    provider = Provider(
        "here", Dialect.OPENAI, "https://here.example", Secret(KEY), headers={"x-gw": "gw-secret-value"}
    )
    told = failure(401, error(f"Invalid: {echo}"), provider=provider)
    for piece in (KEY[:12], KEY[-12:], "gw-secret-value"):
        assert piece not in told.message


def test_short_keys_do_not_blank_out_words() -> None:
    assert scrub("model not found", Provider("o", Dialect.OLLAMA, "http://x", Secret("model"))) == "model not found"


def test_troubles_of_our_own_keep_their_name_and_words() -> None:
    told = explain_trouble(Trouble(Fault.TIMEOUT, "no first token within 1 s"), HERE, NOW)
    assert told == Failure(Fault.TIMEOUT, "here: no first token within 1 s", retryable=True)


NAMES = """error message code type status metadata raw headers details
violations detail"""
KEYS = st.sampled_from(NAMES.split())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner),
    max_leaves=15,
)


@given(st.integers(100, 999), JSON, st.text(max_size=20))
def test_no_body_makes_it_raise(status: int, body: Any, text: str) -> None:
    assert failure(status, body).message
    assert failure(status, text).message
