from __future__ import annotations

import sqlite3
import time
from dataclasses import replace

import pytest

from lsp_router.domain.decision import Attempt, Decision, Served, Verdict
from lsp_router.domain.model import Tier
from lsp_router.domain.money import Tokens
from lsp_router.domain.task import Privacy, Task, Trigger, Work
from lsp_router.store.entry import CANDIDATES_TOLD, Entry, Feedback, Reaction, outcome
from lsp_router.store.history import History
from lsp_router.store.ledger import Ledger
from lsp_router.store.writer import Writer

NOON = 1_763_726_400.0
DAY = 86_400.0


def utc_day(at: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(at))


@pytest.fixture
def ledger(writer) -> Ledger:
    return Ledger(writer, day=utc_day)


@pytest.fixture
def history(database) -> History:
    return History(database)


def test_a_row_comes_back_as_it_was_written(ledger, history, entry) -> None:
    work = Work(
        trigger=Trigger.COMMAND,
        instruction="secret plan",
        path="/home/me/shop/till.py",
        diagnostics=("undefined name 'secret'",),
        language="python",
        selected_lines=12,
        prompt_tokens=900,
        privacy=Privacy.NO_TRAIN,
        pin="big",
        project="/home/me/shop",
        session="s1",
    )
    tried = (
        Attempt("small", "rate_limit", "slow down", 12.5, 0.0),
        Attempt("big", "ok", "stop", 300.0, 0.002_345_678, Tokens(1, 2, 3, 4, 5)),
    )
    made = entry("d1", work=work, model="big", tier=Tier.PAID, cost=0.002_345_678, attempts=tried, depth=1)
    ledger.record(made)
    ledger.flush()
    (row,) = history.rows()
    assert row.attempts == tried
    assert row.work == replace(work, instruction="", path="", diagnostics=(), project="", task=Task.COMPLETION)
    assert (row.id, row.at, row.day, row.project_name) == ("d1", NOON, "2025-11-21", "shop")
    assert (row.model, row.provider, row.tier, row.fallback_depth) == ("big", "big-house", "paid", 1)
    assert (row.tokens, row.cost_usd, row.baseline_usd) == (made.served.tokens, 0.002_345_678, 0.023_456_78)
    assert (row.gates, row.template, row.finish, row.cache, row.outcome) == (("syntax",), "fim@1", "stop", "miss", "ok")
    assert (row.latency_ms, row.ttft_ms, row.shown, row.verdict, row.survived_s) == (100.0, 40.0, 0, "", None)


def test_nothing_of_the_source_and_no_key_reaches_the_disk(home, ledger, database, writer, entry) -> None:
    canary, key = "canary_4711", "sk-canary-0123456789abcdef"
    work = Work(instruction=canary, path=f"/{canary}.py", diagnostics=(canary,), project=f"/{canary}/shop", session="s")
    tried = (
        Attempt("small", "auth", f"Incorrect API key provided: {key}"),
        Attempt("small", "bad_request", f"invalid message: 'def f(): return {canary} and more source text to come'"),
    )
    ledger.record(entry("d1", work=work, attempts=tried, uri=f"file:///{canary}.py"))
    ledger.record(replace(entry("d2", work=work), template="fim@1"))
    writer.close()
    database.close()
    held = b"".join(file.read_bytes() for file in home.folder.iterdir())
    assert b"Incorrect API key provided" in held
    assert canary.encode() not in held
    assert b"canary" not in held


