"""One SQLite file that all processes of a user share, and what happens when it cannot be had.

Whoever uses it sees work done, or `BusyError`. A damaged file is moved aside and replaced; where nothing can be
written, the same tables live in memory until the process ends. Either is said once and never raised.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from lsp_router.store.ailment import Ailment, diagnose
from lsp_router.store.folder import create_private, identity, keep_private, set_aside
from lsp_router.store.notice import Notices, Tell
from lsp_router.store.schema import SHARED, NewerError, migrate

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

QUICK = 0.005
"""How long the event loop may stand still for another process's commit, in seconds."""
PATIENT = 2.0
LOOK_AGAIN = 1.0
"""Seconds between looks whether the file is still the one that was opened."""
LOG_LIMIT = 1_000_000
"""Bytes of write-ahead log after which a background thread moves it into the database."""


class BusyError(Exception):
    """Another process held the database all the while; trying again later is right."""


@dataclass(slots=True)
class _Line:
    """One thread's connection."""

    connection: sqlite3.Connection
    serial: int
    epoch: int
    inode: int | None = None
    patience: float = PATIENT
    looked: float = field(default_factory=time.monotonic)
    guard: AbstractContextManager[object] = field(default_factory=threading.RLock)


class Database:
    """Owns the connections, one for each living thread."""

    def __init__(self, directory: Path, tell: Tell, *, name: str = "ledger.db") -> None:
        self.path = directory / name
        self._notices = Notices(tell)
        self._lock = threading.RLock()
        self._lines: dict[int, _Line] = {}
        self._serial = 0
        self._epoch = 0
        self._memory: _Line | None = None

    @property
    def durable(self) -> bool:
        """Whether what is written now will still be there after the process."""
        return self._memory is None

    def write(self, work: Work[T], patience: float = QUICK) -> T:
        """Runs `work` as one transaction; it may run again on another file, so it must have no other effects."""
        return self._run(lambda connection: _transact(connection, work), patience)

    def read(self, work: Work[T], patience: float = PATIENT) -> T:
        return self._run(work, patience)

    def stamp(self) -> tuple[int, int]:
        """Changes when somebody else, in this process or another, has written; costs microseconds."""

        def look(connection: sqlite3.Connection) -> int:
            version: int = connection.execute("PRAGMA data_version").fetchone()[0]
            return version

        version = self.read(look)
        return self._lines[threading.get_ident()].serial if self._memory is None else 0, version

    def checkpoint(self) -> None:
        """Moves a long write-ahead log into the database: it waits for the disk, so not in an event loop.

        FULL keeps writers out meanwhile: they hear "busy" and go on, where otherwise the system would hold them up.
        The first write after it begins the log anew and waits for the disk as well, so it is done here too.
        """
        with contextlib.suppress(OSError, BusyError):
            if Path(f"{self.path}-wal").stat().st_size > LOG_LIMIT:
                self.read(lambda connection: connection.execute("PRAGMA wal_checkpoint(FULL)").fetchone())
                self.write(lambda connection: connection.execute("INSERT OR REPLACE INTO counter VALUES ('log', 0)"))

    def close(self) -> None:
        """Closes every thread's connection when what it is at is done; the next use opens anew."""
        with self._lock:
            lines, self._lines = self._lines, {}
        for line in lines.values():
            with line.guard:  # closing a connection under a query ends the process
                line.connection.close()
        if self._memory is not None:
            self._memory.connection.close()
            self._memory = None

    # --- running ---

    def _run(self, work: Work[T], patience: float) -> T:
        for _ in range(2):  # the file; a fresh file, or memory when a fresh one would not help
            epoch = self._epoch
            try:
                return _on(self._line(patience), work)
            except sqlite3.Error as error:
                self._cure(error, epoch)
        try:
            return _on(self._line(patience), work)
        except sqlite3.Error as error:
            if diagnose(error) is Ailment.BUG:
                raise
            self._retreat(str(error))
        return _on(self._line(patience), work)

    def _line(self, patience: float) -> _Line:
        """This thread's connection, opened anew when the file is no longer the same."""
        if self._memory is not None:
            return self._memory
        line = self._lines.get(threading.get_ident())
        if line is None or line.epoch != self._epoch or self._moved(line):
            line = self._open(line)
        if line.patience != patience:
            line.connection.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
            line.patience = patience
        return line

    def _moved(self, line: _Line) -> bool:
        if time.monotonic() - line.looked < LOOK_AGAIN:
            return False
        line.looked = time.monotonic()
        return identity(self.path) != line.inode

    # --- opening ---

    def _open(self, old: _Line | None) -> _Line:
        if old is not None:
            old.connection.close()
        epoch = self._epoch
        try:
            keep_private(self.path.parent)
            create_private(self.path)
            inode = identity(self.path)
            connection = _connect(self.path)
        except OSError as error:
            return self._retreat(str(error))
        except NewerError:
            return self._retreat("a newer lsp-router has written it; update this one")
        with self._lock:
            self._serial += 1
            line = _Line(connection, self._serial, epoch, inode)
            self._lines[threading.get_ident()] = line
        return line

    # --- trouble ---

    def _cure(self, error: sqlite3.Error, epoch: int) -> None:
        """Makes the next try a better one, or raises."""
        match diagnose(error):
            case Ailment.BUSY:
                raise BusyError("the ledger is locked by another program; try again in a moment") from error
            case Ailment.MOVED:
                self._epoch += 1
            case Ailment.DAMAGED:
                self._replace(epoch)
            case Ailment.UNUSABLE:
                self._retreat(str(error))
            case Ailment.BUG:
                raise error

    def _replace(self, epoch: int) -> None:
        with self._lock:
            if epoch != self._epoch or self._memory is not None:
                return
            line = self._lines.pop(threading.get_ident(), None)
            damaged = line.inode if line else identity(self.path)
            if line:
                line.connection.close()
            try:
                set_aside(self.path, damaged, keep=True)
            except OSError as error:
                self._retreat(f"damaged, and {error}")
                return
            self._epoch += 1
        self._notices.once(
            "damaged",
            f"The ledger {self.path} was damaged. It was moved to {self.path}.damaged and a new one was started.",
        )

    def _retreat(self, reason: str) -> _Line:
        """From now on in memory, with whatever can still be read of what processes had agreed on."""
        with self._lock:
            if self._memory is not None:
                return self._memory
            connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            migrate(connection)
            _carry_over(self.path, connection)
            self._memory = _Line(connection, 0, self._epoch, guard=threading.RLock())
        self._notices.once(
            "memory",
            f"The ledger {self.path} cannot be used ({reason}). Statistics and budgets are kept in memory until the "
            "next start; check the folder's permissions and the free space on its disk.",
        )
        return self._memory


