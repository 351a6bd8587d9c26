"""The layers of a configuration: each a table of raw values with the name of who said so."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lsp_router.config.files import TomlFile
from lsp_router.config.problem import Problem, closest, dotted
from lsp_router.config.shape import ROOT, Spot, canonical, normalised
from lsp_router.config.sources import Origin, Source
from lsp_router.config.tree import Path, fold, laid_over, placed

PREFIX = "LSP_ROUTER_"
NOT_SETTINGS = frozenset({"HOME", "CONFIG", "SHARED", "REQUIRE_E2E"})
"""Variables of ours that are no settings: where things are, and where tests find their cases."""
SECTION = "lspRouter"


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source says, keys as the schema spells them, values as they were written."""

    source: Source
    table: Mapping[str, Any] = field(default_factory=dict)
    file: TomlFile | None = None
    variables: Mapping[Path, str] = field(default_factory=dict)
    """For each value from the environment, the variable it came from."""

    @property
    def where(self) -> str:
        return str(self.file.path) if self.file else self.source.value

    def origin(self, path: Path) -> str:
        """The file, the variable, or the source itself, when there is nothing more precise."""
        return self._variable(path) or self.where

    def line(self, path: Path) -> int | None:
        return self.file.line_of(path) if self.file else None

    def _variable(self, path: Path) -> str:
        return next((name for at, name in self.variables.items() if path[: len(at)] == at), "")


@dataclass(frozen=True, slots=True)
class Place:
    """A key in a layer; its line is looked up only when somebody wants to complain."""

    layer: Layer
    path: Path

    @property
    def origin(self) -> Origin:
        return Origin(self.layer.source, self.layer.origin(self.path))

    def problem(self, message: str, allowed: str = "") -> Problem:
        return Problem(self.origin.where, dotted(self.path), message, allowed, self.layer.line(self.path))


def from_file(source: Source, file: TomlFile) -> Layer:
    return Layer(source, normalised(file.table), file)


def from_editor(source: Source, options: object) -> Layer:
    """Settings under our section or bare, nested or with dotted keys.

    An editor's plugin keeps things of its own there, so a strange key counts only when it looks like a slip.
    """
    table = options if isinstance(options, Mapping) else {}
    inner = table.get(canonical(SECTION, (str(key) for key in table)))
    unfolded = _unfolded(inner if isinstance(inner, Mapping) else table)
    return Layer(source, normalised({key: value for key, value in unfolded.items() if _ours(key)}))


def from_environment(environ: Mapping[str, str], below: Mapping[str, Any]) -> Layer:
    """LSP_ROUTER_BUDGET__PER_DAY_USD=2: two underscores go one table deeper."""
    table: dict[str, Any] = {}
    variables: dict[Path, str] = {}
    for variable, text in sorted(environ.items()):
        rest = variable.removeprefix(PREFIX)
        if rest == variable or not rest or rest in NOT_SETTINGS:
            continue
        path = _spelt(rest.split("__"), below)
        table = laid_over(table, normalised(placed(path, read(text))))
        variables[path] = variable
    return Layer(Source.ENVIRONMENT, table, variables=variables)


def from_overrides(overrides: Mapping[str, object], below: Mapping[str, Any]) -> Layer:
    """Dotted keys of a command line; text is read as the environment's is."""
    table: dict[str, Any] = {}
    for key, value in overrides.items():
        path = _spelt(segments(key), below)
        table = laid_over(table, normalised(placed(path, read(value) if isinstance(value, str) else value)))
    return Layer(Source.COMMAND_LINE, table)


def read(text: str) -> object:
    """Lists and tables as JSON or TOML write them; words and numbers stay text, which the schema understands."""
    if not text.lstrip().startswith(("[", "{")):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return tomllib.loads(f"it = {text}")["it"]
    except (ValueError, RecursionError):
        return text


def segments(key: str) -> tuple[str, ...]:
    """The parts of a dotted key; a part in double quotes may hold dots."""
    parts, quoted = [""], False
    for letter in key:
        if letter == '"':
            quoted = not quoted
        elif letter == "." and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return tuple(part.strip() for part in parts)


def _spelt(parts: Iterable[str], below: Mapping[str, Any]) -> Path:
    """The path that loosely written keys mean: as the schema spells them, or as a layer below named something."""
    path: list[str] = []
    spot: Spot | None = ROOT
    known: Any = below
    for part in parts:
        names = list(known) if isinstance(known, Mapping) else []
        keys = spot.keys if spot and spot.keys else names
        name = canonical(part, keys)
        path.append(name if name in keys or part != part.upper() else part.lower())
        spot = spot.child(name) if spot else None
        known = known.get(name) if isinstance(known, Mapping) else None
    return tuple(path)


def _unfolded(options: Mapping[Any, Any]) -> dict[str, Any]:
    """Some editors keep settings flat: {"budget.perDayUsd": 2}."""
    table: dict[str, Any] = {}
    for key, value in options.items():
        parts = segments(str(key))
        name = canonical(parts[0], ROOT.keys)
        flat = len(parts) > 1 and name in ROOT.keys
        table = laid_over(table, placed((name, *parts[1:]), value) if flat else {str(key): value})
    return table


def _ours(key: str) -> bool:
    return canonical(key, ROOT.keys) in ROOT.keys or bool(closest(fold(key), ROOT.keys, 0.75))
