from __future__ import annotations

import os
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from lsp_router.store import database as module
from lsp_router.store.database import BusyError

COUNT = "INSERT INTO counter VALUES ('n', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1"


def add(database) -> None:
    database.write(lambda c: c.execute(COUNT), 5.0)


def counted(database) -> int:
    row = database.read(lambda c: c.execute("SELECT value FROM counter WHERE name = 'n'").fetchone())
    return row[0] if row else 0


def test_opens_on_first_use_and_keeps_to_itself(home) -> None:
    database = home.database()
    assert not home.folder.exists()
    add(database)
    assert database.durable
    pragmas = {n: database.read(lambda c, n=n: c.execute(f"PRAGMA {n}").fetchone()[0]) for n in PRAGMAS}
    assert pragmas == PRAGMAS
    if os.name == "posix":
        assert home.folder.stat().st_mode & 0o777 == 0o700
        assert {file.stat().st_mode & 0o777 for file in home.folder.iterdir()} == {0o600}


PRAGMAS = {"journal_mode": "wal", "auto_vacuum": 2, "synchronous": 1, "user_version": 1, "trusted_schema": 0}


def test_what_fails_leaves_nothing_behind(database) -> None:
    def half(connection) -> None:
        connection.execute(COUNT)
        raise KeyError

    with pytest.raises(KeyError):
        database.write(half)
    assert counted(database) == 0
    add(database)
    assert counted(database) == 1


def test_a_mistake_of_ours_is_seen_and_costs_no_data(home, database) -> None:
    add(database)
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        database.read(lambda c: c.execute("SELECT * FROM nowhere"))
    assert counted(database) == 1
    assert home.said == []


def test_every_thread_may_use_it(home, database) -> None:
    def work() -> None:
        for _ in range(50):
            add(database)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted(database) == 300
    assert home.said == []


