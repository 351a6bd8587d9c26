"""What a text looks like, apart from its words: stack traces, worked examples, lists of options, questions.

The patterns are read by every request: none may look further than a line from where it starts, or time grows with the
square of a hostile text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lsp_router.domain.decision import Evidence


@dataclass(frozen=True, slots=True)
class Shape:
    """Something a pattern finds, and what it speaks for."""

    signal: str
    pattern: re.Pattern[str]
    gains: Mapping[str, float]
    only_with: tuple[str, ...] = ("",)
    """The pattern is not tried where none of these occurs: a plain search costs a hundredth of it."""


COMMIT_TYPES = {
    "feat": "generate",
    "fix": "fix",
    "hotfix": "fix",
    "docs": "docs",
    "doc": "docs",
    "refactor": "refactor",
    "perf": "refactor",
    "style": "refactor",
    "test": "test",
    "tests": "test",
}

_COMMIT = re.compile(r"(\w{2,12})(?:\([^)\n]*\))?!?:\s")
_SENTENCE_END = re.compile(r"[.!:](?:\s|$)|\n\n")
_PERSONAL = re.compile(
    r"\b(?:i|im|i'm|i've|my|me|we|our|please|pls|can you|could you)\b|#\w"
    r"|\b(?:this|these|the|selected|above|following) (?:code|file|error|line|selection|project|app|class|method|page)",
    re.IGNORECASE,
)
_SHAPES = (
    Shape(
        "a stack trace or a compiler's error code",
        re.compile(
            r"[TC]S\d{4}\b|E\d{4}\b|Traceback \(most|panicked at\b|Error:|Exception:|error: \S|error\[E"
            r"|\n[ \t]+at \S[^\n]*[:(]\d|File \"[^\"\n]+\", line \d"
        ),
        {"fix": 3.0},
    ),
    Shape(
        "a name in an error's own form",
        re.compile(r"\w(?:Error|Exception)\b"),
        {"fix": 1.5},
        only_with=("Error", "Exception"),
    ),
    Shape(
        "an HTTP error status",
        re.compile(
            r"\b(?:get|getting|got|gives?|returns?|throws?|status|error|http)\W{1,3}(?:an? |code )?[45]\d\d\b",
            re.IGNORECASE,
        ),
        {"fix": 2.5},
        only_with=(*(" 400", " 401", " 403", " 404", " 409", " 422", " 429"), *(" 500", " 502", " 503", " 504")),
    ),
    Shape(
        "asks why something goes wrong",
        re.compile(
            r"why\b[^.?\n]{0,60}(?:n't\b|\b(?:not|crash\w*|fail\w*|errors?|wrong|broken|undefined|null|nan|slow|stuck"
            r"|skips?|ignor\w*|hang\w*|freez\w*|leak\w*|throw\w*)\b)",
            re.IGNORECASE,
        ),
        {"fix": 2.5},
    ),
    Shape(
        "worked examples of input and output",
        re.compile(r"\w\([^()\n]{0,200}\)[ \t]*(?:=>|==+|->|➞|→|⇒|returns|should (?:return|equal)|=)[ \t]*\S|\n>>> "),
        {"algorithm": 2.5},
    ),
    Shape(
        "labelled input and output",
        re.compile(r"^[^\w\n]{0,8}(?:in|out)put[^\w\n]{0,8}:", re.MULTILINE | re.IGNORECASE),
        {"algorithm": 1.5},
    ),
    Shape(
        "the signature of a function to write",
        re.compile(r"function [`\"'][^`\n]{0,200}\("),
        {"algorithm": 2.5, "generate": 1.0},
    ),
    Shape(
        "a function described in the third person",
        re.compile(
            r"^[^\w\n]{0,8}(?=\w{0,60}(?:[a-zA-Z]_[a-z]|[a-z][A-Z]))\w{3,80} (?:takes|returns|accepts|receives)\b",
            re.MULTILINE,
        ),
        {"algorithm": 2.5},
    ),
    Shape("a list of options", re.compile(r"[oO]ptions[^\w\n]{0,4}\n\s{0,8}[-*+\d]"), {"architecture": 4.0}),
    Shape(
        "a list of things to build",
        re.compile(
            r"^[ \t]{0,12}[-*+] (?:.{0,400}\n){1,2}[ \t]{0,12}[-*+] (?:.{0,400}\n){1,2}[ \t]{0,12}[-*+] \w",
            re.MULTILINE,
        ),
        {"boilerplate": 4.0},
        only_with=("\n",),
    ),
)


def by_shape(text: str) -> Iterator[Evidence]:
    for shape in _SHAPES:
        if any(mark in text for mark in shape.only_with) and shape.pattern.search(text):
            yield from (Evidence(shape.signal, label, weight) for label, weight in shape.gains.items())
    if (commit := _COMMIT.match(text)) and (label := COMMIT_TYPES.get(commit[1].lower())):
        yield Evidence(f"the commit type {commit[1]}:", label, 6.0)
    yield from _by_form(text)


def _by_form(text: str) -> Iterator[Evidence]:
    """Questions want an answer; several sentences in which nobody speaks of their own code state a problem."""
    if text.rstrip().endswith("?"):
        yield Evidence("ends in a question mark", "explain", 1.2)
    sentences = len(_SENTENCE_END.findall(text))
    if len(text) > 70 and sentences > 1 and "```" not in text and not _PERSONAL.search(text):
        signal = "a description in which nobody speaks of their own code"
        yield Evidence(signal, "algorithm", min(3.0, 0.8 * sentences))
        yield Evidence(signal, "boilerplate", 0.7)
        yield Evidence(signal, "refactor", -1.0)
