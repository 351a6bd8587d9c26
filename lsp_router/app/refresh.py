"""Keeps prices, model lists, free quotas and local servers fresh while the product is in use.

Nothing here is waited for by a request; what fails is tried again later and the last known list stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from lsp_router.app.app import App
from lsp_router.catalog import formats, recognition
from lsp_router.config import convert
from lsp_router.domain.model import Dialect, Provider
from lsp_router.domain.wire import Failed, QuotaFact
from lsp_router.providers import listings

LOOK_AROUND = 60.0
"""Seconds between looks at what is due; each thing has its own, longer period."""
IDLE_AFTER = 900.0
"""Without a request for this long the product is not in use, and lists are only refreshed daily."""
OPENROUTER = "openrouter.ai"
FREE_SUFFIX = ":free"


class Refresher:
    """Owns the timetable; `used` is told of every request."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._used_at = app.world.clock.now()
        self._polled_at = 0.0

    def used(self) -> None:
        self._used_at = self._app.world.clock.now()

    async def run(self) -> None:
        """Looks around until it is cancelled."""
        while True:
            await self.look()
            await self._app.world.clock.sleep(LOOK_AROUND)

    async def look(self) -> None:
        """One round: local servers, lists that are due, quotas that can be asked for."""
        await self.find_local_servers()
        now = self._app.world.clock.now()
        in_use = now - self._used_at < IDLE_AFTER
        due = [p for p in self._askable() if self._app.overlay.due(p.name, now, in_use=in_use)]
        await asyncio.gather(*map(self.refresh, due))
        if in_use and now - self._polled_at >= float(self._app.loaded.settings.routing.poll_minutes) * 60:
            self._polled_at = now
            await asyncio.gather(*map(self._poll_quota, self._askable()))

    async def find_local_servers(self) -> None:
        """Knocks where model servers usually listen; one that appears or leaves changes the ranking at once."""
        usual = convert.local_servers(self._app.loaded.settings)
        found = await asyncio.gather(*map(self._answers, usual))
        running = [provider for provider, answers in zip(usual, found, strict=True) if answers]
        if [p.name for p in running] != [p.name for p in self._app.running]:
            self._app.refit(running=running)

    async def refresh(self, provider: Provider) -> None:
        """A provider's own list of models and prices, stored for all processes."""
        facts = recognition.facts_of(self._app.printed_catalogue, provider)
        form = facts.lists if facts else "openai"
        with suppress(Failed, OSError):
            rows = await listings.list_models(self._app.transport(), provider)
            listing = formats.parse(
                form or "openai", rows, provider=provider.name, fetched_at=self._app.world.clock.now()
            )
            if listing.models:
                overlay = await asyncio.to_thread(self._app.lists.save, listing)
                self._app.refit(overlay=overlay)

    async def _answers(self, provider: Provider) -> bool:
        kind = await listings.probe(self._app.transport(), provider.base_url)
        return kind is provider.kind or (kind is not None and provider.kind is Dialect.OPENAI)

    async def _poll_quota(self, provider: Provider) -> None:
        """OpenRouter tells what is left of a key; others tell with every answer."""
        if OPENROUTER not in provider.base_url:
            return
        with suppress(Failed):
            status = await listings.key_status(self._app.transport(), provider)
            left = status.get("limit_remaining")
            if isinstance(left, int | float) and left <= 0:
                spent = QuotaFact("credits", remaining=0, resets_at=self._app.world.clock.now() + 3_600)
                self._app.monitor.health.quotas.learn(provider.pool, (spent,), self._app.world.clock.now())

    def _askable(self) -> Iterable[Provider]:
        """Nobody is asked before the user agreed, and nobody in an offline profile but what runs here."""
        return [p for p in self._app.fleet.providers.values() if p.usable]
