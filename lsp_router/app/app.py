"""One workspace of one user: settings, models, health, money and the engine, joined once."""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from lsp_router.app.fleet import Fleet, assemble, printed
from lsp_router.app.merits import Merits
from lsp_router.app.recall import ProjectRecall, Rules
from lsp_router.app.records import Records
from lsp_router.app.telemetry import open_telemetry
from lsp_router.app.vocabulary import words_of
from lsp_router.app.voice import Voice
from lsp_router.app.world import World
from lsp_router.assist.builtin import EMBEDDED, NAME
from lsp_router.catalog.overlay import Overlay, OverlayStore
from lsp_router.config import convert, trust
from lsp_router.config.keys import Keys
from lsp_router.config.load import Loaded, load
from lsp_router.config.schema import Settings
from lsp_router.config.sources import Sources
from lsp_router.context.clearing import clear
from lsp_router.context.disk import LocalDisk
from lsp_router.context.gather import Gatherer
from lsp_router.context.privacy import Guard, Ruling
from lsp_router.domain.decision import Decision, Served
from lsp_router.domain.model import Dialect, Model, Provider
from lsp_router.domain.money import Rates
from lsp_router.domain.task import Limits, Privacy, Profile, Task, Work
from lsp_router.domain.wire import Call, Chunk, Fault, Prompt, Transport
from lsp_router.engine.execute import Engine
from lsp_router.engine.hop import Tools
from lsp_router.engine.monitor import Monitor
from lsp_router.engine.order import Order
from lsp_router.engine.purse import Purse
from lsp_router.prompts.estimate import estimate_tokens
from lsp_router.prompts.library import Library
from lsp_router.routing.alerts import Alert
from lsp_router.routing.budget import Spending
from lsp_router.routing.candidates import TYPING, Situation
from lsp_router.routing.router import decide
from lsp_router.store.cache import Cache
from lsp_router.store.database import BusyError
from lsp_router.store.entry import Entry, Feedback

if TYPE_CHECKING:
    from lsp_router.providers.transport import HttpTransport

Say = Callable[[str], None]
MODEL_LISTS = "models.json"
ANSWERS = "answers"
BOOKING = 0.005
"""Seconds after an answer at which it is written down."""
UNDER_WAY = 256
"""How many orders are remembered as begun; who reacts to an older one is not kept waiting."""
RECALL = 7 * 86_400.0
"""Seconds for which a measured speed says something about today's."""


