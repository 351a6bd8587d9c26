"""Serves one client over stdin and stdout.

A thread reads and hands whole messages to the loop in order, one hop each. It reads the raw
descriptor, because a buffered stdin that is being read cannot be closed when the process ends.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from contextlib import suppress
from typing import BinaryIO

from lsp_router.server.framing import Framing
from lsp_router.server.protocol import GuardedProtocol

_CHUNK = 1 << 16


class StdoutWriter:
    """Stdout belongs to the protocol; whoever prints by accident prints to stderr."""

    def __init__(self) -> None:
        self._out: BinaryIO = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def write(self, data: bytes) -> None:
        """To a client that is gone nothing is said; that it is gone is noticed by reading."""
        view = memoryview(data)
        with suppress(OSError):
            while view:
                view = view[self._out.write(view) or 0 :]

    def close(self) -> None:
        self._out.close()


async def serve(protocol: GuardedProtocol) -> None:
    """Delivers messages until the client says goodbye or stdin ends."""
    loop = asyncio.get_running_loop()
    protocol.set_writer(StdoutWriter())

    def pump() -> None:
        framing = Framing()
        with suppress(OSError, RuntimeError):  # the descriptor or the loop is gone: so is the client
            while data := os.read(sys.stdin.fileno(), _CHUNK):
                for body in framing.feed(data):
                    loop.call_soon_threadsafe(protocol.receive, body)
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(protocol.over.set)

    threading.Thread(target=pump, name="stdin", daemon=True).start()
    await protocol.over.wait()
