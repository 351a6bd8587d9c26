"""What the user agreed to once, kept outside of every project: workspaces to trust, and found keys to use."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from lsp_router.config.places import Places


def trusted(places: Places, workspace: Path | None) -> bool:
    """A trusted folder vouches for what is below it, links resolved."""
    if workspace is None:
        return False
    try:
        inside = _real(workspace)
    except (OSError, ValueError):
        return False
    return any(inside.is_relative_to(folder) for folder in map(Path, _paths(places)))


def trusted_folders(places: Places) -> list[Path]:
    return [Path(folder) for folder in _paths(places)]


def trust(places: Places, workspace: Path) -> Path:
    """Remembers a folder and answers the path it is known by; raises OSError when that cannot be written."""
    folder = _real(workspace)
    _write_trust(places, {*_paths(places), str(folder)})
    return folder


def distrust(places: Places, workspace: Path) -> bool:
    """Whether the folder was trusted by itself; one above it may still vouch for it."""
    folder, known = str(_real(workspace)), set(_paths(places))
    if folder in known:
        _write_trust(places, known - {folder})
    return folder in known


def consents(places: Places) -> dict[str, bool]:
    """What the user answered when asked whether a found key may be used, by provider; who is missing was not asked."""
    stored = _read(places.consent_file).get("consents")
    known = stored if isinstance(stored, dict) else {}
    return {name: answer for name, answer in known.items() if isinstance(answer, bool)}


def consent(places: Places, answers: Mapping[str, bool]) -> None:
    """Remembers answers beside earlier ones; raises OSError when that cannot be written."""
    _write(places.consent_file, {"consents": {**consents(places), **answers}})


def _paths(places: Places) -> list[str]:
    stored = _read(places.trust_file).get("trusted")
    return [path for path in stored if isinstance(path, str) and path] if isinstance(stored, list) else []


def _write_trust(places: Places, folders: Iterable[str]) -> None:
    _write(places.trust_file, {"trusted": sorted(folders)})


def _real(path: Path) -> Path:
    return Path(os.path.normcase(os.path.realpath(path)))


def _read(path: Path) -> dict[str, object]:
    """A file that is missing or damaged vouches for nothing."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return stored if isinstance(stored, dict) else {}


def _write(path: Path, value: Mapping[str, object]) -> None:
    """All or nothing, and only the user may read it: a temporary file has mode 0600 from the start."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=2)
        Path(name).replace(path)
    finally:
        with suppress(OSError):  # gone under this name when it took its place
            Path(name).unlink()
