"""Writes behind the caller's back: one daemon thread that gathers small writes into few transactions."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable

from lsp_router.store.database import PATIENT, BusyError, Database

Job = Callable[[sqlite3.Connection], object]

BATCH = 64
BACKLOG = 20_000
"""Jobs that may wait; a database that stays locked costs the oldest of them, not the memory."""
UPKEEP_EVERY = 600.0
UPKEEP_JOBS = 500
NEVER = float("-inf")
"""A machine that has just started counts from nought: no reading of its clock may stand for long ago."""
UNWRITABLE = (sqlite3.Error, ValueError, TypeError, OverflowError)
"""What one impossible row raises; it must not take the others along."""


class Writer:
    """Owns the thread and the queue. `put` costs microseconds; what is put is on disk within about `gather` seconds."""

    def __init__(self, database: Database, upkeep: Job | None = None, *, gather: float = 0.1) -> None:
        self._database = database
        self._upkeep = upkeep
        self._gather = gather
        self._jobs: deque[Job] = deque(maxlen=BACKLOG)
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._writing = threading.Lock()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._kept_up = NEVER
        self._since_upkeep = 0
        self.refused = 0
        """Rows that could not be written whatever was tried."""

    def put(self, job: Job) -> None:
        self._jobs.append(job)
        if self._thread is None:
            self._start()
        if not self._wake.is_set():
            self._wake.set()

    def flush(self) -> None:
        """Writes what waits, now and in the calling thread; what a locked database refuses stays for the thread."""
        with self._writing:
            while batch := self._take():
                if not self._write(batch):
                    return
                self._since_upkeep += len(batch)

    def close(self) -> None:
        """Writes what waits and ends the thread; a later `put` starts another."""
        with self._starting:
            thread, self._thread = self._thread, None
            self._closing.set()
            self._wake.set()
        if thread is not None:
            thread.join(PATIENT)
        self.flush()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._closing.clear()
                self._thread = threading.Thread(target=self._live, name="ledger", daemon=True)
                self._thread.start()

    def _live(self) -> None:
        while not self._closing.is_set():
            self._wake.wait()
            self._closing.wait(self._gather)
            self._wake.clear()
            self.flush()
            if self._jobs:
                self._wake.set()
            self._keep_up()

    def _take(self) -> list[Job]:
        return [self._jobs.popleft() for _ in range(min(BATCH, len(self._jobs)))]

    def _write(self, batch: list[Job]) -> bool:
        try:
            self._database.write(lambda connection: [job(connection) for job in batch], PATIENT)
        except BusyError:
            self._jobs.extendleft(reversed(batch))
            return False
        except UNWRITABLE:
            return self._write_singly(batch)
        return True

    def _write_singly(self, batch: list[Job]) -> bool:
        if len(batch) == 1:
            self.refused += 1
            return True
        written = [self._write([job]) for job in batch]
        return all(written)

    def _keep_up(self) -> None:
        self._database.checkpoint()
        due = time.monotonic() - self._kept_up > UPKEEP_EVERY or self._since_upkeep >= UPKEEP_JOBS
        if self._upkeep is None or not due or self._closing.is_set():
            return
        self._kept_up, self._since_upkeep = time.monotonic(), 0
        try:
            self._database.write(self._upkeep, PATIENT)
        except BusyError:
            self._kept_up = NEVER
