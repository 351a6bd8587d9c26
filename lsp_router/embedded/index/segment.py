"""The file format of an index: a checked header and flat arrays, mapped into memory and shared by every server.

A segment is written once, under a new name, and never changed. Whatever is not exactly what its header promises
(truncated, foreign, of another version) does not open. Opening does not read the large arrays; verifying their
checksums is the worker's business, and reading garbage from them gives wrong answers but never a crash.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import sys
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

VERSION = 4
_MAGIC = b"recall\r\n"
_PREFIX = struct.Struct("<8sIII")
"""Magic, version, the header's length and its checksum."""
Kind = Literal["B", "H", "i", "I"]
"""Item types, as `struct` writes them."""
_ITEM_SIZES: dict[Kind, int] = {"B": 1, "H": 2, "i": 4, "I": 4}
_ALIGN = 64
_MAX_HEADER = 64 << 20


class Damaged(Exception):  # noqa: N818 - it says what the file is
    """The file is not a whole segment of this version and machine; the one exception that opening raises."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of the index: where its tokens begin, and what it looked like on disk when it was read."""

    path: str
    """Relative to the workspace, with forward slashes."""
    start: int
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What a segment says of itself."""

    family: str
    tokens: int
    files: tuple[FileRow, ...]
    gone: tuple[str, ...] = ()
    """Files of an older segment that this one replaces or knows to be deleted."""


@dataclass(frozen=True, slots=True)
class Section:
    """One flat array."""

    kind: Kind
    data: memoryview[int]


def write_segment(path: Path, facts: Facts, sections: Mapping[str, Section]) -> None:
    """Write under a passing name and rename: whoever opens `path` sees all of it or none."""
    table: dict[str, list[Any]] = {}
    at = 0
    for name, section in sections.items():
        raw = section.data.cast("B")
        table[name] = [at, len(raw) // _ITEM_SIZES[section.kind], section.kind, zlib.crc32(raw)]
        at = _align(at + len(raw))
    header = _render(facts, table, at)
    passing = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with passing.open("wb") as file:
            file.write(_PREFIX.pack(_MAGIC, VERSION, len(header), zlib.crc32(header)))
            file.write(header)
            for name, section in sections.items():
                _pad(file, _align(_PREFIX.size + len(header)) + table[name][0])
                file.write(section.data.cast("B"))
            _pad(file, _align(_PREFIX.size + len(header)) + at)
        passing.replace(path)
    finally:
        passing.unlink(missing_ok=True)


class Segment:
    """An open segment: its facts and its arrays, mapped read-only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise Damaged(f"cannot be mapped: {error}") from error
        try:
            self._view = memoryview(self._map)
            self.facts, self._table, self._base = _parse(self._view)
            self.arrays = {name: self._array(*row[:3]) for name, row in self._table.items()}
        except (Damaged, KeyError, TypeError, ValueError, IndexError, struct.error) as error:
            self.close()
            raise Damaged(f"is not a whole index of this version: {error}") from error

    def verify(self) -> bool:
        """Read everything once and compare checksums."""
        return all(zlib.crc32(self.arrays[name].cast("B")) == row[3] for name, row in self._table.items())

    def rest(self) -> None:
        """Give the memory back: what is asked for next comes from the system's cache of the file again."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)

    def close(self) -> None:
        """Let go of the mapping; on some systems the file cannot be deleted before."""
        for view in [*getattr(self, "arrays", {}).values(), getattr(self, "_view", None)]:
            if view is not None:
                with suppress(BufferError):
                    view.release()
        with suppress(BufferError):
            self._map.close()

    def _array(self, offset: int, count: int, kind: Kind) -> memoryview[int]:
        start = self._base + offset
        raw = self._view[start : start + count * _ITEM_SIZES[kind]]
        if len(raw) != count * _ITEM_SIZES[kind]:
            raise Damaged("an array is cut off")
        return raw.cast(kind)


def _render(facts: Facts, table: Mapping[str, list[Any]], size: int) -> bytes:
    header = {
        "byteorder": sys.byteorder,
        "family": facts.family,
        "tokens": facts.tokens,
        "files": [[row.path, row.start, row.size, row.modified_ns] for row in facts.files],
        "gone": facts.gone,
        "sections": table,
        "size": size,
    }
    return json.dumps(header, separators=(",", ":")).encode()


def _parse(view: memoryview) -> tuple[Facts, dict[str, list[Any]], int]:
    magic, version, length, checksum = _PREFIX.unpack_from(view)
    if magic != _MAGIC or version != VERSION or length > _MAX_HEADER:
        raise Damaged("another format")
    raw = bytes(view[_PREFIX.size : _PREFIX.size + length])
    if zlib.crc32(raw) != checksum:
        raise Damaged("a damaged header")
    header = json.loads(raw)
    base = _align(_PREFIX.size + length)
    if header["byteorder"] != sys.byteorder or len(view) != base + header["size"]:
        raise Damaged("another machine's, or not all of it")
    files = tuple(FileRow(*row) for row in header["files"])
    facts = Facts(header["family"], header["tokens"], files, tuple(header["gone"]))
    return facts, header["sections"], base


def _align(at: int) -> int:
    return -(-at // _ALIGN) * _ALIGN


def _pad(file: Any, until: int) -> None:
    file.write(b"\0" * (until - file.tell()))
