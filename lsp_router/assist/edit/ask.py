"""What somebody wants changed, and what comes of it: the values between an editor or a shell and the use case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lsp_router.assist.moment import NEVER
from lsp_router.context.document import Document
from lsp_router.domain.decision import Problem, Served
from lsp_router.domain.wire import Image
from lsp_router.domain.word import Word
from lsp_router.validation.edits import Edit

Tell = Callable[[str], None]
"""Told in a few words what is being done right now; a progress bar's message."""


class Kind(Word):
    """What kind of change: each has a prompt and checks of its own."""

    FIX = "fix"
    REFACTOR = "refactor"
    GENERATE = "generate"
    TESTS = "tests"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Complaint:
    """A diagnostic of somebody else: what is said to be wrong at a place in the document."""

    message: str
    span: tuple[int, int] | None = None
    """Offsets into the document's text."""
    severity: str = "error"
    code: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One wish for a change. The document is a snapshot; `is_current` says whether it still is what the editor has."""

    kind: Kind
    document: Document
    span: tuple[int, int] | None = None
    """Text offsets of what is meant. An empty span is a cursor and means the function around it; without a span, or
    without such a function, the whole file is meant (for `generate`: its end)."""
    instruction: str = ""
    complaints: tuple[Complaint, ...] = ()
    model: str | None = None
    """A pin: this model and no other."""
    tabs: Sequence[Document] = ()
    """Other open documents, the one used last first. Their text counts, not what is on the disk."""
    is_current: Callable[[], bool] = NEVER
    points: bool = False
    """The span only points at something; what surrounds it may change as well (extracting, for one). Fixes imply it."""
    images: tuple[Image, ...] = ()
    force_paid: bool = False
    forbid_cloud: bool = False
    run_tests: bool = False
    """Run the project's tests on the result, where settings and trust allow it."""
    fresh: bool = False
    """Ask a model even if the same was asked, answered and kept before."""


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one file: both texts whole, and the fewest edits between them."""

    path: str
    """As the user names it: relative to the workspace, with forward slashes."""
    before: str | None
    """None: the file is new."""
    after: str
    edits: tuple[Edit, ...]
    """In order, apart from each other; offsets into `before` (into nothing for a new file)."""
    version: int | None = None
    """Of the open document the offsets are for; None for a file that is not open."""


@dataclass(frozen=True, slots=True)
class Edited:
    """What came of an ask: changes that passed every check, or none and the problems that say why."""

    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Why nothing is changed. Empty when something is, or when nothing needs to be (`note` says so then)."""
    served: Served | None = None
    """Who was asked and what it took, all attempts together; None when nobody was."""
    note: str = ""
    """What a person should know besides: a costly loop, a check that could not run."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Who would do it at which price, for the title of an action; or why nobody may."""

    model: str = ""
    estimate_usd: float = 0.0
    """What it will probably cost; 0.0 when it is free."""
    why_not: str = ""

    @property
    def free(self) -> bool:
        return self.estimate_usd == 0.0
