"""Holds one layer against the schema: what does not fit is taken out and told, the rest stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from lsp_router.config.allowed import allowed
from lsp_router.config.layers import Layer, Place
from lsp_router.config.problem import Problem, closest, shown
from lsp_router.config.schema import Settings
from lsp_router.config.shape import NAMELESS, find, normalised
from lsp_router.config.tree import Path, at, document, fold, without

_SECRETS = frozenset({"key", "token", "secret", "password", "apikey", "passwd", "authorization", "bearer"})
_INSTEAD = "the name of an environment variable that holds it as api_key_env, or api_key_keyring, or api_key_command"


def judged(layer: Layer, below: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """What a layer sets, as plain checked values. Each round takes at least one key out, so it ends."""
    table, problems = dict(layer.table), list[Problem]()
    while True:
        try:
            return plain(Settings.model_validate(document(table))), problems
        except ValidationError as error:
            wrong = {_path(table, finding["loc"]): finding for finding in error.errors(include_url=False)}
        for path, finding in wrong.items():
            problems.append(_problem(layer, path, finding, below))
            table = without(table, path) if path else {}


def plain(settings: Settings) -> dict[str, Any]:
    """Only what was set, in the values a file would hold, models by their names."""
    table: dict[str, Any] = normalised(settings.model_dump(mode="json", exclude_unset=True))
    return table


def _path(table: Mapping[str, Any], location: Sequence[int | str]) -> Path:
    """The key that a finding is about: pydantic also names list places, union members and the like."""
    path: Path = ()
    here: Any = table
    for part in location:
        names = list(here) if isinstance(here, Mapping) else []
        key = names[part] if isinstance(part, int) and path == ("models",) else part
        if key not in names:
            break
        path, here = (*path, str(key)), here[key]
    return path


def _problem(layer: Layer, path: Path, finding: Mapping[str, Any], below: Mapping[str, Any]) -> Problem:
    place, spot = Place(layer, path), find(path)
    if path[-1:] == (NAMELESS,):
        return Place(layer, path[:-1]).problem("an entry without a name is not used", 'name = "…"')
    if spot is None:
        return place.problem(*_unknown(path))
    told = str(finding["ctx"]["error"]) if finding["type"] == "value_error" else allowed(spot)
    return place.problem(f"{_given(layer, path)} does not fit, so {_instead(below, path)}", told)


def _given(layer: Layer, path: Path) -> str:
    """What stands there; nothing of a provider is repeated, a key may have been put into the wrong place."""
    return "this value" if path[:1] == ("providers",) else shown(at(layer.table, path))


def _instead(below: Mapping[str, Any], path: Path) -> str:
    used = at(below, path)
    nothing = used is None or isinstance(used, Mapping) or path[:1] == ("providers",)
    return "it is not used" if nothing else f"{shown(used)} is used"


def _unknown(path: Path) -> tuple[str, str]:
    """A key nobody knows; its value is never repeated, it may be a secret under a wrong name."""
    around = find(path[:-1])
    keys = around.keys if around else ()
    if _SECRETS & set(fold(path[-1]).split("_")) and not path[-1].endswith("_env"):
        return "keys do not belong in a configuration, so it is not used", _INSTEAD
    meant = closest(fold(path[-1]), keys)
    hint = f"; did you mean `{meant}`?" if meant else ""
    return f"unknown, so it is not used{hint}", "" if meant else ", ".join(keys)
