"""Against llama.cpp's own server: infill, our FIM prompt, chat, usage, cancelling, the list of models, `doctor`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from lsp_router.app.app import App
from lsp_router.app.refresh import Refresher
from lsp_router.config.places import places
from lsp_router.config.sources import Sources
from lsp_router.domain.model import Model
from lsp_router.domain.task import Task, Work
from lsp_router.domain.wire import Hole, Message, Prompt
from tests.real.conftest import ModelServer
from tests.real.tiny_gguf import CHAT_ANSWER, ENDLESS, FIM_ANSWER, NAME
from tests.support.lsp import INVOKED, Editor
from tests.support.shell import Shell

MODEL = f"""
[[models]]
name = "tiny"
provider = "tiny"
model = "{NAME}"
tier = "local"
latency_target_ms = 100
"""
INFILL = MODEL + 'capabilities = ["fim", "chat"]\nfim = "suffix"\n'
OWN_PROMPT = MODEL + 'capabilities = ["fim", "chat"]\nfim = "qwen2.5-coder"\n'
CHAT = MODEL + 'capabilities = ["chat"]\n'
TEXT = "def add(a, b):\n    "


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    return Shell(tmp_path / "home", folder)


@asynccontextmanager
async def opened(shell: Shell, config: str) -> AsyncIterator[App]:
    shell.user(config)
    environ = {"LSP_ROUTER_HOME": str(shell.home)}
    app = App(Sources(places(environ), environ, shell.folder))
    try:
        yield app
    finally:
        await app.close()


@pytest.mark.parametrize(
    ("kind", "model"),
    [("llamacpp", INFILL), ("llamacpp", OWN_PROMPT), ("openai", OWN_PROMPT)],
    ids=["infill", "own prompt", "own prompt, openai"],
)
async def test_holes_are_filled_in_the_editor_and_counted(
    model_server: ModelServer, shell: Shell, kind: str, model: str
) -> None:
    shell.user(model_server.config(kind=kind, model=model))
    async with Editor(shell.home, shell.folder) as editor:
        page = editor.open("a.py", TEXT)
        assert await page.suggest() == [FIM_ANSWER]
        decision = (await editor.why(page.uri))["decision"]
        assert (decision["model"], decision["tier"], decision["cost_usd"]) == ("tiny", "local", 0.0)
        assert decision["tokens"]["input"] + decision["tokens"]["cached"] > 10
        assert decision["tokens"]["output"] == 5
        page.type(FIM_ANSWER[:6])
        assert await page.suggest() == [FIM_ANSWER[6:]]


async def test_a_server_that_nobody_configured_models_for_lists_its_own(
    model_server: ModelServer, shell: Shell
) -> None:
    async with opened(shell, model_server.config()) as app:
        await Refresher(app, knock_at=()).look()
        (model,) = [m for m in app.fleet.models if m.provider == "tiny"]
        assert NAME in model.name
        assert model.usable
        assert model.context_window <= 16_384
    done = await shell("models", "--task", "completion", "--json")
    assert NAME in done.out


async def test_chat_streams_and_is_counted(model_server: ModelServer, shell: Shell) -> None:
    async with opened(shell, model_server.config(model=CHAT)) as app:
        order = app.order(app.decide(Work(task=Task.EXPLAIN)), Work(task=Task.EXPLAIN), hello)
        run = app.engine.run(order)
        pieces = [piece async for piece in run.stream()]
        assert "".join(str(piece) for piece in pieces) == CHAT_ANSWER
        assert len(pieces) > 1
        served = run.served
        assert (served.finish, served.tokens.output) == ("stop", 4)
        assert served.tokens.prompt > 5


async def test_a_cancelled_request_frees_the_servers_slot(model_server: ModelServer, shell: Shell) -> None:
    async with opened(shell, model_server.config(model=INFILL)) as app:
        work = Work(task=Task.EXPLAIN)
        order = app.order(app.decide(work), work, for_ever)
        run = app.engine.run(order)
        stream = run.stream()
        heard = [str(await anext(stream)) for _ in range(3)]
        assert ENDLESS in "".join(heard)
        assert await asyncio.to_thread(model_server.slots_at_work) == 1
        await stream.aclose()
        await free(model_server)


async def test_a_superseded_request_of_an_editor_frees_it_too(model_server: ModelServer, shell: Shell) -> None:
    shell.user(model_server.config(model=CHAT))
    async with Editor(shell.home, shell.folder) as editor:
        await editor.ready()
        page = editor.open("a.py", TEXT)
        first = page.ask(INVOKED)
        page.type("x = ")
        second = page.ask(INVOKED)
        await page.answer(first)
        await page.answer(second)
    await free(model_server)


async def test_doctor_is_content_with_it(model_server: ModelServer, shell: Shell) -> None:
    shell.user(model_server.config(model=INFILL))
    done = await shell("doctor", "--json")
    assert done.code == 0, done.out
    said = {row["about"]: row for row in done.json}
    assert said["tiny"]["state"] == "fine"
    assert "tiny answered in" in said["tiny"]["says"]
    assert said["tiny (completion)"]["state"] != "fault"


def hello(_model: Model) -> Prompt:
    return Prompt((Message("user", "Say hello."),), max_tokens=32, temperature=0)


def for_ever(_model: Model) -> Prompt:
    return Prompt(hole=Hole("", "", raw=ENDLESS), max_tokens=8_000, temperature=0)


async def free(server: ModelServer) -> None:
    """Its slots are idle again long before eight thousand tokens can have been said."""
    at_work = 1
    async with asyncio.timeout(5):
        while at_work:
            at_work = await asyncio.to_thread(server.slots_at_work)
            await asyncio.sleep(0.02)
