"""How good a model is for this user: what the catalogue says, moved by what was measured and by what was accepted.

Measured marks only compare models with each other, so the mean stays where the catalogue put it. Both movements are
bounded and count for little as long as little was seen: a few unlucky answers must not banish a model for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

GAIN = 8.0
"""Points of quality between a mark of 0 and a mark of 1."""
FARTHEST = 2.0
"""How far a measurement may move a model from where the catalogue has it."""
DOUBT = 10.0
"""Answers that the catalogue's word weighs as much as."""
LIKING = 5.0
"""Points of quality between being never and always accepted, …"""
LIKED = 0.5
"""… of which no more than this many count, for what is accepted depends on much beside the model."""
SHYNESS = 50.0
"""Suggestions that the average of all models weighs as much as."""


class Marks(NamedTuple):
    """What a model got for one task: the mean of `answers` marks between 0 and 1."""

    answers: int
    value: float


class Reaction(NamedTuple):
    """How suggestions of one model for one task in one language were taken."""

    model: str
    task: str
    language: str
    shown: int
    taken: float
    """Accepted ones, those taken in part or deleted again for less."""


def placed(catalogue: Mapping[str, float], marks: Mapping[str, Marks]) -> dict[str, float]:
    """Quality by model of those that took the same exam for one task."""
    there = {name: mark for name, mark in marks.items() if name in catalogue and mark.answers}
    if not there:
        return {}
    usual = sum(catalogue[name] for name in there) / len(there)
    average = sum(mark.value for mark in there.values()) / len(there)
    return {name: _moved(catalogue[name], usual + GAIN * (mark.value - average), mark) for name, mark in there.items()}


def liking(reactions: Iterable[Reaction]) -> dict[tuple[str, str, str], float]:
    """By (model, task, language): how much better, or worse, it is taken than others there."""
    by_kind: dict[tuple[str, str], list[Reaction]] = {}
    for reaction in reactions:
        by_kind.setdefault((reaction.task, reaction.language), []).append(reaction)
    found = {}
    for (task, language), those in by_kind.items():
        shown = sum(r.shown for r in those)
        if len(those) < 2 or not shown:
            continue
        usual = sum(r.taken for r in those) / shown
        for r in those:
            share = (r.taken + usual * SHYNESS) / (r.shown + SHYNESS)
            found[r.model, task, language] = max(-LIKED, min(LIKED, LIKING * (share - usual)))
    return found


def _moved(before: float, target: float, mark: Marks) -> float:
    step = (target - before) * mark.answers / (mark.answers + DOUBT)
    return max(0.0, min(10.0, before + max(-FARTHEST, min(FARTHEST, step))))
