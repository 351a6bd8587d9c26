"""Thirteen ways to guess the next token, each an opinion: probabilities, and how much it has to go on.

They are deliberately simple; what each is worth, given what it has to go on, is what the mix was fitted for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from lsp_router.embedded.brackets import CLOSER_OF
from lsp_router.embedded.context import Context
from lsp_router.embedded.document import CALL, HEAD, HEADS, NEXT, SKIP, SLOT, SLOTS, slot_of
from lsp_router.embedded.hits import ORDERS, RENAMED_ORDERS, find_code, find_exact, find_renamed
from lsp_router.embedded.shelf import DEPTH


class Expert(IntEnum):
    """Who speaks; weights are stored in this order."""

    NEAR = 0
    FILE = 1
    PROJECT = 2
    RENAMED_FILE = 3
    RENAMED_PROJECT = 4
    SKIP = 5
    HEAD = 6
    HEADS = 7
    CALL = 8
    NEXT = 9
    LOCAL = 10
    PROJECT_CALL = 11
    WORDS = 12


GROUNDS = 19
"""How many kinds of grounds an expert tells apart at most: 0 is none."""
NEAR_ABOVE, NEAR_BELOW = 900, 600
"""How many tokens around the cursor count as near."""
LOCAL_NAMES, LOCAL_FADE = 40, 0.93
RECENT_WEIGHT, PROJECT_WEIGHT = 4.0, 0.3

Levels = Sequence[Sequence[str]]
"""What followed the context's last tokens, from the shortest stretch of them to the longest."""


@dataclass(frozen=True, slots=True)
class Opinion:
    probabilities: Mapping[str, float] = field(default_factory=dict)
    ground: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """All opinions, in the order of Expert, and how each guess is spaced where it was seen."""

    opinions: tuple[Opinion, ...]
    spaces: Mapping[str, int]


def gather(context: Context, partial: str = "") -> Evidence:
    """`partial` is what is already typed of the token to guess."""
    seen: dict[str, int] = {}
    opinions = [
        *_exact(context, seen),
        *_renamed(context, seen),
        *_follows(context, seen),
        _local(context),
        _project_call(context, seen),
        _words(context, partial, seen) if partial else Opinion(),
    ]
    return Evidence(tuple(opinions), seen)


def blend(levels: Levels, alpha: float, cutoff: float) -> dict[str, float]:
    """Mix what followed, the longest context first; each leaves the shorter ones a share that grows with its doubt."""
    mixed: dict[str, float] = {}
    left, done = 1.0, 0
    for level in reversed(levels):
        size = len(level)
        if size == done:
            continue
        done = size
        counts: dict[str, int] = {}
        for token in level:
            counts[token] = counts.get(token, 0) + 1
        doubt = alpha * len(counts) / (size + alpha * len(counts))
        share = left * (1 - doubt) / size
        for token, count in counts.items():
            mixed[token] = mixed.get(token, 0.0) + share * count
        left *= doubt
        if left < cutoff:
            break
    return mixed


def _exact(context: Context, seen: dict[str, int]) -> Iterable[Opinion]:
    """The same tokens near by, in the file, in the project."""
    moment = context.moment
    levels = find_exact(context)
    low, high = moment.home - NEAR_ABOVE, moment.resume + NEAR_BELOW
    near = [[at for at in level if low <= at <= high] for level in levels]
    project = _project_exact(context)
    if len(project) > len(levels):
        _note(seen, project)
    file = _texts(context, levels, seen)
    _note(seen, project)
    yield _opinion(_texts(context, [level for level in near if level], seen), 0.4)
    yield _opinion(file, 0.4)
    yield _opinion([[token for token, _ in level] for level in project], 0.5)


def _project_exact(context: Context) -> list[list[tuple[str, int]]]:
    """For each of ORDERS what followed in the indexes, token and spaces."""
    merged: list[list[tuple[str, int]]] = []
    for shelf, hidden in context.moment.shelves:
        numbers = [shelf.find(token) for token in context.tokens[: -DEPTH - 1 : -1]]
        for length, positions in shelf.exact(numbers, hidden):
            if length in ORDERS:
                at = ORDERS.index(length)
                merged.extend([] for _ in range(at + 1 - len(merged)))
                merged[at].extend(map(shelf.token_at, positions))
    return merged


def _note(seen: dict[str, int], levels: Iterable[Iterable[tuple[str, int]]]) -> None:
    for level in reversed(list(levels)):
        for token, spaces in level:
            seen.setdefault(token, spaces)


def _texts(context: Context, levels: Sequence[Sequence[int]], seen: dict[str, int]) -> list[list[str]]:
    """Positions of the document as the tokens that stand there."""
    document = context.moment.document
    exact, text, spaces = document.exact, document.alphabet.text, document.spaces
    texts: list[list[str]] = []
    for level in reversed(levels):
        tokens = [text(exact[at]) for at in level]
        for at, token in zip(level, tokens, strict=True):
            seen.setdefault(token, spaces[at])
        texts.append(tokens)
    return texts[::-1]


def _opinion(levels: Levels, alpha: float) -> Opinion:
    if not levels:
        return Opinion()
    doubtful = len(set(levels[-1])) > 1
    return Opinion(blend(levels, alpha, 0.01), len(levels) + (len(ORDERS) if doubtful else 0))


