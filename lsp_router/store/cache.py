"""Answers that were given before, by everything that made them: a small memory in front of a shared folder."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsp_router.store.memory import Memory
from lsp_router.store.notice import Tell

if TYPE_CHECKING:
    from lsp_router.store.shelf import Shelf

FORMAT = 1
"""Entries of another format are misses."""
MEGABYTE = 1_048_576
DAY = 86_400.0
KEEP = 30 * DAY
NOTHING_KEEP = 60.0
"""Seconds for which "there is nothing to suggest here" is believed."""
LONGEST = MEGABYTE
"""Characters of one entry; longer ones are not kept."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found. A value of None is an answer too: there is nothing to suggest."""

    value: Any


@dataclass(frozen=True, slots=True)
class Info:
    directory: Path
    durable: bool
    entries: int
    bytes: int
    limit: int
    hits: int
    misses: int
    """Of this process."""


@dataclass(frozen=True, slots=True)
class Front:
    """How much is kept in memory."""

    entries: int = 512
    chars: int = 4 * MEGABYTE


class Cache:
    """Gets in microseconds, never raises, costs nothing to make: the folder is opened at the first miss in memory."""

    def __init__(
        self,
        directory: Path,
        tell: Tell,
        *,
        size_mb: float = 256,
        front: Front = Front(),
        now: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._directory = directory
        self._tell = tell
        self._size = int(size_mb * MEGABYTE)
        self._now = now
        self._ticks = ticks
        self._memory = Memory(front.entries, front.chars)
        self._shelf: Shelf | None = None
        self._hits = 0
        self._misses = 0

    def get(self, key: str) -> Hit | None:
        text = self._memory.get(key)
        known = _parse(text, key, self._now()) or self._fetch(key)
        if known is None:
            self._misses += 1
            return None
        self._hits += 1
        return Hit(known.value)

    def put(self, key: str, value: Any, seconds: float = KEEP) -> None:
        """Keeps anything JSON can say."""
        now = self._now()
        self._store(key, _Known(now, now + seconds, value))

    def put_nothing(self, key: str, seconds: float = NOTHING_KEEP) -> None:
        """Remembers for a short while that asking was in vain."""
        self.put(key, None, seconds)

    def open(self) -> bool:
        """Opens the folder ahead of the first request; False when there is memory only."""
        return self._on_disk().open()

    def info(self) -> Info:
        shelf = self._on_disk()
        return Info(
            directory=self._directory,
            durable=shelf.open(),
            entries=shelf.count() or len(self._memory),
            bytes=shelf.size(),
            limit=self._size,
            hits=self._hits,
            misses=self._misses,
        )

    def clear(self) -> int:
        """Forgets everything, for every process that does not have it in memory; how many entries went."""
        held = len(self._memory)
        self._memory.clear()
        return self._on_disk().clear() or held

    def close(self) -> None:
        if self._shelf is not None:
            self._shelf.close()

    def _fetch(self, key: str) -> _Known | None:
        text = self._on_disk().get(key)
        known = _parse(text, key, self._now())
        if known is None or text is None:
            return None
        if self._now() - known.stored > DAY:  # what is still used must not be the oldest when room is made
            self._store(key, _Known(self._now(), known.expires, known.value))
        else:
            self._memory.put(key, text)
        return known

    def _store(self, key: str, known: _Known) -> None:
        text = json.dumps([FORMAT, key, known.stored, known.expires, known.value], separators=(",", ":"))
        if len(text) > LONGEST:
            return
        self._memory.put(key, text)
        self._on_disk().put(key, text, known.expires - known.stored)

    def _on_disk(self) -> Shelf:
        if self._shelf is None:
            from lsp_router.store.shelf import Shelf  # noqa: PLC0415 - diskcache costs 30 ms; a start must not wait for it

            self._shelf = Shelf(self._directory, self._size, self._tell, self._ticks)
        return self._shelf


def key(*parts: str) -> str:
    """One name for all that shaped an answer: model, template, prefix, suffix, context. No two lists share one."""
    digest = blake2b(digest_size=20)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class _Known:
    stored: float
    expires: float
    value: Any


def _parse(text: str | None, key: str, now: float) -> _Known | None:
    """Somebody else, or a power cut, may have written anything there: an entry names the key it answers."""
    if text is None:
        return None
    try:
        match json.loads(text):
            case [form, name, int() | float() as stored, int() | float() as expires, value]:
                return _Known(stored, expires, value) if (form, name) == (FORMAT, key) and now < expires else None
    except (ValueError, RecursionError):
        return None
    return None
