"""The classifier as outside measurements call it."""

from __future__ import annotations

from lsp_router.routing.intent import classify_text


def classify(text: str, kind: str = "request") -> str:
    """One of algorithm, architecture, boilerplate, docs, explain, fix, generate, other, refactor, review, test."""
    return classify_text(text, kind).label
