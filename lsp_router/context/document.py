"""An open document as related-code gathering sees it: its text at one version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["similar", "definition", "imports", "recent"]


@dataclass(frozen=True, slots=True)
class Document:
    path: str
    """As the user would name it: relative to the workspace, with forward slashes."""
    text: str
    language: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a document that helps a model to complete or edit another place."""

    path: str
    text: str
    kind: Kind
    start: int = 0
    score: float = 0.0
