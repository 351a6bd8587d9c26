"""The files an edit may read and change: open documents as the editor has them, others as they are on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

from lsp_router.context.document import Document
from lsp_router.context.file_types import language_of_path
from lsp_router.context.privacy import Ruling
from lsp_router.domain.task import Privacy

LARGEST = 1_000_000
"""Bytes of a file beyond which no edit touches it."""


class Warden(Protocol):
    """Who knows the workspace and its rules."""

    @property
    def project(self) -> str: ...

    def judge(self, path: str) -> Ruling: ...


class Files:
    """Knows the texts of one ask; a file it has not been asked for before is read when it is named."""

    def __init__(self, warden: Warden, document: Document, tabs: Sequence[Document], level: Privacy) -> None:
        """`level` is the loosest class of provider that takes part: what may not go there may not be changed either."""
        self._warden = warden
        self._level = level
        self._open = {one.path: one for one in (*reversed(tabs), document)}
        self._own = document.path
        self._read: dict[str, str] = {}
        self._granted: set[str] = set()

    def grant(self, path: str) -> None:
        """One more file may be made although it stands beside a document that belongs to no workspace."""
        if not self._warden.project:
            self._granted.add(path)

    @property
    def known(self) -> Mapping[str, str]:
        """Path and text of what may be changed, as far as anybody asked."""
        return {**self._read, **{path: one.text for path, one in self._open.items() if not self.why_not(path)}}

    def look_up(self, paths: Iterable[str]) -> None:
        """Reads what is named and not open, if it is a file of the workspace that may be read."""
        for name in paths:
            path = tidy(name)
            if path and path not in self._open and path not in self._read and not self.why_not(path):
                text = _text(Path(self._warden.project, path))
                if text is not None:
                    self._read[path] = text

    def text(self, path: str) -> str | None:
        one = self._open.get(path)
        return one.text if one else self._read.get(path)

    def is_taken(self, path: str) -> bool:
        """Whether something is there that cannot be read as text: it is not to be written over."""
        return path not in self._open and path not in self._read and os.path.lexists(Path(self._warden.project, path))

    def version(self, path: str) -> int | None:
        one = self._open.get(path)
        return one.version if one else None

    def language(self, path: str) -> str:
        one = self._open.get(path)
        return (one.language if one else "") or language_of_path(path)

    def why_not(self, path: str) -> str:
        """Why a file may not be changed; empty when it may."""
        if path == self._own or path in self._granted:
            return ""
        if _leads_out(path) or not self._warden.project:
            return f"{path} is outside of the project; only files inside it may be changed."
        if _through_link(Path(self._warden.project), path):
            return f"{path} leads through a link; only the workspace's own files may be changed."
        ruling = self._warden.judge(path)
        if not ruling.joins(self._level):
            return f"{path} may not be changed: {ruling.rule or 'it is private'}."
        return ""


def tidy(path: str) -> str:
    """A path of an answer as paths are written here."""
    name = path.strip().replace("\\", "/")
    while name.startswith("./"):
        name = name[2:]
    return name


def _leads_out(path: str) -> bool:
    pure = PurePosixPath(path)
    odd = ":" in path or "\0" in path or "\n" in path or not pure.parts
    return odd or pure.is_absolute() or ".." in pure.parts or ".git" in {part.lower() for part in pure.parts}


def _through_link(root: Path, path: str) -> bool:
    """Whether any part below the root is a link (or a junction): what it leads to is somebody else's."""
    place = Path(os.path.realpath(root))
    for part in PurePosixPath(path).parts:
        place /= part
        if place.is_symlink() or (
            place.exists() and os.path.normcase(os.path.realpath(place)) != os.path.normcase(place)
        ):
            return True
    return False


def _text(file: Path) -> str | None:
    """What stands in a file, line breaks as they are; None where there is none, or none that is text."""
    try:
        if not file.is_file():
            return None
        if file.stat().st_size > LARGEST:
            return None
        return file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
