from __future__ import annotations

import time

import pytest

from lsp_router.store.claims import Claims
from lsp_router.store.facts import Facts
from lsp_router.store.history import History
from lsp_router.store.ledger import Ledger
from lsp_router.store.retention import PIECE, Retention, upkeep

NOON = 1_763_726_400.0
DAY = 86_400.0


def count(database, table: str) -> int:
    return database.read(lambda c: c.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.mark.parametrize(
    ("retention", "kept"),
    [
        (Retention(decisions=5), range(15, 20)),
        (Retention(days=4.5), range(15, 20)),
        (Retention(decisions=3, days=10), range(17, 20)),
        (Retention(), range(20)),
    ],
)
def test_old_decisions_go_with_all_that_belongs_to_them(database, writer, entry, retention, kept) -> None:
    ledger = Ledger(writer)
    for n in range(20):
        ledger.record(entry(f"d{n}", at=NOON - (19 - n) * DAY))
    ledger.flush()
    database.write(upkeep(retention, lambda: NOON))
    assert [row.id for row in History(database).rows()] == [f"d{n}" for n in kept]
    assert count(database, "attempt") == len(kept)
    assert count(database, "why") == len(kept)


def test_only_the_latest_are_explained(database, writer, entry) -> None:
    ledger = Ledger(writer)
    for n in range(10):
        ledger.record(entry(f"d{n}"))
    ledger.flush()
    database.write(upkeep(Retention(explained=2), lambda: NOON))
    assert [History(database).why(f"d{n}") is not None for n in (0, 7, 8, 9)] == [False, False, True, True]
    assert count(database, "decision") == 10


def test_a_large_ledger_shrinks_piece_by_piece_and_gives_its_space_back(home, database, writer, entry) -> None:
    ledger = Ledger(writer)
    for n in range(PIECE + 500):
        ledger.record(entry(f"d{n}", at=NOON - 200 * DAY))
    ledger.flush()
    pages = database.read(lambda c: c.execute("PRAGMA page_count").fetchone()[0])
    database.write(upkeep(Retention(), lambda: NOON), 5.0)
    assert count(database, "decision") == 499
    database.write(upkeep(Retention(), lambda: NOON), 5.0)
    assert count(database, "decision") == 0
    assert database.read(lambda c: c.execute("PRAGMA page_count").fetchone()[0]) < pages / 2


def test_what_processes_shared_is_forgotten_when_it_is_over(database, writer, now) -> None:
    facts, claims = Facts(database, writer, now=now), Claims(database, writer, now=now)
    for n in range(5):
        facts.publish(f"pool:{n}", "bench", {}, now() + 60)
    claims.claim("pool:1", "probe", now() + 60)
    claims.spend_quota("pool:1", "day", 1, now() + 60)
    rows = [("request r", NOON), ("session s", NOON), ("day 2025-11-21 p", NOON)]
    database.write(lambda c: c.executemany("INSERT INTO purse VALUES (?, 1, ?)", rows))
    for later, left in ((0, (5, 1, 1, 3)), (2 * DAY, (0, 0, 0, 2)), (50 * DAY, (0, 0, 0, 0))):
        now.at = NOON + later
        database.write(upkeep(Retention(), now))
        assert tuple(count(database, table) for table in ("fact", "claim", "quota", "purse")) == left


def test_facts_are_bounded(database, writer, now) -> None:
    facts = Facts(database, writer, now=now)
    for n in range(12):
        facts.publish(f"pool:{n}", "bench", {}, now() + 60)
    database.write(upkeep(Retention(facts=4), now))
    assert sorted(scope for scope, _ in Facts(database, writer, now=now).facts()) == sorted(
        f"pool:{n}" for n in range(8, 12)
    )


def test_the_writer_keeps_up_by_itself(home, database, entry, now) -> None:
    writer = home.writer(database, upkeep=upkeep(Retention(decisions=3), now), gather=0.01)
    ledger = Ledger(writer)
    for n in range(10):
        ledger.record(entry(f"d{n}"))
    deadline = time.monotonic() + 30
    while count(database, "decision") != 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert count(database, "decision") == 3
