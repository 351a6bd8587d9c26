"""What the protocol promises and what its library does not keep by itself: answers, cancelling, clean errors."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path

import pytest

from lsp_router.server.features.inline import OPTIONS
from lsp_router.server.framing import Framing
from lsp_router.server.guard import as_editor_error
from tests.server.client import Client
from tests.support.backend import Reply
from tests.support.workshop import Workshop, asked, until

SECRET = "sk-canary-0123456789"
COMMANDS = {
    "github.copilot.didAcceptCompletionItem",
    "lspRouter.accept",
    "lspRouter.why",
    "lspRouter.status",
    "lspRouter.pinModel",
}
SLOW = Reply("total = 1\n" + "    compute(total)\n" * 40, token_delay=0.02)


@pytest.fixture
def client(workshop: Workshop) -> Client:
    return Client(workshop.home, workshop.folder)


async def test_capabilities_are_those_that_are_kept(client: Client) -> None:
    async with client:
        told = client.capabilities
    assert told["inlineCompletionProvider"] == {"workDoneProgress": False}, "an empty object is nil to some editors"
    assert told["completionProvider"]["triggerCharacters"]
    assert set(told["executeCommandProvider"]["commands"]) >= COMMANDS
    assert told["textDocumentSync"] == {"openClose": True, "change": 2, "save": True}
    assert told["workspace"]["workspaceFolders"] == {"supported": True, "changeNotifications": True}
    assert told["notebookDocumentSync"]["notebookSelector"]
    assert OPTIONS, "the library advertises only options that are true"


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["utf-8", "utf-16"], "utf-8"),
        (["utf-16", "utf-8"], "utf-16"),
        (["utf-32", "utf-16"], "utf-32"),
        (["utf-7", "utf-32"], "utf-32"),
        ([], "utf-16"),
        (None, "utf-16"),
    ],
)
async def test_the_clients_first_choice_of_encoding_counts(client: Client, offered, chosen: str) -> None:
    client.greeting["capabilities"]["general"] = {} if offered is None else {"positionEncodings": offered}
    async with client:
        assert client.capabilities["positionEncoding"] == chosen


@pytest.mark.parametrize("capability", [None, {}, {"dynamicRegistration": True}])
async def test_a_client_that_says_null_for_inline_completion_is_served(workshop: Workshop, capability) -> None:
    client = Client(workshop.home, workshop.folder, text_document={"inlineCompletion": capability})
    async with client:
        uri = client.open("a.py", "def f(a, b):\n    ")
        assert [i["insertText"] for i in await client.items(uri, 1, 4)] == ["return a + b"]


@pytest.mark.parametrize("kind", [0, 1, 2, 7, None])
async def test_strange_trigger_kinds_are_tolerated(client: Client, kind) -> None:
    async with client:
        uri = client.open("a.py", "def f(a, b):\n    ")
        assert await client.items(uri, 1, 4, kind)


UNREADABLE = [
    (b"{", None, -32700),
    (b"\xff\xfe", None, -32700),
    (b"[" * 200_000, None, -32700),
    (b"[]", None, -32600),
    (b"5", None, -32600),
    ({"jsonrpc": "1.0", "id": 901, "method": "shutdown"}, 901, -32602),
    ({"id": 902, "method": "shutdown"}, 902, -32602),
    ({"jsonrpc": "2.0", "id": 903, "method": "textDocument/completion", "params": {"x": SECRET}}, 903, -32602),
    ({"jsonrpc": "2.0", "id": 904, "method": "workspace/executeCommand", "params": SECRET}, 904, -32602),
    ({"jsonrpc": "2.0", "id": 905, "method": "no/such", "params": {"x": SECRET}}, 905, -32601),
    ({"jsonrpc": "2.0", "id": 906, "method": 7}, 906, -32602),
    (
        {"jsonrpc": "2.0", "id": 907, "method": "workspace/executeCommand", "params": {"command": "no.such"}},
        907,
        -32602,
    ),
    ({"jsonrpc": "2.0", "id": 908, "method": "initialize", "params": {"capabilities": {}}}, 908, -32600),
    ({"jsonrpc": "2.0", "id": [1], "method": "shutdown"}, None, -32600),
]


@pytest.mark.parametrize(("message", "ident", "code"), UNREADABLE)
async def test_what_cannot_be_done_is_answered_with_a_clean_error(client: Client, message, ident, code, caplog) -> None:
    async with client:
        client.raw(message)
        await until(lambda: any("error" in m for m in client.sent))
        (answer,) = [m for m in client.sent if "error" in m]
        assert (answer.get("id"), answer["error"]["code"]) == (ident, code)
        assert set(answer["error"]) == {"code", "message"}
        assert await client.command("lspRouter.status"), "and the server goes on"
    assert SECRET not in json.dumps(client.sent) + caplog.text
    assert "Traceback" not in json.dumps(client.sent) + caplog.text


SHRUGS = [
    {"jsonrpc": "2.0", "method": "no/such", "params": {}},
    {"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"x": SECRET}},
    {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": None},
    {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 12345}},
    {"jsonrpc": "2.0", "method": "window/workDoneProgress/cancel", "params": {"token": "t"}},
    {"jsonrpc": "2.0", "method": "textDocument/didFocus", "params": {}},
    {"jsonrpc": "2.0", "method": "textDocument/didShowCompletion", "params": {"item": None}},
    {"jsonrpc": "2.0", "method": "textDocument/didPartiallyAcceptCompletion", "params": {}},
    {"jsonrpc": "2.0", "id": 4242, "result": None},
    {"jsonrpc": "2.0", "id": 4242, "result": None, "error": None},
    {"jsonrpc": "2.0", "id": None, "error": {"code": 1, "message": SECRET}},
    {"jsonrpc": "2.0", "id": 4242, "error": {"code": 1, "message": SECRET}},
    {"jsonrpc": "2.0", "method": "workspace/didChangeConfiguration", "params": {"settings": None}},
    {"jsonrpc": "2.0", "method": "workspace/didChangeConfiguration", "params": {"settings": [1]}},
]


@pytest.mark.parametrize("message", SHRUGS, ids=lambda m: str(m.get("method", "answer")))
async def test_strange_notifications_and_answers_do_no_harm(client: Client, message, caplog) -> None:
    async with client:
        client.raw(message)
        uri = client.open("a.py", "def f(a, b):\n    ")
        assert await client.items(uri, 1, 4)
    assert not [m for m in client.sent if "error" in m]
    assert SECRET not in caplog.text
    assert "Traceback" not in caplog.text


async def test_an_inline_request_is_never_an_error_or_null(client: Client) -> None:
    async with client:
        for params in (None, {}, {"textDocument": {"uri": "file:///gone.py"}, "position": {"line": 0, "character": 0}}):
            assert (await client.whole("textDocument/inlineCompletion", params))["result"] == {"items": []}
        where = {"textDocument": {"uri": "file:///gone.py"}, "position": {"line": 0, "character": 0}}
        answer = await client.whole("textDocument/inlineCompletion", {**where, "context": {"triggerKind": 2}})
        assert answer["result"] == {"items": []}


async def test_nothing_is_served_before_initialize_or_after_shutdown(client: Client) -> None:
    client.server.protocol.set_writer(client)
    early = await client.whole("workspace/executeCommand", {"command": "lspRouter.status"})
    assert early["error"]["code"] == -32002
    client.notify("textDocument/didOpen", {"textDocument": {"uri": "x:y", "languageId": "", "version": 1, "text": ""}})
    async with client:
        assert await client.whole("shutdown") == {"jsonrpc": "2.0", "id": 3, "result": None}
        late = await client.whole("workspace/executeCommand", {"command": "lspRouter.status"})
        assert late["error"]["code"] == -32600
        client.notify("exit")
        await asyncio.wait_for(client.server.guarded.over.wait(), 20)
        assert client.server.guarded.exit_code == 0


async def test_exit_without_shutdown_is_told_by_the_exit_code(client: Client) -> None:
    async with client:
        client.notify("exit")
        assert client.server.guarded.over.is_set()
        assert client.server.guarded.exit_code == 1


class Sleeper:
    """A command that takes for ever, and remembers whether it was stopped."""

    def __init__(self, client: Client) -> None:
        self.state = "not begun"

        @client.server.command("test.sleep")
        async def sleep(_ls, *_arguments) -> str:
            self.state = "working"
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                self.state = "stopped"
                raise
            return "slept"


@pytest.mark.parametrize("when", ["before it begins", "at work"])
async def test_a_cancelled_command_stops_and_answers(client: Client, when: str) -> None:
    sleeper = Sleeper(client)
    async with client:
        ident, future = client.start("workspace/executeCommand", {"command": "test.sleep", "arguments": [{}]})
        if when == "at work":
            await until(lambda: sleeper.state == "working")
        client.cancel(ident)
        answer = await asyncio.wait_for(future, 20)
        assert answer["error"]["code"] == -32800
        assert sleeper.state == "stopped"
        assert [m.get("id") for m in client.sent].count(ident) == 1, "answered once"


async def test_shutdown_during_requests_answers_them_all(workshop: Workshop, client: Client) -> None:
    sleeper = Sleeper(client)
    workshop.backend.script = lambda _: SLOW
    async with client:
        uri = client.open("a.py", "def f(a, b):\n    ")
        _, inline = client.begin(uri, 1, 4)
        commands = [client.start("workspace/executeCommand", {"command": "test.sleep"})[1] for _ in range(3)]
        seen = await asked(workshop.backend)
        assert "error" not in await client.whole("shutdown")
        assert inline.done()
        assert inline.result()["result"] == {"items": []}
        assert [c.result()["error"]["code"] for c in commands] == [-32800] * 3
        await until(lambda: seen.aborted)
    assert sleeper.state == "stopped"


async def test_progress_cancel_stops_what_works_under_the_token(client: Client) -> None:
    async with client:
        task = asyncio.create_task(client.server.running.run(asyncio.sleep(60), ("progress", "t")))
        await asyncio.sleep(0)
        client.notify("window/workDoneProgress/cancel", {"token": "t"})
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 20)


async def test_a_failing_command_tells_neither_traceback_nor_source(client: Client, caplog, capsys) -> None:
    @client.server.command("test.fail")
    async def fail(_ls, *_arguments) -> None:
        raise KeyError(SECRET)

    @client.server.command("test.refuse")
    async def refuse(_ls, *_arguments) -> None:
        raise as_editor_error("choose a file first")

    caplog.set_level(logging.DEBUG)
    async with client:
        broken = await client.whole("workspace/executeCommand", {"command": "test.fail", "arguments": [SECRET]})
        refused = await client.whole("workspace/executeCommand", {"command": "test.refuse"})
    assert broken["error"]["code"] == -32603
    assert refused["error"] == {"code": -32803, "message": "choose a file first"}
    shown = json.dumps(client.sent) + caplog.text + "".join(capsys.readouterr())
    assert SECRET not in shown
    assert "Traceback" not in shown
    assert "KeyError at" in caplog.text, "but it is said where to look"


async def test_a_failing_use_case_is_an_empty_answer(client: Client, caplog) -> None:
    async with client:
        uri = client.open("a.py", "def f(a, b):\n    ")
        desk = await client.server.desk()

        async def fail(_moment) -> None:
            raise RuntimeError(SECRET)

        desk.completer.complete = fail
        assert await client.items(uri, 1, 4) == []
        where = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 4}}
        client.server.has_ghost_text = False
        assert (await client.request("textDocument/completion", where))["items"] == []
    assert "RuntimeError at" in caplog.text
    assert SECRET not in caplog.text


async def test_workspace_folders_come_and_go(client: Client, tmp_path: Path) -> None:
    async with client:
        other = {"uri": (tmp_path / "other").as_uri(), "name": "other"}
        client.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [other], "removed": []}})
        assert len(client.server.documents.folders) == 2
        client.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": [other]}})
        assert len(client.server.documents.folders) == 1


def test_messages_are_found_in_any_pieces() -> None:
    bodies = [b'{"a": 1}', '{"é": "🚀"}'.encode(), b"{}" * 40_000]
    stream = b"noise\r\n\r\n" + b"".join(b"content-length:  %d\r\nX: y\r\n\r\n" % len(b) + b for b in bodies)
    for size in (1, 7, 65_536):
        framing = Framing()
        found = [body for i in range(0, len(stream), size) for body in framing.feed(stream[i : i + size])]
        assert found == bodies
