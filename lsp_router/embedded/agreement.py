"""How far the experts agree on a guess: what no single one of them can know."""

from __future__ import annotations

from bisect import bisect_right

from lsp_router.embedded.experts import Evidence, Expert
from lsp_router.embedded.hits import ORDERS, RENAMED_ORDERS

_SHARES = (0.2, 0.4, 0.6, 0.8, 0.99)
_CHANCES = (0.006, 0.02, 0.06, 0.16, 0.27, 0.45, 0.66, 0.89)
_LENGTHS = (2, 3, 5, 8, 11)
_PAIRS = (
    (Expert.NEAR, Expert.PROJECT),
    (Expert.FILE, Expert.PROJECT),
    (Expert.NEAR, Expert.RENAMED_FILE),
    (Expert.PROJECT, Expert.RENAMED_PROJECT),
    (Expert.RENAMED_FILE, Expert.RENAMED_PROJECT),
    (Expert.FILE, Expert.RENAMED_FILE),
    (Expert.NEAR, Expert.RENAMED_PROJECT),
    (Expert.LOCAL, Expert.CALL),
    (Expert.LOCAL, Expert.PROJECT_CALL),
    (Expert.LOCAL, Expert.PROJECT),
)
_CHANCE = len(_SHARES) + 1
_LONGEST = _CHANCE + len(_CHANCES) + 1
_OTHERWISE = _LONGEST + len(_LENGTHS) + 1
_PAIR = _OTHERWISE + len(_LENGTHS) + 1
SIGNS = _PAIR + len(_PAIRS)
"""How many signs there are: who of those with an opinion share the guess, the best chance that one gives it, what the
one with the longest matching context says, and which pairs prefer it."""
_REACHES = ((Expert.FILE, ORDERS), (Expert.PROJECT, ORDERS), (Expert.RENAMED_FILE, RENAMED_ORDERS))
_REACHES = (*_REACHES, (Expert.RENAMED_PROJECT, RENAMED_ORDERS))


class Agreement:
    """What all experts together make of every guess."""

    def __init__(self, evidence: Evidence) -> None:
        self._guesses = [opinion.probabilities for opinion in evidence.opinions]
        self._heard = [guesses for guesses in self._guesses if guesses]
        self._best = [max(guesses.values(), default=2.0) for guesses in self._guesses]
        self._longest, self._length = _longest(evidence)

    def signs(self, token: str) -> list[int]:
        chances = [chance for guesses in self._heard if (chance := guesses.get(token))]
        share = bisect_right(_SHARES, len(chances) / len(self._heard))
        signs = [share, _CHANCE + bisect_right(_CHANCES, max(chances))]
        if self._length >= 0:
            signs.append((_LONGEST if self._prefers(self._longest, token) else _OTHERWISE) + self._length)
        for at, (one, other) in enumerate(_PAIRS):
            if self._prefers(one, token) and self._prefers(other, token):
                signs.append(_PAIR + at)
        return signs

    def _prefers(self, expert: Expert, token: str) -> bool:
        return self._guesses[expert].get(token, 0.0) >= self._best[expert] - 1e-9


def _longest(evidence: Evidence) -> tuple[Expert, int]:
    """Who matched the longest context, and about how long that was; -1 when nobody matched any."""
    best, longest = Expert.FILE, 0
    for expert, lengths in _REACHES:
        ground = evidence.opinions[expert].ground
        length = lengths[(ground - 1) % len(lengths)] if ground else 0
        if length > longest:
            best, longest = expert, length
    return best, bisect_right(_LENGTHS, longest) if longest else -1
