"""The functions that outside measurements call; each runs the product's own code."""

from __future__ import annotations

import tempfile
from collections import deque
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from lsp_router.app.app import App
from lsp_router.app.telling import tell_decision
from lsp_router.app.world import World
from lsp_router.config.places import places
from lsp_router.config.sources import Sources
from lsp_router.config.wellknown import find
from lsp_router.domain.task import Privacy, Task, Trigger, Work
from lsp_router.domain.wire import Failure, Fault, QuotaFact
from lsp_router.routing.budget import Spending
from lsp_router.routing.health import Permit
from lsp_router.routing.router import decide as route
from tests.outside.completion import reuse, trigger, trim
from tests.outside.intents import classify
from tests.outside.wire import stream

__all__ = ["classify", "decide", "reuse", "stream", "trigger", "trim"]


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
        environ = {"HOME": folder, "LSP_ROUTER_HOME": folder, **state.get("environ", _keys(config_toml))}
        file = Path(folder, "config.toml")
        file.write_text(config_toml, "utf-8")
        app = App(Sources(places(environ), environ, config_file=file), World(environ=environ))
        try:
            work = app.at_home(_work(request))
            return tell_decision(route(work, _situation(app, work, state), app.world.new_id()))
        finally:
            app.records.close()


def _keys(config_toml: str) -> dict[str, str]:
    import tomllib

    table = tomllib.loads(config_toml)
    providers = {**{m.get("provider", ""): {} for m in table.get("models", [])}, **table.get("providers", {})}
    names = [
        row.get("api_key_env") or (known.key_env if (known := find(name)) else "") for name, row in providers.items()
    ]
    return {name: "a-key-for-measuring" for name in names if name}


def _work(request: dict[str, Any]) -> Work:
    told = dict(request)
    for other, ours in [
        ("file", "path"),
        ("uri", "path"),
        ("image", "has_image"),
        ("model", "pin"),
        ("text", "instruction"),
    ]:
        if other in told:
            told.setdefault(ours, told.pop(other))
    known = {field.name for field in fields(Work)}
    told = {name: value for name, value in told.items() if name in known and value is not None}
    if told.get("task"):
        told["task"] = Task(told["task"])
    if "trigger" in told:
        told["trigger"] = Trigger(told["trigger"])
    if isinstance(told.get("privacy"), str):
        told["privacy"] = Privacy.parse(told["privacy"])
    if "diagnostics" in told:
        told["diagnostics"] = tuple(d if isinstance(d, str) else d.get("message", "") for d in told["diagnostics"])
    return Work(**told)


def _situation(app: App, work: Work, state: dict[str, Any]):
    here = app.situation(work)
    now = float(state.get("now", here.now))
    health, by_name = here.health, {m.name: m for m in here.models}
    for scope, seconds in {**state.get("benched", {}), **state.get("open", {})}.items():
        until = now + (seconds if isinstance(seconds, int | float) and not isinstance(seconds, bool) else 600)
        health.open(scope if ":" in scope else f"{'model' if scope in by_name else 'pool'}:{scope}", until, "benched")
    for told in state.get("failures", []):
        permit = health.permit(by_name[told["model"]], now)
        if isinstance(permit, Permit):
            failure = Failure(Fault(told["fault"]), told.get("message", ""), retry_after=told.get("retry_after"))
            health.fail(permit, failure, now)
    for pool, told in state.get("quota", {}).items():
        resets = told.get("resets_at") or now + float(told.get("resets_in", 3_600))
        fact = QuotaFact(told.get("window", "day"), told.get("limit"), told.get("remaining"), resets)
        health.quotas.learn(pool, (fact,), now)
    for pool, count in state.get("sent", {}).items():
        health.quotas.heard(pool, count, now + 3_600)
    for model, ms in {**state.get("latency_ms", {}), **state.get("latency", {})}.items():
        deque((health.latencies.record(model, float(ms)) for _ in range(20)), maxlen=0)
    spent = state.get("spent", {})
    measured = {tuple(key.rsplit(":", 1)): value for key, value in state.get("measured", {}).items()}
    return replace(
        here,
        now=now,
        spending=Spending(**spent) if isinstance(spent, dict) else Spending(float(spent), float(spent)),
        pins={Task(task): model for task, model in state.get("pins", {}).items()},
        measured=measured or None,
    )
