"""A very small editor without a screen: starts the real server over stdio and asks what an editor would ask."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

PATIENCE = 30.0
CAPABILITIES = {
    "textDocument": {
        "inlineCompletion": {},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor"]}},
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        },
    },
    "workspace": {"workspaceEdit": {"documentChanges": True}},
}
OURS = (sys.executable, "-P", "-m", "lsp_router", "serve")  # -P: the project may have modules of any name


class Editor:
    """Owns the server process of one session; leaving the block shuts it down."""

    def __init__(
        self,
        root: Path,
        arguments: Sequence[str] = (),
        command: Sequence[str] = OURS,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._root = root
        self._environ = environ
        self._command = [*command, *arguments]
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._texts: dict[str, tuple[str, int]] = {}
        self.start_ms = 0.0

    @property
    def pid(self) -> int:
        return self._server.pid

    async def __aenter__(self) -> Self:
        started = time.perf_counter()
        self._server = await asyncio.create_subprocess_exec(
            *self._command, stdin=-1, stdout=-1, stderr=-3, cwd=self._root, env=self._environ, limit=1 << 24
        )
        self._reader = asyncio.create_task(self._read())
        folder = {"uri": self._root.as_uri(), "name": self._root.name}
        hello = {"processId": os.getpid(), "rootUri": folder["uri"], "workspaceFolders": [folder],
                 "capabilities": CAPABILITIES}  # fmt: skip
        try:
            await self.ask("initialize", hello)
        except BaseException:
            await self._end(0.0)
            raise
        self.start_ms = (time.perf_counter() - started) * 1e3
        self._tell("initialized", {})
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self.ask("shutdown", None)
            self._tell("exit", None)
        finally:
            await self._end(PATIENCE)

    def open(self, path: Path, text: str, language: str) -> str:
        uri = path.absolute().as_uri()
        self._texts[uri] = (text, 1)
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": item})
        return uri

    def change(self, uri: str, text: str) -> None:
        """Says what changed, not all there is."""
        old, version = self._texts[uri]
        self._texts[uri] = (text, version + 1)
        start = _alike(old, text)
        end = len(old) - _alike(old[start:][::-1], text[start:][::-1])
        place = {"start": _position(old, start), "end": _position(old, end)}
        change = {"range": place, "text": text[start : len(text) - len(old) + end]}
        where = {"uri": uri, "version": version + 1}
        self._tell("textDocument/didChange", {"textDocument": where, "contentChanges": [change]})

    async def ghost_text(self, uri: str, offset: int, *, by_hand: bool = False) -> tuple[str | None, float]:
        """The suggestion at an offset and how many milliseconds it took."""
        position = _position(self._texts[uri][0], offset)
        started = time.perf_counter()
        found = await self.ask(
            "textDocument/inlineCompletion",
            {"textDocument": {"uri": uri}, "position": position, "context": {"triggerKind": 1 if by_hand else 2}},
        )
        took = (time.perf_counter() - started) * 1e3
        items = (found or {}).get("items", [])
        return (items[0]["insertText"] if items else None), took

    async def command(self, name: str, argument: Mapping[str, Any]) -> Any:
        return await self.ask("workspace/executeCommand", {"command": name, "arguments": [argument]})

    async def ask(self, method: str, params: Any) -> Any:
        ident = len(self._waiting) + 1
        future = self._waiting[ident] = asyncio.get_running_loop().create_future()
        self._send({"jsonrpc": "2.0", "id": ident, "method": method, "params": params})
        return await asyncio.wait_for(future, PATIENCE)

    async def _end(self, patience: float) -> None:
        """Waits for the process, or ends it; its pipes are read to their end, so that nothing of it is left."""
        if self._server.stdin is not None:
            self._server.stdin.close()
        try:
            await asyncio.wait_for(self._server.wait(), patience)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._server.kill()
            await self._server.wait()
        await self._reader

    def _tell(self, method: str, params: Any) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps(message).encode()
        pipe = self._server.stdin
        if pipe is not None:
            pipe.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    async def _read(self) -> None:
        pipe = self._server.stdout
        while pipe is not None and (head := await pipe.readline()):
            size = int(head.split(b":")[1])
            while (await pipe.readline()).strip():
                pass
            self._take(json.loads(await pipe.readexactly(size)))
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(ConnectionError("the server ended; `lsp-router doctor` may say why"))

    def _take(self, message: Mapping[str, Any]) -> None:
        if "method" in message and "id" in message:  # the server asks something: this editor has no settings
            self._send({"jsonrpc": "2.0", "id": message["id"], "result": None})
        elif "id" in message:
            future = self._waiting[message["id"]]
            if not future.done():
                future.set_result(message.get("result"))


def _position(text: str, offset: int) -> dict[str, int]:
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    return {"line": text.count("\n", 0, offset), "character": len(line.encode("utf-16-le", "surrogatepass")) // 2}


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low
