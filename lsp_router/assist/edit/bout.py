"""One prompt fought through: drafted, checked, repaired, escalated; for an edit or a part of long work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from lsp_router.assist.edit.ask import Tell
from lsp_router.assist.edit.job import Job
from lsp_router.assist.edit.kept import Kept
from lsp_router.assist.edit.outcome import too_dear
from lsp_router.assist.kitchen import Kitchen
from lsp_router.domain.decision import Decision, Problem, Served
from lsp_router.domain.model import Model
from lsp_router.domain.wire import Prompt
from lsp_router.engine.heal import Clinic, Healed, heal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Result(Generic[T]):
    """What an answer was read as, and what is wrong with it."""

    value: T
    problems: tuple[Problem, ...]
    served: Served
    refused: str = ""
    """Why nobody stronger was asked, if money was the reason."""


@dataclass(frozen=True, slots=True)
class Wish(Generic[T]):
    """What is asked for and how an answer is judged."""

    job: Job
    prompt_for: Callable[[Model], Prompt]
    judge: Callable[[str], Awaitable[tuple[T, tuple[Problem, ...]]]]
    name: Callable[[Model], str]
    """How the answer is kept."""


class Bout(Generic[T]):
    """Owns what became of each answer of one wish."""

    def __init__(self, kitchen: Kitchen, kept: Kept, wish: Wish[T], tell: Tell) -> None:
        self._kitchen = kitchen
        self._kept = kept
        self._wish = wish
        self._tell = tell
        self._read: dict[str, tuple[T, tuple[Problem, ...]]] = {}
        self._refused = ""

    async def fight(self) -> Result[T]:
        """Raises ExhaustedError when nobody answered at all."""
        again = await self._from_before()
        if again is not None:
            return again
        job = self._wish.job
        order = self._kitchen.order(job.decision, job.work, self._wish.prompt_for)
        clinic = Clinic(
            check=self._check,
            repair=self._repair,
            escalate=self._escalate,
            tries=self._kitchen.settings.validation.max_attempts,
            say=self._tell,
            worth_it=job.ask.is_current,
        )
        healed = await heal(self._kitchen.engine, order, clinic)
        if healed.good:
            self._kept.keep(self._wish.name(job.decision.chain[0]), healed.text)
        return Result(self._read[healed.text][0], healed.problems, healed.served, self._refused)

    async def _from_before(self) -> Result[T] | None:
        """What was answered before, if it still passes."""
        job = self._wish.job
        if job.ask.fresh:
            return None
        model = job.decision.chain[0]
        answer = self._kept.answer(self._wish.name(model))
        if answer is None or await self._check(answer):
            return None
        return Result(self._read[answer][0], (), Served(job.decision, model, cache="hit"))

    async def _check(self, reply: str) -> tuple[Problem, ...]:
        self._read[reply] = await self._wish.judge(reply)
        return self._read[reply][1]

    def _repair(self, model: Model, draft: Healed) -> Prompt:
        drafter = draft.served.model or model
        asked = self._wish.prompt_for(model)
        return self._wish.job.wording.again(asked, model, drafter, draft.text, draft.problems)

    def _escalate(self, drafter: Model) -> Decision:
        job = self._wish.job
        decision = self._kitchen.decide(replace(job.work, task=job.decision.task, stronger_than=drafter.name))
        self._refused = "" if decision.chain else too_dear(decision)
        return decision
