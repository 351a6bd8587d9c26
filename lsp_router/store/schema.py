"""The tables, as steps from one version to the next.

Steps only ever add: an older server that still runs beside a newer one keeps working on the same file.
"""

from __future__ import annotations

import sqlite3

from lsp_router.store.ailment import Ailment, damage, diagnose

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # What became of every decision. `row` grows with time, so pruning cuts a prefix. Money is in nano-dollars.
        """CREATE TABLE decision (
            row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at REAL NOT NULL, day TEXT NOT NULL,
            project TEXT NOT NULL, project_name TEXT NOT NULL, session TEXT NOT NULL,
            task TEXT NOT NULL, language TEXT NOT NULL, shape TEXT NOT NULL,
            model TEXT NOT NULL, provider TEXT NOT NULL, tier TEXT NOT NULL,
            latency_ms REAL NOT NULL, ttft_ms REAL, depth INTEGER NOT NULL,
            input INTEGER NOT NULL, cached INTEGER NOT NULL, written INTEGER NOT NULL,
            output INTEGER NOT NULL, reasoning INTEGER NOT NULL,
            cost INTEGER NOT NULL, baseline INTEGER NOT NULL, estimate INTEGER NOT NULL,
            cache TEXT NOT NULL, finish TEXT NOT NULL, gates TEXT NOT NULL,
            template TEXT NOT NULL, outcome TEXT NOT NULL,
            shown INTEGER NOT NULL DEFAULT 0, verdict TEXT NOT NULL DEFAULT '',
            accepted_chars INTEGER NOT NULL DEFAULT 0, survived_chars INTEGER NOT NULL DEFAULT 0, survived_s REAL)""",
        "CREATE INDEX decision_at ON decision (at)",
        "CREATE INDEX decision_day ON decision (day, project)",
        """CREATE TABLE attempt (
            decision INTEGER NOT NULL, model TEXT NOT NULL,
            outcome TEXT NOT NULL, reason TEXT NOT NULL, ms REAL NOT NULL, cost INTEGER NOT NULL,
            input INTEGER NOT NULL, cached INTEGER NOT NULL, written INTEGER NOT NULL,
            output INTEGER NOT NULL, reasoning INTEGER NOT NULL)""",
        "CREATE INDEX attempt_decision ON attempt (decision)",
        "CREATE TABLE why (decision INTEGER PRIMARY KEY, uri TEXT NOT NULL, told TEXT NOT NULL)",
        "CREATE INDEX why_uri ON why (uri)",
        # Spent and promised money by day and project, by session, by request; holds say which part is a promise.
        "CREATE TABLE purse (key TEXT PRIMARY KEY, nano INTEGER NOT NULL, at REAL NOT NULL) WITHOUT ROWID",
        """CREATE TABLE hold (
            ticket INTEGER PRIMARY KEY, at REAL NOT NULL, nano INTEGER NOT NULL,
            day TEXT NOT NULL, session TEXT NOT NULL, request TEXT NOT NULL, settled INTEGER NOT NULL DEFAULT 0)""",
        # What one process learnt and all should know.
        """CREATE TABLE fact (
            scope TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, expires_at REAL NOT NULL,
            generation INTEGER NOT NULL, PRIMARY KEY (scope, kind)) WITHOUT ROWID""",
        "CREATE TABLE claim (name TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID",
        """CREATE TABLE quota (
            scope TEXT NOT NULL, span TEXT NOT NULL, used INTEGER NOT NULL, resets_at REAL NOT NULL,
            PRIMARY KEY (scope, span)) WITHOUT ROWID""",
        "CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
        "INSERT INTO counter VALUES ('facts', 0)",
    ),
)

SHARED = ("purse", "hold", "fact", "claim", "quota", "counter")
"""The small tables by which processes agree; a process that must do without the file takes them along."""

TABLES = ("decision", "attempt", "why", *SHARED)


class NewerError(Exception):
    """The file was written by a later version, whose tables must not be guessed at."""


def migrate(connection: sqlite3.Connection) -> None:
    """Brings a file up to date, whoever else is trying to at the same moment."""
    if _version(connection) != len(MIGRATIONS):
        connection.execute("BEGIN IMMEDIATE")
        try:
            _step_up(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    _expect_tables(connection)


def _step_up(connection: sqlite3.Connection) -> None:
    version = _version(connection)
    if version > len(MIGRATIONS):
        raise NewerError
    for statement in (statement for step in MIGRATIONS[version:] for statement in step):
        try:
            connection.execute(statement)
        except sqlite3.OperationalError as error:
            if diagnose(error) is Ailment.BUG:
                raise damage(f"foreign tables: {error}") from error
            raise
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _expect_tables(connection: sqlite3.Connection) -> None:
    there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    missing = [table for table in TABLES if table not in there]
    if missing:
        raise damage(f"missing tables: {', '.join(missing)}")
