"""Settings come from the editor and from files, change without a restart, and never stop the server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.server.client import Client
from tests.support.workshop import Workshop, until

OFF = {"completion": {"enabled": False}}
CAN_SAY = {"configuration": True, "didChangeConfiguration": {}}


async def enabled(client: Client) -> bool:
    return (await client.server.desk()).app.settings.completion.enabled


def pull(said: Any) -> Callable[[str, Any], Any]:
    def answer(method: str, _params: Any) -> Any:
        return said if method == "workspace/configuration" else None

    return answer


@pytest.mark.parametrize(
    "options",
    [OFF, {"lspRouter": OFF}, {"completion.enabled": False}, {"editorInfo": {"name": "x"}, "lspRouter": OFF}],
)
async def test_initialization_options_count(workshop: Workshop, options) -> None:
    async with Client(workshop.home, workshop.folder, options=options) as client:
        assert not await enabled(client)
        uri = client.open("a.py", "def f(a, b):\n    ")
        assert await client.items(uri, 1, 4) == []
        assert "switched off" in (await client.command("lspRouter.why", {"uri": uri}))["reason"]
        assert not client.notes("window/logMessage")


@pytest.mark.parametrize(
    ("said", "on"),
    [
        ([OFF], False),
        ([None], True),
        (None, True),
        ([], True),
        (["rubbish"], True),
        ({"error": {"code": -32601, "message": "what?"}}, True),
    ],
)
async def test_the_editor_is_asked_and_may_say_nothing(
    workshop: Workshop, said, on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lsp_router.server.router_server.PATIENCE", 25.0)
    async with Client(workshop.home, workshop.folder, workspace=CAN_SAY, answer=pull(said)) as client:
        loop = asyncio.get_running_loop()
        start = loop.time()
        assert await enabled(client) is on
        assert loop.time() - start < 15, "whatever it says, it was an answer"
        assert client.notes("workspace/configuration") == [{"items": [{"section": "lspRouter"}]}]
        uri = client.open("a.py", "def f(a, b):\n    ")
        assert bool(await client.items(uri, 1, 4)) is on


async def push(client: Client, settings: Any) -> None:
    client.notify("workspace/didChangeConfiguration", {"settings": settings})


@pytest.mark.parametrize("wrapped", [True, False])
async def test_pushed_settings_take_effect(workshop: Workshop, wrapped: bool) -> None:
    async with Client(workshop.home, workshop.folder) as client:
        assert await enabled(client)
        await push(client, {"lspRouter": OFF} if wrapped else OFF)
        await until(lambda: not client.server.open_desk.app.settings.completion.enabled)
        await push(client, {"lspRouter": {}})
        await until(lambda: client.server.open_desk.app.settings.completion.enabled)


@pytest.mark.parametrize("pushed", [None, {}, {"python": {"analysis": True}}])
async def test_a_push_without_our_section_makes_us_ask(workshop: Workshop, pushed) -> None:
    said: list[Any] = [{}]
    async with Client(workshop.home, workshop.folder, workspace=CAN_SAY, answer=pull(said)) as client:
        assert await enabled(client)
        said[0] = OFF
        await push(client, pushed)
        await until(lambda: not client.server.open_desk.app.settings.completion.enabled)
        assert not client.notes("window/logMessage")


async def test_an_editor_that_cannot_say_keeps_what_it_said(workshop: Workshop) -> None:
    async with Client(workshop.home, workshop.folder) as client:
        await client.server.desk()
        await push(client, {"lspRouter": OFF})
        await until(lambda: not client.server.open_desk.app.settings.completion.enabled)
        await push(client, None)
        await asyncio.sleep(0.05)
        assert not await enabled(client)


async def by_polling(_client: Client) -> None:
    """The server looks by itself."""


async def by_the_editor(client: Client) -> None:
    change = {"uri": client.uri("lsp-router.toml"), "type": 1}
    client.notify("workspace/didChangeWatchedFiles", {"changes": [change]})


@pytest.mark.parametrize(("tell", "glance"), [(by_polling, 0.1), (by_the_editor, 600.0)])
async def test_a_changed_file_counts_without_a_restart(
    workshop: Workshop, tell: Callable[[Client], Awaitable[None]], glance: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lsp_router.server.desk.GLANCE", glance)
    async with Client(workshop.home, workshop.folder) as client:
        uri = client.open("a.py", "def f(a, b):\n    ")
        assert await client.items(uri, 1, 4)
        workshop.write("lsp-router.toml", "[completion]\nenabled = false\n")
        await tell(client)
        await until(lambda: not client.server.open_desk.app.settings.completion.enabled)
        assert await client.items(uri, 1, 4) == []


@pytest.mark.parametrize("able", [True, False])
async def test_watchers_are_registered_where_the_editor_can(workshop: Workshop, able: bool) -> None:
    workspace = {"didChangeWatchedFiles": {"dynamicRegistration": able}}
    async with Client(workshop.home, workshop.folder, workspace=workspace) as client:
        await client.server.desk()
        await asyncio.sleep(0.02)
        asked = client.notes("client/registerCapability")
        assert bool(asked) is able
        if able:
            (wish,) = asked[0]["registrations"]
            assert wish["method"] == "workspace/didChangeWatchedFiles"
            assert "lsp-router.toml" in str(wish["registerOptions"]["watchers"])


async def test_an_editor_that_refuses_watchers_is_served_all_the_same(workshop: Workshop, caplog) -> None:
    def answer(method: str, _params: Any) -> Any:
        return {"error": {"code": -32603, "message": "no"}} if method == "client/registerCapability" else None

    workspace = {"didChangeWatchedFiles": {"dynamicRegistration": True}}
    async with Client(workshop.home, workshop.folder, workspace=workspace, answer=answer) as client:
        uri = client.open("a.py", "def f(a, b):\n    ")
        assert await client.items(uri, 1, 4)
    assert "JsonRpc" not in caplog.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"completion": {"max_lines": "many"}},
        {"completion": {"enabled": []}, "budget": 7},
        {"profile": "fast"},
        {"models": {"x": 1}},
    ],
)
async def test_a_wrong_value_is_said_once_and_the_rest_holds(workshop: Workshop, wrong) -> None:
    async with Client(workshop.home, workshop.folder, options=wrong) as client:
        uri = client.open("a.py", "def f(a, b):\n    ")
        assert await client.items(uri, 1, 4)
        said = [note["message"] for note in client.notes("window/logMessage")]
        assert len(said) == len(wrong)
        await push(client, {"lspRouter": {}})
        await asyncio.sleep(0.1)
        assert len(client.notes("window/logMessage")) == len(wrong), "not again at every reload"


@pytest.mark.parametrize("options", ["text", 5, [1, 2], True, None, {}])
async def test_strange_options_do_not_stop_the_server(workshop: Workshop, options) -> None:
    async with Client(workshop.home, workshop.folder, options=options) as client:
        uri = client.open("a.py", "def f(a, b):\n    ")
        assert await client.items(uri, 1, 4)


THEFT = '[providers.gate]\nbase_url = "http://127.0.0.1:9/stolen"\n'


@pytest.mark.parametrize("trusted", [True, False, "yes"])
async def test_only_a_trusted_project_may_move_an_endpoint(workshop: Workshop, trusted) -> None:
    workshop.write("lsp-router.toml", THEFT)
    async with Client(workshop.home, workshop.folder, options={"trusted": trusted}) as client:
        desk = await client.server.desk()
        moved = desk.app.fleet.providers["gate"].base_url.endswith("stolen")
        assert moved is (trusted is True)
        said = " ".join(note["message"] for note in client.notes("window/logMessage"))
        assert ("base_url" in said) is not moved
