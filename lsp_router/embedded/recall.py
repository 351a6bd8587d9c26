"""The offline tier's front door: a text and a cursor in, a suggestion or nothing out.

Everything here is quick and happens where it is called: a question costs a few milliseconds, following an edit well
under one. What takes longer (reading a file that was just opened) is offered in slices, what takes seconds (indexing
the workspace) happens in another process.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from lsp_router.embedded.feedback import Feedback
from lsp_router.embedded.guess.answer import Kind, Suggestion, choose
from lsp_router.embedded.guess.closers import fit_before, fits_before
from lsp_router.embedded.guess.constants import Constants, load_constants
from lsp_router.embedded.guess.context import Context, Moment
from lsp_router.embedded.guess.decode import Drafts, decode
from lsp_router.embedded.guess.memory import Memory
from lsp_router.embedded.guess.next_line import SURE, next_line
from lsp_router.embedded.index.library import Library
from lsp_router.embedded.index.shelf import Witness
from lsp_router.embedded.settings import Mode, Settings, Thresholds
from lsp_router.embedded.text.document import MAX_READ, Document
from lsp_router.embedded.text.languages import Language, find_language
from lsp_router.embedded.text.lexer import MAX_LINE, state_after

MAX_OPEN = 3
"""How many documents are kept ready."""
ABOVE, BELOW = 70, 30
"""How many lines around the cursor are read when the file is not ready yet."""
ENOUGH_BELOW = 5
"""Lines after the cursor's that make a text below worth mentioning."""
MAX_TEXT, CHUNK = 300_000, 50_000
"""Of longer texts only the chunks around the cursor count."""
FLOOR = 0.2
"""Drafts less likely than this are not followed: they hardly ever end up sure enough."""


class Recall:
    def __init__(
        self,
        library: Library | None = None,
        feedback: Feedback | None = None,
        constants: Callable[[str], Constants] = load_constants,
    ) -> None:
        self.library = library
        self.feedback = feedback or Feedback()
        self._constants = constants
        self._open: OrderedDict[str, Document] = OrderedDict()
        self._memory = Memory()
        self._split: tuple[str, list[str]] = "", [""]
        """The text that was asked about last, and its lines: the same is looked at more than once for a keystroke."""

    def suggest(
        self, text: str, offset: int, language: str, path: str, settings: Settings | None = None
    ) -> Suggestion | None:
        """What may come at `offset`; None when nothing is sure enough. Any text, offset and index will do."""
        settings = settings or Settings()
        known, mode = find_language(language), settings.mode_of(language)
        if known is None or mode is Mode.OFF:
            return None
        cursor = self._cursor(text, offset)
        if len(cursor.typed) + len(cursor.rest) > MAX_LINE or not fits_before(cursor.rest):
            return None
        document, line = self._follow(path, known, cursor)
        constants = self._constants(known.family)
        below = len(cursor.lines) - cursor.line > ENOUGH_BELOW
        sure = constants.thresholds(mode, below=below).raised(self.feedback.raise_of(language))
        ask = _Ask(document, line, cursor, constants, sure, settings.next_line, self._memory)
        return self._with_library(ask, known.family, path)

    def warm(self, text: str, language: str, path: str, offset: int = 0) -> Iterator[None]:
        """Read a file, or the part around `offset` that counts, in slices of a few milliseconds; nothing when ready."""
        known = find_language(language)
        if known is None or self.follows(text, language, path, offset):
            return
        lines, ready = self._cursor(text, offset).lines, self._open.get(path)
        if ready is not None and ready.language is known:
            yield from ready.follow(lines)
            if ready.update(lines):
                return
        document = Document(known)
        yield from document.build(lines)
        self._keep(path, document)

    def follows(self, text: str, language: str, path: str, offset: int = 0) -> bool:
        """Whether the file is ready as it is now, or could be made so at once."""
        known, ready = find_language(language), self._open.get(path)
        return ready is not None and ready.language is known and ready.update(self._cursor(text, offset).lines)

    def forget(self, path: str) -> None:
        """The file was closed."""
        if self._open.pop(path, None) is not None:
            self._memory.forget()

    def _cursor(self, text: str, offset: int) -> _Cursor:
        offset = min(max(offset, 0), len(text))
        if len(text) > MAX_TEXT:
            text, offset = _clip(text, offset)
        if text != self._split[0]:
            self._split = text, text.split("\n")
        start = text.rfind("\n", 0, offset) + 1
        end = text.find("\n", offset)
        rest = text[offset:] if end < 0 else text[offset:end]
        return _Cursor(self._split[1], text.count("\n", 0, offset), text[start:offset], rest)

    def _keep(self, path: str, document: Document) -> None:
        self._open[path] = document
        self._open.move_to_end(path)
        while len(self._open) > MAX_OPEN:
            self._open.popitem(last=False)

    def _follow(self, path: str, language: Language, cursor: _Cursor) -> tuple[Document, int]:
        """The document, or as much of it as can be read right now, and the cursor's line in that."""
        lines, line = cursor.lines, cursor.line
        ready = self._open.get(path)
        if ready is not None and ready.language is language and ready.update(lines):
            self._open.move_to_end(path)
            return ready, line
        document = Document(language)
        if len(lines) <= MAX_READ and document.update(lines):
            self._keep(path, document)
            return document, line
        first = max(0, line - ABOVE)
        document = Document(language, state_after(language, lines[:first]))
        document.update(lines[first : line + BELOW])
        return document, line - first

    def _with_library(self, ask: _Ask, family: str, path: str) -> Suggestion | None:
        if self.library is None:
            return ask.answer(())
        try:
            return ask.answer(self.library.witnesses(family, path))
        except (IndexError, ValueError):
            # Arrays of a damaged index point anywhere; without the index the same question has an honest answer.
            self.library.drop(family)
            return ask.answer(())


