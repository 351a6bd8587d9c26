"""A review: what is known from before, what must be asked, what a stronger model must confirm, what is left to show."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Protocol
from weakref import WeakValueDictionary

from rapidfuzz import fuzz

from lsp_router.assist.bill import together
from lsp_router.assist.kitchen import Kitchen
from lsp_router.assist.passages import Passage, Reader, Span
from lsp_router.assist.review.anchor import Nowhere, anchor
from lsp_router.assist.review.asking import Asked, Batch, ask, prompt_of, work_of
from lsp_router.assist.review.confirming import Placed, confirm
from lsp_router.assist.review.doubt import doubtful, tested
from lsp_router.assist.review.errand import NOBODY, Errand, Report, Reviewed, Tell
from lsp_router.assist.review.finding import Claim, Finding, identify, most_severe, silenced
from lsp_router.assist.review.notes import Notes
from lsp_router.context.document import Document
from lsp_router.domain.decision import Served
from lsp_router.domain.wire import Prompt
from lsp_router.validation.grammars import Grammars

ROOMS = (16_000, 8_000, 4_000)
"""Characters of one request: a model that reads more finds less in it; less where nobody's context takes that."""
AT_ONCE = 4
LARGEST = 400_000
ALIKE = 60.0
"""How alike two reports about one line must be to count as one, of 100."""


class Dismissals(Protocol):
    """What somebody does not want to hear again."""

    def dismissed(self, ident: str, rank: int) -> bool: ...


class Reviewer:
    """Owns what was found before and how many are asked at once."""

    def __init__(self, kitchen: Kitchen, dismissals: Dismissals) -> None:
        self._kitchen = kitchen
        self._dismissals = dismissals
        self._grammars = Grammars()
        self._reader = Reader(self._grammars)
        self._notes = Notes(kitchen)
        self._permits = asyncio.Semaphore(AT_ONCE)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """By document: what two reviews of one both want to know is asked once."""

    async def review(self, errand: Errand, tell: Tell = NOBODY) -> Reviewed:
        refused = self._refused(errand.document)
        if refused:
            return Reviewed(errand.document, problems=(refused,))
        turn = self._turns.setdefault(errand.document.path, asyncio.Lock())
        async with turn:
            return await self._review(errand, tell)

    async def _review(self, errand: Errand, tell: Tell) -> Reviewed:
        everything = self._reader.passages(errand.document)
        meant = [p for p in everything if _is_meant(p, errand.spans)]
        known = [(passage, self._notes.recall(errand, passage)) for passage in meant]
        stale = [passage for passage, claims in known if claims is None]
        found = {number: claims for number, (_, claims) in enumerate(known) if claims is not None}
        asked = await self._ask(errand, everything, [] if errand.recall else stale, tell)
        results = self._merged(errand, meant, found, asked.claims)
        findings = list(self._findings(errand.document, meant, results))
        return self._reviewed(errand, findings, asked, [meant[number] for number in results])

    # --- asking ---

    async def _ask(self, errand: Errand, document: list[Passage], stale: Sequence[Passage], tell: Tell) -> _Round:
        """Everybody at once, as far as permits go; then the second tier; then it is written down."""
        asked = _Round()
        if not stale:
            return asked
        request = self._kitchen.decide(work_of(self._kitchen, errand, Prompt())).id
        batches = self._batches(errand, document, stale, request)
        tell(f"reading {len(stale)} passages of {errand.document.path}")
        answers = await asyncio.gather(*(self._permitted(batch) for batch in batches))
        for batch, answer in zip(batches, answers, strict=True):
            asked.take(batch, answer)
        await self._confirm(errand, document, asked, request, tell)
        for passage, placed in asked.claims:
            self._notes.keep(errand, passage, [claim for _, claim in placed])
        return asked

    def _batches(
        self, errand: Errand, document: Sequence[Passage], stale: Sequence[Passage], request: str
    ) -> list[Batch]:
        for room in ROOMS:
            batches = [Batch(errand, group, tuple(document), room, request) for group in _groups(stale, room)]
            largest = max(batches, key=lambda batch: sum(p.size for p in batch.passages))
            work = work_of(self._kitchen, errand, prompt_of(self._kitchen, largest))
            decision = self._kitchen.decide(work)
            if decision.chain or not any("tokens of context" in verdict.reason for verdict in decision.candidates):
                break
        return batches

    async def _permitted(self, batch: Batch) -> Asked:
        async with self._permits:
            return await ask(self._kitchen, batch)

    async def _confirm(
        self, errand: Errand, everything: Sequence[Passage], asked: _Round, request: str, tell: Tell
    ) -> None:
        """A model that the user named is taken at its word; a suggestion that breaks the file is nobody's."""
        document = errand.document
        doubted = [p for _, placed in asked.claims for p in placed if doubtful(p[1], document)]
        most = self._kitchen.settings.review.max_findings
        suspects = sorted(doubted, key=lambda p: p[1].severity.rank)[:most]
        if suspects and not errand.model and self._kitchen.settings.review.confirm:
            tell(f"checking {len(suspects)} findings")
            async with self._permits:
                verdict = await confirm(self._kitchen, errand, everything, suspects, request)
            asked.history += [verdict.served] if verdict.served else []
            stands = dict(verdict.claims)
            refuted = {span for span, _ in suspects} - stands.keys()
            asked.claims = [
                (passage, [(span, stands.get(span, claim)) for span, claim in placed if span not in refuted])
                for passage, placed in asked.claims
            ]
        asked.claims = [
            (passage, [(span, tested(claim, span, document, self._grammars)) for span, claim in placed])
            for passage, placed in asked.claims
        ]

    # --- what is left to show ---

    def _merged(
        self,
        errand: Errand,
        meant: Sequence[Passage],
        known: dict[int, list[Claim]],
        fresh: Sequence[tuple[Passage, list[Placed]]],
    ) -> dict[int, list[Placed]]:
        """By the number of the passage; what is known is placed anew, for the passage may have moved."""
        text = errand.document.text
        results: dict[int, list[Placed]] = {}
        for number, claims in known.items():
            places = [(anchor(claim.quote, text, meant[number].spans), claim) for claim in claims]
            results[number] = [(span, claim) for span, claim in places if not isinstance(span, Nowhere)]
        for passage, placed in fresh:
            results[meant.index(passage)] = list(placed)
        return results

    def _findings(
        self, document: Document, meant: Sequence[Passage], results: dict[int, list[Placed]]
    ) -> Iterator[Finding]:
        for number, placed in results.items():
            for span, claim in placed:
                ident = identify(document.path, meant[number].name, document.text[span[0] : span[1]])
                yield Finding(ident, document.path, span, claim)

    def _reviewed(
        self, errand: Errand, findings: Sequence[Finding], asked: _Round, covered: Sequence[Passage]
    ) -> Reviewed:
        text = errand.document.text
        wanted = [f for f in most_severe(findings) if _is_within(f.span, errand.spans, text)]
        news = [f for f in wanted if not _is_reported(f, errand.reported, text)]
        left = [f for f in news if not self._is_dismissed(f, text)]
        return Reviewed(
            document=errand.document,
            findings=tuple(left[: self._kitchen.settings.review.max_findings]),
            covered=tuple(span for passage in covered for span in passage.spans),
            served=together(asked.history) or self._at_no_cost(errand, meant=bool(covered)),
            problems=tuple(dict.fromkeys(asked.problems)),
            dismissed=len(news) - len(left),
            dropped=asked.dropped,
        )

    def _is_dismissed(self, finding: Finding, text: str) -> bool:
        return silenced(text, finding.span) or self._dismissals.dismissed(finding.id, finding.severity.rank)

    def _at_no_cost(self, errand: Errand, *, meant: bool) -> Served | None:
        """Everything was known, or there was nothing to know: who would have been asked, and that nobody was."""
        if errand.recall:
            return None
        work = work_of(self._kitchen, errand, Prompt())
        served = Served(self._kitchen.decide(work), cache="hit")
        if meant:
            self._kitchen.note(served, work)
        return served

    def _refused(self, document: Document) -> str:
        ruling = self._kitchen.judge(document.path)
        if ruling.ignored:
            return f"{document.path} is left alone: {ruling.rule}"
        too_large = len(document.text) > LARGEST
        return f"{document.path} is too large to be reviewed ({len(document.text)} characters)" if too_large else ""


