"""One request about some passages: what is said, and the claims that came back, each with its place and passage.

An answer whose severe claims quote what is not there goes back once with the exact problems; one that cannot be read
at all goes to the next model of the chain, and back to its maker where there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lsp_router.assist.excerpt import excerpt
from lsp_router.assist.kitchen import Kitchen
from lsp_router.assist.passages import Passage, Span
from lsp_router.assist.review.anchor import Nowhere, anchor
from lsp_router.assist.review.errand import Errand
from lsp_router.assist.review.finding import Claim, Severity
from lsp_router.assist.review.notes import TEMPLATE
from lsp_router.assist.review.reading import Reading, read
from lsp_router.domain.decision import Decision, Served
from lsp_router.domain.model import Model
from lsp_router.domain.task import Task, Work
from lsp_router.domain.wire import Fault, Prompt
from lsp_router.engine.order import ExhaustedError
from lsp_router.prompts.ask import Ask, Source, compose, repair
from lsp_router.prompts.estimate import estimate_prompt
from lsp_router.routing.candidates import output_cap

AROUND = 0.4
"""How much of the rest of the file goes along with some of its passages, as a share of their room."""
UNREADABLE = 'The answer is not the JSON that was asked for: {"findings": [...]} and nothing else.'


@dataclass(frozen=True, slots=True)
class Batch:
    """The passages of one request, of all those of their document."""

    errand: Errand
    passages: tuple[Passage, ...]
    document: tuple[Passage, ...]
    room: int = 16_000
    """Characters that its passages may take."""
    request: str = ""
    """Names the user action whose budget this is a part of."""

    @property
    def spans(self) -> tuple[Span, ...]:
        return tuple(span for passage in self.passages for span in passage.spans)


@dataclass(slots=True)
class Asked:
    """What came of a batch; `claims` is by passage, and None when nobody gave an answer that can be read."""

    claims: dict[int, list[tuple[Span, Claim]]] | None = None
    history: list[Served] = field(default_factory=list)
    problem: str = ""
    dropped: int = 0


async def ask(kitchen: Kitchen, batch: Batch) -> Asked:
    asked = Asked()
    prompt = prompt_of(kitchen, batch)
    work = work_of(kitchen, batch.errand, prompt)
    decision = kitchen.decide(work)
    try:
        answer, served = await _answer(kitchen, batch, decision, work, prompt)
        asked.history.append(served)
        reading = read(answer)
        if problems := _problems(reading, batch):
            asked.history[-1] = _rejected(served, unreadable=reading.unreadable)
            again = repair(kitchen.library, prompt, answer, problems)
            others = _without(decision, served.model)
            if reading.unreadable and others.chain:
                answer, served = await _answer(kitchen, batch, others, work, prompt)
            else:
                answer, served = await _answer(kitchen, batch, _stay_with(decision, served.model), work, again)
            asked.history.append(served)
            second = read(answer)
            reading = reading if second.unreadable else second
    except ExhaustedError as error:
        asked.history.append(error.served)
        if not asked.history[:-1]:
            asked.problem = str(error)
            return asked
    if reading.unreadable:
        asked.problem = f"{_speaker(asked.history)} did not answer in the form that was asked for"
        return asked
    asked.claims = _placed(reading.claims, batch, asked)
    return asked


def work_of(kitchen: Kitchen, errand: Errand, prompt: Prompt) -> Work:
    """What routing sees of it: nothing of this is taken from the words of the code."""
    document, ruling = errand.document, kitchen.judge(errand.document.path)
    return Work(
        trigger=errand.trigger,
        task=Task.REVIEW,
        path=document.path,
        language=document.language,
        prompt_tokens=estimate_prompt(prompt),
        privacy=ruling.reach,
        why_private=ruling.rule,
        pin=errand.model,
        spares=errand.spares,
    )


def capped(prompt: Prompt, model: Model, decision: Decision, work: Work) -> Prompt:
    """The prompt with the room for an answer that this model needs: thinking counts as well."""
    policy = decision.policy
    if policy is None:
        return prompt
    return replace(prompt, max_tokens=output_cap(model, policy, work), temperature=policy.temperature)


async def _answer(kitchen: Kitchen, batch: Batch, decision: Decision, work: Work, prompt: Prompt) -> tuple[str, Served]:
    order = kitchen.order(decision, work, lambda model: capped(prompt, model, decision, work), request=batch.request)
    return await kitchen.engine.answer(order)


def prompt_of(kitchen: Kitchen, batch: Batch) -> Prompt:
    """The whole document as the file, or some passages as the selection with what is around them."""
    document = batch.errand.document
    diagnostics = tuple(report.message for report in batch.errand.reported[:20])
    if len(batch.passages) == len(batch.document):
        said = Ask(Source(document.path, document.text, document.language), diagnostics=diagnostics)
    else:
        room = int(batch.room * AROUND)
        around = excerpt(document, batch.document, batch.spans, room, without=batch.spans, fill=False)
        selection = "\n\n".join(passage.text(document.text) for passage in batch.passages)
        said = Ask(Source(document.path, around, document.language), selection=selection, diagnostics=diagnostics)
    return compose(kitchen.library, TEMPLATE, said)


def _problems(reading: Reading, batch: Batch) -> list[str]:
    """What is worth asking again for: an answer without any form, or an error that cannot be placed."""
    if reading.unreadable:
        return [UNREADABLE]
    text = batch.errand.document.text
    severe = [claim for claim in reading.claims if claim.severity is Severity.ERROR]
    places = [(claim, anchor(claim.quote, text, batch.spans)) for claim in severe[:10]]
    return [f"The quote {claim.quote!r} {at.reason}." for claim, at in places if isinstance(at, Nowhere)]


def _rejected(served: Served, *, unreadable: bool) -> Served:
    """The attempt was paid for: the decision says why it was not enough, and quotes no code."""
    *earlier, last = served.attempts
    reason = "its answer was no review that can be read" if unreadable else "it quoted what is not in the code"
    return replace(served, attempts=(*earlier, replace(last, outcome=Fault.REJECTED.value, reason=reason)))


def _without(decision: Decision, model: Model | None) -> Decision:
    return replace(decision, chain=tuple(m for m in decision.chain if model is None or m.name != model.name))


def _stay_with(decision: Decision, model: Model | None) -> Decision:
    if model is None:
        return decision
    return replace(decision, chain=(model, *(other for other in decision.chain if other.name != model.name)))


def _placed(claims: Sequence[Claim], batch: Batch, asked: Asked) -> dict[int, list[tuple[Span, Claim]]]:
    """Each claim with what it quotes as the document has it; a claim without one place is no finding."""
    text = batch.errand.document.text
    placed: dict[int, list[tuple[Span, Claim]]] = {number: [] for number in range(len(batch.passages))}
    share = sum(served.cost_usd for served in asked.history) / max(1, len(claims))
    for claim in claims:
        span = anchor(claim.quote, text, batch.spans)
        if isinstance(span, Nowhere):
            asked.dropped += 1
            continue
        number = next(n for n, passage in enumerate(batch.passages) if passage.touches(span))
        signed = replace(claim, quote=text[span[0] : span[1]], model=_speaker(asked.history), cost_usd=share)
        placed[number].append((span, signed))
    return placed


def _speaker(history: Sequence[Served]) -> str:
    return next((served.model.name for served in reversed(history) if served.model), "the model")
