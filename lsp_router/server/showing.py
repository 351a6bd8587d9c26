"""Texts the editor shows as documents of their own: kept in a folder of the session that goes with it."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

    from lsp_router.server.router_server import RouterServer

PATIENCE = 3.0
"""Seconds an editor may take to show something; nobody's answer waits longer for it."""


class Sheets:
    """Owns the files of the texts that were shown; made when first needed, readable by this user only."""

    def __init__(self) -> None:
        self._folder: TemporaryDirectory[str] | None = None
        self._written = 0

    def write(self, title: str, text: str) -> Path:
        from tempfile import TemporaryDirectory  # noqa: PLC0415 - most sessions show nothing

        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="lsp-router-", ignore_cleanup_errors=True)
        self._written += 1
        name = re.sub(r"[^\w-]+", "-", title).strip("-")[:60] or "text"
        path = Path(self._folder.name, f"{name}-{self._written}.md")
        path.write_text(text, encoding="utf-8", newline="\n")
        return path

    def close(self) -> None:
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.cleanup()


async def show_markdown(ls: RouterServer, title: str, text: str) -> bool:
    """Whether the editor shows it."""
    if not ls.shows_documents:
        return False
    path = await asyncio.to_thread(ls.sheets.write, title, text)
    return await show_document(ls, path.as_uri(), take_focus=True)


async def show_document(ls: RouterServer, uri: str, *, take_focus: bool = False) -> bool:
    if not ls.shows_documents:
        return False
    wish = lsp.ShowDocumentParams(uri=uri, take_focus=take_focus)
    with suppress(TimeoutError, JsonRpcException):
        shown = await asyncio.wait_for(ls.window_show_document_async(wish), PATIENCE)
        return shown.success is True
    return False
