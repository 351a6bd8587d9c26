"""Prices on paper: how they are stored, and which new ones deserve belief."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from lsp_router.domain.money import Price, PriceBand, Rates

ASSUMED = Price(Rates(input=3.0, cached=3.0, written=3.75, output=15.0))
"""For a paid model whose price nobody told: dear, because an unknown price must not pass a budget as free."""
ABSURD = 100.0
"""A price does not change by more than this factor, nor to nothing; a list that says so is wrong."""


def rates(
    prompt: float, answer: float, *, cached: float | None = None, written: float | None = None, request: float = 0.0
) -> Rates:
    """Rates where what is not stated costs as much as plain input: no discount is assumed."""
    return Rates(
        input=prompt,
        cached=prompt if cached is None else cached,
        written=prompt if written is None else max(prompt, written),
        output=answer,
        request=request,
    )


def encode(price: Price) -> dict[str, Any]:
    """Input, cached, written, output, and a price per request if there is one; then what holds only at times."""
    document: dict[str, Any] = {"rates": _numbers(price.base)}
    if price.bands:
        document["bands"] = [_encode_band(band) for band in price.bands]
    return document


def decode(document: Mapping[str, Any]) -> Price:
    """Raises ValueError, TypeError or KeyError on anything that `encode` would not have written."""
    bands = tuple(_decode_band(band) for band in document.get("bands", ()))
    return Price(_rates(document["rates"]), bands)


def doubt(old: Price, new: Price) -> str:
    """Why a new price is not to be believed, or nothing."""
    pairs = ((old.base.input, new.base.input), (old.base.output, new.base.output))
    if any(a > 0 and not a / ABSURD <= b <= a * ABSURD for a, b in pairs):
        return f"${old.base.input:g}/${old.base.output:g} cannot have become ${new.base.input:g}/${new.base.output:g}"
    return ""


def _encode_band(band: PriceBand) -> dict[str, Any]:
    document: dict[str, Any] = {"rates": _numbers(band.rates)}
    if band.above_prompt >= 0:
        document["above"] = band.above_prompt
    if band.hours is not None:
        document["hours"] = list(band.hours)
    return document


def _decode_band(document: Mapping[str, Any]) -> PriceBand:
    hours = document.get("hours")
    return PriceBand(
        _rates(document["rates"]),
        above_prompt=int(document.get("above", -1)),
        hours=None if hours is None else (_number(hours[0]), _number(hours[1])),
    )


def _numbers(r: Rates) -> list[float]:
    return [r.input, r.cached, r.written, r.output, *([r.request] if r.request else [])]


def _rates(numbers: Sequence[float]) -> Rates:
    prompt, cached, written, answer, *request = (_number(n) for n in numbers)
    return Rates(prompt, cached, written, answer, *request)


def _number(value: float) -> float:
    number = float(value)
    if not isfinite(number) or number < 0:
        raise ValueError(f"not a price: {value}")
    return number
