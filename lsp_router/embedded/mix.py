"""Many opinions, one distribution: a small log-linear model over the guesses and over saying nothing.

A guess scores the sum, over experts, of log(1 + p / EPSILON) times a weight that depends on the place, the expert and
its grounds, plus the weights of its features. Saying nothing scores what the grounds of all experts, good or missing,
speak for it. The softmax of both is the answer; what silence gets is what the guesses do not.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log1p

from lsp_router.embedded.agreement import Agreement
from lsp_router.embedded.context import Context
from lsp_router.embedded.experts import Evidence
from lsp_router.embedded.features import features_of, place_of

EPSILON = 0.003
TOP = 5
"""How many guesses of an expert are considered."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Fitted numbers, by place first."""

    experts: Sequence[Sequence[Sequence[float]]]
    """place × expert × ground."""
    silence: Sequence[Sequence[Sequence[float]]]
    """The same, for saying nothing."""
    features: Sequence[Sequence[float]]
    """place × feature."""
    signs: Sequence[Sequence[float]]
    """place × sign of agreement."""


def mix(evidence: Evidence, context: Context, partial: str, weights: Weights) -> dict[str, float]:
    """Each guess with its probability; they sum up to less than one."""
    place = place_of(context, partial)
    experts, features, signs = weights.experts[place], weights.features[place], weights.signs[place]
    heard = [
        (opinion.probabilities, experts[at][opinion.ground])
        for at, opinion in enumerate(evidence.opinions)
        if opinion.ground
    ]
    silence = sum(row[opinion.ground] for row, opinion in zip(weights.silence[place], evidence.opinions, strict=True))
    agreement = Agreement(evidence)
    scores: dict[str, float] = {}
    for token in candidates(evidence, partial):
        score = sum(weight * log1p(p / EPSILON) for guesses, weight in heard if (p := guesses.get(token)))
        score += sum([features[feature] for feature in features_of(token, context)])
        scores[token] = score + sum([signs[sign] for sign in agreement.signs(token)])
    return _softmax(scores, silence)


def candidates(evidence: Evidence, partial: str) -> set[str]:
    if partial:
        return {token for opinion in evidence.opinions for token in opinion.probabilities if token.startswith(partial)}
    chosen: set[str] = set()
    for opinion in evidence.opinions:
        guesses = opinion.probabilities
        chosen.update(heapq.nlargest(TOP, guesses, key=guesses.__getitem__) if len(guesses) > TOP else guesses)
    return chosen


def _softmax(scores: Mapping[str, float], silence: float) -> dict[str, float]:
    top = max(silence, *scores.values()) if scores else silence
    raised = {token: exp(score - top) for token, score in scores.items()}
    total = sum(raised.values()) + exp(silence - top)
    return {token: value / total for token, value in raised.items()}
