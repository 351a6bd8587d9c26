"""How readily the tier speaks: what people set, what a language's constants say, and what feedback taught."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Mode(StrEnum):
    NORMAL = "normal"
    QUIET = "quiet"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How sure a whole line, and the beginning of one, must be to be shown."""

    line: float
    prefix: float

    def raised(self, by: float) -> Thresholds:
        return Thresholds(_bounded(self.line + by), _bounded(self.prefix + by))


@dataclass(frozen=True, slots=True)
class Settings:
    mode: Mode = Mode.NORMAL
    languages: Mapping[str, Mode] = field(default_factory=dict)
    """Modes of single languages, by the editor's language id."""
    next_line: bool = True
    """Whether the line after the current one may be offered with it, when both are almost certain."""

    def mode_of(self, language: str) -> Mode:
        return self.languages.get(language, self.mode)


def _bounded(threshold: float) -> float:
    return min(max(threshold, 0.1), 0.97)
