"""The cache's folder on disk; whatever is wrong with it, the caller gets a miss and the user one sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import diskcache
from diskcache.core import DBNAME

from lsp_router.store.ailment import Ailment, diagnose
from lsp_router.store.folder import identity, keep_private, set_aside
from lsp_router.store.notice import Notices, Tell
from lsp_router.store.textdisk import open_cache

T = TypeVar("T")

PATIENCE = 0.02
"""Seconds; a cache is not worth waiting for."""
REST = 300.0
"""Seconds before a folder that was full or read-only is tried again."""
SHORT_REST = 2.0
"""The same for one that another program has locked."""
KNOCKS = 3


class Shelf:
    """Owns the diskcache, which is opened when first needed."""

    def __init__(self, folder: Path, size: int, tell: Tell, ticks: Callable[[], float]) -> None:
        self._folder = folder
        self._size = size
        self._notices = Notices(tell)
        self._ticks = ticks
        self._cache: Any = None
        self._inode: int | None = None
        self._rests_until = 0.0
        self._knocks = 0

    def get(self, key: str) -> str | None:
        found: str | None = self._use(lambda cache: cache.get(key), None)
        return found

    def put(self, key: str, text: str, seconds: float) -> bool:
        return self._use(lambda cache: bool(cache.set(key, text, expire=seconds)), default=False)

    def clear(self) -> int:
        return self._use(lambda cache: int(cache.clear()), 0)

    def count(self) -> int:
        return self._use(len, 0)

    def size(self) -> int:
        """Bytes on disk."""
        return self._use(lambda cache: int(cache.volume()), 0)

    def open(self) -> bool:
        """Whether there is a disk to cache on."""
        return self._use(lambda _: True, default=False)

    def close(self) -> None:
        cache, self._cache = self._cache, None
        if cache is not None:
            cache.close()

    def _use(self, ask: Callable[[Any], T], default: T) -> T:
        try:
            if self._cache is None and not self._open():
                return default
            return ask(self._cache)
        except diskcache.Timeout:
            return default
        except sqlite3.Error as error:
            self._cure(error)
        except OSError as error:
            self._rest(str(error))
        return default

    def _open(self) -> bool:
        if self._ticks() < self._rests_until:
            return False
        keep_private(self._folder)
        self._inode = identity(self._folder / DBNAME)
        self._cache = open_cache(self._folder, self._size, PATIENCE)
        self._inode = identity(self._folder / DBNAME)
        self._knocks = 0
        return True

    def _cure(self, error: sqlite3.Error) -> None:
        match diagnose(error):
            case Ailment.BUSY:
                self._knock()
            case Ailment.UNUSABLE:
                self._rest(str(error))
            case Ailment.DAMAGED | Ailment.MOVED | Ailment.BUG:
                self._start_over(str(error))

    def _knock(self) -> None:
        """Once is bad luck with a neighbour's writing; who finds a door locked again and again says so."""
        if self._cache is not None:
            return
        self._knocks += 1
        self._rests_until = self._ticks() + SHORT_REST
        if self._knocks >= KNOCKS:
            self._say_off("another program keeps it locked")

    def _start_over(self, reason: str) -> None:
        self.close()
        try:
            set_aside(self._folder / DBNAME, self._inode, keep=False)
        except OSError as error:
            self._rest(f"damaged, and {error}")
            return
        self._notices.once("damaged", f"The cache in {self._folder} was damaged ({reason}) and has been started anew.")

    def _rest(self, reason: str) -> None:
        self.close()
        self._rests_until = self._ticks() + REST
        self._say_off(reason)

    def _say_off(self, reason: str) -> None:
        self._notices.once(
            "off",
            f"The cache in {self._folder} cannot be used ({reason}); answers are kept in memory only. "
            "Check the folder's permissions and the free space on its disk.",
        )
