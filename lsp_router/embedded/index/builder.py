"""Brings indexes up to date: what changed goes into a small second segment, too much of it into a new first one.

Runs in the worker process only.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from lsp_router.embedded.index.compile import Stream, compile_segment
from lsp_router.embedded.index.files import Found, find_files, read_code, sort_nearest
from lsp_router.embedded.index.library import FORMAT, MANIFEST, Listing, read_manifest
from lsp_router.embedded.index.segment import Damaged, Section, Segment, write_segment

MAX_TOKENS = 2_000_000
FIRST_TOKENS = 150_000
"""How much of a new workspace is published before the rest is read."""
MAX_CHANGED = 0.15
"""The share of an index, in bytes of source, that may lie in its second segment."""
FREE_CHANGED = 200_000
"""Bytes that may lie there whatever the share."""
PATIENCE, PAUSE = 20, 0.02
"""How often, and after how many seconds, it is tried again to replace a file that somebody reads."""
LEFT_OUT = "left_out"
"""The section that lists files which were looked at and left out: generated, unreadable, or beyond the limit."""

Stamp = tuple[int, int]
"""Size and time of modification: a file with the same ones was not changed."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was done for a family (nothing, changes, all), and what its index holds now."""

    family: str
    done: str
    files: int
    tokens: int


def refresh(
    root: Path, folder: Path, near: str = "", ignored: Sequence[str] = (), max_tokens: int = MAX_TOKENS
) -> list[Report]:
    """`near` is the file that matters most, relative to the root with forward slashes."""
    by_family: dict[str, list[Found]] = {}
    for found in sort_nearest(find_files(root, ignored), near):
        by_family.setdefault(found.language.family, []).append(found)
    reports: list[Report] = []
    for family, files in by_family.items():
        left = max_tokens - sum(report.tokens for report in reports)
        reports.append(_Family(folder, family, files, max(0, left)).refresh())
    published = read_manifest(folder)
    if not published.keys() <= by_family.keys():
        _publish(folder, {family: listing for family, listing in published.items() if family in by_family})
    _sweep(folder)
    return reports


class _Family:
    """The index of one family of languages."""

    def __init__(self, folder: Path, family: str, files: Sequence[Found], max_tokens: int) -> None:
        self.folder = folder
        self.family = family
        self.files = {found.name: found for found in files}
        self.max_tokens = max_tokens

    def refresh(self) -> Report:
        listing = read_manifest(self.folder).get(self.family)
        if listing is None:
            return self._build(staged=True)
        known = [segment for name in listing.segments if (segment := _examine(self.folder / name))]
        if not known or len(known) < len(listing.segments):
            return self._build(staged=False)
        base, now = known[0], _together(known)
        if self._apart(now) == ([], []):
            return Report(self.family, "nothing", listing.files, listing.tokens)
        changed, gone = self._apart(base)
        moved = sum(found.size for found in changed) + sum(base.stamps[name][0] for name in gone)
        if moved > max(FREE_CHANGED, MAX_CHANGED * sum(size for size, _ in base.stamps.values())):
            return self._build(staged=False)
        return self._follow(listing.segments[0], base, changed, gone)

    def _apart(self, known: _Known) -> tuple[list[Found], list[str]]:
        """The files that are new or not as known, and the names of the known ones that are so or are no more."""
        changed = [found for name, found in self.files.items() if known.stamps.get(name) != _stamp(found)]
        names = {found.name for found in changed}
        return changed, [name for name in known.stamps if name in names or name not in self.files]

    def _build(self, *, staged: bool) -> Report:
        """A new first segment. Where there was none, the nearest files are published before the rest is read."""
        reading = _Reading(self._stream())
        for at, found in enumerate(self.files.values()):
            if staged and len(reading.stream.tokens) >= FIRST_TOKENS and at + 1 < len(self.files):
                self._list([self._write(reading, ())], _Known(), (), reading)
                staged = False
            reading.read(found, self.max_tokens)
        return self._list([self._write(reading, ())], _Known(), (), reading, "all")

    def _follow(self, first: str, base: _Known, changed: Sequence[Found], gone: Sequence[str]) -> Report:
        """A new second segment: everything that is not as in the first."""
        reading = _Reading(self._stream())
        for found in changed:
            reading.read(found, self.max_tokens)
        names = [first, self._write(reading, gone)] if changed or gone else [first]
        return self._list(names, base, gone, reading, "changes")

    def _stream(self) -> Stream:
        return Stream(next(iter(self.files.values())).language)

    def _write(self, reading: _Reading, gone: Sequence[str]) -> str:
        facts, sections = compile_segment(reading.stream, gone)
        left_out = json.dumps(reading.left_out).encode()
        name = f"{self.family}-{secrets.token_hex(6)}.segment"
        write_segment(self.folder / name, facts, {**sections, LEFT_OUT: Section("B", memoryview(left_out))})
        return name

    def _list(
        self, names: Sequence[str], base: _Known, gone: Sequence[str], reading: _Reading, done: str = "nearest"
    ) -> Report:
        files = len({*base.files} - {*gone}) + len(reading.stream.files)
        tokens = base.tokens + len(reading.stream.tokens)
        _publish(self.folder, {**read_manifest(self.folder), self.family: Listing(tuple(names), files, tokens)})
        return Report(self.family, done, files, tokens)


