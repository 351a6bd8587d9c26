"""What may leave and what may not: rules about files, and the last look at every text before it is sent."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from lsp_router.context.disk import Disk
from lsp_router.context.ignore import Globs, IgnoreFiles, spelling
from lsp_router.context.secret_files import secret_file
from lsp_router.domain.task import Privacy

_FRESH_SECONDS = 2.0
_RULINGS = 1_000


@dataclass(frozen=True, slots=True)
class Withheld:
    """Something that was kept back, in words `why` can show: which rule, where, how often. Never what."""

    rule: str
    where: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Ruling:
    """What may be done with one file."""

    reach: Privacy = Privacy.TRAINS
    """The loosest class of provider its text may go to."""
    ignored: bool = False
    """The user wants no help here: not completed, not shown to any model."""
    shared: bool = True
    """Whether its text may go along with requests for other files."""
    rule: str = ""

    def joins(self, level: Privacy) -> bool:
        """Whether its text may go along with a request that may reach `level`."""
        return self.shared and not self.ignored and self.reach >= level


class Guard:
    """Rules about files: ignore files, private globs, names of secret files; a link counts as what it leads to."""

    def __init__(
        self,
        roots: Sequence[str],
        disk: Disk,
        clock: Callable[[], float],
        *,
        local_only: Sequence[str] = (),
        ignore: Sequence[str] = (".lsprouterignore",),
        fold: bool = sys.platform in {"win32", "darwin"},
    ) -> None:
        """`fold` is for file systems that do not tell upper case from lower: Windows and macOS."""
        self._fold = fold
        named = [_plain(root).rstrip("/") for root in roots]
        self._roots = tuple(dict.fromkeys([*named, *(_plain(disk.real(root)) for root in named)]))
        self._disk = disk
        self._clock = clock
        self._private = Globs(local_only, fold=fold)
        self._ignore = IgnoreFiles(ignore, disk, clock, fold=fold)
        self._known: dict[str, tuple[float, Ruling]] = {}

    def judge(self, path: str) -> Ruling:
        """The ruling on a file by its path; the strictest of the path as given and of where it leads."""
        now, known = self._clock(), self._known.get(path)
        if known and now - known[0] < _FRESH_SECONDS:
            return known[1]
        given = _plain(path)
        real = _plain(self._disk.real(path)) if _is_absolute(given) else given
        ruling = self._rule(given)
        if real != given:
            ruling = _stricter(ruling, self._rule(real))
        if len(self._known) >= _RULINGS:
            self._known.clear()
        self._known[path] = (now, ruling)
        return ruling

    def _rule(self, path: str) -> Ruling:
        root = self._root_of(path)
        if rule := self._ignore.matching(root, path):
            return Ruling(Privacy.LOCAL, ignored=True, shared=False, rule=f"ignored by {rule}")
        if pattern := secret_file(path):
            return Ruling(Privacy.LOCAL, shared=False, rule=f"a secret file by its name ({pattern})")
        decided = self._private.decide(path[len(root) :].lstrip("/"))
        if decided and decided[0]:
            return Ruling(Privacy.LOCAL, rule=f"privacy.local_only: {decided[1]}")
        return Ruling()

    def _root_of(self, path: str) -> str:
        """The innermost root above a path, as the path spells it; for a file outside all, the file system's own."""
        spelt = spelling(path, fold=self._fold)
        depths = [
            root.count("/") + 1 for root in self._roots if spelt.startswith(spelling(root, fold=self._fold) + "/")
        ]
        if depths:
            return "/".join(path.split("/")[: max(depths)])
        return path[: path.find("/")] if _is_absolute(path) else ""


def _plain(path: str) -> str:
    return path.replace("\\", "/") if os.name == "nt" else path


def _is_absolute(path: str) -> bool:
    return path.startswith("/") or path[1:3] == ":/"


def _stricter(one: Ruling, other: Ruling) -> Ruling:
    if one.ignored or (one.reach, one.shared) < (other.reach, other.shared):
        return one
    return replace(other, rule=f"{other.rule} (through a link)") if other.rule else one
