"""Stretches of open documents that look like the text at the cursor, by the words they share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

from lsp_router.context.document import Document, Snippet

_WINDOW, _HALF = 60, 30
_BITS = 2_048
_MAX_TEXT = 400_000
_MAX_WORDS = 60_000
_LEAST = 0.06
_NEAR_BEFORE, _NEAR_AFTER = 6_000, 300


@dataclass(frozen=True, slots=True)
class Windows:
    """A document cut into pieces of 30 lines, each a set of words folded into the bits of one number.

    Two neighbouring pieces are a window; `bounds` has one offset more than there are pieces.
    """

    bounds: tuple[int, ...] = (0,)
    words: tuple[int, ...] = ()

    def best(self, here: int) -> tuple[float, int]:
        """The similarity of the best window, and its first piece; of equals the first."""
        last = len(self.words) - 1
        scores = ((_jaccard(here, self.words[i] | self.words[min(i + 1, last)]), -i) for i in range(max(1, last)))
        score, index = max(scores, default=(0.0, 0)) if self.words else (0.0, 0)
        return score, -index

    def better_half(self, here: int, index: int) -> int:
        """Which piece of a window has more of its likeness."""
        pieces = self.words[index : index + 2]
        return index + (len(pieces) == 2 and _jaccard(here, pieces[1]) > _jaccard(here, pieces[0]))


class Folder:
    """Folds words into bits, the same in every process, so that equal texts give equal answers after a restart."""

    def __init__(self) -> None:
        self._bits: dict[str, int] = {}

    def fold(self, text: str) -> int:
        """The words of a text as bits; two words may share one, which costs a little precision and saves much time."""
        known, folded = self._bits, 0
        for word in set(_WORD.findall(text)):
            bit = known.get(word)
            folded |= self._learn(word) if bit is None else bit
        return folded

    def windows(self, document: Document) -> Windows:
        """A document's windows; none for what is too large to be worth it."""
        text = document.text
        if len(text) > _MAX_TEXT:
            return Windows()
        starts = [0, *(found.end() for found in _BREAK.finditer(text))]
        bounds = (*starts[::_HALF], len(text))
        return Windows(bounds, tuple(self.fold(text[low:high]) for low, high in pairwise(bounds)))

    def _learn(self, word: str) -> int:
        if len(self._bits) >= _MAX_WORDS:
            self._bits.clear()
        bit = self._bits[word] = 1 << (crc32(word.encode()) % _BITS)
        return bit


def near(text: str, offset: int) -> str:
    """The text at the cursor that others are compared with: about a window's worth, mostly before it."""
    lowest = max(0, offset - _NEAR_BEFORE)
    start = offset
    for _ in range(_WINDOW):
        if (start := text.rfind("\n", lowest, start)) < 0:
            start = lowest
            break
    return text[start : offset + _NEAR_AFTER]


def most_similar(here: int, documents: Iterable[tuple[Document, Windows]], top: int = 4) -> Iterator[Snippet]:
    """The best window of each document, of those the best few; after each its better half, if room is short."""
    ranked = [(*windows.best(here), document, windows) for document, windows in documents]
    ranked.sort(key=lambda one: (-one[0], one[2].path))
    for score, index, document, windows in ranked[:top]:
        if score < _LEAST:
            return
        yield _snippet(document, windows, index, index + 2, score)
        half = windows.better_half(here, index)
        yield _snippet(document, windows, half, half + 1, score)


def _snippet(document: Document, windows: Windows, first: int, last: int, score: float) -> Snippet:
    start, end = windows.bounds[first], windows.bounds[min(last, len(windows.words))]
    return Snippet(document.path, document.text[start:end], "similar", start, score)


def _jaccard(one: int, other: int) -> float:
    either = (one | other).bit_count()
    return (one & other).bit_count() / either if either else 0.0


_BREAK = re.compile(r"\n")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,}")
