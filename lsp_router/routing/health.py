"""Circuit breakers per model and per pool: closed, open until a moment, then half-open with one probe.

A permit carries the generation it was given in. Whoever comes back late, with a permit of an older
generation, can neither close a newer breaker nor free its probe.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from lsp_router.domain.model import Model
from lsp_router.domain.wire import Failure, Fault
from lsp_router.routing.bench import STRIKE_WINDOW, STRIKES, Bench, bench
from lsp_router.routing.latency import Latencies
from lsp_router.routing.quota import Quotas, Spent

SCOPES = 1_024
PROBE_PATIENCE = 60.0
"""A probe that has not come back by then is given up, so that a lost one cannot lock a model out."""


@dataclass(slots=True)
class Breaker:
    generation: int = 0
    open_until: float = 0.0
    reason: str = ""
    relapses: int = 0
    probe_since: float | None = None
    strikes: deque[float] = field(default_factory=lambda: deque(maxlen=STRIKES))

    @property
    def tripped(self) -> bool:
        return self.open_until > 0


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to try a model; `probes` names the half-open scopes this try will decide about."""

    model: Model
    generations: tuple[tuple[str, int], ...]
    probes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Closed:
    """No leave: why, and from when it is worth asking again."""

    reason: str
    until: float


@dataclass(frozen=True, slots=True)
class Opened:
    """A scope was benched: told to listeners, so that other processes hear of it."""

    scope: str
    until: float
    reason: str


@dataclass(frozen=True, slots=True)
class Neighbours:
    """How other processes of the same user are told and asked; alone by default."""

    tell: Callable[[Opened], None] = lambda _: None
    claim: Callable[[str, float], bool] = lambda _scope, _until: True
    """Whether this process may send the one probe of a scope."""
    release: Callable[[str], None] = lambda _: None
    """The probe has come back: the next one may go."""
    took: Callable[[Model], bool] = lambda _: True
    """A request of a limited model goes out, unless all together have spent what its tier grants."""


ALONE = Neighbours()


