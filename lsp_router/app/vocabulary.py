"""The words that speak for a kind of request: ours, with what the user added or took away."""

from __future__ import annotations

from lsp_router.config.schema import Settings
from lsp_router.domain.task import Task
from lsp_router.routing.words import DEFAULT, LABELS, Words

_LABEL_OF = {Task.DEBUGGING: "fix", Task.TESTS: "test"}
"""Tasks that the classifier calls by another name."""


def words_of(settings: Settings) -> Words:
    """Completions and pictures are told by how they are asked for, so words for them change nothing."""
    told = {_LABEL_OF.get(task, task.value): phrases for task, phrases in settings.routing.keywords.items()}
    changed = {label: phrases for label, phrases in told.items() if phrases and label in LABELS}
    return DEFAULT.changed(changed) if changed else DEFAULT
