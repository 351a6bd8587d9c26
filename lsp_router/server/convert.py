"""Between the editor's words and ours; the only place that counts in the negotiated encoding."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import PurePath

from lsprotocol import types as lsp
from pygls import uris

from lsp_router.assist.moment import Moment, Suggestion
from lsp_router.context.document import Document
from lsp_router.server.documents import LiveDocument, LiveWorkspace, lsp_position, to_position

COPILOT_ACCEPTED = "github.copilot.didAcceptCompletionItem"
ACCEPT = "lspRouter.accept"
KNOWN_PATHS = 1_024
"""How many addresses are remembered as paths: every key names those of all open documents."""


def moment(
    documents: LiveWorkspace,
    params: lsp.InlineCompletionParams | lsp.CompletionParams,
    edits: int | None,
    *,
    asked_for: bool,
) -> Moment | None:
    """The document as it was when the request came in; None when it is not open, or was edited since."""
    live = documents.live(params.text_document.uri)
    if live is None or live.edits != edits:
        return None
    context = getattr(params, "context", None)
    selected = getattr(context, "selected_completion_info", None)
    return Moment(
        uri=live.uri,
        document=document(documents, live),
        offset=live.live.offset(to_position(params.position)),
        asked_for=asked_for,
        tabs=tabs(documents, live),
        is_current=lambda: documents.live(live.uri) is live and live.edits == edits,
        selected=selected.text if selected else "",
    )


def document(documents: LiveWorkspace, live: LiveDocument) -> Document:
    return Document(path_in(documents, live.uri), live.source, live.language_id or "", live.version or 0)


def tabs(documents: LiveWorkspace, live: LiveDocument) -> list[Document]:
    """The other open documents, the one used last first."""
    return [document(documents, other) for other in reversed(documents.open_documents()) if other is not live]


def path_in(documents: LiveWorkspace, uri: str) -> str:
    """As the user would name it: seen from the project's root, with forward slashes.

    A notebook's cell has a scheme of its own, but it is the notebook's file whose rules hold.
    """
    cell = documents.get_notebook_document(cell_uri=uri)
    return _path_from(root_of(documents), cell.uri if cell else uri)


def root_of(documents: LiveWorkspace) -> str | None:
    """The folder that paths are told from."""
    first = next(iter(documents.folders.values()), None)
    return _path_of(first.uri) if first else documents.root_path


@lru_cache(KNOWN_PATHS)
def _path_from(root: str | None, uri: str) -> str:
    path = _path_of(uri)
    if not path:
        return uri
    if root:
        with suppress(ValueError):  # on another drive
            path = os.path.relpath(path, root)
    return PurePath(path).as_posix()


@lru_cache(KNOWN_PATHS)
def _path_of(uri: str) -> str | None:
    return uris.to_fs_path(uri)


def encoding(documents: LiveWorkspace) -> str:
    return lsp.PositionEncodingKind(documents.position_encoding or "utf-16").value


def inline_list(suggestions: Sequence[Suggestion], at: Moment, documents: LiveWorkspace) -> lsp.InlineCompletionList:
    """Always a list. The range is empty at the cursor unless text after it gives way."""
    live = documents.live(at.uri)
    if live is None or not at.is_current():
        return lsp.InlineCompletionList(items=[])
    return lsp.InlineCompletionList(
        items=[
            lsp.InlineCompletionItem(
                insert_text=s.insert, range=_range(live, at, s), command=_accepted(s, COPILOT_ACCEPTED)
            )
            for s in suggestions
        ]
    )


def completion_list(
    suggestions: Sequence[Suggestion], at: Moment, documents: LiveWorkspace, *, incomplete: bool
) -> lsp.CompletionList:
    """For editors without ghost text: ordinary items, last in the menu, the text as documentation."""
    live = documents.live(at.uri)
    if live is None or not at.is_current():
        return lsp.CompletionList(is_incomplete=True, items=[])
    return lsp.CompletionList(
        is_incomplete=incomplete,
        items=[_item(live, at, s, rank) for rank, s in enumerate(suggestions)],
    )


def _item(live: LiveDocument, at: Moment, s: Suggestion, rank: int) -> lsp.CompletionItem:
    """The item replaces the word in front of the cursor with itself, so that menus which filter by it keep the item."""
    word = _word_before(at)
    first = s.insert.split("\n", 1)[0]
    start = lsp_position(live.live.position(at.offset - len(word)))
    end = lsp_position(live.live.position(at.offset + s.replace))
    return lsp.CompletionItem(
        label=(word + s.insert).strip().split("\n", 1)[0].rstrip(),
        kind=lsp.CompletionItemKind.Snippet,
        detail=s.model,
        documentation=lsp.MarkupContent(lsp.MarkupKind.Markdown, f"```{at.document.language}\n{word}{s.insert}\n```"),
        sort_text=f"zzzz{rank:02}",
        filter_text=(word + first) or None,
        insert_text_format=lsp.InsertTextFormat.PlainText,
        text_edit=lsp.TextEdit(lsp.Range(start, end), word + s.insert),
        command=_accepted(s, ACCEPT),
    )


def _word_before(at: Moment) -> str:
    text, start = at.document.text, at.offset
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    return text[start : at.offset]


def _range(live: LiveDocument, at: Moment, s: Suggestion) -> lsp.Range:
    start = live.live.position(at.offset)
    end = live.live.position(at.offset + s.replace) if s.replace else start
    return lsp.Range(lsp_position(start), lsp_position(end))


def _accepted(s: Suggestion, command: str) -> lsp.Command:
    argument: object = s.id if command == COPILOT_ACCEPTED else {"id": s.id}
    return lsp.Command(title="accepted", command=command, arguments=[argument])
