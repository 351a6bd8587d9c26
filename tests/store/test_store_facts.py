from __future__ import annotations

import pytest

from lsp_router.store.claims import Claims
from lsp_router.store.facts import Facts


@pytest.fixture
def ours(database, writer, now) -> Facts:
    return Facts(database, writer, now=now)


@pytest.fixture
def theirs(home, now) -> Facts:
    other = home.database()
    return Facts(other, home.writer(other), now=now)


def test_what_one_learns_all_know_until_it_is_over(ours, theirs, now) -> None:
    assert theirs.facts() == {}
    ours.publish("pool:groq", "bench", {"reason": "rate limited"}, now() + 60)
    fact = theirs.facts()["pool:groq", "bench"]
    assert (fact.value, fact.expires_at) == ({"reason": "rate limited"}, now() + 60)
    assert ours.facts() == theirs.facts()
    now.at += 61
    assert theirs.facts() == {}


def test_the_version_moves_with_facts_and_with_nothing_else(ours, theirs, now, database) -> None:
    ours.publish("pool:cerebras", "bench", {}, now() + 60)
    start, known = theirs.version(), theirs._known
    assert theirs.version() == start
    database.write(lambda c: c.execute("INSERT INTO claim VALUES ('x', 1)"))
    assert theirs.version() == start
    assert theirs._known is known
    ours.publish("pool:groq", "bench", {}, now() + 60)
    assert theirs.version() != start


@pytest.mark.parametrize(
    ("longest", "first", "second", "kept"),
    [(True, 600, 90, 600), (True, 90, 600, 600), (False, 600, 90, 90), (False, 90, 600, 600)],
)
def test_a_bench_never_shrinks_and_other_facts_are_replaced(ours, theirs, now, longest, first, second, kept) -> None:
    ours.publish("pool:groq", "bench", {}, now() + first, longest=longest)
    theirs.publish("pool:groq", "bench", {}, now() + second, longest=longest)
    assert ours.facts()["pool:groq", "bench"].expires_at == now() + kept


def test_only_the_very_publication_can_be_taken_back(ours, theirs, now) -> None:
    ours.publish("model:a", "bench", {}, now() + 60)
    stale = ours.facts()["model:a", "bench"].generation
    theirs.publish("model:a", "bench", {}, now() + 120)
    ours.retract("model:a", "bench", stale)
    newer = ours.facts()["model:a", "bench"]
    assert newer.expires_at == now() + 120
    ours.retract("model:a", "bench", newer.generation)
    assert theirs.facts() == {}
    theirs.publish("model:a", "bench", {}, now() + 60)
    assert theirs.facts()["model:a", "bench"].generation > newer.generation


def test_a_busy_file_delays_a_publication_but_loses_nothing(home, ours, theirs, writer, now, locked) -> None:
    assert ours.facts() == {}
    other = locked(home.folder / "ledger.db")
    ours.publish("pool:groq", "bench", {}, now() + 60)
    other.close()
    writer.flush()
    assert ("pool:groq", "bench") in ours.facts()
    assert ("pool:groq", "bench") in theirs.facts()


def test_in_memory_a_process_still_knows_its_own(home, now) -> None:
    home.folder.write_text("in the way")
    database = home.database()
    facts = Facts(database, home.writer(database), now=now)
    facts.publish("pool:groq", "bench", {}, now() + 60)
    assert ("pool:groq", "bench") in facts.facts()


@pytest.fixture
def claims(database, writer, now) -> Claims:
    return Claims(database, writer, now=now)


@pytest.fixture
def rivals(home, now) -> Claims:
    other = home.database()
    return Claims(other, home.writer(other), now=now)


def test_one_process_may_probe_until_it_says_otherwise_or_time_is_up(claims, rivals, now) -> None:
    assert claims.claim("pool:groq", "probe", now() + 60)
    assert not rivals.claim("pool:groq", "probe", now() + 60)
    assert not claims.claim("pool:groq", "probe", now() + 60)
    assert rivals.claim("model:a", "probe", now() + 60)
    claims.unclaim("pool:groq", "probe")
    assert rivals.claim("pool:groq", "probe", now() + 60)
    now.at += 60
    assert claims.claim("pool:groq", "probe", now() + 60)


def test_an_alert_is_raised_once_by_all_together(claims, rivals, now) -> None:
    assert claims.first_time("2025-11-21 shop paid-share", now() + 86_400)
    assert not rivals.first_time("2025-11-21 shop paid-share", now() + 86_400)
    assert rivals.first_time("2025-11-21 shop budget-80", now() + 86_400)


def test_a_claim_that_cannot_be_checked_is_not_given(home, claims, now, locked) -> None:
    claims.quota_used("pool:groq", "day")
    other = locked(home.folder / "ledger.db")
    assert not claims.claim("pool:groq", "probe", now() + 60)
    other.close()
    assert claims.claim("pool:groq", "probe", now() + 60)


def test_all_processes_count_one_quota_and_a_new_window_starts_at_zero(claims, rivals, now) -> None:
    assert claims.spend_quota("pool:groq", "day", 1, now() + 60) == 1
    assert rivals.spend_quota("pool:groq", "day", 2, now() + 60) == 3
    assert rivals.spend_quota("pool:groq", "minute", 1, now() + 60) == 1
    assert claims.quota_used("pool:groq", "day") == 3
    now.at += 61
    assert claims.quota_used("pool:groq", "day") == 0
    assert claims.spend_quota("pool:groq", "day", 1, now() + 60) == 1


def test_a_count_that_must_wait_is_not_lost(home, claims, writer, now, locked) -> None:
    claims.spend_quota("pool:groq", "day", 1, now() + 60)
    other = locked(home.folder / "ledger.db")
    assert claims.spend_quota("pool:groq", "day", 1, now() + 60) is None
    other.close()
    writer.flush()
    assert claims.quota_used("pool:groq", "day") == 2


COUNTS = """
import sys, time
from pathlib import Path
from lsp_router.store.claims import Claims
from lsp_router.store.database import Database
from lsp_router.store.writer import Writer
database = Database(Path(sys.argv[1]), print)
writer = Writer(database)
claims = Claims(database, writer)
until = time.time() + 3_600
won = 0
for n in range(100):
    claims.spend_quota("pool:groq", "day", 1, until)
    while not (got := claims.claim("probe", str(n), until)) and not claims._database.read(
        lambda c: c.execute("SELECT 1 FROM claim WHERE name = ?", (f"probe {n}",)).fetchone()
    ):
        pass
    won += got
writer.close()
database.close()
print(won)
"""


def test_in_a_race_every_claim_has_one_winner_and_every_request_counts(home, start, database, writer) -> None:
    processes = [start(COUNTS, home.folder) for _ in range(3)]
    outputs = [process.communicate(timeout=60) for process in processes]
    assert all(process.returncode == 0 for process in processes), outputs
    assert sum(int(out) for out, _ in outputs) == 100
    assert Claims(database, writer).quota_used("pool:groq", "day") == 300
