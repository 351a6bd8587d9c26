"""What was edited lately, as places rather than texts: what is shown is what stands there now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lsp_router.context.document import Document, Snippet

_EDITS = 8
_LINES = 10
_CHARS = 2_000
_JOIN = 3


@dataclass(frozen=True, slots=True)
class Edit:
    """A range of lines of a document that was changed, kept in step with later changes above it."""

    path: str
    first: int
    last: int


class RecentEdits:
    """A ring of the latest edits, newest last; neighbouring ones are one."""

    def __init__(self) -> None:
        self._edits: list[Edit] = []

    def note(self, path: str, line: int, removed: int, added: int) -> None:
        """A change at a line (from 0): so many line breaks went, so many came."""
        shifted = [_shifted(edit, path, line, removed, added) for edit in self._edits]
        fresh = Edit(path, line, line + added)
        joined = [edit for edit in shifted if _touches(edit, fresh)]
        for edit in joined:
            fresh = Edit(path, min(fresh.first, edit.first), max(fresh.last, edit.last))
        if fresh.last - fresh.first >= _LINES:
            fresh = _narrowed(fresh, line)
        self._edits = [*(edit for edit in shifted if not _touches(edit, fresh)), fresh][-_EDITS:]

    def forget(self, path: str) -> None:
        self._edits = [edit for edit in self._edits if edit.path != path]

    def __iter__(self) -> Iterator[Edit]:
        return iter(self._edits)

    def snippets(self, documents: Mapping[str, Document]) -> list[Snippet]:
        """What stands at the edited places now, newest first, as long as the room for them lasts."""
        room, found = _CHARS, list[Snippet]()
        for age, edit in enumerate(reversed(self._edits)):
            document = documents.get(edit.path)
            if document is None:
                continue
            start, text = _lines(document.text, edit.first, min(edit.last, edit.first + _LINES - 1))
            if not text.strip() or len(text) > room:
                continue
            room -= len(text)
            found.append(Snippet(edit.path, text, "recent", start, 1.0 / (1 + age)))
        return found


def _shifted(edit: Edit, path: str, line: int, removed: int, added: int) -> Edit:
    if edit.path != path or edit.last < line:
        return edit
    delta = added - removed
    first = edit.first if edit.first <= line else max(line, edit.first + delta)
    return replace(edit, first=first, last=max(first, edit.last + delta))


def _touches(one: Edit, other: Edit) -> bool:
    return one.path == other.path and one.first <= other.last + _JOIN and other.first <= one.last + _JOIN


def _narrowed(edit: Edit, line: int) -> Edit:
    first = max(edit.first, min(line - _LINES // 2, edit.last - _LINES + 1))
    return replace(edit, first=first, last=first + _LINES - 1)


def _lines(text: str, first: int, last: int) -> tuple[int, str]:
    """The offset and the text of some lines, without splitting the whole document."""
    start = 0
    for _ in range(first):
        start = text.find("\n", start) + 1
        if start == 0:
            return 0, ""
    end = start
    for _ in range(last - first + 1):
        end = text.find("\n", end) + 1
        if end == 0:
            return start, text[start:]
    return start, text[start:end]
