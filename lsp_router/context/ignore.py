"""Ignore files in the way of git: nested, last match wins, nothing below an ignored folder comes back."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsp_router.context.disk import Disk

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_READ_LIMIT = 256_000
_FRESH_SECONDS = 2.0
_FOLDERS = 2_000


class Globs:
    """Gitignore-style patterns over a relative path; pathspec is imported only when there is a pattern."""

    def __init__(self, lines: Sequence[str], *, fold: bool) -> None:
        self._lines = [line.rstrip("\r\n") for line in lines if line.strip()]
        self._fold = fold
        self._spec = _spec([spelling(line, fold=fold) for line in self._lines]) if self._lines else None

    def decide(self, path: str) -> tuple[bool, str] | None:
        """Whether the last pattern that matches says to include the path, and that pattern; None when none does."""
        if self._spec is None:
            return None
        result = self._spec.check_file(spelling(path, fold=self._fold))
        if result.include is None or result.index is None:
            return None
        return result.include, self._lines[result.index]


@dataclass(slots=True)
class _Folder:
    checked: float
    stamps: tuple[tuple[int, int] | None, ...]
    rules: list[tuple[str, Globs]]


class IgnoreFiles:
    """Reads the ignore files above a path, and again when one has changed."""

    def __init__(self, names: Sequence[str], disk: Disk, clock: Callable[[], float], *, fold: bool) -> None:
        self._names = tuple(names)
        self._disk = disk
        self._clock = clock
        self._fold = fold
        self._folders: dict[str, _Folder] = {}

    def matching(self, root: str, path: str) -> str | None:
        """The rule that ignores an absolute path under a root (`file: pattern`), or None."""
        if not self._names:
            return None
        entries = (*_ancestors(root, path), path)
        for depth, entry in enumerate(entries[1:], start=1):
            if rule := self._ignores(entries[:depth], entry, is_folder=entry != path):
                return rule
        return None

    def _ignores(self, above: Sequence[str], entry: str, *, is_folder: bool) -> str | None:
        """Whether one folder or file is ignored by the rules in the folders above it, nearest first."""
        for folder in reversed(above):
            relative = entry[len(folder) :].lstrip("/") + ("/" if is_folder else "")
            for name, globs in self._rules(folder):
                if (decided := globs.decide(relative)) is not None:
                    return f"{name}: {decided[1]}" if decided[0] else None
        return None

    def _rules(self, folder: str) -> list[tuple[str, Globs]]:
        now, known = self._clock(), self._folders.get(folder)
        if known and now - known.checked < _FRESH_SECONDS:
            return known.rules
        stamps = tuple(self._disk.stamp(f"{folder}/{name}") for name in self._names)
        if known and known.stamps == stamps:
            known.checked = now
            return known.rules
        if len(self._folders) >= _FOLDERS:
            self._folders.clear()
        rules = [(name, self._read(folder, name)) for name, stamp in zip(self._names, stamps, strict=True) if stamp]
        self._folders[folder] = _Folder(now, stamps, rules)
        return rules

    def _read(self, folder: str, name: str) -> Globs:
        return Globs(self._disk.read(f"{folder}/{name}", _READ_LIMIT).split("\n"), fold=self._fold)


def spelling(path: str, *, fold: bool) -> str:
    """One spelling of a path for comparison: composed accents, and one case and slash where the system has but one."""
    plain = unicodedata.normalize("NFC", path.replace("\\", "/") if fold else path)
    return plain.casefold() if fold else plain


def _ancestors(root: str, path: str) -> Iterator[str]:
    """The folders from a root down to the one that holds a path."""
    yield root
    at = len(root.rstrip("/")) + 1
    while (at := path.find("/", at)) >= 0:
        yield path[:at]
        at += 1


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    """All patterns that can be read; one that cannot must not take the others with it."""
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - 70 ms that most users never need

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return GitIgnoreSpec.from_lines([line if _reads(line) else "#" for line in lines])


def _reads(line: str) -> bool:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - as above

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