@dataclass(frozen=True, slots=True)
class _Ask:
    """One question, ready to be put to any set of indexes."""

    document: Document
    line: int
    cursor: _Cursor
    constants: Constants
    sure: Thresholds
    next_line: bool
    memory: Memory

    def answer(self, witnesses: Sequence[Witness]) -> Suggestion | None:
        moment = Moment(self.document, self.line, self.cursor.typed, witnesses)
        if moment.written.inside:
            return None
        context, partial = moment.begin()
        self.memory.attend(moment, self.line)
        drafts = decode(context, partial, self.constants.weights, FLOOR, self.memory)
        suggestion = choose(context, partial, drafts, self.constants, self.sure)
        if suggestion is None:
            return None
        fitted = fit_before(self.cursor.rest, suggestion.text)
        if fitted is None or not fitted[0].strip():
            return None
        if self.next_line and not self.cursor.rest and suggestion.kind is Kind.LINE and suggestion.confidence >= SURE:
            return self._with_next(suggestion, context, drafts)
        return replace(suggestion, text=fitted[0], replaced=fitted[1])

    def _with_next(self, suggestion: Suggestion, context: Context, drafts: Drafts) -> Suggestion:
        for token in drafts.line.tokens if drafts.line else ():
            context = context.push(token)
        found = next_line(context, self.cursor.typed, self.constants)
        if found is None:
            return suggestion
        text, sure = found
        return replace(suggestion, text=suggestion.text + text, confidence=suggestion.confidence * sure)


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Where the cursor stands in a text, or in the part of it that counts."""

    lines: list[str]
    line: int
    typed: str
    rest: str


def _clip(text: str, offset: int) -> tuple[str, int]:
    """Whole lines of the chunks around the cursor; chunks, so that the part stays the same while somebody types."""
    first = max(0, (offset // CHUNK - 3) * CHUNK)
    first = min(text.rfind("\n", 0, offset), text.find("\n", first)) + 1 if first else 0
    last = text.find("\n", max(offset, min(len(text), (offset // CHUNK + 2) * CHUNK)))
    return text[first : last if last >= 0 else len(text)], offset - first
