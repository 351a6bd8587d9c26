"""`stats` and `cache` after real requests: figures that a person can check with a pencil."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from lsp_router.app.records import Records
from lsp_router.config.places import places
from lsp_router.domain.model import Tier
from lsp_router.store.cache import Cache
from lsp_router.store.entry import Feedback, Reaction
from tests.support.backend import Backend, Reply, Seen
from tests.support.records import entry
from tests.support.shell import Shell

CONFIG = """
[providers.gate]
base_url = "{base}"
[providers.spare]
base_url = "{base}"
[[models]]
name = "dear"
provider = "gate"
model = "dear"
quality = {{ default = 9 }}
price = {{ input = 1.0, cached = 0.1, output = 4.0 }}
[[models]]
name = "gift"
provider = "spare"
model = "gift"
tier = "free"
quality = {{ default = 8.5 }}
"""
USED = {"prompt_tokens": 1_000, "completion_tokens": 100, "prompt_tokens_details": {"cached_tokens": 400}}
DEAR = (600 * 1.0 + 400 * 0.1 + 100 * 4.0) / 1e6
PREMIUM = (1_000 * 2.5 + 100 * 10.0) / 1e6
"""The same tokens at the prices savings are measured against."""


@pytest.fixture
async def backend() -> AsyncIterator[Backend]:
    async with Backend(lambda _seen: Reply("fine", usage=USED)) as running:
        yield running


async def ask(shell: Shell, **wish: Any) -> list[dict[str, Any]]:
    return (await shell.python("-m", "tests.support.asking", json.dumps(wish))).json


async def test_figures_add_up(shell: Shell, quick, backend: Backend) -> None:
    """Three free answers, then the free model breaks and two are paid for."""
    shell.user(CONFIG.format(base=backend.base))
    await ask(shell, requests=3)
    backend.script = lambda seen: Reply(status=500) if seen.model == "gift" else Reply("fine", usage=USED)
    await ask(shell, requests=2, task="tests")
    told = quick("stats", "--json").json
    total = told["total"]
    assert (total["requests"], total["answered"], total["asked"], total["paid"], total["fell_back"]) == (5, 5, 5, 2, 2)
    assert total["cost_usd"] == pytest.approx(2 * DEAR)
    assert total["baseline_usd"] == pytest.approx(5 * PREMIUM)
    assert total["saved_usd"] == pytest.approx(5 * PREMIUM - 2 * DEAR)
    assert total["paid_share"] == pytest.approx(0.4)
    assert total["tokens"] == {"input": 3_000, "cached": 2_000, "written": 0, "output": 500, "reasoning": 0}
    assert total["p50_ms"] > 0
    by = {row["key"]: row for row in told["rows"]}
    assert {name: (row["requests"], row["paid_share"]) for name, row in by.items()} == {
        "dear": (2, 1.0),
        "gift": (3, 0),
    }
    assert [(r["key"], r["requests"]) for r in quick("stats", "--by", "task", "--json").json["rows"]] == [
        ("tests", 2),
        ("explain", 3),
    ]
    assert [r["key"] for r in quick("stats", "--by", "day", "--json").json["rows"]] == [time.strftime("%Y-%m-%d")]
    text = quick("stats").out
    assert text.startswith(f"5 requests, ${2 * DEAR:.4f}; saved ${5 * PREMIUM - 2 * DEAR:.4f} against")
    assert "40.0% of the others paid, 2 fell back" in text


async def test_a_failure_is_counted_but_not_as_answered(shell: Shell, quick, backend: Backend) -> None:
    shell.user(CONFIG.format(base=backend.base))
    backend.script = lambda _seen: Reply(status=500)
    rows = await ask(shell, requests=2)
    assert all("dear: server" in row["error"] and "gift: server" in row["error"] for row in rows)
    total = quick("stats", "--json").json["total"]
    assert (total["requests"], total["answered"], total["cost_usd"]) == (2, 0, 0)


def test_nothing_was_asked_yet(quick) -> None:
    done = quick("stats", "--since", "24h")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("nothing was asked in this time")
    assert quick("stats", "--json").json["rows"] == []


async def test_speed_is_remembered_by_the_next_process(shell: Shell, quick, backend: Backend) -> None:
    shell.user(CONFIG.format(base=backend.base))

    def slow(_seen: Seen) -> Reply:
        return Reply("fine", usage=USED, delay=0.15)

    backend.script = slow
    await ask(shell, requests=2)
    measured = {row["model"]: row["measured_ms"] for row in quick("models", "--json").json}
    assert measured["dear"] is None
    assert 150 <= measured["gift"] < 1_500
    reasons = {c["model"]: c["reason"] for c in quick("route", "explain", "--json").json["candidates"]}
    assert f"{measured['gift']:.0f} ms" in reasons["gift"]


def test_the_cache_is_told_and_emptied(shell: Shell, quick) -> None:
    folder = places({"LSP_ROUTER_HOME": str(shell.home)}).cache / "answers"
    cache = Cache(folder, print)
    for n in range(3):
        cache.put(f"key {n}", "x" * 1_000)
    cache.close()
    info = quick("cache", "info", "--json").json
    assert info["entries"] == 3
    assert info["bytes"] > 3_000
    assert info["limit_bytes"] == 256 * 1_048_576
    assert quick("cache", "info").out.startswith("3 answers, ")
    assert quick("cache", "clear").out == "the cache is empty: 3 answers forgotten\n"
    assert quick("cache", "info", "--json", "--set", "cache.size_mb=5").json["entries"] == 0
    assert quick("cache", "clear", "--json").json["entries"] == 0


def test_the_indexes_of_projects_are_told_and_forgotten(shell: Shell, quick) -> None:
    index = places({"LSP_ROUTER_HOME": str(shell.home)}).cache / "recall" / "0123456789abcdef"
    index.mkdir(parents=True)
    (index / "python-1.segment").write_bytes(b"x" * 2_097_152)
    assert quick("cache", "info", "--json").json["index"]["workspaces"] == 1
    assert "indexes of 1 projects, 2.0 MB" in quick("cache", "info").out
    assert quick("cache", "clear").out.endswith("and the indexes of 1 projects\n")
    assert not index.exists()
    assert quick("cache", "info", "--json").json["index"] == {
        "workspaces": 0,
        "bytes": 0,
        "folder": str(index.parent),
    }


async def test_stats_while_an_editor_writes(shell: Shell, quick, backend: Backend) -> None:
    shell.user(CONFIG.format(base=backend.base))
    asked, *told = await asyncio.gather(ask(shell, requests=20), *(shell("stats", "--json") for _ in range(2)))
    assert len(asked) == 20
    assert all((done.code, done.err) == (0, "") for done in told)
    assert quick("stats", "--json").json["total"]["requests"] == 20


def recorded(shell: Shell, *things: Any) -> None:
    records = Records(places({"LSP_ROUTER_HOME": str(shell.home)}).state, time.time, print)
    for thing in things:
        (records.desk.ledger.feedback if isinstance(thing, Feedback) else records.desk.ledger.record)(thing)
    records.close()


def test_what_a_kept_character_costs(shell: Shell, quick) -> None:
    now = time.time() - 60
    recorded(
        shell,
        entry("a", at=now, model="dear", tier=Tier.PAID, cost=0.003),
        entry("b", at=now, model="dear", tier=Tier.PAID, cost=0.001, language="rust"),
        *(Feedback(ident, Reaction.SHOWN) for ident in "ab"),
        Feedback("a", Reaction.ACCEPTED, 50),
        Feedback("a", Reaction.SURVIVED, 40, 120.0),
        Feedback("b", Reaction.REJECTED),
    )
    told = quick("stats", "--json").json
    assert told["total"]["acceptance"] == 0.5
    assert told["total"]["usd_per_kept_char"] == pytest.approx(0.004 / 40)
    text = quick("stats").out
    assert "1 of 2 suggestions accepted; $0.1000 per 1,000 characters that stayed" in text
    rows = {row["language"]: row for row in quick("stats", "--by", "feedback", "--json").json["rows"]}
    assert (rows["python"]["accepted"], rows["python"]["usd_per_kept_char"]) == (1, pytest.approx(0.003 / 40))
    assert (rows["rust"]["rejected"], rows["rust"]["usd_per_kept_char"]) == (1, None)
    assert "rust" in quick("stats", "--by", "feedback").out


def test_alerts_are_told(shell: Shell, quick) -> None:
    recorded(shell, *(entry(f"p{n}", at=time.time() - 60, model="dear", tier=Tier.PAID) for n in range(30)))
    assert "! 100% of the last 30 requests were paid (alert above 5%)" in quick("stats").out
    assert [alert["key"] for alert in quick("stats", "--json").json["alerts"]] == ["paid-share"]
