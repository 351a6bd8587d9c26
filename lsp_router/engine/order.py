"""What the engine is asked to do, and what it may say when it could not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lsp_router.domain.decision import Attempt, Decision, Served
from lsp_router.domain.model import Model
from lsp_router.domain.task import Work
from lsp_router.domain.wire import Prompt

LONGEST_FAILOVER = 45.0


@dataclass(frozen=True, slots=True)
class Order:
    """One request to be served: the decision, and how to speak to whichever model gets it."""

    decision: Decision
    work: Work
    prompt_for: Callable[[Model], Prompt]
    request: str
    """Groups the hops, repairs and chunks of one user action under one per-request budget."""
    keep_partial: bool = False
    """A completion uses what came before a break; an edit starts over with the next model."""

    @property
    def timeout(self) -> float:
        """Seconds until nobody waits for a first token any more."""
        policy = self.decision.policy
        return min(policy.timeout_ms / 1000 if policy else 15.0, LONGEST_FAILOVER)


@dataclass(frozen=True, slots=True)
class Restart:
    """What was streamed so far is void; the next model starts from the beginning."""

    model: str


class ExhaustedError(Exception):
    """Nobody answered; the message lists each attempt and its reason."""

    def __init__(self, served: Served) -> None:
        super().__init__(_tell(served))
        self.served = served


def _tell(served: Served) -> str:
    decision = served.decision
    head = f"No model could serve this {decision.task.value} request."
    if served.attempts:
        return "\n".join([head, *map(_line, served.attempts)])
    reasons = [f"  {v.model}: {v.reason}" for v in decision.candidates[:8]]
    return "\n".join([head, *([decision.note] if decision.note else []), *reasons])


def _line(attempt: Attempt) -> str:
    return f"  {attempt.model}: {attempt.outcome}" + (f" ({attempt.reason})" if attempt.reason else "")
