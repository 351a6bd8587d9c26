"""Lists, quotas and local servers stay fresh: against a scripted provider, with time that can be set."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lsp_router.app.app import App
from lsp_router.app.refresh import FIRST_PAUSE, IDLE_AFTER, Refresher
from lsp_router.app.world import SystemClock, World
from lsp_router.config.places import places
from lsp_router.config.sources import Sources
from lsp_router.domain.model import Dialect, Model, Provider, Tier
from lsp_router.domain.task import Privacy, Task, Work
from lsp_router.domain.wire import Message, Prompt
from lsp_router.engine.order import ExhaustedError
from tests.support.backend import Backend, Reply, Seen

NOW = 1_790_000_000.0
MINUTE = 60.0
HALF_AN_HOUR = 30 * MINUTE
OPENROUTER = """
profile = "balanced"
[providers.openrouter]
base_url = "{base}"
api_key_env = "OPENROUTER_API_KEY"
[[models]]
name = "one"
provider = "openrouter"
model = "lab/one"
quality = {{ default = 8 }}
[[models]]
name = "two"
provider = "openrouter"
model = "lab/two"
quality = {{ default = 8 }}
"""


@dataclass
class SetClock(SystemClock):
    at: float = NOW
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds
        await asyncio.sleep(0)


@pytest.fixture
async def backend() -> AsyncIterator[Backend]:
    async with Backend() as running:
        yield running


@pytest.fixture
async def open_app(tmp_path: Path) -> AsyncIterator[Callable[..., App]]:
    apps: list[App] = []

    def opened(config: str = "", **environ: str) -> App:
        world = {"LSP_ROUTER_HOME": str(tmp_path / "home"), "OPENROUTER_API_KEY": "or-canary", **environ}
        path = tmp_path / "config.toml"
        path.write_text(config, encoding="utf-8")
        app = App(Sources(places(world), world, config_file=path), World(world, SetClock()))
        apps.append(app)
        return app

    yield opened
    for app in apps:
        await app.close()


def priced(**outputs: float) -> dict[str, Any]:
    """A list as OpenRouter gives it: dollars per token, as texts."""
    rows = [
        {"id": f"lab/{name}", "context_length": 65_536, "pricing": {"prompt": "0.000001", "completion": str(usd / 1e6)}}
        for name, usd in outputs.items()
    ]
    return {"data": rows}


def lists(backend: Backend) -> int:
    return sum(seen.path.endswith("/models") for seen in backend.visits)


def first(app: App) -> str:
    return app.decide(Work(task=Task.TESTS)).chain[0].name


def model(app: App, name: str) -> Model:
    return next(m for m in app.fleet.models if m.name == name)


def pass_time(app: App, seconds: float) -> None:
    clock = app.world.clock
    assert isinstance(clock, SetClock)
    clock.at += seconds


# --- lists ---


async def test_new_prices_rank_anew_at_once(open_app, backend: Backend) -> None:
    app = open_app(OPENROUTER.format(base=backend.base))
    refresher = Refresher(app, knock_at=())
    backend.pages["/v1/models"] = priced(one=1.0, two=20.0)
    await refresher.look()
    assert (model(app, "one").price.base.output, model(app, "one").context_window) == (1.0, 65_536)
    assert first(app) == "one"
    backend.pages["/v1/models"] = priced(one=20.0, two=1.0)
    pass_time(app, HALF_AN_HOUR)
    refresher.used()
    await refresher.look()
    assert first(app) == "two"
    assert lists(backend) == 2


async def test_a_list_is_fetched_when_it_is_due_and_not_before(open_app, backend: Backend) -> None:
    app = open_app(OPENROUTER.format(base=backend.base))
    backend.pages["/v1/models"] = priced(one=1.0)
    refresher = Refresher(app, knock_at=())
    fetched = []
    for minutes, in_use in [(0, True), (29, True), (1, True), (40, False), (23 * 60, False), (60, False)]:
        pass_time(app, minutes * MINUTE)
        if in_use:
            refresher.used()
        await refresher.look()
        fetched.append(lists(backend))
    assert fetched == [1, 1, 2, 2, 2, 3]


async def test_the_period_can_be_set(open_app, backend: Backend) -> None:
    app = open_app("[routing]\nrefresh_minutes = 2\n" + OPENROUTER.format(base=backend.base).split("\n", 2)[2])
    backend.pages["/v1/models"] = priced(one=1.0)
    refresher = Refresher(app, knock_at=())
    await refresher.look()
    pass_time(app, 2 * MINUTE)
    await refresher.look()
    assert lists(backend) == 2


@pytest.mark.parametrize("page", [Reply(status=500), {"data": []}, {"data": "rubbish"}, Reply(body="<html></html>")])
async def test_a_provider_that_does_not_tell_is_left_alone_ever_longer(open_app, backend: Backend, page: Any) -> None:
    app = open_app(OPENROUTER.format(base=backend.base))
    backend.pages["/v1/models"] = priced(one=1.0, two=2.0)
    refresher = Refresher(app, knock_at=())
    await refresher.look()
    backend.pages["/v1/models"] = page
    pass_time(app, HALF_AN_HOUR)
    asked = []
    for pause in [0, MINUTE, MINUTE, FIRST_PAUSE, FIRST_PAUSE, 2 * FIRST_PAUSE]:
        pass_time(app, pause)
        refresher.used()
        await refresher.look()
        asked.append(lists(backend))
    assert asked == [2, 2, 3, 3, 4, 4]
    assert model(app, "one").price.base.output == 1.0  # what was known stays


async def test_what_another_editor_fetched_is_taken_over(open_app, backend: Backend) -> None:
    config = OPENROUTER.format(base=backend.base)
    here, there = open_app(config), open_app(config)
    backend.pages["/v1/models"] = priced(one=3.0)
    await Refresher(there, knock_at=()).look()
    await Refresher(here, knock_at=()).look()
    assert lists(backend) == 1
    assert model(here, "one").price.base.output == 3.0
    assert model(open_app(config), "one").price.base.output == 3.0  # nor has who starts later to fetch it


async def test_offline_or_read_only_the_last_list_holds(open_app, backend: Backend, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "cache").write_text("a file where a folder should be")
    app = open_app(OPENROUTER.format(base=backend.base))
    backend.pages["/v1/models"] = priced(one=3.0)
    refresher = Refresher(app, knock_at=())
    await refresher.look()
    assert model(app, "one").price.base.output == 3.0
    await backend.__aexit__()
    pass_time(app, HALF_AN_HOUR)
    await refresher.look()
    assert model(app, "one").price.base.output == 3.0


async def test_a_provider_without_a_list_is_not_asked_for_one(open_app, backend: Backend) -> None:
    config = f'[providers.codestral]\nbase_url = "{backend.base}"\napi_key_env = "OPENROUTER_API_KEY"\n'
    app = open_app(config)
    await Refresher(app, knock_at=()).look()
    assert [p.name for p in Refresher(app).askable()] == ["codestral"]
    assert backend.visits == []


# --- consent ---


async def test_nobody_is_asked_before_the_user_agreed(open_app) -> None:
    app = open_app()
    assert [p.name for p in app.fleet.providers.values()] == ["openrouter"]
    assert Refresher(app).askable() == []


async def test_where_nothing_may_leave_only_what_runs_here_is_asked(open_app, backend: Backend) -> None:
    config = OPENROUTER.format(base=backend.base).replace("balanced", "local-only")
    app = open_app(config + f'[providers.llamacpp]\nbase_url = "{backend.base}"\n')
    refresher = Refresher(app, knock_at=())
    assert [p.name for p in refresher.askable()] == ["llamacpp"]
    await refresher.look()
    assert backend.visits != []
    assert all("authorization" not in seen.headers for seen in backend.visits)


# --- servers on this machine ---


async def test_a_server_that_appears_or_leaves_changes_the_ranking_at_once(open_app, backend: Backend) -> None:
    app = open_app()
    ollama = Provider("ollama", Dialect.OLLAMA, backend.base.removesuffix("/v1"), privacy=Privacy.LOCAL)
    refresher = Refresher(app, knock_at=[ollama])
    backend.script = lambda _seen: Reply(
        body={"capabilities": ["completion"], "model_info": {"q.context_length": 16_384}}
    )
    await refresher.look()
    assert app.decide(Work(task=Task.TESTS)).chain == ()
    backend.pages["/api/version"] = {"version": "0.12"}
    backend.pages["/api/tags"] = {"models": [{"name": "qwen2.5-coder:7b"}]}
    await refresher.look()
    [found] = app.decide(Work(task=Task.TESTS)).chain
    assert (found.id, found.tier, found.privacy, found.context_window) == (
        "qwen2.5-coder:7b",
        Tier.LOCAL,
        Privacy.LOCAL,
        16_384,
    )
    del backend.pages["/api/version"]
    await refresher.look()
    assert app.decide(Work(task=Task.TESTS)).chain == ()
    backend.pages["/api/version"] = {"version": "0.12"}
    backend.pages["/api/tags"] = {"models": [{"name": "gemma3:4b"}]}
    await refresher.look()
    assert [m.id for m in app.decide(Work(task=Task.TESTS)).chain] == ["gemma3:4b"]


# --- quotas ---


FREE = """
[providers.openrouter]
base_url = "{base}"
api_key_env = "OPENROUTER_API_KEY"
[[models]]
name = "paid"
provider = "openrouter"
model = "lab/one"
price = {{ input = 1.0, output = 1.0 }}
[[models]]
name = "gift"
provider = "openrouter"
model = "lab/two:free"
"""


def sent(app: App, name: str, times: int) -> None:
    for _ in range(times):
        pass_time(app, 5.0)  # below the limit of a minute
        app.monitor.health.permit(model(app, name), app.world.clock.now())


@pytest.mark.parametrize(
    ("never_paid", "times", "open_still"), [(True, 49, True), (True, 50, False), (False, 60, True)]
)
async def test_the_day_of_a_free_tier_is_as_long_as_the_account_allows(
    open_app, backend: Backend, never_paid: bool, times: int, open_still: bool
) -> None:
    app = open_app(FREE.format(base=backend.base))
    backend.pages["/v1/key"] = {"data": {"is_free_tier": never_paid, "limit_remaining": None}}
    assert model(app, "gift").quota is not None
    await Refresher(app, knock_at=()).look()
    sent(app, "gift", times)
    shut = app.monitor.health.closed(model(app, "gift"), app.world.clock.now())
    assert (shut is None) is open_still


async def test_credits_that_are_spent_close_what_costs_until_there_are_new_ones(open_app, backend: Backend) -> None:
    app = open_app(FREE.format(base=backend.base))
    refresher = Refresher(app, knock_at=())
    backend.pages["/v1/key"] = {"data": {"limit_remaining": 0, "is_free_tier": False}}
    await refresher.look()
    reasons = {v.model: v.reason for v in app.decide(Work(task=Task.TESTS)).candidates}
    assert "credits quota is spent" in reasons["paid"]
    assert [m.name for m in app.decide(Work(task=Task.TESTS)).chain] == ["gift"]
    backend.pages["/v1/key"] = {"data": {"limit_remaining": 4.2}}
    pass_time(app, 5 * MINUTE)
    refresher.used()
    await refresher.look()
    assert {m.name for m in app.decide(Work(task=Task.TESTS)).chain} == {"paid", "gift"}


async def test_quotas_are_asked_for_every_five_minutes_while_in_use(open_app, backend: Backend) -> None:
    app = open_app(FREE.format(base=backend.base))
    refresher = Refresher(app, knock_at=())
    polled = []
    for seconds in [0, 4 * MINUTE, MINUTE, IDLE_AFTER]:
        pass_time(app, seconds)
        await refresher.look()
        polled.append(sum(seen.path == "/v1/key" for seen in backend.visits))
    assert polled == [1, 1, 2, 2]


@pytest.mark.parametrize("page", [Reply(status=401), {"data": {"limit_remaining": "lots", "is_free_tier": []}}, []])
async def test_rubbish_about_a_key_teaches_nothing(open_app, backend: Backend, page: Any) -> None:
    app = open_app(FREE.format(base=backend.base))
    backend.pages["/v1/key"] = page
    await Refresher(app, knock_at=()).look()
    assert {m.name for m in app.decide(Work(task=Task.TESTS)).chain} == {"paid", "gift"}


async def test_it_runs_until_it_is_cancelled(open_app, backend: Backend) -> None:
    app = open_app(OPENROUTER.format(base=backend.base))
    backend.pages["/v1/models"] = priced(one=1.0)
    running = asyncio.create_task(Refresher(app, knock_at=()).run())
    clock = app.world.clock
    assert isinstance(clock, SetClock)
    async with asyncio.timeout(30):
        while len(clock.slept) < 3:  # noqa: ASYNC110 - a clock that is set knows no events
            await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert set(clock.slept) == {MINUTE}


# --- keys ---


async def test_a_key_that_expired_is_looked_up_again(open_app, backend: Backend, tmp_path: Path) -> None:
    """A command may print another key every hour."""
    stored = tmp_path / "key.txt"
    stored.write_text("old-canary-key")
    command = json.dumps([sys.executable, "-c", f"print(open({str(stored)!r}).read())"])
    config = OPENROUTER.replace('api_key_env = "OPENROUTER_API_KEY"', f"api_key_command = {command}".replace("{", "{{"))
    app = open_app(config.format(base=backend.base))
    backend.pages["/v1/models"] = priced(one=1.0, two=2.0)

    def script(seen: Seen) -> Reply:
        return Reply("ok") if seen.headers["authorization"] == "Bearer new-canary-key" else Reply(status=401)

    backend.script = script
    refresher = Refresher(app, knock_at=())
    work = Work(task=Task.TESTS)

    async def ask() -> str:
        prompt = Prompt((Message("user", "hi"),))
        return (await app.engine.answer(app.order(app.decide(work), work, lambda _m: prompt)))[0]

    with pytest.raises(ExhaustedError, match="HTTP 401"):
        await ask()
    app.settle()
    stored.write_text("new-canary-key")
    with pytest.raises(ExhaustedError, match="rests"):
        await ask()
    await refresher.look()
    assert await ask() == "ok"
    assert app.refused == set()
