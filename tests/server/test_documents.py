"""Whatever is edited, both sides have the same text, and what is offered stands where the cursor is."""

from __future__ import annotations

import asyncio
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from lsp_router.server.text import Position
from tests.server.client import ASKED, TYPED, Client
from tests.server.test_live_text import ENCODINGS, boundaries, position_of
from tests.support.backend import Backend, Reply
from tests.support.workshop import Workshop, asked, until

PIECES = [
    "a",
    "é",
    "你",
    "🚀",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "\u2028",
    "\x0c",
    "x = 1",
    "def f(a):\n    ",
    "(",
    ")",
    '"',
    "    ",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
REPLIES = [
    "return a + b",
    "```python\nreturn '🚀' + a\n```",
    "total = sum(values)<|endoftext|>",
    "x)\n",
    "é = f(a, b)\nsecond = 2\n",
    "Here is the code you asked for:\nreturn 1",
    "",
]
SLOW = Reply("return a + b", delay=0.03)


class Typing(RuleBasedStateMachine):
    """A client that keeps its own text in the plainest way, against the server's."""

    numbers = count()

    def __init__(self, client: Client, backend: Backend, runner: asyncio.Runner, encoding: str) -> None:
        super().__init__()
        self.client, self.backend, self.runner, self.encoding = client, backend, runner, encoding
        self.text, self.cursor, self.version = "def f(a, b):\n    ", 17, 1
        self.past: list[str] = []
        self.uri = client.open(f"{next(self.numbers)}.py", self.text)

    def where(self, offset: int) -> dict[str, int]:
        line, character = position_of(self.text, offset, self.encoding)
        return {"line": line, "character": character}

    def place(self, share: float) -> int:
        places = boundaries(self.text)
        return places[min(int(share * len(places)), len(places) - 1)]

    def edit(self, low: int, high: int, new: str) -> None:
        change = {"range": {"start": self.where(low), "end": self.where(high)}, "text": new}
        self.take(self.text[:low] + new + self.text[high:], low + len(new), change)

    def take(self, text: str, cursor: int, *changes: dict[str, Any]) -> None:
        self.past.append(self.text)
        self.text, self.version = text, self.version + 1
        self.cursor = max(place for place in boundaries(text) if place <= cursor)
        self.client.change(self.uri, self.version, *changes)

    @rule(share=st.floats(0, 1), new=TEXTS)
    def insert(self, share: float, new: str) -> None:
        self.edit(self.place(share), self.place(share), new)

    @rule(a=st.floats(0, 1), b=st.floats(0, 1), new=TEXTS)
    def replace(self, a: float, b: float, new: str) -> None:
        low, high = sorted((self.place(a), self.place(b)))
        self.edit(low, high, new)

    @rule(new=TEXTS)
    def type(self, new: str) -> None:
        self.edit(self.cursor, self.cursor, new)

    @precondition(lambda self: self.past)
    @rule()
    def undo(self) -> None:
        text = self.past.pop()
        self.edit(0, len(self.text), text)

    @rule(new=TEXTS)
    def replace_everything(self, new: str) -> None:
        self.take(new, len(new), {"text": new})

    @rule(first=TEXTS, second=TEXTS)
    def two_changes_in_one_message(self, first: str, second: str) -> None:
        start = {"line": 0, "character": 0}
        here = {"start": start, "end": start}
        grown = second + first + self.text
        self.take(grown, len(second), {"range": here, "text": first}, {"range": here, "text": second})

    @rule(share=st.floats(0, 1))
    def move(self, share: float) -> None:
        self.cursor = self.place(share)

    @rule(reply=st.sampled_from(REPLIES), kind=st.sampled_from([TYPED, ASKED]))
    def ask(self, reply: str, kind: int) -> None:
        self.backend.script = lambda _: Reply(reply)
        for item in self.runner.run(self.answer(kind)):
            self.check(item)

    @rule(new=TEXTS)
    def ask_and_go_on(self, new: str) -> None:
        self.backend.script = lambda _: SLOW

        async def overtaken() -> list[Any]:
            _, future = self.client.begin(self.uri, *self.where(self.cursor).values(), ASKED)
            await asyncio.sleep(0.005)
            self.edit(self.cursor, self.cursor, new)
            return (await asyncio.wait_for(future, 10))["result"]["items"]

        assert self.runner.run(overtaken()) == [], "the text it was made for is no more"

    @invariant()
    def both_have_the_same_text(self) -> None:
        assert self.client.text(self.uri) == self.text

    async def answer(self, kind: int) -> list[dict[str, Any]]:
        return await self.client.items(self.uri, *self.where(self.cursor).values(), kind)

    def check(self, item: dict[str, Any]) -> None:
        start, end = item["range"]["start"], item["range"]["end"]
        assert start == self.where(self.cursor)
        assert end["line"] == start["line"]
        ends = next(p for p in boundaries(self.text) if self.where(p) == end)
        insert, rest = item["insertText"], self.text[ends:].split("\n", 1)[0].split("\r", 1)[0]
        assert ends >= self.cursor
        assert insert.strip()
        assert "<|" not in insert
        closes_its_own = rest.strip() == ")" and insert.count("(") == insert.count(")")
        assert closes_its_own or not (rest.strip() and insert.endswith(rest)), "what follows is not said twice"
        text = self.text
        self.edit(self.cursor, ends, insert)
        assert self.text == text[: len(text) - len(text[ends:])][: self.cursor - len(insert)] + insert + text[ends:]

    def teardown(self) -> None:
        self.client.notify("textDocument/didClose", {"textDocument": {"uri": self.uri}})


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_any_typing_keeps_both_sides_together(tmp_path: Path, encoding: str) -> None:
    with asyncio.Runner() as runner:
        backend = Backend()
        runner.run(backend.__aenter__())
        folder = tmp_path / "my project"
        (folder / ".git").mkdir(parents=True)
        workshop = Workshop(tmp_path / "home", folder, backend)
        workshop.configure()
        workshop.write("lsp-router.toml", "[cache]\nenabled = false\n")
        client = Client(workshop.home, folder, encoding=encoding)
        runner.run(client.__aenter__())
        runner.run(client.server.desk())
        try:
            run_state_machine_as_test(
                lambda: Typing(client, backend, runner, encoding),
                settings=settings(
                    max_examples=12,
                    stateful_step_count=20,
                    phases=[Phase.generate],
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                    database=None,
                ),
            )
        finally:
            runner.run(client.__aexit__())
            runner.run(backend.__aexit__())


async def test_a_change_that_overtakes_the_request_makes_it_stale(workshop: Workshop) -> None:
    """Both are read from the wire in one go: the request's own position is in the older text."""
    async with Client(workshop.home, workshop.folder) as client:
        uri = client.open("a.py", "def f(a, b):\n    ")
        await client.server.desk()
        _, first = client.begin(uri, 1, 4)
        here = {"line": 0, "character": 0}
        client.change(uri, 1, {"range": {"start": here, "end": here}, "text": "import os\n"})
        assert (await first)["result"]["items"] == [], "also where the client's version number stands still"
        assert workshop.backend.calls() == 0
        assert await client.items(uri, 2, 4)


async def test_a_closed_and_reopened_document_is_another_one(workshop: Workshop) -> None:
    workshop.backend.script = lambda _: Reply("return a + b", token_delay=0.1)
    async with Client(workshop.home, workshop.folder) as client:
        uri = client.open("a.py", "def f(a, b):\n    ")
        _, first = client.begin(uri, 1, 4)
        await asked(workshop.backend)
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        client.open("a.py", "def f(a, b):\n    ")
        assert (await first)["result"]["items"] == []


# --- notebooks ---


def cell(uri: str, text: str) -> dict[str, Any]:
    return {"uri": uri, "languageId": "python", "version": 1, "text": text}


async def test_cells_of_a_notebook_complete(workshop: Workshop) -> None:
    workshop.write(".lsprouterignore", "private/*\n")
    async with Client(workshop.home, workshop.folder) as client:
        for name, served in (("a.ipynb", True), ("private/b.ipynb", False)):
            notebook = client.uri(name)
            one, two = (notebook.replace("file:", "vscode-notebook-cell:") + f"#W{i}sZmlsZQ" for i in (0, 1))
            cells = [{"kind": 2, "document": one}, {"kind": 2, "document": two}]
            client.notify(
                "notebookDocument/didOpen",
                {
                    "notebookDocument": {
                        "uri": notebook,
                        "notebookType": "jupyter-notebook",
                        "version": 1,
                        "cells": cells,
                    },
                    "cellTextDocuments": [cell(one, "import os\n"), cell(two, "def f(a, b):\n")],
                },
            )
            grown = {
                "range": {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 0}},
                "text": "    ",
            }
            change = {"document": {"uri": two, "version": 2}, "changes": [grown]}
            client.notify(
                "notebookDocument/didChange",
                {"notebookDocument": {"uri": notebook, "version": 2}, "change": {"cells": {"textContent": [change]}}},
            )
            assert client.text(two) == "def f(a, b):\n    "
            assert bool(await client.items(two, 1, 4)) is served
            told = await client.command("lspRouter.why", {"uri": two})
            assert ("left alone" in told["reason"]) is not served
            closed = {"notebookDocument": {"uri": notebook}, "cellTextDocuments": [{"uri": one}, {"uri": two}]}
            client.notify("notebookDocument/didClose", closed)
            assert await client.items(two, 1, 4) == []


