"""Keeps what became of every decision: fire and forget, off the hot path, no word of anybody's source."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from lsp_router.store.entry import Entry, Feedback, Reaction, attempt_columns, columns, told
from lsp_router.store.notation import fingerprint, local_day
from lsp_router.store.writer import Writer

_ADDED = ("latency_ms", "input", "cached", "written", "output", "reasoning", "cost", "baseline")
_LATEST = ("model", "provider", "tier", "cache", "finish", "gates", "template", "outcome")
_CONCLUDED = ("model", "provider", "tier", "gates", "outcome", "depth")

_REACTED = {
    Reaction.SHOWN: "shown = shown + 1",
    Reaction.ACCEPTED: "verdict = 'accepted', accepted_chars = max(accepted_chars, :chars)",
    Reaction.PARTIAL: "verdict = CASE verdict WHEN 'accepted' THEN verdict ELSE 'partial' END,"
    " accepted_chars = max(accepted_chars, :chars)",
    Reaction.REJECTED: "verdict = CASE verdict WHEN '' THEN 'rejected' ELSE verdict END",
    Reaction.SURVIVED: "survived_chars = :chars, survived_s = :after",
}


class Ledger:
    """Takes entries and reactions; they are on disk a moment later, or after `flush`."""

    def __init__(self, writer: Writer, *, day: Callable[[float], str] = local_day) -> None:
        self._writer = writer
        self._day = day

    def record(self, entry: Entry) -> None:
        self._writer.put(lambda connection: _insert(connection, entry, self._day(entry.at)))

    def conclude(self, entry: Entry) -> None:
        """All tries of a decision as one: how each ended, and the gates; what they cost was recorded with them."""
        self._writer.put(lambda connection: _conclude(connection, entry))

    def feedback(self, feedback: Feedback) -> None:
        """A reaction to a decision that is no longer kept is dropped."""
        self._writer.put(lambda connection: _react(connection, feedback))

    def flush(self) -> None:
        self._writer.flush()


def _insert(connection: sqlite3.Connection, entry: Entry, day: str) -> None:
    values = columns(entry, day)
    connection.execute(_upsert(tuple(values)), values)
    (row,) = connection.execute("SELECT row FROM decision WHERE id = ?", (values["id"],)).fetchone()
    attempts = [{"decision": row, **attempt_columns(attempt)} for attempt in entry.served.attempts]
    if attempts:
        connection.executemany(_insertion("attempt", tuple(attempts[0])), attempts)
    connection.execute("INSERT OR REPLACE INTO why VALUES (?, ?, ?)", (row, fingerprint(entry.uri), told(entry)))


def _conclude(connection: sqlite3.Connection, entry: Entry) -> None:
    values = columns(entry, "")
    changes = ", ".join(f"{name} = :{name}" for name in _CONCLUDED)
    connection.execute(f"UPDATE decision SET {changes} WHERE id = :id", values)  # noqa: S608 - from the list above
    found = connection.execute("SELECT row FROM decision WHERE id = :id", values).fetchone()
    if found is None:
        return
    connection.execute("DELETE FROM attempt WHERE decision = ?", found)
    attempts = [{"decision": found[0], **attempt_columns(attempt)} for attempt in entry.served.attempts]
    if attempts:
        connection.executemany(_insertion("attempt", tuple(attempts[0])), attempts)
    connection.execute("INSERT OR REPLACE INTO why VALUES (?, ?, ?)", (found[0], fingerprint(entry.uri), told(entry)))


def _react(connection: sqlite3.Connection, feedback: Feedback) -> None:
    change = _REACTED[feedback.reaction]
    connection.execute(
        f"UPDATE decision SET {change} WHERE id = :id",  # noqa: S608 - from the table above
        {"id": feedback.decision, "chars": feedback.chars, "after": feedback.after_s},
    )


def _upsert(names: tuple[str, ...]) -> str:
    changes = [
        *(f"{name} = {name} + excluded.{name}" for name in _ADDED),
        *(f"{name} = excluded.{name}" for name in _LATEST),
        "depth = max(depth, excluded.depth)",
        "ttft_ms = coalesce(ttft_ms, excluded.ttft_ms)",
    ]
    return f"{_insertion('decision', names)} ON CONFLICT (id) DO UPDATE SET {', '.join(changes)}"


def _insertion(table: str, names: tuple[str, ...]) -> str:
    marks = ", ".join(f":{name}" for name in names)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - our own column names
