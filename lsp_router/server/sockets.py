"""Serves one client that connects: over TCP with headers as on stdio, over WebSocket one message each."""

from __future__ import annotations

import asyncio
import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from lsp_router.server.framing import Framing
from lsp_router.server.protocol import GuardedProtocol

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

_CHUNK = 1 << 16
LARGEST = 1 << 26
"""Bytes of one WebSocket message; documents travel whole when they are opened."""
OWN_PAGES = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")
"""A page from anywhere else that runs in the user's browser is not their editor."""


async def serve_tcp(protocol: GuardedProtocol, host: str, port: int) -> None:
    taken = False

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal taken
        if taken:
            writer.close()
            return
        taken = True
        protocol.set_writer(writer)
        framing = Framing()
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                for body in framing.feed(data):
                    protocol.receive(body)
        protocol.over.set()

    server = await asyncio.start_server(connected, host, port)
    _announce(server.sockets[0].getsockname())
    try:
        await protocol.over.wait()
    finally:
        server.close()


async def serve_websocket(protocol: GuardedProtocol, host: str, port: int) -> None:
    from websockets.asyncio.server import serve  # noqa: PLC0415 - only this transport needs it

    taken = False

    async def connected(socket: ServerConnection) -> None:
        nonlocal taken
        if taken:
            return
        taken = True
        await _converse(protocol, socket)
        protocol.over.set()

    async with serve(connected, host, port, max_size=LARGEST, origins=[None, OWN_PAGES]) as server:
        _announce(next(iter(server.sockets)).getsockname())
        await protocol.over.wait()


async def _converse(protocol: GuardedProtocol, socket: ServerConnection) -> None:
    from websockets.exceptions import ConnectionClosed  # noqa: PLC0415 - see above

    writer = SocketWriter(socket)
    protocol.set_writer(writer, include_headers=False)
    try:
        with suppress(ConnectionClosed):
            while True:
                protocol.receive(await socket.recv(decode=False))
    finally:
        writer.close()


class SocketWriter:
    """Sends in order what is written at once."""

    def __init__(self, socket: ServerConnection) -> None:
        self._socket = socket
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue()
        self._sending = asyncio.create_task(self._send())

    def write(self, data: bytes) -> None:
        self._waiting.put_nowait(data)

    def close(self) -> None:
        self._sending.cancel()

    async def _send(self) -> None:
        from websockets.exceptions import ConnectionClosed  # noqa: PLC0415 - see above

        with suppress(ConnectionClosed):
            while True:
                await self._socket.send(await self._waiting.get(), text=True)


def _announce(address: tuple[str, int]) -> None:
    """Whoever asked for port 0 learns here which it is."""
    print(f"lsp-router: listening on {address[0]}:{address[1]}", file=sys.stderr, flush=True)  # noqa: T201 - stdout is nobody's here
