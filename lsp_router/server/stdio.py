"""Serves one client over stdin and stdout; ends when the client does.

A thread reads whole messages and hands them to the loop in order, one hop each. It reads the raw
descriptor, because a buffered stdin that is being read cannot be closed when the process ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, BinaryIO

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CHUNK = 1 << 16


class StdoutWriter:
    """Stdout belongs to the protocol; whoever prints by accident prints to stderr."""

    def __init__(self) -> None:
        self._out: BinaryIO = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._out.write(view) or 0 :]

    def close(self) -> None:
        self._out.close()


def frames(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Message bodies until the stream ends; rubbish between messages is skipped."""
    buffer = bytearray()
    while True:
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            data = read(_CHUNK)
            if not data:
                return
            buffer += data
            continue
        found = _LENGTH.search(buffer, 0, end)
        size = int(found.group(1)) if found else 0
        while len(buffer) < end + 4 + size:
            data = read(max(_CHUNK, end + 4 + size - len(buffer)))
            if not data:
                return
            buffer += data
        body = bytes(buffer[end + 4 : end + 4 + size])
        del buffer[: end + 4 + size]
        if body:
            yield body


async def serve(protocol: Any, close: Callable[[], Awaitable[None]]) -> None:
    """Delivers messages until stdin ends, then closes everything that still costs money."""
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    protocol.set_writer(StdoutWriter())

    def deliver(body: bytes) -> None:
        try:
            protocol.handle_message(json.loads(body, object_hook=protocol.structure_message))
        except ValueError as error:
            protocol.complain(error)

    def pump() -> None:
        try:
            for body in frames(lambda size: os.read(sys.stdin.fileno(), size)):
                loop.call_soon_threadsafe(deliver, body)
            loop.call_soon_threadsafe(over.set)
        except (OSError, RuntimeError):  # the descriptor or the loop is gone: so is the client
            return

    threading.Thread(target=pump, name="stdin", daemon=True).start()
    try:
        await over.wait()
    finally:
        await close()
