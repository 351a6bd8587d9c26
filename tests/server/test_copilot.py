"""The dialect existing clients speak: reports are booked, questions answered, and the status item says what is."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from lsp_router import __version__
from lsp_router.server.status import Kind, State, Status
from lsp_router.store.entry import Row
from tests.server.client import Client
from tests.support.backend import Reply
from tests.support.workshop import Workshop, books, model, until

TEXT = "def f(a, b):\n    "
ACCEPTED = "github.copilot.didAcceptCompletionItem"
WELL = {"status": "OK", "user": "lsp-router"}


@pytest.fixture
def client(workshop: Workshop) -> Client:
    return Client(workshop.home, workshop.folder)


async def offered(client: Client, name: str = "a.py") -> tuple[str, dict[str, Any]]:
    uri = client.open(name, TEXT)
    (item,) = await client.items(uri, 1, 4)
    client.notify("textDocument/didShowCompletion", {"item": item})
    return uri, item


def ident_of(item: dict[str, Any]) -> str:
    return item["command"]["arguments"][0]


async def row(client: Client, home: Path) -> Row:
    await (await client.server.desk()).settle()
    (found,) = books(home).rows
    return found


async def test_what_is_shown_is_booked_once(client: Client, workshop: Workshop) -> None:
    async with client:
        _, item = await offered(client)
        client.notify("textDocument/didShowCompletion", {"item": item})
        await client.command("lspRouter.status")
        found = await row(client, workshop.home)
        assert (found.id, found.shown, found.verdict) == (ident_of(item), 1, "")


@pytest.mark.parametrize("own", [True, False])
async def test_acceptance_is_booked_by_either_command(client: Client, workshop: Workshop, own: bool) -> None:
    async with client:
        _, item = await offered(client)
        if own:
            assert await client.command("lspRouter.accept", {"id": ident_of(item)}) == {}
        else:
            assert item["command"]["command"] == ACCEPTED
            await client.command(ACCEPTED, *item["command"]["arguments"])
        found = await row(client, workshop.home)
        assert (found.verdict, found.accepted_chars) == ("accepted", len(item["insertText"]))


async def test_partial_acceptance_is_cumulative_and_counted_in_utf16(client: Client, workshop: Workshop) -> None:
    workshop.backend.script = lambda _: Reply('return "🚀🚀" + a')
    async with client:
        _, item = await offered(client)
        for units in (8, 12):
            partly = {"item": item, "acceptedLength": units}
            client.notify("textDocument/didPartiallyAcceptCompletion", partly)
        await client.command("lspRouter.status")
        found = await row(client, workshop.home)
        assert (found.verdict, found.accepted_chars) == ("partial", len('return "🚀🚀'))
        await client.command(ACCEPTED, ident_of(item))
        assert (await row(client, workshop.home)).verdict == "accepted"


async def test_partial_acceptance_counts_from_the_beginning_after_some_typing(
    client: Client, workshop: Workshop
) -> None:
    async with client:
        uri, item = await offered(client)
        typed = {"range": item["range"], "text": "return "}
        client.change(uri, 2, typed)
        (rest,) = await client.items(uri, 1, 11)
        assert (rest["insertText"], ident_of(rest)) == ("a + b", ident_of(item))
        client.notify("textDocument/didPartiallyAcceptCompletion", {"item": item, "acceptedLength": 8})
        await client.command("lspRouter.status")
        assert (await row(client, workshop.home)).accepted_chars == len("return a")
        client.notify("textDocument/didPartiallyAcceptCompletion", {"item": rest, "acceptedLength": 3})
        await client.command("lspRouter.status")
        assert (await row(client, workshop.home)).accepted_chars == len("return a +")
        await client.command(ACCEPTED, ident_of(rest))
        assert (await row(client, workshop.home)).accepted_chars == len("return a + b")


async def test_what_was_shown_and_typed_over_is_a_rejection(client: Client, workshop: Workshop) -> None:
    async with client:
        uri, item = await offered(client)
        client.change(uri, 2, {"range": item["range"], "text": "raise "})
        await client.items(uri, 1, 10)
        await (await client.server.desk()).settle()
        verdicts = {found.id: found.verdict for found in books(workshop.home).rows}
        assert verdicts[ident_of(item)] == "rejected"


async def test_an_acceptance_that_comes_after_the_next_request_is_none(client: Client, workshop: Workshop) -> None:
    async with client:
        uri, item = await offered(client)
        client.change(uri, 2, {"range": item["range"], "text": item["insertText"] + "\n    "})
        await client.items(uri, 2, 4)
        await client.command(ACCEPTED, ident_of(item))
        await (await client.server.desk()).settle()
        assert {found.id: found.verdict for found in books(workshop.home).rows}[ident_of(item)] == "accepted"


async def test_the_older_words_for_it_are_understood(client: Client, workshop: Workshop) -> None:
    async with client:
        uri = client.open("a.py", TEXT)
        (item,) = await client.items(uri, 1, 4)
        assert await client.request("notifyShown", {"uuid": ident_of(item)}) == "OK"
        assert await client.request("notifyRejected", {"uuids": [ident_of(item)]}) == "OK"
        found = await row(client, workshop.home)
        assert (found.shown, found.verdict) == (1, "rejected")


@pytest.mark.parametrize(("kept", "seconds"), [(True, 600.0), (False, None)])
async def test_survival_is_looked_for_from_15_seconds_on(client: Client, workshop: Workshop, kept, seconds) -> None:
    waits: list[float] = []

    async def at_once(pause: float) -> None:
        waits.append(pause)
        await asyncio.sleep(0)

    async with client:
        uri, item = await offered(client)
        (await client.server.desk()).feedback.sleep = at_once
        text = item["insertText"] if kept else "pass"
        client.change(uri, 2, {"range": item["range"], "text": text})
        await client.command(ACCEPTED, ident_of(item))
        await until(lambda: len(waits) == (5 if kept else 1))
        await asyncio.sleep(0.01)
        found = await row(client, workshop.home)
        assert (found.survived_s, waits[0], sum(waits)) == (seconds, 15.0, 600.0 if kept else 15.0)


@pytest.mark.parametrize("strange", [None, 5, "nobody", {}, {"id": None}, {"id": 5}, {"command": {"arguments": []}}])
async def test_strange_reports_change_nothing(client: Client, workshop: Workshop, strange) -> None:
    async with client:
        await offered(client)
        await client.command(ACCEPTED, strange)
        await client.command("lspRouter.accept", strange)
        client.notify("textDocument/didShowCompletion", {"item": strange})
        client.notify("textDocument/didPartiallyAcceptCompletion", {"item": strange, "acceptedLength": 3})
        await client.command("lspRouter.status")
        found = await row(client, workshop.home)
        assert (found.shown, found.verdict) == (1, "")


async def test_focus_moves_a_document_to_the_front(client: Client) -> None:
    async with client:
        first, second = client.open("one file.py", "a = 1\n"), client.open("two.py", "b = 1\n")
        assert [d.uri for d in client.server.documents.open_documents()] == [first, second]
        client.notify("textDocument/didFocus", {"textDocument": {"uri": first}})
        await client.command("lspRouter.status")
        assert [d.uri for d in client.server.documents.open_documents()] == [second, first]


# --- the commands that explain and steer ---


async def test_why_names_the_decision_and_why_nothing_is_shown(client: Client, workshop: Workshop) -> None:
    async with client:
        uri, item = await offered(client)
        told = await client.command("lspRouter.why", {"uri": uri})
        assert (told["decision"]["id"], told["decision"]["model"], told["reason"]) == (ident_of(item), "costly", "")
        other = client.open("b.py", "x = yz\n")
        assert await client.items(other, 0, 5) == []
        assert "middle of a word" in (await client.command("lspRouter.why", {"uri": other}))["reason"]
        never = await client.command("lspRouter.why", {"uri": client.uri("c.py")})
        assert (never["decision"], never["reason"]) == (None, "nothing was asked for here yet")
        assert (await client.command("lspRouter.why"))["decision"]["id"] == ident_of(item)


async def test_status_tells_what_the_contract_says(client: Client) -> None:
    async with client:
        told = await client.command("lspRouter.status")
        assert told["profile"] == "free-first"
        assert told["models"] == ["costly"]
        assert {"budget", "health", "cache", "embedded"} <= set(told)


async def test_a_pin_counts_at_once_and_null_removes_it(workshop: Workshop) -> None:
    workshop.configure(model("cheap", tier="free") + model("costly"))
    async with Client(workshop.home, workshop.folder) as client:
        uri = client.open("a.py", TEXT)
        for asked, (pin, served) in enumerate([(None, "cheap"), ("costly", "costly"), (None, "cheap")]):
            if asked:
                assert await client.command("lspRouter.pinModel", {"task": "completion", "model": pin}) == {}
            client.change(uri, asked + 2, {"text": f"# {asked}\n{TEXT}"})
            assert await client.items(uri, 2, 4)
            assert workshop.backend.log[-1].model == served


@pytest.mark.parametrize("wish", [{}, {"task": "no such"}, {"task": "completion", "model": "no such"}, {"task": ["x"]}])
async def test_a_wrong_pin_says_what_is_right(client: Client, wish) -> None:
    async with client:
        params = {"command": "lspRouter.pinModel", "arguments": [wish]}
        answer = await client.whole("workspace/executeCommand", params)
        assert answer["error"]["code"] == -32803
        assert "there is no" in answer["error"]["message"]


# --- the status item ---


def states(client: Client) -> list[tuple[bool, str]]:
    return [(told["busy"], told["kind"]) for told in client.notes("didChangeStatus")]


async def test_busy_is_told_while_a_model_is_asked(client: Client, workshop: Workshop) -> None:
    workshop.backend.script = lambda _: Reply(delay=0.3)
    async with client:
        await offered(client)
        await until(lambda: len(states(client)) == 2)
        assert states(client) == [(True, "Normal"), (False, "Normal")]


async def test_what_is_over_at_once_is_not_told(client: Client, workshop: Workshop) -> None:
    async with client:
        uri, item = await offered(client)
        await until(lambda: not client.server.open_desk.status_item._timer)
        before = len(states(client))
        client.change(uri, 2, {"range": item["range"], "text": "r"})
        assert await client.items(uri, 1, 5)
        await asyncio.sleep(0.15)
        assert len(states(client)) == before


async def test_with_no_model_it_is_inactive_and_says_what_to_do(workshop: Workshop) -> None:
    (workshop.home / "config" / "config.toml").write_text("[completion]\nembedded = false\n")
    async with Client(workshop.home, workshop.folder) as client:
        await until(lambda: client.notes("didChangeStatus"))
        told = client.notes("didChangeStatus")[-1]
        assert (told["busy"], told["kind"]) == (False, "Inactive")
        assert "lsp-router init" in told["message"]


async def test_when_everything_rests_it_is_said_once_and_taken_back(client: Client, workshop: Workshop) -> None:
    async with client:
        await offered(client)
        desk = await client.server.desk()
        now = desk.app.world.clock.now()
        desk.app.monitor.health.open("model:costly", now + 2.0, "it answers 503")
        await until(lambda: states(client)[-1:] == [(False, "Error")])
        assert "503" in client.notes("didChangeStatus")[-1]["message"]
        await until(lambda: states(client)[-1] == (False, "Normal"))
        assert [kind for _, kind in states(client)].count("Error") == 1


async def test_a_spent_budget_is_said(workshop: Workshop) -> None:
    workshop.write("lsp-router.toml", "[budget]\nper_day_usd = 0.0\n")
    async with Client(workshop.home, workshop.folder) as client:
        uri = client.open("a.py", TEXT)
        assert await client.items(uri, 1, 4) == []
        await until(lambda: client.notes("didChangeStatus"))
        told = client.notes("didChangeStatus")[-1]
        assert told["kind"] == "Error"
        assert "budget" in told["message"]


@pytest.mark.parametrize(
    ("name", "options", "told"), [("emacs", {}, False), ("emacs", {"editorInfo": {}}, True), ("Neovim", {}, True)]
)
async def test_a_client_that_is_startled_by_it_is_told_nothing(workshop: Workshop, name, options, told) -> None:
    client = Client(workshop.home, workshop.folder, options=options, clientInfo={"name": name})
    workshop.backend.script = lambda _: Reply(delay=0.2)
    async with client:
        await offered(client)
        await asyncio.sleep(0.15)
    assert bool(states(client)) is told


async def test_only_the_last_of_quick_changes_is_told() -> None:
    told: list[State] = []
    kinds = [Kind.NORMAL]
    status = Status(lambda: (kinds[0], ""), told.append)
    for kind in (Kind.ERROR, Kind.WARNING, Kind.ERROR, Kind.WARNING):
        kinds[0] = kind
        status.look()
    await asyncio.sleep(0.15)
    status.look()
    await asyncio.sleep(0.15)
    assert told == [State(busy=False, kind=Kind.WARNING)]
    status.look()
    status.close()


# --- a whole session, as an existing client has it ---


async def test_an_existing_client_works_unchanged(workshop: Workshop, caplog) -> None:
    info = {
        "editorInfo": {"name": "vim", "version": "9.1"},
        "editorPluginInfo": {"name": "a-plugin", "version": "1.59.0"},
    }
    client = Client(workshop.home, workshop.folder, options=info, workspace={"workspaceFolders": True})
    async with client:
        assert await client.request("setEditorInfo", info) == "OK"
        assert await client.request("checkStatus", {"options": {"localChecksOnly": True}}) == WELL
        assert await client.request("getVersion", {}) == {"version": __version__}
        assert (await client.request("signIn", {}))["status"] == "AlreadySignedIn"
        assert (await client.request("signInInitiate", {}))["status"] == "AlreadySignedIn"
        client.notify("workspace/didChangeConfiguration", {"settings": {"github-enterprise": {"uri": ""}}})
        client.notify("$/setTrace", {"value": "off"})
        uri = client.open("a.py", TEXT)
        client.notify("textDocument/didFocus", {"textDocument": {"uri": uri}})
        asked = {
            "textDocument": {"uri": uri, "version": 1},
            "position": {"line": 1, "character": 4},
            "context": {"triggerKind": 2},
            "formattingOptions": {"tabSize": 4, "insertSpaces": True},
        }
        (item,) = (await client.request("textDocument/inlineCompletion", asked))["items"]
        client.notify("textDocument/didShowCompletion", {"item": item})
        client.notify("textDocument/didPartiallyAcceptCompletion", {"item": item, "acceptedLength": 7})
        client.change(uri, 2, {"range": item["range"], "text": item["insertText"]})
        await client.request("workspace/executeCommand", item["command"])
        client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        found = await row(client, workshop.home)
        assert (found.shown, found.verdict, found.accepted_chars) == (1, "accepted", len(item["insertText"]))
    assert not [message for message in client.sent if "error" in message]
    assert not caplog.records
