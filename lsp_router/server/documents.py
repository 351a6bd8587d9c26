"""Open documents over the library's workspace, with text that is edited in place and split as the protocol says."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from lsprotocol import types as lsp
from pygls.workspace import TextDocument, Workspace

from lsp_router.context.file_types import language_of_path
from lsp_router.server.text import LiveText, Position

FAMILIES = frozenset({"prog", "conf", "text", "fundamental"})
"""What an editor calls a file by when it was told about kinds of languages only; then the file's name tells."""


class LiveDocument(TextDocument):
    """A document the editor has open; its positions are in the encoding that was negotiated."""

    def __init__(self, uri: str, source: str, encoding: str, version: int | None, language_id: str | None) -> None:
        super().__init__(uri, source="", version=version, language_id=language_id)
        self.live = LiveText(source, encoding)
        self.edits = 0
        """Counts what `version` should count; some clients send none, or always the same."""

    @property
    def source(self) -> str:
        return self.live.text

    def apply_change(self, change: lsp.TextDocumentContentChangeEvent) -> None:
        self.edits += 1
        if isinstance(change, lsp.TextDocumentContentChangePartial):
            self.live.edit(to_position(change.range.start), to_position(change.range.end), change.text)
        else:
            self.live.replace(change.text)


class LiveWorkspace(Workspace):
    """The library's workspace, making documents of our kind; files that are not open are read from disk as they are."""

    def _create_text_document(
        self, doc_uri: str, source: str | None = None, version: int | None = None, language_id: str | None = None
    ) -> TextDocument:
        if source is None:
            document: TextDocument = super()._create_text_document(doc_uri, source, version, language_id)
            return document
        encoding = lsp.PositionEncodingKind(self.position_encoding or "utf-16").value  # a text or a kind, both are seen
        if not language_id or language_id in FAMILIES:
            language_id = language_of_path(unquote(doc_uri)) or language_id
        return LiveDocument(doc_uri, source, encoding, version, language_id)

    def live(self, uri: str) -> LiveDocument | None:
        document = self.get_text_document(uri)
        return document if isinstance(document, LiveDocument) else None

    def focus(self, uri: str) -> None:
        """The user looks at this one now: it is the last in the order of use."""
        key = unquote(uri)  # as the library does it
        document = self._text_documents.pop(key, None)
        if document is not None:
            self._text_documents[key] = document

    def open_documents(self) -> list[LiveDocument]:
        return [d for d in self.text_documents.values() if isinstance(d, LiveDocument)]


def to_position(position: lsp.Position) -> Position:
    return Position(position.line, position.character)


def lsp_position(position: Position) -> lsp.Position:
    return lsp.Position(*position)


def replace_workspace(protocol: Any) -> None:
    """Puts our workspace in the place of the one that `initialize` has just made."""
    made: Workspace = protocol.workspace
    protocol._workspace = LiveWorkspace(  # noqa: SLF001 - the library has no other door for it
        made.root_uri, lsp.TextDocumentSyncKind.Incremental, list(made.folders.values()), made.position_encoding
    )
