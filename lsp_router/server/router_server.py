"""The server as an object: the library's server with our protocol, our workspace and an app that is built once."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from lsprotocol import types as lsp
from pygls import uris
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from lsp_router import __version__
from lsp_router.server.documents import LiveWorkspace
from lsp_router.server.guard import Running, or_cancelled
from lsp_router.server.protocol import GuardedProtocol
from lsp_router.server.showing import Sheets

if TYPE_CHECKING:
    from lsp_router.server.desk import Desk
    from lsp_router.server.status import State

log = logging.getLogger(__name__)
SELDOM = (20_000, 20, 20)
"""A completion makes thousands of short-lived values and few cycles: collecting in its middle only delays it."""
NOTEBOOKS = lsp.NotebookDocumentSyncOptions(notebook_selector=[lsp.NotebookDocumentFilterWithNotebook(notebook="*")])
SECTION = "lspRouter"
STARTLED = frozenset({"emacs"})
"""lsp-mode opens a window of warnings for every notification it does not know; only who asks for them gets them."""
HASTY = frozenset({"eglot"})
"""Eglot waits ten seconds for a command or a resolve, then gives up without a word to us."""
SHOWS_PROBLEMS = frozenset(
    {"visual studio code", "visual studio code - insiders", "code-server", "code - oss", "vscodium", "cursor"}
)
"""Their hovers begin with the diagnostics there."""
PATIENCE = 2.0
"""Seconds an editor may take to say its settings; the first suggestion waits for them."""
F = TypeVar("F", bound=Callable[..., Any])
OpenDesk = Callable[[Path | None, Mapping[str, Any], Mapping[str, Any], Callable[[str], None]], "Desk"]
"""Root, initialization options, editor settings, and how to tell the user something → the use cases."""


class RouterServer(LanguageServer):
    """Owns one client's session; everything it does goes through `desk`."""

    def __init__(self, open_desk: OpenDesk) -> None:
        super().__init__(
            "lsp-router",
            __version__,
            text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental,
            notebook_document_sync=NOTEBOOKS,
            protocol_cls=GuardedProtocol,
        )
        self._open_desk = open_desk
        self._desk: asyncio.Future[Desk] | None = None
        self.options: Mapping[str, Any] = {}
        self.background: set[asyncio.Task[Any]] = set()
        self.has_ghost_text = False
        self.shows_status = True
        self.is_hasty = False
        self.hover_shows_problems = False
        self.is_child = False
        """Started by the client, so that it ends with the client's process."""
        self.sheets = Sheets()
        self._said: set[str] = set()
        self._closing: asyncio.Task[None] | None = None

    @property
    def guarded(self) -> GuardedProtocol:
        return cast("GuardedProtocol", self.protocol)

    @property
    def running(self) -> Running:
        return self.guarded.running

    @property
    def documents(self) -> LiveWorkspace:
        return cast("LiveWorkspace", self.workspace)

    @property
    def root(self) -> Path | None:
        folders = list(self.workspace.folders.values())
        uri = folders[0].uri if folders else self.workspace.root_uri
        path = uris.to_fs_path(uri) if uri else None
        return Path(path) if path else None

    async def desk(self) -> Desk:
        """The use cases, as soon as they are there; several may wait for the same opening."""
        if self._closing is not None:
            raise asyncio.CancelledError
        if self._desk is None:
            self._desk = asyncio.ensure_future(self._open())
        if self._desk.done():
            return self._desk.result()
        return await asyncio.shield(self._desk)

    @property
    def open_desk(self) -> Desk | None:
        """The use cases if they are there already."""
        desk = self._desk
        opened = desk is not None and desk.done() and not desk.cancelled() and desk.exception() is None
        return desk.result() if desk is not None and opened else None

    def keep(self, task: asyncio.Task[Any]) -> None:
        """Background work that ends with the session."""
        self.background.add(task)
        task.add_done_callback(self._put_away)

    def note_client(self, params: lsp.InitializeParams) -> None:
        """An editor with ghost text of its own gets no second copy in its completion menu."""
        text = params.capabilities.text_document
        self.has_ghost_text = bool(text and text.inline_completion)
        name = params.client_info.name if params.client_info else ""
        self.shows_status = name not in STARTLED or "editorInfo" in self.options
        self.is_hasty = name.lower() in HASTY
        self.hover_shows_problems = name.lower() in SHOWS_PROBLEMS

    def command(self, command_name: str) -> Callable[[F], F]:
        """A command that is cancelled, by whatever asked for it, stops and still answers."""

        def register(run: F) -> F:
            async def stoppable(ls: RouterServer, *arguments: Any) -> Any:
                return await or_cancelled(ls.running.run(run(ls, *arguments), ("request", ls.protocol.msg_id)))

            super(RouterServer, self).command(command_name)(stoppable)
            return run

        return register

    async def close(self) -> None:
        """Stops paying, then writes what waits; whoever asks again waits for the same closing."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())
        await asyncio.shield(self._closing)

    def tell(self, sentence: str) -> None:
        """Once in the log and, the first time, where the user sees it; may be called from any thread."""
        log.warning("%s", sentence)
        if sentence not in self._said:
            self._said.add(sentence)
            self.window_log_message(lsp.LogMessageParams(lsp.MessageType.Warning, f"lsp-router: {sentence}"))

    def show(self, state: State) -> None:
        """For the editor's status item."""
        if self.shows_status:
            self.protocol.notify("didChangeStatus", asdict(state))

    def note_failure(self, error: BaseException) -> None:
        """Something failed although it should not: its kind and place are logged, never its words."""
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
        log.error("%s at %s", type(error).__name__, where)

    def note_trouble(self, error: BaseException | None) -> None:
        """What ended in nobody's hands; the loop's own words about it may hold source."""
        if error is not None:
            self.note_failure(error)

    def report_server_error(self, error: Exception, source: Any) -> None:  # noqa: ARG002 - the library's signature
        """The library hands over its own error, made of the words of the one that is being handled."""
        cause = sys.exc_info()[1] or error
        if not isinstance(cause, JsonRpcException):
            self.note_failure(cause)

    def _text_of(self, uri: str) -> str | None:
        live = self.documents.live(uri)
        return live.source if live else None

    def _put_away(self, task: asyncio.Task[Any]) -> None:
        self.background.discard(task)
        if not task.cancelled():
            self.note_trouble(task.exception())

    async def _close(self) -> None:
        await self.running.stop()
        opening = self._desk
        if opening is not None and not opening.done():
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
        for task in list(self.background):
            task.cancel()
        await asyncio.gather(*self.background, return_exceptions=True)
        self.sheets.close()
        if self.open_desk is not None:
            await self.open_desk.close()

    async def _open(self) -> Desk:
        settings = await self.pull_settings() or {}
        loop = asyncio.get_running_loop()

        def tell(sentence: str) -> None:
            loop.call_soon_threadsafe(self.tell, sentence)

        making = asyncio.ensure_future(asyncio.to_thread(self._open_desk, self.root, self.options, settings, tell))
        try:
            desk = await asyncio.shield(making)
        except asyncio.CancelledError:  # a thread cannot be stopped; what it makes is put away
            await (await making).close()
            raise
        await desk.start(self._text_of, self.show)
        gc.freeze()  # what was loaded by now stays: no collection need look at it again
        gc.set_threshold(*SELDOM)
        return desk

    @property
    def shows_documents(self) -> bool:
        window = self.client_capabilities.window
        return bool(window and window.show_document and window.show_document.support)

    @property
    def takes_progress(self) -> bool:
        window = self.client_capabilities.window
        return bool(window and window.work_done_progress)

    @property
    def is_patient(self) -> bool:
        """Whether a command may take as long as it takes: its user sees that it is at work, and can stop it."""
        return self.takes_progress and not self.is_hasty

    @property
    def can_say_settings(self) -> bool:
        workspace = self.client_capabilities.workspace
        return bool(workspace and workspace.configuration)

    async def pull_settings(self) -> Mapping[str, Any] | None:
        """What the editor says about our section; None when it cannot say, or not in time."""
        if not self.can_say_settings:
            return None
        asked = lsp.ConfigurationParams(items=[lsp.ConfigurationItem(section=SECTION)])
        try:
            found = await asyncio.wait_for(self.workspace_configuration_async(asked), PATIENCE)
        except (TimeoutError, JsonRpcException):
            return None
        return found[0] if found and isinstance(found[0], Mapping) else {}
