"""`lsp-router try`: the first minute, without a key and without a network."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_router.cli.config import add_sources
from lsp_router.cli.opening import opened
from lsp_router.cli.output import heading, money, table
from lsp_router.domain.task import Task, Trigger, Work

if TYPE_CHECKING:
    from lsp_router.app.app import App
    from lsp_router.domain.decision import Decision

EXAMPLE = """\
example:
  lsp-router try
  lsp-router try src/app.py
"""
REQUESTS = (
    ("typing", Work(trigger=Trigger.AUTOMATIC, task=Task.COMPLETION, prompt_tokens=800)),
    ("a quick fix", Work(trigger=Trigger.QUICK_FIX, diagnostics=("undefined name 'total'",))),
    ("explain", Work(instruction="explain why this loop is quadratic")),
    ("refactor", Work(instruction="refactor this function into smaller parts", selected_lines=40)),
)


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "try",
        help="see it work in a minute, without a key and without a network",
        description="Show which model would serve each kind of request on a file, and what that would cost.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", nargs="?", type=Path, help="a file of yours")
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    with opened(args) as app:
        rows = [_row(name, app.decide(work)) for name, work in REQUESTS]
        heading(f"how requests would be routed ({app.loaded.settings.profile.value}); nothing is sent")
        table(["request", "task", "model", "at most", "then"], rows, right=(3,))
        _advise(app)
    return 0


def _row(name: str, decision: Decision) -> list[str]:
    first, *rest = [m.name for m in decision.chain] or ["nobody yet"]
    price = money(decision.estimate_usd) if decision.chain else ""
    return [name, decision.task.value, first, price, ", ".join(rest[:3])]


def _advise(app: App) -> None:
    if app.fleet.models:
        return
    known = app.fleet.catalogue
    if known:
        free = sum(1 for m in known.models if m.price.free)
        print(f"the bundled catalogue of {known.dated} knows {len(known.models)} models, {free} of them free of charge")
    print("no key and no local model server is configured: `lsp-router init` finds them")
