"""Several answers for one place: which to show first."""

from __future__ import annotations

from collections.abc import Iterable

from lsp_router.assist.trim.brackets import scan
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
    """How many brackets near the cursor lose their partner, or never get one, by this candidate."""
    text = candidate.insert.replace("\r\n", "\n")
    return max(_loose(scene, text, candidate.replace) - _loose(scene, "", 0), 0)


def _loose(scene: Scene, text: str, replaced: int) -> int:
    whole = scan(scene.text_before + text + "\n".join([scene.rest[replaced:], *scene.below]), scene.syntax)
    return len(whole.unopened) + len(whole.unclosed) + bool(whole.quote)
