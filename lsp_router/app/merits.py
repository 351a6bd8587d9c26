"""What is known of models beyond the catalogue: measured on the user's own code, and by what they accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lsp_router.app.records import Records
from lsp_router.domain.model import Model
from lsp_router.domain.task import Task
from lsp_router.routing.merit import Marks, Reaction, liking, placed
from lsp_router.store.measures import KIND, Measure, Measures
from lsp_router.store.trends import Reception, Trends

LOOK_BACK = 30 * 86_400.0
MINIMUM = 20
"""Suggestions of one model, task and language that must have been shown before they say anything."""


Measured = dict[tuple[str, str], float]
"""Quality by (model, task)."""
Liked = dict[tuple[str, str, str], float]
"""Points of liking by (model, task, language)."""


@dataclass(frozen=True, slots=True)
class Known:
    """As routing asks for it."""

    measured: Measured
    liked: Liked


class Merits:
    """Owns what was learnt last: measurements at once, whoever made them; reactions when somebody calls `learn`."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._measures = Measures(records.desk.facts)
        self._version = -1
        self._generation = 0
        self._seen: object = None
        self._measured: Measured = {}
        self._liked: Liked = {}

    def of(self, models: Sequence[Model]) -> Known:
        """Microseconds as long as nobody has measured anything."""
        stamp = (self._newest(), id(models))
        if stamp != self._seen:
            self._measured = _measured(self._measures.known(), {m.name: m for m in models})
            self._seen = stamp
        return Known(self._measured, self._liked)

    def learn(self, now: float) -> None:
        """Counts what was accepted lately; it reads thousands of rows, so not in an event loop. Raises BusyError."""
        received = Trends(self._records.database).reception(now - LOOK_BACK)
        self._liked = liking(_reaction(r) for r in received if r.shown >= MINIMUM)

    def speeds(self) -> dict[str, float]:
        """First tokens in milliseconds as exams found them; those of completions count most, as typing cannot wait."""
        found: dict[str, float] = {}
        for measure in sorted(self._measures.known(), key=lambda m: m.task == Task.COMPLETION.value):
            if measure.first_token_ms:
                found[measure.model] = measure.first_token_ms
        return found

    def _newest(self) -> int:
        """The generation of the last measurement: benches come and go without anything being learnt from them."""
        facts = self._records.desk.facts
        if facts.version() != self._version:
            self._version = facts.version()
            self._generation = max(
                (f.generation for (_, kind), f in facts.facts().items() if kind.startswith(KIND)), default=0
            )
        return self._generation


def _measured(measures: Sequence[Measure], models: Mapping[str, Model]) -> Measured:
    """Those who took the same exam are compared with each other."""
    exams: dict[tuple[str, Task], dict[str, Marks]] = {}
    for m in measures:
        if m.task in set(Task):
            exams.setdefault((m.exam, Task(m.task)), {})[m.model] = Marks(m.answers, m.mark)
    found: Measured = {}
    for (_, task), marks in exams.items():
        catalogue = {name: models[name].quality.of(task) for name in marks if name in models}
        found.update({(name, task.value): quality for name, quality in placed(catalogue, marks).items()})
    return found


def _reaction(r: Reception) -> Reaction:
    """What was deleted again soon counts half, as does what was taken in part."""
    kept = r.survived_chars / r.accepted_chars if r.accepted_chars and r.survived_chars else 1.0
    return Reaction(r.model, r.task, r.language, r.shown, r.accepted * (1 + min(1.0, kept)) / 2 + r.partial / 2)
