"""Search/replace blocks and unified diffs: what a model wants found, and what it wants in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lsp_router.domain.decision import Problem
from lsp_router.validation.fences import path_like

_SEARCH = re.compile(r"<{5,9} ?SEARCH>?\s*")
_MIDDLE = re.compile(r"={5,9}\s*")
_REPLACE = re.compile(r">{5,9} ?REPLACE\s*")
_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})")
_HUNK = re.compile(r"@@(?: -\d+(?:,\d+)? \+\d+(?:,\d+)? @@| \.\.\. @@|\s*$)")
_HEADER = re.compile(
    r"(?:--- |\+\+\+ |diff --git |index [0-9a-f]|new file mode|deleted file mode|similarity index|\\ No newline)"
)


@dataclass(frozen=True, slots=True)
class Change:
    """One place to find and what comes in its place; an empty search creates the file."""

    path: str
    search: str
    replace: str


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of a reply, as far as they could be read."""

    found: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()


def has_blocks(reply: str) -> bool:
    return any(_SEARCH.fullmatch(line) for line in reply.splitlines())


def read_blocks(reply: str) -> Changes:
    """Every search/replace block; one that is cut off is a problem, not a guess."""
    lines = reply.splitlines(keepends=True)
    found: list[Change] = []
    problems: list[Problem] = []
    path, number = "", 0
    while number < len(lines):
        if not _SEARCH.fullmatch(lines[number]):
            number += 1
            continue
        path = _path_above(lines, number) or path
        middle = _next(_MIDDLE, lines, number + 1)
        end = _next(_REPLACE, lines, middle + 1)
        again = _next(_SEARCH, lines, number + 1)
        if end >= len(lines) or again < end:
            problems.append(
                Problem("format", f"The search/replace block {len(found) + 1} is not complete; give it whole.")
            )
            number = again
            continue
        found.append(Change(path, "".join(lines[number + 1 : middle]), "".join(lines[middle + 1 : end])))
        number = end + 1
    return Changes(tuple(found), tuple(problems))


def is_diff(text: str) -> bool:
    """Whether a text is a unified diff whatever it is called: hunks, and nothing outside them."""
    lines = [line for line in text.splitlines() if line.strip()]
    return any(_HUNK.match(line) for line in lines) and all(
        line[0] in " +-\\\t" or _HUNK.match(line) or _HEADER.match(line) for line in lines
    )


def read_diff(diff: str, path: str = "") -> Changes:
    """The hunks of a diff as changes: line numbers are ignored, models count badly."""
    found: list[Change] = []
    old: list[str] = []
    new: list[str] = []
    for line in [*diff.splitlines(keepends=True), "@@"]:
        if _HUNK.match(line) or line.startswith(("--- ", "+++ ", "diff --git ")):
            if old != new:
                found.append(Change(path, "".join(old), "".join(new)))
            old, new = [], []
            path = _diff_path(line) or path
        elif not _HEADER.match(line):
            _sort(line, old, new)
    if not found:
        return Changes((), (Problem("format", "The diff changes nothing; answer with the code itself."),))
    return Changes(tuple(found))


def _sort(line: str, old: list[str], new: list[str]) -> None:
    rest = line[1:] if line[:1] in "+- " else line
    if not line.startswith("+"):
        old.append(rest)
    if not line.startswith("-"):
        new.append(rest)


def _diff_path(line: str) -> str:
    """The new name of the file; of a deleted one there is none to write to."""
    if not line.startswith("+++ "):
        return ""
    name = line[4:].partition("\t")[0].strip()
    return "" if name == "/dev/null" else name.removeprefix("b/")


def _next(pattern: re.Pattern[str], lines: list[str], start: int) -> int:
    return next((n for n in range(start, len(lines)) if pattern.fullmatch(lines[n])), len(lines))


def _path_above(lines: list[str], number: int) -> str:
    return next((path for line in _above(lines, number) if (path := path_like(line))), "")


def _above(lines: list[str], number: int) -> Iterator[str]:
    """The lines before a block that can hold its path: past a fence, not past other text."""
    seen = 0
    for line in reversed(lines[max(0, number - 4) : number]):
        if _REPLACE.fullmatch(line) or seen:
            return
        if _FENCE.match(line):
            info = line.strip().lstrip("`~").strip()
            yield info.partition(":")[2] or info if "." in info else ""
        elif line.strip():
            seen += 1
            yield line
