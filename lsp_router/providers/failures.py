"""The one place where whatever goes wrong becomes a `Failure`.

    HTTP status, headers and body ──┐
    an error inside a stream ───────┼─→ Refusal ─→ fault, waiting time, limits, message ─→ Failure
    Trouble: wire, clock, damage ───┘                                                       (raised as Failed)

A message is one short line for people: no page, no key, and what to do where that is known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from lsp_router.domain.model import Provider
from lsp_router.domain.wire import Failure, Fault, QuotaFact
from lsp_router.providers.limits import body_facts, header_facts, retry_after, says_daily
from lsp_router.providers.speech import host

LONGEST_MESSAGE = 300
SHORTEST_SECRET = 8

FINAL = frozenset(
    {Fault.AUTH, Fault.FORBIDDEN, Fault.NOT_FOUND, Fault.BAD_REQUEST, Fault.TOO_LONG, Fault.PAYMENT, Fault.CONTENT},
)
"""The same request to the same place would fail again."""

BY_CODE = {
    "rate_limit_error": Fault.RATE_LIMIT,
    "rate_limit_exceeded": Fault.RATE_LIMIT,
    "rate_limited": Fault.RATE_LIMIT,
    "too_many_requests": Fault.RATE_LIMIT,
    "resource_exhausted": Fault.RATE_LIMIT,
    "insufficient_quota": Fault.QUOTA,
    "exceeded_current_quota_error": Fault.QUOTA,
    "quota_exceeded": Fault.QUOTA,
    "billing_error": Fault.PAYMENT,
    "billing_not_active": Fault.PAYMENT,
    "insufficient_balance": Fault.PAYMENT,
    "authentication_error": Fault.AUTH,
    "invalid_api_key": Fault.AUTH,
    "unauthenticated": Fault.AUTH,
    "permission_error": Fault.FORBIDDEN,
    "permission_denied": Fault.FORBIDDEN,
    "failed_precondition": Fault.FORBIDDEN,
    "not_found_error": Fault.NOT_FOUND,
    "model_not_found": Fault.NOT_FOUND,
    "context_length_exceeded": Fault.TOO_LONG,
    "exceed_context_size_error": Fault.TOO_LONG,
    "request_too_large": Fault.TOO_LONG,
    "string_above_max_length": Fault.TOO_LONG,
    "content_filter": Fault.CONTENT,
    "content_policy_violation": Fault.CONTENT,
    "refusal": Fault.CONTENT,
    "safety": Fault.CONTENT,
    "recitation": Fault.CONTENT,
    "blocklist": Fault.CONTENT,
    "prohibited_content": Fault.CONTENT,
    "spii": Fault.CONTENT,
    "sensitive": Fault.CONTENT,
    "overloaded_error": Fault.OVERLOADED,
    "engine_overloaded_error": Fault.OVERLOADED,
    "overloaded": Fault.OVERLOADED,
    "insufficient_system_resource": Fault.OVERLOADED,
    "timeout_error": Fault.TIMEOUT,
    "deadline_exceeded": Fault.TIMEOUT,
}
"""Words that machines use and mean; they say more than the status beside them."""

BY_STATUS = {
    401: Fault.AUTH,
    402: Fault.PAYMENT,
    403: Fault.FORBIDDEN,
    404: Fault.NOT_FOUND,
    405: Fault.NOT_FOUND,
    408: Fault.TIMEOUT,
    409: Fault.SERVER,
    410: Fault.NOT_FOUND,
    413: Fault.TOO_LONG,
    425: Fault.SERVER,
    429: Fault.RATE_LIMIT,
    498: Fault.OVERLOADED,
    499: Fault.CONNECTION,
    501: Fault.BAD_REQUEST,
    529: Fault.OVERLOADED,
}

BY_VAGUE_CODE = {
    "invalid_request_error": Fault.BAD_REQUEST,
    "bad_request": Fault.BAD_REQUEST,
    "badrequesterror": Fault.BAD_REQUEST,
    "invalid_argument": Fault.BAD_REQUEST,
    "validation_error": Fault.BAD_REQUEST,
    "not_found": Fault.NOT_FOUND,
    "unauthorized": Fault.AUTH,
    "network_error": Fault.CONNECTION,
    "timeout": Fault.TIMEOUT,
}
"""Words that only count where no status speaks."""

BY_WORDS = (
    (
        re.compile(
            r"context[ _](?:length|window|size)|maximum context|too many (?:input )?tokens"
            r"|(?:prompt|input)\b.{0,20} too (?:long|large)|reduce the length"
        ),
        Fault.TOO_LONG,
    ),
    (
        re.compile(r"api[ _-]?key\b.{0,30}(?:not valid|invalid|incorrect|expired)|(?:invalid|incorrect) api[ _-]?key"),
        Fault.AUTH,
    ),
    (re.compile(r"credit balance|insufficient (?:balance|credits|funds)|payment required|billing"), Fault.PAYMENT),
    (
        re.compile(r"model\b.{0,80}(?:not found|does not exist|not supported|unknown)|(?:no such|unknown) model"),
        Fault.NOT_FOUND,
    ),
    (re.compile(r"content (?:policy|management|filter)|flagged|moderation|safety system"), Fault.CONTENT),
    (re.compile(r"overloaded|at capacity|no capacity"), Fault.OVERLOADED),
    (re.compile(r"rate.?limit|too many requests"), Fault.RATE_LIMIT),
)
"""For people's words, which are trusted least: only where status and codes leave it open."""

