"""Which files are meant by the paths of a command line: files as they are, folders for the code that is in them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from lsp_router.context.file_types import language_of_path
from lsp_router.context.revisions import GitError, changed_files, tracked_files
from lsp_router.validation.tongues import DATA, PROSE

ASIDE = frozenset({"node_modules", "__pycache__", "venv", "target", "dist", "build", "vendor"})
"""Folders that hold nobody's own code; hidden ones do not either."""


class ScopeError(Exception):
    """A path or a revision that is not there; the text says which."""


async def files_of(paths: Sequence[Path], since: str | None) -> list[Path]:
    """In order and each once. With a revision, only what differs from it. Raises ScopeError."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += await _in_folder(path, since)
        elif path.is_file():
            found.append(path)
        else:
            raise ScopeError(f"there is no {path}")
    return list(dict.fromkeys(found))


async def _in_folder(folder: Path, since: str | None) -> list[Path]:
    if since is not None:
        try:
            return [file for file in await changed_files(folder, since) if _is_code(file)]
        except GitError as error:
            raise ScopeError(str(error)) from None
    try:
        files = await tracked_files(folder)
    except GitError:
        files = _walked(folder)
    return [file for file in files if _is_code(file)]


def _is_code(file: Path) -> bool:
    language = language_of_path(str(file))
    return bool(language) and language not in PROSE | DATA | {"json"} and file.is_file() and not file.is_symlink()


def _walked(folder: Path) -> list[Path]:
    found: list[Path] = []
    for base, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if name not in ASIDE and not name.startswith("."))
        found += [Path(base, file) for file in sorted(files)]
    return found
