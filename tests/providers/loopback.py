"""A loopback HTTP server whose answers are scripted piece by piece, and which sees when its peer hangs up."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from lsp_router.domain.model import Dialect, Model, Provider, Secret
from lsp_router.domain.wire import Call, Finish, Last, Message, Patience, Prompt, Text, Thought

CHAT = Prompt(messages=(Message("user", "hello"),), max_tokens=64)


@dataclass
class Script:
    """`pieces` are (seconds to wait, bytes); `end` is close, reset, cut (no last chunk) or stall."""

    pieces: Iterable[tuple[float, bytes]] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    end: str = "close"
    keep: bool = True
    head_delay: float = 0.0


@dataclass
class Heard:
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    connection: int
    hung_up_at: float | None = None


class Loopback:
    def __init__(self, answer: Callable[[Heard], Script]) -> None:
        self.answer = answer
        self.heard: list[Heard] = []
        self.connections = 0
        self.busy = self.most_busy = 0
        self._tasks: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**24)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def provider(self, kind: Dialect = Dialect.OPENAI, **more: Any) -> Provider:
        return Provider(
            "loop", kind, more.pop("base_url", self.url), more.pop("key", Secret("sk-loopback-key")), **more
        )

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._tasks.add(task)
        self.connections += 1
        mine = self.connections
        try:
            while await self._one(reader, writer, mine):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, mine: int) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin1")
        line, *rest = head.strip().split("\r\n")
        method, path, _ = line.split(" ")
        headers = {k.lower(): v.strip() for k, _, v in (h.partition(":") for h in rest)}
        raw = await reader.readexactly(int(headers.get("content-length", 0)))
        heard = Heard(method, path, headers, json.loads(raw) if raw else None, mine)
        self.heard.append(heard)
        watcher = asyncio.create_task(_hung_up(reader, heard))
        self.busy += 1
        self.most_busy = max(self.busy, self.most_busy)
        try:
            return await self._answer(writer, self.answer(heard))
        finally:
            self.busy -= 1
            watcher.cancel()

    async def _answer(self, writer: asyncio.StreamWriter, script: Script) -> bool:
        await asyncio.sleep(script.head_delay)
        headers = {"content-type": "text/event-stream", "transfer-encoding": "chunked", **script.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {script.status} X\r\n{lines}\r\n".encode())
        for delay, data in script.pieces:
            if delay:
                await asyncio.sleep(delay)
            writer.write(b"%x\r\n%s\r\n" % (len(data), data))
            await writer.drain()
        if script.end == "close":
            writer.write(b"0\r\n\r\n")
            await writer.drain()
        elif script.end == "stall":
            await asyncio.sleep(30)
        elif script.end == "reset":
            await asyncio.sleep(0.02)
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        return script.keep and script.end == "close"


async def _hung_up(reader: asyncio.StreamReader, heard: Heard) -> None:
    while not reader.at_eof():  # noqa: ASYNC110 - a stream reader has no event for it
        await asyncio.sleep(0.001)
    heard.hung_up_at = time.monotonic()


def now(*pieces: bytes | str) -> list[tuple[float, bytes]]:
    return [(0.0, p.encode() if isinstance(p, str) else p) for p in pieces]


def delta(text: str, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return b"data: " + json.dumps({"id": "x", "model": "m", "choices": [choice]}).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"
USAGE = b'data: {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}}\n\n'
FINE = now(delta("ret"), delta("urn 1"), delta("", "stop"), USAGE, DONE)


def call(provider: Provider, prompt: Prompt = CHAT, model: str = "m", **more: Any) -> Call:
    patience = more.pop("patience", Patience(2.0, 2.0, 5.0))
    return Call(provider, Model(model, provider.name, model), prompt, patience, **more)


@dataclass
class Got:
    text: str = ""
    thought: str = ""
    finish: Finish | None = None
    last: str | None = None


async def collect(chunks: Any, got: Got | None = None) -> Got:
    got = got or Got()
    async for chunk in chunks:
        if isinstance(chunk, Text):
            got.text += chunk.text
        elif isinstance(chunk, Thought):
            got.thought += chunk.text
        elif isinstance(chunk, Last):
            assert got.last is None
            got.last = chunk.reason
        else:
            assert got.finish is None
            assert got.last in {None, chunk.reason}
            got.finish = chunk
    return got
