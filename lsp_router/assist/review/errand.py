"""What shall be reviewed, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsp_router.assist.review.finding import Finding
from lsp_router.context.document import Document
from lsp_router.domain.decision import Served
from lsp_router.domain.task import Trigger

if TYPE_CHECKING:
    from lsp_router.assist.passages import Span

Tell = Callable[[str], None]
"""Told in a few words what is being done right now."""
NOBODY: Tell = lambda _: None  # noqa: E731 - a default that is named


@dataclass(frozen=True, slots=True)
class Report:
    """What another tool says about a place already."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Errand:
    """A snapshot of a document, or the parts of it that are meant."""

    document: Document
    spans: tuple[Span, ...] | None = None
    """Only what touches these is reviewed, and only findings in them count; None is everything."""
    trigger: Trigger = Trigger.COMMAND
    spares: bool = False
    """One of many, or unasked for: stops rather than use free quota that is kept for hard tasks."""
    model: str | None = None
    """A pin: this model and no other."""
    reported: tuple[Report, ...] = ()
    recall: bool = False
    """Only what earlier reviews found: no model is asked."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Findings, and whatever kept the review from being whole: it never fails."""

    document: Document
    findings: tuple[Finding, ...] = ()
    covered: tuple[Span, ...] = ()
    """The parts of the document that the findings are about."""
    served: Served | None = None
    """Everybody who was asked, together; None when nobody could be."""
    problems: tuple[str, ...] = ()
    """Why parts of it were not reviewed, in words for the user."""
    dismissed: int = 0
    dropped: int = 0
    """Claims without a place in the code."""

    @property
    def whole(self) -> bool:
        return not self.problems
