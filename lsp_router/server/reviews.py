"""Reviews of one session: who reviews, what is shown of each document, and what shall not be said again."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterable
from pathlib import Path

from lsp_router.app.app import App
from lsp_router.assist.review.board import Board
from lsp_router.assist.review.errand import NOBODY, Errand, Report, Reviewed, Tell
from lsp_router.assist.review.finding import Finding
from lsp_router.assist.review.reviewer import Reviewer
from lsp_router.context.document import Document
from lsp_router.store.baseline import NAME, Baseline, Dismissed
from lsp_router.validation.tongues import DATA, PROSE, canonical

DOCUMENTS, REPORTS, PUSHED = 64, 200, 1_000


class Reviews:
    """Owns the board; a document's findings are told by its uri."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.baseline = Baseline(Path(app.project or app.sources.places.state) / NAME)
        self.board = Board()
        self.reviewer = Reviewer(app, self.baseline)
        self.pushed: set[str] = set()
        """Documents that are not open but have findings in the editor's list."""
        self._under_way: dict[str, bool] = {}
        """Documents whose save is being reviewed, and whether they were saved again since."""
        self._reported: OrderedDict[str, tuple[int, tuple[Report, ...]]] = OrderedDict()

    def unasked(self, document: Document) -> bool:
        """Whether this document is reviewed on save: code is; texts, tables and what is left alone are not."""
        prose = canonical(document.language) in PROSE | DATA
        wanted = self.app.settings.review.enabled and not prose and bool(document.text.strip())
        return wanted and not self.app.judge(document.path).ignored

    def push(self, uri: str) -> None:
        """A document that is not open has findings in the editor's list."""
        self.pushed.add(uri)
        while len(self.pushed) > PUSHED:
            self.pushed.pop()

    async def review(self, uri: str, errand: Errand, tell: Tell = NOBODY) -> Reviewed:
        reviewed = await self.reviewer.review(errand, tell)
        self.board.put(uri, errand.document.text, reviewed.findings, reviewed.covered)
        return reviewed

    def hear(self, uri: str, edits: int, reports: Iterable[Report]) -> None:
        """What other tools say about a document, as far as the editor passes it on."""
        known = self.reports(uri, edits)
        self._reported[uri] = (edits, tuple(dict.fromkeys([*known, *reports]))[:REPORTS])
        while len(self._reported) > DOCUMENTS:
            self._reported.popitem(last=False)

    def reports(self, uri: str, edits: int) -> tuple[Report, ...]:
        """What was said about that very text."""
        heard = self._reported.get(uri)
        return heard[1] if heard is not None and heard[0] == edits else ()

    async def rounds(self, uri: str) -> AsyncGenerator[None, None]:
        """One round, and another as long as somebody asked for one meanwhile; nothing for who comes meanwhile."""
        if uri in self._under_way:
            self._under_way[uri] = True
            return
        try:
            again = True
            while again:
                self._under_way[uri] = False
                yield
                again = self._under_way[uri]
        finally:
            self._under_way.pop(uri, None)

    async def dismiss(self, uri: str, finding: Finding) -> None:
        """For good, for everybody who has the project's file; raises OSError."""
        entry = Dismissed(finding.id, finding.severity.rank, finding.path, finding.claim.title)
        await asyncio.to_thread(self.baseline.dismiss, entry)
        self.board.drop(uri, finding.id)
