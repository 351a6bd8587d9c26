"""Texts in which wording counts are written in one voice: one model for each, pinned or the one that began it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

from lsp_router.config.schema import Settings
from lsp_router.context.ignore import Globs
from lsp_router.domain.decision import Decision, Served
from lsp_router.domain.task import Task, Work
from lsp_router.store.facts import Facts
from lsp_router.store.notation import fingerprint
from lsp_router.validation.tongues import DATA, KNOWN, PROSE, canonical

VOICE = "voice"
REMEMBERED = 90 * 86_400.0
"""Seconds for which it is known who wrote in a document."""
WRITING = frozenset({Task.DOCS, Task.PROSE})
CODE = KNOWN - PROSE - DATA - {"json", "html"}
Decide = Callable[[Work], Decision]


class Voice:
    """Judges by the settings of the moment; who wrote is remembered for all processes of the user."""

    def __init__(self, settings: Settings, pins: Mapping[Task, str], facts: Facts, now: Callable[[], float]) -> None:
        self._pins = pins
        self._model = settings.prose.model
        self._globs = Globs(settings.prose.critical, fold=sys.platform in {"win32", "darwin"})
        self._facts = facts
        self._now = now

    def settle(self, work: Work, decision: Decision, decide: Decide) -> Decision:
        """The same decision, or for such a text one with a single model: another would be heard, so none steps in."""
        if decision.task not in WRITING or not self.counts(work):
            return decision
        own = replace(work, task=Task.PROSE, pin=work.pin or self._model or None, stronger_than=None)
        settled, known = decide(own), self._known(work)
        if known and not own.pin and Task.PROSE not in self._pins:
            settled = _led_by(known, settled) or self._recalled(known, own, settled, decide)
        return replace(settled, chain=settled.chain[:1])

    def counts(self, work: Work) -> bool:
        """Not for the code that lies beside translations: its comments are as good as any."""
        decided = self._globs.decide(work.path) if work.path else None
        return decided is not None and decided[0] and canonical(work.language) not in CODE

    def heard(self, served: Served, work: Work) -> None:
        """Who wrote first goes on, unless the user names another."""
        if served.model is None or served.decision.task is not Task.PROSE or not self.counts(work):
            return
        if self._known(work) != served.model.name:
            self._facts.publish(_scope(work), VOICE, {"model": served.model.name}, self._now() + REMEMBERED)

    def _recalled(self, known: str, own: Work, settled: Decision, decide: Decide) -> Decision:
        """Who is ranked too low to be in the chain is asked for by name, unless the user wrote the chain."""
        if settled.policy is not None and settled.policy.chain:
            return settled
        recalled = decide(replace(own, pin=known))
        return recalled if recalled.chain else settled

    def _known(self, work: Work) -> str | None:
        fact = self._facts.facts().get((_scope(work), VOICE))
        return str(fact.value.get("model", "")) or None if fact is not None else None


def _led_by(name: str, decision: Decision) -> Decision | None:
    found = tuple(model for model in decision.chain if model.name == name)
    return replace(decision, chain=found) if found else None


def _scope(work: Work) -> str:
    return fingerprint(f"{work.project}\n{work.path}")
