"""How money, days, projects and other people's words are written down."""

from __future__ import annotations

import os
import re
import time
from hashlib import blake2s

NANO = 1_000_000_000
LONGEST_REMARK = 160

_SECRETS = re.compile(
    r"(?i:bearer\s+)\S+"
    r"|\b(?i:sk|gsk|csk|xai|pk|rk|ghp|hf)[-_][\w\-]{8,}"
    r"|\bAIza[\w\-]{16,}"
    r"|\b[0-9a-fA-F]{32,}\b"
    r"|\b(?=[\w\-]*[a-z])(?=[\w\-]*[A-Z])(?=[\w\-]*\d)[\w\-]{20,}"
)
_LONG_QUOTE = re.compile(r"([\"'`])(?:(?!\1).){41,}(?:\1|$)")


def nano(usd: float) -> int:
    """Money is added up over months, so it is kept in whole billionths of a dollar."""
    return round(usd * NANO)


def dollars(nanos: int) -> float:
    return nanos / NANO


def local_day(at: float) -> str:
    """The user's own calendar day: a daily budget starts over at their midnight, not at Greenwich's."""
    return time.strftime("%Y-%m-%d", time.localtime(at))


def fingerprint(place: str) -> str:
    """Tells projects and documents apart without saying where they lie."""
    if not place:
        return ""
    return blake2s(os.path.normcase(place).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def display_name(place: str) -> str:
    return plain(re.split(r"[/\\]", place.rstrip("/\\"))[-1][:80])


def remark(text: str) -> str:
    """A reason in one short line. Providers quote back what they were sent: long quotes and keys are taken out."""
    line = " ".join(text[:1_000].split())
    line = _SECRETS.sub("***", _LONG_QUOTE.sub("…", line))
    return plain(line if len(line) <= LONGEST_REMARK else line[: LONGEST_REMARK - 1] + "…")


def plain(text: str) -> str:
    """Half a surrogate pair, as a cut-off file name has one, cannot be stored."""
    return text.encode("utf-8", "replace").decode("utf-8")
