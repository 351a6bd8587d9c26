"""`lsp-router audit`: how many of the calls that were paid for a free model could have served."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from lsp_router.cli.config import add_sources
from lsp_router.cli.opening import opened
from lsp_router.cli.output import dump, heading, money, table
from lsp_router.cli.study import add_since, days, rules, traffic

if TYPE_CHECKING:
    from lsp_router.insight.audit import Audit, Case

EXAMPLE = """\
Reads the ledger and asks the router again, with free and local models only. Sends nothing.

example:
  lsp-router audit
  lsp-router audit --since 30d --json
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "audit",
        help="how many of the paid calls a free model could have served",
        description="Look again at every call that was paid for: could a free or local model have served it?",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_since(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from lsp_router.insight.audit import CANNOT_KNOW, audit  # noqa: PLC0415 - `--help` need not wait for it

    with opened(args) as app:
        seen = traffic(app, args.since)
        found = audit(seen.rows, rules(app), seen.odds, seen.speeds)
    if args.json:
        dump({**_as_json(found), "cannot_know": list(CANNOT_KNOW)})
    else:
        _show(found, days(args.since))
    return 0


def _show(found: Audit, span: str) -> None:
    if not found.asked:
        print(f"no model answered anything in {span}; `lsp-router try` is a first request")
        return
    spent = sum(case.cost_usd for case in found.cases)
    heading(f"{found.asked} calls in {span}: {found.free} for free, {len(found.cases)} paid ({money(spent, '$0')})")
    if not found.cases:
        print("nothing was paid for, so there is nothing to save")
        return
    could, good = len(found.could), sum(case.as_good for case in found.could)
    print(
        f"a free or local model could have served {could} of the {len(found.cases)}, {good} of them about as well: "
        f"{found.expected:.1f} with the failures measured, saving {money(found.saving_usd, '$0')}"
    )
    rows = [_row(task, model, found) for task, model in dict.fromkeys((c.task, c.paid_model) for c in found.cases)]
    table(["task", "paid", "calls", "cost", "could be free", "as well", "by"], rows, right=(2, 3, 4, 5))
    for title, reasons in (("paid because", found.reasons()), ("in the way of the rest", found.obstacles())):
        for reason, count in reasons[:5]:
            print(f"{title}: {reason} ({count})")
    print(
        "not known: whether the free answers would have been good enough; `lsp-router eval` measures that on your code"
    )


def _row(task: str, model: str, found: Audit) -> list[str]:
    cases = [c for c in found.cases if (c.task, c.paid_model) == (task, model)]
    free = [c for c in cases if c.free_model]
    return [
        task,
        model,
        str(len(cases)),
        money(sum(c.cost_usd for c in cases), "$0"),
        str(len(free)),
        str(sum(c.as_good for c in free)),
        _most(free),
    ]


def _most(free: list[Case]) -> str:
    names = [c.free_model for c in free]
    return max(set(names), key=names.count) if names else ""


def _as_json(found: Audit) -> dict[str, object]:
    return {
        "asked": found.asked,
        "free": found.free,
        "paid": len(found.cases),
        "could_be_free": len(found.could),
        "could_be_free_as_good": sum(case.as_good for case in found.could),
        "expected_with_failures": found.expected,
        "paid_usd": sum(case.cost_usd for case in found.cases),
        "saving_usd": found.saving_usd,
        "paid_because": dict(found.reasons()),
        "obstacles": dict(found.obstacles()),
        "cases": [asdict(case) for case in found.cases],
    }