def foreign(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE decision (mine TEXT)")
    connection.close()


def incomplete(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 1")
    connection.close()


def cut_short(file: Path) -> None:
    whole(file)
    os.truncate(file, file.stat().st_size // 2 + 100)


def scribbled_over(file: Path) -> None:
    whole(file)
    with file.open("r+b") as pages:
        pages.seek(4_096)
        pages.write(b"\xa5" * (file.stat().st_size - 4_096))


def whole(file: Path) -> None:
    database = module.Database(file.parent, print)
    add(database)
    database.close()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_bytes(b"this is no database at all " * 500),
        lambda file: file.write_bytes(b"SQLite format 3\0" + b"\0" * 5_000),
        foreign,
        incomplete,
        cut_short,
        scribbled_over,
    ],
)
def test_a_damaged_file_is_moved_aside_and_said_once(home, spoil) -> None:
    home.folder.mkdir()
    file = home.folder / "ledger.db"
    spoil(file)
    size = file.stat().st_size
    database = home.database()
    add(database)
    assert counted(database) == 1
    assert database.durable
    assert len(home.said) == 1
    assert "moved to" in home.said[0]
    assert (home.folder / "ledger.db.damaged").stat().st_size == size
    again = home.database()
    assert counted(again) == 1
    assert len(home.said) == 1


def test_damage_that_shows_later_is_mended_too(home) -> None:
    database = home.database()
    database.write(lambda c: c.executemany("INSERT INTO claim VALUES (?, 1)", [(str(n) * 40,) for n in range(2_000)]))
    database.close()
    file = home.folder / "ledger.db"
    with file.open("r+b") as pages:
        pages.seek(file.stat().st_size - 40_960)
        pages.write(b"\xff" * 40_960)
    add(database)
    list(database.read(lambda c: c.execute("SELECT * FROM claim WHERE name > 'x'").fetchall()))
    database.write(lambda c: c.execute("DELETE FROM claim"))
    assert database.read(lambda c: c.execute("SELECT count(*) FROM claim").fetchone()) == (0,)
    assert len(home.said) == 1
    assert database.durable


def test_the_second_to_notice_damage_keeps_what_the_first_has_mended(home) -> None:
    first, second = home.database(), home.database()
    add(first)
    add(second)
    epoch = second._epoch
    with first._lock:
        first._replace(first._epoch)
    add(first)
    second._replace(epoch)
    assert counted(second) == 1
    assert counted(first) == 1


def test_a_lock_that_a_dead_process_left_does_not_stop_mending(home) -> None:
    home.folder.mkdir()
    (home.folder / "ledger.db").write_bytes(b"rubbish" * 1_000)
    lock = home.folder / "ledger.db.mending"
    lock.mkdir()
    os.utime(lock, (time.time() - 60, time.time() - 60))
    database = home.database()
    add(database)
    assert database.durable
    assert not lock.exists()


def test_a_newer_file_is_left_alone(home) -> None:
    whole(home.folder / "ledger.db")
    with sqlite3.connect(home.folder / "ledger.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    database = home.database()
    add(database)
    assert not database.durable
    assert "update" in home.said[0]
    with sqlite3.connect(home.folder / "ledger.db") as connection:
        assert connection.execute("SELECT value FROM counter WHERE name = 'n'").fetchone() == (1,)
    connection.close()


def test_without_a_folder_it_works_in_memory_and_says_so_once(home) -> None:
    home.folder.parent.mkdir(exist_ok=True)
    home.folder.write_text("a file where the folder should be")
    database = home.database()
    add(database)
    thread = threading.Thread(target=add, args=(database,))
    thread.start()
    thread.join()
    assert counted(database) == 2
    assert not database.durable
    assert len(home.said) == 1
    assert "check the folder's permissions" in home.said[0]


def test_what_cannot_be_written_any_more_is_taken_along(home, read_only) -> None:
    whole(home.folder / "ledger.db")
    home.folder = read_only(home.folder)
    database = home.database()
    add(database)
    assert not database.durable
    assert len(home.said) == 1


def test_a_full_disk_keeps_the_counts_in_memory(home, run) -> None:
    pytest.importorskip("resource", reason="no file size limits here")
    text = """
import resource, signal, sys
from pathlib import Path
from lsp_router.store.database import Database
said = []
database = Database(Path(sys.argv[1]), said.append)
database.write(lambda c: c.execute("INSERT INTO counter VALUES ('n', 41)"))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
for n in range(300):
    database.write(lambda c: c.execute("INSERT OR REPLACE INTO claim VALUES (?, 1)", (str(n) * 500,)))
database.write(lambda c: c.execute("UPDATE counter SET value = value + 1 WHERE name = 'n'"))
count = database.read(lambda c: c.execute("SELECT count(*) FROM claim").fetchone())
total = database.read(lambda c: c.execute("SELECT value FROM counter WHERE name = 'n'").fetchone())
print(database.durable, len(said), count[0], total[0])
"""
    assert run(text, home.folder).split() == ["False", "1", "300", "42"]


def test_a_file_that_was_deleted_is_made_again(home, monkeypatch) -> None:
    if os.name != "posix":
        pytest.skip("an open file cannot be deleted here")
    monkeypatch.setattr(module, "LOOK_AGAIN", 0.0)
    first, second = home.database(), home.database()
    add(first)
    for file in home.folder.iterdir():
        file.unlink()
    add(second)
    add(first)
    assert counted(second) == 2


def test_a_locked_file_is_busy_and_soon_said_so(database, home, locked) -> None:
    add(database)
    other = locked(home.folder / "ledger.db")
    started = time.monotonic()
    with pytest.raises(BusyError):
        database.write(lambda c: c.execute(COUNT))
    assert time.monotonic() - started < 2
    assert counted(database) == 1
    other.close()
    database.write(lambda c: c.execute(COUNT))
    assert counted(database) == 2


def test_many_processes_may_open_it_for_the_first_time_at_once(home, start) -> None:
    text = """
import sys
from pathlib import Path
from lsp_router.store.database import Database
said = []
database = Database(Path(sys.argv[1]), said.append)
for _ in range(20):
    database.write(lambda c: c.execute(sys.argv[2]), 10.0)
print(len(said), database.durable)
"""
    processes = [start(text, home.folder, COUNT) for _ in range(4)]
    outputs = [process.communicate(timeout=60) for process in processes]
    assert [out.split() for out, _ in outputs] == [["0", "True"]] * 4, outputs
    assert counted(home.database()) == 80


def test_the_stamp_moves_only_when_somebody_else_writes(home, database) -> None:
    add(database)
    before = database.stamp()
    assert database.stamp() == before
    add(home.database())
    assert database.stamp() != before


def test_the_log_is_moved_into_the_file_before_it_grows(database, home) -> None:
    add(database)
    log = home.folder / "ledger.db-wal"
    for _ in range(400):
        database.write(lambda c: c.execute("INSERT OR REPLACE INTO claim VALUES ('x', 1)"))
    assert log.stat().st_size > module.LOG_LIMIT
    database.checkpoint()
    database.write(lambda c: c.execute("INSERT OR REPLACE INTO claim VALUES ('x', 2)"))
    assert (home.folder / "ledger.db").stat().st_size > 4_096
    assert log.stat().st_size < module.LOG_LIMIT * 2


def test_closing_waits_for_a_query_of_another_thread(database) -> None:
    add(database)
    begun, go_on, order = threading.Event(), threading.Event(), []

    def slow(connection: sqlite3.Connection) -> None:
        begun.set()
        go_on.wait(5)
        connection.execute(COUNT).fetchone()
        order.append("read")

    def close() -> None:
        database.close()
        order.append("closed")

    reading, closing = threading.Thread(target=database.read, args=(slow,)), threading.Thread(target=close)
    reading.start()
    begun.wait(5)
    closing.start()
    closing.join(0.05)
    go_on.set()
    reading.join(5)
    closing.join(5)
    assert order == ["read", "closed"]