class _Round:
    """What was asked for one document, as it comes together."""

    def __init__(self) -> None:
        self.claims: list[tuple[Passage, list[Placed]]] = []
        self.history: list[Served] = []
        self.problems: list[str] = []
        self.dropped = 0

    def take(self, batch: Batch, answer: Asked) -> None:
        self.history += answer.history
        self.dropped += answer.dropped
        if answer.problem:
            self.problems.append(answer.problem)
        for number, placed in (answer.claims or {}).items():
            self.claims.append((batch.passages[number], placed))


def _groups(passages: Sequence[Passage], room: int) -> Iterator[tuple[Passage, ...]]:
    """As many passages to a request as it has room for."""
    held: list[Passage] = []
    for passage in passages:
        if held and sum(p.size for p in held) + passage.size > room:
            yield tuple(held)
            held = []
        held.append(passage)
    if held:
        yield tuple(held)


def _is_meant(passage: Passage, spans: Sequence[Span] | None) -> bool:
    return spans is None or any(passage.touches(span) for span in spans)


def _is_within(span: Span, wanted: Sequence[Span] | None, text: str) -> bool:
    """By lines: a change within a line is a change of the line."""
    if wanted is None:
        return True
    first, last = _lines(span, text)
    return any(first <= _lines(other, text)[1] and _lines(other, text)[0] <= last for other in wanted)


def _is_reported(finding: Finding, reports: Sequence[Report], text: str) -> bool:
    """Whether another tool says much the same about that line."""
    said = f"{finding.claim.title} {finding.claim.message}"
    lines = _lines(finding.span, text)
    return any(
        lines[0] <= _lines(report.span, text)[0] <= lines[1] and fuzz.token_set_ratio(said, report.message) >= ALIKE
        for report in reports
    )


def _lines(span: Span, text: str) -> Span:
    return text.count("\n", 0, span[0]), text.count("\n", 0, max(span[0], span[1] - 1))
