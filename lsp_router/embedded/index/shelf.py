"""Looking things up in one mapped segment: its words, exact contexts, and contexts up to renaming."""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from operator import sub
from typing import TypeAlias

from lsp_router.embedded.index.hashing import LENGTHS, NO_TOKEN, hash_call, hash_contexts, hash_heads
from lsp_router.embedded.index.segment import Segment
from lsp_router.embedded.text.lexer import MAX_LINE

DEPTH = 16
"""How many tokens back exact contexts are compared."""
MAX_SAMPLES = 16
MAX_RENAMED = 16
MAX_WORDS, MAX_COUNTED = 50, 3_000
"""How many words that begin alike are named, and of how many it is looked how frequent they are."""
FEW = 12
"""So many places are looked through one by one."""
_MAX_REMEMBERED = 8_000
_MAX_BEGINNINGS = 200
UNKNOWN = -1
Array: TypeAlias = "memoryview[int]"
Table: TypeAlias = "tuple[Array, Array, Array]"
"""A hash table: where buckets begin, marks in buckets, positions beside the marks."""


class Shelf:
    """A segment to ask. `hidden` files (by number) are never witnesses: not the one being edited, not outdated ones."""

    def __init__(self, segment: Segment) -> None:
        arrays = segment.arrays
        self.files = {row.path: number for number, row in enumerate(segment.facts.files)}
        self._file_starts = [*(row.start for row in segment.facts.files), segment.facts.tokens]
        self._blob, self._ends, self._names = arrays["texts"], arrays["text_ends"], arrays["names"]
        self._tokens, self._marks = arrays["tokens"], arrays["marks"]
        self._order, self._starts = arrays["order"], arrays["starts"]
        self._pairs = arrays["pairs"]
        self._pair_starts, self._pair_buckets = arrays["pair_starts"], arrays["pair_buckets"]
        self._renamed = _table(arrays, "renamed")
        self._finer = [arrays[f"renamed-finer-{at}"] for at in range(len(LENGTHS) - 1)]
        self._calls = _table(arrays, "call")
        self._heads = _table(arrays, "heads")
        self.rest = segment.rest
        self._ids: dict[str, int] = {}
        self._texts: dict[int, str] = {}
        self._words: dict[str, Sequence[tuple[str, int]]] = {}

    def find(self, text: str) -> int:
        """A token's number, UNKNOWN when the project does not have it."""
        number = self._ids.get(text)
        if number is None:
            raw = text.encode("utf-8", "surrogatepass")
            at = bisect_left(range(len(self._names)), raw, key=self._raw)
            number = at if at < len(self._names) and self._raw(at) == raw else UNKNOWN
            if len(self._ids) > _MAX_REMEMBERED:
                self._ids.clear()
            self._ids[text] = number
        return number

    def text(self, number: int) -> str:
        text = self._texts.get(number)
        if text is None:
            if len(self._texts) > _MAX_REMEMBERED:
                self._texts.clear()
            text = self._texts[number] = self._raw(number).decode("utf-8", "surrogatepass")
        return text

    def token_at(self, position: int) -> tuple[str, int]:
        """The token and the spaces before it."""
        number = self._tokens[position]
        return self._texts.get(number) or self.text(number), self._marks[position] & 15

    def words(self, beginning: str) -> Sequence[tuple[str, int]]:
        """Tokens that begin so, and how often they occur: the most frequent ones."""
        found = self._words.get(beginning)
        if found is None:
            if len(self._words) >= _MAX_BEGINNINGS:
                self._words.clear()
            found = self._words[beginning] = self._most_frequent(beginning.encode("utf-8", "surrogatepass"))
        return found

    def exact(self, tokens: Sequence[int], hidden: Collection[int]) -> list[tuple[int, list[int]]]:
        """(matched length, sample of the positions that follow such a context), shortest first."""
        levels: list[tuple[int, list[int]]] = []
        last, positions = (0, 0), list[int]()
        for length, stretch in enumerate(self._ranges(tokens), 1):
            if stretch != last:
                last, positions = stretch, self._visible(self._sample(*stretch), hidden)
            if not positions:
                break
            levels.append((length, positions))
        return levels

    def renamed(
        self, tokens: Sequence[str], names: Sequence[bool], hidden: Collection[int]
    ) -> list[tuple[int, list[tuple[int, int]]]]:
        """(matched length, [(position, how far back its token stood before, 0 if it did not)]), shortest first.

        `names` says which tokens may be renamed; those that the project does not have at all are told apart, too.
        """
        numbers = [number if (number := self.find(token)) >= 0 else ~tokens.index(token) for token in tokens]
        hashes = hash_contexts(numbers, names)
        low, high = _range(self._renamed, hashes[LENGTHS[0]])
        levels: list[tuple[int, list[tuple[int, int]]]] = []
        for length, marks in zip(LENGTHS, (None, *self._finer), strict=True):
            if marks is not None:
                mark = hashes[length] & 0xFF
                low = bisect_left(marks, mark, low, high)
                high = bisect_right(marks, mark, low, high)
            found = self._visible(_some(self._renamed[2], low, high), hidden)
            if not found:
                break
            levels.append((length, [(at, self._marks[at] >> 4) for at in found]))
        return levels

    def in_call(self, callee: int, argument: int, hidden: Collection[int]) -> list[int]:
        """Positions where the same argument of the same call begins."""
        if callee == UNKNOWN:
            return []
        return self._visible(_look_up(self._calls, hash_call(callee, argument)), hidden)

    def under_heads(self, last: str, heads: tuple[str, str], hidden: Collection[int]) -> list[int]:
        """Positions after `last` where this line and the one above begin with `heads`; an empty one stands for none."""
        numbers = [self.find(last), *(self.find(head) if head else NO_TOKEN for head in heads)]
        return [] if UNKNOWN in numbers else self._visible(_look_up(self._heads, hash_heads(*numbers)), hidden)

    def _most_frequent(self, beginning: bytes) -> Sequence[tuple[str, int]]:
        numbers = range(len(self._names))
        low = bisect_left(numbers, beginning, key=self._raw)
        high = bisect_left(numbers, beginning + b"\xff", low, key=self._raw)
        starts = self._starts[low : min(high, low + MAX_COUNTED) + 1].tolist()
        counts = list(map(sub, starts[1:], starts))
        most = heapq.nlargest(MAX_WORDS, range(len(counts)), counts.__getitem__)
        return [(self.text(low + at), counts[at]) for at in most]

    def _raw(self, number: int) -> bytes:
        start = self._ends[number]
        return bytes(self._blob[start : min(self._ends[number + 1], start + MAX_LINE)])

    def _visible(self, positions: list[int], hidden: Collection[int]) -> list[int]:
        starts = self._file_starts
        if len(hidden) > 1:
            return [at for at in positions if bisect_right(starts, at) - 1 not in hidden]
        for file in hidden:
            start, end = starts[file], starts[file + 1]
            return [at for at in positions if not start <= at < end]
        return positions

    def _sample(self, low: int, high: int) -> list[int]:
        if high - low <= MAX_SAMPLES:
            return self._order[low:high].tolist()
        step = (high - low) / MAX_SAMPLES
        return [self._order[low + int(step * at)] for at in range(MAX_SAMPLES)]

    def _ranges(self, tokens: Sequence[int]) -> list[tuple[int, int]]:
        """The stretch of the suffix order that follows the last token, the last two, …, as far as there is any."""
        if not tokens or tokens[0] == UNKNOWN:
            return []
        stretch = self._starts[tokens[0]], self._starts[tokens[0] + 1]
        ranges: list[tuple[int, int]] = []
        for back, token in enumerate(tokens[:DEPTH], 1):
            if back == 2:
                stretch = self._pair(tokens[0], token)
            elif back > 2:
                stretch = self._narrow(*stretch, back, token)
            if stretch[0] >= stretch[1]:
                break
            ranges.append(stretch)
        return ranges

    def _pair(self, last: int, before: int) -> tuple[int, int]:
        """Most places are told apart by their last two tokens, so these are looked up and not searched for."""
        end = self._pair_buckets[last + 1]
        at = bisect_left(self._pairs, before, self._pair_buckets[last], end)
        if at >= end or self._pairs[at] != before:
            return 0, 0
        return self._pair_starts[at], self._pair_starts[at + 1]

    def _narrow(self, low: int, high: int, back: int, token: int) -> tuple[int, int]:
        order, tokens = self._order, self._tokens
        if high - low <= FEW:
            places = enumerate(order[low:high], low)
            found = [at for at, place in places if place >= back and tokens[place - back] == token]
            return (found[0], found[-1] + 1) if found else (low, low)
        end = high
        while low < high:
            middle = (low + high) >> 1
            at = order[middle] - back
            if (tokens[at] if at >= 0 else UNKNOWN) < token:
                low = middle + 1
            else:
                high = middle
        start, high = low, end
        while low < high:
            middle = (low + high) >> 1
            at = order[middle] - back
            if (tokens[at] if at >= 0 else UNKNOWN) <= token:
                low = middle + 1
            else:
                high = middle
        return start, low


Witness: TypeAlias = tuple[Shelf, Collection[int]]
"""A shelf to be asked, and the files in it that may not be heard."""


def _table(arrays: Mapping[str, Array], name: str) -> Table:
    return arrays[f"{name}-buckets"], arrays[f"{name}-marks"], arrays[f"{name}-positions"]


def _look_up(table: Table, value: int) -> list[int]:
    """Positions with this hash."""
    return _some(table[2], *_range(table, value))


def _range(table: Table, value: int) -> tuple[int, int]:
    """Where a hash stands: the top bits choose a bucket, the low ones are searched in it."""
    buckets, marks, _ = table
    bucket, mark = value >> (33 - len(buckets).bit_length()), value & 0xFFFF
    low = bisect_left(marks, mark, buckets[bucket], buckets[bucket + 1])
    return low, bisect_right(marks, mark, low, buckets[bucket + 1])


def _some(positions: Array, low: int, high: int) -> list[int]:
    """All of a stretch, or a sample that covers it."""
    if high - low <= MAX_RENAMED:
        return positions[low:high].tolist()
    step = (high - low) / MAX_RENAMED
    return [positions[low + int(step * at)] for at in range(MAX_RENAMED)]
