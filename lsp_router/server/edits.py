"""Changes on their way into the editor: as versioned workspace edits in its own encoding, applied all or not at all."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types as lsp
from pygls import uris
from pygls.exceptions import JsonRpcException

from lsp_router.assist.edit.ask import Change
from lsp_router.domain.decision import Problem
from lsp_router.server import convert
from lsp_router.server.documents import LiveWorkspace, lsp_position
from lsp_router.server.router_server import RouterServer
from lsp_router.server.text import LiveText

ANNOTATION = "lsp-router"
SECOND_TRY = 0.15
"""Seconds after a refusal: by then it is known whether a keystroke was under way."""
STALE = "{path} was changed while the edit was being made, so nothing was applied; ask again"
UNCONFIRMED = "it was not confirmed"
REFUSED = "the editor did not apply the edit{why}; ask again"

Form = lsp.TextDocumentEdit | lsp.CreateFile | lsp.RenameFile | lsp.DeleteFile


@dataclass(frozen=True, slots=True)
class Skills:
    """What the client understands of workspace edits."""

    documents: bool = False
    """Edits that say for which version of a document they are meant."""
    creation: bool = False
    annotations: bool = False
    """It shows what an edit is for, and asks before one that reaches far."""

    @classmethod
    def of(cls, client: lsp.ClientCapabilities) -> Skills:
        edits = client.workspace.workspace_edit if client.workspace else None
        if edits is None:
            return cls()
        creation = lsp.ResourceOperationKind.Create in (edits.resource_operations or ())
        return cls(bool(edits.document_changes), creation, edits.change_annotation_support is not None)


def workspace_edit(
    changes: Sequence[Change], documents: LiveWorkspace, skills: Skills, label: str, known: Mapping[str, str]
) -> lsp.WorkspaceEdit:
    """`known` are URIs by path, where an editor's name for a file is not told by its path."""
    texts = [(uri_of(documents, change.path, known), change) for change in changes]
    if not skills.documents:
        return lsp.WorkspaceEdit(changes={uri: _text_edits(documents, change) for uri, change in texts})
    forms: list[Form] = []
    note = ANNOTATION if skills.annotations else None
    for uri, change in texts:
        if change.before is None and skills.creation:
            forms.append(lsp.CreateFile(uri, options=lsp.CreateFileOptions(overwrite=False), annotation_id=note))
        live = documents.live(uri)
        named = lsp.OptionalVersionedTextDocumentIdentifier(uri, live.version if live else None)
        forms.append(lsp.TextDocumentEdit(named, [_annotated(e, note) for e in _text_edits(documents, change)]))
    return lsp.WorkspaceEdit(document_changes=forms, change_annotations=_annotations(changes, label) if note else None)


def outdated(changes: Sequence[Change], documents: LiveWorkspace, known: Mapping[str, str]) -> str:
    """The first file whose text is no longer what its change starts from; empty when there is none."""
    for change in changes:
        uri = uri_of(documents, change.path, known)
        live = documents.live(uri)
        now = live.source if live else _on_disk(uri)
        if now != change.before and not (change.before is None and now == ""):
            return change.path
    return ""


async def apply(ls: RouterServer, changes: Sequence[Change], label: str, known: Mapping[str, str]) -> Problem | None:
    """None once the editor has them all. One refusal may be a keystroke that was under way: then it is asked again.

    Where the user is asked, a refusal is theirs, and counts.
    """
    skills = Skills.of(ls.client_capabilities)
    asks = skills.annotations and _reaches_far(changes)
    why = ""
    for pause in (0.0,) if asks else (0.0, SECOND_TRY):
        await asyncio.sleep(pause)
        path = outdated(changes, ls.documents, known)
        if path:
            return Problem("stale", STALE.format(path=path))
        edit = workspace_edit(changes, ls.documents, skills, label, known)
        try:
            answer = await ls.workspace_apply_edit_async(lsp.ApplyWorkspaceEditParams(edit, label))
        except JsonRpcException as error:
            why = f" ({error.message})"
            continue
        if answer.applied:
            return None
        why = f" ({answer.failure_reason})" if answer.failure_reason else ""
    return Problem("refused", UNCONFIRMED if asks else REFUSED.format(why=why))


def uri_of(documents: LiveWorkspace, path: str, known: Mapping[str, str]) -> str:
    """The open document of that name, else the file in the workspace."""
    if path in known:
        return known[path]
    for live in documents.open_documents():
        if convert.path_in(documents, live.uri) == path:
            return live.uri
    return Path(os.path.abspath(os.path.join(convert.root_of(documents) or "", path))).as_uri()  # noqa: PTH100, PTH118 - links stay


# --- helpers ---


def _text_edits(documents: LiveWorkspace, change: Change) -> list[lsp.TextEdit]:
    text = LiveText(change.before or "", convert.encoding(documents))
    return [
        lsp.TextEdit(lsp.Range(lsp_position(text.position(e.start)), lsp_position(text.position(e.end))), e.text)
        for e in change.edits
    ]


def _annotated(edit: lsp.TextEdit, note: str | None) -> lsp.TextEdit | lsp.AnnotatedTextEdit:
    return lsp.AnnotatedTextEdit(note, edit.range, edit.new_text) if note else edit


def _annotations(changes: Sequence[Change], label: str) -> dict[str, lsp.ChangeAnnotation]:
    """An edit of the file in front of the user needs no question; one that reaches others does."""
    about = ", ".join(change.path for change in changes)
    return {ANNOTATION: lsp.ChangeAnnotation(label, needs_confirmation=_reaches_far(changes), description=about)}


def _reaches_far(changes: Sequence[Change]) -> bool:
    return len(changes) > 1 or any(change.before is None for change in changes)


def _on_disk(uri: str) -> str | None:
    path = uris.to_fs_path(uri)
    try:
        return Path(path).read_bytes().decode("utf-8-sig", "replace") if path else None
    except OSError:
        return None
