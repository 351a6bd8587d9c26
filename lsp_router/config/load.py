"""From all layers to one value: `load` never raises for what somebody wrote, it says what was wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any

from lsp_router.config import files, layers
from lsp_router.config.crosscheck import crosschecked
from lsp_router.config.judge import judged, plain
from lsp_router.config.layers import Layer, Place
from lsp_router.config.problem import Problem, dotted
from lsp_router.config.restraint import restrained
from lsp_router.config.schema import Settings
from lsp_router.config.sources import Origin, Source, Sources
from lsp_router.config.tree import Path, document, laid_over, leaves
from lsp_router.config.trust import trusted


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings that hold, what was wrong on the way, and who set each value (by dotted key)."""

    settings: Settings
    warnings: tuple[Problem, ...] = ()
    provenance: Mapping[str, Origin] = field(default_factory=dict)
    trusted: bool = False

    @property
    def values(self) -> dict[str, object]:
        """Every value by its dotted key, as a file would hold it."""
        named = leaves(plain(self.settings))
        return {dotted(path): value for path, value in named if len(path) > 1 or value != {}}


def load(sources: Sources) -> Loaded:
    vouched = is_trusted(sources)
    below: dict[str, Any] = {}
    origins: dict[Path, Place] = {}
    warnings: list[Problem] = []
    for read in _readers(sources):
        layer, problems = read(below)
        table, wrong = judged(layer, below)
        if layer.source is Source.PROJECT and not vouched and sources.project:
            table, refused = restrained(layer, table, below, sources.project)
            wrong += refused
        warnings += [*problems, *sorted(wrong, key=lambda problem: problem.line or 0)]
        below = laid_over(below, table)
        origins |= {path: Place(layer, path) for path, _ in leaves(table)}
    settings = Settings.model_validate(document(below))
    warnings += crosschecked(settings, origins)
    provenance = {dotted(path): origins[path].origin for path, _ in leaves(below)}
    return Loaded(settings, tuple(warnings), provenance, vouched)


def is_trusted(sources: Sources) -> bool:
    """Either the editor or the user vouches for a workspace."""
    said = sources.initialization
    vouched = isinstance(said, Mapping) and said.get("trusted") is True
    return vouched or trusted(sources.places, sources.project)


Reader = Callable[[Mapping[str, Any]], tuple[Layer, list[Problem]]]


def _readers(sources: Sources) -> list[Reader]:
    """Weakest first; each may look at what is said below it."""
    return [
        lambda _: (Layer(Source.DEFAULT, Settings().model_dump(mode="json")), []),
        lambda _: _user(sources),
        lambda _: _project(sources.project),
        lambda _: (layers.from_editor(Source.INITIALIZATION, sources.initialization), []),
        lambda _: (layers.from_editor(Source.EDITOR, sources.editor), []),
        lambda below: (layers.from_environment(sources.environ, below), []),
        lambda below: (layers.from_overrides(sources.overrides, below), []),
    ]


def _user(sources: Sources) -> tuple[Layer, list[Problem]]:
    path = sources.user_file
    file, problems = files.read_user(path)
    if not file and not problems and path != sources.places.config_file:
        problems = [Problem(str(path), "", "there is no such file, so only the other layers are used")]
    return _of(Source.USER, file), problems


def _project(root: File | None) -> tuple[Layer, list[Problem]]:
    file, problems = files.read_project(root) if root else (None, [])
    return _of(Source.PROJECT, file), problems


def _of(source: Source, file: files.TomlFile | None) -> Layer:
    return layers.from_file(source, file) if file else Layer(source)
