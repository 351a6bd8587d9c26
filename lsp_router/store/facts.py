"""What one process learnt about providers and all processes of the user should know: benches, quotas, resets."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lsp_router.store.database import BusyError, Database
from lsp_router.store.writer import Writer


@dataclass(frozen=True, slots=True)
class Fact:
    scope: str
    """Whom it is about: a model or a pool."""
    kind: str
    value: Mapping[str, Any]
    expires_at: float
    generation: int
    """Grows with every publication anywhere: a later one is a newer one."""


class Facts:
    """Publishes at once, or a moment later when the file is busy; reads from memory until somebody publishes."""

    def __init__(self, database: Database, writer: Writer, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._writer = writer
        self._now = now
        self._stamp: tuple[int, int] | None = None
        self._version = -1
        self._known: tuple[Fact, ...] = ()

    def publish(
        self, scope: str, kind: str, value: Mapping[str, Any], expires_at: float, *, longest: bool = False
    ) -> None:
        """Replaces what was known; with `longest` only by what lasts longer, as a bench must never shrink."""
        values = (scope, kind, json.dumps(value), expires_at)
        self._change(lambda connection: _publish(connection, values, longest=longest))

    def retract(self, scope: str, kind: str, generation: int) -> None:
        """Takes back that very publication: a newer one is none of the caller's business."""
        self._change(lambda connection: _retract(connection, scope, kind, generation))

    def facts(self) -> Mapping[tuple[str, str], Fact]:
        """What holds now, by (scope, kind)."""
        self.version()
        now = self._now()
        return MappingProxyType({(f.scope, f.kind): f for f in self._known if f.expires_at > now})

    def version(self) -> int:
        """Changes when somebody published or retracted; microseconds when nobody wrote anything."""
        try:
            stamp = self._database.stamp()
            if stamp != self._stamp:
                self._database.read(self._refresh)
                self._stamp = stamp
        except BusyError:
            self._stamp = None
        return self._version

    def _change(self, change: Callable[[sqlite3.Connection], None]) -> None:
        try:
            self._database.write(change)
        except BusyError:
            self._writer.put(change)
        self._stamp = None

    def _refresh(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("SELECT value FROM counter WHERE name = 'facts'").fetchone()
        if version == self._version:
            return
        rows = connection.execute("SELECT scope, kind, value, expires_at, generation FROM fact").fetchall()
        self._known = tuple(Fact(s, k, json.loads(value), until, g) for s, k, value, until, g in rows)
        self._version = version


def _publish(connection: sqlite3.Connection, values: tuple[str, str, str, float], *, longest: bool) -> None:
    replace = "INSERT INTO fact VALUES (?, ?, ?, ?, ?) ON CONFLICT (scope, kind) DO UPDATE SET"
    replace += " value = excluded.value, expires_at = excluded.expires_at, generation = excluded.generation"
    if longest:
        replace += " WHERE excluded.expires_at > fact.expires_at"
    connection.execute(replace, (*values, _next_generation(connection)))


def _retract(connection: sqlite3.Connection, scope: str, kind: str, generation: int) -> None:
    gone = "DELETE FROM fact WHERE scope = ? AND kind = ? AND generation = ?"
    if connection.execute(gone, (scope, kind, generation)).rowcount:
        _next_generation(connection)


def _next_generation(connection: sqlite3.Connection) -> int:
    connection.execute("UPDATE counter SET value = value + 1 WHERE name = 'facts'")
    generation: int = connection.execute("SELECT value FROM counter WHERE name = 'facts'").fetchone()[0]
    return generation
