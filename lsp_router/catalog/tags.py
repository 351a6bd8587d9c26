"""Price tags in model lists: text of dollars per token, and overrides by prompt length or time of day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lsp_router.catalog import untrusted
from lsp_router.domain.money import Price, PriceBand, Rates

_FIELDS = {
    "prompt": "input",
    "completion": "output",
    "input_cache_read": "cached",
    "input_cache_write": "written",
    "request": "request",
}
_CONDITIONS = frozenset({"min_prompt_tokens", "utc_start", "utc_end"})
_MOST_PER_TOKEN = 1.0


def read(pricing: object) -> tuple[Price | None, str]:
    """The price or None, and what was wrong with it. A negative price means that it varies: none, but nothing wrong."""
    tag = untrusted.table(pricing)
    if "prompt" not in tag or "completion" not in tag:
        return None, ""
    stated = _stated(tag)
    if stated is None:
        varies = any((untrusted.number(tag[key]) or 0) < 0 for key in ("prompt", "completion"))
        return None, "" if varies else f"no price: {tag['prompt']!r:.40} and {tag['completion']!r:.40}"
    overrides = [_band(untrusted.table(o), stated) for o in untrusted.array(tag.get("overrides"))]
    bands = tuple(band for band in overrides if band is not None)
    if len(bands) < len(overrides):
        return None, "a price override under a condition that is not understood"
    return Price(_completed(stated), bands), ""


def _band(override: Mapping[str, Any], base: dict[str, float]) -> PriceBand | None:
    """What an override does not state it inherits; a condition nobody knows makes the whole price unknown."""
    changed, floor = _stated(override), untrusted.tokens(override.get("min_prompt_tokens"))
    start, end = _hour(override.get("utc_start")), _hour(override.get("utc_end"))
    hours = (start, end) if start is not None and end is not None else None
    understood = {"min_prompt_tokens": floor is not None, "utc_start": hours is not None, "utc_end": hours is not None}
    asked = _CONDITIONS & override.keys()
    if changed is None or not asked or not all(understood[condition] for condition in asked):
        return None
    return PriceBand(_completed({**base, **changed}), above_prompt=floor - 1 if floor else -1, hours=hours)


def _stated(tag: Mapping[str, Any]) -> dict[str, float] | None:
    """Dollars per million tokens by the name of our field; None when one of them is no price."""
    stated = {}
    for key, name in _FIELDS.items():
        if tag.get(key) is None:
            continue
        dollars = untrusted.number(tag[key])
        if dollars is None or not 0 <= dollars <= _MOST_PER_TOKEN:
            return None
        stated[name] = dollars if name == "request" else round(dollars * 1e6, 9)
    return stated


def _completed(stated: dict[str, float]) -> Rates:
    """No discount is assumed: a cache that is not priced costs what plain input costs."""
    full = replace(Rates(), **stated)
    return replace(full, cached=stated.get("cached", full.input), written=max(full.written, full.input))


def _hour(value: object) -> float | None:
    """1030 is half past ten."""
    clock = untrusted.number(value)
    if clock is None or not 0 <= clock <= 2400 or clock % 100 >= 60:
        return None
    return clock // 100 + clock % 100 / 60
