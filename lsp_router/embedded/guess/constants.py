"""The fitted numbers of every family of languages, kept as data beside the code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from lsp_router.embedded.guess.mix import Weights
from lsp_router.embedded.settings import Mode, Thresholds

FOLDER = Path(__file__).parent.parent / "constants"
_LENDERS = {"c": "java", "csharp": "java", "jvm": "java", "php": "web", "dart": "web", "swift": "rust", "zig": "rust"}
_LENDER = "python"
"""Whose constants a family without its own borrows when nothing is closer to it."""
UNSURE = 0.15
"""How much surer a suggestion must be where the constants are borrowed."""


@dataclass(frozen=True, slots=True)
class Constants:
    weights: Weights
    line: Sequence[float]
    """What makes a whole line right, in the order of `confidence.LINE_SIGNS`."""
    prefix: Sequence[float]
    """What makes the beginning of a line right, in the order of `confidence.PREFIX_SIGNS`."""
    normal: Thresholds
    quiet: Thresholds
    below: float = 0.0
    """How much less sure a whole line must be where the text below is known: the same signs mean more there."""

    def thresholds(self, mode: Mode, *, below: bool = False) -> Thresholds:
        sure = self.quiet if mode is Mode.QUIET else self.normal
        return replace(sure, line=sure.line - self.below) if below else sure


@cache
def load_constants(family: str) -> Constants:
    """A family's own constants, or borrowed ones with higher thresholds."""
    own = FOLDER / f"{family}.json"
    if own.is_file():
        return parse_constants(json.loads(own.read_text("utf-8")))
    lent = load_constants(_LENDERS.get(family, _LENDER))
    return replace(lent, normal=lent.normal.raised(UNSURE), quiet=lent.quiet.raised(UNSURE), below=0.0)


def parse_constants(data: Mapping[str, Any]) -> Constants:
    weights = Weights(data["experts"], data["silence"], data["features"], data["signs"])
    normal, quiet = Thresholds(*data["normal"]), Thresholds(*data["quiet"])
    return Constants(weights, data["line"], data["prefix"], normal, quiet, data.get("below", 0.0))
