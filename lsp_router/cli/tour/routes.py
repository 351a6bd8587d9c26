"""To whom other requests would go; nothing is sent, for they would cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsp_router.cli.output import heading, money, table
from lsp_router.cli.tour.trial import Trial
from lsp_router.domain.task import Trigger, Work

if TYPE_CHECKING:
    from lsp_router.domain.decision import Decision

REQUESTS = (
    ("a quick fix", Work(trigger=Trigger.QUICK_FIX, diagnostics=("undefined name 'total'",))),
    ("explain", Work(instruction="explain why this loop is quadratic")),
    ("refactor", Work(instruction="refactor this function into smaller parts", selected_lines=40)),
)


async def show(trial: Trial) -> None:
    heading("\nand the other requests would go to")
    rows = [_row(name, trial.app.decide(work)) for name, work in REQUESTS]
    table(["request", "task", "model", "at most", "then"], rows, right=(3,))
    known = trial.app.fleet.catalogue
    if trial.app.fleet.models or known is None:
        return
    free = sum(1 for m in known.models if m.price.free)
    print(f"the catalogue of {known.dated} knows {len(known.models)} models, {free} of them free of charge;")
    print("`lsp-router init` finds your keys and local model servers")


def _row(name: str, decision: Decision) -> list[str]:
    first, *rest = [m.name for m in decision.chain] or ["nobody yet"]
    price = money(decision.estimate_usd) if decision.chain else ""
    return [name, decision.task.value, first, price, ", ".join(rest[:3])]
