"""Takes values out of JSON that nobody vouches for: what is not of the kind asked for is as good as absent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

LONGEST_TEXT = 10_000
MOST_TOKENS = 10**9


def table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def array(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    return value if isinstance(value, str) and len(value) < LONGEST_TEXT else ""


def texts(value: object) -> tuple[str, ...]:
    return tuple(filter(None, map(text, array(value))))


def number(value: object) -> float | None:
    """A finite number, also when it is written as text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if isfinite(found) else None


def tokens(value: object) -> int | None:
    """A count of tokens above zero, or None for what cannot be one."""
    found = number(value)
    return int(found) if found is not None and 1 <= found < MOST_TOKENS and found.is_integer() else None


def rows(body: object, *keys: str) -> Iterator[Mapping[str, Any]]:
    """The tables of a list that is the whole body, or lies under the first of `keys` that holds one."""
    page = table(body)
    found = body if isinstance(body, list) else next((page[k] for k in keys if isinstance(page.get(k), list)), [])
    yield from map(table, array(found))
