"""What it means for words to come from somewhere: a diagnostic, a reviewer, a commit, a chat with or without code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lsp_router.domain.decision import Evidence


@dataclass(frozen=True, slots=True)
class Kind:
    """A head start for some labels, and how loudly, or as what else, the words for some are heard there."""

    signal: str
    gains: Mapping[str, float]
    loudness: Mapping[str, float] = field(default_factory=dict)
    heard_as: Mapping[str, str] = field(default_factory=dict)


KINDS: Mapping[str, Kind] = {
    "request": Kind(
        "the request is about code at hand", {"refactor": 0.6, "explain": 0.2, "generate": -1.0, "other": -1.0}
    ),
    "extra": Kind("no code is at hand", {"generate": 1.5, "other": 1.5, "refactor": -1.0}),
    "diagnostic": Kind("the text is a diagnostic", {"fix": 12.0}),
    "review-remark": Kind("the text is a reviewer's remark", {"review": 12.0}),
    "adr": Kind("the text is from an architecture decision record", {"architecture": 12.0}),
    # A commit tells what was done, so nothing is asked; who mentions tests or documents there changed them.
    "commit-subject": Kind(
        "the text is a commit subject",
        {"refactor": 1.0, "other": -6.0, "review": -4.0, "boilerplate": -3.0, "generate": -2.0}
        | {"algorithm": -3.0, "architecture": -3.0},
        loudness={"docs": 1.7, "prose": 1.7, "test": 1.5},
        heard_as={"explain": "docs"},
    ),
}


def by_kind(kind: Kind) -> Iterator[Evidence]:
    """Where the words come from says much before one of them is read."""
    return (Evidence(kind.signal, label, weight) for label, weight in kind.gains.items())


def heard(said: Evidence, kind: Kind) -> Evidence:
    """The same words mean other things in other places."""
    label = kind.heard_as.get(said.speaks_for, said.speaks_for) if said.weight > 0 else said.speaks_for
    return Evidence(said.signal, label, said.weight * kind.loudness.get(label, 1.0))