def _renamed(context: Context, seen: dict[str, int]) -> Iterable[Opinion]:
    spaces = context.moment.document.spaces
    file: list[list[str]] = []
    for level in find_renamed(context):
        file.append([token for _, token in level])
        for (at, _), token in zip(level, file[-1], strict=True):
            seen.setdefault(token, spaces[at])
    yield _renamed_opinion(file)
    yield _renamed_opinion(_project_renamed(context, seen))


def _project_renamed(context: Context, seen: dict[str, int]) -> list[list[str]]:
    merged: list[list[str]] = [[] for _ in RENAMED_ORDERS]
    for shelf, hidden in context.moment.shelves:
        numbers = [shelf.find(token) for token in context.tokens[: -RENAMED_ORDERS[-1] - 1 : -1]]
        for length, found in shelf.renamed(numbers, hidden):
            level = merged[RENAMED_ORDERS.index(length)]
            for at, back in found:
                token, spaces = shelf.token_at(at)
                if 0 < back <= min(length, len(context.tokens)):
                    token = context.tokens[-back]
                level.append(token)
                seen.setdefault(token, spaces)
    return merged


def _renamed_opinion(levels: Levels) -> Opinion:
    longest = max((at for at, level in enumerate(levels) if level), default=-1)
    if longest < 0:
        return Opinion()
    doubtful = len(set(levels[longest])) > 1
    kept = [level for level in levels if level]
    return Opinion(blend(kept, 0.5, 0.05), longest + 1 + (len(RENAMED_ORDERS) if doubtful else 0))


def _follows(context: Context, seen: dict[str, int]) -> Iterable[Opinion]:
    """What stood after the same last token under the same circumstances, one opinion per column."""
    moment = context.moment
    document, nothing = moment.document, moment.document.alphabet.nothing
    symbols = context.symbols
    last, third = symbols[-1], symbols[-3] if len(symbols) > 2 else nothing
    inner = context.stack[-1] if context.stack else None
    callee = document.alphabet.find(inner.callee) + chr(inner.argument) if inner else nothing
    keys = {
        SKIP: last + third,
        HEAD: last + context.head,
        HEADS: last + context.head + context.previous_head,
        CALL: last + callee,
        NEXT: last + context.head + moment.below,
    }
    for column, key in keys.items():
        code = document.codes[column].get(key)
        hits = find_code(document.columns[column], code, moment) if code else []
        (tokens,) = _texts(context, [hits], seen)
        yield _simple(tokens)


def _simple(tokens: Sequence[str]) -> Opinion:
    if not tokens:
        return Opinion()
    share = 1 / (len(tokens) + 0.5)
    probabilities: dict[str, float] = {}
    for token in tokens:
        probabilities[token] = probabilities.get(token, 0.0) + share
    many = bisect_right((3, 10), len(tokens))
    return Opinion(probabilities, 1 + many + (3 if len(probabilities) > 1 else 0))


def _local(context: Context) -> Opinion:
    """Names that stood in the same kind of place, the latest first: arguments, variables, attributes in use here."""
    document, moment = context.moment.document, context.moment
    kind = slot_of(context.last)
    code = document.codes[SLOT].get(kind)
    if not code:
        return Opinion()
    column, text, exact = document.columns[SLOT], document.alphabet.text, document.exact
    weights: dict[str, float] = {}
    weight, at = 1.0, moment.home
    for _ in range(LOCAL_NAMES):
        at = column.rfind(code, 0, at)
        if at < 0:
            break
        token = text(exact[at])
        weights[token] = weights.get(token, 0.0) + weight
        weight *= LOCAL_FADE
    total = sum(weights.values()) + 0.5
    return Opinion({token: value / total for token, value in weights.items()}, 1 + SLOTS.index(kind))


def _project_call(context: Context, seen: dict[str, int]) -> Opinion:
    """The same argument of the same call elsewhere in the project."""
    if not context.stack or (context.last != "," and context.last not in CLOSER_OF):
        return Opinion()
    tokens: list[str] = []
    inner = context.stack[-1]
    for shelf, hidden in context.moment.shelves:
        for at in shelf.in_call(shelf.find(context.last), shelf.find(inner.callee), inner.argument, hidden):
            token, spaces = shelf.token_at(at)
            tokens.append(token)
            seen.setdefault(token, spaces)
    return _simple(tokens)


def _words(context: Context, partial: str, seen: dict[str, int]) -> Opinion:
    """Words of the file and the project that begin as typed, the recent ones first."""
    moment = context.moment
    document, recent = moment.document, moment.recent
    weights: dict[str, float] = {}
    for symbol, count in document.counts.items():
        token = document.alphabet.text(symbol)
        if token.startswith(partial) and (known := count - moment.own[symbol]) > 0:
            weights[token] = known + RECENT_WEIGHT * recent[symbol]
    for shelf, _ in moment.shelves:
        for token, count in shelf.words(partial):
            weights[token] = weights.get(token, 0.0) + PROJECT_WEIGHT * count
    for token in weights:
        seen.setdefault(token, 0)
    total = sum(weights.values()) + 1
    ground = 1 + bisect_right((4.0, 30.0), total)
    return Opinion({token: weight / total for token, weight in weights.items()}, ground)