# --- documents nobody wrote by hand ---

HUGE = {
    "100,000 lines": ("value = compute(1, 2)\n" * 100_000 + "def f(a, b):\n    ", Position(100_001, 4)),
    "2 MB in a line": ("x" * 2_000_000, Position(0, 2_000_000)),
    "2 MB in a line of emoji": ("🚀" * 500_000 + "\n", Position(0, 1_000_000)),
}


@pytest.mark.parametrize("name", HUGE)
async def test_large_files_stay_quick(workshop: Workshop, name: str) -> None:
    text, end = HUGE[name]
    async with Client(workshop.home, workshop.folder) as client:
        await client.server.desk()
        uri = client.open("a.py", text)
        loop = asyncio.get_running_loop()
        spent = []
        for step in range(5):
            here = {"line": end.line, "character": end.character + step}
            start = loop.time()
            client.change(uri, step + 2, {"range": {"start": here, "end": here}, "text": "y"})
            await client.items(uri, here["line"], here["character"] + 1)
            spent.append(loop.time() - start)
        assert min(spent) < 0.5
        if "in a line" in name:
            told = await client.command("lspRouter.why", {"uri": uri})
            assert "too long" in told["reason"]
            assert workshop.backend.calls() == 0


# --- ordinary completion ---

MENU: dict[str, Any] = {"completion": {}}


