"""Folders and files that are nobody else's business, and how a damaged one is put out of the way."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

WAIT = 2.0
STALE = 30.0
"""A lock this old was left behind by a process that died."""


def keep_private(folder: Path) -> None:
    """Makes the folder, for its owner's eyes only where the system knows owners; raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name == "posix" and folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


def create_private(file: Path) -> None:
    """Makes the file before SQLite does, which would let the group read it.

    An existing file is never opened: closing it again would drop the locks that SQLite holds on it in this process.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def identity(file: Path) -> int | None:
    """Which file this is: another one of the same name is another file. None when there is none."""
    try:
        return file.stat().st_ino
    except OSError:
        return None


def set_aside(file: Path, damaged: int | None, *, keep: bool) -> None:
    """Takes a damaged database and its side files away; a newer file that another process put there stays.

    The write-ahead log goes first: left beside a new database it would be played into it.
    """
    with _alone(file):
        if identity(file) != damaged:
            return
        for end in ("-wal", "-shm", ""):
            part = Path(f"{file}{end}")
            with contextlib.suppress(FileNotFoundError):
                if keep and end != "-shm":
                    part.replace(f"{file}.damaged{end}")
                else:
                    part.unlink()


@contextlib.contextmanager
def _alone(file: Path) -> Iterator[None]:
    """One process at a time; a folder is the lock because making one is atomic everywhere."""
    lock = Path(f"{file}.mending")
    deadline = time.monotonic() + WAIT
    while True:
        try:
            lock.mkdir()
            break
        except FileExistsError:
            _break_stale(lock)
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.rmdir()


def _break_stale(lock: Path) -> None:
    with contextlib.suppress(OSError):
        if time.time() - lock.stat().st_mtime > STALE:
            lock.rmdir()