class App:
    """Owns everything a request needs; every front door (editor, shell, tests) goes through here."""

    def __init__(self, sources: Sources, world: World | None = None, say: Say = lambda _: None) -> None:
        self.world = world or World(environ=sources.environ)
        self.say = say
        self.sources = sources
        self.loaded: Loaded = load(sources)
        self.words = words_of(self.loaded.settings)
        self.keys = Keys(sources.environ)
        self.session = self.world.new_id()
        self.records = Records(
            sources.places.state, self.world.clock.now, say, float(self.loaded.settings.insight.keep_days)
        )
        self.merits = Merits(self.records)
        self.lists = OverlayStore(sources.places.cache / MODEL_LISTS)
        self.running: tuple[Provider, ...] = ()
        """Model servers that answer on this machine without being configured."""
        self.pins: dict[Task, str] = {}
        self.last: Served | None = None
        """What was served last, by a model or from the cache."""
        self.printed_catalogue = printed(self.world.clock.now())
        self.overlay: Overlay = self.lists.load()
        self.refused: set[str] = set()
        """Providers that did not take their key since keys were last looked up."""
        self._named: tuple[Provider, ...] | None = None
        self._fleet: Fleet | None = None
        self._policies = convert.to_policies(self.settings)
        self._limits = convert.to_limits(self.settings)
        self.purse = Purse(self.records.till, self.limits)
        self.monitor = Monitor(self.records.desk, self.world.clock, self.limits, self._baseline, self._alert)
        self.library = Library()
        self._guard = self._stand_guard()
        self.voice = self._find_voice()
        self.gatherer = Gatherer(time.monotonic, lambda document: self.judge(document.path))
        self.offline = ProjectRecall(
            self.project, sources.places.cache, self.records.desk.facts, self._rules(), self.world.clock.now
        )
        self._recalled = False
        self._transport: HttpTransport | None = None
        self._cache: Cache | None = None
        self._unbooked: deque[tuple[Served, Order]] = deque()
        self._under_way: deque[str] = deque(maxlen=UNDER_WAY)
        self._reactions: deque[Feedback] = deque(maxlen=UNDER_WAY)
        self._telemetry = open_telemetry(say) if self.settings.insight.otel else None
        self.engine = self.engine_over(_Lazy(self.transport))

    # --- settings and models ---

    def reload(self, sources: Sources | None = None) -> None:
        """Takes a changed configuration over without a restart; keys and benches may have changed with it."""
        self.sources = sources or self.sources
        self.loaded = load(self.sources)
        self.words = words_of(self.loaded.settings)
        self.keys.forget()
        self._guard = self._stand_guard()
        self.voice = self._find_voice()
        self._policies = convert.to_policies(self.settings)
        self._limits = convert.to_limits(self.settings)
        self.engine = self.engine_over(_Lazy(self.transport))
        self.refit(named=self.look_up_providers())

    def refit(
        self,
        *,
        overlay: Overlay | None = None,
        running: Iterable[Provider] | None = None,
        named: Iterable[Provider] | None = None,
    ) -> None:
        """New prices, servers or keys re-rank at once."""
        self.overlay = overlay or self.overlay
        self.running = self.running if running is None else tuple(running)
        self._named = self._named if named is None else tuple(named)
        self._fleet = self._assemble()

    @property
    def fleet(self) -> Fleet:
        """Put together when first needed: a command that only counts must not make anybody unlock their keys."""
        if self._fleet is None:
            self._fleet = self._assemble()
        return self._fleet

    def look_up_providers(self) -> tuple[Provider, ...]:
        """Whom configuration and environment name, with their keys: a command that prints one may take its time."""
        return tuple(convert.to_providers(self.settings, self.keys, trust.consents(self.sources.places)))

    @property
    def settings(self) -> Settings:
        return self.loaded.settings

    def judge(self, path: str) -> Ruling:
        """What may be done with a file, by its path in the workspace or on the disk."""
        return self._guard.judge(os.path.normpath(os.path.join(self.project, path)))  # noqa: PTH118 - no Path on every key

    def takes_files(self, model: Model) -> bool:
        provider = self.fleet.providers.get(model.provider)
        return provider is not None and provider.kind is Dialect.LLAMACPP

    def measured_ms(self, model: Model) -> float | None:
        return self.monitor.health.latencies.p50(model.name)

    def react(self, feedback: Feedback) -> None:
        """An editor may report what it shows before the answer is counted: a reaction is written after its decision."""
        self._reactions.append(feedback)
        self._book_all()

    def note(self, served: Served, work: Work) -> None:
        """An answer that cost nothing: nobody was asked."""
        self.last = served
        entry = Entry(self.world.clock.now(), served, self.at_home(work), uri=work.path)
        self.records.desk.ledger.record(entry)

    def conclude(self, served: Served, work: Work) -> None:
        """Adds no cost: the tries have booked theirs."""
        self._book_all()
        self.records.desk.ledger.conclude(Entry(self.world.clock.now(), served, self.at_home(work), uri=work.path))

    def limits(self) -> Limits:
        return self._limits

    @property
    def project(self) -> str:
        return str(self.sources.project or "")

    @property
    def trusted(self) -> bool:
        return self.loaded.trusted

    @property
    def models(self) -> tuple[Model, ...]:
        return self.fleet.models

    @property
    def environ(self) -> Mapping[str, str]:
        return self.world.environ

    # --- deciding and serving ---

    def decide(self, work: Work, recalled: float | None = None) -> Decision:
        """`recalled` is the embedded tier's confidence in what it has for this request."""
        work = self.at_home(work)
        if recalled is not None:
            return self._decide(work, {(NAME, task.value): 10 * recalled for task in TYPING})
        return self.voice.settle(work, self._decide(work), self._decide)

    def at_home(self, work: Work) -> Work:
        """The same work with this project, this session and the strictest privacy that anybody asked for."""
        reach = self.reach
        if work.session and work.privacy <= reach:
            return work
        ruling = self.judge(work.path) if work.path else Ruling()
        return replace(
            work,
            project=work.project or self.project,
            session=work.session or self.session,
            privacy=min(work.privacy, reach, ruling.reach),
            why_private=work.why_private or ruling.rule,
        )

    @property
    def reach(self) -> Privacy:
        """The loosest class of provider that anything may go to at all."""
        settings = self.loaded.settings
        return Privacy.LOCAL if settings.profile is Profile.LOCAL_ONLY else Privacy.parse(settings.privacy.loosest)

    def situation(self, work: Work) -> Situation:
        self.monitor.listen()
        self._recall()
        settings = self.loaded.settings
        known = self.merits.of(self.fleet.models)
        return Situation(
            models=self.fleet.models,
            policies=self._policies,
            health=self.monitor.health,
            limits=self.limits(),
            spending=self.spending(work),
            profile=settings.profile,
            pins=self.pins,
            measured=known.measured,
            liked=known.liked,
            now=self.world.clock.now(),
            builtin=(self.embedded,),
        )

    @property
    def embedded(self) -> Model:
        """The tier among the models."""
        if self.offline.enabled:
            return EMBEDDED
        return replace(EMBEDDED, usable=False, why_unusable="switched off ([completion] embedded)")

    def order(
        self,
        decision: Decision,
        work: Work,
        prompt_for: Callable[[Model], Prompt],
        *,
        request: str = "",
        keep_partial: bool = False,
    ) -> Order:
        """`request` groups several orders of one user action under one per-request budget."""
        self._under_way.append(decision.id)
        return Order(decision, self.at_home(work), prompt_for, request or decision.id, keep_partial)

    def engine_over(self, transport: Transport) -> Engine:
        tools = Tools(
            transport=transport,
            providers=self.fleet_provider,
            health=self.monitor.health,
            purse=self.purse,
            clock=self.world.clock,
            shield=lambda prompt, model: clear(prompt, model.privacy).prompt,
            count=estimate_tokens,
        )
        return Engine(tools, self._book, hedge=self.loaded.settings.routing.hedge)

    def fleet_provider(self, name: str) -> Provider | None:
        return self.fleet.providers.get(name)

    def transport(self) -> HttpTransport:
        """The way to the network, made when somebody first needs it."""
        if self._transport is None:
            from lsp_router.providers.transport import HttpTransport  # noqa: PLC0415 - nobody waits for it at start

            self._transport = HttpTransport(self.world.clock.now)
        return self._transport

    def cache(self) -> Cache:
        """The answers kept on disk; opened by whoever first looks into it."""
        if self._cache is None:
            size = float(self.loaded.settings.cache.size_mb)
            self._cache = Cache(self.sources.places.cache / ANSWERS, self.say, size_mb=size, now=self.world.clock.now)
        return self._cache

    def settle(self) -> None:
        """Everything that was served is in the ledger now."""
        self._book_all()
        self.records.writer.flush()

    async def close(self) -> None:
        self._book_all()
        await self.offline.close()
        if self._transport is not None:
            await self._transport.aclose()
        if self._cache is not None:
            self._cache.close()
        self.records.close()

    # --- helpers ---

    def _decide(self, work: Work, measured: dict[tuple[str, str], float] | None = None) -> Decision:
        situation = self.situation(work)
        if measured is not None:
            situation = replace(situation, measured={**(situation.measured or {}), **measured})
        return decide(work, situation, self.world.new_id(), self.words)

    def _find_voice(self) -> Voice:
        return Voice(self.settings, self.pins, self.records.desk.facts, self.world.clock.now)

    def _rules(self) -> Rules:
        return Rules(lambda: self.settings, lambda path: self.judge(path).joins(Privacy.TRAINS))

    def _stand_guard(self) -> Guard:
        privacy = self.loaded.settings.privacy
        roots = [self.project] if self.project else []
        return Guard(
            roots, LocalDisk(), time.monotonic, local_only=tuple(privacy.local_only), ignore=tuple(privacy.ignore)
        )

    def _assemble(self) -> Fleet:
        if self._named is None:
            self._named = self.look_up_providers()
        providers = [*self._named, *self.running]
        return assemble(self.settings, providers, catalogue=self.printed_catalogue, overlay=self.overlay)

    def spending(self, work: Work) -> Spending:
        """What is gone by now; not looked up where nothing can cost."""
        if not self.fleet.can_cost:
            return Spending()
        with suppress(BusyError):
            return self.records.till.spending(self.at_home(work))
        return Spending()

    def _recall(self) -> None:
        """How fast models answered earlier, so that the first decision need not guess."""
        if self._recalled:
            return
        self._recalled = True
        with suppress(BusyError):
            for model, ms in self.merits.speeds().items():
                self.monitor.health.latencies.record(model, ms)
            for model, ms in self.records.history.first_tokens(self.world.clock.now() - RECALL):
                self.monitor.health.latencies.record(model, ms)

    def _baseline(self, served: Served) -> float:
        """What the single premium model that savings are measured by would have taken."""
        insight = self.loaded.settings.insight
        rates = Rates(
            float(insight.baseline_input_usd), 0, float(insight.baseline_input_usd), float(insight.baseline_output_usd)
        )
        return rates.cost(replace(served.tokens, cached=0, input=served.tokens.input + served.tokens.cached))

    def _book(self, served: Served, order: Order) -> None:
        """A moment later: the answer is on its way first. `close` does what is still to be done."""
        self.last = served
        self._unbooked.append((served, order))
        with suppress(ValueError):
            self._under_way.remove(order.decision.id)
        with suppress(RuntimeError):  # without a loop nobody waits for the answer either
            asyncio.get_running_loop().call_later(BOOKING, self._book_all)

    def _book_all(self) -> None:
        while self._unbooked:
            served, order = self._unbooked.popleft()
            refused = {attempt.model for attempt in served.attempts if attempt.outcome == Fault.AUTH.value}
            self.refused |= {model.provider for model in self.fleet.models if refused and model.name in refused}
            self.monitor.book(served, order, self.purse, uri=order.work.path)
            self.voice.heard(served, order.work)
            if self._telemetry is not None:
                self._telemetry.record(served, self.world.clock.now())
        self._write_reactions()

    def _write_reactions(self) -> None:
        for _ in range(len(self._reactions)):
            reaction = self._reactions.popleft()
            if reaction.decision in self._under_way:
                self._reactions.append(reaction)
            else:
                self.records.desk.ledger.feedback(reaction)

    def _alert(self, alert: Alert) -> None:
        self.say(alert.message)


class _Lazy:
    """A transport that is made by the first call."""

    def __init__(self, make: Callable[[], Transport]) -> None:
        self._make = make

    def stream(self, call: Call) -> AsyncIterator[Chunk]:
        return self._make().stream(call)
