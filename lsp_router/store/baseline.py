"""Findings that a project does not want to hear again: a file in the project, shared through version control.

It holds what a person needs to recognise an entry, and no code.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = "lsp-router.baseline.json"
FORMAT = 1
LARGEST = 4_000_000


@dataclass(frozen=True, slots=True)
class Dismissed:
    """One entry; `rank` says how severe it was (0 is the most): something worse at that place is told again."""

    id: str
    rank: int
    path: str
    title: str


class Baseline:
    """Reads the file again when it has changed; a file that makes no sense dismisses nothing."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._stamp: tuple[int, int] | None = None
        self._entries: dict[str, Dismissed] = {}

    def dismissed(self, ident: str, rank: int) -> bool:
        self._refresh()
        known = self._entries.get(ident)
        return known is not None and rank >= known.rank

    def dismiss(self, *entries: Dismissed) -> None:
        """Written at once and whole; sorted, so that two people's entries merge. Raises OSError."""
        self._stamp = None
        self._refresh()
        kept = {**self._entries, **{entry.id: entry for entry in entries}}
        listed = [
            {"id": e.id, "path": e.path, "title": e.title, "rank": e.rank}
            for e in sorted(kept.values(), key=lambda e: (e.path, e.id))
        ]
        _write(self.file, json.dumps({"version": FORMAT, "dismissed": listed}, indent=2, ensure_ascii=False) + "\n")
        self._entries = kept

    def _refresh(self) -> None:
        stamp = _stamp(self.file)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        self._entries = {entry.id: entry for entry in _read(self.file)} if stamp else {}


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _read(file: Path) -> list[Dismissed]:
    try:
        with file.open(encoding="utf-8-sig") as opened:
            value = json.loads(opened.read(LARGEST))
    except (OSError, ValueError, RecursionError):
        return []
    listed = value.get("dismissed") if isinstance(value, Mapping) else None
    return [entry for item in listed if (entry := _entry(item))] if isinstance(listed, list) else []


def _entry(item: Any) -> Dismissed | None:
    if not isinstance(item, Mapping) or not isinstance(item.get("id"), str):
        return None
    rank = item.get("rank")
    return Dismissed(
        item["id"], rank if isinstance(rank, int) else 0, str(item.get("path", "")), str(item.get("title", ""))
    )


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise
