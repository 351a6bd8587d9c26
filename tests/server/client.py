"""A client in the same process: the real server object, fed with messages as they would come off the wire."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from lsp_router.server.factory import build_server
from lsp_router.server.opening import opener

PATIENCE = 30.0
GHOST = {"inlineCompletion": {}}
TYPED, ASKED = 2, 1


class Client:
    """`async with Client(home, folder) as client:` is a session from `initialize` to the closing of the server."""

    def __init__(
        self,
        home: Path,
        folder: Path,
        *,
        encoding: str = "utf-16",
        options: Any = None,
        text_document: Mapping[str, Any] = GHOST,
        workspace: Mapping[str, Any] | None = None,
        answer: Callable[[str, Any], Any] = lambda _method, _params: None,
        **more: Any,
    ) -> None:
        environ = {"LSP_ROUTER_HOME": str(home), "HOME": str(home), "PATH": os.environ.get("PATH", "")}
        self.server = build_server(opener(environ))
        self.folder, self.said, self.sent = folder, [], []
        self._answer = answer
        self._open: dict[Any, asyncio.Future[dict[str, Any]]] = {}
        self._next = 0
        capabilities = {
            "general": {"positionEncodings": [encoding]},
            "textDocument": text_document,
            "workspace": workspace or {},
            "notebookDocument": {"synchronization": {}},
        }
        self.greeting = {
            "processId": None,
            "rootUri": folder.as_uri(),
            "workspaceFolders": [{"uri": folder.as_uri(), "name": "w"}],
            "capabilities": capabilities,
            "initializationOptions": options,
            **more,
        }

    async def __aenter__(self) -> Self:
        self.server.protocol.set_writer(self)
        self.capabilities = (await self.request("initialize", self.greeting))["capabilities"]
        self.notify("initialized", {})
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.close()

    # --- the writer that the server sees ---

    def write(self, data: bytes) -> None:
        message = json.loads(data.split(b"\r\n\r\n", 1)[1])
        self.sent.append(message)
        if "method" not in message:
            future = self._open.pop(message.get("id"), None)
            if future is not None and not future.done():
                future.set_result(message)
        else:
            self.said.append(message)
            if "id" in message:
                reply = {"jsonrpc": "2.0", "id": message["id"]}
                found = self._answer(message["method"], message.get("params"))
                told = found if isinstance(found, dict) and "error" in found else {"result": found}
                asyncio.get_running_loop().call_soon(self.raw, {**reply, **told})

    def close(self) -> None:
        pass

    # --- talking ---

    def raw(self, message: Any) -> None:
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.server.guarded.receive(body)

    def notify(self, method: str, params: Any = None) -> None:
        self.raw({"jsonrpc": "2.0", "method": method, "params": params})

    def start(self, method: str, params: Any = None) -> tuple[int, asyncio.Future[dict[str, Any]]]:
        self._next += 1
        future = self._open[self._next] = asyncio.get_running_loop().create_future()
        self.raw({"jsonrpc": "2.0", "id": self._next, "method": method, "params": params})
        return self._next, future

    async def whole(self, method: str, params: Any = None) -> dict[str, Any]:
        """The answer with its error, if it is one."""
        return await asyncio.wait_for(self.start(method, params)[1], PATIENCE)

    async def request(self, method: str, params: Any = None) -> Any:
        answer = await self.whole(method, params)
        assert "error" not in answer, answer
        return answer["result"]

    async def command(self, name: str, *arguments: Any) -> Any:
        return await self.request("workspace/executeCommand", {"command": name, "arguments": list(arguments)})

    def cancel(self, ident: int) -> None:
        self.notify("$/cancelRequest", {"id": ident})

    # --- documents ---

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str, language: str = "python") -> str:
        uri = self.uri(name)
        self.notify(
            "textDocument/didOpen",
            {"textDocument": {"uri": uri, "languageId": language, "version": 1, "text": text}},
        )
        return uri

    def change(self, uri: str, version: int, *changes: dict[str, Any]) -> None:
        params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)}
        self.notify("textDocument/didChange", params)

    def begin(self, uri: str, line: int, character: int, kind: int = TYPED) -> tuple[int, asyncio.Future[Any]]:
        where = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
        return self.start("textDocument/inlineCompletion", {**where, "context": {"triggerKind": kind}})

    async def items(self, uri: str, line: int, character: int, kind: int = TYPED) -> list[dict[str, Any]]:
        answer = await asyncio.wait_for(self.begin(uri, line, character, kind)[1], PATIENCE)
        return answer["result"]["items"]

    def notes(self, method: str) -> list[Any]:
        return [message.get("params") for message in self.said if message["method"] == method]

    def text(self, uri: str) -> str:
        live = self.server.documents.live(uri)
        assert live is not None
        return live.source
