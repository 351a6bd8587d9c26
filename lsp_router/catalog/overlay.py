"""The lists fetched so far, kept in one small file that many processes share."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsp_router.catalog import prices, untrusted
from lsp_router.catalog.listing import Listed, Listing
from lsp_router.domain.model import Capability
from lsp_router.domain.money import Price

VERSION = 1
IN_USE = 30 * 60.0
IDLE = 24 * 3600.0
_LOCK_PATIENCE = 2.0
_LOCK_STALE = 10.0


@dataclass(frozen=True, slots=True)
class Overlay:
    """Model lists by the user's name for the provider."""

    listings: Mapping[str, Listing] = field(default_factory=dict)

    def due(self, provider: str, now: float, *, in_use: bool, every: float = IN_USE) -> bool:
        """Every half hour (or `every` so many seconds) while in use, daily at least; a list from the future is none."""
        listing = self.listings.get(provider)
        age = now - listing.fetched_at if listing else IDLE
        return age < 0 or age >= (every if in_use else IDLE)

    def with_listing(self, listing: Listing) -> Overlay:
        """The newer of two lists of one provider stays."""
        known = self.listings.get(listing.provider)
        if known and known.fetched_at > listing.fetched_at:
            return self
        return Overlay({**self.listings, listing.provider: listing})


class OverlayStore:
    """Owns the file. Reading never fails, writing never leaves half a file, and no writer undoes another's list."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Overlay:
        """What can be read; a missing or damaged file is an empty one, and the next save replaces it."""
        try:
            document = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return Overlay()
        page = untrusted.table(document)
        if page.get("version") != VERSION:
            return Overlay()
        return Overlay(dict(_decode(name, row) for name, row in untrusted.table(page.get("providers")).items()))

    def save(self, listing: Listing) -> Overlay:
        """Add a list to the file and say what is in it now; raises OSError when the folder cannot be written."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with _held(self._path.with_suffix(".lock")):
            overlay = self.load().with_listing(listing)
            self._write({"version": VERSION, "providers": {n: _encode(i) for n, i in overlay.listings.items()}})
        return overlay

    def _write(self, document: Mapping[str, Any]) -> None:
        handle, name = tempfile.mkstemp(prefix=self._path.name, suffix=".new", dir=self._path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(document, file, separators=(",", ":"))
            _replace(name, self._path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise


def _replace(new: str, path: Path) -> None:
    """Windows refuses while a reader has the file open, so try for a moment."""
    until = time.monotonic() + _LOCK_PATIENCE
    while True:
        try:
            Path(new).replace(path)
        except PermissionError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.02)
        else:
            return


@contextmanager
def _held(lock: Path) -> Iterator[None]:
    """One writer at a time. A lock whose owner died is broken; at worst a list is fetched once more."""
    until = time.monotonic() + _LOCK_PATIENCE
    mine = False
    while not mine and time.monotonic() < until:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            mine = True
        except (FileExistsError, PermissionError):
            _break_stale(lock)
            time.sleep(0.01)
    try:
        yield
    finally:
        if mine:
            with suppress(OSError):
                lock.unlink()


def _break_stale(lock: Path) -> None:
    with suppress(OSError):
        if time.time() - lock.stat().st_mtime > _LOCK_STALE:
            lock.unlink()


def _encode(listing: Listing) -> dict[str, Any]:
    return {
        "fetched_at": listing.fetched_at,
        "complete": listing.complete,
        "problems": list(listing.problems),
        "models": [_encode_row(row) for row in listing.models],
    }


def _encode_row(row: Listed) -> dict[str, Any]:
    """Only what the list said, for there are hundreds of rows."""
    document = {
        "id": row.id,
        "price": prices.encode(row.price) if row.price else None,
        "window": row.context_window,
        "answer": row.max_output,
        "skills": sorted(row.capabilities) if row.capabilities is not None else None,
        "aliases": list(row.aliases) or None,
        "remote": row.remote or None,
    }
    return {key: value for key, value in document.items() if value is not None}


def _decode(name: str, value: object) -> tuple[str, Listing]:
    """A list out of the file; rows that are not what was written are dropped, and then the list is not complete."""
    page = untrusted.table(value)
    found = [_decode_row(row) for row in untrusted.rows(page.get("models"))]
    rows = tuple(row for row in found if row is not None)
    whole = page.get("complete") is True and len(rows) == len(found)
    fetched = untrusted.number(page.get("fetched_at")) or 0.0
    return name, Listing(name, fetched, rows, whole, untrusted.texts(page.get("problems")))


def _decode_row(row: Mapping[str, Any]) -> Listed | None:
    model_id = untrusted.text(row.get("id"))
    if not model_id:
        return None
    skills = row.get("skills")
    return Listed(
        model_id,
        price=_decode_price(row.get("price")),
        context_window=untrusted.tokens(row.get("window")),
        max_output=untrusted.tokens(row.get("answer")),
        capabilities=frozenset(Capability(s) for s in skills if s in _SKILLS) if isinstance(skills, list) else None,
        aliases=untrusted.texts(row.get("aliases")),
        remote=row.get("remote") is True,
    )


def _decode_price(value: object) -> Price | None:
    if not isinstance(value, dict):
        return None
    try:
        return prices.decode(value)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        return None


_SKILLS = tuple(skill.value for skill in Capability)
