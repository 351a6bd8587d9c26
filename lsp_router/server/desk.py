"""What the server needs from below, in one place: the use cases and the app they share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from lsp_router.app.app import App
from lsp_router.app.refresh import Refresher
from lsp_router.assist.complete import Completer
from lsp_router.assist.edit.ask import Ask, Edited, Offer, Tell
from lsp_router.assist.edit.editor import Editor
from lsp_router.assist.explain.explainer import Explainer
from lsp_router.assist.explain.query import Explained, Listener, Query
from lsp_router.assist.feedback import Feedback
from lsp_router.assist.moment import Moment, Suggestion
from lsp_router.assist.review.errand import Errand, Reviewed
from lsp_router.config import trust
from lsp_router.config.watch import changed, fingerprint, watched_files
from lsp_router.context.document import Document
from lsp_router.context.recent import RecentEdits
from lsp_router.domain.decision import Served
from lsp_router.domain.model import Provider
from lsp_router.domain.task import Task, Work
from lsp_router.prompts.estimate import estimate_tokens
from lsp_router.routing.budget import step
from lsp_router.server.reviews import Reviews
from lsp_router.server.status import State, Status, condition
from lsp_router.store.entry import Feedback as Report
from lsp_router.store.entry import Reaction

DRAFTS = 64
"""Edits of which it is still asked whether they were taken."""
REVIEWED = 4_000
"""Tokens of a document that are reviewed at once."""
GLANCE = 1.0
"""Seconds between two looks at the configuration files."""


class Desk:
    """Owns the app and the use cases of one session; the features only convert and call."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.completer = Completer(app)
        self.editor = Editor(app)
        self.feedback = Feedback(app)
        self.reviews = Reviews(app)
        self.explainer = Explainer(app)
        self.recent = RecentEdits()
        self._drafts: dict[str, int] = {}
        self.refresher = Refresher(app)
        self.status_item: Status | None = None
        self._reloading = asyncio.Lock()
        self._files = fingerprint(watched_files(app.sources))
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, text_of: Callable[[str], str | None], show: Callable[[State], None]) -> None:
        """Warms up what the first request would wait for, beside the event loop."""
        self.feedback.text_of = text_of
        self.status_item = Status(lambda: condition(self.app), show)
        self._tasks = [asyncio.create_task(self.refresher.run()), asyncio.create_task(self._watch())]
        self._complain()
        self.status_item.look()
        if self.app.fleet.providers:
            await self.app.transport().warm()

    def opened(self, document: Document, tabs: Sequence[Document]) -> None:
        """A document is on the screen, or changed: by the time somebody asks there it shall have been read."""
        self.app.offline.attend(document, tabs)

    def edited(self, path: str, line: int, removed: int, added: int) -> None:
        """A change at a line, with the line breaks that went and came: what is worked on matters to what comes next."""
        self.recent.note(path, line, removed, added)

    def saved(self, path: str) -> None:
        """Files of the workspace may have changed."""
        self.app.offline.refresh(path)

    def closed(self, uri: str, path: str) -> None:
        self.completer.forget(uri)
        self.recent.forget(path)
        self.app.offline.forget(path)

    async def suggest(self, moment: Moment) -> list[Suggestion]:
        self.refresher.used()
        self.app.offline.attend(moment.document, moment.tabs, moment.offset)
        with self.status_item.busy() if self.status_item else nullcontext():
            found = await self.completer.complete(replace(moment, recent=self.recent))
        self.feedback.offered(moment, found)
        return found

    async def edit(self, ask: Ask, tell: Tell) -> Edited:
        self.refresher.used()
        with self.status_item.busy() if self.status_item else nullcontext():
            return await self.editor.edit(ask, tell)

    async def explain(self, query: Query, listener: Listener) -> Explained:
        self.refresher.used()
        with self.status_item.busy() if self.status_item else nullcontext():
            return await self.explainer.explain(query, listener)

    async def review(self, uri: str, errand: Errand, tell: Tell = lambda _: None) -> Reviewed:
        self.refresher.used()
        with self.status_item.busy() if self.status_item else nullcontext():
            return await self.reviews.review(uri, errand, tell)

    def offer_review(self, document: Document) -> Offer:
        """Who would review a document at which price; a long one is read in parts."""
        ruling, tokens = self.app.judge(document.path), estimate_tokens(document.text)
        if ruling.ignored:
            return Offer(why_not=f"this file is left alone: {ruling.rule}")
        part = min(tokens, REVIEWED)
        work = Work(task=Task.REVIEW, path=document.path, language=document.language, prompt_tokens=part)
        decision = self.app.decide(replace(work, privacy=ruling.reach, why_private=ruling.rule))
        if not decision.chain:
            return Offer(why_not=decision.note)
        first = decision.chain[0].name
        once = next((verdict.cost_usd for verdict in decision.candidates if verdict.model == first), 0.0)
        return Offer(first, once * max(tokens / REVIEWED, 1.0))

    def drafted(self, ident: str, chars: int) -> None:
        """An edit is on its way into the editor, which may say later that it took it."""
        self._drafts[ident] = chars
        while len(self._drafts) > DRAFTS:
            del self._drafts[next(iter(self._drafts))]

    def accepted(self, ident: str) -> None:
        chars = self._drafts.pop(ident, None)
        if chars is None:
            self.feedback.accepted(ident)
        else:
            self.app.react(Report(ident, Reaction.ACCEPTED, chars))

    def shown(self, ident: str) -> None:
        """A suggestion is on the screen: what follows it may be asked for ahead."""
        offer = self.feedback.shown(ident)
        if offer is not None and offer.moment.is_current():
            self.completer.speculate(offer.moment, offer.suggestion)

    async def why(self, uri: str, path: str = "") -> Mapping[str, Any]:
        """The last decision there, and why nothing is shown if nothing is."""
        await self.settle()
        reason, withheld = self.completer.why(uri)
        found = self.app.records.history.latest(self.completer.path_of(uri) or path or uri)
        return {"decision": found, "reason": reason, "withheld": list(withheld)}

    async def settle(self) -> None:
        """Everything that was answered is in the ledger now."""
        await self.completer.counted()
        self.app.settle()

    def status(self) -> Mapping[str, Any]:
        app = self.app
        limits, spending = app.limits(), app.spending(Work())
        now = app.world.clock.now()
        return {
            "profile": app.settings.profile.value,
            "budget": {
                "step": step(limits, spending).label,
                "day_usd": spending.day,
                "session_usd": spending.session,
                "per_day_usd": limits.per_day,
                "per_session_usd": limits.per_session,
            },
            "health": {b.scope: {"reason": b.reason, "until": b.until} for b in app.monitor.health.benched(now)},
            "models": [m.name for m in app.fleet.models if m.usable],
            "last": app.last and {"task": app.last.decision.task.value, **_who(app.last)},
            "cache": {"enabled": app.settings.cache.enabled},
            "embedded": app.offline.state(),
        }

    @property
    def unasked(self) -> list[Provider]:
        """Whose key was found, while nobody said yet whether it may be used."""
        return [provider for provider in self.app.fleet.providers.values() if not provider.consent]

    async def consent(self, providers: Sequence[str], *, yes: bool) -> None:
        """Remembered for this user, and in force at once."""
        try:
            trust.consent(self.app.sources.places, dict.fromkeys(providers, yes))
        except OSError as error:
            self.app.say(f"your answer could not be kept ({error.strerror or error}), so you will be asked again")
            return
        await self._reload()

    def pin(self, task: Task, model: str | None) -> None:
        if model is None:
            self.app.pins.pop(task, None)
        else:
            self.app.pins[task] = model

    async def configure(self, editor: Mapping[str, Any]) -> None:
        """The editor's settings changed."""
        await self._reload(editor)

    async def look_at_files(self) -> None:
        if changed(self._files):
            await self._reload()

    async def _reload(self, editor: object = None) -> None:
        """Beside the event loop: a key may come from a command that takes its time."""
        async with self._reloading:
            sources = self.app.sources if editor is None else replace(self.app.sources, editor=editor)
            self._files = fingerprint(watched_files(sources))
            await asyncio.to_thread(self.app.reload, sources)
        self._complain()
        if self.status_item:
            self.status_item.look()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.status_item:
            self.status_item.close()
        await self.feedback.close()
        await self.completer.close()
        await self.app.close()

    def _complain(self) -> None:
        for problem in self.app.loaded.warnings:
            self.app.say(str(problem))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(GLANCE)
            await self.look_at_files()
            if self.status_item:
                self.status_item.look()


def _who(served: Served) -> Mapping[str, Any]:
    model = served.model
    return {"model": model.name if model else None, "tier": model.tier.value if model else None, "cache": served.cache}
