"""Answers that passed every check, kept: the same ask of the same text costs nothing, and long work can be resumed."""

from __future__ import annotations

from lsp_router.assist.kitchen import Kitchen
from lsp_router.domain.model import Model
from lsp_router.domain.wire import Prompt
from lsp_router.store.cache import key
from lsp_router.store.memory import Memory

ENTRIES, CHARS = 64, 1_000_000
"""What is remembered where nothing may be kept on the disk: enough to resume what was interrupted."""
DAY = 86_400.0


class Kept:
    """Holds what models said, with the marks that stand for secrets and never the secrets."""

    def __init__(self, kitchen: Kitchen) -> None:
        self._kitchen = kitchen
        self._memory = Memory(ENTRIES, CHARS)

    def answer(self, name: str) -> str | None:
        if self._kitchen.settings.cache.enabled:
            hit = self._kitchen.cache().get(name)
            return hit.value if hit is not None and isinstance(hit.value, str) else None
        return self._memory.get(name)

    def keep(self, name: str, answer: str) -> None:
        settings = self._kitchen.settings.cache
        if settings.enabled:
            self._kitchen.cache().put(name, answer, float(settings.ttl_days) * DAY)
        else:
            self._memory.put(name, answer)


def name_of(model: Model, prompt: Prompt) -> str:
    """What an answer depends on: who was asked, in which words, and which version of them."""
    return key("edit", model.name, prompt.template, *(f"{one.role}\0{one.text}" for one in prompt.messages))
