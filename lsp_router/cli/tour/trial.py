"""What every section of the tour is given: a file in a running editor, and what the user has configured."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_router.cli.output import is_terminal

if TYPE_CHECKING:
    from lsp_router.app.app import App
    from lsp_router.cli.editor import Editor


@dataclass(frozen=True, slots=True)
class Gap:
    """A place where somebody is about to go on: the file's text at that moment, and the offset in it."""

    text: str
    offset: int
    rest: str = ""
    """How the line really goes on, where that is known."""


@dataclass(frozen=True, slots=True)
class Trial:
    editor: Editor
    """With the real server behind it."""
    app: App
    """For what is only decided, not sent."""
    title: str
    path: Path
    gaps: tuple[Gap, ...]

    @property
    def has_models(self) -> bool:
        return any(model.usable for model in self.app.fleet.models)


Section = Callable[[Trial], Awaitable[None]]


def ghost(text: str) -> str:
    """As ghost text looks; in a pipe, between marks."""
    return f"\x1b[2;3m{text}\x1b[0m" if is_terminal() else f"«{text}»"
