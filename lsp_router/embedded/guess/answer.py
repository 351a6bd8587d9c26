"""From drafts to what is shown: a whole line if that is sure enough, else as much of its beginning as is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lsp_router.embedded.guess.confidence import judge, line_signs, prefix_signs
from lsp_router.embedded.guess.constants import Constants
from lsp_router.embedded.guess.context import Context
from lsp_router.embedded.guess.decode import Draft, Drafts
from lsp_router.embedded.guess.experts import Evidence, Expert
from lsp_router.embedded.settings import Thresholds

MIN_CHARACTERS = 2
"""What a beginning needs to be worth showing."""
SURE_OF_ONE = 0.5
"""What a line needs whose rest is one character: that is typed as quickly as taken, so it should rather be right."""
MAX_SPACES = 4
"""Alignment is not recalled: more spaces before a token than this are taken for it."""

_REASONS = (
    (Expert.FILE, "as elsewhere in this file"),
    (Expert.PROJECT, "as elsewhere in the project"),
    (Expert.RENAMED_FILE, "as elsewhere in this file, renamed"),
    (Expert.RENAMED_PROJECT, "as elsewhere in the project, renamed"),
    (Expert.WORDS, "words in use here"),
)


class Kind(StrEnum):
    LINE = "line"
    PREFIX = "prefix"


@dataclass(frozen=True, slots=True)
class Suggestion:
    text: str
    """What to put at the cursor."""
    confidence: float
    """How often suggestions that look like this one turned out right."""
    kind: Kind
    why: str
    replaced: int = 0
    """How many characters after the cursor it takes the place of: brackets that it contains itself."""


def choose(context: Context, partial: str, drafts: Drafts, constants: Constants, sure: Thresholds) -> Suggestion | None:
    return _whole(context, partial, drafts, constants, sure) or _beginning(context, partial, drafts, constants, sure)


def render(context: Context, partial: str, draft: Draft) -> str:
    """The draft as text that goes right after what is typed."""
    text = ""
    for at, (token, spaces) in enumerate(zip(draft.tokens, draft.spaces, strict=True)):
        apart = max(spaces, int(_would_merge(text, token)))
        text += " " * (min(apart, MAX_SPACES) if at or _wants_space(context) else 0) + token
    return text.lstrip(" ")[len(partial) :] if partial else text


def _would_merge(text: str, token: str) -> bool:
    """Whether two words would be read as one: who brought the second one need not know how far apart they stand."""
    return all(char.isalnum() or char == "_" for char in (text[-1:], token[:1]) if char) and bool(text)


def _why(evidence: Evidence, token: str) -> str:
    """Where most of the evidence for the first token lies, in words for people."""
    told = [(evidence.opinions[expert].probabilities.get(token, 0.0), reason) for expert, reason in _REASONS]
    chance, reason = max(told, key=lambda one: one[0])
    return reason if chance > 0 else "names in use here"


def _wants_space(context: Context) -> bool:
    return bool(context.line) and not context.moment.trails


def _whole(context: Context, partial: str, drafts: Drafts, constants: Constants, sure: Thresholds) -> Suggestion | None:
    if drafts.line is None:
        return None
    confidence = judge(line_signs(context, partial, drafts.line), constants.line)
    text = render(context, partial, drafts.line)
    length = len(text.strip())
    if not length or confidence < (sure.line if length > 1 else max(sure.line, SURE_OF_ONE)):
        return None
    return Suggestion(text, confidence, Kind.LINE, _why(drafts.evidence, drafts.line.tokens[0]))


def _beginning(
    context: Context, partial: str, drafts: Drafts, constants: Constants, sure: Thresholds
) -> Suggestion | None:
    """The longest beginning that is sure enough."""
    draft = drafts.longest
    for length in range(len(draft.tokens), 0, -1):
        confidence = judge(prefix_signs(context, partial, draft, length), constants.prefix)
        if confidence >= sure.prefix:
            text = render(context, partial, draft.cut(length))
            if len(text.strip()) < MIN_CHARACTERS:
                return None
            return Suggestion(text, confidence, Kind.PREFIX, _why(drafts.evidence, draft.tokens[0]))
    return None
