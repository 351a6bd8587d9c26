"""The server as an object: the library's server with our protocol, our workspace and an app that is built once."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types as lsp
from pygls import uris
from pygls.lsp.server import LanguageServer

from lsp_router import __version__
from lsp_router.server.documents import LiveWorkspace
from lsp_router.server.guard import GuardedProtocol, Running

if TYPE_CHECKING:
    from lsp_router.server.desk import Desk

log = logging.getLogger(__name__)
NOTEBOOKS = lsp.NotebookDocumentSyncOptions(
    notebook_selector=[lsp.NotebookDocumentFilterWithNotebook(notebook="*", cells=[lsp.NotebookCellLanguage("python")])]
)
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
        self._said: set[str] = set()

    @property
    def running(self) -> Running:
        return cast("GuardedProtocol", self.protocol).running

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
        task.add_done_callback(self.background.discard)

    def note_client(self, params: lsp.InitializeParams) -> None:
        """An editor with ghost text of its own gets no second copy in its completion menu."""
        text = params.capabilities.text_document
        self.has_ghost_text = bool(text and text.inline_completion)

    async def close(self) -> None:
        """Stops paying, then writes what waits."""
        await self.running.stop()
        for task in list(self.background):
            task.cancel()
        await asyncio.gather(*self.background, return_exceptions=True)
        desk, self._desk = self.open_desk, None
        if desk is not None:
            await desk.close()

    def tell(self, sentence: str) -> None:
        """Once in the log and, the first time, where the user sees it; may be called from any thread."""
        log.warning("%s", sentence)
        if sentence not in self._said:
            self._said.add(sentence)
            self.window_log_message(lsp.LogMessageParams(lsp.MessageType.Warning, f"lsp-router: {sentence}"))

    def note_failure(self, error: BaseException) -> None:
        """A use case failed although it should not: its kind and place are logged, never its words."""
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
        log.error("%s at %s", type(error).__name__, where)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """To the log only, by its kind: an exception's text may hold source."""
        log.error("%s in %s", type(error).__name__, getattr(source, "__name__", source))

    def _text_of(self, uri: str) -> str | None:
        live = self.documents.live(uri)
        return live.source if live else None

    async def _open(self) -> Desk:
        settings = await self.pull_settings()
        loop = asyncio.get_running_loop()

        def tell(sentence: str) -> None:
            loop.call_soon_threadsafe(self.tell, sentence)

        desk = await asyncio.to_thread(self._open_desk, self.root, self.options, settings, tell)
        await desk.start(self._text_of)
        gc.freeze()  # what was loaded by now stays: no collection need look at it again
        return desk

    async def pull_settings(self) -> Mapping[str, Any]:
        workspace = self.client_capabilities.workspace
        if not (workspace and workspace.configuration):
            return {}
        item = lsp.ConfigurationItem(section="lspRouter")
        try:
            found = await asyncio.wait_for(
                self.workspace_configuration_async(lsp.ConfigurationParams(items=[item])), timeout=2
            )
        except (TimeoutError, OSError):
            return {}
        return found[0] if found and isinstance(found[0], Mapping) else {}
