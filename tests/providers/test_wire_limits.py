"""Limits and waiting times, in every form that providers have found for them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.domain.wire import QuotaFact
from lsp_router.providers.limits import LONGEST_WAIT, body_facts, header_facts, retry_after, says_daily

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC).timestamp()
SOON = datetime.fromtimestamp(NOW + 30, UTC)


def limit(kind: str, left: str, *, of: str = "100", reset: str = "1s", prefix: str = "x-ratelimit") -> dict[str, str]:
    return {f"{prefix}-limit-{kind}": of, f"{prefix}-remaining-{kind}": left, f"{prefix}-reset-{kind}": reset}


@pytest.mark.parametrize(
    ("headers", "facts"),
    [
        (limit("requests", "99"), [QuotaFact("minute", 100, 99, NOW + 1)]),
        (limit("tokens", "9", reset="1m26.4s"), [QuotaFact("tokens-minute", 100, 9, NOW + 86.4)]),
        (limit("requests", "9", reset="825ms"), [QuotaFact("minute", 100, 9, NOW + 0.825)]),
        (limit("requests", "9", reset="6h0m0s"), [QuotaFact("minute", 100, 9, NOW + 21_600)]),
        (limit("requests-day", "5", reset="33011.5"), [QuotaFact("day", 100, 5, NOW + 33_011.5)]),
        (limit("tokens-minute", "5"), [QuotaFact("tokens-minute", 100, 5, NOW + 1)]),
        (limit("tokens-day", "5"), [QuotaFact("tokens-day", 100, 5, NOW + 1)]),
        (limit("requests-hour", "5"), [QuotaFact("hour", 100, 5, NOW + 1)]),
        (limit("req-minute", "5"), [QuotaFact("minute", 100, 5, NOW + 1)]),
        (limit("minute", "5", prefix="x-ratelimitbysize"), [QuotaFact("tokens-minute", 100, 5, NOW + 1)]),
        (
            {
                "anthropic-ratelimit-requests-limit": "50",
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-requests-reset": "2026-07-01T12:00:30Z",
                "anthropic-ratelimit-tokens-limit": "1000",
                "anthropic-ratelimit-tokens-remaining": "900",
                "anthropic-ratelimit-output-tokens-limit": "100",
                "anthropic-ratelimit-output-tokens-remaining": "10",
            },
            [QuotaFact("minute", 50, 0, NOW + 30), QuotaFact("tokens-minute", 100, 10)],
        ),
        (
            {"x-ratelimit-limit": "20", "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW + 20) * 1000)},
            [QuotaFact("minute", 20, 0, NOW + 20)],
        ),
        (
            {"x-ratelimit-limit": "50", "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW + 40_000))},
            [QuotaFact("day", 50, 0, NOW + 40_000)],
        ),
        ({"ratelimit-limit": "100;w=60", "ratelimit-remaining": "50"}, [QuotaFact("minute", 100, 50)]),
        # rubbish
        (limit("requests", "many", of="?"), []),
        (limit("requests", "5", reset="soon"), [QuotaFact("minute", 100, 5)]),
        (limit("requests", "-5", of=""), []),
        (limit("tokens-month", "5"), []),
        ({"x-ratelimit-reset-requests": "1s"}, []),
        ({"x-ratelimit-policy": "fair", "content-type": "text/plain"}, []),
        ({}, []),
    ],
)
def test_headers(headers: dict[str, str], facts: list[QuotaFact]) -> None:
    assert list(header_facts(headers, NOW)) == facts


def test_groq_counts_requests_by_the_day() -> None:
    headers = {**limit("requests", "14370", of="14400"), **limit("tokens", "9")}
    windows = [fact.window for fact in header_facts(headers, NOW, daily_requests=True)]
    assert windows == ["day", "tokens-minute"]


def gemini(quota: str, delay: str = "26s") -> dict[str, Any]:
    violation = {"quotaMetric": "generate_requests", "quotaId": quota, "quotaValue": "20"}
    details = [
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation]},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay},
    ]
    return {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": details}}


MIDNIGHT = datetime(2026, 7, 2, 0, 0, tzinfo=ZoneInfo("America/Los_Angeles")).timestamp()


@pytest.mark.parametrize(
    ("body", "facts"),
    [
        (gemini("GenerateRequestsPerDayPerProjectPerModel-FreeTier"), [QuotaFact("day", 20, 0, MIDNIGHT)]),
        (gemini("GenerateRequestsPerMinutePerProject"), [QuotaFact("minute", 20, 0, NOW + 26)]),
        (gemini("GenerateContentInputTokensPerModelPerMinute"), [QuotaFact("tokens-minute", 20, 0, NOW + 26)]),
        ({"error": {"details": [{"violations": [{}, None, 5]}, None, 7]}}, []),
        (
            {"error": {"metadata": {"headers": {"X-RateLimit-Limit": "50", "X-RateLimit-Remaining": 0}}}},
            [QuotaFact("minute", 50, 0)],
        ),
        ({"error": "text"}, []),
        ({}, []),
    ],
)
def test_bodies(body: dict[str, Any], facts: list[QuotaFact]) -> None:
    assert list(body_facts(body, NOW)) == facts


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "120"}, 120),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": " 7 "}, 7),
        ({"retry-after": "26s"}, 26),
        ({"retry-after": "30 seconds"}, 30),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "5, 5"}, 5),
        ({"retry-after": format_datetime(SOON, usegmt=True)}, 30),
        ({"retry-after": "Wed, 01 Jul 2020 12:00:00 GMT"}, 0),
        ({"retry-after": "2026-07-01T12:00:30Z"}, 30),
        (
            {"retry-after": "Fri, 01 Jan 2010 00:00:20 GMT", "date": "Fri, 01 Jan 2010 00:00:00 GMT"},
            20,  # their clock, not ours
        ),
        ({"retry-after-ms": "300"}, 0.3),
        ({"retry-after-ms": "2500", "retry-after": "3"}, 2.5),
        ({"x-ms-retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "999999999"}, LONGEST_WAIT),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, LONGEST_WAIT),
        ({"retry-after-ms": "9" * 400}, LONGEST_WAIT),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after-ms": "soon", "retry-after": "4"}, 4),
        ({}, None),
    ],
)
def test_waiting_times_in_headers(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, {}, "", NOW) == seconds


@pytest.mark.parametrize(
    ("body", "message", "seconds"),
    [
        (gemini("PerMinute", "26s"), "", 26),
        (gemini("PerMinute", "1.25s"), "", 1.25),
        ({"error": {"retry_after": 12}}, "", 12),
        ({"retry_after": "3.5"}, "", 3.5),
        ({"error": {"metadata": {"headers": {"Retry-After": "9"}}}}, "", 9),
        ({}, "Rate limit reached. Please try again in 7m12.5s. Visit …", 432.5),
        ({}, "Please try again in 20ms.", 0.02),
        ({}, "Please retry after 30 seconds.", 30),
        ({}, "try again in a while", None),
        ({"error": {"retry_after": -1}, "retry_after": True}, "", 1),
        ({"error": {"retry_after": float("nan")}}, "", None),
    ],
)
def test_waiting_times_in_bodies(body: dict[str, Any], message: str, seconds: float | None) -> None:
    assert retry_after({}, body, message, NOW) == seconds


@pytest.mark.parametrize(
    ("message", "daily"),
    [
        ("Rate limit exceeded: free-models-per-day. Add 10 credits", True),
        ("Limit reached on requests per day (RPD): Limit 1000", True),
        ("on tokens per day (TPD)", True),
        ("Daily quota exceeded", True),
        ("Rate limit exceeded: free-models-per-min.", False),
        ("on tokens per minute (TPM)", False),
        ("have a nice day", False),
    ],
)
def test_words_for_a_day(message: str, daily: bool) -> None:
    assert says_daily(message) is daily


HEADER_NAMES = st.sampled_from(
    [*limit("requests", ""), *limit("tokens-day", ""), "retry-after", "retry-after-ms", "date"]
)


@given(
    st.dictionaries(
        HEADER_NAMES, st.text(max_size=12) | st.sampled_from(["1e400", "0000-00-00", "1m1", "\uff19s", "²"])
    )
)
def test_no_header_makes_it_raise(headers: dict[str, str]) -> None:
    for fact in header_facts(headers, NOW):
        assert fact.remaining is None or fact.remaining >= 0
    wait = retry_after(headers, {}, "", NOW)
    assert wait is None or 0 <= wait <= LONGEST_WAIT
