"""What audit and replay start from: the logged traffic of some time, and how models did in it."""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lsp_router.cli.opening import learnt

if TYPE_CHECKING:
    from lsp_router.app.app import App
    from lsp_router.insight.odds import Odds
    from lsp_router.routing.candidates import Situation
    from lsp_router.store.entry import Row

UNITS = {"m": 60, "h": 3_600, "d": 86_400, "w": 7 * 86_400}


@dataclass(frozen=True, slots=True)
class Traffic:
    """`speeds` are median first tokens in milliseconds."""

    rows: Sequence[Row]
    odds: Odds
    speeds: Mapping[str, float]


def add_since(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--since", type=seconds, default=seconds("7d"), metavar="7d", help="default: 7d")


def seconds(text: str) -> float:
    found = re.fullmatch(r"(\d+)([mhdw])", text)
    if not found:
        raise argparse.ArgumentTypeError("write a number and m, h, d or w, for example 7d")
    return float(found[1]) * UNITS[found[2]]


def traffic(app: App, since: float) -> Traffic:
    """The requests of the last `since` seconds; failures and speeds are those of everything the ledger still has."""
    from lsp_router.insight.odds import Odds  # noqa: PLC0415 - `--help` need not wait for it
    from lsp_router.insight.replay import wanted  # noqa: PLC0415 - same
    from lsp_router.store.trends import Trends  # noqa: PLC0415 - same

    trends = Trends(app.records.database)
    rows = wanted(app.records.history.rows(time.time() - since))
    return Traffic(rows, Odds(trends.tries(0.0)), {model: s.p50 for model, s in trends.speeds(0.0).items()})


def rules(app: App, *, hypothetical: bool = False) -> Situation:
    """What a configuration says; a hypothetical one is taken as if its keys were there."""
    from lsp_router.domain.task import Work  # noqa: PLC0415 - `--help` need not wait for it

    situation = learnt(app).situation(Work())
    if not hypothetical:
        return situation
    keyless = {name for name, provider in app.fleet.providers.items() if not provider.usable}
    models = [replace(m, usable=True, why_unusable="") if m.provider in keyless else m for m in situation.models]
    return replace(situation, models=models)


def days(since: float) -> str:
    """How a person says a span."""
    whole = round(since / 86_400)
    if whole < 1:
        return f"the last {since / 3_600:.0f} hours"
    return "the last day" if whole == 1 else f"the last {whole} days"
