"""The fallback chain: who is tried after whom, and what an outcome means for the rest.

`spread` orders. `Fallback` is the policy of one request: a generator that offers steps and receives
outcomes, while its driver owns the clock, the wire and the money.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from lsp_router.domain.model import Model
from lsp_router.domain.wire import Failure, Fault
from lsp_router.routing.bench import POOL_WIDE
from lsp_router.routing.quota import pool_of

HOPS = 6
IN_SIGHT = 24
"""Whoever is ranked lower than this is not worth a better order."""
WORTH_A_TRY = 0.25
"""With less time left than this share of the timeout, another attempt would only cost."""
LEAST_TOKENS = 64


def spread(ranked: Sequence[Model], hops: int = HOPS) -> tuple[Model, ...]:
    """The best stays first; from there on neighbours never share a pool if another order exists."""
    left = list(ranked[: max(hops, IN_SIGHT)])
    chain: list[Model] = []
    while left and len(chain) < hops:
        index = _next(left, chain[-1]) if chain else 0
        chain.append(left.pop(index))
    return tuple(chain)


def _next(left: Sequence[Model], last: Model) -> int:
    others = [i for i, m in enumerate(left) if pool_of(m) != pool_of(last)]
    for i in others:
        if _can_alternate([m for j, m in enumerate(left) if j != i], pool_of(left[i])):
            return i
    return others[0] if others else 0


def _can_alternate(left: Sequence[Model], after: str) -> bool:
    """Whether the rest can still be laid out without neighbours of one pool."""
    counts = Counter(map(pool_of, left))
    size = len(left)
    return all(n <= (size + (pool != after)) // 2 for pool, n in counts.items())


# --- one request ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Try:
    """Ask this model; a cap below the task's own when credits buy no more."""

    model: Model
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Everybody rests, but somebody wakes up in time."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Skip:
    """Not asked, and why: for the list of attempts."""

    model: Model
    reason: str


Step = Try | Wait | Skip
Outcome = Failure | None
"""What the driver sends back after a step: the failure of a try, or None to go on."""


class Fallback:
    """The policy of one request; what it must know from outside are questions, asked when they matter."""

    def __init__(self, time_left: Callable[[], float], resting: Callable[[Model], float], patience: float) -> None:
        """`time_left` is what the request is still worth, `resting` until a model may be asked, both in seconds."""
        self._time_left = time_left
        self._resting = resting
        self._worth_a_try = patience * WORTH_A_TRY
        self._hit_pools: set[str] = set()

    def steps(self, chain: Sequence[Model]) -> Generator[Step, Outcome, None]:
        """Offers steps until the driver is satisfied and closes it, or until everything is exhausted."""
        asleep: list[Model] = []
        for model in chain:
            why_not = self._why_not(model)
            if why_not:
                asleep.append(model)
                yield Skip(model, why_not)
            else:
                yield from self._try(model)
        yield from self._wake_one(asleep)

    def _try(self, model: Model) -> Generator[Step, Outcome, None]:
        failure = yield Try(model)
        if failure is not None and failure.fault is Fault.PAYMENT and (failure.affordable_tokens or 0) >= LEAST_TOKENS:
            failure = yield Try(model, max_tokens=failure.affordable_tokens)
        if failure is not None and failure.fault in POOL_WIDE:
            self._hit_pools.add(pool_of(model))

    def _why_not(self, model: Model) -> str:
        if pool_of(model) in self._hit_pools:
            return "shares the limit that was just hit"
        rest = self._resting(model)
        if rest > 0:
            return f"rests for another {rest:.0f} s"
        return "no time left" if self._time_left() < self._worth_a_try else ""

    def _wake_one(self, asleep: Sequence[Model]) -> Generator[Step, Outcome, None]:
        """Nobody answered; the first to wake up is waited for if that fits the time left."""
        rests = [(self._resting(m), index) for index, m in enumerate(asleep)]
        for rest, index in sorted(rests)[:1]:
            if rest + self._worth_a_try <= self._time_left():
                yield Wait(rest)
                yield from self._try(asleep[index])
