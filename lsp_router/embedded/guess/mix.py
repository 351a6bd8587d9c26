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

from lsp_router.embedded.guess.agreement import Agreement, Standing
from lsp_router.embedded.guess.context import Context
from lsp_router.embedded.guess.experts import Evidence
from lsp_router.embedded.guess.features import Features, place_of
from lsp_router.embedded.text.lexer import END

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
    scores = dict.fromkeys(candidates(evidence, partial), 0.0)
    silence = 0.0
    for opinion, by_ground, against in zip(evidence.opinions, experts, weights.silence[place], strict=True):
        silence += against[opinion.ground]
        weight, chances = by_ground[opinion.ground], opinion.probabilities
        for token in chances if len(chances) < len(scores) else scores:
            if token in scores and (chance := chances.get(token)):
                scores[token] += weight * log1p(chance / EPSILON)
    agreement, facts = Agreement(evidence, scores), Features(context)
    agreed: dict[Standing, float] = {}
    for token in scores:
        standing = agreement.standing(token)
        if standing not in agreed:
            agreed[standing] = sum([signs[sign] for sign in agreement.signs(standing)])
        scores[token] += sum([features[feature] for feature in facts.of(token)]) + agreed[standing]
    return _softmax(scores, silence)


def candidates(evidence: Evidence, partial: str) -> set[str]:
    if partial:
        return {token for opinion in evidence.opinions for token in opinion.probabilities if token.startswith(partial)}
    chosen = {END}
    for opinion in evidence.opinions:
        guesses = opinion.probabilities
        chosen.update(heapq.nlargest(TOP, guesses, key=guesses.__getitem__) if len(guesses) > TOP else guesses)
    return chosen


def _softmax(scores: Mapping[str, float], silence: float) -> dict[str, float]:
    top = max(silence, *scores.values()) if scores else silence
    raised = {token: exp(score - top) for token, score in scores.items()}
    total = sum(raised.values()) + exp(silence - top)
    return {token: value / total for token, value in raised.items()}
