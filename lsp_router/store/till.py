"""Money that is spent or promised, counted once for all processes of a user.

A promise (a hold) counts in full until it is settled with what the call really cost. A process that dies between the
two leaves its promise standing: nobody can know whether the provider had answered, so day, session and request keep
counting the estimate. It is the only choice that cannot overspend.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from lsp_router.domain.task import Work
from lsp_router.store.database import BusyError, Database
from lsp_router.store.notation import dollars, fingerprint, local_day, nano
from lsp_router.store.writer import Writer

S = TypeVar("S")
"""How the judge likes spending to be told: made from what is gone for day, session and request."""

Purses = tuple[str, str, str]
"""Those of the day, the session and the request; an empty name is no purse."""

GIVE_UP = 2.0
FIRST_PAUSE = 0.001
LONGEST_PAUSE = 0.05
LOCKED = "the budget cannot be checked: another program keeps the ledger locked; try again"


class Till(Generic[S]):
    """Holds and books. Judging is somebody else's: the judge is told what is gone and says why not, or None."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        spending: Callable[[float, float, float], S],
        *,
        now: Callable[[], float] = time.time,
        day: Callable[[float], str] = local_day,
    ) -> None:
        self._database = database
        self._writer = writer
        self._spending = spending
        self._now = now
        self._day = day

    async def reserve(
        self, work: Work, request: str, amount: float, judge: Callable[[S, float], str | None]
    ) -> int | str:
        """A ticket, or the judge's refusal; one transaction, so no two processes get the last cent."""
        loop = asyncio.get_running_loop()
        deadline, pause = loop.time() + GIVE_UP, FIRST_PAUSE
        while True:
            try:
                return self.reserve_now(work, request, amount, judge)
            except BusyError:
                if loop.time() >= deadline:
                    return LOCKED
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def reserve_now(
        self, work: Work, request: str, amount: float, judge: Callable[[S, float], str | None]
    ) -> int | str:
        """The same without waiting; raises BusyError."""
        now = self._now()
        purses = self._purses(work, request, now)

        def take(connection: sqlite3.Connection) -> int | str:
            refusal = judge(self._gone(connection, purses), amount)
            return refusal if refusal is not None else _hold(connection, purses, nano(amount), now)

        return self._database.write(take)

    def settle(self, ticket: int, actual: float) -> None:
        """Puts the real cost in the promise's place, also in its day's purse; only the first time."""
        now = self._now()

        def book(connection: sqlite3.Connection) -> None:
            _settle(connection, ticket, nano(actual), now)

        try:
            self._database.write(book)
        except BusyError:
            self._writer.put(book)

    def release(self, ticket: int) -> None:
        """Nothing was sent."""
        self.settle(ticket, 0.0)

    def spending(self, work: Work, request: str = "") -> S:
        """What is gone by now, promises included; raises BusyError."""
        purses = self._purses(work, request, self._now())
        return self._database.read(lambda connection: self._gone(connection, purses))

    def _purses(self, work: Work, request: str, now: float) -> Purses:
        return (
            f"day {self._day(now)} {fingerprint(work.project)}",
            f"session {work.session}" if work.session else "",
            f"request {request}" if request else "",
        )

    def _gone(self, connection: sqlite3.Connection, purses: Purses) -> S:
        found: tuple[int, int, int] = connection.execute(_GONE, purses).fetchone()
        return self._spending(*map(dollars, found))


_GONE = """SELECT coalesce((SELECT nano FROM purse WHERE key = ?), 0),
    coalesce((SELECT nano FROM purse WHERE key = ?), 0),
    coalesce((SELECT nano FROM purse WHERE key = ?), 0)"""
_ADD = (
    "INSERT INTO purse VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET nano = nano + excluded.nano, at = excluded.at"
)


def _hold(connection: sqlite3.Connection, purses: Purses, amount: int, now: float) -> int:
    _add(connection, purses, amount, now)
    row = (now, amount, *purses)
    ticket = connection.execute(
        "INSERT INTO hold (at, nano, day, session, request) VALUES (?, ?, ?, ?, ?)", row
    ).lastrowid
    assert ticket is not None  # noqa: S101 - an insert has one
    return ticket


def _settle(connection: sqlite3.Connection, ticket: int, actual: int, now: float) -> None:
    query = "SELECT nano, day, session, request FROM hold WHERE ticket = ? AND settled = 0"
    held = connection.execute(query, (ticket,)).fetchone()
    if held is None:
        return
    amount, *purses = held
    connection.execute("UPDATE hold SET settled = 1 WHERE ticket = ?", (ticket,))
    if actual != amount:
        _add(connection, tuple(purses), actual - amount, now)


def _add(connection: sqlite3.Connection, purses: tuple[str, ...], amount: int, now: float) -> None:
    connection.executemany(_ADD, [(purse, amount, now) for purse in purses if purse])
