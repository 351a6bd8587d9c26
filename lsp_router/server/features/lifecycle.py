"""The beginning and the end of a session, and what the editor tells in between."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from lsp_router.server import convert, parent, publishing
from lsp_router.server.documents import replace_workspace
from lsp_router.server.features import consent
from lsp_router.server.router_server import SECTION, RouterServer

if TYPE_CHECKING:
    from lsp_router.server.desk import Desk

GONE = 1
"""Exit code when the editor vanished without saying goodbye."""
HUGE = 200_000
"""Characters: of what is longer only the part around the cursor counts, so it is read when somebody asks there."""


def register(server: RouterServer) -> None:
    _register_session(server)
    _register_documents(server)
    _register_settings(server)


def _register_session(server: RouterServer) -> None:
    @server.feature(lsp.INITIALIZE)
    def initialize(ls: RouterServer, params: lsp.InitializeParams) -> None:
        replace_workspace(ls.protocol)
        ls.options = _table(params.initialization_options)
        ls.note_client(params)

    @server.feature(lsp.INITIALIZED)
    async def initialized(ls: RouterServer, _params: lsp.InitializedParams) -> None:
        if ls.process_id and ls.is_child:
            ls.keep(asyncio.create_task(_leave_with(ls, ls.process_id)))
        ls.keep(asyncio.create_task(_watch_settings(ls)))
        ls.keep(asyncio.create_task(consent.ask(ls)))
        await ls.desk()

    @server.feature(lsp.SHUTDOWN)
    async def shutdown(ls: RouterServer, _params: Any) -> None:
        await ls.close()

    @server.feature(lsp.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def progress_cancelled(ls: RouterServer, params: lsp.WorkDoneProgressCancelParams) -> None:
        ls.running.cancel(("progress", params.token))


def _register_documents(server: RouterServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(ls: RouterServer, params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        ls.running.cancel(("document", uri))
        if ls.open_desk is not None:
            ls.open_desk.closed(uri, convert.path_in(ls.documents, uri))
        publishing.closed(ls, uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    async def did_open(ls: RouterServer, params: lsp.DidOpenTextDocumentParams) -> None:
        """The workspace keeps the text; what else is done with it happens beside."""
        desk = await ls.desk()
        live = ls.documents.live(params.text_document.uri)
        if live is not None:
            desk.opened(convert.document(ls.documents, live), convert.tabs(ls.documents, live))
        await publishing.opened(ls, params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(ls: RouterServer, params: lsp.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        publishing.changed(ls, uri)
        live, desk = ls.documents.live(uri), ls.open_desk
        if live is None or desk is None:
            return
        _note_work(desk, convert.path_in(ls.documents, uri), params.content_changes)
        if live.live.size < HUGE:
            desk.opened(convert.document(ls.documents, live), convert.tabs(ls.documents, live))

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    async def did_save(ls: RouterServer, params: lsp.DidSaveTextDocumentParams) -> None:
        if ls.open_desk is not None:
            ls.open_desk.saved(convert.path_in(ls.documents, params.text_document.uri))
        await publishing.saved(ls, params.text_document.uri)


def _note_work(desk: Desk, path: str, changes: Sequence[lsp.TextDocumentContentChangeEvent]) -> None:
    """Whoever sends the whole text with every key does not say where that was."""
    for change in changes:
        if isinstance(change, lsp.TextDocumentContentChangePartial):
            first, last = change.range.start.line, change.range.end.line
            desk.edited(path, first, last - first, change.text.count("\n"))


def _register_settings(server: RouterServer) -> None:
    @server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(ls: RouterServer, params: lsp.DidChangeConfigurationParams) -> None:
        desk = await ls.desk()
        settings = await _settings(ls, _table(params.settings))
        if settings is not None:
            await desk.configure(settings)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def did_change_watched_files(ls: RouterServer, params: lsp.DidChangeWatchedFilesParams) -> None:
        desk = await ls.desk()
        await desk.look_at_files()
        for change in params.changes[-1:]:
            desk.saved(convert.path_in(ls.documents, change.uri))


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


async def _settings(ls: RouterServer, pushed: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What was pushed, if it is about us; otherwise the editor is asked, if it can say."""
    if SECTION in pushed or (pushed and not ls.can_say_settings):
        return pushed
    return await ls.pull_settings()


async def _leave_with(ls: RouterServer, editor: int) -> None:
    """Stdin may stay open for ever; what must be written is written on the way out."""
    await parent.wait_until_gone(editor)
    ls.guarded.exit_code = GONE
    ls.guarded.over.set()


async def _watch_settings(ls: RouterServer) -> None:
    """Asks to be told when a project's settings file changes, where the editor can."""
    workspace = ls.client_capabilities.workspace
    watched = workspace.did_change_watched_files if workspace else None
    if not (watched and watched.dynamic_registration):
        return
    patterns = [lsp.FileSystemWatcher(glob_pattern=p) for p in ("**/lsp-router.toml", "**/pyproject.toml")]
    registration = lsp.Registration(
        id="lsp-router-settings",
        method=lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES,
        register_options=lsp.DidChangeWatchedFilesRegistrationOptions(watchers=patterns),
    )
    with suppress(JsonRpcException):  # files are looked at without it, a little later
        await ls.client_register_capability_async(lsp.RegistrationParams([registration]))
