"""What the server needs from below, in one place: the use cases and the app they share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from lsp_router.app.app import App
from lsp_router.app.refresh import Refresher
from lsp_router.assist.complete import Completer
from lsp_router.assist.feedback import Feedback
from lsp_router.assist.moment import Moment, Suggestion
from lsp_router.config.sources import Sources
from lsp_router.config.watch import changed, fingerprint, watched_files
from lsp_router.domain.task import Task, Work
from lsp_router.routing.budget import step

GLANCE = 1.0
"""Seconds between two looks at the configuration files."""


class Desk:
    """Owns the app and the use cases of one session; the features only convert and call."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.completer = Completer(app)
        self.feedback = Feedback(app)
        self.refresher = Refresher(app)
        self._files = fingerprint(watched_files(app.sources))
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, text_of: Callable[[str], str | None]) -> None:
        """Warms up what the first request would wait for, beside the event loop."""
        self.feedback.text_of = text_of
        self._tasks = [asyncio.create_task(self.refresher.run()), asyncio.create_task(self._watch())]
        self._complain()
        if self.app.fleet.providers:
            await self.app.transport().warm()

    async def suggest(self, moment: Moment) -> list[Suggestion]:
        self.refresher.used()
        found = await self.completer.complete(moment)
        self.feedback.offered(moment, found)
        return found

    def shown(self, ident: str) -> None:
        """A suggestion is on the screen: what follows it may be asked for ahead."""
        offer = self.feedback.shown(ident)
        if offer is not None and offer.moment.is_current():
            self.completer.speculate(offer.moment, offer.suggestion)

    def why(self, uri: str) -> Mapping[str, Any]:
        """The last decision there, and why nothing is shown if nothing is."""
        self.app.settle()
        reason, withheld = self.completer.why(uri)
        found = self.app.records.history.latest(self.completer.path_of(uri) or uri)
        return {"decision": found, "reason": reason, "withheld": list(withheld)}

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
            "cache": {"enabled": app.settings.cache.enabled},
            "embedded": {"ready": False, "files": 0, "tokens": 0},
        }

    def pin(self, task: Task, model: str | None) -> None:
        if model is None:
            self.app.pins.pop(task, None)
        else:
            self.app.pins[task] = model

    def configure(self, editor: Mapping[str, Any]) -> None:
        """The editor's settings changed."""
        self.reload(replace(self.app.sources, editor=editor))

    def look_at_files(self) -> None:
        if changed(self._files):
            self.reload()

    def reload(self, sources: Sources | None = None) -> None:
        self.app.reload(sources)
        self._files = fingerprint(watched_files(self.app.sources))
        self._complain()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.feedback.close()
        await self.completer.close()
        await self.app.close()

    def _complain(self) -> None:
        for problem in self.app.loaded.warnings:
            self.app.say(str(problem))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(GLANCE)
            self.look_at_files()
