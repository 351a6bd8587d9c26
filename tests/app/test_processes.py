"""Several editors of one user at once, as real processes over one home: they know, count and pay as one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.backend import Backend, Reply, Seen
from tests.support.shell import REPO, Shell

GATE = """
[providers.gate]
kind = "openai"
base_url = "{base}"
api_key_env = "GATE_KEY"
max_concurrency = 64
[providers.spare]
kind = "openai"
base_url = "{base}"
"""
PAID = """
[[models]]
name = "{name}"
provider = "{provider}"
model = "{name}"
price = {{ input = 1.0, output = 10.0 }}
quality = {{ default = {quality} }}
latency_target_ms = 100
"""
FREE = """
[[models]]
name = "free"
provider = "gate"
model = "free"
tier = "free"
quality = { default = 9 }
latency_target_ms = 100
quota = { per_day = 6 }
"""
COSTLY = {"prompt_tokens": 1_000, "max_tokens": 1_000}
WORST = 0.011
"""What a COSTLY request of a PAID model may cost, and here does."""


@pytest.fixture
async def backend() -> AsyncIterator[Backend]:
    async with Backend() as running:
        yield running


@pytest.fixture
def shell(shell: Shell) -> Shell:
    shell.environ["GATE_KEY"] = "gate-canary-key"
    return shell


async def editor(shell: Shell, **wish: Any) -> list[dict[str, Any]]:
    done = await shell.python("-m", "tests.support.asking", json.dumps(wish), PYTHONPATH=str(REPO))
    assert done.code == 0, done.err
    return done.json


async def editors(shell: Shell, count: int, **wish: Any) -> list[dict[str, Any]]:
    """All start asking at the same moment."""
    running = [asyncio.create_task(editor(shell, wait_for="go", **wish)) for _ in range(count)]
    await asyncio.sleep(0.8)
    shell.write("go", "")
    return [row for rows in await asyncio.gather(*running) for row in rows]


async def test_the_day_is_never_overspent(shell: Shell, backend: Backend) -> None:
    used = {"prompt_tokens": 1_000, "completion_tokens": 1_000}
    backend.script = lambda _seen: Reply("answer", usage=used, delay=0.02)
    limit = WORST * 5.5
    shell.user(
        f"[budget]\nper_day_usd = {limit}\nper_session_usd = 'unlimited'\n"
        + GATE.format(base=backend.base)
        + PAID.format(name="costly", provider="gate", quality=9)
    )
    rows = await editors(shell, 3, requests=6, at_once=True, **COSTLY)
    answered = [row for row in rows if "text" in row]
    assert len(rows) == 18
    assert len(answered) == len(backend.log) == 5
    assert sum(row["cost_usd"] for row in answered) == pytest.approx(5 * WORST)
    refused = next(row["error"] for row in rows if "error" in row)
    assert "per_day_usd" in refused
    told = await shell("stats", "--json")
    assert told.json["total"]["cost_usd"] == pytest.approx(5 * WORST)
    route = await shell("route", "explain", "--json")
    assert "per_day_usd" in route.json["candidates"][0]["reason"]


async def test_what_one_learnt_the_others_respect(shell: Shell, backend: Backend) -> None:
    spent = {"error": {"message": "Rate limit exceeded: free-models-per-day", "code": 429}}
    backend.script = lambda seen: Reply(status=429, body=spent) if seen.model == "best" else Reply("ok")
    shell.user(
        GATE.format(base=backend.base)
        + PAID.format(name="best", provider="gate", quality=9.5)
        + PAID.format(name="second", provider="spare", quality=6)
    )
    first = await editor(shell, requests=1)
    assert [a["outcome"] for a in first[0]["attempts"]] == ["quota", "ok"]
    rows = await editors(shell, 2, requests=5)
    assert [row["text"] for row in rows] == ["ok"] * 10
    assert backend.calls("best") == 1
    models = {row["model"]: row["health"] for row in (await shell("models", "--json")).json}
    assert models == {"best": "daily quota is spent", "second": "fine"}


async def test_a_bench_is_heard_while_running(shell: Shell, backend: Backend) -> None:
    """The other editor is open already when this one finds out."""

    def script(seen: Seen) -> Reply:
        return Reply(status=401) if seen.model == "best" else Reply("ok", delay=0.05)

    backend.script = script
    shell.user(
        GATE.format(base=backend.base)
        + PAID.format(name="best", provider="gate", quality=9.5)
        + PAID.format(name="second", provider="spare", quality=6)
    )
    rows = await editors(shell, 3, requests=6)
    assert all(row["text"] == "ok" for row in rows)
    assert backend.calls("second") == 18
    assert backend.calls("best") <= 3


async def test_a_daily_free_quota_counts_together(shell: Shell, backend: Backend) -> None:
    backend.script = lambda _seen: Reply("ok")
    shell.user(GATE.format(base=backend.base) + FREE)
    rows = await editors(shell, 3, requests=4, at_once=True)
    assert len([row for row in rows if "text" in row]) == 6
    assert backend.calls("free") == 6
    late = await editor(shell, requests=1)
    assert "free: skipped (rests for another " in late[0]["error"]
    assert backend.calls("free") == 6
    told = (await shell("models", "--json")).json
    assert told[0]["health"] == "its 6 requests of today are spent"


async def test_an_editor_that_is_killed_leaves_what_it_promised_counted(shell: Shell, backend: Backend) -> None:
    """Nobody knows whether its provider had answered, so the estimate stays: the only choice that cannot overspend."""
    backend.script = lambda _seen: Reply("answer", delay=30)
    shell.user(
        f"[budget]\nper_day_usd = {WORST * 1.5}\n"
        + GATE.format(base=backend.base)
        + PAID.format(name="costly", provider="gate", quality=9)
    )
    running = asyncio.create_task(editor(shell, requests=1, **COSTLY))
    while not backend.log:  # noqa: ASYNC110 - the backend knows no events
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    rows = await editor(shell, requests=1, **COSTLY)
    assert "per_day_usd" in rows[0]["error"]
    assert len(backend.log) == 1
