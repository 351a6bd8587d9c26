"""What a database error means for its owner, in one table."""

from __future__ import annotations

import sqlite3
from enum import Enum


class Ailment(Enum):
    BUSY = "another process is writing: try again"
    DAMAGED = "what the file holds is no database of ours: replace it"
    MOVED = "the file was moved or deleted under us: open it anew"
    UNUSABLE = "this place cannot be written: do without it"
    BUG = "our own mistake: let it be seen"


_BY_CODE = {
    sqlite3.SQLITE_BUSY: Ailment.BUSY,
    sqlite3.SQLITE_LOCKED: Ailment.BUSY,
    sqlite3.SQLITE_CORRUPT: Ailment.DAMAGED,
    sqlite3.SQLITE_NOTADB: Ailment.DAMAGED,
    sqlite3.SQLITE_PERM: Ailment.UNUSABLE,
    sqlite3.SQLITE_READONLY: Ailment.UNUSABLE,
    sqlite3.SQLITE_IOERR: Ailment.UNUSABLE,
    sqlite3.SQLITE_FULL: Ailment.UNUSABLE,
    sqlite3.SQLITE_CANTOPEN: Ailment.UNUSABLE,
    sqlite3.SQLITE_PROTOCOL: Ailment.UNUSABLE,
    sqlite3.SQLITE_NOLFS: Ailment.UNUSABLE,
    sqlite3.SQLITE_AUTH: Ailment.UNUSABLE,
}


def diagnose(error: sqlite3.Error) -> Ailment:
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    if code == sqlite3.SQLITE_READONLY_DBMOVED:
        return Ailment.MOVED
    return _BY_CODE.get(code & 0xFF, Ailment.BUG)


def damage(what: str) -> sqlite3.DatabaseError:
    """The error SQLite would raise if it knew what we expect in our files."""
    error = sqlite3.DatabaseError(what)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error