def test_a_conclusion_tells_how_each_try_ended_and_adds_no_cost(ledger, history, entry) -> None:
    tries = (Attempt("small", "ok", "stop", 10.0, 0.001), Attempt("big", "ok", "stop", 20.0, 0.002))
    ledger.record(entry("d1", cost=0.001, attempts=tries[:1]))
    ledger.record(entry("d1", cost=0.002, model="big", tier=Tier.PAID, attempts=tries[1:]))
    judged = (replace(tries[0], outcome="rejected", reason="syntax: broken"), tries[1])
    made = entry("d1", cost=0.003, model="big", tier=Tier.PAID, attempts=judged)
    ledger.conclude(replace(made, served=replace(made.served, gates=("syntax", "ruff"))))
    ledger.conclude(entry("never recorded"))
    ledger.flush()
    (row,) = history.rows()
    assert row.attempts == judged
    assert (row.cost_usd, row.model, row.gates) == (0.003, "big", ("syntax", "ruff"))
    assert [a["outcome"] for a in history.latest("")["attempts"]] == ["rejected", "ok"]


def test_a_repair_adds_to_its_decision(ledger, history, entry) -> None:
    ledger.record(entry("d1", cost=0.001, served=False, attempts=(Attempt("small", "rejected", "syntax"),)))
    ledger.record(entry("d1", cost=0.002, model="big", tier=Tier.PAID))
    ledger.flush()
    (row,) = history.rows()
    assert (row.cost_usd, row.latency_ms, row.model, row.outcome) == (0.003, 200.0, "big", "ok")
    assert [a.model for a in row.attempts] == ["small", "big"]
    assert row.tokens == Tokens(200, 20, 10, 40, 6)


@pytest.mark.parametrize(
    ("reactions", "expected"),
    [
        ([], (0, "", 0, 0, None)),
        ([(Reaction.SHOWN, 0, 0), (Reaction.SHOWN, 0, 0)], (2, "", 0, 0, None)),
        ([(Reaction.SHOWN, 0, 0), (Reaction.REJECTED, 0, 0)], (1, "rejected", 0, 0, None)),
        ([(Reaction.PARTIAL, 5, 0), (Reaction.PARTIAL, 9, 0)], (0, "partial", 9, 0, None)),
        ([(Reaction.PARTIAL, 5, 0), (Reaction.REJECTED, 0, 0)], (0, "partial", 5, 0, None)),
        ([(Reaction.ACCEPTED, 20, 0), (Reaction.PARTIAL, 9, 0)], (0, "accepted", 20, 0, None)),
        ([(Reaction.ACCEPTED, 20, 0), (Reaction.SURVIVED, 18, 15)], (0, "accepted", 20, 18, 15.0)),
        (
            [(Reaction.ACCEPTED, 20, 0), (Reaction.SURVIVED, 18, 15), (Reaction.SURVIVED, 3, 600)],
            (0, "accepted", 20, 3, 600.0),
        ),
    ],
)
def test_what_the_user_made_of_it(ledger, history, entry, reactions, expected) -> None:
    ledger.record(entry("d1"))
    for reaction, chars, after in reactions:
        ledger.feedback(Feedback("d1", reaction, chars, after))
    ledger.feedback(Feedback("forgotten long ago", Reaction.ACCEPTED, 3))
    ledger.flush()
    (row,) = history.rows()
    assert (row.shown, row.verdict, row.accepted_chars, row.survived_chars, row.survived_s) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "ok"),
        ({"served": False, "cache": "hit"}, "ok"),
        ({"served": False, "attempts": (Attempt("a", "timeout"),)}, "failed"),
        ({"served": False, "attempts": (Attempt("a", "timeout"), Attempt("b", "cancelled"))}, "cancelled"),
        ({"served": False, "attempts": ()}, "refused"),
    ],
)
def test_the_outcome_is_made_out_from_the_attempts(entry, changes, expected) -> None:
    assert outcome(entry("d", **changes).served) == expected


