"""From an ask to a change that can be trusted: decide, draft, check, repair, escalate, and only then let go of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from lsp_router.assist.edit.aim import aim
from lsp_router.assist.edit.ask import Ask, Edited, Offer, Tell
from lsp_router.assist.edit.bout import Bout, Wish
from lsp_router.assist.edit.checks import Verdict
from lsp_router.assist.edit.job import Job, Shop, Withdrawn, choose, expected, prepare, work_of
from lsp_router.assist.edit.kept import Kept, name_of
from lsp_router.assist.edit.outcome import STALE, failure, success
from lsp_router.assist.edit.reading import Draft
from lsp_router.assist.generate import is_large, write
from lsp_router.assist.kitchen import Kitchen
from lsp_router.domain.decision import Decision, Problem
from lsp_router.engine.order import ExhaustedError


class Editor:
    """Owns the grammars, the sandbox and what is kept; each ask is a job of its own."""

    def __init__(self, kitchen: Kitchen) -> None:
        self._kitchen = kitchen
        self._shop = Shop(kitchen)
        self._kept = Kept(kitchen)

    def offer(self, ask: Ask) -> Offer:
        """Who would do it at which price: one decision, no model, no file."""
        work = work_of(ask, aim(ask))
        ruling = self._kitchen.judge(ask.document.path)
        if ruling.ignored:
            return Offer(why_not=f"this file is left alone: {ruling.rule}")
        decision = choose(self._kitchen, replace(work, privacy=ruling.reach, why_private=ruling.rule))
        if not decision.chain or decision.policy is None:
            return Offer(why_not=_nobody(decision))
        first = decision.chain[0]
        return Offer(first.name, expected(first, decision.policy, work))

    async def edit(self, ask: Ask, tell: Tell = lambda _: None) -> Edited:
        """The change, or why there is none. Cancelling it stops models and tools and leaves nothing behind."""
        try:
            job = prepare(self._kitchen, self._shop, ask)
        except Withdrawn as reason:
            return Edited(problems=(Problem("refused", str(reason)),), served=reason.served)
        if is_large(ask):
            return await write(self._kitchen, self._kept, job, tell)
        return await self._at_once(job, tell)

    async def _at_once(self, job: Job, tell: Tell) -> Edited:
        async def judge(reply: str) -> tuple[tuple[Draft, Verdict], tuple[Problem, ...]]:
            draft = await asyncio.to_thread(job.reader.read, reply)
            verdict = Verdict(draft.problems) if draft.problems else await job.checks.judge(draft.texts)
            return (draft, verdict), verdict.problems

        first = job.wording.first
        wish = Wish(job, first, judge, lambda model: name_of(model, first(model)))
        try:
            result = await Bout(self._kitchen, self._kept, wish, tell).fight()
        except ExhaustedError as error:
            return Edited(problems=(Problem("models", str(error)),), served=error.served)
        draft, verdict = result.value
        served = replace(result.served, gates=verdict.gates)
        if served.cache == "hit":
            self._kitchen.note(served, job.work)
        else:
            self._kitchen.conclude(served, job.work)
        if not job.ask.is_current():
            return Edited(problems=(STALE,), served=served)
        if result.problems:
            return failure(result.problems, served, result.refused)
        return await success(job, draft.texts, verdict, served)


def _nobody(decision: Decision) -> str:
    reasons = "; ".join(f"{v.model}: {v.reason}" for v in decision.candidates[:3])
    return reasons or decision.note or "no model is configured"
