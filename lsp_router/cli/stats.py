"""`lsp-router stats`: what was spent, what it would have cost, and how well it went."""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from lsp_router.cli.config import add_sources
from lsp_router.cli.opening import opened
from lsp_router.cli.output import dump, heading, money, table
from lsp_router.cli.study import add_since

if TYPE_CHECKING:
    from lsp_router.store.history import Total

EXAMPLE = """\
example:
  lsp-router stats
  lsp-router stats --since 24h --by model
  lsp-router stats --since 30d --by day --json
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "stats",
        help="spend, savings against a single premium model, latency, cache hits, paid share",
        description="Totals of what was asked, from the ledger on this machine.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_since(parser)
    parser.add_argument("--by", choices=["model", "task", "language", "day"], default="model", help="default: model")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    since = time.time() - args.since
    with opened(args) as app:
        rows = app.records.history.totals(since, args.by)
        everything = app.records.history.totals(since)
    whole = everything[0] if everything else None
    if args.json:
        dump({"total": _as_json(whole) if whole else None, "by": args.by, "rows": [_as_json(r) for r in rows]})
        return 0
    if whole is None or not whole.requests:
        print("nothing was asked in this time; `lsp-router try` is a first request")
        return 0
    _summary(whole)
    table(
        [args.by, "requests", "cost", "would cost", "cache", "paid", "p50", "p95", "accepted"],
        [_as_row(r) for r in rows],
        right=tuple(range(1, 9)),
    )
    return 0


def _summary(t: Total) -> None:
    saved = f"saved {money(t.saved_usd)} against a single premium model" if t.saved_usd > 0 else "nothing saved yet"
    heading(f"{t.requests} requests, {money(t.cost_usd, '$0')}; {saved}")
    print(f"{t.hits} answered by the cache, {t.paid_share:.1%} of the others paid, {t.fell_back} fell back")


def _as_row(t: Total) -> list[str]:
    return [
        t.key or "(none)",
        str(t.requests),
        money(t.cost_usd, "$0"),
        money(t.baseline_usd, "$0"),
        str(t.hits),
        f"{t.paid_share:.0%}",
        "" if t.p50_ms is None else f"{t.p50_ms:.0f} ms",
        "" if t.p95_ms is None else f"{t.p95_ms:.0f} ms",
        f"{t.accepted}/{t.shown}",
    ]


def _as_json(t: Total) -> dict[str, object]:
    return {**asdict(t), "saved_usd": t.saved_usd, "paid_share": t.paid_share}
