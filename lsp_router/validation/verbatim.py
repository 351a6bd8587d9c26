"""Long runs of lines that stand elsewhere: code of another licence, or a prompt's example, given out as new."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lsp_router.domain.decision import Problem
from lsp_router.validation.difference import Difference

RUN = 8
"""So many telling lines in a row are no coincidence."""
_LETTERS = 200
_TELLING = re.compile(r"\w.*\w.*\w")
_SPDX = re.compile(r"SPDX-License-Identifier:\s*([\w.+-]+)")
_LICENCES = (
    ("AGPL", "affero general public"),
    ("LGPL", "lesser general public"),
    ("GPL", "gnu general public"),
    ("Apache-2.0", "apache license"),
    ("MPL-2.0", "mozilla public license"),
    ("MIT", "permission is hereby granted, free of charge"),
    ("MIT", "mit license"),
    ("BSD", "redistribution and use in source and binary forms"),
    ("proprietary", "all rights reserved"),
)


@dataclass(frozen=True, slots=True)
class _Lines:
    texts: tuple[str, ...]
    numbers: tuple[int, ...]


def licence_of(text: str) -> str:
    """The licence that the head of a file names, or its first copyright line, or nothing."""
    head = "\n".join(text.splitlines()[:40])
    if found := _SPDX.search(head):
        return found[1]
    plain = re.sub(r"[\s#/*;-]+", " ", head).lower()
    for name, words in _LICENCES:
        if words in plain:
            return name
    copyright_line = re.search(r"(?i)copyright (?:\(c\) |© )?.{3,60}", head)
    return copyright_line[0].strip() if copyright_line else ""


def copied(
    after: str, change: Difference, others: Iterable[tuple[str, str]], examples: Iterable[tuple[str, str]] = ()
) -> tuple[Problem, ...]:
    """A problem for each file of another licence, and for each example, that the new lines repeat at length."""
    fresh = _telling(after.split("\n"), change.fresh)
    runs = {fresh.texts[n : n + RUN]: n for n in range(len(fresh.texts) - RUN + 1)}
    if not runs:
        return ()
    own = licence_of(after)
    problems = []
    for path, text in others:
        licence = licence_of(text)
        if licence and licence != own and (found := _repeats(runs, fresh, text)):
            problems.append(_problem(found, f"{path}, which is under another licence ({licence})"))
    problems += [
        _problem(found, f"the example {name}") for name, text in examples if (found := _repeats(runs, fresh, text))
    ]
    return tuple(problems)


def _telling(lines: list[str], keep: frozenset[int] | None = None) -> _Lines:
    """Lines that say something, without their layout."""
    rows = [
        (" ".join(line.split()), number + 1)
        for number, line in enumerate(lines)
        if (keep is None or number in keep) and _TELLING.search(line)
    ]
    return _Lines(tuple(text for text, _ in rows), tuple(number for _, number in rows))


def _repeats(runs: Mapping[tuple[str, ...], int], fresh: _Lines, text: str) -> tuple[int, int] | None:
    """Where the first long run stands in the new text: its line, and how many lines of the whole are repeated."""
    theirs = _telling(text.split("\n")).texts
    hits = {runs[run] for n in range(len(theirs) - RUN + 1) if (run := theirs[n : n + RUN]) in runs}
    telling = [n for n in hits if sum(map(len, fresh.texts[n : n + RUN])) >= _LETTERS]
    if not telling:
        return None
    lines = {line for n in hits for line in range(n, n + RUN)}
    return fresh.numbers[min(telling)], len(lines)


def _problem(found: tuple[int, int], source: str) -> Problem:
    line, size = found
    return Problem("verbatim", f"{size} lines repeat {source}; write them anew or call that code", line)
