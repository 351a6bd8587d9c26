"""Where a configuration may come from, named without reading any of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path as File

from lsp_router.config.places import Places


class Source(StrEnum):
    """Who may say something, weakest first."""

    DEFAULT = "default"
    USER = "user file"
    PROJECT = "project file"
    INITIALIZATION = "editor (initializationOptions)"
    EDITOR = "editor settings"
    ENVIRONMENT = "environment"
    COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything a configuration may come from; the outside world is handed in, never looked up."""

    places: Places
    environ: Mapping[str, str]
    project: File | None = None
    """The root of the workspace."""
    config_file: File | None = None
    """Takes the place of the user file; a project file is still laid over it."""
    initialization: object = None
    """The initializationOptions, whatever a client may have sent."""
    editor: object = None
    """The answer to workspace/configuration for our section, likewise."""
    overrides: Mapping[str, object] = field(default_factory=dict)
    """Dotted keys of a command line."""

    @property
    def user_file(self) -> File:
        named = self.environ.get("LSP_ROUTER_CONFIG")
        return self.config_file or (File(named) if named else self.places.config_file)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: which layer, and the file or variable there."""

    source: Source
    where: str
