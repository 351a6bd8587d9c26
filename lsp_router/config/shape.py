"""Walking the schema by key, so that every spelling of a key, in every layer, finds the same setting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from lsp_router.config.schema import Settings
from lsp_router.config.tree import Path, fold, laid_over
from lsp_router.config.values import Table, Untrusted, untrusted_may

NAMELESS = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """What the schema expects somewhere: a table with fixed keys, a table of names, or a plain value."""

    annotation: Any
    field: FieldInfo | None = None

    @property
    def table(self) -> type[Table] | None:
        kind = self.annotation
        return kind if isinstance(kind, type) and issubclass(kind, Table) else None

    @property
    def by_name(self) -> bool:
        """A list of tables counts as a table of their names: that is how layers merge them."""
        return self.entry is not None

    @property
    def entry(self) -> Any:
        origin, arguments = get_origin(self.annotation), get_args(self.annotation)
        if origin is dict:
            return arguments[1]
        listed = arguments[0] if origin is list else None
        return listed if isinstance(listed, type) and issubclass(listed, Table) else None

    @property
    def keys(self) -> Sequence[str]:
        """The keys that exist; empty where people choose the names."""
        if self.table:
            return tuple(self.table.model_fields)
        return tuple(_choices(get_args(self.annotation)[0])) if get_origin(self.annotation) is dict else ()

    @property
    def leaf(self) -> bool:
        return self.table is None and not self.by_name

    def child(self, key: str) -> Spot | None:
        if self.table:
            field = self.table.model_fields.get(key)
            return Spot(field.annotation, field) if field else None
        return Spot(self.entry) if self.by_name and (not self.keys or key in self.keys) else None


ROOT = Spot(Settings)


def find(path: Path) -> Spot | None:
    spot: Spot | None = ROOT
    for key in path:
        spot = spot.child(key) if spot else None
    return spot


def rule(path: Path) -> Untrusted:
    """The strictest word on the way: what stands for a table stands for everything in it."""
    for length in range(1, len(path) + 1):
        spot = find(path[:length])
        if spot and spot.field and (may := untrusted_may(spot.field)) != "free":
            return may
    return "free"


def canonical(key: str, known: Iterable[str]) -> str:
    """The known key that this is a spelling of, or the key as it stands."""
    names = list(known)
    return key if key in names else next((name for name in names if fold(name) == fold(key)), key)


def normalised(value: Any, spot: Spot = ROOT) -> Any:
    """The same table with every key as the schema spells it; null means not set, and lists of tables go by name.

    What does not fit stays as it is, for validation to tell.
    """
    if spot.leaf:
        return value
    if isinstance(value, list) and get_origin(spot.annotation) is list:
        return _named(value, spot)
    if not isinstance(value, Mapping):
        return value
    table: dict[str, Any] = {}
    for key, item in value.items():
        if item is None:
            continue
        name = canonical(str(key), spot.keys)
        child = spot.child(name)
        table[name] = normalised(item, child) if child else item
    return table


def _named(items: list[Any], spot: Spot) -> dict[str, Any]:
    """Entries of one name are laid over each other; what has none is kept in one place, for validation to tell."""
    entries: dict[str, Any] = {}
    for item in items:
        table = normalised(item, Spot(spot.entry))
        entry = dict(table) if isinstance(table, dict) else {}
        name = entry.pop("name", None)
        key = name if isinstance(name, str) else NAMELESS
        entries[key] = laid_over(entries.get(key, {}), entry)
    return entries


def _choices(annotation: Any) -> list[str]:
    """The words that an annotation of a key admits; none when it admits any."""
    if get_origin(annotation) is Literal:
        return [str(word) for word in get_args(annotation)]
    if get_origin(annotation) in {Union, UnionType}:
        return [word for part in get_args(annotation) for word in _choices(part)]
    return [member.value for member in annotation] if issubclass(annotation, StrEnum) else []
