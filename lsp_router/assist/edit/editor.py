"""From an ask to a change that can be trusted: decide, draft, check, repair, escalate, and only then let go of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lsp_router.assist.edit.aim import aim
from lsp_router.assist.edit.ask import Ask, Change, Edited, Offer, Tell
from lsp_router.assist.edit.checks import Verdict
from lsp_router.assist.edit.job import Job, Shop, Withdrawn, choose, expected, prepare, work_of
from lsp_router.assist.edit.reading import Draft
from lsp_router.assist.kitchen import Kitchen
from lsp_router.domain.decision import Decision, Problem, Served
from lsp_router.domain.model import Model
from lsp_router.domain.wire import Fault, Prompt
from lsp_router.engine.heal import Clinic, Healed, heal
from lsp_router.engine.order import ExhaustedError
from lsp_router.validation.edits import minimal_edits

STALE = Problem("stale", "the document changed while this was being made; ask again")


class Editor:
    """Owns the grammars and the sandbox; each ask is a job of its own."""

    def __init__(self, kitchen: Kitchen) -> None:
        self._kitchen = kitchen
        self._shop = Shop(kitchen)

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
        return await _Bout(self._kitchen, job, tell).fight()


class _Bout:
    """One job under way: remembers what became of each answer."""

    def __init__(self, kitchen: Kitchen, job: Job, tell: Tell) -> None:
        self._kitchen = kitchen
        self._job = job
        self._tell = tell
        self._drafts: dict[str, tuple[Draft, Verdict]] = {}
        self._refused = ""

    async def fight(self) -> Edited:
        job = self._job
        clinic = Clinic(
            check=self._check,
            repair=self._repair,
            escalate=self._escalate,
            tries=self._kitchen.settings.validation.max_attempts,
            say=self._tell,
            worth_it=job.ask.is_current,
        )
        order = self._kitchen.order(job.decision, job.work, job.wording.first)
        try:
            healed = await heal(self._kitchen.engine, order, clinic)
        except ExhaustedError as error:
            return Edited(problems=(Problem("models", str(error)),), served=error.served)
        draft, verdict = self._drafts[healed.text]
        served = replace(healed.served, gates=verdict.gates)
        self._kitchen.conclude(served, job.work)
        if not job.ask.is_current():
            return Edited(problems=(STALE,), served=served)
        if healed.problems:
            return Edited(problems=self._failure(healed), served=served)
        return await self._success(draft, verdict, served)

    async def _check(self, reply: str) -> tuple[Problem, ...]:
        draft = self._job.reader.read(reply)
        verdict = Verdict(draft.problems) if draft.problems else await self._job.checks.judge(draft.texts)
        self._drafts[reply] = draft, verdict
        return verdict.problems

    def _repair(self, model: Model, draft: Healed) -> Prompt:
        drafter = draft.served.model or model
        return self._job.wording.again(model, drafter, draft.text, draft.problems)

    def _escalate(self, drafter: Model) -> Decision:
        """Somebody stronger; what keeps all of them away is remembered for the message."""
        decision = self._kitchen.decide(replace(self._job.work, stronger_than=drafter.name))
        if not decision.chain:
            dear = [v for v in decision.candidates if "would cost" in v.reason or "budget" in v.reason]
            self._refused = "; ".join(f"{v.model} {v.reason}" for v in dear[:2])
        return decision

    def _failure(self, healed: Healed) -> tuple[Problem, ...]:
        """The best draft's problems, and why nobody stronger was asked if money was the reason."""
        budget = [f"{a.model} {a.reason}" for a in healed.served.attempts if a.outcome == Fault.BUDGET.value]
        refused = "; ".join(dict.fromkeys(budget)) or self._refused
        if not refused:
            return healed.problems
        return (*healed.problems, Problem("budget", f"a stronger model was not asked: {refused}"))

    async def _success(self, draft: Draft, verdict: Verdict, served: Served) -> Edited:
        texts = {path: await self._job.checks.formatted(path, text) for path, text in draft.texts.items()}
        changes = tuple(self._changes(texts))
        if not self._job.ask.is_current():
            return Edited(problems=(STALE,), served=served)
        name = served.model.name if served.model else "the model"
        note = "; ".join((*verdict.notes, *self._job.withheld))
        return Edited(changes, (), served, note if changes else f"{name} saw nothing to change here")

    def _changes(self, texts: Mapping[str, str]) -> list[Change]:
        files = self._job.files
        found = []
        for path, after in texts.items():
            before = files.text(path)
            if before != after:
                edits = minimal_edits(before or "", after)
                found.append(Change(path, before, after, edits, files.version(path)))
        return sorted(found, key=lambda change: change.path != self._job.ask.document.path)


def _nobody(decision: Decision) -> str:
    reasons = "; ".join(f"{v.model}: {v.reason}" for v in decision.candidates[:3])
    return reasons or decision.note or "no model is configured"
