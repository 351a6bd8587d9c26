"""A model's stand-in on loopback: it plays a script, and is as wrong in it as a small model now and then is.

Everything else of the tour is real: the server, the protocol, the routing, the checks, the repair, the ledger.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

NAME = "stand-in"
CONFIG = """\
[completion]
embedded = false
[providers.stand-in]
kind = "openai"
base_url = "{base}"
privacy = "local"
[[models]]
name = "stand-in"
provider = "stand-in"
model = "stand-in"
tier = "local"
capabilities = ["chat"]
{chains}
"""
TASKS = ("debugging", "refactor", "algorithm", "boilerplate", "architecture")
"""Whatever the requests of the tour are taken for, nobody else is asked."""


@asynccontextmanager
async def standing_in(script: Sequence[str]) -> AsyncIterator[str]:
    """Answers one request after the other until the block ends; yields a configuration that names it."""
    left = list(script)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                await reader.readexactly(int(head.partition("content-length:")[2].split("\r\n")[0] or 0))
                asked = head.startswith("post ") and left
                _answer(writer, left.pop(0) if asked else "")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 22)
    try:
        port = server.sockets[0].getsockname()[1]
        chains = "\n".join(f'[tasks.{task}]\nchain = ["{NAME}"]' for task in TASKS)
        yield CONFIG.format(base=f"http://127.0.0.1:{port}/v1", chains=chains)
    finally:
        server.close()


def _answer(writer: asyncio.StreamWriter, text: str) -> None:
    choice = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": "stop"}]}
    data = f"data: {json.dumps(choice)}\n\ndata: [DONE]\n\n".encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {len(data)}\r\n\r\n"
    writer.write(head.encode() + data)
