"""How far the experts agree on a guess: what no single one of them can know."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from lsp_router.embedded.guess.experts import SUPPORTS, Evidence, Expert
from lsp_router.embedded.guess.hits import ORDERS, RENAMED_ORDERS

_SHARES = (0.2, 0.4, 0.6, 0.8, 0.99)
_CHANCES = (0.006, 0.02, 0.06, 0.16, 0.27, 0.45, 0.66, 0.89)
_LENGTHS = (2, 3, 5, 8, 11)
_PAIRS = tuple(
    1 << one | 1 << other
    for one, other in (
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
)
_REACHES = (
    (Expert.FILE, ORDERS),
    (Expert.PROJECT, ORDERS),
    (Expert.RENAMED_FILE, RENAMED_ORDERS),
    (Expert.RENAMED_PROJECT, RENAMED_ORDERS),
)
_CHANCE = len(_SHARES) + 1
_LONGEST = _CHANCE + len(_CHANCES) + 1
_OTHERWISE = _LONGEST + len(_LENGTHS) + 1
_PAIR = _OTHERWISE + len(_LENGTHS) + 1
SIGNS = _PAIR + len(_PAIRS)
"""How many signs there are: who of those with an opinion share the guess, the best chance that one gives it, what the
one with the longest matching context says, and which pairs prefer it."""

Standing: TypeAlias = tuple[int, int, int]
"""How many experts share a guess, how likely the one who likes it best finds it, and as a bit set who prefers it."""


class Agreement:
    """What all experts together make of each of the guesses."""

    def __init__(self, evidence: Evidence, guesses: Iterable[str]) -> None:
        self._shared = dict.fromkeys(guesses, 0)
        self._best = dict.fromkeys(self._shared, 0.0)
        self._fans = dict.fromkeys(self._shared, 0)
        """As a bit set, the experts that prefer the guess to all others."""
        self._heard = 0
        for expert, opinion in enumerate(evidence.opinions):
            if opinion.probabilities:
                self._hear(expert, opinion.probabilities)
        expert, length = _longest(evidence)
        self._longest = 1 << expert
        self._length = bisect_right(_LENGTHS, length) if length else -1

    def standing(self, token: str) -> Standing:
        """What its signs depend on; most guesses share theirs with others."""
        return self._shared[token], bisect_right(_CHANCES, self._best[token]), self._fans[token]

    def signs(self, standing: Standing) -> list[int]:
        shared, chance, fans = standing
        signs = [bisect_right(_SHARES, shared / max(1, self._heard)), _CHANCE + chance]
        if self._length >= 0:
            signs.append((_LONGEST if fans & self._longest else _OTHERWISE) + self._length)
        if fans:
            signs.extend([_PAIR + at for at, pair in enumerate(_PAIRS) if fans & pair == pair])
        return signs

    def _hear(self, expert: int, chances: Mapping[str, float]) -> None:
        self._heard += 1
        shared, best, fans = self._shared, self._best, self._fans
        most, fan = max(chances.values()) - 1e-9, 1 << expert
        for token in chances if len(chances) < len(shared) else shared:
            if token in shared and (chance := chances.get(token)):
                shared[token] += 1
                best[token] = max(best[token], chance)
                if chance >= most:
                    fans[token] |= fan


def _longest(evidence: Evidence) -> tuple[Expert, int]:
    """Who matched the longest context, and how long that was."""
    best, longest = Expert.FILE, 0
    for expert, lengths in _REACHES:
        ground = evidence.opinions[expert].ground
        length = lengths[(ground - 1) // SUPPORTS] if ground else 0
        if length > longest:
            best, longest = expert, length
    return best, longest
