"""What a reviewer's answer says, however it is wrapped, cut off or worded; what is no claim is left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lsp_router.assist.review.finding import Claim, Severity

MOST = 100
"""Claims of one answer that are looked at; a careful reviewer makes ten."""
LONGEST = 400_000
TITLE, MESSAGE, SUGGESTION = 120, 1_200, 4_000
STARTS = 60
"""Places at which JSON may begin that are tried."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The claims, severest first; unreadable when there is no JSON of that kind in the answer at all."""

    claims: tuple[Claim, ...] = ()
    unreadable: bool = False
    cut: bool = False
    """The answer ends in the middle: what came before it counts."""


def read(answer: str) -> Reading:
    text = _THOUGHT.sub("", answer[:LONGEST]).strip().removeprefix("\ufeff")
    found = _whole(text)
    if found is not None:
        return Reading(_claims(found))
    rescued = list(_rescued(text))
    return Reading(_claims(rescued), cut=True) if rescued else Reading(unreadable=True)


_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_LISTS = ("findings", "issues", "problems", "comments", "results", "review")
_FENCE = re.compile(r"\A```[a-z]*\s*|\s*```\Z")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SPACE = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder(strict=False)
_SEVERITIES = {
    **dict.fromkeys(("error", "critical", "blocker", "high", "major", "severe", "fatal", "1"), Severity.ERROR),
    **dict.fromkeys(("warning", "warn", "medium", "moderate", "2"), Severity.WARNING),
    **dict.fromkeys(("information", "info", "low", "minor", "note", "notice", "3"), Severity.INFORMATION),
    **dict.fromkeys(("hint", "nit", "trivial", "suggestion", "style", "4"), Severity.HINT),
}


def _whole(text: str) -> list[Any] | None:
    """The list of findings as JSON says it; an empty list counts only when it is all the answer says."""
    if _FENCE.sub("", text).strip() == "[]":
        return []
    for number, start in enumerate(_starts(text)):
        try:
            value, _ = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        listed = _listed(value, alone=number == 0)
        if listed is not None:
            return listed
    return None


def _listed(value: Any, *, alone: bool) -> list[Any] | None:
    """A finding by itself counts where the answer begins with it; further down it is one of a list that is broken."""
    if isinstance(value, Mapping):
        if "quote" in value:
            return [value] if alone else None
        held = next((value[name] for name in _LISTS if name in value), None)
        if isinstance(held, Mapping):
            return [held]
        return held if isinstance(held, list) else None
    claims = isinstance(value, list) and any(isinstance(item, Mapping) and "quote" in item for item in value)
    return value if claims else None


def _starts(text: str) -> Iterator[int]:
    for number, found in enumerate(re.finditer(r"[{\[]", text)):
        if number >= STARTS:
            return
        yield found.start()


def _rescued(text: str) -> Iterator[Any]:
    """The objects of a list that was cut off or is broken further down, up to where it breaks."""
    opened = re.search(r'"quote"', text)
    at = text.rfind("{", 0, opened.start()) if opened else -1
    while 0 <= at < len(text) and text[at] == "{":
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield value
        space = _SPACE.match(text, end)
        at = space.end() if space else len(text)


def _claims(items: list[Any]) -> tuple[Claim, ...]:
    made = (_claim(item) for item in items[: MOST * 10] if isinstance(item, Mapping))
    kept = sorted((claim for claim in made if claim is not None), key=lambda claim: claim.severity.rank)
    return tuple(kept[:MOST])


def _claim(item: Mapping[str, Any]) -> Claim | None:
    quote = item.get("quote")
    quote = "\n".join(map(str, quote)) if isinstance(quote, list) else quote
    title, message = _words(item.get("title"), TITLE), _words(item.get("message"), MESSAGE)
    if not isinstance(quote, str) or not quote.strip() or not (title or message):
        return None
    suggestion = item.get("suggestion")
    return Claim(
        quote=quote,
        severity=_SEVERITIES.get(str(item.get("severity", "")).strip().lower(), Severity.INFORMATION),
        category=re.sub(r"[^a-z-]", "", str(item.get("category", "")).lower())[:24] or "other",
        title=title or _first_sentence(message),
        message=message or title,
        suggestion=suggestion if isinstance(suggestion, str) and _is_plain(suggestion) else None,
    )


def _words(value: Any, most: int) -> str:
    """On one line: a diagnostic is no place for a model's layout, and still less for its control characters."""
    if not isinstance(value, str):
        return ""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in value[: most * 4]).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _is_plain(suggestion: str) -> bool:
    """Nothing that a terminal obeys, and nothing that makes code read otherwise than it runs."""
    return 0 < len(suggestion) <= SUGGESTION and not _UNSEEN.search(suggestion)


def _first_sentence(message: str) -> str:
    return _words(re.split(r"(?<=[.!?])\s", message, maxsplit=1)[0], TITLE)
