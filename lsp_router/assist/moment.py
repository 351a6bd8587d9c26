"""One moment in an editor: a document as it is right now, and where the cursor stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lsp_router.context.document import Document
from lsp_router.context.recent import RecentEdits

NEVER: Callable[[], bool] = lambda: True  # noqa: E731 - a default that is named


@dataclass(frozen=True, slots=True)
class Moment:
    """A snapshot: what changes afterwards does not change it, but `is_current` says that something did."""

    uri: str
    document: Document
    offset: int
    asked_for: bool = False
    """Invoked by hand, not by typing."""
    tabs: Sequence[Document] = ()
    """The other open documents, the one used last first."""
    recent: RecentEdits = field(default_factory=RecentEdits, repr=False, compare=False)
    """What was edited lately, here and elsewhere."""
    is_current: Callable[[], bool] = NEVER
    patience: float | None = None
    """Seconds after which the editor shows what is there."""
    selected: str = ""
    """What the editor's completion menu would insert: a suggestion must begin with it."""

    @property
    def prefix(self) -> str:
        return self.document.text[: self.offset]

    @property
    def suffix(self) -> str:
        return self.document.text[self.offset :]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Text for the cursor; `replace` characters after it give way. `id` is its decision's, for feedback and `why`."""

    id: str
    insert: str
    replace: int = 0
    model: str = ""
    source: str = "model"
    """model, cache, shown or embedded."""
