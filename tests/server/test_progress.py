"""Progress of long work: on the client's token, on one of ours, on none; cancelled where it is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from lsp_router.server.progress import Progress, with_progress
from lsp_router.server.router_server import RouterServer
from tests.server.client import Client
from tests.support.workshop import until

Work = Callable[[Progress], Any]


def client(folder: Path, work: Work, *, window: Mapping[str, Any] | None = None, **more: Any) -> Client:
    """A session with one command, `test.work`, that does this work."""
    made = Client(folder / "home", folder, **more)
    made.greeting["capabilities"]["window"] = window or {}

    @made.server.command("test.work")
    async def command(ls: RouterServer, *arguments: Any) -> Any:
        return await with_progress(ls, "Working", work, arguments[0] if arguments else None)

    return made


async def steps(progress: Progress) -> str:
    progress.report("drafting with X")
    await asyncio.sleep(0)
    await asyncio.sleep(0.01)
    progress.report("checking")
    return "done"


def told(made: Client, token: Any = None) -> list[str]:
    values = [p["value"] for p in made.notes("$/progress") if token is None or p["token"] == token]
    return [f"{v.get('kind')} {v.get('title') or v.get('message') or ''}".strip() for v in values]


async def test_a_token_is_made_where_the_client_shows_progress(tmp_path: Path) -> None:
    async with client(tmp_path, steps, window={"workDoneProgress": True}) as made:
        assert await made.command("test.work") == "done"
        (asked,) = made.notes("window/workDoneProgress/create")
        assert told(made, asked["token"]) == ["begin Working", "report checking", "end"]
        begin = made.notes("$/progress")[0]["value"]
        assert (begin["cancellable"], begin["message"]) == (True, "drafting with X")


async def test_the_clients_own_token_is_used(tmp_path: Path) -> None:
    async with client(tmp_path, steps) as made:
        await made.request("workspace/executeCommand", {"command": "test.work", "workDoneToken": "mine"})
        assert not made.notes("window/workDoneProgress/create")
        assert told(made, "mine") == ["begin Working", "report drafting with X", "report checking", "end"]


async def test_a_client_without_progress_hears_nothing(tmp_path: Path) -> None:
    async with client(tmp_path, steps) as made:
        assert await made.command("test.work") == "done"
        assert not [message for message in made.said if "rogress" in message["method"]]


async def test_a_client_that_refuses_the_token_hears_nothing(tmp_path: Path) -> None:
    no = {"error": {"code": -32601, "message": "no"}}
    async with client(tmp_path, steps, window={"workDoneProgress": True}, answer=lambda *_: no) as made:
        assert await made.command("test.work") == "done"
        assert told(made) == []


@pytest.mark.parametrize("given", [None, "mine", 7])
async def test_cancelling_the_progress_stops_the_work_and_answers(tmp_path: Path, given: Any) -> None:
    stopped = []

    async def forever(_progress: Progress) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            stopped.append(True)

    async with client(tmp_path, forever, window={"workDoneProgress": True}) as made:
        params = {"command": "test.work"} | ({"workDoneToken": given} if given is not None else {})
        _, answer = made.start("workspace/executeCommand", params)
        await until(lambda: told(made))
        token = made.notes("$/progress")[0]["token"]
        made.notify("window/workDoneProgress/cancel", {"token": token})
        assert (await asyncio.wait_for(answer, 20))["error"]["code"] == -32800
        assert stopped == [True]
        assert told(made)[-1] == "end"


async def test_text_is_streamed_whole_to_whoever_gave_a_token_for_it(tmp_path: Path) -> None:
    pieces = ["# Title\n", "The first ", "line", "\nand ", "the next"]

    async def stream(progress: Progress) -> str:
        progress.stream("void")
        progress.restart()
        for piece in pieces:
            progress.stream(piece)
        return "done"

    async with client(tmp_path, stream) as made:
        params = {"command": "test.work", "workDoneToken": "mine", "arguments": [{"partialResultToken": "text"}]}
        await made.request("workspace/executeCommand", params)
        sent = [p["value"] for p in made.notes("$/progress") if p["token"] == "text"]
        restart = sent.index({"restart": True})
        assert "".join(value["text"] for value in sent[restart + 1 :]) == "".join(pieces)
        assert told(made, "mine")[-2:] == ["report and the next", "end"]
