"""The functions that outside measurements call; each runs the product's own code."""

from __future__ import annotations

import tempfile
import tomllib
from pathlib import Path
from typing import Any

from lsp_router.app.app import App
from lsp_router.app.world import World
from lsp_router.config.places import places
from lsp_router.config.sources import Sources
from lsp_router.config.wellknown import find
from lsp_router.domain.task import Work
from lsp_router.domain.telling import tell_decision
from lsp_router.routing.router import decide as route
from tests.outside.completion import reuse, trigger, trim
from tests.outside.extraction import extract
from tests.outside.intents import classify
from tests.outside.routing import situation_of, work_of
from tests.outside.wire import stream

__all__ = ["classify", "decide", "extract", "reuse", "stream", "trigger", "trim"]


def decide(config_toml: str, request: dict[str, Any], state: dict[str, Any] | None = None) -> dict[str, Any]:
    """The decision of `lsp-router route --json` for a configuration, a request and what has happened so far.

    `request` has the fields of a piece of work: instruction, task, trigger, language, path (or file, uri),
    diagnostics, selected_lines, files, has_image (or image), prompt_tokens, output_tokens, privacy, pin (or model),
    force_paid, forbid_cloud. `state`: now, spent {day, session, request}, benched {model or pool: seconds},
    failures [{model, fault, retry_after}], quota {pool: {window, limit, remaining, resets_in}}, sent {pool: n},
    latency_ms {model: ms}, pins {task: model}, measured {"model:task": quality}, environ {NAME: key}.
    Every key the configuration names is taken to be set unless `environ` says otherwise.
    """
    state = state or {}
    with tempfile.TemporaryDirectory() as folder:
        environ = {"HOME": folder, "LSP_ROUTER_HOME": folder, **(state.get("environ") or _keys(config_toml))}
        file = Path(folder, "config.toml")
        file.write_text(config_toml, "utf-8")
        app = App(Sources(places(environ), environ, config_file=file), World(environ=environ))
        try:
            return tell_decision(_decide(app, work_of(request), state))
        finally:
            app.records.close()


def _decide(app: App, work: Work, state: dict[str, Any]):
    work = app.at_home(work)
    return route(work, situation_of(app.situation(work), state), app.world.new_id(), app.words)


def _keys(config_toml: str) -> dict[str, str]:
    """A configuration that is broken is still one that somebody may have."""
    try:
        table = tomllib.loads(config_toml)
    except tomllib.TOMLDecodeError:
        return {}
    named = {str(m.get("provider")): {} for m in _tables(table.get("models"))}
    named |= {name: row for name, row in (table.get("providers") or {}).items() if isinstance(row, dict)}
    variables = [
        row.get("api_key_env") or (known.key_env if (known := find(name)) else "") for name, row in named.items()
    ]
    return {str(name): "a-key-for-measuring" for name in variables if name}


def _tables(value: object) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
