"""What an editor asks to have changed, from its words into ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pygls import uris

from lsp_router.assist.edit.ask import Ask, Complaint, Kind
from lsp_router.context.document import Document
from lsp_router.context.file_types import language_of_path
from lsp_router.server import convert
from lsp_router.server.documents import LiveWorkspace
from lsp_router.server.guard import as_editor_error
from lsp_router.server.text import LiveText, Position
from lsp_router.validation.edits import Edit, minimal_edits

Argument = Mapping[str, Any]
SEVERITIES = {1: "error", 2: "warning", 3: "information", 4: "hint"}
MISSING = "`{name}` is missing; the argument is one object like {example}"
EXAMPLE = '{"uri": "file:///project/app.py", "range": {...}, "instruction": "..."}'


@dataclass(frozen=True, slots=True)
class Wish:
    """One ask, and what is needed to bring its answer back into the editor."""

    ask: Ask
    uri: str
    argument: Argument = field(repr=False)

    @property
    def known(self) -> Mapping[str, str]:
        return {self.ask.document.path: self.uri}

    def again(self, documents: LiveWorkspace) -> Wish | None:
        """The same wish for the document as it is now; None where what it is about was itself changed."""
        document, _, is_current = snapshot(documents, self.uri)
        edits = minimal_edits(self.ask.document.text, document.text)
        span = _moved(self.ask.span, edits)
        complaints = tuple(replace(c, span=_moved(c.span, edits)) for c in self.ask.complaints)
        if (span is None) is not (self.ask.span is None):
            return None
        ask = replace(self.ask, document=document, span=span, complaints=complaints, is_current=is_current)
        return replace(self, ask=ask)


def argument_of(arguments: Sequence[Any]) -> Argument:
    """Commands take one object; the library hands objects over in two shapes."""
    first = arguments[0] if arguments else None
    return first if isinstance(first, Mapping) else vars(first) if hasattr(first, "__dict__") else {}


def uri_of(argument: Argument, example: str = EXAMPLE) -> str:
    """Raises an error for the user where there is none."""
    uri = argument.get("uri")
    if not isinstance(uri, str) or not uri:
        raise as_editor_error(MISSING.format(name="uri", example=example))
    return uri


def wish(documents: LiveWorkspace, kind: Kind, argument: Argument) -> Wish:
    """Raises an error for the user where the argument says too little."""
    uri = uri_of(argument)
    source, text, is_current = snapshot(documents, uri)
    ask = Ask(
        kind=kind,
        document=source,
        span=span_of(text, argument.get("range")),
        instruction=str(argument.get("instruction") or ""),
        complaints=tuple(_complaint(text, one) for one in argument.get("diagnostics") or () if _message(one)),
        model=_text(argument.get("model")) or None,
        tabs=[convert.document(documents, d) for d in reversed(documents.open_documents()) if d.uri != uri],
        is_current=is_current,
        points=argument.get("points") is True,
        force_paid=argument.get("forcePaid") is True,
        forbid_cloud=argument.get("forbidCloud") is True,
        run_tests=argument.get("runTests") is True,
    )
    return Wish(ask, uri, argument)


def range_of(value: Any) -> tuple[Position, Position] | None:
    """A range as clients write it, in an object or in the protocol's own."""
    start, end = _get(value, "start"), _get(value, "end")
    parts = [_get(start, "line"), _get(start, "character"), _get(end, "line"), _get(end, "character")]
    if not all(isinstance(part, int) and part >= 0 for part in parts):
        return None
    return Position(parts[0], parts[1]), Position(parts[2], parts[3])


# --- helpers ---


def _moved(span: tuple[int, int] | None, edits: Sequence[Edit]) -> tuple[int, int] | None:
    """Where a span of an older text is now; None where something in it was changed."""
    if span is None:
        return None
    start, end = span
    for edit in edits:
        if edit.end <= span[0]:
            by = len(edit.text) - (edit.end - edit.start)
            start, end = start + by, end + by
        elif edit.start < span[1]:
            return None
    return start, end


def snapshot(documents: LiveWorkspace, uri: str) -> tuple[Document, LiveText, Callable[[], bool]]:
    """The document as the editor has it; a file that is not open is read as it is, its line endings too."""
    live = documents.live(uri)
    if live is not None:
        edits = live.edits
        return convert.document(documents, live), live.live, lambda: documents.live(uri) is live and live.edits == edits
    path = uris.to_fs_path(uri)
    try:
        text = Path(path or "").read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise as_editor_error(f"{uri} is neither open nor a text file that can be read") from None
    document = Document(convert.path_in(documents, uri), text, language_of_path(str(path)))
    return document, LiveText(text, convert.encoding(documents)), lambda: documents.live(uri) is None


def span_of(text: LiveText, value: Any) -> tuple[int, int] | None:
    if value is None:
        return None
    found = range_of(value)
    if found is None:
        raise as_editor_error("`range` is not a range; it is {start: {line, character}, end: {line, character}}")
    start, end = sorted(map(text.offset, found))
    return start, end


def _complaint(text: LiveText, diagnostic: Any) -> Complaint:
    """Some clients strip everything but range and message."""
    found = range_of(_get(diagnostic, "range"))
    severity = _get(diagnostic, "severity")
    return Complaint(
        message=_message(diagnostic),
        span=(text.offset(found[0]), text.offset(found[1])) if found else None,
        severity=SEVERITIES.get(severity, "error") if isinstance(severity, int) else "error",
        code=_text(_get(diagnostic, "code")),
        source=_text(_get(diagnostic, "source")),
    )


def _message(diagnostic: Any) -> str:
    """Newer clients may send marked-up messages."""
    message = _get(diagnostic, "message")
    return message if isinstance(message, str) else _text(_get(message, "value"))


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _get(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
