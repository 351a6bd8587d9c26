"""What somebody wants explained, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from lsp_router.assist.explain.picture import Picture
from lsp_router.context.document import Document
from lsp_router.domain.decision import Served

if TYPE_CHECKING:
    from lsp_router.assist.passages import Span


@dataclass(frozen=True, slots=True)
class Query:
    """A document, a part of it, or a picture; with a question or without."""

    document: Document
    span: Span | None = None
    """What is selected. An empty span is a cursor and means the function around it."""
    question: str = ""
    model: str | None = None
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    text: str
    served: Served


class UnexplainedError(Exception):
    """There is nobody to ask, or nobody answered; the text says why and what to do."""

    def __init__(self, reason: str, served: Served | None = None) -> None:
        super().__init__(reason)
        self.served = served


class Listener(Protocol):
    """Hears the answer as it comes."""

    def stream(self, text: str) -> None: ...

    def restart(self) -> None:
        """What was streamed so far is void."""
        ...