OPEN_STATUS = frozenset({200, 400, 403, 422, 500, 503})
_CAN_AFFORD = re.compile(r"can only afford (\d{1,9})")


class Trouble(Exception):  # noqa: N818 - it is what happened, not yet whose error it is
    """What went wrong on the wire, before it has a provider's name; never leaves this package.

    `fault` is None when only the provider's own words (`said`) can tell.
    """

    def __init__(self, fault: Fault | None, message: str = "", said: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.fault = fault
        self.message = message
        self.said = said


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is none: what of it tells why."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    """A short body that is not JSON; empty for web pages."""

    @classmethod
    def parse(cls, status: int, headers: Mapping[str, str], raw: bytes) -> Refusal:
        text = raw.decode("utf-8", "replace").strip()
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return cls(status, headers, text="" if _is_page(text) else text)
        if isinstance(value, list):
            value = next((v for v in value if isinstance(v, dict)), {})
        return cls(status, headers, value) if isinstance(value, dict) else cls(status, headers, text=text)


def explain(refusal: Refusal, provider: Provider, now: float) -> Failure:
    """What a refusal means, from the most to the least reliable thing it says."""
    body = _unwrapped(refusal.body)
    said = _words(body) or refusal.text
    status = _status(refusal, body)
    facts = (*limits_of(refusal.headers, provider, now), *body_facts(body, now))
    fault = _fault(status, _codes(body), said)
    if fault is Fault.RATE_LIMIT and _day_is_spent(facts, said):
        fault = Fault.QUOTA
    affordable = _CAN_AFFORD.search(said)
    return Failure(
        fault,
        _sentence(provider, fault, _headline(status, said)),
        retryable=fault not in FINAL and "insufficient_quota" not in _codes(body),
        retry_after=_wait(retry_after(refusal.headers, body, said, now), facts, now),
        facts=facts,
        affordable_tokens=int(affordable[1]) if affordable else None,
    )


def explain_trouble(trouble: Trouble, provider: Provider, now: float) -> Failure:
    if trouble.fault is None:
        return explain(Refusal(200, body=trouble.said or {}), provider, now)
    final = trouble.fault in FINAL
    return Failure(trouble.fault, _sentence(provider, trouble.fault, trouble.message), retryable=not final)


def limits_of(headers: Mapping[str, str], provider: Provider, now: float) -> tuple[QuotaFact, ...]:
    """The quota facts of any response; Groq counts requests by the day."""
    return header_facts(headers, now, daily_requests=host(provider).endswith("groq.com"))


# --- fault ---


def _fault(status: int, codes: tuple[str, ...], said: str) -> Fault:
    for code in codes:
        if code in BY_CODE:
            return BY_CODE[code]
    if status in OPEN_STATUS:
        lower = said.lower()
        worded = next((fault for pattern, fault in BY_WORDS if pattern.search(lower)), None)
        if worded:
            return worded
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status >= 500:
        return Fault.SERVER
    if status >= 300:
        return Fault.BAD_REQUEST
    return next((BY_VAGUE_CODE[code] for code in codes if code in BY_VAGUE_CODE), Fault.SERVER)


def _day_is_spent(facts: tuple[QuotaFact, ...], said: str) -> bool:
    daily = [f for f in facts if f.window in {"day", "tokens-day"} and f.remaining is not None]
    return any(f.remaining == 0 for f in daily) or (not daily and says_daily(said))


def _wait(said: float | None, facts: tuple[QuotaFact, ...], now: float) -> float | None:
    """The waiting time as told, else until the last spent limit resets."""
    if said is not None:
        return said
    resets = [f.resets_at - now for f in facts if f.remaining == 0 and f.resets_at is not None and f.resets_at > now]
    return max(resets, default=None)


# --- what a body says ---


def _unwrapped(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """With the innermost error's words: gateways wrap their upstream's, often as text."""
    for path in (("error", "metadata", "raw"), ("error", "error")):
        inner = _inside(body, *path)
        if isinstance(inner, str):
            parsed = Refusal.parse(0, {}, inner.encode(errors="replace"))
            inner = parsed.body or {"message": parsed.text}
        if isinstance(inner, dict) and _words(inner):
            told = inner["error"] if isinstance(inner.get("error"), dict) else inner
            known = {name: value for name, value in told.items() if value is not None}
            return {**body, "error": {**body["error"], **known, "message": _words(inner)}}
    return body


def _inside(body: Mapping[str, Any], *path: str) -> object:
    value: object = body
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _words(body: Mapping[str, Any]) -> str:
    for path in (("error", "message"), ("error",), ("error_message",), ("message",), ("detail",), ("msg",)):
        value = _inside(body, *path)
        if isinstance(value, str) and value.strip():
            return "" if _is_page(value.strip()) else value.strip()
    listed = body.get("errors") or body.get("detail")
    first = listed[0] if isinstance(listed, list) and listed else listed
    if isinstance(first, dict):
        return str(first.get("message") or first.get("msg") or "")
    return ""


def _codes(body: Mapping[str, Any]) -> tuple[str, ...]:
    paths = (("error", "code"), ("error", "type"), ("error", "status"), ("code",), ("error_type",), ("type",))
    values = (_inside(body, *path) for path in paths)
    return tuple(value.lower() for value in values if isinstance(value, str))


def _status(refusal: Refusal, body: Mapping[str, Any]) -> int:
    """The HTTP status, or the one that a 200 hides in its body."""
    if refusal.status != HTTPStatus.OK:
        return refusal.status
    for path in (("error", "code"), ("error", "status"), ("error", "status_code"), ("code",), ("status",)):
        value = str(_inside(body, *path))
        if value.isdecimal() and len(value) == 3 and int(value) >= 400:
            return int(value)
    return refusal.status


# --- what people read ---


def _headline(status: int, said: str) -> str:
    if status == HTTPStatus.OK:
        return said or "the stream reported an error"
    if 300 <= status < 400:
        return f"HTTP {status}: a redirect, which is never followed with a key; put the final address into base_url"
    phrase = next((known.phrase for known in HTTPStatus if known == status), "")
    return f"HTTP {status}: {said}" if said else f"HTTP {status} {phrase}".strip()


def _sentence(provider: Provider, fault: Fault, said: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in scrub(said, provider)).split())
    if len(line) > LONGEST_MESSAGE:
        line = line[: LONGEST_MESSAGE - 1] + "…"
    advice = provider.key_hint if fault is Fault.AUTH and provider.key_hint else ""
    return f"{provider.name}: {line}" + (f" ({advice})" if advice else "")


def scrub(text: str, provider: Provider) -> str:
    """The text without the key and other header values, which some providers echo, whole or by halves."""
    secrets = [provider.key.reveal().strip()] if provider.key else []
    secrets += [value.rpartition(" ")[2] for value in provider.headers.values()]
    for secret in secrets:
        half = len(secret) // 2
        for piece in (secret, secret[:half], secret[half:]):
            if len(piece) >= SHORTEST_SECRET:
                text = text.replace(piece, "***")
    return text


def _is_page(text: str) -> bool:
    return text.startswith("<") or "<html" in text[:500].lower()
