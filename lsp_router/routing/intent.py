"""What a text asks for, read from its words and its shape; every point of every score has a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lsp_router.domain.decision import Evidence
from lsp_router.routing.intent_kinds import KINDS, by_kind, heard
from lsp_router.routing.intent_shapes import by_shape
from lsp_router.routing.words import DEFAULT, Gain, Phrase, Words, tokens

HEAD_CHARS, TAIL_CHARS = 1_200, 300
"""A request is made at the beginning or, below pasted material, at the end; the middle is never read."""
FULL_WEIGHT_TOKENS, LATER_WORDS = 24, 0.5
"""Words beyond the first are more often quoted than meant, and count half."""
LATER_CLAUSE = 0.7
"""What somebody asks for first is what they want; later clauses refine it."""
MOST_FILLERS = 3
"""Words that may stand between two words of a phrase: "add [some more small] tests"."""

_FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_CLAUSE_ENDS = frozenset(".!?:;,\n")
_COURTESY = frozenset(
    tokens(
        "please pls plz kindly can could would will shall should you u i we want wanna need to id like lets let us help"
        " me also now then and just so hi hey copilot must have youll dear im trying how do"
        " bitte kannst du könntest puedes por favor peux tu pouvez vous 请 帮 我 给"
    )
)
_FILLERS = frozenset(
    tokens("a an the some more new me my this these all proper missing few simple basic small good better")
)
_FOLDED = {"prose": "docs", "spec": "docs"}
"""Finer than the public labels: texts for people, and texts that say what to build, are written documents alike."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What a text asks for, how the other readings scored, and why, weightiest reason first."""

    label: str
    scores: Mapping[str, float]
    evidence: tuple[Evidence, ...]


def classify_text(text: str, kind: str = "request", words: Words = DEFAULT) -> Intent:
    """Deterministic, bounded in time by the caps above, and without a model."""
    clipped = text if len(text) <= HEAD_CHARS + TAIL_CHARS else f"{text[:HEAD_CHARS]}\n{text[-TAIL_CHARS:]}"
    asked = _FENCED.sub("\n", clipped) if "```" in clipped else clipped
    place = KINDS.get(kind, KINDS["request"])
    evidence = [*by_kind(place), *by_shape(clipped), *(heard(said, place) for said in _by_words(asked, words))]
    scores: dict[str, float] = {}
    for item in evidence:
        scores[item.speaks_for] = scores.get(item.speaks_for, 0.0) + item.weight
    label = max(scores, key=lambda name: scores[name], default="other")
    evidence.sort(key=lambda item: -abs(item.weight))
    return Intent(_FOLDED.get(label, label), scores, tuple(evidence))


def _by_words(text: str, words: Words) -> Iterator[Evidence]:
    """Walk the text once; of a label's phrases that overlap the first and longest counts, and each counts once."""
    said = tokens(text)
    openings = _openings(said)
    taken: dict[str, int] = {}
    seen: set[tuple[str, str]] = set()
    for at, token in enumerate(said):
        if token not in words.firsts:
            continue
        for phrase, end in _phrases_at(said, at, words):
            for gain in phrase.gains:
                fresh = taken.get(gain.label, 0) <= at and (gain.label, phrase.text) not in seen
                if fresh and (at in openings or not gain.opening):
                    taken[gain.label] = end
                    seen.add((gain.label, phrase.text))
                    share = openings[at] if gain.opening else 1.0 if at < FULL_WEIGHT_TOKENS else LATER_WORDS
                    yield _evidence(phrase, gain, share)


def _phrases_at(said: list[str], at: int, words: Words) -> Iterator[tuple[Phrase, int]]:
    """Phrases that begin here and where they end, longer ones first; a filler between their words changes nothing."""
    for after in range(at + 1, min(at + 1 + MOST_FILLERS + 1, len(said))):
        for phrase in words.phrases.get((said[at], said[after]), ()):
            if end := _end(said, after + 1, phrase.tail):
                yield phrase, end
        if said[after] not in _FILLERS:
            break
    for phrase in words.phrases.get((said[at], ""), ()):
        yield phrase, at + 1


def _end(said: list[str], at: int, tail: tuple[str, ...]) -> int:
    """Where a phrase ends whose first words stand before `at`, or 0."""
    for word in tail:
        for _ in range(MOST_FILLERS):
            if at < len(said) and said[at] != word and said[at] in _FILLERS:
                at += 1
        if at >= len(said) or said[at] != word:
            return 0
        at += 1
    return at


def _evidence(phrase: Phrase, gain: Gain, share: float) -> Evidence:
    signal = f"begins with “{phrase.text}”" if gain.opening else f"says “{phrase.text}”"
    return Evidence(signal, gain.label, gain.weight * share)


def _openings(said: list[str]) -> dict[int, float]:
    """Where a clause begins, also in earnest after "could you please …", and how much its first words count there."""
    found: dict[int, float] = {}
    share, fresh = 1.0, True
    for at, token in enumerate(said):
        if token in _CLAUSE_ENDS:
            fresh = True
            share = LATER_CLAUSE if found else share
        elif fresh:
            found[at] = share
            fresh = token in _COURTESY or token[0] in "#@/"
    return found
