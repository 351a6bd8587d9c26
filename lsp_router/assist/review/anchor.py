"""Where a quote stands: to the letter or but for white space, in one place only, and never by a guess."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lsp_router.assist.passages import Span

SHORTEST = 3
"""Signs that are not white space; less than that says nothing."""
LONGEST = 2_000
_TOKEN = re.compile(r"\w+|[^\w\s]")
_NUMBERED = re.compile(r"^[ \t]*\d+[ \t]*[:|│][ \t]?", re.MULTILINE)
_WRAPPED = re.compile(r"\A(`{1,3})(?:[a-z]*\n)?(.*?)\n?\1\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Nowhere:
    """Why a quote has no place, in words that a model can act on."""

    reason: str


def anchor(quote: str, text: str, spans: Sequence[Span]) -> Span | Nowhere:
    """The one place inside the spans at which the quote stands."""
    wanted = _bare(quote)
    if len("".join(wanted.split())) < SHORTEST:
        return Nowhere("is too short to be found")
    if len(wanted) > LONGEST:
        return Nowhere("is too long")
    for pattern in _patterns(wanted):
        hits = _hits(pattern, text, spans)
        if len(hits) == 1:
            return hits[0]
        if hits:
            return Nowhere(f"occurs {len(hits)} times; quote more of the lines around it")
    return Nowhere("is not in the code")


def _bare(quote: str) -> str:
    """Without the fence, the ticks and the line breaks that models put around what they copy."""
    text = quote.replace("\r\n", "\n").strip()
    found = _WRAPPED.match(text)
    return found[2].strip() if found and found[2].strip() else text


def _patterns(wanted: str) -> Iterator[re.Pattern[str]]:
    yield re.compile(re.escape(wanted))
    tokens = _TOKEN.findall(wanted)
    yield _loose(tokens)
    lines = wanted.split("\n")
    if all(_NUMBERED.match(line) for line in lines):
        yield _loose(_TOKEN.findall(_NUMBERED.sub("", wanted)))


def _loose(tokens: Sequence[str]) -> re.Pattern[str]:
    """The same signs with any white space between them; two words still need some."""
    parts = [re.escape(tokens[0])] if tokens else [r"(?!)"]
    for before, token in pairwise(tokens):
        both = _is_word(before) and _is_word(token)
        parts.append((r"\s++" if both else r"\s*+") + re.escape(token))
    return re.compile("".join(parts))


def _hits(pattern: re.Pattern[str], text: str, spans: Sequence[Span]) -> list[Span]:
    """At most a few: more than one is already too many."""
    hits: list[Span] = []
    for low, high in spans:
        for found in pattern.finditer(text, low, high):
            if _whole(text, found.start(), found.end()):
                hits.append(found.span())
            if len(hits) > 9:
                return hits
    return hits


def _whole(text: str, start: int, end: int) -> bool:
    """`x = 1` does not stand in `max = 10`."""
    cut_before = start > 0 and _is_word(text[start]) and _is_word(text[start - 1])
    cut_after = end < len(text) and _is_word(text[end - 1]) and _is_word(text[end])
    return not (cut_before or cut_after)


def _is_word(sign: str) -> bool:
    return sign[-1].isalnum() or sign[-1] == "_"
