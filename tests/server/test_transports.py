"""Every way in: a client comes, is served, leaves, and the process ends with its books closed."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.backend import Reply
from tests.support.shell import Shell
from tests.support.workshop import Workshop, asked, books, until

SLOW = Reply("total = 1\n" + "    compute(total)\n" * 40, token_delay=0.02)
WAYS = ["stdio", "tcp", "ws"]


@dataclass
class Line:
    """One connection to one server process, whatever carries it."""

    process: asyncio.subprocess.Process
    send: Callable[[dict[str, Any]], Awaitable[None]]
    receive: Callable[[], Awaitable[dict[str, Any]]]
    hang_up: Callable[[], Awaitable[None]]
    errors: list[str]
    ident: int = 0

    async def notify(self, method: str, params: Any) -> None:
        await self.send({"jsonrpc": "2.0", "method": method, "params": params})

    async def start(self, method: str, params: Any = None) -> int:
        self.ident += 1
        await self.send({"jsonrpc": "2.0", "id": self.ident, "method": method, "params": params})
        return self.ident

    async def request(self, method: str, params: Any = None) -> Any:
        ident = await self.start(method, params)
        while True:
            message = await asyncio.wait_for(self.receive(), 10)
            if message.get("id") == ident and "method" not in message:
                return message["result"]

    async def greet(self, workshop: Workshop) -> str:
        root = workshop.folder.as_uri()
        await self.request("initialize", {"processId": os.getpid(), "rootUri": root, "capabilities": {}})
        await self.notify("initialized", {})
        uri = root + "/a.py"
        document = {"uri": uri, "languageId": "python", "version": 1, "text": "def f(a, b):\n    "}
        await self.notify("textDocument/didOpen", {"textDocument": document})
        return uri


def inline(uri: str) -> dict[str, Any]:
    return {
        "textDocument": {"uri": uri},
        "position": {"line": 1, "character": 4},
        "context": {"triggerKind": 2},
    }


def framed(message: dict[str, Any]) -> bytes:
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


async def unframed(reader: asyncio.StreamReader) -> dict[str, Any]:
    head = await reader.readuntil(b"\r\n\r\n")
    found = re.search(rb"Content-Length: (\d+)", head)
    assert found, head
    return json.loads(await reader.readexactly(int(found.group(1))))


def over(writer: asyncio.StreamWriter) -> Callable[[dict[str, Any]], Awaitable[None]]:
    async def send(message: dict[str, Any]) -> None:
        writer.write(framed(message))
        await writer.drain()

    return send


@asynccontextmanager
async def line(workshop: Workshop, way: str, *words: str) -> AsyncIterator[Line]:
    words = words or (("serve", "--stdio") if way == "stdio" else ("serve", f"--{way}", "127.0.0.1:0"))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "lsp_router", *words),
        cwd=workshop.folder,
        env=Shell(workshop.home, workshop.folder).world(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    errors: list[str] = []
    reading = asyncio.create_task(collect(process, errors))
    closing: list[Callable[[], Any]] = []
    try:
        yield await connect(way, process, errors, closing)
    finally:
        for close in closing:
            close()
        if process.returncode is None:
            process.kill()
        process.stdin.close()
        await process.wait()
        await reading


async def connect(way: str, process: Any, errors: list[str], closing: list[Callable[[], Any]]) -> Line:
    if way == "stdio":

        async def close_stdin() -> None:
            process.stdin.close()

        return Line(process, over(process.stdin), lambda: unframed(process.stdout), close_stdin, errors)
    await until(lambda: any("listening on" in error for error in errors))
    port = int(errors[0].rsplit(":", 1)[1])
    if way == "tcp":
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        closing.append(writer.close)

        async def leave() -> None:
            writer.close()

        return Line(process, over(writer), lambda: unframed(reader), leave, errors)
    from websockets.asyncio.client import connect as dial

    socket = await dial(f"ws://127.0.0.1:{port}", max_size=None)
    closing.append(socket.transport.abort)

    async def receive() -> dict[str, Any]:
        return json.loads(await socket.recv())

    async def send(message: dict[str, Any]) -> None:
        await socket.send(json.dumps(message))

    return Line(process, send, receive, socket.close, errors)


async def collect(process: asyncio.subprocess.Process, errors: list[str]) -> None:
    while said := await process.stderr.readline():
        errors.append(said.decode())


async def ended(process: asyncio.subprocess.Process) -> int:
    return await asyncio.wait_for(process.wait(), 20)


@pytest.mark.parametrize("way", WAYS)
async def test_a_client_is_served_and_says_goodbye(workshop: Workshop, way: str) -> None:
    async with line(workshop, way) as client:
        uri = await client.greet(workshop)
        found = await client.request("textDocument/inlineCompletion", inline(uri))
        assert [item["insertText"] for item in found["items"]] == ["return a + b"]
        big = {"uri": uri + "x", "languageId": "python", "version": 1, "text": "x = 1\n" * 500_000}
        await client.notify("textDocument/didOpen", {"textDocument": big})
        assert await client.request("shutdown") is None
        await client.notify("exit", None)
        assert await ended(client.process) == 0
    assert len(books(workshop.home).rows) == 1
    assert "Traceback" not in "".join(client.errors)


@pytest.mark.parametrize("way", WAYS)
async def test_a_client_that_just_goes_takes_the_server_and_the_spend_with_it(workshop: Workshop, way: str) -> None:
    workshop.backend.script = lambda _: SLOW
    async with line(workshop, way) as client:
        uri = await client.greet(workshop)
        await client.start("textDocument/inlineCompletion", inline(uri))
        seen = await asked(workshop.backend)
        await client.hang_up()
        await until(lambda: seen.aborted)
        await ended(client.process)
        assert seen.aborted
    assert [row.outcome for row in books(workshop.home).rows] == ["cancelled"]
    assert "Traceback" not in "".join(client.errors)


@pytest.mark.skipif(sys.platform == "win32", reason="no signal to end a process politely")
@pytest.mark.parametrize("way", WAYS)
async def test_a_terminated_server_closes_its_books(workshop: Workshop, way: str) -> None:
    workshop.backend.script = lambda _: SLOW
    async with line(workshop, way) as client:
        uri = await client.greet(workshop)
        await client.start("textDocument/inlineCompletion", inline(uri))
        await asked(workshop.backend)
        client.process.terminate()
        await ended(client.process)
    assert [row.outcome for row in books(workshop.home).rows] == ["cancelled"]


@pytest.mark.skipif(sys.platform == "win32", reason="no signal to end a process politely")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
async def test_what_was_accepted_last_is_booked_though_the_server_is_told_to_end(workshop: Workshop, name: str) -> None:
    async with line(workshop, "stdio") as client:
        uri = await client.greet(workshop)
        (item,) = (await client.request("textDocument/inlineCompletion", inline(uri)))["items"]
        await client.request("workspace/executeCommand", item["command"])
        client.process.send_signal(getattr(signal, name))
        await ended(client.process)
    assert [row.verdict for row in books(workshop.home).rows] == ["accepted"]


@pytest.mark.skipif(sys.platform == "win32", reason="no signal to end a process politely")
async def test_what_was_said_before_the_signal_is_heard(workshop: Workshop) -> None:
    """Stopped, the server can have read nothing of it when the signal arrives."""
    async with line(workshop, "stdio") as client:
        uri = await client.greet(workshop)
        (item,) = (await client.request("textDocument/inlineCompletion", inline(uri)))["items"]
        client.process.send_signal(signal.SIGSTOP)
        await client.start("workspace/executeCommand", item["command"])
        client.process.terminate()
        client.process.send_signal(signal.SIGCONT)
        await ended(client.process)
    assert [row.verdict for row in books(workshop.home).rows] == ["accepted"]


async def test_without_words_it_serves_on_stdio(workshop: Workshop) -> None:
    async with line(workshop, "stdio", "--stdio") as client:
        uri = await client.greet(workshop)
        assert (await client.request("textDocument/inlineCompletion", inline(uri)))["items"]


async def test_a_socket_is_for_one_client(workshop: Workshop) -> None:
    async with line(workshop, "tcp") as client:
        await client.greet(workshop)
        port = int(client.errors[0].rsplit(":", 1)[1])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await asyncio.wait_for(reader.read(), 20) == b""
        writer.close()
        assert await client.request("workspace/executeCommand", {"command": "lspRouter.status"})


@pytest.mark.parametrize(("origin", "welcome"), [("https://evil.example", False), ("http://localhost:3000", True)])
async def test_a_foreign_web_page_is_not_an_editor(workshop: Workshop, origin: str, welcome: bool) -> None:
    from websockets.asyncio.client import connect as dial
    from websockets.exceptions import InvalidStatus

    words = (sys.executable, "-m", "lsp_router", "serve", "--ws", "127.0.0.1:0")
    env = Shell(workshop.home, workshop.folder).world()
    process = await asyncio.create_subprocess_exec(*words, env=env, stderr=asyncio.subprocess.PIPE)
    try:
        port = int((await process.stderr.readline()).rsplit(b":", 1)[1])
        try:
            async with dial(f"ws://127.0.0.1:{port}", origin=origin):
                pass
            assert welcome
        except InvalidStatus:
            assert not welcome
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_a_pid_from_another_machine_means_nothing_over_tcp(workshop: Workshop) -> None:
    async with line(workshop, "tcp") as client:
        params = {"processId": 2**22 + 7, "rootUri": None, "capabilities": {}}
        await client.request("initialize", params)
        await client.notify("initialized", {})
        await asyncio.sleep(0.8)
        assert client.process.returncode is None


async def test_a_dead_parent_takes_the_server_with_it(workshop: Workshop) -> None:
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", "pass")
    await parent.wait()
    async with line(workshop, "stdio") as client:
        params = {"processId": parent.pid, "rootUri": None, "capabilities": {}}
        await client.request("initialize", params)
        await client.notify("initialized", {})
        assert await ended(client.process) == 1


PRINTER = """
import os, sys
from lsp_router.server.factory import build_server
from lsp_router.server.listening import serve_stdio
from lsp_router.server.opening import opener
server = build_server(opener(dict(os.environ)))
@server.command("test.print")
async def loud(ls, *arguments):
    print("hello from print")
    os.write(1, b"hello from below\\n")
    return "done"
