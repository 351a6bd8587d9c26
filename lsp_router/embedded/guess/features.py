"""What else bears on a guess, beside the experts: brackets, line ends, names seen or unseen, agreement."""

from __future__ import annotations

from enum import IntEnum

from lsp_router.embedded.guess.context import Context
from lsp_router.embedded.text.brackets import CLOSER_OF, OPENER_OF
from lsp_router.embedded.text.lexer import END, LINE_STARTS, is_name


class Place(IntEnum):
    """Where the cursor stands; every place has weights of its own."""

    LINE_START = 0
    AFTER_DOT = 1
    AFTER_OPENER = 2
    AFTER_OTHER = 3
    IN_WORD = 4
    AFTER_NAME = 5
    IN_FIRST_WORD = 6


class Feature(IntEnum):
    """Yes-or-no facts about a guess; weights are stored in this order."""

    END_OPEN_NOTHING = 0
    END_TOO_EARLY = 1
    END_INSIDE_AFTER_COMMA = 2
    END_INSIDE = 3
    CLOSES_WRONG = 4
    CLOSES_RIGHT = 5
    NAME_IN_LINE = 6
    NAME_RECENT = 7
    NEW_AFTER_DOT = 8
    NEW_WHERE_DEFINED = 9
    NEW_ELSEWHERE = 10
    DEFINED_AGAIN = 11
    IMPORTED_AGAIN = 12
    REPEATS = 13
    IS_NAME = 14
    IS_FIXED_WORD = 15
    IS_SIGN = 16
    END_IN_BRACES = 17


_UNFINISHED = frozenset(
    "= + - * / . , and or not in is == != | & < > -> lambda if ( [ { import from def class @ && || => ? :: := += -="  # noqa: SIM905 - so many signs read best as text
    " <= >= !".split()
)
"""What no line ends with."""


def place_of(context: Context, partial: str) -> Place:
    last = context.last
    if last in LINE_STARTS:
        return Place.IN_FIRST_WORD if partial else Place.LINE_START
    if partial:
        return Place.IN_WORD
    if last == ".":
        return Place.AFTER_DOT
    if last in CLOSER_OF or last == ",":
        return Place.AFTER_OPENER
    renamable = context.moment.document.alphabet.renamable(last)
    return Place.AFTER_NAME if renamable else Place.AFTER_OTHER


class Features:
    """Tells them of any guess at one place."""

    def __init__(self, context: Context) -> None:
        moment, last = context.moment, context.last
        words = moment.document.language.words
        self._context = context
        self._alphabet, self._counts = moment.document.alphabet, moment.document.counts
        self._line, self._recent, self._own = frozenset(context.line), moment.recent, moment.own
        self._defining = last in words.definers
        self._importing = bool(context.line) and context.line[0] in words.importers
        self._new = Feature.NEW_AFTER_DOT if last == "." else Feature.NEW_ELSEWHERE
        if last != "." and (self._importing or self._defining):
            self._new = Feature.NEW_WHERE_DEFINED

    def of(self, token: str) -> list[int]:
        if self._alphabet.renamable(token):
            found = self._of_name(token)
        elif token == END:
            found = [self._of_end()]
        elif token in OPENER_OF:
            stack = self._context.stack
            inner = stack[-1].opener if stack else ""
            found = [Feature.CLOSES_RIGHT if OPENER_OF[token] == inner else Feature.CLOSES_WRONG]
        else:
            found = [Feature.IS_FIXED_WORD if is_name(token) else Feature.IS_SIGN]
        if token == self._context.last:
            found.append(Feature.REPEATS)
        return found

    def _of_end(self) -> int:
        last, stack = self._context.last, self._context.stack
        if not stack:
            return Feature.END_TOO_EARLY if last in _UNFINISHED else Feature.END_OPEN_NOTHING
        if stack[-1].opener == "{":
            return Feature.END_IN_BRACES
        return Feature.END_INSIDE_AFTER_COMMA if last == "," or last in CLOSER_OF else Feature.END_INSIDE

    def _of_name(self, token: str) -> list[int]:
        symbol, found = self._alphabet.find(token), [int(Feature.IS_NAME)]
        if token in self._line:
            found.append(Feature.NAME_IN_LINE)
        if symbol in self._recent:
            found.append(Feature.NAME_RECENT)
        elif self._counts.get(symbol, 0) <= self._own.get(symbol, 0):
            found.append(self._new)
        if self._defining and self._context.moment.is_defined(symbol):
            found.append(Feature.DEFINED_AGAIN)
        if self._importing and self._context.moment.is_imported(symbol):
            found.append(Feature.IMPORTED_AGAIN)
        return found
