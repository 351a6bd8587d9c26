"""Which files of a workspace are worth an index, nearest first: code that people wrote and that nothing ignores."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from lsp_router.embedded.text.languages import Language, language_of_path

MAX_BYTES = 400_000
MAX_SEEN = 60_000
"""How many directory entries are looked at before a tree counts as too large to see in full."""
IGNORE_FILES = (".gitignore", ".lsprouterignore")
_SKIPPED = frozenset({"node_modules", "bower_components", "__pycache__", "site-packages", "jspm_packages"})
_BUILT = frozenset({"dist", "build", "out", "target", "bin", "obj"})
"""Skipped where something beside them says that a build puts its output there."""
_BUILD_FILES = frozenset({"package.json", "setup.py", "pyproject.toml", "Cargo.toml", "pom.xml", "build.gradle"})
_NOT_A_PROJECT = frozenset({"pyvenv.cfg", "CACHEDIR.TAG"})
"""A folder that holds one of these is made by a tool."""
_GENERATED_NAME = re.compile(
    r"\.min\.|_pb2(_grpc)?\.|\.pb\.|\.g\.dart$|[-_.]generated\.|\.bundle\.|\.designer\.", re.IGNORECASE
)
_GENERATED_TEXT = re.compile(r"@generated|do not edit|auto-?generated|generated (by|from|automatically)", re.IGNORECASE)
_MEAN_LINE = 120


@dataclass(frozen=True, slots=True)
class Found:
    path: Path
    name: str
    """Relative to the workspace, with forward slashes."""
    language: Language
    size: int
    modified_ns: int


def find_files(root: Path, ignored: Sequence[str] = ()) -> list[Found]:
    """`ignored` are patterns as in an ignore file, relative to the workspace. Links are not followed."""
    return list(_walk(root, "", (("", GitIgnoreSpec.from_lines(ignored)),), _Budget(MAX_SEEN)))


def sort_nearest(files: Sequence[Found], near: str) -> list[Found]:
    """Files of the same language as `near` first, those that share most of its path before the others."""
    language, folders = language_of_path(near), near.split("/")[:-1]

    def distance(file: Found) -> tuple[bool, int, str]:
        theirs = file.name.split("/")[:-1]
        shared = next((at for at, pair in enumerate(zip(folders, theirs, strict=False)) if pair[0] != pair[1]), None)
        common = min(len(folders), len(theirs)) if shared is None else shared
        return file.language is not language, len(folders) + len(theirs) - 2 * common, file.name

    return sorted(files, key=distance)


def read_code(path: Path) -> str | None:
    """The text of a file; None when it is gone, no text, generated or minified."""
    try:
        raw = path.read_bytes()
    except OSError:
        return None
    if len(raw) > MAX_BYTES or b"\0" in raw[:8192]:
        return None
    text = raw.decode("utf-8", "replace")
    return None if is_generated(text) else text


def is_generated(text: str) -> bool:
    return bool(_GENERATED_TEXT.search(text, 0, 1_000)) or len(text) > _MEAN_LINE * (text.count("\n") + 5)


Rules = tuple[tuple[str, GitIgnoreSpec], ...]
"""Ignore files on the way down, each with the folder it lies in; the deepest that has an opinion decides."""


@dataclass(slots=True)
class _Budget:
    left: int


def _walk(folder: Path, name: str, rules: Rules, budget: _Budget) -> Iterator[Found]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    names = {entry.name for entry in entries}
    if names & _NOT_A_PROJECT and name:
        return
    rules = (*rules, *_ignore_files(folder, name, names))
    for entry in entries:
        budget.left -= 1
        if budget.left < 0:
            return
        path = f"{name}{entry.name}"
        if _is_folder(entry):
            if not _skipped_folder(entry.name, names) and not _is_ignored(path + "/", rules):
                yield from _walk(folder / entry.name, path + "/", rules, budget)
        elif (found := _file(entry, path)) and not _is_ignored(path, rules):
            yield found


def _ignore_files(folder: Path, name: str, names: set[str]) -> Iterator[tuple[str, GitIgnoreSpec]]:
    for ignore in IGNORE_FILES:
        if ignore in names:
            try:
                yield name, GitIgnoreSpec.from_lines((folder / ignore).read_text("utf-8", "replace").splitlines())
            except (OSError, ValueError):
                continue


def _is_ignored(path: str, rules: Rules) -> bool:
    for folder, spec in reversed(rules):
        verdict = spec.check_file(path[len(folder) :]).include
        if verdict is not None:
            return verdict
    return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _skipped_folder(name: str, beside: set[str]) -> bool:
    return name.startswith(".") or name in _SKIPPED or (name in _BUILT and bool(beside & _BUILD_FILES))


def _file(entry: os.DirEntry[str], path: str) -> Found | None:
    language = language_of_path(entry.name)
    if language is None or _GENERATED_NAME.search(entry.name):
        return None
    try:
        if not entry.is_file(follow_symlinks=False):
            return None
        stat = entry.stat(follow_symlinks=False)
    except OSError:
        return None
    if not 0 < stat.st_size <= MAX_BYTES:
        return None
    return Found(Path(entry.path), path, language, stat.st_size, stat.st_mtime_ns)
