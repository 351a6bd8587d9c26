"""Texts in which wording counts are written in one voice: one model for each, pinned or the one that began it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace

from lsp_router.config.schema import Settings
from lsp_router.context.ignore import Globs
from lsp_router.domain.decision import Decision, Served
from lsp_router.domain.task import Task, Work
from lsp_router.store.facts import Facts
from lsp_router.store.notation import fingerprint

VOICE = "voice"
REMEMBERED = 90 * 86_400.0
"""Seconds for which it is known who wrote in a document."""
WRITING = frozenset({Task.DOCS, Task.PROSE})
Decide = Callable[[Work], Decision]


class Voice:
    """Judges by the settings of the moment; who wrote is remembered for all processes of the user."""

    def __init__(self, settings: Settings, facts: Facts, now: Callable[[], float]) -> None:
        self._model = settings.prose.model
        self._globs = Globs(settings.prose.critical, fold=sys.platform in {"win32", "darwin"})
        self._facts = facts
        self._now = now

    def settle(self, work: Work, decision: Decision, decide: Decide) -> Decision:
        """The same decision, or for such a text one with a single model: another would be heard, so none steps in."""
        if decision.task not in WRITING or not self.counts(work.path):
            return decision
        known = self._known(work)
        pin = work.pin or self._model or (known if known in {m.name for m in decision.chain} else None)
        own = replace(work, task=Task.PROSE, pin=pin, stronger_than=None)
        settled = decide(own)
        return replace(settled, chain=settled.chain[:1])

    def counts(self, path: str) -> bool:
        decided = self._globs.decide(path) if path else None
        return decided is not None and decided[0]

    def heard(self, served: Served, work: Work) -> None:
        """Who wrote first goes on, unless the user names another."""
        if served.model is None or served.decision.task is not Task.PROSE or not self.counts(work.path):
            return
        if self._known(work) != served.model.name:
            self._facts.publish(_scope(work), VOICE, {"model": served.model.name}, self._now() + REMEMBERED)

    def _known(self, work: Work) -> str | None:
        fact = self._facts.facts().get((_scope(work), VOICE))
        return str(fact.value.get("model", "")) or None if fact is not None else None


def _scope(work: Work) -> str:
    return fingerprint(f"{work.project}\n{work.path}")
