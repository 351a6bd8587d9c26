"""Keeps the database small: what is pruned when, in pieces that nobody has to wait for."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from lsp_router.store.writer import Job

HOUR = 3_600.0
DAY = 86_400.0
PIECE = 2_000
"""Rows that one pass removes at most; the next pass is a few minutes away."""
FREED_PAGES = 500


@dataclass(frozen=True, slots=True)
class Retention:
    decisions: int = 200_000
    days: float = 90.0
    explained: int = 1_000
    """Decisions of which `why` still knows every candidate."""
    facts: int = 2_000


def upkeep(retention: Retention, now: Callable[[], float]) -> Job:
    """The job that a writer runs every now and then."""

    def prune(connection: sqlite3.Connection) -> None:
        _prune_decisions(connection, retention, now())
        _prune_shared(connection, retention, now())
        _give_back(connection)

    return prune


def _give_back(connection: sqlite3.Connection) -> None:
    """One page a statement: Python takes only the first step of the PRAGMA, whatever number it names."""
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    for _ in range(min(free, FREED_PAGES)):
        connection.execute("PRAGMA incremental_vacuum(1)")


def _prune_decisions(connection: sqlite3.Connection, retention: Retention, now: float) -> None:
    """Rows are numbered in the order of recording, so the oldest are the lowest; no index and no sorting is needed."""
    lowest, highest = connection.execute("SELECT coalesce(min(row), 0), coalesce(max(row), 0) FROM decision").fetchone()
    old = "SELECT coalesce(max(row), 0) FROM decision WHERE at < ?"
    (outdated,) = connection.execute(old, (now - retention.days * DAY,)).fetchone()
    cut = min(max(outdated, highest - retention.decisions), lowest + PIECE)
    connection.execute("DELETE FROM attempt WHERE decision <= ?", (cut,))
    connection.execute("DELETE FROM decision WHERE row <= ?", (cut,))
    connection.execute("DELETE FROM why WHERE decision <= ?", (max(cut, highest - retention.explained),))


def _prune_shared(connection: sqlite3.Connection, retention: Retention, now: float) -> None:
    """What is over is forgotten; a session's purse outlasts a holiday, a request's a day."""
    connection.execute("DELETE FROM purse WHERE at < ? AND key LIKE 'request %'", (now - DAY,))
    connection.execute("DELETE FROM purse WHERE at < ?", (now - 40 * DAY,))
    connection.execute("DELETE FROM hold WHERE at < ?", (now - 2 * DAY,))
    connection.execute("DELETE FROM claim WHERE until < ?", (now,))
    connection.execute("DELETE FROM quota WHERE resets_at < ?", (now,))
    connection.execute("DELETE FROM fact WHERE expires_at < ?", (now - HOUR,))
    newest = "SELECT generation FROM fact ORDER BY generation DESC LIMIT 1 OFFSET ?"
    connection.execute(f"DELETE FROM fact WHERE generation <= ({newest})", (retention.facts,))  # noqa: S608 - constant
