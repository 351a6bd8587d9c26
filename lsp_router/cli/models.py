"""`lsp-router models`: the models of this user as they are ranked for a task."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsp_router.cli.config import add_sources
from lsp_router.cli.opening import learnt, opened
from lsp_router.cli.output import dump, fail, money, table
from lsp_router.domain.task import Task, Work

if TYPE_CHECKING:
    from lsp_router.app.app import App
    from lsp_router.domain.model import Model

EXAMPLE = """\
example:
  lsp-router models --task completion
  lsp-router models --all --json
"""
NOBODY, REMEDY = "no provider is configured", "`lsp-router init` looks for keys and local model servers"


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
    with opened(args) as app:
        rows = [*_ranked(app, task), *(_printed(app, task) if args.all else ())]
        latency = {row.model.name: app.monitor.health.latencies.p50(row.model.name) for row in rows}
        dated = app.fleet.catalogue.dated if app.fleet.catalogue else ""
        alone = not app.fleet.models
    if args.json:
        dump([_as_json(row, task, latency[row.model.name]) for row in rows])
    elif rows:
        table(
            ["model", "tier", "in $/M", "out $/M", "quality", "context", "first token", "health"],
            [_as_row(row, task, latency[row.model.name]) for row in rows],
            right=(2, 3, 4, 5, 6),
        )
        starred = "; * measured on your code" if any(row.measured is not None for row in rows) else ""
        print(f"ranked for {task.value}; catalogue of {dated}{starred}")
        if alone and not args.all:
            print(f"only the offline tier is there: {NOBODY}; {REMEDY}")
    if rows:
        return 0
    return fail("models", NOBODY, REMEDY)


@dataclass(frozen=True, slots=True)
class Row:
    """A model with how it feels now, and why it would not serve the task, if so."""

    model: Model
    health: str
    out: str = ""
    measured: float | None = None
    """Its quality as the user's own code and choices showed it; None where the catalogue speaks."""

    def quality(self, task: Task) -> float:
        return self.model.quality.of(task) if self.measured is None else self.measured


def _ranked(app: App, task: Task) -> list[Row]:
    by_name = {m.name: m for m in (*app.fleet.models, app.embedded)}
    verdicts = learnt(app).decide(Work(task=task)).candidates
    mine = [(by_name[v.model], "" if v.score is not None else v.reason) for v in verdicts]
    measured = app.situation(Work()).measured or {}
    return [Row(model, _health(app, model), out, measured.get((model.name, task.value))) for model, out in mine]


def _printed(app: App, task: Task) -> list[Row]:
    """What the catalogue knows beside that, best first."""
    mine = {(m.provider, m.id) for m in app.fleet.models}
    models = app.fleet.catalogue.models if app.fleet.catalogue else ()
    others = [m for m in models if (m.provider, m.id) not in mine]
    others.sort(key=lambda m: (-m.quality.of(task), m.name))
    return [Row(m, f"{m.provider} is not configured", "not configured") for m in others]


def _health(app: App, model: Model) -> str:
    if not model.usable:
        return model.why_unusable
    shut = app.monitor.health.closed(model, app.world.clock.now())
    return shut.reason if shut else "fine"


def _as_row(row: Row, task: Task, measured: float | None) -> list[str]:
    m, rates = row.model, row.model.price.base
    return [
        m.name,
        m.tier.value,
        money(rates.input),
        money(rates.output),
        f"{row.quality(task):.1f}{'' if row.measured is None else '*'}",
        f"{m.context_window // 1000}k",
        f"{measured:.0f} ms" if measured else f"~{m.latency_target_ms:.0f} ms",
        row.health,
    ]


def _as_json(row: Row, task: Task, measured: float | None) -> dict[str, object]:
    m = row.model
    return {
        "model": m.name,
        "provider": m.provider,
        "id": m.id,
        "tier": m.tier.value,
        "pool": m.pool,
        "privacy": m.privacy.label,
        "price": {"input": m.price.base.input, "cached": m.price.base.cached, "output": m.price.base.output},
        "quality": row.quality(task),
        "quality_source": m.quality.source if row.measured is None else "measured on your code",
        "latency_target_ms": m.latency_target_ms,
        "measured_ms": measured,
        "context_window": m.context_window,
        "capabilities": sorted(m.capabilities),
        "fim": m.fim,
        "health": row.health,
        "out": row.out,
    }
