"""Keeps this process and the user's other ones of one mind: benches, quotas, alerts and the ledger.

Routing's health is a value of one process; here it meets the shared database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from lsp_router.domain.decision import Served
from lsp_router.domain.model import Model, Tier
from lsp_router.domain.task import Limits
from lsp_router.domain.wire import Clock
from lsp_router.engine.order import Order
from lsp_router.engine.purse import Purse
from lsp_router.routing.alerts import Alert, Trace, Watch, trace
from lsp_router.routing.bench import day_end
from lsp_router.routing.health import Health, Neighbours, Opened, scopes
from lsp_router.routing.quota import pool_of
from lsp_router.store.claims import Claims
from lsp_router.store.database import BusyError
from lsp_router.store.entry import Entry
from lsp_router.store.facts import Facts
from lsp_router.store.ledger import Ledger
from lsp_router.store.trends import Outcome

BENCH = "bench"
DAILY = "day"
PROBE = "probe"
MEASURING = "evaluation"
"""The kind of work that only measures a model."""
ONCE_A_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of the shared database the monitor writes to."""

    ledger: Ledger
    facts: Facts
    claims: Claims


@dataclass(slots=True)
class Monitor:
    """Owns the health of this process; every served order passes through `book`."""

    desk: Desk
    clock: Clock
    limits: Callable[[], Limits]
    baseline: Callable[[Served], float]
    """What the single premium model would have cost."""
    raise_alert: Callable[[Alert], None]
    health: Health = field(init=False)
    watch: Watch = field(default_factory=Watch)
    _seen: int = -1
    _held: dict[str, float] = field(default_factory=dict)
    """Scope → until when all processes hold it benched."""
    _sent: Mapping[tuple[str, str], tuple[int, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.health = Health(Neighbours(self._publish, self._may_probe, self._probed, self._count))

    def listen(self) -> None:
        """Takes over what other processes found out; microseconds when they found nothing."""
        self._listen_for_quotas()
        version = self.desk.facts.version()
        if version == self._seen:
            return
        self._seen = version
        benched = {scope: fact for (scope, kind), fact in self.desk.facts.facts().items() if kind == BENCH}
        for scope, fact in benched.items():
            self.health.open(scope, fact.expires_at, str(fact.value.get("reason", "")), heard=True)
        now = self.clock.now()
        for scope in [s for s, until in self._held.items() if until > now and s not in benched]:
            self.health.reset(scope)
        self._held = {scope: fact.expires_at for scope, fact in benched.items()}

    def recall(self, outcomes: Iterable[Outcome]) -> None:
        """What was served before this process began counts in what the last requests say together."""
        self.watch.recall(map(traced, outcomes))

    def pardon(self, model: Model) -> None:
        """It was seen to work again: nobody holds anything against it, or against its pool, any more."""
        for scope in scopes(model):
            self.health.reset(scope)
            fact = self.desk.facts.facts().get((scope, BENCH))
            if fact is not None:
                self.desk.facts.retract(scope, BENCH, fact.generation)

    def book(self, served: Served, order: Order, purse: Purse, uri: str = "") -> None:
        """Writes the ledger row and tells the user what they should know."""
        template = order.prompt_for(served.model).template if served.model else ""
        now = self.clock.now()
        self.desk.ledger.record(
            Entry(now, served, order.work, baseline_usd=self.baseline(served), template=template, uri=uri)
        )
        if order.work.kind == MEASURING:  # nobody wanted it, so it is no sign of how routing does
            return
        with suppress(BusyError):
            alerts = self.watch.look(served, self.limits(), purse.spending(order.work))
            for alert in alerts:
                if self.desk.claims.first_time(f"{order.work.project} {alert.key}", now + ONCE_A_DAY):
                    self.raise_alert(alert)

    def _listen_for_quotas(self) -> None:
        sent = self.desk.claims.sent()
        if sent is self._sent:
            return
        self._sent = sent
        for (pool, window), (used, until) in sent.items():
            if window == DAILY:
                self.health.quotas.heard(pool, used, until)

    def _publish(self, opened: Opened) -> None:
        self.desk.facts.publish(opened.scope, BENCH, {"reason": opened.reason}, opened.until, longest=True)

    def _may_probe(self, scope: str, until: float) -> bool:
        return self.desk.claims.claim(scope, PROBE, until)

    def _probed(self, scope: str) -> None:
        self.desk.claims.unclaim(scope, PROBE)

    def _count(self, model: Model) -> bool:
        """Free requests of all processes together count against what a tier grants in a day."""
        if model.quota is None or model.quota.per_day is None:
            return True
        now = self.clock.now()
        pool, ends = pool_of(model), day_end(now, model.quota.resets)
        used = self.desk.claims.spend_quota(pool, DAILY, 1, ends)
        if used is None:
            return True
        self.health.quotas.heard(pool, used, ends)
        _, granted = self.health.quotas.left_today(model, now)
        return granted is None or used <= granted


def traced(o: Outcome) -> Trace:
    """A request of the ledger as alerts look at it."""
    seen = trace(o.task, o.model, o.depth, o.attempts, paid=o.tier == Tier.PAID.value)
    return replace(seen, first_ms=o.ttft_ms)
