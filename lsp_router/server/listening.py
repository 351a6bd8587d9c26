"""The three ways a client can reach the server: stdio, TCP and WebSocket; one client each."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from lsp_router.server import sockets, stdio
from lsp_router.server.router_server import RouterServer

ASKED_TO_END = ("SIGTERM", "SIGHUP")
"""The second is what Emacs sends its servers when it ends, and what a closed terminal sends."""
LAST_WORDS = 0.25
"""Seconds for what the client said before it asked for the end: that may be on its way still."""


def serve_stdio(server: RouterServer) -> int:
    server.is_child = True
    return asyncio.run(_serve(server, stdio.serve(server.guarded)))


def serve_tcp(server: RouterServer, host: str, port: int) -> int:
    return asyncio.run(_serve(server, sockets.serve_tcp(server.guarded, host, port)))


def serve_websocket(server: RouterServer, host: str, port: int) -> int:
    return asyncio.run(_serve(server, sockets.serve_websocket(server.guarded, host, port)))


async def _serve(server: RouterServer, conversation: Coroutine[Any, Any, None]) -> int:
    """However a conversation ends, what it still pays for stops and what it has to write is written."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, what: server.note_trouble(what.get("exception")))
    for name in ASKED_TO_END:
        with suppress(NotImplementedError, AttributeError):  # Windows ends processes without asking
            loop.add_signal_handler(getattr(signal, name), loop.call_later, LAST_WORDS, server.guarded.over.set)
    try:
        await conversation
    finally:
        await server.close()
    return server.guarded.exit_code
