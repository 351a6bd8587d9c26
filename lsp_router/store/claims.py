"""Things that only one process may do, and things that all count together."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Mapping

from lsp_router.store.database import BusyError, Database
from lsp_router.store.writer import Writer


class Claims:
    """A claim that cannot be checked right now is not given: somebody else is busy, possibly with this very thing."""

    def __init__(self, database: Database, writer: Writer, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._writer = writer
        self._now = now
        self._stamp: tuple[int, int] | None = None
        self._sent: Mapping[tuple[str, str], tuple[int, float]] = {}

    def claim(self, scope: str, name: str, until: float) -> bool:
        """Whether the caller may, and nobody else until then: the one probe of a half-open breaker."""
        return self._first(f"{scope} {name}", until)

    def unclaim(self, scope: str, name: str) -> None:
        """The probe decided nothing; the next one may go."""
        self._change(lambda connection: connection.execute("DELETE FROM claim WHERE name = ?", (f"{scope} {name}",)))

    def first_time(self, key: str, until: float) -> bool:
        """Whether nobody has said this yet: an alert is raised once by all processes together."""
        return self._first(f"said {key}", until)

    def spend_quota(self, scope: str, window: str, n: int, resets_at: float) -> int | None:
        """Counts `n` more requests and returns how many all processes sent in this window.

        A window that is over starts at zero. None when the count is not known yet: it is added a moment later.
        """
        now = self._now()

        def count(connection: sqlite3.Connection) -> int:
            connection.execute(_COUNT, {"scope": scope, "span": window, "n": n, "resets_at": resets_at, "now": now})
            return _used(connection, scope, window, now)

        try:
            return self._database.write(count)
        except BusyError:
            self._writer.put(count)
            return None

    def quota_used(self, scope: str, window: str) -> int:
        """What was sent in the running window; zero when it is over or cannot be read."""
        with contextlib.suppress(BusyError):
            return self._database.read(lambda connection: _used(connection, scope, window, self._now()))
        return 0

    def sent(self) -> Mapping[tuple[str, str], tuple[int, float]]:
        """By scope and window, what all processes sent and until when it counts; the same object while nobody wrote."""
        with contextlib.suppress(BusyError):
            stamp = self._database.stamp()
            if stamp != self._stamp:
                rows = self._database.read(lambda connection: connection.execute(_RUNNING, (self._now(),)).fetchall())
                self._sent = {(scope, window): (used, until) for scope, window, used, until in rows}
                self._stamp = stamp
        return self._sent

    def _first(self, name: str, until: float) -> bool:
        values = {"name": name, "until": until, "now": self._now()}
        try:
            return self._database.write(lambda connection: connection.execute(_CLAIM, values).rowcount == 1)
        except BusyError:
            return False

    def _change(self, change: Callable[[sqlite3.Connection], object]) -> None:
        try:
            self._database.write(change)
        except BusyError:
            self._writer.put(change)


_CLAIM = "INSERT INTO claim VALUES (:name, :until) ON CONFLICT (name) DO UPDATE SET until = :until WHERE until <= :now"

_RUNNING = "SELECT scope, span, used, resets_at FROM quota WHERE resets_at > ?"
_COUNT = """INSERT INTO quota VALUES (:scope, :span, :n, :resets_at) ON CONFLICT (scope, span) DO UPDATE SET
    used = :n + CASE WHEN resets_at > :now THEN used ELSE 0 END, resets_at = :resets_at"""


def _used(connection: sqlite3.Connection, scope: str, window: str, now: float) -> int:
    query = "SELECT used FROM quota WHERE scope = ? AND span = ? AND resets_at > ?"
    found = connection.execute(query, (scope, window, now)).fetchone()
    return found[0] if found else 0
