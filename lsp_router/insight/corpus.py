"""The user's own source files that models may be measured on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from lsp_router.context.document import Document
from lsp_router.context.file_types import language_of_path
from lsp_router.context.languages import definition_pattern
from lsp_router.context.privacy import Ruling
from lsp_router.context.structure import is_test_path

LARGEST = 200_000
PASSED = frozenset({"node_modules", "vendor", "dist", "build", "target", "site-packages", "__pycache__"})
"""Folders of other people's or generated code, where no git says what is the user's own."""
PATIENCE = 30.0


def documents(root: Path, project: Path, judge: Callable[[str], Ruling]) -> list[Document]:
    """Files below `root` with functions in them that models may see at all; tests are left out.

    In a stable order, and named as the user would: relative to the project.
    """
    paths = (root / name for name in sorted(_git(root) or _walk(root)) if _fit(name))
    found = (_document(path, project) for path in paths if not judge(str(path)).ignored)
    return [document for document in found if document is not None]


def _fit(name: str) -> bool:
    language = language_of_path(name)
    return bool(language) and definition_pattern(language) is not None and not is_test_path(name)


def _document(path: Path, project: Path) -> Document | None:
    try:
        if path.stat().st_size > LARGEST or path.is_symlink():
            return None
        text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError):
        return None
    name = path.relative_to(project) if path.is_relative_to(project) else path
    return Document(name.as_posix(), text, language_of_path(path.name))


def _git(root: Path) -> list[str] | None:
    """What git tracks, or would; None where there is no git."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603 - constant words
    except (OSError, subprocess.TimeoutExpired):
        return None
    return os.fsdecode(done.stdout).split("\0")[:-1] if done.returncode == 0 else None


def _walk(root: Path) -> Iterator[str]:
    for folder, below, files in os.walk(root):
        below[:] = sorted(name for name in below if name not in PASSED and not name.startswith("."))
        for name in files:
            yield (Path(folder) / name).relative_to(root).as_posix()
