"""Keeps prices, model lists, free quotas and local servers fresh while the product is in use.

Nothing here is waited for by a request; what fails is tried again later and the last known list stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from lsp_router.app.app import App
from lsp_router.catalog import formats, recognition
from lsp_router.config import convert
from lsp_router.domain.model import Dialect, Provider, Tier
from lsp_router.domain.task import Privacy
from lsp_router.domain.wire import Failed, QuotaFact
from lsp_router.providers import listings
from lsp_router.providers.transport import HttpTransport
from lsp_router.routing.alerts import WINDOW
from lsp_router.routing.bench import day_end
from lsp_router.store.database import BusyError
from lsp_router.store.trends import Trends

LOOK_AROUND = 60.0
"""Seconds between looks at what is due; each thing has its own, longer period."""
IDLE_AFTER = 900.0
"""Without a request for this long the product is not in use, and lists are only refreshed daily."""
FIRST_PAUSE = 120.0
LONGEST_PAUSE = 3_600.0
"""A provider that does not tell is asked again after ever longer pauses."""
LEARN_EVERY = 900.0
"""Seconds after which what was accepted meanwhile is counted again."""
OPENROUTER = "openrouter"
FREE_REQUESTS = {True: 50.0, False: 1_000.0}
"""OpenRouter's free requests a day, by whether the account never bought credits."""
CREDITS_HOLD = 3_600.0
NAMELESS = "server"


async def look_at(wire: HttpTransport, address: str, taken: Container[str] = ()) -> Provider | None:
    """The model server at an address that a person named, under a name that is not taken; None when none answers."""
    url = address if "://" in address else f"http://{address}"
    kind = await listings.probe(wire, url)
    if kind is None:
        return None
    plain = NAMELESS if kind is Dialect.OPENAI else kind.value  # `openai` itself is somebody else
    names = (plain, *(f"{plain}-{n}" for n in range(2, 100)))
    return Provider(next(name for name in names if name not in taken), kind, url)


