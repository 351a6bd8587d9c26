"""Nested tables as data: laying one over another, taking leaves off, and naming what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str, ...]

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATOR = re.compile(r"[^a-z0-9]+")


def fold(key: str) -> str:
    """perDayUsd, per-day-usd and PER_DAY_USD are one key."""
    return _SEPARATOR.sub("_", _HUMP.sub("_", key).lower())


def laid_over(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """A new table: tables merge deep, anything else of the upper one wins."""
    merged = dict(lower)
    for key, value in upper.items():
        below = merged.get(key)
        merged[key] = laid_over(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def leaves(table: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value with its key; an empty table is a value, so that naming something leaves a trace."""
    for key, value in table.items():
        here = (*path, key)
        if isinstance(value, Mapping) and value:
            yield from leaves(value, here)
        else:
            yield here, value


def at(table: Mapping[str, Any], path: Path, default: Any = None) -> Any:
    value: Any = table
    for key in path:
        if not isinstance(value, Mapping) or key not in value:
            return default
        value = value[key]
    return value


def without(table: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """A new table that lacks one key, and the tables that only held it."""
    head, rest = path[0], path[1:]
    kept = dict(table)
    if rest and isinstance(kept.get(head), Mapping):
        kept[head] = without(kept[head], rest)
        if kept[head]:
            return kept
    kept.pop(head, None)
    return kept


def placed(path: Path, value: Any) -> dict[str, Any]:
    """The table that holds one value at a path."""
    for key in reversed(path):
        value = {key: value}
    table: dict[str, Any] = value
    return table


def document(table: Mapping[str, Any]) -> dict[str, Any]:
    """The shape the schema validates: models as the list they are written as."""
    models = table.get("models")
    if not isinstance(models, Mapping):
        return dict(table)
    listed = [{**model, "name": name} if isinstance(model, Mapping) else model for name, model in models.items()]
    return {**table, "models": listed}
