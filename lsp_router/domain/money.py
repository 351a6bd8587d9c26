"""Token classes and prices: exact, disjoint, in dollars per million tokens."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime


def dollars(usd: float) -> str:
    """Short, but never a price that reads as nothing."""
    return f"${usd:.2f}" if usd >= 1 else f"${usd:.4f}" if usd >= 0.0001 else f"${usd:.6f}"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token counts in disjoint classes: no token is ever counted, or billed, in two of them."""

    input: int = 0
    cached: int = 0
    written: int = 0
    output: int = 0
    reasoning: int = 0

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def prompt(self) -> int:
        return self.input + self.cached + self.written

    @property
    def total(self) -> int:
        return self.prompt + self.output + self.reasoning


@dataclass(frozen=True, slots=True)
class Rates:
    """Dollars per million tokens of each class, as they hold for one request."""

    input: float = 0.0
    cached: float = 0.0
    written: float = 0.0
    output: float = 0.0
    request: float = 0.0

    def cost(self, tokens: Tokens) -> float:
        millionths = (
            tokens.input * self.input
            + tokens.cached * self.cached
            + tokens.written * self.written
            + (tokens.output + tokens.reasoning) * self.output
        )
        return millionths / 1e6 + self.request

    def expect(self, fresh: int, cached: int, output: int) -> float:
        """An ordinary request; the same as `cost` without the tokens being put in a box first."""
        return (fresh * self.input + cached * self.cached + output * self.output) / 1e6 + self.request

    def worst(self, prompt: int, output: int) -> float:
        """Nothing cached, everything written to a cache if that is dearer, the whole output used."""
        return (prompt * max(self.input, self.written) + output * self.output) / 1e6 + self.request


@dataclass(frozen=True, slots=True)
class PriceBand:
    """Another set of rates, from a prompt length on or during some UTC hours (may wrap midnight)."""

    rates: Rates
    above_prompt: int = -1
    hours: tuple[float, float] | None = None

    def holds(self, prompt_tokens: int, hour: float) -> bool:
        return prompt_tokens > self.above_prompt and self._open(hour)

    def _open(self, hour: float) -> bool:
        if self.hours is None:
            return True
        start, end = self.hours
        return start <= hour < end if start <= end else hour >= start or hour < end


@dataclass(frozen=True, slots=True)
class Price:
    """A price is a function of prompt length and time; the last band that holds wins."""

    base: Rates = Rates()
    bands: tuple[PriceBand, ...] = ()

    def at(self, prompt_tokens: int = 0, now: float = 0.0) -> Rates:
        if not self.bands:
            return self.base
        when = datetime.fromtimestamp(now, UTC)
        hour = when.hour + when.minute / 60
        held = [band.rates for band in self.bands if band.holds(prompt_tokens, hour)]
        return held[-1] if held else self.base

    @property
    def free(self) -> bool:
        return not (self.base.input or self.base.output or self.base.request or self.bands)
