"""The embedded tier beside the models: who is shown first, and when the other one takes over.

An editor asks once for each key and takes one answer: what is on the screen changes with the next key at the earliest.

1. Where the tier is **sure** of the whole line, it is shown at once: no debounce, no network. A model that costs
   nothing is asked meanwhile; one that costs goes on only if its request had left already. Only a model that was
   seen to be as quick as an eye (`flight.QUICK`) is waited for first.
2. Where it is not that sure, the models are waited for until their latency budget is over (in a completion menu: until
   the menu opens). What has come from a model by then is shown, else the tier's guess, while the request goes on.
3. What is on the screen is never exchanged, only extended: a model's answer takes its place with the next key, or when
   the same place is asked about again, if it begins with what is shown. Who types along keeps what they see.
4. Who types something else leaves the tier's text behind; if that is what the model had said, its answer is there.
5. Who asks by hand gets a model's answer. The tier stands in when none comes.
6. Where no model may be asked (none is configured, all rest, the money is spent, the file is private, the network is
   gone) the tier answers alone. A file that is ignored gets nothing from it either.

So it never costs a request that would not have been made without it, and saves some.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from lsp_router.assist.builtin import EMBEDDED, NAME
from lsp_router.assist.kitchen import Kitchen
from lsp_router.assist.moment import Moment, Suggestion
from lsp_router.assist.request import work_at
from lsp_router.assist.reuse import Shown
from lsp_router.domain.decision import Decision, Served
from lsp_router.domain.task import Work

SURE = 0.7
"""How often a whole line must be right to be shown without waiting for a model."""
WHOLE_LINE = "line"


@dataclass(frozen=True, slots=True)
class Recalled:
    """What the tier says at a moment, decided upon like any other answer."""

    moment: Moment
    work: Work
    decision: Decision
    suggestion: Suggestion
    sure: bool
    ms: float

    def served(self, instead_of: str) -> Served:
        """As the ledger keeps it; `instead_of` is why no model's answer is shown."""
        note = self.decision.note or instead_of
        decision = replace(self.decision, chain=(EMBEDDED,), note=note, estimate_usd=0.0)
        return Served(decision, EMBEDDED, latency_ms=self.ms, ttft_ms=self.ms, finish="stop")


class StandIn:
    """The tier at one moment. It is asked when that is first needed, and once: a question takes milliseconds."""

    def __init__(self, kitchen: Kitchen, moment: Moment, work: Work | None = None) -> None:
        self._kitchen = kitchen
        self._moment = moment
        self._work = work
        self._looked = False
        self._found: Recalled | None = None

    def look(self) -> Recalled | None:
        if not self._looked:
            self._looked = True
            self._found = recall(self._kitchen, self._moment, self._work)
        return self._found

    @property
    def sure(self) -> bool:
        found = self.look()
        return found is not None and found.sure


def recall(kitchen: Kitchen, moment: Moment, work: Work | None = None) -> Recalled | None:
    """None where the tier is switched off, is not sure enough, or somebody else was pinned."""
    if not kitchen.settings.completion.embedded:
        return None
    started = time.perf_counter()
    found = kitchen.offline.suggest(moment)
    if found is None:
        return None
    work = work or work_at(kitchen, moment)
    decision = kitchen.decide(work, recalled=found.confidence)
    if not any(v.model == NAME and v.score is not None for v in decision.candidates):
        return None
    suggestion = Suggestion(decision.id, found.text, found.replaced, NAME, NAME)
    sure = found.kind == WHOLE_LINE and found.confidence >= SURE
    return Recalled(moment, work, decision, suggestion, sure, (time.perf_counter() - started) * 1e3)


def goes_on(shown: Shown, moment: Moment, answer: Suggestion) -> bool:
    """Whether an answer for a moment begins with what is shown: then it may take its place."""
    text = shown.prefix + shown.items[0]
    longer = moment.prefix + answer.insert
    same_rest = shown.suffix == moment.suffix and answer.replace >= (shown.replaces[0] if shown.replaces else 0)
    return same_rest and len(longer) > len(text) and longer.startswith(text)