async def menu(client: Client, uri: str, line: int, character: int) -> dict[str, Any]:
    where = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
    return await client.request("textDocument/completion", where)


async def filled_menu(client: Client, uri: str, line: int, character: int) -> list[dict[str, Any]]:
    """What is not there in time comes with the next request."""
    for _ in range(20):
        if items := (await menu(client, uri, line, character))["items"]:
            return items
    pytest.fail("the menu stayed empty")


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_an_item_of_the_menu_replaces_the_word_in_front(workshop: Workshop, encoding: str) -> None:
    text = 'def f(a, b):\n    x = "🚀é"; ret'
    workshop.backend.script = lambda _: Reply("urn a + b")
    async with Client(workshop.home, workshop.folder, encoding=encoding, text_document=MENU) as client:
        uri = client.open("a.py", text)
        end, start = (position_of(text, len(text) - n, encoding) for n in (0, 3))
        (item,) = await filled_menu(client, uri, *end)
        edit = item["textEdit"]
        assert edit["range"] == {"start": start._asdict(), "end": end._asdict()}
        assert (edit["newText"], item["filterText"], item["label"]) == ("return a + b",) * 3
        assert item["sortText"] >= "zz", "never first"
        assert "preselect" not in item
        await client.request("workspace/executeCommand", item["command"])


async def test_what_is_late_comes_with_the_next_request(workshop: Workshop) -> None:
    workshop.backend.script = lambda _: Reply("return a + b", delay=0.7)
    async with Client(workshop.home, workshop.folder, text_document=MENU) as client:
        await client.server.desk()
        uri = client.open("a.py", "def f(a, b):\n    ")
        assert await menu(client, uri, 1, 4) == {"isIncomplete": True, "items": []}
        assert not workshop.backend.log[0].ended, "the menu did not wait for the answer"
        await until(lambda: workshop.backend.log[0].ended)
        assert [item["label"] for item in await filled_menu(client, uri, 1, 4)] == ["return a + b"]
        assert (await menu(client, uri, 1, 4))["isIncomplete"]
        assert workshop.backend.calls() == 1


async def test_a_cancelled_menu_stops_its_upstream(workshop: Workshop) -> None:
    workshop.backend.script = lambda _: Reply("return a + b\n" * 50, token_delay=0.02)
    async with Client(workshop.home, workshop.folder, text_document=MENU) as client:
        uri = client.open("a.py", "def f(a, b):\n    ")
        where = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 4}}
        ident, future = client.start("textDocument/completion", where)
        seen = await asked(workshop.backend)
        client.cancel(ident)
        assert (await asyncio.wait_for(future, 20))["result"] == {"isIncomplete": True, "items": []}
        await until(lambda: seen.aborted)


async def test_who_has_ghost_text_is_offered_nothing_twice(workshop: Workshop) -> None:
    async with Client(workshop.home, workshop.folder) as client:
        uri = client.open("a.py", "def f(a, b):\n    ")
        assert await menu(client, uri, 1, 4) == {"isIncomplete": False, "items": []}
        assert workshop.backend.calls() == 0


@pytest.mark.parametrize(
    ("name", "said", "known"),
    [
        ("a.py", "prog", "python"),
        ("a b.rs", "", "rust"),
        ("settings.toml", "conf", "toml"),
        ("notes", "text", "text"),
        ("a.py", "cython", "cython"),
    ],
)
async def test_who_names_no_language_is_understood_by_the_name_of_the_file(
    workshop: Workshop, name: str, said: str, known: str
) -> None:
    async with Client(workshop.home, workshop.folder) as client:
        uri = client.open(name, "x = 1\n", said)
        live = client.server.documents.live(uri)
        assert live is not None
        assert live.language_id == known
