"""A provider on loopback whose answers, delays and rudeness are scripted, and which remembers every request.

It speaks just enough of the OpenAI chat, legacy completion and Mistral FIM formats to be routed to.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Reply:
    """One scripted answer; the default is a polite stream."""

    text: str = "return a + b"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    """A whole JSON body (or text, sent as HTML) instead of a stream."""
    delay: float = 0.0
    token_delay: float = 0.0
    usage: dict[str, Any] | None = None
    heartbeats_only: bool = False
    error_after: int | None = None
    """Sends an error object after that many tokens."""
    drop_after: int | None = None
    """Closes the connection after that many tokens."""


@dataclass
class Seen:
    path: str
    body: dict[str, Any]
    headers: dict[str, str]
    at: float
    aborted: bool = False
    sent_tokens: int = 0
    ended: float = 0.0

    @property
    def model(self) -> str:
        return str(self.body.get("model", ""))


class Backend:
    """`async with Backend(script) as backend:` serves until the block ends; `backend.log` is what it saw."""

    def __init__(self, script: Callable[[Seen], Reply] = lambda _: Reply()) -> None:
        self.script = script
        self.log: list[Seen] = []
        self.pages: dict[str, Any] = {}
        """GET answers by path: JSON, or a Reply that has a status and a body."""
        self.visits: list[Seen] = []
        """What was asked for by GET."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Backend:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**24)
        self.base = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def calls(self, model: str | None = None) -> int:
        return sum(1 for seen in self.log if model is None or seen.model == model)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
        raw = await reader.readexactly(int(headers.get("content-length") or 0))
        if method == "GET":
            self.visits.append(Seen(path, {}, headers, time.time()))
            page = self.pages.get(path.split("?")[0], {"data": []})
            page = page if isinstance(page, Reply) else Reply(body=page)
            await _whole(writer, page.status, page.headers, page.body)
            return True
        seen = Seen(path, json.loads(raw), headers, time.time())
        self.log.append(seen)
        watch = asyncio.create_task(_watch(reader, seen))
        try:
            return await self._answer(writer, seen, self.script(seen), watch)
        except ConnectionError:
            seen.aborted = True
            return False
        finally:
            seen.ended = time.time()
            watch.cancel()

    async def _answer(self, writer: asyncio.StreamWriter, seen: Seen, reply: Reply, watch: asyncio.Task[None]) -> bool:
        await _pause(reply.delay, watch)
        if reply.body is not None or reply.status != 200:
            body = reply.body if reply.body is not None else {"error": {"message": "scripted", "code": reply.status}}
            await _whole(writer, reply.status, reply.headers, body)
            return True
        if seen.body.get("stream") is False:
            await _whole(writer, 200, reply.headers, _at_once(seen, reply))
            return True
        head = {"content-type": "text/event-stream", "transfer-encoding": "chunked", **reply.headers}
        writer.write(("HTTP/1.1 200 OK\r\n" + "".join(f"{k}: {v}\r\n" for k, v in head.items()) + "\r\n").encode())
        while reply.heartbeats_only:
            await _chunk(writer, b": keep-alive\n\n")
            await _pause(0.02, watch)
        for piece in [reply.text[i : i + 4] for i in range(0, len(reply.text), 4)]:
            await _pause(reply.token_delay, watch)
            if seen.sent_tokens == reply.drop_after:
                return False
            if seen.sent_tokens == reply.error_after:
                await _event(writer, {"error": {"message": "it broke", "code": 502}})
                return False
            await _event(writer, _delta(seen, piece))
            seen.sent_tokens += 1
        for event in _tail(seen, reply):
            await _event(writer, event)
        await _chunk(writer, b"data: [DONE]\n\n")
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True


def _delta(seen: Seen, text: str) -> dict[str, Any]:
    chat = "messages" in seen.body or "/fim/" in seen.path
    choice: dict[str, Any] = {"delta": {"content": text}} if chat else {"text": text}
    return {"id": "x", "model": seen.model, "choices": [{"index": 0, "finish_reason": None, **choice}]}


def _at_once(seen: Seen, reply: Reply) -> dict[str, Any]:
    whole = _delta(seen, reply.text)
    choice = whole["choices"][0]
    choice["message"] = choice.pop("delta", None)
    choice["finish_reason"] = "stop"
    return {**whole, "usage": _tail(seen, reply)[-1]["usage"]}


def _tail(seen: Seen, reply: Reply) -> list[dict[str, Any]]:
    usage = reply.usage or {"prompt_tokens": 100, "completion_tokens": max(1, len(reply.text) // 4)}
    end = _delta(seen, "")
    end["choices"][0]["finish_reason"] = "stop"
    return [end, {"id": "x", "model": seen.model, "choices": [], "usage": usage}]


async def _pause(seconds: float, watch: asyncio.Task[None]) -> None:
    if seconds > 0:
        await asyncio.wait({watch}, timeout=seconds)
    if watch.done():
        raise ConnectionError


async def _watch(reader: asyncio.StreamReader, seen: Seen) -> None:
    while not reader.at_eof():  # noqa: ASYNC110 - a stream has no event for its end
        await asyncio.sleep(0.002)
    seen.aborted = True


async def _event(writer: asyncio.StreamWriter, event: dict[str, Any]) -> None:
    await _chunk(writer, b"data: " + json.dumps(event).encode() + b"\n\n")


async def _chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(b"%x\r\n%s\r\n" % (len(data), data))
    await writer.drain()


async def _whole(writer: asyncio.StreamWriter, status: int, headers: dict[str, str], body: Any) -> None:
    html = isinstance(body, str)
    data = body.encode() if html else json.dumps(body).encode()
    head = {"content-type": "text/html" if html else "application/json", "content-length": str(len(data)), **headers}
    lines = "".join(f"{k}: {v}\r\n" for k, v in head.items())
    writer.write(f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + data)
    await writer.drain()