def fill(ledger, entry) -> None:
    """Two days, two projects; 4 answers of models (1 paid, 1 after a fallback), a hit, a failure."""
    other = Work(language="go", project="/elsewhere", session="s2")
    ledger.record(entry("a", at=NOON - DAY, latency_ms=100))
    ledger.record(entry("b", latency_ms=200, depth=1))
    ledger.record(entry("c", model="big", tier=Tier.PAID, cost=0.01, latency_ms=900, task=Task.REFACTOR))
    ledger.record(entry("d", work=other, latency_ms=300))
    ledger.record(entry("e", cache="hit", latency_ms=1, attempts=()))
    ledger.record(entry("f", served=False, attempts=(Attempt("small", "timeout"),)))
    ledger.feedback(Feedback("c", Reaction.SHOWN))
    ledger.feedback(Feedback("c", Reaction.ACCEPTED, 50))
    ledger.feedback(Feedback("c", Reaction.SURVIVED, 40, 600))
    ledger.flush()


def test_totals_of_everything(ledger, history, entry) -> None:
    fill(ledger, entry)
    (total,) = history.totals()
    assert (total.requests, total.answered, total.hits, total.asked) == (6, 5, 1, 4)
    assert (total.paid, total.fell_back, total.paid_share) == (1, 1, 0.25)
    assert (total.cost_usd, total.baseline_usd, total.saved_usd) == (0.01, 0.1, pytest.approx(0.09))
    assert (total.shown, total.accepted, total.rejected, total.accepted_chars, total.survived_chars) == (
        1,
        1,
        0,
        50,
        40,
    )
    assert (total.p50_ms, total.p95_ms) == (300, 900)
    assert total.tokens == Tokens(600, 60, 30, 120, 18)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("model", [("big", 1), ("small", 4), ("", 1)]),
        ("task", [("refactor", 1), ("completion", 5)]),
        ("language", [("python", 5), ("go", 1)]),
        ("day", [("2025-11-20", 1), ("2025-11-21", 5)]),
        ("tier", [("paid", 1), ("free", 4), ("", 1)]),
        ("provider", [("big-house", 1), ("small-house", 4), ("", 1)]),
        ("project_name", [("shop", 5), ("elsewhere", 1)]),
        ("session", [("s1", 5), ("s2", 1)]),
        ("cache", [("miss", 5), ("hit", 1)]),
        ("outcome", [("ok", 5), ("failed", 1)]),
        ("template", [("fim@1", 6)]),
    ],
)
def test_totals_by(ledger, history, entry, by, expected) -> None:
    fill(ledger, entry)
    assert [(total.key, total.requests) for total in history.totals(by=by)] == expected


def test_totals_since_and_of_a_project(ledger, history, entry) -> None:
    fill(ledger, entry)
    assert history.totals(since=NOON)[0].requests == 5
    assert history.totals(project="/elsewhere")[0].requests == 1
    assert history.totals(since=NOON + 1)[0].requests == 0


def test_an_empty_ledger_has_totals_too(history) -> None:
    (total,) = history.totals()
    assert (total.requests, total.cost_usd, total.p50_ms, total.paid_share) == (0, 0.0, None, 0.0)
    assert history.totals(by="model") == []
    assert history.paid_share(0.0).value == 0.0
    assert history.latest() is None
    assert list(history.rows()) == []


def test_what_was_spent_and_the_paid_share(ledger, history, entry) -> None:
    fill(ledger, entry)
    assert history.spent() == 0.01
    assert history.spent(day="2025-11-21", project="/home/me/shop") == 0.01
    assert history.spent(day="2025-11-20") == 0.0
    assert history.spent(session="s2") == 0.0
    assert history.spent(since=NOON + 1) == 0.0
    share = history.paid_share(NOON)
    assert (share.paid, share.asked, share.value) == (1, 3, pytest.approx(1 / 3))
    assert history.paid_share(NOON, "/elsewhere").asked == 1


