"""Private copies of a workspace: drafts are tried there, and nothing of it is left behind."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_SKIPPED = frozenset(
    {".git", ".hg", ".svn", "__pycache__", "target", "dist", "build", "out", "coverage", ".tox", ".nox", ".cache"}
    | {".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".next", ".turbo", ".idea", ".vscode", ".gradle"}
)
_LINKED = frozenset({"node_modules", ".venv", "venv"})
"""Too large to copy and only read: linked instead."""


class TooLargeError(OSError):
    """The workspace is larger than what is copied for one check."""


@dataclass(frozen=True, slots=True)
class Room:
    """A private folder: `work` holds the copy, the rest is the tools' own."""

    folder: Path

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def write(self, path: str, text: str) -> Path:
        """A file of the copy; never through a link, never out of the room."""
        pure = PurePosixPath(path.replace("\\", "/"))
        if pure.is_absolute() or ".." in pure.parts or not pure.parts or ":" in pure.parts[0]:
            raise ValueError(f"{path} is not inside the workspace")
        place = self.work
        for part in pure.parts[:-1]:
            place /= part
            if place.is_symlink():
                raise ValueError(f"{path} leads out of the workspace")
            place.mkdir(exist_ok=True)
        place /= pure.parts[-1]
        if place.is_symlink() or place.exists():
            place.unlink()
        place.write_bytes(text.encode("utf-8", "surrogatepass"))
        return place


@dataclass(frozen=True, slots=True)
class Copying:
    """What a room is made from and where: the workspace, if tools need it, up to a size."""

    root: Path | None = None
    folder: Path | None = None
    files: int = 8_000
    bytes: int = 200_000_000


@asynccontextmanager
async def private_room(files: Mapping[str, str], copying: Copying | None = None) -> AsyncIterator[Room]:
    """A room with these files over a copy of the workspace; gone afterwards, whatever happens."""
    copying = copying or Copying()
    room = _make(copying.folder)
    try:
        if copying.root is not None:
            await _in_thread(copying.root, room.work, copying)
        for path, text in files.items():
            room.write(path, text)
        yield room
    finally:
        _remove(room.folder)


def _make(folder: Path | None) -> Room:
    room = Room(Path(tempfile.mkdtemp(prefix="lsp-router-", dir=folder)).resolve())
    for name in ("work", "home", "tmp"):
        (room.folder / name).mkdir()
    return room


async def _in_thread(root: Path, target: Path, sizes: Copying) -> None:
    """Copying in a thread that has ended before a cancellation goes on."""
    stop = threading.Event()
    job = asyncio.ensure_future(asyncio.to_thread(_copy, root, target, sizes, stop))
    try:
        await asyncio.shield(job)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([job])
        raise


def _copy(root: Path, target: Path, sizes: Copying, stop: threading.Event) -> None:
    count = size = 0
    for entry, place in _entries(root, target):
        if stop.is_set():
            return
        count, size = count + 1, size + entry.stat(follow_symlinks=False).st_size
        if count > sizes.files or size > sizes.bytes:
            raise TooLargeError(f"{root} is too large to check a copy of it")
        shutil.copyfile(entry.path, place, follow_symlinks=False)


def _entries(source: Path, target: Path) -> Iterator[tuple[os.DirEntry[str], Path]]:
    """The plain files to copy; folders are made, links are not followed and not copied."""
    with os.scandir(source) as listed:
        entries = sorted(listed, key=lambda entry: entry.name)
    for entry in entries:
        place = target / entry.name
        if entry.name in _LINKED and entry.is_dir():
            place.symlink_to(Path(entry.path).resolve(), target_is_directory=True)
        elif entry.is_dir(follow_symlinks=False) and entry.name not in _SKIPPED:
            place.mkdir()
            yield from _entries(Path(entry.path), place)
        elif entry.is_file(follow_symlinks=False):
            yield entry, place


def _remove(folder: Path) -> None:
    """Everything, even what a tool made unreadable; links are unlinked, not followed."""
    for parent, names, _ in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)  # noqa: PTH118 - thousands of them
            if not os.path.islink(path):  # noqa: PTH114 - same
                os.chmod(path, stat.S_IRWXU)  # noqa: PTH101 - same
    shutil.rmtree(folder, ignore_errors=True)
