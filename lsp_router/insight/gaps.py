"""Holes punched into somebody's code: the rest of a line, a few lines, the body of a function."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lsp_router.context.document import Document
from lsp_router.context.structure import enclosing
from lsp_router.context.symbols import definitions
from lsp_router.domain.task import Task

SHORTEST = 8
"""Characters that are worth guessing."""
BLOCK = (2, 5)
BODY = (3, 18)
"""Lines of a hole: fewer teach little, more nobody would leave to a model unseen."""
PER_FILE = 6
"""A large file must not be the whole measurement."""
_CUT = re.compile(r"(?<==\s)|(?<=return\s)|(?<=\()|(?<=,\s)|(?<=\.)(?=\w)")
"""Where typing pauses: after an equals sign, a bracket, a comma or a dot."""
_OPENERS = (":", "{", "(", "[", ",", "\\")
"""What goes on below is another thought."""
_DOCSTRINGS = frozenset({'"""', "'''"})


@dataclass(frozen=True, slots=True)
class Gap:
    """A place in a document whose text a model shall find again; `head` is where its function begins."""

    document: Document
    task: Task
    start: int
    end: int
    head: int

    @property
    def prefix(self) -> str:
        return self.document.text[: self.start]

    @property
    def suffix(self) -> str:
        return self.document.text[self.end :]

    @property
    def header(self) -> str:
        """From the first line of the function to the hole."""
        return self.document.text[self.head : self.start].rstrip("\n")

    @property
    def wanted(self) -> str:
        return self.document.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class _Function:
    document: Document
    start: int
    """Of its first line."""
    body: tuple[tuple[int, int], ...]
    """Lines below the first, as offsets."""

    def text(self, line: tuple[int, int]) -> str:
        return self.document.text[line[0] : line[1]]


def punch(documents: Sequence[Document], count: int, seed: int = 1) -> list[Gap]:
    """At most `count` holes, as many of each kind as there are places for; the same for the same files and seed."""
    dice = random.Random(seed)  # noqa: S311 - the same holes every time
    functions = [f for document in documents for f in _functions(document, dice)]
    dice.shuffle(functions)
    found: list[Gap] = []
    for n, make in enumerate(KINDS):
        gaps = (make(function, dice) for function in functions)
        found += islice(filter(None, gaps), (count - len(found)) // (len(KINDS) - n))
        functions = functions[len(functions) // 3 :] + functions[: len(functions) // 3]
    return found


def _functions(document: Document, dice: random.Random) -> list[_Function]:
    found = list(_all_functions(document))
    return found if len(found) <= PER_FILE else dice.sample(found, PER_FILE)


def _all_functions(document: Document) -> Iterator[_Function]:
    text = document.text
    for at in definitions(document).values():
        place = enclosing(text, at, at, document.language)
        if place is None or place.kind != "function" or place.start > at:
            continue
        lines = _lines(text, at, place.end)
        if BODY[0] <= len(lines) - 1 <= BODY[1] * 2:
            yield _Function(document, at, tuple(lines[1:]))


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    found = []
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        found.append((start, stop))
        start = stop + 1
    return found


def _rest_of_line(function: _Function, dice: random.Random) -> Gap | None:
    """One line, cut where somebody would pause."""
    for line in dice.sample(function.body, len(function.body)):
        text = function.text(line)
        cuts = [m.end() for m in _CUT.finditer(text) if len(text) - m.end() >= SHORTEST and _is_code(text[: m.end()])]
        if cuts and not text.lstrip().startswith(("#", "//", "*", '"')):
            return Gap(function.document, Task.COMPLETION, line[0] + dice.choice(cuts), line[1], function.start)
    return None


def _block(function: _Function, dice: random.Random) -> Gap | None:
    """Some whole lines, from where the first of them begins."""
    size = dice.randint(BLOCK[0], min(BLOCK[1], len(function.body) - 1))
    places = range(len(function.body) - size + 1)
    for first in dice.sample(places, len(places)):
        lines = function.body[first : first + size]
        text = function.text(lines[0])
        whole = function.document.text[lines[0][0] : lines[-1][1]]
        last = function.text(lines[-1]).rstrip()
        if text.strip() and last and not last.endswith(_OPENERS) and len(whole.strip()) >= 3 * SHORTEST:
            start = lines[0][0] + len(text) - len(text.lstrip())
            return Gap(function.document, Task.EXPLICIT_COMPLETION, start, lines[-1][1], function.start)
    return None


def _body(function: _Function, _dice: random.Random) -> Gap | None:
    """All that stands below the first line of a small function, and below what says in words what it does."""
    first, last = function.body[0], function.body[-1]
    header = function.document.text[function.start : first[0]].rstrip()
    if len(function.body) > BODY[1] or not header.endswith((":", "{", ")")):
        return None
    said = function.text(first).strip()
    if said[:3] in _DOCSTRINGS and said.endswith(said[:3]) and len(said) > 6:
        first = function.body[1]
    return Gap(function.document, Task.BOILERPLATE, first[0], last[1], function.start)


def _is_code(before: str) -> bool:
    """What has begun is no string and no comment, as far as one line tells."""
    return bool(before.strip()) and not any(before.count(quote) % 2 for quote in "\"'`") and "# " not in before


KINDS: tuple[Callable[[_Function, random.Random], Gap | None], ...] = (_rest_of_line, _block, _body)
"""One for each kind of request that is measured."""
