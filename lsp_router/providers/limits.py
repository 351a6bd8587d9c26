"""What providers say about their limits: headers, error bodies and waiting times, in one vocabulary.

Nothing here raises: rubbish is ignored, absurd values are capped.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lsp_router.domain.wire import QuotaFact

DAY = 86_400.0
LONGEST_WAIT = DAY
"""Nobody's limit lasts longer than a day; a longer waiting time is a mistake."""

WINDOWS = frozenset({"minute", "hour", "day", "tokens-minute", "tokens-day"})
_PERIODS = {"minute": "minute", "min": "minute", "hour": "hour", "day": "day", "month": "month"}
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": DAY}
_SPAN = re.compile(r"(\d+(?:\.\d+)?) ?(ms|milliseconds?|seconds?|s|minutes?|m|hours?|h|days?|d)")
_SPANS = re.compile(rf"(?:{_SPAN.pattern})+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_TRY_AGAIN = re.compile(rf"(?:try again|retry) (?:in|after) ({_SPANS.pattern})\b", re.IGNORECASE)
_PER_DAY = re.compile(r"per[- _]?day|daily|\b[rt]pd\b", re.IGNORECASE)


# --- facts ---


def header_facts(headers: Mapping[str, str], now: float, *, daily_requests: bool = False) -> tuple[QuotaFact, ...]:
    """The limits in a response's headers (lower-case names), the tightest of each window.

    `daily_requests`: this provider counts requests by the day where others count them by the minute.
    """
    groups: dict[str, dict[str, str]] = {}
    for name, value in headers.items():
        if "ratelimit" in name or "rate-limit" in name:
            kind, group = _split_name(name)
            if kind:
                groups.setdefault(group, {})[kind] = value
    facts = [_header_fact(group, said, now, daily=daily_requests) for group, said in groups.items()]
    return _tightest(fact for fact in facts if fact)


def body_facts(body: Mapping[str, Any], now: float) -> tuple[QuotaFact, ...]:
    """The limits an error body tells: Gemini's quota violations, or headers quoted by a gateway."""
    error = body.get("error")
    if not isinstance(error, dict):
        return ()
    quoted = _mapping(_mapping(error.get("metadata")).get("headers"))
    lower = {str(name).lower(): str(value) for name, value in quoted.items()}
    violations = (v for d in _details(error) for v in _list(d.get("violations")) if isinstance(v, dict))
    wait = _gemini_delay(error)
    return _tightest((*header_facts(lower, now), *(f for v in violations if (f := _violation(v, wait, now)))))


def says_daily(message: str) -> bool:
    """Whether a refusal's own words name a day's limit."""
    return bool(_PER_DAY.search(message))


# --- waiting times ---


def retry_after(headers: Mapping[str, str], body: Mapping[str, Any], message: str, now: float) -> float | None:
    """Seconds until it may be worth trying again, from whoever says so first; None when nobody does."""
    error = _mapping(body.get("error"))
    quoted = {str(k).lower(): str(v) for k, v in _mapping(_mapping(error.get("metadata")).get("headers")).items()}
    for said in (headers, quoted):
        wait = _header_wait(said, now)
        if wait is not None:
            return wait
    for value in (_gemini_delay(error), error.get("retry_after"), body.get("retry_after"), _asked_for(message)):
        seconds = value if isinstance(value, int | float) else _seconds(value) if isinstance(value, str) else None
        if seconds is not None and math.isfinite(seconds) and seconds >= 0:
            return min(float(seconds), LONGEST_WAIT)
    return None


def _header_wait(headers: Mapping[str, str], now: float) -> float | None:
    for name in ("retry-after-ms", "x-ms-retry-after-ms"):
        number = _number(headers.get(name, ""))
        if number is not None:
            return min(number / 1000, LONGEST_WAIT)
    value = headers.get("retry-after", "").strip()
    wait = _seconds(value.partition(", ")[0])
    if wait is None:
        date, sent = _date(value), _date(headers.get("date", ""))
        wait = None if date is None else date - (now if sent is None else sent)
    return None if wait is None else max(0.0, min(wait, LONGEST_WAIT))


def _asked_for(message: str) -> float | None:
    found = _TRY_AGAIN.search(message)
    return _seconds(found[1]) if found else None


def _gemini_delay(error: Mapping[str, Any]) -> float | None:
    delays = (d.get("retryDelay") for d in _details(error))
    return next((s for delay in delays if isinstance(delay, str) and (s := _seconds(delay)) is not None), None)


# --- header names and values ---


def _split_name(name: str) -> tuple[str, str]:
    """(limit, remaining or reset; the rest of the name, which tells whose)."""
    words = name.split("-")
    for kind in ("remaining", "reset", "limit"):
        if kind in words:
            words.remove(kind)
            return kind, "-".join(words)
    return "", name


def _header_fact(group: str, said: Mapping[str, str], now: float, *, daily: bool) -> QuotaFact | None:
    limit, remaining = _number(said.get("limit", "")), _number(said.get("remaining", ""))
    if limit is None and remaining is None:
        return None
    resets_at = _moment(said.get("reset", ""), now)
    window = _window(group, resets_at, now, daily=daily)
    return QuotaFact(window, limit, remaining, resets_at) if window in WINDOWS else None


def _window(group: str, resets_at: float | None, now: float, *, daily: bool) -> str:
    words = group.split("-")
    period = next((_PERIODS[word] for word in words if word in _PERIODS), "")
    if "tokens" in words or "token" in words or "ratelimitbysize" in words:
        return f"tokens-{period or 'minute'}"
    if period:
        return period
    if "requests" in words or "req" in words:
        return "day" if daily else "minute"
    left = 0.0 if resets_at is None else resets_at - now
    return "minute" if left <= 120 else "hour" if left <= 3_700 else "day"


def _moment(value: str, now: float) -> float | None:
    """A reset as a duration, an epoch in seconds or milliseconds, or a date."""
    seconds = _seconds(value)
    if seconds is None:
        return _date(value)
    if seconds > 1e11:
        seconds /= 1000
    moment = seconds if seconds > 1e8 else now + seconds
    return min(moment, now + 31 * DAY)


def _seconds(value: str) -> float | None:
    """`12`, `1.5`, `825ms`, `1m26.4s`, `6h0m0s`."""
    value = value.strip().lower()
    if _SPANS.fullmatch(value):
        return sum(float(number) * _unit(unit) for number, unit in _SPAN.findall(value))
    return float(value) if _NUMBER.fullmatch(value) else None


def _unit(name: str) -> float:
    return _UNITS["ms" if name.startswith(("ms", "mil")) else name[0]]


def _number(value: str) -> float | None:
    """The number a value starts with: some append a policy (`50;w=60`)."""
    found = _NUMBER.match(value.strip())
    return float(found[0]) if found else None


def _date(value: str) -> float | None:
    """An HTTP date or RFC 3339, as an epoch; without a zone it is UTC."""
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            when = parse(value.strip())
            return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


# --- error bodies ---


@dataclass(frozen=True, slots=True)
class _Quota:
    """What the name of a Gemini quota tells."""

    tokens: bool
    daily: bool

    @classmethod
    def named(cls, name: str) -> _Quota:
        return cls("token" in name.lower(), "PerDay" in name)


def _violation(violation: Mapping[str, Any], wait: float | None, now: float) -> QuotaFact | None:
    name = str(violation.get("quotaId") or "")
    if not name:
        return None
    quota = _Quota.named(name)
    window = ("tokens-" if quota.tokens else "") + ("day" if quota.daily else "minute")
    resets_at = _pacific_midnight(now) if quota.daily else now + (60.0 if wait is None else wait)
    return QuotaFact(window, _number(str(violation.get("quotaValue") or "")), 0.0, resets_at)


def _pacific_midnight(now: float) -> float:
    """Where Gemini's days end, whatever waiting time it names beside."""
    here = datetime.fromtimestamp(now, _pacific())
    return (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def _pacific() -> tzinfo:
    try:
        return ZoneInfo("America/Los_Angeles")
    except ZoneInfoNotFoundError:  # Windows ships no time zones; an hour off in summer is close enough
        return timezone(timedelta(hours=-8))


def _tightest(facts: Iterable[QuotaFact]) -> tuple[QuotaFact, ...]:
    best: dict[str, QuotaFact] = {}
    for fact in facts:
        known = best.get(fact.window)
        if known is None or _slack(fact) < _slack(known):
            best[fact.window] = fact
    return tuple(best.values())


def _slack(fact: QuotaFact) -> float:
    if fact.remaining is None:
        return math.inf
    return fact.remaining / fact.limit if fact.limit else min(fact.remaining, 1.0)


def _details(error: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [d for d in _list(error.get("details")) if isinstance(d, dict)]


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
