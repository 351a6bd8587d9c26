"""Benches, probes and counts through the shared database: two apps of one user, with time that can be set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lsp_router.app.app import App
from lsp_router.app.world import SystemClock, World
from lsp_router.config.places import places
from lsp_router.config.sources import Sources
from lsp_router.domain.model import Model
from lsp_router.domain.task import Task, Work
from lsp_router.domain.wire import Failure, Fault
from lsp_router.routing.health import Closed, Permit

CONFIG = """
[providers.gate]
base_url = "http://127.0.0.1:9/v1"
[[models]]
name = "paid"
provider = "gate"
model = "paid"
price = { input = 1.0, output = 1.0 }
[[models]]
name = "free"
provider = "club"
model = "free"
tier = "free"
quota = { per_day = 4 }
[providers.club]
base_url = "http://127.0.0.1:9/v1"
"""
NOW = 1_790_000_000.0
DAY = 86_400.0


class SetClock(SystemClock):
    at = NOW

    def now(self) -> float:
        return SetClock.at


@pytest.fixture
def editors(tmp_path: Path) -> Iterator[tuple[App, App]]:
    """Two at once; in one process, so that the test can hold the clock."""
    SetClock.at = NOW
    environ = {"LSP_ROUTER_HOME": str(tmp_path / "home")}
    path = tmp_path / "config.toml"
    path.write_text(CONFIG, encoding="utf-8")
    sources = Sources(places(environ), environ, config_file=path)
    pair = tuple(App(sources, World(environ, SetClock())) for _ in range(2))
    yield pair
    for app in pair:
        app.records.close()


def model(app: App, name: str) -> Model:
    return next(m for m in app.fleet.models if m.name == name)


def permit(app: App, name: str = "paid") -> Permit:
    found = attempt(app, name)
    assert isinstance(found, Permit), found
    return found


def attempt(app: App, name: str = "paid") -> Permit | Closed:
    app.monitor.listen()
    return app.monitor.health.permit(model(app, name), SetClock.at)


def fail(app: App, fault: Fault, retry_after: float | None = None) -> None:
    app.monitor.health.fail(permit(app), Failure(fault, "scripted", retry_after=retry_after), SetClock.at)


def test_a_bench_learnt_here_is_respected_there_until_it_ends(editors: tuple[App, App]) -> None:
    here, there = editors
    permit(there)
    fail(here, Fault.RATE_LIMIT, retry_after=120)
    shut = attempt(there)
    assert isinstance(shut, Closed)
    assert (shut.reason, shut.until) == ("rate limited", NOW + 120)
    SetClock.at += 121
    permit(there)


def test_one_probe_for_all_and_the_next_when_it_has_come_back(editors: tuple[App, App]) -> None:
    here, there = editors
    fail(here, Fault.RATE_LIMIT, retry_after=10)
    attempt(there)
    SetClock.at += 11
    probe = permit(here)
    assert "another editor probes" in str(attempt(there))
    here.monitor.health.give_back(probe)
    probe = permit(there)
    assert "another editor probes" in str(attempt(here))
    there.monitor.health.succeed(probe)
    permit(there)
    permit(here)


def test_a_probe_that_failed_does_not_hold_up_the_next(editors: tuple[App, App]) -> None:
    """A rest of seconds must not become a minute because the claim on the probe outlives the probe."""
    here, _ = editors
    fail(here, Fault.RATE_LIMIT, retry_after=5)
    for _ in range(3):
        SetClock.at += 6
        fail(here, Fault.RATE_LIMIT, retry_after=5)
    SetClock.at += 6
    here.monitor.health.succeed(permit(here))


def test_a_pardon_is_heard_by_everybody_but_ends_nobody_elses_bench(editors: tuple[App, App]) -> None:
    here, there = editors
    fail(here, Fault.PAYMENT)
    assert isinstance(attempt(there), Closed)
    there.monitor.health.open("pool:club", NOW + 60, "busy")
    here.monitor.pardon(model(here, "paid"))
    permit(here)
    permit(there)
    assert isinstance(attempt(here, "free"), Closed)


def test_a_free_day_counts_together_and_starts_over(editors: tuple[App, App]) -> None:
    here, there = editors
    for app in (here, there, here, there):
        permit(app, "free")
    for app in (here, there):
        assert "its 4 requests of today are spent" in str(attempt(app, "free"))
    reasons = {v.model: v.reason for v in here.decide(Work(task=Task.TESTS)).candidates}
    assert "its 4 requests of today are spent" in reasons["free"]
    SetClock.at += DAY
    for app in (here, there, there, here):
        permit(app, "free")
    assert isinstance(attempt(there, "free"), Closed)


def test_who_has_sent_nothing_knows_what_the_others_sent(editors: tuple[App, App]) -> None:
    here, there = editors
    for _ in range(4):
        permit(here, "free")
    reasons = {v.model: v.reason for v in there.decide(Work(task=Task.TESTS)).candidates}
    assert "its 4 requests of today are spent" in reasons["free"]
    assert there.records.desk.claims.quota_used("club", "day") == 4


def test_the_last_free_request_is_given_to_one_of_two(editors: tuple[App, App]) -> None:
    """Both look at the same moment, before either has heard of the other."""
    here, there = editors
    for _ in range(3):
        permit(here, "free")
    there.monitor.listen()
    assert there.monitor.health.closed(model(there, "free"), NOW) is None
    permit(here, "free")
    shut = there.monitor.health.permit(model(there, "free"), NOW)
    assert isinstance(shut, Closed)
