"""The little of a file system that privacy needs, so that tests can bring their own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol


class Disk(Protocol):
    def stamp(self, path: str) -> tuple[int, int] | None:
        """What changes when a file does; None when there is none."""

    def read(self, path: str, limit: int) -> str:
        """The beginning of a file; empty when it cannot be read."""

    def real(self, path: str) -> str:
        """Where a path leads when every link is followed."""


class LocalDisk:
    """The machine's own files."""

    def stamp(self, path: str) -> tuple[int, int] | None:
        try:
            status = os.stat(path)  # noqa: PTH116 - hot path: a Path per ancestor folder costs more than the call
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size

    def read(self, path: str, limit: int) -> str:
        try:
            with Path(path).open(encoding="utf-8-sig", errors="replace") as file:
                return file.read(limit)
        except OSError:
            return ""

    def real(self, path: str) -> str:
        return os.path.realpath(path)
