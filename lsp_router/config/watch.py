"""Noticing that a configuration changed, and saying what changed, without a restart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lsp_router.config.files import PROJECT_FILE, PYPROJECT
from lsp_router.config.load import Loaded, load
from lsp_router.config.sources import Sources

Fingerprint = Mapping[Path, tuple[int, int, int] | None]


@dataclass(frozen=True, slots=True)
class Reloaded:
    """The new state, and the dotted keys whose values differ from the old one's."""

    loaded: Loaded
    changed: tuple[str, ...]


def watched_files(sources: Sources) -> tuple[Path, ...]:
    """What may change the configuration, whether it exists yet or not."""
    root = sources.project
    project = (root / PROJECT_FILE, root / PYPROJECT) if root else ()
    return (sources.user_file, *project, sources.places.trust_file, sources.places.consent_file)


def fingerprint(files: Iterable[Path]) -> Fingerprint:
    """Cheap enough to be taken before every request: one stat a file."""
    return {file: _mark(file) for file in files}


def changed(since: Fingerprint) -> bool:
    return any(_mark(file) != mark for file, mark in since.items())


def reload(sources: Sources, before: Loaded) -> Reloaded:
    after = load(sources)
    return Reloaded(after, differences(before, after))


def differences(before: Loaded, after: Loaded) -> tuple[str, ...]:
    old, new = before.values, after.values
    return tuple(sorted(key for key in old.keys() | new.keys() if key not in old or old[key] != new.get(key)))


def _mark(file: Path) -> tuple[int, int, int] | None:
    """Size and time, and the file itself: editors save by putting a new one in its place."""
    try:
        what = file.stat()
    except (OSError, ValueError):
        return None
    return what.st_mtime_ns, what.st_size, what.st_ino
