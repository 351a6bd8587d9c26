"""A model's stand-in on loopback for `lsp-router try`: it knows the answers to the sample's gaps and says so.

Everything else of the trial is real: the server, the protocol, the routing, the stream, the ledger.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

ANSWERS = {
    '"""The item with the lowest price."""': "return min(items, key=lambda item: item.price)",
    "for item in items]": 'lines.append(f"total: {total(items):.2f}")',
}
"""What stands before a gap of the sample → what belongs there."""
THINKING = 0.12
"""Seconds a small model takes to its first token."""

CONFIG = """\
[providers.stand-in]
kind = "openai"
base_url = "{base}"
privacy = "local"
[[models]]
name = "stand-in"
provider = "stand-in"
model = "stand-in"
tier = "local"
capabilities = ["fim"]
fim = "suffix"
latency_target_ms = 150
[completion]
debounce = 0
"""


@asynccontextmanager
async def standing_in() -> AsyncIterator[str]:
    """Serves until the block ends; yields a configuration that names it."""
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, limit=1 << 22)
    try:
        port = server.sockets[0].getsockname()[1]
        yield CONFIG.format(base=f"http://127.0.0.1:{port}/v1")
    finally:
        server.close()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            size = int(head.partition("content-length:")[2].split("\r\n")[0] or 0)
            body = json.loads(await reader.readexactly(size)) if size else {}
            await asyncio.sleep(THINKING)
            _answer(writer, _text(str(body.get("prompt", ""))))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def _text(prompt: str) -> str:
    return next((answer for before, answer in ANSWERS.items() if prompt.rstrip().endswith(before)), "")


def _answer(writer: asyncio.StreamWriter, text: str) -> None:
    choice = {"choices": [{"index": 0, "text": text, "finish_reason": "stop"}]}
    data = f"data: {json.dumps(choice)}\n\ndata: [DONE]\n\n".encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {len(data)}\r\n\r\n"
    writer.write(head.encode() + data)
