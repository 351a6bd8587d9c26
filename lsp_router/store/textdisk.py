"""How diskcache may touch the disk: text in, text out, nothing else.

By default diskcache unpickles whatever a row says is pickled, and opens and deletes whatever file a row names, so
anybody who can write the file can run code and remove files as its reader. Here every such row is a miss, and no row
names a file.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, NoReturn

import diskcache
from diskcache.core import DBNAME, DEFAULT_SETTINGS, METADATA, MODE_RAW

from lsp_router.store.ailment import damage


class ForeignRowError(OSError):
    """A row that this cache has not written; diskcache takes an OSError for a miss."""


class TextDisk(diskcache.Disk):  # type: ignore[misc]  # diskcache has no types
    """Keys and values are text and stay inside the database."""

    def put(self, key: object) -> tuple[str, bool]:
        if type(key) is not str:
            raise TypeError("cache keys are text")
        return key, True

    def get(self, key: object, raw: object) -> str:
        if not raw or type(key) is not str:
            raise ForeignRowError("a key that is not plain text")
        return key

    def store(self, value: object, read: object, key: object = None) -> tuple[int, int, None, str]:  # noqa: ARG002 - diskcache's signature
        if read or type(value) is not str:
            raise TypeError("cached values are text")
        return 0, MODE_RAW, None, value

    def fetch(self, mode: object, filename: object, value: object, read: object) -> str:
        if mode != MODE_RAW or filename is not None or type(value) is not str or read:
            raise ForeignRowError("a value that is not plain text")
        return value

    def filename(self, key: object = None, value: object = None) -> NoReturn:  # noqa: ARG002 - diskcache's signature
        raise ForeignRowError("values are never files")

    def remove(self, file_path: object) -> None:
        """No row of ours has a file, so whatever a row names is not ours to delete."""


SETTINGS: dict[str, Any] = {
    "eviction_policy": "least-recently-stored",
    "statistics": 0,
    "tag_index": 0,
    "sqlite_cache_size": 1_024,
    "sqlite_mmap_size": 0,  # a file that is cut short by somebody else must be an error, not the end of the process
    "sqlite_synchronous": 0,  # the event loop never waits for the disk; what a power cut spoils is only a cache
    "sqlite_trusted_schema": 0,
    "sqlite_journal_size_limit": 4_000_000,
}


def open_cache(folder: Path, size: int, patience: float) -> Any:
    """A diskcache over the folder; raises sqlite3.Error or OSError."""
    vet(folder / DBNAME, patience)
    return diskcache.Cache(str(folder), timeout=patience, disk=TextDisk, size_limit=size, **SETTINGS)


def vet(file: Path, patience: float) -> None:
    """Raises what SQLite would for a damaged file if its settings are not ours, or for a locked one.

    diskcache turns each setting into an attribute or a PRAGMA, and waits a minute for a lock when it opens a file.
    """
    if not file.exists():
        return
    connection = sqlite3.connect(file, timeout=patience, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for key, value in connection.execute("SELECT key, value FROM Settings") if "Settings" in tables else ():
            if not _ours(key, value):
                raise damage(f"a setting called {key!r}")
        connection.execute("ROLLBACK")
    finally:
        connection.close()


def _ours(key: object, value: object) -> bool:
    if key in METADATA:
        return type(value) is int
    return (key in DEFAULT_SETTINGS or key in SETTINGS) and type(value) in {int, str}
