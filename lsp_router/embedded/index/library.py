"""A workspace's indexes as a server sees them: whatever the worker last published, mapped, and never one's own file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsp_router.embedded.index.segment import Damaged, Segment
from lsp_router.embedded.index.shelf import Shelf, Witness

MANIFEST = "manifest.json"
FORMAT = 1
RECHECK_SECONDS = 1.0
REST_AFTER = 4
"""Questions after which mapped memory is given back: each touches a little everywhere, soon that is all of it."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The published segments of one family, oldest first; a later one knows better than an earlier one."""

    segments: tuple[str, ...]
    files: int
    tokens: int


def folder_of(cache: Path, root: Path) -> Path:
    """The folder that all servers of a workspace share."""
    name = os.path.normcase(_absolute(root))
    return cache / "recall" / hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def read_manifest(folder: Path) -> dict[str, Listing]:
    """By family; empty when there is none that this version understands."""
    try:
        data = json.loads((folder / MANIFEST).read_text("utf-8"))
        if data["format"] != FORMAT:
            return {}
        return {family: _listing(row) for family, row in data["families"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _listing(row: Any) -> Listing:
    names = tuple(str(name) for name in row["segments"])
    if any(Path(name).name != name for name in names):
        raise ValueError("a segment lies outside the folder")
    return Listing(names, int(row["files"]), int(row["tokens"]))


class Library:
    """Opens what the manifest lists when it is first asked for, and looks for a newer manifest now and then."""

    def __init__(self, folder: Path, root: Path, now: Callable[[], float]) -> None:
        self._folder = folder
        self._root = _absolute(root)
        self._now = now
        self._checked = float("-inf")
        self._asked = 0
        self._stamp: tuple[int, int] | None = None
        self._listings: dict[str, Listing] = {}
        self._shelves: dict[str, list[tuple[Shelf, frozenset[int]]]] = {}
        self.damaged = False
        """Whether an index had to be given up: the worker should be asked for another."""

    @property
    def files(self) -> int:
        self._recheck()
        return sum(listing.files for listing in self._listings.values())

    @property
    def tokens(self) -> int:
        self._recheck()
        return sum(listing.tokens for listing in self._listings.values())

    def witnesses(self, family: str, path: str) -> list[Witness]:
        """The indexes of a family; what they hold of `path` itself is outdated and stays unheard."""
        self._recheck()
        if family not in self._shelves:
            self._shelves[family] = self._open(family)
        self._asked += 1
        if self._asked % REST_AFTER == 0:
            self._rest()
        name = self._name(path)
        return [(shelf, _with(hidden, shelf.files.get(name))) for shelf, hidden in self._shelves[family]]

    def look(self) -> None:
        """A worker is done: whatever it published is taken at the next question."""
        self._checked = float("-inf")

    def drop(self, family: str) -> None:
        """Give up a family's indexes: they turned out to hold nonsense."""
        self._shelves[family] = []
        self.damaged = True

    def _rest(self) -> None:
        for shelves in self._shelves.values():
            for shelf, _ in shelves:
                shelf.rest()

    def _recheck(self) -> None:
        now = self._now()
        if now - self._checked < RECHECK_SECONDS:
            return
        self._checked = now
        try:
            stat = (self._folder / MANIFEST).stat()
            stamp = stat.st_mtime_ns, stat.st_size
        except OSError:
            stamp = None
        if stamp != self._stamp:
            self._stamp = stamp
            self._listings = read_manifest(self._folder)
            self._shelves.clear()
            self.damaged = False

    def _open(self, family: str) -> list[tuple[Shelf, frozenset[int]]]:
        listing = self._listings.get(family)
        shelves: list[Shelf] = []
        gone: list[Iterable[str]] = []
        for name in listing.segments if listing else ():
            try:
                segment = Segment(self._folder / name)
                shelves.append(Shelf(segment))
                gone.append(segment.facts.gone)
            except (Damaged, KeyError):
                self.damaged = True
                return []
        return [
            (
                shelf,
                frozenset(
                    number
                    for names in gone[at + 1 :]
                    for name in names
                    if (number := shelf.files.get(name)) is not None
                ),
            )
            for at, shelf in enumerate(shelves)
        ]

    def _name(self, path: str) -> str:
        """The path as the index writes it; a path outside the workspace is in no index."""
        inside = _absolute(path)
        root = self._root.rstrip("/\\")
        if not os.path.normcase(inside).startswith(os.path.normcase(root + os.sep)):
            return ""
        return inside[len(root) + 1 :].replace(os.sep, "/")


def _absolute(path: str | Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - links stay as the editor names them


def _with(hidden: frozenset[int], number: int | None) -> frozenset[int]:
    return hidden if number is None else hidden | {number}
