"""What the offline tier has to beat: copying the line with the longest common beginning, and a static analyser."""

from __future__ import annotations

import os
from collections.abc import Callable

from tests.bench.embedded.corpus import Case, Package

Baseline = Callable[[Package, Case], str | None]


def longest_prefix_line(package: Package, case: Case) -> str | None:
    """The rest of the line, in this file above the cursor or in the project, that begins most like the one typed."""
    typed = case.lines[case.hole.line].lstrip()
    above = (line.strip() for line in reversed(case.lines[: case.hole.line]))
    others = (line.strip() for name, lines in package.files.items() if name != case.hole.file for line in lines)
    if not typed:
        return next((line for line in above if line), None)
    for source in (above, others):
        for line in source:
            if line.startswith(typed) and len(line) > len(typed):
                return line[len(typed) :]
    return None


def jedi_top_name(package: Package, case: Case) -> str | None:
    """The first completion of a static analyser, when that is installed."""
    try:
        import jedi
    except ImportError:
        return None
    path = package.root / case.hole.file
    script = jedi.Script("\n".join(case.lines), path=os.fspath(path), project=jedi.Project(os.fspath(package.root)))
    names = script.complete(case.hole.line + 1, case.hole.column)
    return names[0].complete if names else None
