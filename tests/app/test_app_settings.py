"""One app of one workspace: what a configuration changes at once, and what never leaves whatever it says."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lsp_router.app.app import App
from lsp_router.app.vocabulary import words_of
from lsp_router.config.places import places
from lsp_router.config.schema import Settings
from lsp_router.config.sources import Sources
from lsp_router.config.trust import consent
from lsp_router.domain.decision import Served
from lsp_router.domain.task import Privacy, Task, Work
from lsp_router.domain.telling import tell, tell_decision
from lsp_router.domain.wire import Message, Prompt
from lsp_router.routing.classify import classify
from lsp_router.routing.words import DEFAULT
from tests.support.backend import Backend

GATE = """
[providers.gate]
base_url = "{base}"
[providers.ollama]
[[models]]
name = "cloud"
provider = "gate"
model = "cloud"
tier = "free"
quality = {{ default = 9 }}
[[models]]
name = "here"
provider = "ollama"
model = "qwen2.5-coder:7b"
"""


@pytest.fixture
def open_app(tmp_path: Path) -> Iterator[Callable[..., App]]:
    apps: list[App] = []

    def opened(config: str = "", **environ: str) -> App:
        world = {"LSP_ROUTER_HOME": str(tmp_path / "home"), **environ}
        path = tmp_path / "config.toml"
        path.write_text(config, encoding="utf-8")
        project = tmp_path / "project"
        project.mkdir(exist_ok=True)
        apps.append(App(Sources(places(world), world, project, config_file=path)))
        return apps[-1]

    yield opened
    for app in apps:
        app.records.close()


# --- words ---


@pytest.mark.parametrize(
    ("keywords", "said", "task"),
    [
        ({"tests": ["absichern"]}, "absichern", Task.TESTS),
        ({"debugging": ["kaputt"]}, "das ist kaputt", Task.DEBUGGING),
        ({"boilerplate": ["grundgeruest"]}, "ein grundgeruest bitte", Task.BOILERPLATE),
        ({"explain": ["-why"], "review": ["why"]}, "why", Task.REVIEW),
    ],
)
def test_words_of_the_user(keywords: dict[str, list[str]], said: str, task: Task) -> None:
    words = words_of(Settings.model_validate({"routing": {"keywords": keywords}}))
    assert classify(Work(instruction=said), words).task is task


def test_no_words_cost_nothing() -> None:
    assert words_of(Settings()) is DEFAULT
    for keywords in ({"tests": []}, {"completion": ["go on"], "multimodal": ["picture"]}):
        assert words_of(Settings.model_validate({"routing": {"keywords": keywords}})) is DEFAULT


# --- settings ---


def test_a_changed_file_holds_at_once(open_app, tmp_path: Path) -> None:
    app = open_app(GATE.format(base="http://127.0.0.1:9/v1"))
    notes = Work(task=Task.EXPLAIN, instruction="x", path=str(tmp_path / "project" / "notes" / "a.md"))
    assert app.decide(notes).chain[0].name == "cloud"
    changed = GATE.format(base="http://127.0.0.1:9/v1").replace('"cloud"\ntier', '"renamed"\ntier')
    more = (
        '[privacy]\nlocal_only = ["notes/**"]\n[budget]\nper_day_usd = 7\n[routing.keywords]\ntests = ["absichern"]\n'
    )
    app.sources.user_file.write_text(changed + more, encoding="utf-8")
    app.reload()
    assert app.decide(Work(instruction="absichern")).task is Task.TESTS
    assert [m.name for m in app.decide(notes).chain] == ["here"]
    assert app.limits().per_day == 7


def test_prices_and_servers_do_not_ask_for_keys_again(open_app, tmp_path: Path) -> None:
    """A key command may wait for a person."""
    asked = tmp_path / "asked"
    code = f"open({str(asked)!r}, 'a').write('x'); raise SystemExit(1)"
    command = json.dumps([sys.executable, "-c", code])
    app = open_app(f'[providers.gate]\nbase_url = "http://127.0.0.1:9/v1"\napi_key_command = {command}\n')
    assert not asked.exists()  # nor does a command that only counts
    app.refit()
    app.refit(running=())
    assert [p.usable for p in app.fleet.providers.values()] == [False]
    assert asked.read_text() == "x"
    app.reload()
    assert asked.read_text() == "xx"


@pytest.mark.parametrize(("answer", "usable"), [(None, False), (True, True)])
def test_a_found_key_waits_for_a_yes(open_app, tmp_path: Path, answer: bool | None, usable: bool) -> None:
    app = open_app("", GROQ_API_KEY="gr-canary")
    assert app.decide(Work(task=Task.EXPLAIN)).chain == ()
    if answer is not None:
        consent(app.sources.places, {"groq": answer})
        app.reload()
    assert bool(app.decide(Work(task=Task.EXPLAIN)).chain) is usable
    assert app.fleet.providers["groq"].usable is usable


def test_a_no_is_a_no(open_app) -> None:
    app = open_app("", GROQ_API_KEY="gr-canary")
    consent(app.sources.places, {"groq": False})
    app.reload()
    assert app.fleet.providers == {}


# --- privacy ---


@pytest.mark.parametrize(
    ("config", "work", "reach"),
    [
        ("", Work(), Privacy.TRAINS),
        ('profile = "local-only"\n', Work(), Privacy.LOCAL),
        ('[privacy]\nloosest = "no-train"\n', Work(), Privacy.NO_TRAIN),
        ('[privacy]\nloosest = "no-train"\n', Work(privacy=Privacy.LOCAL), Privacy.LOCAL),
        ("", Work(path="config/.env"), Privacy.LOCAL),
        ("", Work(path="a/secrets/b.py"), Privacy.LOCAL),
        ("", Work(path="a/b.py", session="mine"), Privacy.TRAINS),
    ],
)
def test_the_strictest_word_counts(open_app, config: str, work: Work, reach: Privacy) -> None:
    app = open_app(config)
    at_home = app.at_home(work)
    assert at_home.privacy is reach
    assert at_home.session
    assert app.at_home(at_home) == at_home
    if work.path and reach is Privacy.LOCAL:
        assert at_home.why_private


async def test_secrets_in_a_prompt_do_not_reach_the_wire(open_app) -> None:
    key = "AKIAIOSFODNN7" + "QWERTYU"
    async with Backend() as backend:
        app = open_app(GATE.format(base=backend.base))
        work = Work(task=Task.EXPLAIN)
        prompt = Prompt((Message("user", f"aws_access_key_id = {key}\nexplain"),))
        text, served = await app.engine.answer(app.order(app.decide(work), work, lambda _m: prompt))
        await app.close()
    assert text
    assert key not in str(backend.log[0].body)
    assert "explain" in str(backend.log[0].body)
    assert served.model is not None
    assert served.model.name == "cloud"


# --- telling ---

CONTRACT = {"id", "task", "model", "provider", "tier", "cost_usd", "latency_ms", "ttft_ms", "fallback_depth", "cache",
            "tokens", "attempts", "candidates"}  # fmt: skip


def test_a_decision_is_told_in_the_words_of_the_contract(open_app) -> None:
    app = open_app(GATE.format(base="http://127.0.0.1:9/v1"))
    decision = app.decide(Work(task=Task.EXPLAIN))
    dry, served = tell_decision(decision), tell(Served(decision, decision.chain[0], cost_usd=0.5))
    for told in (dry, served):
        assert told.keys() >= CONTRACT
        assert told["tokens"].keys() == {"input", "cached", "output", "reasoning"}
    assert (dry["model"], dry["cost_usd"]) == ("cloud", 0)
    assert (served["model"], served["cost_usd"], served["tier"]) == ("cloud", 0.5, "free")
    assert tell(Served(decision))["model"] is None
