"""What the project file of an untrusted workspace may not say: somebody else may have written it.

Each setting names its rule (`x-untrusted` in the schema). `never`: not at all. `lower`: only a smaller number. `grow`:
a list keeps what it had. `stricter`: only towards the stricter end of STRICTEST_FIRST.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path as File
from typing import Any

from lsp_router.config.layers import Layer, Place
from lsp_router.config.problem import Problem
from lsp_router.config.shape import rule
from lsp_router.config.tree import Path, at, laid_over, leaves, placed, without

STRICTEST_FIRST: tuple[tuple[str, ...], ...] = (
    ("local", "no-train", "cloud", "trains"),
    ("false", "ask", "true"),
)
LOCAL_ONLY = "local-only"


def restrained(
    layer: Layer, table: Mapping[str, Any], below: Mapping[str, Any], root: File
) -> tuple[dict[str, Any], list[Problem]]:
    """The part of a valid project layer that does not need trust."""
    kept, problems = dict(table), list[Problem]()
    for path in _new_models(table, below):
        kept = without(kept, path)
        problems.append(_problem(layer, path, "what a new model costs and where it sends code", root))
    for path, value in list(leaves(kept)):
        lower, may = at(below, path), rule(path)
        if may == "grow":
            kept = laid_over(kept, placed(path, _united(lower, value)))
            refused = "globs may be added, not taken away" if set(lower or ()) - set(value) else ""
        else:
            refused = "" if may == "free" or (may != "never" and _tighter(may, lower, value)) else _WHY[may]
            kept = without(kept, path) if refused else kept
        if refused:
            problems.append(_problem(layer, path, refused, root))
    return kept, problems


_WHY = {
    "never": "where code and keys go, and what it costs, is not for an unknown project to say",
    "lower": "a limit may be lowered, not raised",
    "stricter": "privacy may become stricter, not looser",
}


def _problem(layer: Layer, path: Path, why: str, root: File) -> Problem:
    trust = f"lsp-router trust {_quoted(root)}"
    return Place(layer, path).problem(
        f"ignored, because this workspace is not trusted ({why}); to trust it run: {trust}"
    )


def _new_models(table: Mapping[str, Any], below: Mapping[str, Any]) -> list[Path]:
    """Entries that do not tune a model the user has, but define one."""
    models = {name: entry for name, entry in table.get("models", {}).items() if at(below, ("models", name)) is None}
    return [("models", name) for name, entry in models.items() if {"provider", "model"} & set(entry)]


def _tighter(may: str, lower: object, value: object) -> bool:
    if may == "lower":
        return _amount(value) <= _amount(lower)
    return _looseness(value) <= _looseness(lower)


def _amount(value: object) -> float:
    return float("inf") if value in {None, "unlimited"} else float(str(value))


def _looseness(value: object) -> int:
    """How much a word allows; profiles other than local-only are all the same to privacy."""
    word = str(value).lower()
    ladder = next((words for words in STRICTEST_FIRST if word in words), None)
    return ladder.index(word) if ladder else int(word != LOCAL_ONLY)


def _united(lower: Sequence[str] | None, value: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*(lower or ()), *value]))


def _quoted(root: File) -> str:
    from shlex import quote  # noqa: PLC0415 - only needed when something is refused

    return quote(str(root))
