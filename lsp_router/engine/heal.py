"""Draft, check, repair, escalate: a draft that fails its gates goes back with the exact problems.

The drafter may repair its own work; the last try goes to a stronger model if there is one. Every
try is an order of its own, so each is budgeted, booked and cancelled like any other.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from lsp_router.domain.decision import Attempt, Decision, Problem, Served
from lsp_router.domain.model import Model
from lsp_router.domain.money import Tokens
from lsp_router.domain.wire import Fault, Prompt
from lsp_router.engine.execute import Engine
from lsp_router.engine.order import ExhaustedError, Order

TRIES = 3
_CODE = re.compile(r"`[^`]{4,}`")
"""What problems quote of a draft is for its writer and its reader, not for the books."""


@dataclass(frozen=True, slots=True)
class Healed:
    """The best draft with what is still wrong with it; good when nothing is."""

    text: str
    problems: tuple[Problem, ...]
    served: Served

    @property
    def good(self) -> bool:
        return not self.problems


Check = Callable[[str], Awaitable[tuple[Problem, ...]]]
Repair = Callable[[Model, Healed], Prompt]
"""What is said to a model about a draft, its own or another's."""
Escalate = Callable[[Model], Decision]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Clinic:
    """How one kind of work is checked, repaired and handed upwards."""

    check: Check
    repair: Repair
    escalate: Escalate
    tries: int = TRIES
    say: Progress = lambda _: None
    worth_it: Callable[[], bool] = lambda: True
    """Asked before each further try: whether anybody still wants the result."""


async def heal(engine: Engine, order: Order, clinic: Clinic) -> Healed:
    """A draft that passes, or the least bad one after the last try; raises ExhaustedError if none was made."""
    best: Healed | None = None
    history: list[Served] = []
    for attempt in range(clinic.tries):
        if attempt > 0 and not clinic.worth_it():
            break
        this = _next_order(order, best, clinic, attempt)
        try:
            text, served = await engine.answer(this)
        except ExhaustedError as error:
            if best is None:
                raise
            history.append(error.served)
            break
        clinic.say("checking")
        problems = await clinic.check(text)
        history.append(served if not problems else _rejected(served, problems))
        if best is None or len(problems) <= len(best.problems):
            best = Healed(text, problems, served)
        if not problems:
            break
    if best is None:
        raise RuntimeError("tries must be at least 1")
    return replace(best, served=_together(history, best.served))


def _next_order(order: Order, best: Healed | None, clinic: Clinic, attempt: int) -> Order:
    """The first draft, a repair by whoever drafted, or in the end the same work for somebody stronger."""
    if best is None or best.served.model is None:
        clinic.say(f"drafting with {order.decision.chain[0].name}" if order.decision.chain else "drafting")
        return order
    drafter, draft = best.served.model, best
    upwards = attempt == clinic.tries - 1
    decision = clinic.escalate(drafter) if upwards else _stay_with(order.decision, drafter)
    if upwards and decision.chain:
        clinic.say(f"asking a stronger model: {decision.chain[0].name}")
        decision = replace(decision, id=order.decision.id)
    else:
        clinic.say(f"repairing {attempt + 1}/{clinic.tries}")
        decision = _stay_with(order.decision, drafter)
    return replace(order, decision=decision, prompt_for=lambda model: clinic.repair(model, draft))


def _stay_with(decision: Decision, drafter: Model) -> Decision:
    """Who made the mess repairs it first; the others stand by."""
    return replace(decision, chain=(drafter, *(m for m in decision.chain if m.name != drafter.name)))


def _rejected(served: Served, problems: tuple[Problem, ...]) -> Served:
    *earlier, last = served.attempts
    reason = _CODE.sub("…", "; ".join(f"{p.gate}: {p.message}" for p in problems[:3]))
    return replace(served, attempts=(*earlier, replace(last, outcome=Fault.REJECTED.value, reason=reason)))


def _together(history: list[Served], final: Served) -> Served:
    """All tries as one: what the user pays for and what `why` shows."""
    attempts: tuple[Attempt, ...] = tuple(a for served in history for a in served.attempts)
    return replace(
        final,
        attempts=attempts,
        tokens=sum((s.tokens for s in history), Tokens()),
        cost_usd=sum(s.cost_usd for s in history),
        latency_ms=sum(s.latency_ms for s in history),
        fallback_depth=sum(1 for a in attempts if final.model and a.model != final.model.name),
    )
