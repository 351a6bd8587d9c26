"""A suggestion must fit before the brackets that an editor closed by itself."""

from __future__ import annotations

import re

from lsp_router.embedded.text.brackets import CLOSER_OF, OPENER_OF

_HARMLESS = re.compile(r"\s*[)\]}>\"'`]*\s*[:{;,]?\s*\Z")
"""What may stand after the cursor: closers, perhaps the sign that ends the line."""


def fits_before(rest: str) -> bool:
    return _HARMLESS.match(rest) is not None


def fit_before(rest: str, text: str) -> tuple[str, int] | None:
    """What to insert, and how many characters after the cursor it replaces; None when both cannot be had."""
    standing = rest.strip()
    open_end = _first_unmatched(text)
    if not standing:
        return text, 0
    if open_end is None:
        return (text.removesuffix(standing) if standing not in OPENER_OF else text), 0
    closing = text[open_end:]
    if closing == standing or standing.startswith(closing):
        return text[:open_end], 0
    if closing.startswith(standing):
        return text, len(rest.rstrip())
    return None


def _first_unmatched(text: str) -> int | None:
    """Where the text first closes a bracket that it did not open; what is quoted does not count."""
    depth: list[str] = []
    quote = ""
    for at, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote and text[at - 1] != "\\" else quote
        elif sign in "\"'`":
            quote = sign
        elif sign in CLOSER_OF:
            depth.append(CLOSER_OF[sign])
        elif sign in OPENER_OF:
            if not depth:
                return at
            depth.pop()
    return None
