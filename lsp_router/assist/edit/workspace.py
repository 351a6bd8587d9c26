"""The other files of a workspace that say under which licence they are: what code may have been copied from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from lsp_router.context.document import Document
from lsp_router.context.file_types import language_of_path
from lsp_router.validation.verbatim import licence_of

_FILES = 3_000
_BYTES = 16_000_000
"""How much is looked through: copied code is looked for, not hunted."""
_HEAD, _LARGEST = 4_096, 1_000_000
_ASIDE = frozenset({"node_modules", ".git", ".venv", "venv", "__pycache__", "target", "dist", "build", ".tox"})


class Workspace:
    """Files in the document's language under another licence than its own; read when somebody first goes through."""

    def __init__(self, project: str, document: Document) -> None:
        self._project = project
        self._document = document
        self._found: list[tuple[str, str]] | None = None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        if self._found is None:
            self._found = list(self._licensed())
        return iter(self._found)

    def _licensed(self) -> Iterator[tuple[str, str]]:
        own, spent = licence_of(self._document.text), 0
        for count, path in enumerate(self._paths()):
            if count >= _FILES or spent >= _BYTES:
                return
            text = _read(path, own)
            spent += len(text)
            if text:
                yield path.relative_to(self._project).as_posix(), text

    def _paths(self) -> Iterator[Path]:
        if not self._project:
            return
        for folder, names, files in os.walk(self._project):
            names[:] = sorted(name for name in names if name not in _ASIDE)
            for file in sorted(files):
                path = Path(folder, file)
                own = path.relative_to(self._project).as_posix() == self._document.path
                if not own and language_of_path(file) == self._document.language and not path.is_symlink():
                    yield path


def _read(path: Path, own: str) -> str:
    """The text of a file that names another licence; most name none, and of those only the head is read."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            head = file.read(_HEAD)
            return head + file.read(_LARGEST) if licence_of(head) not in {"", own} else ""
    except OSError:
        return ""
