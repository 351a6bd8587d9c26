"""What was measured and what was accepted reaches the ranking of every process, and no further than it may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lsp_router.app.app import App
from lsp_router.app.merits import MINIMUM
from lsp_router.app.refresh import Refresher
from lsp_router.app.world import SystemClock, World
from lsp_router.config.places import places
from lsp_router.config.sources import Sources
from lsp_router.domain.decision import Attempt, Decision, Served
from lsp_router.domain.model import Tier
from lsp_router.domain.task import Task, Work
from lsp_router.domain.wire import Prompt
from lsp_router.routing.merit import LIKED
from lsp_router.store.entry import Feedback, Reaction
from lsp_router.store.measures import LASTS, Measure, Measures
from tests.support.records import NOON, entry

CONFIG = """
[providers.gate]
base_url = "http://127.0.0.1:9/v1"
[[models]]
name = "a"
provider = "gate"
model = "a"
tier = "free"
quality = { default = 8.1 }
latency_target_ms = 100
[[models]]
name = "b"
provider = "gate"
model = "b"
tier = "free"
quality = { default = 8.0 }
latency_target_ms = 100
[completion]
embedded = false
"""


class SetClock(SystemClock):
    at = NOON

    def now(self) -> float:
        return SetClock.at


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[], App]]:
    SetClock.at = NOON
    apps: list[App] = []
    environ = {"LSP_ROUTER_HOME": str(tmp_path / "home")}
    path = tmp_path / "config.toml"
    path.write_text(CONFIG, encoding="utf-8")

    def open_app() -> App:
        said: list[str] = []
        app = App(Sources(places(environ), environ, config_file=path), World(environ, SetClock()), said.append)
        apps.append(app)
        return app

    yield open_app
    for app in apps:
        app.records.close()


def first(app: App, task: Task = Task.COMPLETION, language: str = "python") -> str:
    return app.decide(Work(task=task, language=language)).chain[0].name


def quality(app: App, name: str, language: str = "python") -> str:
    decision = app.decide(Work(task=Task.COMPLETION, language=language))
    return next(v.reason.split(",")[0] for v in decision.candidates if v.model == name)


def measure(app: App, **marks: float) -> None:
    for name, mark in marks.items():
        Measures(app.records.desk.facts).keep(Measure(name, "completion", 100, mark, "exam 1", 120.0), SetClock.at)


def test_a_measurement_reaches_every_process_at_once(opened: Callable[[], App]) -> None:
    one, other = opened(), opened()
    assert [first(app) for app in (one, other)] == ["a", "a"]
    measure(one, a=0.3, b=0.6)
    assert [first(app) for app in (one, other)] == ["b", "b"]
    assert first(other, Task.EXPLAIN) == "a"  # another task was not measured
    assert opened().monitor.health.latencies.p50("b") is None
    fresh = opened()
    fresh.decide(Work())
    assert fresh.monitor.health.latencies.p50("b") == 120.0


def test_a_measurement_is_forgotten_when_it_is_old(opened: Callable[[], App]) -> None:
    app = opened()
    measure(app, a=0.3, b=0.6)
    assert first(app) == "b"
    SetClock.at += LASTS + 1
    assert first(opened()) == "a"


def reactions(app: App, language: str, **taken: int) -> None:
    """Of `MINIMUM` × 10 suggestions of each model, so many were accepted."""
    ledger, count = app.records.desk.ledger, MINIMUM * 10
    for name, good in taken.items():
        for n in range(count):
            ident = f"{name}-{language}-{n}"
            ledger.record(entry(ident, at=NOON - 60, model=name, language=language))
            ledger.feedback(Feedback(ident, Reaction.SHOWN))
            ledger.feedback(Feedback(ident, Reaction.ACCEPTED if n < good else Reaction.REJECTED, 10))
    ledger.flush()


def test_what_is_accepted_moves_the_ranking_of_its_language(opened: Callable[[], App]) -> None:
    app = opened()
    reactions(app, "python", a=40, b=120)
    assert first(app) == "a"  # nobody has counted yet
    app.merits.learn(NOON)
    assert (first(app), first(app, language="rust")) == ("b", "a")
    moved = {name: float(quality(app, name).removeprefix("quality ")) for name in ("a", "b")}
    assert 8.0 < moved["b"] <= 8.0 + LIKED
    assert 8.1 - LIKED <= moved["a"] < 8.1


def test_a_few_reactions_say_nothing(opened: Callable[[], App]) -> None:
    app = opened()
    for name, reaction in (("a", Reaction.REJECTED), ("b", Reaction.ACCEPTED)):
        for n in range(MINIMUM - 1):
            app.records.desk.ledger.record(entry(f"{name}{n}", at=NOON, model=name))
            app.records.desk.ledger.feedback(Feedback(f"{name}{n}", reaction, 10))
    app.records.desk.ledger.flush()
    app.merits.learn(NOON)
    assert first(app) == "a"


async def test_an_editor_that_was_just_started_knows_what_the_last_one_saw(opened: Callable[[], App]) -> None:
    app, later = opened(), opened()
    for n in range(30):
        app.records.desk.ledger.record(entry(f"p{n}", at=NOON, model="dear", tier=Tier.PAID, cost=0.001))
    app.records.desk.ledger.flush()
    alerts: list[str] = []
    for one in (app, later):
        one.monitor.raise_alert = lambda alert: alerts.append(alert.key)
        await Refresher(one, knock_at=())._learn()
    for one in (app, later):
        book(one)
    assert alerts == ["paid-share"]  # once for all of them together


def book(app: App) -> None:
    """One more free request was served."""
    model = next(m for m in app.fleet.models if m.name == "a")
    served = Served(Decision("x", Task.EXPLAIN), model, attempts=(Attempt("a", "ok"),))
    app.monitor.book(served, app.order(served.decision, Work(), lambda _: Prompt()), app.purse)
