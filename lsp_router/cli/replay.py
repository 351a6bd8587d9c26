"""`lsp-router replay`: what the logged traffic would have cost under another configuration."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lsp_router.cli.config import add_sources
from lsp_router.cli.opening import opened, opened_from
from lsp_router.cli.output import dump, fail, heading, money, table, waiting
from lsp_router.cli.study import Traffic, add_since, days, rules, traffic
from lsp_router.config.places import places
from lsp_router.config.sources import Sources

if TYPE_CHECKING:
    from lsp_router.insight.replay import Played, Replayed
    from lsp_router.routing.candidates import Situation

EXAMPLE = """\
The file counts alone: no project file is laid over it. Its models are taken as if their keys were there.
Failures are drawn from what was measured, several times; the lowest and the highest cost are shown. Sends nothing.

example:
  lsp-router replay --config cheaper.toml
  lsp-router replay --config cheaper.toml --set profile=balanced --since 30d --json
"""
DRAWS = 5
PATIENCE_ROWS = 20_000
"""Requests that are decided anew in a few seconds; with more of them there are fewer draws."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "replay",
        help="what the logged traffic would have cost under another configuration",
        description="Decide every logged request once more, under the configuration in FILE.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_since(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from lsp_router.insight.replay import CANNOT_KNOW, logged  # noqa: PLC0415 - `--help` need not wait for it

    if args.config is None and not args.set:
        return fail("replay", "no other configuration is named", "name a file: --config FILE", code=2)
    if args.config is not None and not args.config.is_file():
        return fail("replay", f"there is no file {args.config}", "name a configuration file that exists", code=2)
    other = Sources(places(os.environ), os.environ, None, args.config, overrides=dict(args.set))
    args.config, args.set = None, []
    with opened(args) as app, opened_from(other) as imagined, waiting("deciding anew"):
        seen = traffic(app, args.since)
        now = _play(seen, rules(app))
        then = _play(seen, rules(imagined, hypothetical=True))
    if args.json:
        dump(
            {"logged": _played(logged(seen.rows)), "now": _told(now), "other": _told(then), "cannot_know": CANNOT_KNOW}
        )
        return 0
    if not seen.rows:
        print(f"nothing was asked in {days(args.since)}; there is nothing to replay")
        return 0
    _show(seen, now, then, days(args.since))
    return 0


def _play(seen: Traffic, situation: Situation) -> Replayed:
    from lsp_router.insight.replay import replay  # noqa: PLC0415 - see above

    draws = max(1, min(DRAWS, PATIENCE_ROWS // max(1, len(seen.rows))))
    return replay(seen.rows, situation, seen.odds, seen.speeds, draws=draws)


def _show(seen: Traffic, now: Replayed, then: Replayed, span: str) -> None:
    from lsp_router.insight.replay import CANNOT_KNOW, Replayed, logged  # noqa: PLC0415 - see above

    less = now.cost_usd - then.cost_usd
    word = f"{money(abs(less))} {'less' if less > 0 else 'more'}" if less else "no more or less"
    cost = money(then.cost_usd, "$0")
    heading(f"{len(seen.rows)} requests of {span}: {cost} under the other configuration, {word} than now")
    table(
        ["", "cost", "lowest to highest", "local", "free", "paid", "paid share", "not served", "first token"],
        [
            _row("as it went", Replayed((logged(seen.rows),))),
            _row("replayed as configured now", now),
            _row("replayed as in the file", then),
        ],
        right=tuple(range(1, 9)),
    )
    print("the second line says how far a replay can be trusted: it should come near the first")
    table(
        ["model", "as it went", "now", "in the file"],
        _by_model(logged(seen.rows), now, then),
        right=(1, 2, 3),
    )
    unseen = [name for name in then.by("by_model") if not seen.odds.measured(name)]
    if unseen:
        print(f"never asked yet, so with the failures and speed that are usual: {', '.join(unseen[:5])}")
    for line in CANNOT_KNOW:
        print(f"not known: {line}")


def _row(name: str, r: Replayed) -> list[str]:
    low, high = r.cost_range
    tiers = r.by("by_tier")
    first = [p.first_token_ms for p in r.draws if p.first_token_ms is not None]
    return [
        name,
        money(r.cost_usd, "$0"),
        f"{money(low, '$0')} to {money(high, '$0')}" if len(r.draws) > 1 else "",
        *(f"{tiers.get(tier, 0):.0f}" for tier in ("local", "free", "paid")),
        f"{r.mean_of('paid_share'):.1%}",
        f"{r.mean_of('unserved'):.0f}",
        f"{sum(first) / len(first):.0f} ms" if first else "",
    ]


def _by_model(really: Played, now: Replayed, then: Replayed) -> list[list[str]]:
    counts: list[Mapping[str, float]] = [really.by_model, now.by("by_model"), then.by("by_model")]
    names = sorted({name for count in counts for name in count}, key=lambda name: -max(c.get(name, 0) for c in counts))
    return [[name, *(f"{c[name]:.0f}" if c.get(name) else "" for c in counts)] for name in names[:12]]


def _told(r: Replayed) -> dict[str, Any]:
    low, high = r.cost_range
    names = ("requests", "hits", "answered", "unserved", "fell_back", "paid_share")
    return {
        "cost_usd": r.cost_usd,
        "lowest_usd": low,
        "highest_usd": high,
        "draws": len(r.draws),
        **{name: r.mean_of(name) for name in names},
        "by_model": r.by("by_model"),
        "by_tier": r.by("by_tier"),
        "first_token_ms": [p.first_token_ms for p in r.draws],
    }


def _played(p: Played) -> dict[str, Any]:
    return {
        "requests": p.requests,
        "hits": p.hits,
        "answered": p.answered,
        "unserved": p.unserved,
        "fell_back": p.fell_back,
        "paid_share": p.paid_share,
        "cost_usd": p.cost_usd,
        "by_model": dict(p.by_model),
        "by_tier": dict(p.by_tier),
        "first_token_ms": p.first_token_ms,
    }
