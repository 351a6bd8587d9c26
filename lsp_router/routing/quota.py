"""Free quota as an inventory: what is granted, what is used, what is left, and who may have the rest.

Counts come from three sides: our own sends, the limits a tier publishes, and what providers say in
their answers. What a provider says wins.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from lsp_router.domain.model import Model, Tier
from lsp_router.domain.wire import QuotaFact
from lsp_router.routing.bench import day_end

POOLS = 256
RESERVES = ((100.0, 0.5, 0.9), (1_000.0, 0.2, 0.5), (float("inf"), 0.2, 0.2))
"""Up to so many free requests a day, this share is kept from routine work, and this one from what nobody asked for."""
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Spent:
    reason: str
    until: float


@dataclass(slots=True)
class Shelf:
    """What is known of one pool."""

    sent_today: int = 0
    day_ends: float = 0.0
    lately: deque[float] = field(default_factory=deque)
    facts: dict[str, QuotaFact] = field(default_factory=dict)


class Quotas:
    """Owns the inventory of one process; other processes' counts are merged in by `heard`."""

    def __init__(self) -> None:
        self._shelves: OrderedDict[str, Shelf] = OrderedDict()

    @property
    def untouched(self) -> bool:
        return not self._shelves

    def spent(self, model: Model, now: float) -> Spent | None:
        """Why nothing is left for this model right now."""
        shelf = self._shelves.get(pool_of(model))
        if shelf is None:
            return None
        for fact in shelf.facts.values():
            if fact.remaining is not None and fact.remaining <= 0 and fact.resets_at and fact.resets_at > now:
                return Spent(f"its {fact.window} quota is spent", fact.resets_at)
        grant = model.quota
        if grant is None:
            return None
        left, granted = self.left_today(model, now)
        if left is not None and left <= 0 and shelf.day_ends > now:
            return Spent(f"its {granted:.0f} requests of today are spent", shelf.day_ends)
        lately = [at for at in shelf.lately if now - at < MINUTE]
        if grant.per_minute is not None and len(lately) >= grant.per_minute:
            return Spent(f"its {grant.per_minute} requests of this minute are spent", lately[0] + MINUTE)
        return None

    def kept_for_hard(self, model: Model, now: float, *, asked_for: bool = True) -> str | None:
        """Why a routine task should leave the rest of this model's quota alone; typing leaves more than commands do."""
        if model.tier is not Tier.FREE:
            return None
        left, limit = self.left_today(model, now)
        if left is None or limit is None:
            return None
        routine, unasked = next((r, u) for grant, r, u in RESERVES if limit <= grant)
        if left <= (routine if asked_for else unasked) * limit:
            return f"the {left:.0f} free requests left today, of {limit:.0f}, are kept for hard tasks"
        return None

    def left_today(self, model: Model, now: float) -> tuple[float | None, float | None]:
        """(left, granted) requests of the day; None where nobody said."""
        shelf = self._shelves.get(pool_of(model))
        if shelf is None:
            granted = model.quota.per_day if model.quota else None
            return (None, None) if granted is None else (float(granted), float(granted))
        fact = shelf.facts.get("day")
        grant: float | None = model.quota.per_day if model.quota else None
        if fact and (fact.resets_at is None or fact.resets_at > now):
            grant = fact.limit or grant
            if fact.remaining is not None:
                return fact.remaining, grant or fact.remaining
        if grant is None:
            return None, None
        return float(grant - (shelf.sent_today if shelf.day_ends > now else 0)), float(grant)

    def take(self, model: Model, now: float) -> None:
        """One request goes out."""
        if model.quota is None:
            return
        shelf = self._shelf(pool_of(model))
        if shelf.day_ends <= now:
            shelf.sent_today, shelf.day_ends = 0, day_end(now, model.quota.resets)
        shelf.sent_today += 1
        shelf.lately.append(now)
        while shelf.lately and now - shelf.lately[0] >= MINUTE:
            shelf.lately.popleft()
        day = shelf.facts.get("day")
        if day and day.remaining:
            shelf.facts["day"] = replace(day, remaining=day.remaining - 1)

    def heard(self, pool: str, sent_today: int, day_ends: float) -> None:
        """All processes together have sent this many; of one day the higher count is the later one."""
        shelf = self._shelf(pool)
        known = shelf.sent_today if shelf.day_ends == day_ends else 0
        shelf.sent_today, shelf.day_ends = max(sent_today, known), day_ends

    def learn(self, pool: str, facts: Iterable[QuotaFact], now: float) -> None:
        for fact in facts:
            shelf = self._shelf(pool)
            shelf.facts[fact.window] = _joined(shelf.facts.get(fact.window), fact, now)

    def inventory(self) -> dict[str, dict[str, QuotaFact]]:
        return {pool: dict(shelf.facts) for pool, shelf in self._shelves.items()}

    def _shelf(self, pool: str) -> Shelf:
        shelf = self._shelves.get(pool)
        if shelf is None:
            shelf = self._shelves[pool] = Shelf()
            if len(self._shelves) > POOLS:
                self._shelves.popitem(last=False)
        return shelf


def _joined(known: QuotaFact | None, fact: QuotaFact, now: float) -> QuotaFact:
    """A fact without its reset holds for its window; one that names only the limit leaves what is left of it alone."""
    if fact.remaining is not None:
        return replace(fact, resets_at=now + MINUTE) if fact.resets_at is None and fact.window == "minute" else fact
    if known is not None and known.remaining is not None and (known.resets_at or 0.0) > now:
        return replace(known, limit=fact.limit)
    return fact


def pool_of(model: Model) -> str:
    return model.pool or model.provider