class Health:
    """Owns breakers, quotas and latencies of one process; other processes' benches are merged in."""

    def __init__(self, neighbours: Neighbours = ALONE) -> None:
        self._breakers: OrderedDict[str, Breaker] = OrderedDict()
        self._neighbours = neighbours
        self.latencies = Latencies()
        self.quotas = Quotas()

    @property
    def calm(self) -> bool:
        """Nothing is held against anybody, so nobody need be asked about."""
        return not self._breakers and self.quotas.untouched

    def closed(self, model: Model, now: float) -> Closed | None:
        """Why this model may not be asked now; asking changes nothing."""
        for scope in scopes(model):
            breaker = self._breakers.get(scope)
            if breaker is None or not breaker.tripped:
                continue
            if breaker.open_until > now:
                return Closed(breaker.reason, breaker.open_until)
            if breaker.probe_since is not None and now - breaker.probe_since < PROBE_PATIENCE:
                return Closed(f"one probe is out after: {breaker.reason}", breaker.probe_since + PROBE_PATIENCE)
        spent = self.quotas.spent(model, now)
        return Closed(spent.reason, spent.until) if spent else None

    def permit(self, model: Model, now: float) -> Permit | Closed:
        """Leave to try; a half-open scope gives it to one caller only."""
        shut = self.closed(model, now)
        if shut is not None:
            return shut
        probes = [s for s in scopes(model) if s in self._breakers and self._breakers[s].tripped]
        for scope in probes:
            breaker = self._breakers[scope]
            if not self._neighbours.claim(scope, now + PROBE_PATIENCE):
                for begun in probes:
                    self._end_probe(begun)
                return Closed(f"another editor probes after: {breaker.reason}", now + PROBE_PATIENCE)
            breaker.probe_since = now
        permit = Permit(model, tuple((s, self._generation(s)) for s in scopes(model)), tuple(probes))
        spent = self._take(model, now)
        if spent is not None:
            self.give_back(permit)
            return Closed(spent.reason, spent.until)
        return permit

    def succeed(self, permit: Permit) -> None:
        """Closes what this try probed; elsewhere a success forgives one strike, so that rare failures never add up."""
        for scope, generation in permit.generations:
            breaker = self._breakers.get(scope)
            if breaker is None or breaker.generation != generation:
                continue
            if scope in permit.probes:
                self._end_probe(scope)
                self._breakers.pop(scope)
            elif breaker.strikes:
                breaker.strikes.popleft()

    def give_back(self, permit: Permit) -> None:
        """A try that decided nothing (cancelled, refused by a budget): its probe is free again."""
        for scope, generation in permit.generations:
            breaker = self._breakers.get(scope)
            if breaker is not None and breaker.generation == generation and scope in permit.probes:
                self._end_probe(scope)

    def fail(self, permit: Permit, failure: Failure, now: float) -> Bench | None:
        """Books a failure; returns the bench it caused, if any."""
        model = permit.model
        self.quotas.learn(model.pool, failure.facts, now)
        name, pool = scopes(model)
        strikes = self._strike(name, failure, now)
        relapses = max(b.relapses for b in (self._breaker(name), self._breaker(pool)))
        sits_out = bench(failure, model, now, strikes, relapses)
        if sits_out is None:
            self._after_mild_failure(permit, failure, now)
            return None
        self.open(pool if sits_out.pool_wide else name, sits_out.until, sits_out.reason)
        self.give_back(permit)
        return sits_out

    def open(self, scope: str, until: float, reason: str, *, heard: bool = False) -> None:
        """Benches a scope; never shortens a bench. `heard` from another process is not told on."""
        breaker = self._breaker(scope)
        if until <= breaker.open_until:
            return
        breaker.open_until, breaker.reason = until, reason
        breaker.generation += 1
        breaker.relapses += 1
        self._end_probe(scope)
        if not heard:
            self._neighbours.tell(Opened(scope, until, reason))

    def benched(self, now: float) -> Iterable[Opened]:
        return [Opened(s, b.open_until, b.reason) for s, b in self._breakers.items() if b.open_until > now]

    def reset(self, scope: str) -> None:
        """A key was changed, a server came back: forget what was held against it."""
        self._breakers.pop(scope, None)

    def _take(self, model: Model, now: float) -> Spent | None:
        """Counts one request of a limited model; the last one left may have gone to another process just now."""
        if model.quota is None:
            return None
        self.quotas.take(model, now)
        return None if self._neighbours.took(model) else self.quotas.spent(model, now)

    def _after_mild_failure(self, permit: Permit, failure: Failure, now: float) -> None:
        """A failed probe reopens what it probed; any other mild failure only leaves its strike."""
        for scope in permit.probes:
            breaker = self._breakers.get(scope)
            if breaker is not None and (scope, breaker.generation) in permit.generations:
                if failure.fault in {Fault.CANCELLED, Fault.BUDGET}:
                    self._end_probe(scope)
                else:
                    self.open(scope, now + 30.0 * 2 ** min(breaker.relapses, 6), breaker.reason)

    def _end_probe(self, scope: str) -> None:
        breaker = self._breaker(scope)
        if breaker.probe_since is not None:
            breaker.probe_since = None
            self._neighbours.release(scope)

    def _strike(self, scope: str, failure: Failure, now: float) -> int:
        if failure.fault in {Fault.CANCELLED, Fault.BUDGET, Fault.BAD_REQUEST, Fault.TOO_LONG, Fault.REJECTED}:
            return 0
        strikes = self._breaker(scope).strikes
        strikes.append(now)
        return sum(1 for at in strikes if now - at <= STRIKE_WINDOW)

    def _generation(self, scope: str) -> int:
        breaker = self._breakers.get(scope)
        return breaker.generation if breaker else 0

    def _breaker(self, scope: str) -> Breaker:
        breaker = self._breakers.get(scope)
        if breaker is None:
            breaker = self._breakers[scope] = Breaker()
            if len(self._breakers) > SCOPES:
                self._breakers.popitem(last=False)
        return breaker


def scopes(model: Model) -> tuple[str, str]:
    """The breakers a model stands behind: its own and its pool's."""
    return _scopes(model.name, model.pool or model.provider)


@lru_cache(maxsize=SCOPES)
def _scopes(name: str, pool: str) -> tuple[str, str]:
    return f"model:{name}", f"pool:{pool}"