def test_why_tells_the_decision_in_public_words(ledger, history, entry) -> None:
    ledger.record(entry("d1", uri="file:///a.py"))
    ledger.record(entry("d2", uri="file:///b.py"))
    ledger.flush()
    told = history.latest("file:///a.py")
    assert told is not None
    assert told["id"] == "d1"
    assert told["attempts"] == [{"model": "small", "outcome": "ok", "reason": "stop", "ms": 100.0}]
    assert told["candidates"][1] == {"model": "big", "score": None, "reason": "too dear"}
    assert told["tokens"] == {"input": 105, "cached": 10, "output": 20, "reasoning": 3}, (
        "written to a cache is input, too"
    )
    assert history.why("d1") == told
    assert history.latest()["id"] == "d2"
    assert history.latest("file:///c.py") is None
    assert history.why("d3") is None


def test_why_tells_the_best_of_a_large_catalogue(ledger, history) -> None:
    everyone = tuple(Verdict(f"m{n}", n / 10 if n % 2 else None, "so") for n in range(300))
    ledger.record(Entry(NOON, Served(Decision("d1", Task.REVIEW, candidates=everyone)), Work()))
    ledger.flush()
    candidates = history.why("d1")["candidates"]
    assert len(candidates) == CANDIDATES_TOLD
    assert candidates[0]["model"] == "m299"


def test_rows_come_page_by_page(ledger, history, entry, monkeypatch) -> None:
    monkeypatch.setattr("lsp_router.store.history.PAGE", 3)
    for n in range(10):
        ledger.record(entry(f"d{n}", at=NOON + n))
    ledger.flush()
    assert [row.id for row in history.rows()] == [f"d{n}" for n in range(10)]
    assert [row.id for row in history.rows(NOON + 2, NOON + 5)] == ["d2", "d3", "d4"]


def test_a_row_of_a_later_version_can_still_be_read(ledger, history, entry, database) -> None:
    ledger.record(entry("d1"))
    ledger.flush()
    shape = '{"trigger": "by thought", "privacy": "moon", "files": 3, "mood": "good"}'
    database.write(lambda c: c.execute("UPDATE decision SET task = 'dreaming', shape = ?", (shape,)))
    (row,) = history.rows()
    assert (row.task, row.work.task, row.work.files, row.work.trigger) == ("dreaming", None, 3, Trigger.COMMAND)


