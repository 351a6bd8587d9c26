"""How near an answer comes to what stood in the hole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median

from lsp_router.insight.gaps import Gap
from lsp_router.validation.grammars import Grammars
from lsp_router.validation.syntax import parse_python

LIKENESS, EXACT, SOUND = 0.5, 0.3, 0.2
"""What each counts for in a mark: most for being near, some for being the very text, some for being valid code."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One answer; `sound` is None where nobody could tell."""

    exact: bool
    likeness: float
    sound: bool | None

    @property
    def value(self) -> float:
        """0..1."""
        weights = LIKENESS * self.likeness + EXACT * self.exact
        return (weights + SOUND * self.sound) if self.sound is not None else weights / (LIKENESS + EXACT)


NOTHING = Mark(exact=False, likeness=0.0, sound=None)
"""No answer is the worst answer, but not one with faults."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one question; no mark where the model was not there."""

    mark: Mark | None
    first_token_ms: float | None = None
    cost_usd: float = 0.0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A model's answers for one task."""

    model: str
    task: str
    answers: int
    exact: float
    likeness: float
    sound: float | None
    mark: float
    first_token_ms: float | None
    cost_usd: float
    failed: int = 0
    """Questions that got no answer because the model was not there."""


def compare(gap: Gap, answer: str, grammars: Grammars) -> Mark:
    """Blanks at the ends and the indentation of a whole block say nothing about a model."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - only an exam needs it

    given, wanted = _plain(answer), _plain(gap.wanted)
    if not given:
        return NOTHING
    after = f"{gap.prefix}{answer}{gap.suffix}"
    return Mark(given == wanted, fuzz.ratio(given, wanted) / 100, _sound(gap, after, grammars))


def report(model: str, task: str, answers: Sequence[Answered]) -> Report:
    marks = [answer.mark for answer in answers if answer.mark is not None]
    told = [mark.sound for mark in marks if mark.sound is not None]
    times = [answer.first_token_ms for answer in answers if answer.first_token_ms is not None]
    return Report(
        model,
        task,
        len(marks),
        exact=mean(mark.exact for mark in marks) if marks else 0.0,
        likeness=mean(mark.likeness for mark in marks) if marks else 0.0,
        sound=mean(told) if told else None,
        mark=mean(mark.value for mark in marks) if marks else 0.0,
        first_token_ms=median(times) if times else None,
        cost_usd=sum(answer.cost_usd for answer in answers),
        failed=len(answers) - len(marks),
    )


def _plain(text: str) -> str:
    return re.sub(r"[ \t]*\n[ \t]*", "\n", text.strip())


def _sound(gap: Gap, after: str, grammars: Grammars) -> bool | None:
    """Whether the file is valid code with the answer in it; only where it was before."""
    if gap.document.language == "python":
        if isinstance(parse_python(gap.document.text), SyntaxError):
            return None
        return not isinstance(parse_python(after), SyntaxError)
    before, now = (grammars.parse(text, gap.document.language) for text in (gap.document.text, after))
    if before is None or now is None or before.tree.root_node.has_error:
        return None
    return not now.tree.root_node.has_error
