"""`lsp-router stats`: what was spent, what it would have cost, and how well it went."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from lsp_router.cli.config import add_sources
from lsp_router.cli.opening import opened, view_of
from lsp_router.cli.output import dump, heading, money, styled, table
from lsp_router.cli.study import add_since

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lsp_router.routing.alerts import Alert
    from lsp_router.store.history import Total
    from lsp_router.store.trends import Reception

EXAMPLE = """\
example:
  lsp-router stats
  lsp-router stats --since 24h --by model
  lsp-router stats --since 30d --by day --json
  lsp-router stats --by feedback      what is accepted, by model, language and task
"""
FEEDBACK = "feedback"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "stats",
        help="spend, savings against a single premium model, latency, cache hits, paid share",
        description="Totals of what was asked, from the ledger on this machine.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_since(parser)
    kinds = ["model", "task", "language", "day", FEEDBACK]
    parser.add_argument("--by", choices=kinds, default="model", help="default: model")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from lsp_router.insight.figures import received_as, told  # noqa: PLC0415 - `--help` need not wait for it
    from lsp_router.insight.standing import alerts  # noqa: PLC0415 - same

    since = time.time() - args.since
    with opened(args) as app:
        view = view_of(app)
        everything = view.history.totals(since)
        received = view.trends.reception(since) if args.by == FEEDBACK else []
        rows = [] if args.by == FEEDBACK else view.history.totals(since, args.by)
        raised = alerts(view)
    whole = everything[0] if everything else None
    if args.json:
        each = [*map(told, rows), *map(received_as, received)]
        warnings = [{"key": alert.key, "message": alert.message} for alert in raised]
        dump({"total": told(whole) if whole else None, "by": args.by, "rows": each, "alerts": warnings})
        return 0
    if whole is None or not whole.requests:
        print("nothing was asked in this time; `lsp-router try` is a first request")
    else:
        _summary(whole, raised)
        _reactions(received) if args.by == FEEDBACK else _totals(args.by, rows)
    return 0


def _summary(t: Total, raised: Sequence[Alert]) -> None:
    from lsp_router.insight.figures import per_char  # noqa: PLC0415 - see above

    saved = f"saved {money(t.saved_usd)} against a single premium model" if t.saved_usd > 0 else "nothing saved yet"
    heading(f"{t.requests} requests, {money(t.cost_usd, '$0')}; {saved}")
    print(f"{t.hits} answered by the cache, {t.paid_share:.1%} of the others paid, {t.fell_back} fell back")
    kept = per_char(t.suggested_usd, t.survived_chars)
    if t.shown:
        stayed = "" if kept is None else f"; {money(1_000 * kept, '$0')} per 1,000 characters that stayed"
        print(f"{t.accepted} of {t.shown} suggestions accepted{stayed}")
    for alert in raised:
        styled((f"! {alert.message}", "yellow"))


def _totals(by: str, rows: Sequence[Total]) -> None:
    heads = [by, "requests", "cost", "would cost", "cache", "paid", "p50", "p95", "accepted", "per 1,000 kept"]
    table(heads, [_as_row(r) for r in rows], right=tuple(range(1, 10)))


def _as_row(t: Total) -> list[str]:
    from lsp_router.insight.figures import per_char  # noqa: PLC0415 - see above

    kept = per_char(t.suggested_usd, t.survived_chars)
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
        "" if kept is None else money(1_000 * kept, "$0"),
    ]


def _reactions(received: Sequence[Reception]) -> None:
    """Only what was on a screen can be liked."""
    heads = ["model", "language", "task", "shown", "accepted", "in part", "rejected", "kept chars", "per 1,000 kept"]
    table(heads, [_as_reaction(r) for r in received if r.shown], right=tuple(range(3, 9)))


def _as_reaction(r: Reception) -> list[str]:
    from lsp_router.insight.figures import per_char  # noqa: PLC0415 - see above

    kept = per_char(r.cost_usd, r.survived_chars)
    counts = (r.shown, r.accepted, r.partial, r.rejected, r.survived_chars)
    return [r.model, r.language, r.task, *map(str, counts), "" if kept is None else money(1_000 * kept, "$0")]