@dataclass(slots=True)
class _Reading:
    """Files on their way into a segment."""

    stream: Stream
    left_out: dict[str, Stamp] = field(default_factory=dict)

    def read(self, found: Found, max_tokens: int) -> None:
        text = read_code(found.path) if len(self.stream.tokens) < max_tokens else None
        if text is None:
            self.left_out[found.name] = _stamp(found)
        else:
            self.stream.read(found.name, text, found.size, found.modified_ns)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a segment knows: of every file it looked at how that was."""

    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    files: Collection[str] = ()
    tokens: int = 0
    gone: Collection[str] = ()


def _stamp(found: Found) -> Stamp:
    return found.size, found.modified_ns


def _examine(path: Path) -> _Known | None:
    """None when the segment is damaged; everything in it is read and checked."""
    try:
        segment = Segment(path)
    except Damaged:
        return None
    try:
        if not segment.verify():
            return None
        left_out = json.loads(bytes(segment.arrays[LEFT_OUT]))
        stamps = {row.path: (row.size, row.modified_ns) for row in segment.facts.files}
        stamps |= {name: (size, modified) for name, (size, modified) in left_out.items()}
        files = [row.path for row in segment.facts.files]
        return _Known(stamps, files, segment.facts.tokens, segment.facts.gone)
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    finally:
        segment.close()


def _together(known: Sequence[_Known]) -> _Known:
    stamps: dict[str, Stamp] = {}
    for one in known:
        stamps = {name: stamp for name, stamp in stamps.items() if name not in one.gone} | dict(one.stamps)
    return _Known(stamps)


def _publish(folder: Path, families: Mapping[str, Listing]) -> None:
    """Replace the manifest in one step."""
    data = {"format": FORMAT, "families": {family: asdict(listing) for family, listing in families.items()}}
    passing = folder / f"{MANIFEST}.{os.getpid()}.part"
    passing.write_text(json.dumps(data), "utf-8")
    _replace(passing, folder / MANIFEST)


def _replace(passing: Path, path: Path) -> None:
    """On Windows a file cannot be replaced at the moment when a server reads it."""
    for _ in range(PATIENCE):
        try:
            passing.replace(path)
        except PermissionError:
            time.sleep(PAUSE)
        else:
            return
    passing.replace(path)


def _sweep(folder: Path) -> None:
    """Delete segments that nothing lists. A server that still has one mapped keeps it, or hinders its deletion."""
    listed = {name for listing in read_manifest(folder).values() for name in listing.segments}
    for path in (*folder.glob("*.segment"), *folder.glob("*.part")):
        if path.name not in listed:
            with suppress(OSError):
                path.unlink()
