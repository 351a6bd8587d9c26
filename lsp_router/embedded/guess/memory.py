"""What was found out for the line that is being written: while only that line changes, most of it holds on.

Somebody who types along a suggestion asks the same again at every letter, but for the word in hand.
"""

from __future__ import annotations

from collections.abc import Mapping

from lsp_router.embedded.guess.context import Context, Moment
from lsp_router.embedded.guess.experts import Evidence

MOST = 200
"""How many contexts are kept; more are no line that somebody writes."""
Found = tuple[Evidence, Mapping[str, float]]


class Memory:
    def __init__(self) -> None:
        self._about: tuple[object, ...] = ()
        self._edits = 0
        self._found: dict[tuple[tuple[str, ...], str], Found] = {}

    def attend(self, moment: Moment, line: int) -> None:
        """Forget all that was found for another line, or before anything but this line changed."""
        document = moment.document
        about = (document, line, moment.written.indent, tuple(moment.shelves))
        if about != self._about or not document.kept_but(line, self._edits):
            self._found.clear()
        self._about, self._edits = about, document.edits

    def recall(self, context: Context, partial: str) -> Found | None:
        return self._found.get((context.line, partial))

    def keep(self, context: Context, partial: str, found: Found) -> None:
        if len(self._found) < MOST:
            self._found[context.line, partial] = found

    def forget(self) -> None:
        self._about = ()
        self._found.clear()
