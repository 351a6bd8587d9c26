"""Fifteen ways to guess the next token, each an opinion: probabilities, and how much it has to go on.

They are deliberately simple; what each is worth, given what it has to go on, is what the mix was fitted for.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeVar

from lsp_router.embedded.guess.context import Context
from lsp_router.embedded.guess.hits import ORDERS, RENAMED_ORDERS, find_code, find_exact, find_renamed
from lsp_router.embedded.index.hashing import LENGTHS
from lsp_router.embedded.index.shelf import DEPTH, Shelf
from lsp_router.embedded.text.alphabet import NAME, UNSEEN, combine
from lsp_router.embedded.text.brackets import CLOSER_OF
from lsp_router.embedded.text.document import (
    CALL,
    HEAD,
    HEADS,
    NEXT,
    SKIP,
    SLOT,
    SLOT_CODES,
    SLOTS,
    VARIABLE,
    VARIABLE_CODE,
    follow_keys,
    slot_of,
)
from lsp_router.embedded.text.lexer import END, LINE_STARTS


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
    VARIABLE = 11
    PROJECT_CALL = 12
    PROJECT_HEADS = 13
    WORDS = 14


SUPPORTS = 4
"""One place, a few, many that agree; places that do not."""
GROUNDS = 1 + len(ORDERS) * SUPPORTS
"""How many kinds of grounds an expert tells apart at most: 0 is none."""
NEAR_ABOVE, NEAR_BELOW = 900, 600
"""How many tokens around the cursor count as near."""
RECENT_WEIGHT, PROJECT_WEIGHT = 4.0, 0.3
MANY_WORDS = 50
"""How many of the words that begin as typed are guesses: after one letter hundreds do, nearly all of them in vain."""

Place = TypeVar("Place")


@dataclass(frozen=True, slots=True)
class Opinion:
    probabilities: Mapping[str, float] = field(default_factory=dict)
    ground: int = 0


NO_OPINION = Opinion()


@dataclass(frozen=True, slots=True)
class Evidence:
    """All opinions, in the order of Expert, and how each guess is spaced where it was seen."""

    opinions: tuple[Opinion, ...]
    spaces: Mapping[str, int]


NO_EVIDENCE = Evidence((), {})


def gather(context: Context, partial: str = "") -> Evidence:
    """`partial` is what is already typed of the token to guess."""
    reader = _Reader(context)
    opinions = (
        *_exact(context, reader),
        *_renamed(context, reader),
        *_follows(context, reader),
        _local(context),
        _variable(context),
        _project_call(context, reader),
        _project_heads(context, reader),
        _words(context, partial, reader) if partial else NO_OPINION,
    )
    return Evidence(opinions, reader.spaces)


def blend(
    levels: Sequence[Sequence[Place]], read: Callable[[Place], str], alpha: float, cutoff: float
) -> dict[str, float]:
    """Mix what stands in places that follow ever longer contexts, the longest first.

    Each leaves to the shorter ones a share that grows with its doubt.
    """
    mixed: dict[str, float] = {}
    left, done = 1.0, 0
    for level in reversed(levels):
        size = len(level)
        if size == done:
            continue
        done = size
        tokens = list(map(read, level))
        kinds = alpha * len(set(tokens))
        doubt = kinds / (size + kinds)
        share = left * (1 - doubt) / size
        for token in tokens:
            mixed[token] = mixed.get(token, 0.0) + share
        left *= doubt
        if left < cutoff:
            break
    return mixed


class _Reader:
    """Reads the tokens at places, and remembers how each was spaced where it was seen first."""

    __slots__ = ("_exact", "_spaces", "_texts", "_there", "spaces")

    def __init__(self, context: Context) -> None:
        document = context.moment.document
        self._texts, self._exact, self._spaces = document.alphabet.texts, document.exact, document.spaces
        self._there: dict[tuple[Shelf, int], str] = {}
        self.spaces: dict[str, int] = {}

    def here(self, at: int) -> str:
        """The token at a position of the document."""
        token = self._texts[ord(self._exact[at])]
        if token in LINE_STARTS:
            return END
        self.spaces.setdefault(token, self._spaces[at])
        return token

    def there(self, place: tuple[Shelf, int]) -> str:
        """The token at a position of the project; many are read for more than one length of context."""
        known = self._there.get(place)
        if known is not None:
            return known
        shelf, at = place
        token, spaces = shelf.token_at(at)
        if token in LINE_STARTS:
            token = END
        else:
            self.spaces.setdefault(token, spaces)
        self._there[place] = token
        return token


def _exact(context: Context, reader: _Reader) -> Iterator[Opinion]:
    """The same tokens near by, in the file, in the project."""
    moment = context.moment
    file = find_exact(context)
    low, high = moment.home - NEAR_ABOVE, moment.resume + NEAR_BELOW
    near = [found for level in file if (found := [at for at in level if low <= at <= high])]
    opinion = _opinion(file, reader.here, 0.4)
    yield opinion if near == file else _opinion(near, reader.here, 0.4)
    yield opinion
    yield _opinion(_project_exact(context), reader.there, 0.5)


def _project_exact(context: Context) -> list[list[tuple[Shelf, int]]]:
    """For each of ORDERS the places in the indexes."""
    levels: list[list[tuple[Shelf, int]]] = []
    for shelf, hidden in context.moment.shelves:
        for length, positions in shelf.exact(_numbers(context, shelf, DEPTH), hidden):
            if length in ORDERS:
                at = ORDERS.index(length)
                levels.extend([] for _ in range(at + 1 - len(levels)))
                levels[at].extend([(shelf, position) for position in positions])
    return levels


def _numbers(context: Context, shelf: Shelf, count: int) -> list[int]:
    """The last tokens as the index numbers them, nearest first."""
    return [shelf.find(token) for token in context.tokens[: -count - 1 : -1]]


def _opinion(levels: Sequence[Sequence[Place]], read: Callable[[Place], str], alpha: float) -> Opinion:
    if not levels:
        return NO_OPINION
    ground = _ground(len(levels) - 1, list(map(read, levels[-1])))
    return Opinion(blend(levels, read, alpha, 0.03), ground)


def _ground(reach: int, tokens: Sequence[str]) -> int:
    """How long a context was found, and what followed it: nothing makes surer than many places that agree."""
    support = SUPPORTS - 1 if len(set(tokens)) > 1 else bisect_right((1, 3), len(tokens) - 1)
    return 1 + reach * SUPPORTS + support


def _renamed(context: Context, reader: _Reader) -> Iterator[Opinion]:
    """The same up to names; our name is spaced as theirs was."""
    spaces = context.moment.document.spaces

    def here(found: tuple[int, str]) -> str:
        at, token = found
        reader.spaces.setdefault(token, spaces[at])
        return token

    def there(found: tuple[tuple[Shelf, int], str]) -> str:
        place, token = found
        if not token:
            return reader.there(place)
        if token not in reader.spaces:
            shelf, at = place
            reader.spaces[token] = shelf.token_at(at)[1]
        return token

    yield _renamed_opinion(find_renamed(context), here)
    yield _renamed_opinion(_project_renamed(context), there)


def _project_renamed(context: Context) -> list[list[tuple[tuple[Shelf, int], str]]]:
    """Places in the indexes, each with our name for the token there if it has one before the cursor."""
    levels: list[list[tuple[tuple[Shelf, int], str]]] = [[] for _ in RENAMED_ORDERS]
    tokens = context.tokens
    nearest = tokens[: -LENGTHS[-1] - 1 : -1]
    names = [shape == NAME for shape in context.shapes[: -LENGTHS[-1] - 1 : -1]]
    for shelf, hidden in context.moment.shelves:
        for length, found in shelf.renamed(nearest, names, hidden):
            level = levels[RENAMED_ORDERS.index(length)]
            for at, back in found:
                level.append(((shelf, at), tokens[-back] if 0 < back <= length else ""))
    return levels


def _renamed_opinion(levels: Sequence[Sequence[Place]], read: Callable[[Place], str]) -> Opinion:
    longest = max((at for at, level in enumerate(levels) if level), default=-1)
    if longest < 0:
        return NO_OPINION
    ground = _ground(longest, list(map(read, levels[longest])))
    kept = [level for level in levels if level]
    return Opinion(blend(kept, read, 0.5, 0.05), ground)


def _follows(context: Context, reader: _Reader) -> Iterator[Opinion]:
    """What stood after the same last token under the same circumstances, one opinion per column."""
    moment = context.moment
    document = moment.document
    trail = [*map(ord, context.symbols[-3:].rjust(3, document.alphabet.nothing))]
    heads = ord(context.head), ord(context.previous_head)
    keys = follow_keys(document.alphabet, context.last, trail, heads, context.stack)
    for column, key in zip((SKIP, HEAD, HEADS, CALL, NEXT), (*keys, keys[HEAD] + moment.below), strict=True):
        hits = find_code(document.columns[column], combine(key), moment)
        yield _simple([reader.here(at) for at in hits])


def _simple(tokens: Sequence[str]) -> Opinion:
    if not tokens:
        return NO_OPINION
    share = 1 / (len(tokens) + 0.5)
    probabilities: dict[str, float] = {}
    for token in tokens:
        probabilities[token] = probabilities.get(token, 0.0) + share
    many = bisect_right((3, 10), len(tokens))
    return Opinion(probabilities, 1 + many + (3 if len(probabilities) > 1 else 0))


def _local(context: Context) -> Opinion:
    """Names that stood in the same kind of place, the latest first: arguments, variables, attributes in use here."""
    kind = slot_of(context.last)
    found = context.moment.latest(SLOT, SLOT_CODES[kind])
    return Opinion(found, 1 + SLOTS.index(kind)) if found else NO_OPINION


def _variable(context: Context) -> Opinion:
    """The variables in use here, the latest first."""
    if context.last == ".":
        return NO_OPINION
    return Opinion(context.moment.latest(VARIABLE, VARIABLE_CODE), 1 + SLOTS.index(slot_of(context.last)))


def _project_call(context: Context, reader: _Reader) -> Opinion:
    """The same argument of the same call elsewhere in the project."""
    if not context.stack or (context.last != "," and context.last not in CLOSER_OF):
        return NO_OPINION
    inner = context.stack[-1]
    return _simple(
        [
            reader.there((shelf, at))
            for shelf, hidden in context.moment.shelves
            for at in shelf.in_call(shelf.find(inner.callee), inner.argument, hidden)
        ]
    )


def _project_heads(context: Context, reader: _Reader) -> Opinion:
    """What followed the last token elsewhere in the project, on lines that begin alike below lines that begin alike."""
    alphabet = context.moment.document.alphabet
    if context.previous_head == UNSEEN:
        return NO_OPINION
    heads = context.line[0] if context.line else "", alphabet.text(context.previous_head)
    return _simple(
        [
            reader.there((shelf, at))
            for shelf, hidden in context.moment.shelves
            for at in shelf.under_heads(context.last, heads, hidden)
        ]
    )


def _words(context: Context, partial: str, reader: _Reader) -> Opinion:
    """Words of the file and the project that begin as typed, the recent ones first."""
    moment = context.moment
    document, recent, own = moment.document, moment.recent, moment.own
    weights: dict[str, float] = {}
    for symbol in document.alphabet.beginning(partial):
        known = document.counts.get(symbol, 0) - own.get(symbol, 0)
        if known > 0:
            weights[document.alphabet.text(symbol)] = known + RECENT_WEIGHT * recent.get(symbol, 0)
    for shelf, _ in moment.shelves:
        for token, count in shelf.words(partial):
            weights[token] = weights.get(token, 0.0) + PROJECT_WEIGHT * count
    total = sum(weights.values()) + 1
    ground = 1 + bisect_right((4.0, 30.0), total)
    if len(weights) > MANY_WORDS:
        weights = {token: weights[token] for token in heapq.nlargest(MANY_WORDS, weights, key=weights.__getitem__)}
    reader.spaces = dict.fromkeys(weights, 0) | reader.spaces
    return Opinion({token: weight / total for token, weight in weights.items()}, ground)
