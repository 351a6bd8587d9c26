"""How likely a draft is right, as measured: two small logistic models over how it was found and what stands around."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from math import exp, log

from lsp_router.embedded.guess.context import Context
from lsp_router.embedded.guess.decode import Draft
from lsp_router.embedded.text.alphabet import UNSEEN
from lsp_router.embedded.text.lexer import LINE_STARTS


class LineSign(IntEnum):
    """What bears on a whole line; weights are stored in this order."""

    ALWAYS = 0
    LOG_CHANCE = 1
    ODDS = 2
    LOG_END = 3
    LOG_LENGTH = 4
    NAMES = 5
    NEW_NAMES = 6
    STANDS_BELOW = 7
    STANDS_ABOVE = 8
    STANDS_ELSEWHERE = 9
    LEAVES_OPEN = 10
    CLOSES_MORE = 11
    IN_WORD = 12
    LINE_START = 13


class PrefixSign(IntEnum):
    """What bears on the beginning of a line."""

    ALWAYS = 0
    LOG_CHANCE = 1
    ODDS = 2
    LOG_LENGTH = 3
    LOG_NEXT = 4
    IN_WORD = 5
    LINE_START = 6


def line_signs(context: Context, partial: str, draft: Draft) -> list[float]:
    """`context` is the one at the cursor."""
    after = context
    for token in draft.tokens:
        after = after.push(token)
    moment = context.moment
    alphabet, counts, own = moment.document.alphabet, moment.document.counts, moment.own
    names = [alphabet.find(token) for token in draft.tokens if alphabet.renamable(token)]
    new = [name for name in names if name == UNSEEN or counts[name] <= own[name]]
    below, above, elsewhere = _standing(context, "".join(map(alphabet.find, after.line)))
    opened = len(after.stack) - len(moment.stack)
    return [
        1.0,
        log(draft.chance),
        _odds(draft.chance),
        log(draft.chances[-1]),
        log(len(draft.tokens)),
        min(len(names), 5) / 5,
        float(bool(new)),
        float(below),
        float(above),
        float(elsewhere),
        float(opened > 0),
        float(opened < 0),
        float(bool(partial)),
        float(not context.line and not partial),
    ]


def prefix_signs(context: Context, partial: str, draft: Draft, length: int) -> list[float]:
    """The first `length` tokens of a draft."""
    chance = 1.0
    for single in draft.chances[:length]:
        chance *= single
    following = draft.chances[length] if length < len(draft.chances) else 0.5
    return [
        1.0,
        log(chance),
        _odds(chance),
        log(length),
        log(max(following, 1e-3)),
        float(bool(partial)),
        float(not context.line and not partial),
    ]


def judge(signs: Sequence[float], weights: Sequence[float]) -> float:
    score = sum(sign * weight for sign, weight in zip(signs, weights, strict=True))
    return 1 / (1 + exp(-max(-30.0, min(30.0, score))))


def _standing(context: Context, line: str) -> tuple[bool, bool, bool]:
    """Whether just this line stands right below, right above, or elsewhere in the file."""
    moment = context.moment
    exact, home, resume = moment.document.exact, moment.home, moment.resume
    below = exact.startswith(line, resume) and _ends(context, resume + len(line))
    above = exact.endswith(line, 0, home) and _ends(context, home)
    elsewhere, at = False, -1
    while not elsewhere and (at := exact.find(line, at + 1)) >= 0:
        elsewhere = not home <= at < resume and _ends(context, at - 1) and _ends(context, at + len(line))
    return below, above, elsewhere


def _ends(context: Context, at: int) -> bool:
    """Whether a line begins or the document ends there."""
    document = context.moment.document
    return not 0 <= at < len(document.exact) or document.alphabet.text(document.exact[at]) in LINE_STARTS


def _odds(chance: float) -> float:
    return log(chance / (1.0001 - chance))
