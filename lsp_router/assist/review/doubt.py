"""Which claims need a second look: what is severe, what is hedged, and what does not fit the code it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from lsp_router.assist.passages import Span
from lsp_router.assist.review.finding import Claim, Severity
from lsp_router.context.document import Document
from lsp_router.validation.endings import line_ending
from lsp_router.validation.gates import Rules, check
from lsp_router.validation.grammars import Grammars

_HEDGED = re.compile(
    r"\b(?:might|may(?:be)?|could|possibly|perhaps|potential(?:ly)?|seems?|appears?|likely|unclear|presumably|assum\w+)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(r"`([A-Za-z_][\w.]{2,60})(?:\(\))?`")


def doubtful(claim: Claim, document: Document) -> str:
    """Why a stronger model should look at it; empty when the claim can stand by itself."""
    if claim.severity is Severity.ERROR:
        return "it is severe"
    if _HEDGED.search(f"{claim.title} {claim.message}"):
        return "it is not sure of itself"
    strange = [name for name in _NAMED.findall(f"{claim.title} {claim.message}") if not _occurs(name, document.text)]
    return f"the code has no {strange[0]}" if strange else ""


def tested(claim: Claim, span: Span, document: Document, grammars: Grammars) -> Claim:
    """The claim with its suggestion as it would take the quote's place; without it where that would break the file."""
    for made in _layouts(claim.suggestion or "", document.text, span):
        layout = made.replace("\n", line_ending(document.text))
        after = document.text[: span[0]] + layout + document.text[span[1] :]
        broken = check(document.text, after, document.path, document.language, _RULES, grammars=grammars)
        if after != document.text and not broken:
            return replace(claim, suggestion=layout)
    return replace(claim, suggestion=None)


_RULES = Rules(signatures=False)


def _layouts(suggestion: str, text: str, span: Span) -> Iterator[str]:
    """Models keep the indentation of the file, of its first line, or none: each reading is tried."""
    lines = suggestion.strip("\n").rstrip().split("\n")
    if not lines[0].strip():
        return
    before = text[text.rfind("\n", 0, span[0]) + 1 : span[0]]
    indent = before[: len(before) - len(before.lstrip())]
    own = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    first, rest = lines[0].lstrip(), lines[1:]
    if all(line.startswith(own) for line in rest if line.strip()):
        yield "\n".join([first, *(indent + line.removeprefix(own) if line.strip() else "" for line in rest)])
    if rest and own != indent:
        yield "\n".join([first, *rest])


def _occurs(name: str, text: str) -> bool:
    return all(part in text for part in name.split(".") if part)
