"""An editor as the protocol sees one: the real server as a process of its own, over stdio."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

REPO = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
AUTOMATIC, INVOKED = 2, 1
NEVER = object()
"""An answer that never comes."""
GHOST_TEXT = {"inlineCompletion": {"dynamicRegistration": False}}


@dataclass
class Editor:
    """`async with Editor(home, folder) as editor:` starts, initializes and in the end leaves politely."""

    home: Path
    folder: Path
    options: dict[str, Any] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)
    process_id: int | None = field(default_factory=os.getpid)
    text_document: dict[str, Any] = field(default_factory=lambda: dict(GHOST_TEXT))
    capabilities: dict[str, Any] = field(default_factory=dict)
    """Those beside `text_document`."""
    client: str = ""
    answer: Callable[[str, Any], Any] = lambda _method, _params: {}
    """What it answers when the server asks something."""
    folders: tuple[Path, ...] = ()
    notes: list[dict[str, Any]] = field(default_factory=list)
    """Every notification and request of the server, in order."""
    errors: str = ""
    """What the server wrote to stderr."""
    _next: int = 0
    _leaving: asyncio.Task[None] | None = None
    _waiting: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "lsp_router",
            cwd=self.folder,
            env=self._world(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=2**26,
        )
        self._readers = [asyncio.create_task(self._read()), asyncio.create_task(self._drain())]
        try:
            await self._initialize()
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.process.returncode is None:
            with suppress(TimeoutError, ConnectionError):
                await asyncio.wait_for(self.leave(), PATIENCE)
        await self._end()

    # --- requests ---

    async def request(self, method: str, params: Any = None) -> Any:
        return await self.result(self.start(method, params))

    def start(self, method: str, params: Any = None) -> int:
        """Sends a request whose `result` is awaited later."""
        self._next += 1
        self._waiting[self._next] = asyncio.get_running_loop().create_future()
        self._send({"id": self._next, "method": method, "params": params})
        return self._next

    async def result(self, ident: int) -> Any:
        """The answer of a request; an AssertionError when it is an error."""
        answer = await asyncio.wait_for(self._waiting[ident], PATIENCE)
        assert "error" not in answer, answer
        return answer["result"]

    async def error(self, ident: int) -> dict[str, Any]:
        """The error that answers a request."""
        answer = await asyncio.wait_for(self._waiting[ident], PATIENCE)
        assert "error" in answer, answer
        return answer["error"]

    def answered(self, ident: int) -> bool:
        return self._waiting[ident].done()

    def cancel(self, ident: int) -> None:
        self.notify("$/cancelRequest", {"id": ident})

    def notify(self, method: str, params: Any = None) -> None:
        self._send({"method": method, "params": params})

    async def command(self, name: str, argument: dict[str, Any] | None = None) -> Any:
        return await self.request("workspace/executeCommand", {"command": name, "arguments": [argument or {}]})

    async def ready(self) -> None:
        """Returns when the server has read its settings: what is timed afterwards is not its start."""
        await self.command("lspRouter.status")

    async def why(self, uri: str) -> dict[str, Any]:
        return await self.command("lspRouter.why", {"uri": uri})

    # --- documents ---

    def open(self, name: str, text: str, language: str = "python") -> Page:
        uri = Path(os.path.normpath(self.folder / name)).as_uri()
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return Page(self, uri, text)

    def said(self, method: str = "window/logMessage") -> list[Any]:
        return [note["params"] for note in self.notes if note["method"] == method]

    # --- the end ---

    def leave(self) -> asyncio.Task[None]:
        """Says goodbye, once."""
        if self._leaving is None:
            self._leaving = asyncio.create_task(self._say_goodbye())
        return self._leaving

    def die(self) -> None:
        """Closes the server's stdin without a word, as the death of an editor does."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    async def gone(self) -> float:
        """Seconds until the process has ended."""
        start = time.perf_counter()
        await asyncio.wait_for(self.process.wait(), PATIENCE)
        return time.perf_counter() - start

    # --- helpers ---

    async def _say_goodbye(self) -> None:
        await self.request("shutdown")
        self.notify("exit")
        await self.process.wait()

    async def _initialize(self) -> None:
        roots = self.folders or (self.folder,)
        general = {"general": {"positionEncodings": ["utf-16"]}, "textDocument": self.text_document}
        await self.request(
            "initialize",
            {
                "processId": self.process_id,
                "rootUri": roots[0].as_uri(),
                "workspaceFolders": [{"uri": root.as_uri(), "name": root.name} for root in roots],
                "capabilities": general | self.capabilities,
                **({"clientInfo": {"name": self.client}} if self.client else {}),
                "initializationOptions": self.options,
            },
        )
        self.notify("initialized", {})

    def _world(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
        ours = {"HOME": str(self.home), "LSP_ROUTER_HOME": str(self.home), "PYTHONPATH": str(REPO), "PYTHONUTF8": "1"}
        return {**kept, **ours, **self.environ}

    def _send(self, message: dict[str, Any], *, null: bool = False) -> None:
        assert self.process.stdin is not None
        data = json.dumps({"jsonrpc": "2.0", **{k: v for k, v in message.items() if null or v is not None}}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)

    async def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        with suppress(asyncio.IncompleteReadError):
            while True:
                head = await stream.readuntil(b"\r\n\r\n")
                self._take(json.loads(await stream.readexactly(int(head.split(b":")[1].split(b"\r")[0]))))
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(ConnectionError(f"the server is gone: {self.errors[-2000:]}"))
                future.exception()

    async def _drain(self) -> None:
        assert self.process.stderr is not None
        while data := await self.process.stderr.read(65_536):
            self.errors += data.decode("utf-8", "replace")

    def _take(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            self._waiting[message["id"]].set_result(message)
            return
        self.notes.append(message)
        if "id" in message:
            result = self.answer(message["method"], message.get("params"))
            if result is not NEVER:
                self._send({"id": message["id"], "result": result}, null=True)

    async def _end(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        assert self.process.stdin is not None
        self.process.stdin.close()
        await asyncio.wait(self._readers, timeout=PATIENCE)


@dataclass
class Page:
    """An open document of ASCII text; the cursor stands where the next letters are typed."""

    editor: Editor
    uri: str
    text: str
    version: int = 1
    cursor: int = -1

    def __post_init__(self) -> None:
        self.cursor = len(self.text) if self.cursor < 0 else self.cursor

    def type(self, letters: str) -> None:
        self._edit(self.cursor, self.cursor, letters)
        self.cursor += len(letters)

    def erase(self, count: int = 1) -> None:
        self._edit(self.cursor - count, self.cursor, "")
        self.cursor -= count

    def close(self) -> None:
        self.editor.notify("textDocument/didClose", {"textDocument": {"uri": self.uri}})

    def ask(self, kind: int = AUTOMATIC) -> int:
        """Starts an inline completion at the cursor."""
        where = {"textDocument": {"uri": self.uri}, "position": self._position(self.cursor)}
        return self.editor.start("textDocument/inlineCompletion", {**where, "context": {"triggerKind": kind}})

    async def answer(self, ident: int) -> list[str]:
        """The texts of an answer, which must be a list of items even when there is nothing."""
        result = await self.editor.result(ident)
        assert isinstance(result, dict), result
        return [item["insertText"] for item in result["items"]]

    async def suggest(self, kind: int = AUTOMATIC) -> list[str]:
        return await self.answer(self.ask(kind))

    def _edit(self, start: int, end: int, new: str) -> None:
        where = {"start": self._position(start), "end": self._position(end)}
        self.text, self.version = self.text[:start] + new + self.text[end:], self.version + 1
        document = {"uri": self.uri, "version": self.version}
        change = {"textDocument": document, "contentChanges": [{"range": where, "text": new}]}
        self.editor.notify("textDocument/didChange", change)

    def _position(self, offset: int) -> dict[str, int]:
        head = self.text[:offset]
        return {"line": head.count("\n"), "character": len(head) - head.rfind("\n") - 1}