class Refresher:
    """Owns the timetable; `used` is told of every request."""

    def __init__(self, app: App, knock_at: Iterable[Provider] | None = None) -> None:
        """`knock_at` is where local servers may listen; their usual places by default."""
        self._app = app
        self._knock_at = None if knock_at is None else tuple(knock_at)
        self._used_at = self._now()
        self._polled_at = 0.0
        self._learnt_at = 0.0
        self._pauses: dict[str, tuple[float, float]] = {}
        """Provider → how long it is left alone after its last failure, and until when."""

    def used(self) -> None:
        self._used_at = self._now()

    async def run(self) -> None:
        """Looks around until it is cancelled."""
        while True:
            await self.look()
            await self._app.world.clock.sleep(LOOK_AROUND)

    async def look(self) -> None:
        """One round: keys that were refused, local servers, lists that are due, quotas that can be asked for."""
        await self._learn()
        await self._renew_keys()
        new = await self.find_local_servers()
        await self._take_over_stored_lists()
        await asyncio.gather(*(self.refresh(p) for p in self.askable() if p.name in new or self._due(p)))
        if self._in_use() and self._now() - self._polled_at >= self._poll_every():
            self._polled_at = self._now()
            await asyncio.gather(*map(self._poll_quota, self.askable()))

    async def find_local_servers(self) -> set[str]:
        """Knocks where model servers usually listen, and names those that were not there before.

        One that appears or leaves changes the ranking at once.
        """
        places = convert.local_servers(self._app.loaded.settings) if self._knock_at is None else self._knock_at
        found = await asyncio.gather(*map(self._answers, places))
        running = [place for place, answers in zip(places, found, strict=True) if answers]
        known = {p.name for p in self._app.running}
        if [p.name for p in running] != [p.name for p in self._app.running]:
            self._app.refit(running=running)
        return {p.name for p in running} - known

    async def refresh(self, provider: Provider) -> bool:
        """A provider's own list of models and prices, stored for all processes; whether there was one."""
        form = self._form(provider)
        if not form:
            return False
        try:
            rows = await listings.list_models(self._app.transport(), provider)
        except Failed:
            self._pause(provider)
            return False
        listing = formats.parse(form, rows, provider=provider.name, fetched_at=self._now())
        if not listing.models:
            self._pause(provider)
            return False
        self._pauses.pop(provider.name, None)
        overlay = self._app.overlay.with_listing(listing)
        with suppress(OSError):  # where nothing can be stored, the list holds for this process
            overlay = await asyncio.to_thread(self._app.lists.save, listing)
        self._app.refit(overlay=overlay)
        return True

    def askable(self) -> Sequence[Provider]:
        """Nobody is asked before the user agreed, and where nothing may leave, nobody but what runs here."""
        here_only = self._app.reach is Privacy.LOCAL
        usable = [p for p in self._app.fleet.providers.values() if p.usable]
        return [p for p in usable if p.privacy is Privacy.LOCAL or not here_only]

    async def _learn(self) -> None:
        """What users accepted, and how requests went before this process began; read beside the event loop."""
        now = self._now()
        if now - self._learnt_at < LEARN_EVERY:
            return
        first, self._learnt_at = not self._learnt_at, now
        with suppress(BusyError):
            await asyncio.to_thread(self._app.merits.learn, now)
            if first:
                trends = Trends(self._app.records.database)
                self._app.monitor.recall(await asyncio.to_thread(trends.outcomes, WINDOW))

    async def _renew_keys(self) -> None:
        """Keys that commands print expire; whoever has another one now gets a new chance at once."""
        refused, self._app.refused = self._app.refused, set()
        if not refused:
            return
        before = self._app.fleet.providers
        self._app.keys.forget()
        named = await asyncio.to_thread(self._app.look_up_providers)
        self._app.refit(named=named)
        renewed = {p.name for p in named if p.name in refused and (p.name not in before or p.key != before[p.name].key)}
        for model in self._app.fleet.models:
            if model.provider in renewed:
                self._app.monitor.pardon(model)

    # --- lists ---

    def _due(self, provider: Provider) -> bool:
        """What runs here may have new models at any time, and asking it costs nothing."""
        now = self._now()
        _, until = self._pauses.get(provider.name, (0.0, 0.0))
        every = self._poll_every() if provider.privacy is Privacy.LOCAL else self._refresh_every()
        return now >= until and self._app.overlay.due(provider.name, now, in_use=self._in_use(), every=every)

    def _form(self, provider: Provider) -> str:
        """How a list is to be read; empty where there is none to ask for."""
        facts = recognition.facts_of(self._app.printed_catalogue, provider)
        return facts.lists if facts else "openai"

    def _pause(self, provider: Provider) -> None:
        last, _ = self._pauses.get(provider.name, (FIRST_PAUSE / 2, 0.0))
        pause = min(last * 2, LONGEST_PAUSE)
        self._pauses[provider.name] = (pause, self._now() + pause)

    async def _take_over_stored_lists(self) -> None:
        """What another editor fetched need not be fetched again."""
        stored = await asyncio.to_thread(self._app.lists.load)
        mine = self._app.overlay.listings
        newer = [
            listing
            for name, listing in stored.listings.items()
            if name not in mine or listing.fetched_at > mine[name].fetched_at
        ]
        overlay = self._app.overlay
        for listing in newer:
            overlay = overlay.with_listing(listing)
        if newer:
            self._app.refit(overlay=overlay)

    # --- servers and quotas ---

    async def _answers(self, place: Provider) -> bool:
        """All kinds of servers imitate the OpenAI one, so where that is expected any will do."""
        kind = await listings.probe(self._app.transport(), place.base_url)
        return kind is place.kind or (kind is not None and place.kind is Dialect.OPENAI)

    async def _poll_quota(self, provider: Provider) -> None:
        """OpenRouter tells what a key may still do; others tell with every answer."""
        facts = recognition.facts_of(self._app.printed_catalogue, provider)
        if facts is None or facts.name != OPENROUTER:
            return
        with suppress(Failed):
            status = await listings.key_status(self._app.transport(), provider)
            now, learn = self._now(), self._app.monitor.health.quotas.learn
            learn(provider.pool, _credits(status, now), now)
            for pool in self._free_pools(provider):
                learn(pool, _free_day(status, now), now)

    def _free_pools(self, provider: Provider) -> set[str]:
        mine = (m for m in self._app.fleet.models if m.provider == provider.name)
        return {m.pool for m in mine if m.tier is Tier.FREE}

    # --- time ---

    def _now(self) -> float:
        return self._app.world.clock.now()

    def _in_use(self) -> bool:
        return self._now() - self._used_at < IDLE_AFTER

    def _refresh_every(self) -> float:
        return float(self._app.loaded.settings.routing.refresh_minutes) * 60

    def _poll_every(self) -> float:
        return float(self._app.loaded.settings.routing.poll_minutes) * 60


def _credits(status: Mapping[str, Any], now: float) -> tuple[QuotaFact, ...]:
    """What the key may still spend; a key without a limit says nothing."""
    left = status.get("limit_remaining")
    if not isinstance(left, int | float) or isinstance(left, bool):
        return ()
    return (QuotaFact("credits", remaining=max(0.0, left), resets_at=now + CREDITS_HOLD),)


def _free_day(status: Mapping[str, Any], now: float) -> tuple[QuotaFact, ...]:
    """How many free requests a day the account has; what is left of them is counted here."""
    never_paid = status.get("is_free_tier")
    if not isinstance(never_paid, bool):
        return ()
    return (QuotaFact("day", limit=FREE_REQUESTS[never_paid], resets_at=day_end(now, "utc")),)
