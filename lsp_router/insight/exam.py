"""Asks each model for what stood in the holes, over the same wire, budget and privacy rules as everything else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lsp_router.assist.kitchen import Kitchen
from lsp_router.assist.trim.pipeline import trim
from lsp_router.assist.trim.place import Place
from lsp_router.context.languages import Layout, language
from lsp_router.context.privacy import Ruling
from lsp_router.context.window import window
from lsp_router.domain.decision import Decision, Served
from lsp_router.domain.model import Capability, Model
from lsp_router.domain.task import Privacy, Task, TaskPolicy, Work
from lsp_router.domain.wire import Fault, Hole, Prompt
from lsp_router.engine.monitor import MEASURING
from lsp_router.engine.order import ExhaustedError
from lsp_router.insight.gaps import Gap
from lsp_router.insight.marks import Answered, Report, compare, report
from lsp_router.prompts.ask import Ask, Source, compose
from lsp_router.prompts.completion import chat_hole
from lsp_router.prompts.estimate import estimate_tokens
from lsp_router.prompts.fim import SUFFIX, fill
from lsp_router.routing.candidates import EXPECTED_FILL, output_cap
from lsp_router.validation.grammars import Grammars
from lsp_router.validation.reply import extract

TIMEOUT_MS = 20_000
"""An exam is patient: how long a model takes is a figure of its own."""
IN_A_ROW = 3
"""So many questions without an answer, and a model is not asked any more."""
INSTRUCTION = "Write the body of this function. Keep its first line as it is."
TOKENS = {Task.COMPLETION: 64, Task.EXPLICIT_COMPLETION: 160, Task.BOILERPLATE: 500}
WORDS = 400
"""Tokens that a template adds to the code it wraps."""


@dataclass(frozen=True, slots=True)
class Estimate:
    expected_usd: float
    worst_usd: float
    questions: int


@dataclass(slots=True)
class Exam:
    """Owns the questions; `step` is called after each."""

    kitchen: Kitchen
    policies: Mapping[Task, TaskPolicy]
    new_id: Callable[[], str]
    gaps: Sequence[Gap]
    reach: Privacy = Privacy.TRAINS
    """The loosest class of provider that anything may go to at all."""
    step: Callable[[], None] = lambda: None
    stopped: dict[str, str] = field(default_factory=dict)
    """Models that were not asked to the end, and why."""
    _grammars: Grammars = field(default_factory=Grammars)

    def estimate(self, models: Iterable[Model]) -> Estimate:
        """What all questions will cost, and what they may cost at worst."""
        expected = worst = 0.0
        questions = 0
        for model in models:
            for gap in self._for(model):
                work = self._work(gap)
                cap = output_cap(model, self._policy(gap), work)
                rates = model.price.at(work.prompt_tokens)
                expected += 0.0 if model.price.free else rates.expect(work.prompt_tokens, 0, int(cap * EXPECTED_FILL))
                worst += 0.0 if model.price.free else rates.worst(work.prompt_tokens, cap)
                questions += 1
        return Estimate(expected, worst, questions)

    async def sit(self, models: Sequence[Model]) -> list[Report]:
        """All models at once, each question after question: a rate limit hits one of them, not all."""
        found = await asyncio.gather(*(self._sit(model) for model in models))
        return [one for reports in found for one in reports]

    async def _sit(self, model: Model) -> list[Report]:
        answers: dict[Task, list[Answered]] = {}
        silent = 0
        for gap in self._for(model):
            answer = await self._ask(model, gap)
            answers.setdefault(gap.task, []).append(answer)
            self.step()
            silent = 0 if answer.mark else silent + 1
            if silent >= IN_A_ROW or answer.why.startswith(Fault.BUDGET.value):
                self.stopped[model.name] = answer.why
                break
        return [report(model.name, task.value, those) for task, those in answers.items()]

    async def _ask(self, model: Model, gap: Gap) -> Answered:
        policy, work = self._policy(gap), self._work(gap)
        cap = output_cap(model, policy, work)
        prompt = self._prompt(model, gap, cap)
        decision = Decision(self.new_id(), gap.task, chain=(model,), policy=policy)
        order = self.kitchen.order(decision, work, lambda _: prompt, keep_partial=gap.task is not Task.BOILERPLATE)
        try:
            text, served = await self.kitchen.engine.answer(order)
        except ExhaustedError as error:
            return _unanswered(error.served)
        mark = compare(gap, _answer(gap, text, served.finish), self._grammars)
        return Answered(mark, served.ttft_ms, served.cost_usd)

    def _for(self, model: Model) -> list[Gap]:
        """The questions a model can take: what its kind is, and what it may see."""
        chats, fills = Capability.CHAT in model.capabilities, Capability.FIM in model.capabilities
        return [
            gap
            for gap in self.gaps
            if (chats or (fills and gap.task is not Task.BOILERPLATE))
            and model.privacy <= min(self.reach, self._ruling(gap).reach)
        ]

    def _ruling(self, gap: Gap) -> Ruling:
        return self.kitchen.judge(gap.document.path)

    def _policy(self, gap: Gap) -> TaskPolicy:
        return replace(self.policies[gap.task], timeout_ms=TIMEOUT_MS)

    def _work(self, gap: Gap) -> Work:
        around, ruling = window(_with_hole(gap), gap.start), self._ruling(gap)
        return Work(
            task=gap.task,
            kind=MEASURING,
            path=gap.document.path,
            language=gap.document.language,
            prompt_tokens=estimate_tokens(around.prefix) + estimate_tokens(around.suffix) + WORDS,
            output_tokens=TOKENS[gap.task],
            privacy=ruling.reach,
            why_private=ruling.rule,
        )

    def _prompt(self, model: Model, gap: Gap, cap: int) -> Prompt:
        """What the product itself would say to this model at this place."""
        around, document = window(_with_hole(gap), gap.start), gap.document
        if gap.task is Task.BOILERPLATE:
            source = Source(document.path, around.prefix + around.suffix, document.language)
            ask = Ask(source, selection=_stub(gap), instruction=INSTRUCTION)
            return compose(self.kitchen.library, "generate", ask, max_tokens=cap, temperature=0.0)
        hole = Hole(around.prefix, around.suffix, document.path)
        if model.fim:
            own = model.fim == SUFFIX and self.kitchen.takes_files(model)
            return fill(hole, model.fim, own_extra=own, max_tokens=cap, temperature=0.0)
        lines = 1 if gap.task is Task.COMPLETION else 12
        return chat_hole(self.kitchen.library, hole, max_lines=lines, max_tokens=cap, temperature=0.0)


def _with_hole(gap: Gap) -> str:
    """The document as it is when somebody asks: what is wanted is not in it."""
    middle = "" if gap.task is not Task.BOILERPLATE else _stub(gap)[len(gap.header) + 1 :]
    return f"{gap.prefix}{middle}{gap.suffix}"


def _stub(gap: Gap) -> str:
    """The function with nothing in it."""
    indent = gap.header[: len(gap.header) - len(gap.header.lstrip())]
    layout = language(gap.document.language).layout
    rest = {Layout.BRACE: "}", Layout.END: "end"}.get(layout, "    ...")
    return f"{gap.header}\n{indent}{rest}"


def _answer(gap: Gap, text: str, finish: str) -> str:
    """What the product would put there of what the model said."""
    if gap.task is not Task.BOILERPLATE:
        mode = "single" if gap.task is Task.COMPLETION else "multi"
        place = Place(gap.prefix, gap.suffix, gap.document.language, mode, max_lines=12)
        trimmed = trim(text, place, finish or "stop")
        return trimmed.insert if trimmed else ""
    code = extract(text, gap.document.language, original=_stub(gap)).code or ""
    lines = code.strip("\n").split("\n")
    for known in gap.header.split("\n"):
        if lines and lines[0].strip() == known.strip():
            lines.pop(0)
    return "\n".join(lines)


def _unanswered(served: Served) -> Answered:
    last = served.attempts[-1] if served.attempts else None
    why = f"{last.outcome}: {last.reason}" if last else served.decision.note or "nobody was asked"
    return Answered(None, cost_usd=served.cost_usd, why=why)
