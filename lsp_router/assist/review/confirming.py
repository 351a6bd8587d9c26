"""The second tier: what is severe or doubtful goes to a stronger model, which may only keep, correct or refute."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lsp_router.assist.excerpt import excerpt
from lsp_router.assist.kitchen import Kitchen
from lsp_router.assist.passages import Passage, Span
from lsp_router.assist.review.anchor import anchor
from lsp_router.assist.review.asking import capped, work_of
from lsp_router.assist.review.errand import Errand
from lsp_router.assist.review.finding import Claim
from lsp_router.assist.review.reading import Reading, read
from lsp_router.domain.decision import Served
from lsp_router.engine.order import ExhaustedError
from lsp_router.prompts.ask import Ask, Source, compose
from lsp_router.prompts.sections import section

TEMPLATE = "confirm"
ROOM = 16_000
ANSWER, ANSWER_EACH = 200, 160
"""Tokens of a verdict: who is cut off in the middle of one has judged nothing."""
Placed = tuple[Span, Claim]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What withstood; everything, when nobody stronger could be asked."""

    claims: tuple[Placed, ...]
    served: Served | None = None


async def confirm(
    kitchen: Kitchen, errand: Errand, passages: Sequence[Passage], suspects: Sequence[Placed], request: str
) -> Confirmed:
    """One request for all suspects of a document, to somebody better than whoever found them."""
    document = errand.document
    around = excerpt(document, passages, [span for span, _ in suspects], ROOM)
    draft = section("draft", json.dumps({"findings": [_told(claim) for _, claim in suspects]}, ensure_ascii=False))
    prompt = compose(kitchen.library, TEMPLATE, Ask(Source(document.path, around, document.language)), draft=draft)
    room = ANSWER + ANSWER_EACH * len(suspects)
    work = replace(work_of(kitchen, errand, prompt), stronger_than=suspects[0][1].model, output_tokens=room)
    decision = kitchen.decide(work)
    if not decision.chain:
        return Confirmed(tuple(suspects))
    order = kitchen.order(decision, work, lambda model: capped(prompt, model, decision, work), request=request)
    try:
        answer, served = await kitchen.engine.answer(order)
    except ExhaustedError as error:
        return Confirmed(tuple(suspects), error.served)
    reading = read(answer)
    if reading.unreadable:
        return Confirmed(tuple(suspects), served)
    judge = served.model.name if served.model else ""
    return Confirmed(tuple(_kept(suspects, reading, document.text, judge)), served)


def _told(claim: Claim) -> dict[str, str]:
    told = {name: getattr(claim, name) for name in ("quote", "severity", "category", "title", "message")}
    return {**told, "suggestion": claim.suggestion} if claim.suggestion else told


def _kept(suspects: Sequence[Placed], reading: Reading, text: str, judge: str) -> list[Placed]:
    """The suspects that are still there, and those that a broken-off answer did not come to.

    What the judge adds of its own was not asked for.
    """
    by_place = {anchor(verdict.quote, text, [(0, len(text))]): verdict for verdict in reading.claims}
    by_quote = {" ".join(verdict.quote.split()): verdict for verdict in reading.claims}
    kept: list[Placed] = []
    for span, claim in suspects:
        verdict = by_place.get(span) or by_quote.get(" ".join(claim.quote.split()))
        if verdict is not None:
            signed = replace(verdict, quote=claim.quote, model=claim.model, cost_usd=claim.cost_usd, confirmed_by=judge)
            kept.append((span, signed))
        elif reading.cut:
            kept.append((span, claim))
    return kept
