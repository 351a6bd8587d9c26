"""`lsp-router models`: the models of this user as they are ranked for a task."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lsp_router.cli.config import add_sources
from lsp_router.cli.opening import opened
from lsp_router.cli.output import dump, fail, money, table
from lsp_router.domain.task import Task, Work

if TYPE_CHECKING:
    from lsp_router.app.app import App
    from lsp_router.domain.decision import Verdict
    from lsp_router.domain.model import Model

EXAMPLE = """\
example:
  lsp-router models --task completion
  lsp-router models --all --json
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "models",
        help="list models as ranked for a task: price, quality, latency, health",
        description="The models your providers offer, best first for a task, with what is known about each.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--task", choices=[t.value for t in Task], default=Task.EXPLAIN.value, help="default: explain")
    parser.add_argument("--all", action="store_true", help="the whole bundled catalogue, also without a key")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    task = Task(args.task)
    with opened(args, quiet=args.json) as app:
        rows = _printed(app, task) if args.all else _ranked(app, task)
        health = {m.name: _health(app, m) for m, _ in rows}
        latency = {m.name: app.monitor.health.latencies.p50(m.name) for m, _ in rows}
        dated = app.fleet.catalogue.dated if app.fleet.catalogue else ""
    if args.json:
        dump([_as_json(m, why, task, health[m.name]) for m, why in rows])
        return 0
    if not rows:
        return fail("models", "no provider is configured", "`lsp-router init` looks for keys and local model servers")
    table(
        ["model", "tier", "in $/M", "out $/M", "quality", "context", "first token", "health"],
        [_as_row(m, task, latency[m.name], health[m.name]) for m, _ in rows],
        right=(2, 3, 4, 5, 6),
    )
    print(f"ranked for {task.value}; catalogue of {dated}")
    return 0


Row = tuple["Model", str]


def _ranked(app: App, task: Task) -> list[Row]:
    by_name = {m.name: m for m in app.fleet.models}
    verdicts: tuple[Verdict, ...] = app.decide(Work(task=task)).candidates
    return [(by_name[v.model], "" if v.score is not None else v.reason) for v in verdicts]


def _printed(app: App, task: Task) -> list[Row]:
    models = app.fleet.catalogue.models if app.fleet.catalogue else ()
    return [(m, "") for m in sorted(models, key=lambda m: (-m.quality.of(task), m.name))]


def _health(app: App, model: Model) -> str:
    if not model.usable:
        return model.why_unusable
    shut = app.monitor.health.closed(model, app.world.clock.now())
    return shut.reason if shut else "fine"


def _as_row(m: Model, task: Task, measured: float | None, health: str) -> list[str]:
    rates = m.price.base
    return [
        m.name,
        m.tier.value,
        money(rates.input),
        money(rates.output),
        f"{m.quality.of(task):.1f}",
        f"{m.context_window // 1000}k",
        f"{measured:.0f} ms" if measured else f"~{m.latency_target_ms:.0f} ms",
        health,
    ]


def _as_json(m: Model, why: str, task: Task, health: str) -> dict[str, object]:
    return {
        "model": m.name,
        "provider": m.provider,
        "id": m.id,
        "tier": m.tier.value,
        "pool": m.pool,
        "privacy": m.privacy.label,
        "price": {"input": m.price.base.input, "cached": m.price.base.cached, "output": m.price.base.output},
        "quality": m.quality.of(task),
        "quality_source": m.quality.source,
        "latency_target_ms": m.latency_target_ms,
        "context_window": m.context_window,
        "capabilities": sorted(m.capabilities),
        "fim": m.fim,
        "health": health,
        "out": why,
    }