def test_recording_costs_the_caller_microseconds(ledger, entry) -> None:
    made = [entry(f"d{n}") for n in range(2_000)]
    taken = []
    for one in made:
        started = time.perf_counter()
        ledger.record(one)
        taken.append(time.perf_counter() - started)
    assert sorted(taken)[len(taken) // 2] < 20e-6


def test_rows_arrive_by_themselves(home, database, entry, history) -> None:
    Ledger(home.writer(database, gather=0.01)).record(entry("d1"))
    deadline = time.monotonic() + 30
    while not list(history.rows()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [row.id for row in history.rows()] == ["d1"]


def test_closing_writes_what_waits_and_may_be_followed_by_more(writer, ledger, history, entry) -> None:
    ledger.record(entry("d1"))
    writer.close()
    assert [row.id for row in history.rows()] == ["d1"]
    ledger.record(entry("d2"))
    writer.close()
    assert [row.id for row in history.rows()] == ["d1", "d2"]


def test_an_impossible_row_does_not_take_the_others_along(writer, ledger, history, entry) -> None:
    ledger.record(entry("d1"))
    ledger.record(replace(entry("d2"), at=None))
    ledger.record(entry("d3", work=Work(project="/odd\ud800name", session="\ud800")))
    ledger.record(replace(entry("d4"), baseline_usd=1e30))
    ledger.record(entry("d5"))
    ledger.flush()
    assert [row.id for row in history.rows()] == ["d1", "d3", "d5"]
    assert writer.refused == 2


def test_a_locked_file_loses_no_rows(home, database, entry, history, locked, monkeypatch) -> None:
    monkeypatch.setattr("lsp_router.store.writer.PATIENT", 0.05)
    history.totals()
    other = locked(home.folder / "ledger.db")
    writer = home.writer(database, gather=0.01)
    ledger = Ledger(writer)
    for n in range(200):
        ledger.record(entry(f"d{n}"))
    ledger.flush()
    assert list(history.rows()) == []
    other.close()
    ledger.flush()
    assert [row.id for row in history.rows()] == [f"d{n}" for n in range(200)]


def test_a_waiting_line_has_an_end(home, database, entry, history, locked, monkeypatch) -> None:
    monkeypatch.setattr("lsp_router.store.writer.BACKLOG", 10)
    monkeypatch.setattr("lsp_router.store.writer.PATIENT", 0.01)
    history.totals()
    other = locked(home.folder / "ledger.db")
    writer = Writer(database, gather=60)
    for n in range(30):
        Ledger(writer).record(entry(f"d{n}"))
    other.close()
    writer.close()
    assert [row.id for row in history.rows()] == [f"d{n}" for n in range(20, 30)]


WRITES = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from conftest import make_entry
from lsp_router.store.database import Database
from lsp_router.store.ledger import Ledger
from lsp_router.store.writer import Writer
said = []
database = Database(Path(sys.argv[1]), said.append)
writer = Writer(database, gather=0.0)
ledger = Ledger(writer)
print("ready", flush=True)
for n in range(int(sys.argv[4])):
    ledger.record(make_entry(f"{sys.argv[2]}-{n}"))
    if n % 10 == 0:
        time.sleep(0.005)
writer.close()
database.close()
print(len(said))
"""


def test_two_processes_write_at_once(home, start, history, request) -> None:
    here = request.path.parent
    processes = [start(WRITES, home.folder, name, here, 300) for name in ("a", "b")]
    outputs = [process.communicate(timeout=60) for process in processes]
    assert [out.split() for out, _ in outputs] == [["ready", "0"]] * 2, outputs
    ids = [row.id for row in history.rows()]
    assert sorted(ids) == sorted(f"{name}-{n}" for name in ("a", "b") for n in range(300))
    assert history.totals()[0].tokens.input == 60_000


def test_a_killed_process_leaves_whole_rows(home, start, history, database, request) -> None:
    process = start(WRITES, home.folder, "a", request.path.parent, 10_000_000)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    deadline = time.monotonic() + 30
    while history.totals()[0].requests < 200 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.wait()
    database.close()
    rows = list(history.rows())
    assert len(rows) >= 200
    assert [row.id for row in rows] == [f"a-{n}" for n in range(len(rows))]
    assert all(len(row.attempts) == 1 for row in rows)
    assert database.read(lambda c: c.execute("PRAGMA integrity_check").fetchone()) == ("ok",)
    assert home.said == []


def test_a_damaged_ledger_starts_over_and_goes_on(home, entry) -> None:
    home.folder.mkdir()
    (home.folder / "ledger.db").write_bytes(b"rubbish" * 1_000)
    database = home.database()
    writer = home.writer(database)
    Ledger(writer).record(entry("d1"))
    writer.close()
    assert [row.id for row in History(database).rows()] == ["d1"]
    assert len(home.said) == 1


def test_the_columns_say_what_the_schema_says(database, entry) -> None:
    """An added value without its column would only be noticed in the background."""
    from lsp_router.store.entry import attempt_columns, columns

    made = entry("d1")
    there = {
        t: {row[1] for row in database.read(lambda c, t=t: c.execute(f"PRAGMA table_info({t})").fetchall())}
        for t in ("decision", "attempt")
    }
    assert set(columns(made, "day")) <= there["decision"]
    assert set(attempt_columns(made.served.attempts[0])) | {"decision"} == there["attempt"]
    with pytest.raises(sqlite3.IntegrityError):
        database.write(lambda c: c.execute("INSERT INTO decision (id) VALUES ('x')"))


def test_totals_by_something_else_say_what_there_is(history) -> None:
    with pytest.raises(ValueError, match="model, task, language"):
        history.totals(by="id; DROP TABLE decision")