sys.exit(serve_stdio(server))
"""


async def test_what_is_printed_by_accident_goes_to_stderr(workshop: Workshop, monkeypatch) -> None:
    script = workshop.write("loud.py", PRINTER)
    env = Shell(workshop.home, workshop.folder).world()
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), asyncio.subprocess.PIPE)
    process = await asyncio.create_subprocess_exec(sys.executable, str(script), env=env, **pipes)
    errors: list[str] = []
    reading = asyncio.create_task(collect(process, errors))
    client = await connect("stdio", process, errors, [])
    await client.greet(workshop)
    assert await client.request("workspace/executeCommand", {"command": "test.print"}) == "done"
    assert await client.request("shutdown") is None
    await client.notify("exit", None)
    await ended(process)
    await reading
    assert "hello from print" in "".join(errors)
    assert "hello from below" in "".join(errors)


@pytest.mark.parametrize(
    "words",
    [["--tcp", "nonsense"], ["--tcp", "host:99999"], ["--ws", "host:"], ["--stdio", "--tcp", "a:1"], ["--nope"]],
)
async def test_wrong_words_are_wrong_use(workshop: Workshop, words: list[str]) -> None:
    done = await Shell(workshop.home, workshop.folder)("serve", *words)
    assert done.code == 2
    assert len(done.err.splitlines()) <= 2


async def test_a_taken_port_is_said_in_a_line(workshop: Workshop) -> None:
    taken = workshop.backend.base.split("/")[2]
    done = await Shell(workshop.home, workshop.folder)("serve", "--tcp", taken)
    assert done.code == 1
    assert "Traceback" not in done.err
    assert done.err.startswith("lsp-router: ")
