"""Changes applied in memory: each must be found in exactly one place, or it goes back to who wrote it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PurePosixPath

from lsp_router.domain.decision import Problem
from lsp_router.validation.changes import Change
from lsp_router.validation.endings import line_ending, with_ending


@dataclass(frozen=True, slots=True)
class Applied:
    """The new texts of the files that change, whole; use none of them while there are problems."""

    texts: Mapping[str, str] = field(default_factory=dict)
    created: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """A run of lines of the file, and what takes its place."""

    start: int
    end: int
    lines: tuple[str, ...]


def apply_changes(changes: Sequence[Change], files: Mapping[str, str]) -> Applied:
    """All changes or none; paths are those of `files`, and a new path needs an empty search."""
    problems: list[Problem] = []
    created: dict[str, str] = {}
    places: dict[str, list[_Place]] = {}
    for number, change in enumerate(changes, 1):
        path = _resolve(change, files)
        if isinstance(path, Problem):
            problems.append(path)
        elif path in files and (change.search.strip() or files[path].strip()):
            _collect(_locate(change, files[path], f"Block {number} ({path})"), places.setdefault(path, []), problems)
        elif path in created or change.search.strip():
            problems.append(_problem(f"Block {number}: there is no file {path} to find anything in."))
        else:
            created[path] = change.replace
    problems += [
        _problem(f"Blocks for {path} overlap; merge them.") for path, found in places.items() if _overlap(found)
    ]
    if problems:
        return Applied(problems=tuple(problems))
    texts = {path: _replace(files[path], found) for path, found in places.items()}
    return Applied({**texts, **created}, tuple(path for path in created if path not in files))


def _resolve(change: Change, files: Mapping[str, str]) -> str | Problem:
    """The file that a path of a reply means: models shorten paths, and none may lead out of the workspace."""
    name = change.path.strip().replace("\\", "/").removeprefix("./")
    if not name and len(files) == 1:
        return next(iter(files))
    if not name:
        return _problem("A block lacks its path; write it on the line before the block.")
    if name in files:
        return name
    creates = not change.search.strip()
    ending = [] if creates else [f for f in files if f.endswith("/" + name) or name.endswith("/" + f)]
    if len(ending) > 1:
        return _problem(f"{name} may be any of {', '.join(sorted(ending))}; write the whole path.")
    if not ending and _leads_out(name):
        return _problem(f"{name} is outside of the project; use a path inside it.")
    return ending[0] if ending else name


def _leads_out(name: str) -> bool:
    pure = PurePosixPath(name)
    return pure.is_absolute() or ".." in pure.parts or ":" in name or ".git" in pure.parts


def _collect(found: _Place | Problem, places: list[_Place], problems: list[Problem]) -> None:
    if isinstance(found, Problem):
        problems.append(found)
    else:
        places.append(found)


def _locate(change: Change, text: str, who: str) -> _Place | Problem:
    """Where the lines of a change stand: to the letter, else but for white space, never merely alike."""
    search, lines = _lines(change.search), _lines(text)
    if not any(line.strip() for line in search):
        return _problem(f"{who}: nothing to find; an empty SEARCH part only creates a file.")
    for loosen in (str, str.rstrip, str.strip):
        wanted = [loosen(line) for line in search]
        hits = _hits([loosen(line) for line in lines], wanted)
        if len(hits) > 1:
            numbers = ", ".join(str(hit + 1) for hit in hits[:5])
            return _problem(
                f"{who}: its SEARCH lines occur {len(hits)} times (lines {numbers}); add lines until they are unique."
            )
        if hits:
            theirs = lines[hits[0] : hits[0] + len(search)]
            moved = _shifted(_lines(change.replace), search, theirs)
            if moved is not None:
                return _Place(hits[0], hits[0] + len(search), tuple(moved))
    return _problem(f"{who}: its SEARCH lines are not in the file.{_nearest(search, lines)} Copy the lines exactly.")


def _hits(lines: list[str], wanted: list[str]) -> list[int]:
    first, size = wanted[0], len(wanted)
    return [n for n, line in enumerate(lines) if line == first and lines[n : n + size] == wanted]


def _shifted(replace: list[str], search: list[str], found: list[str]) -> list[str] | None:
    """The replacement with the indentation that the file has; None if that differs from line to line."""
    shifts = {(_indent(ours), _indent(theirs)) for ours, theirs in zip(search, found, strict=True) if ours.strip()}
    if all(ours == theirs for ours, theirs in shifts):
        return replace
    longest = max((ours for ours, _ in shifts), key=len)
    shortest, target = min(shifts, key=lambda pair: len(pair[0]))
    if any(theirs != target + ours.removeprefix(shortest) for ours, theirs in shifts):
        return _by_table(replace, dict(shifts)) if len(dict(shifts)) == len(shifts) else None
    if any(line.strip() and not line.startswith(shortest) for line in (*replace, longest)):
        return None
    return [target + line.removeprefix(shortest) if line.strip() else line for line in replace]


def _by_table(replace: list[str], table: dict[str, str]) -> list[str] | None:
    """Tabs for spaces or other widths: every indentation used must be one that was seen in the search."""
    if any(line.strip() and _indent(line) not in table for line in replace):
        return None
    return [table[_indent(line)] + line.lstrip(" \t") if line.strip() else line for line in replace]


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _nearest(search: list[str], lines: list[str]) -> str:
    """A hint where they may have been meant to be."""
    anchor = max((line.strip() for line in search), key=len)
    close = difflib.get_close_matches(anchor, [line.strip() for line in lines[:5_000]], n=1, cutoff=0.75)
    if not close:
        return ""
    number = next(n for n, line in enumerate(lines, 1) if line.strip() == close[0])
    return f" Line {number} is nearest: `{close[0]}`."


def _overlap(places: list[_Place]) -> bool:
    places.sort(key=lambda place: place.start)
    return any(one.end > two.start for one, two in pairwise(places))


def _replace(text: str, places: list[_Place]) -> str:
    """The file with its own line endings; lines that no block touches are the very same."""
    ending = line_ending(text)
    kept = _kept(text)
    for place in reversed(places):
        new = [with_ending(line, ending) + ending for line in place.lines]
        if place.end == len(kept) and kept and not kept[-1].endswith("\n") and new:
            new[-1] = new[-1].removesuffix(ending)
        kept[place.start : place.end] = new
    return "".join(kept)


def _kept(text: str) -> list[str]:
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _lines(text: str) -> list[str]:
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")] if text else []


def _problem(message: str) -> Problem:
    return Problem("apply", message)
