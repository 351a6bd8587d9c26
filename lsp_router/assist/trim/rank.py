"""Several answers for one place: which to show first."""

from __future__ import annotations

from collections.abc import Iterable

from lsp_router.assist.trim.brackets import PAIRS, scan
from lsp_router.assist.trim.lines import only_closes
from lsp_router.assist.trim.place import Place, Trimmed
from lsp_router.assist.trim.scene import Scene


def rank(candidates: Iterable[Trimmed], at: Place) -> list[Trimmed]:
    """Best first, each text once: brackets that pair, then answers that are whole, then more of the block finished."""
    scene = Scene(at)
    distinct: dict[str, Trimmed] = {}
    for candidate in candidates:
        distinct.setdefault(candidate.insert.rstrip(), candidate)
    return sorted(distinct.values(), key=lambda candidate: _merits(candidate, scene), reverse=True)


def _merits(candidate: Trimmed, scene: Scene) -> tuple[bool, bool, int, int]:
    statements = [line for line in candidate.insert.split("\n") if line.strip() and not only_closes(line)]
    unpaired = _unpaired(candidate, scene)
    return not unpaired, candidate.complete, -unpaired, len(statements)


def _unpaired(candidate: Trimmed, scene: Scene) -> int:
    """How many brackets of the document near the cursor lack a partner once the candidate stands there."""
    after = "\n".join([scene.rest[candidate.replace :], *scene.below])
    whole = scan(scene.text_before + candidate.insert.replace("\r\n", "\n") + after, scene.syntax)
    surplus = len(whole.unopened) + len(whole.unclosed)
    return max(surplus - _unpaired_before(scene), 0) + bool(whole.quote)


def _unpaired_before(scene: Scene) -> int:
    """What is unpaired anyway: a document in the making, or one of which only a part was looked at."""
    opened = [opening.char for opening in scene.openings]
    closed = [PAIRS[closing.char] for closing in scene.below_when("").closings]
    while opened and closed and opened[-1] == closed[0]:
        opened.pop()
        closed.pop(0)
    return min(len(opened) + len(closed), 3) if scene.whole else len(opened) + len(closed)
