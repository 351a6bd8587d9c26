"""Texts in which wording counts have one voice; other documentation goes to who is cheap."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lsp_router.app.app import App
from lsp_router.config.places import places
from lsp_router.config.sources import Sources
from lsp_router.domain.decision import Decision
from lsp_router.domain.task import Task, Work
from lsp_router.domain.wire import Message, Prompt
from lsp_router.engine.order import ExhaustedError
from tests.support.backend import Backend, Reply

MODEL = """
[[models]]
name = "{name}"
provider = "gate"
model = "{name}"
tier = "paid"
price = {{ input = {price}, output = {price} }}
quality = {{ default = {quality} }}
capabilities = ["chat"]
"""
MODELS = MODEL.format(name="cheap", price=0.1, quality=7) + MODEL.format(name="fine", price=9.0, quality=9)
LIMITS = '[budget]\nper_request_usd = "unlimited"\nper_day_usd = "unlimited"\nper_session_usd = "unlimited"\n'
POLICY = "Tighten the first paragraph"


@pytest.fixture
async def backend() -> AsyncIterator[Backend]:
    async with Backend(lambda _: Reply("Plain words.")) as made:
        yield made


def app(tmp_path: Path, backend: Backend, more: str = "") -> App:
    home, folder = tmp_path / "home", tmp_path / "project"
    (home / "config").mkdir(parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True)
    gate = f'[providers.gate]\nkind = "openai"\nbase_url = "{backend.base}"\n'
    (home / "config" / "config.toml").write_text(LIMITS + gate + MODELS + more, encoding="utf-8")
    environ = {"LSP_ROUTER_HOME": str(home)}
    return App(Sources(places(environ), environ, folder))


def wish(path: str, instruction: str = POLICY, **more) -> Work:
    return Work(instruction=instruction, path=path, language="markdown", prompt_tokens=400, **more)


def order(decision: Decision) -> list[str]:
    return [model.name for model in decision.chain]


async def write(made: App, work: Work) -> str | None:
    prompt = Prompt((Message("user", "hi"),), max_tokens=50)
    _, served = await made.engine.answer(made.order(made.decide(work), work, lambda _: prompt))
    made.settle()
    return served.model.name if served.model else None


CRITICAL = ["CHANGELOG.md", "docs/policies/refunds.md", "app/locales/de/main.po", "SECURITY.md"]
TONE = '[prose]\nmodel = "fine"\n'


@pytest.mark.parametrize("path", CRITICAL)
async def test_where_wording_counts_the_pinned_model_writes_and_nobody_else(tmp_path, backend, path: str) -> None:
    made = app(tmp_path, backend, TONE)
    decision = made.decide(wish(path))
    assert (decision.task, order(decision)) == (Task.PROSE, ["fine"])
    escalated = made.decide(wish(path, stronger_than="fine"))
    assert order(escalated) == ["fine"], "not even somebody better steps in"
    await made.close()


async def test_other_documentation_goes_to_who_is_cheap(tmp_path, backend) -> None:
    made = app(tmp_path, backend, TONE)
    decision = made.decide(wish("docs/guide.md", "Document the flags in the guide"))
    assert decision.task is Task.DOCS
    assert order(decision)[0] == "cheap"
    code = Work(task=Task.DOCS, path="src/i18n/index.ts", language="typescript", prompt_tokens=400)
    assert order(made.decide(code))[0] == "cheap", "code beside translations is code"
    explained = made.decide(wish("CHANGELOG.md", "explain what changed in this release and why"))
    assert explained.task is Task.EXPLAIN, "reading is not writing"
    assert len(order(explained)) == 2
    await made.close()


async def test_which_texts_those_are_is_the_users_to_say(tmp_path, backend) -> None:
    made = app(tmp_path, backend, '[prose]\nmodel = "fine"\ncritical = ["handbook/**"]\n')
    assert order(made.decide(wish("handbook/tone.md"))) == ["fine"]
    assert len(order(made.decide(wish("CHANGELOG.md")))) == 2
    await made.close()


async def test_a_pin_and_a_chain_are_words_of_the_user_too(tmp_path, backend) -> None:
    made = app(tmp_path, backend, '[tasks.prose]\nchain = ["cheap"]\n')
    assert order(made.decide(wish("CHANGELOG.md"))) == ["cheap"]
    assert await write(made, wish("SECURITY.md", pin="fine")) == "fine"
    assert order(made.decide(wish("SECURITY.md"))) == ["cheap"], "a chain that was written is taken as written"
    made.pins[Task.PROSE] = "fine"
    assert order(made.decide(wish("CHANGELOG.md"))) == ["fine"]
    await made.close()


async def test_a_pinned_model_that_fails_is_not_replaced(tmp_path, backend) -> None:
    backend.script = lambda seen: Reply(status=500) if seen.model == "fine" else Reply("Other words.")
    made = app(tmp_path, backend, TONE)
    with pytest.raises(ExhaustedError, match="fine"):
        await write(made, wish("CHANGELOG.md"))
    assert backend.calls("cheap") == 0
    await made.close()


async def test_who_wrote_first_goes_on_also_in_the_next_session(tmp_path, backend) -> None:
    made = app(tmp_path, backend)
    assert await write(made, wish("CHANGELOG.md", pin="cheap")) == "cheap"
    await made.close()
    made = app(tmp_path, backend)
    assert order(made.decide(wish("CHANGELOG.md"))) == ["cheap"]
    assert order(made.decide(wish("SECURITY.md")))[0] == "fine", "each document has its own"
    assert await write(made, wish("CHANGELOG.md", pin="fine")) == "fine"
    assert order(made.decide(wish("CHANGELOG.md"))) == ["fine"], "the user may change the voice"
    await made.close()