def _on(line: _Line, work: Work[T]) -> T:
    with line.guard:
        return work(line.connection)


def _transact(connection: sqlite3.Connection, work: Work[T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=PATIENT, isolation_level=None, check_same_thread=False)
    try:
        if connection.execute("PRAGMA page_count").fetchone() == (0,):  # later it would only wait for the writers
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        _log_ahead(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA journal_size_limit = 4000000")
        connection.execute("PRAGMA wal_autocheckpoint = 10000")  # the background thread does it long before
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Switching a new file to a write-ahead log does not wait for the others who are switching it too."""
    deadline = time.monotonic() + PATIENT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if diagnose(error) is not Ailment.BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.005)
        else:
            return


def _carry_over(path: Path, memory: sqlite3.Connection) -> None:
    """A read-only folder can be read only as one that nobody changes; where somebody may, that would be a risk."""
    for how in ("mode=ro", "mode=ro&immutable=1"):
        with contextlib.suppress(sqlite3.Error):
            file = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=QUICK)
            with contextlib.closing(file):
                _copy_shared(file, memory)
                return


def _copy_shared(file: sqlite3.Connection, memory: sqlite3.Connection) -> None:
    for table in SHARED:
        rows = file.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - names of our own tables
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            memory.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", rows)  # noqa: S608 - same
