"""Makes `lsp_router/catalog/catalogue.json` of the hand-kept tables beside this file and the prices of genai-prices.

    python tests/catalog/generate_catalogue.py --dated 2026-11-21

The same tables, date and package version give the same file, byte for byte.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

import genai_prices.data
from genai_prices import types

from lsp_router.catalog import prices
from lsp_router.catalog.names import canonical
from lsp_router.domain.money import Price, PriceBand, Rates

CURATED = Path(__file__).parent / "curated"
TARGET = Path(__file__).parents[2] / "lsp_router" / "catalog" / "catalogue.json"

BASELINE = {"name": "single premium model", "input": 2.5, "output": 10.0}
"""What savings are measured against: dollars per million tokens of the published single-model set-up."""

EASE = 0.25
"""quality = 10 · (share of benchmark exercises solved) ** EASE: the exercises are far harder than daily work, so a
model that solves half of them does nearly all of that. 0.25 puts DeepSeek-R1 and Kimi K2 within a quarter point of
their published example qualities."""
CURVE = {
    "algorithm": 1.6,
    "architecture": 1.6,
    "spec": 1.6,
    "debugging": 1.2,
    "boilerplate": 0.6,
    "docs": 0.6,
    "prose": 0.6,
}
"""quality of a task = 10 · (quality / 10) ** exponent: hard tasks lie nearer to the benchmark, easy ones further off.
The published pair for one model, 8.8 in general and 8.2 for algorithms, gives the 1.6."""
BETTER_PER_GENERATION = 0.1
HIGHEST = 9.8
"""No estimate claims more."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The hand-kept part."""

    providers: Mapping[str, Any]
    weights: Mapping[str, Any]
    offers: Mapping[str, Any]
    benchmark: Mapping[str, Any]


class Gap(Exception):  # noqa: N818 - a gap in the tables, for the maintainer to read
    """The hand-kept tables and the price source do not fit together."""


def generate(dated: str) -> str:
    """The file's text."""
    tables = read_tables()
    today = date.fromisoformat(dated)
    document: dict[str, Any] = {
        "dated": dated,
        "source": f"genai-prices {version('genai-prices')}",
        "baseline": BASELINE,
        "curve": CURVE,
        "providers": dict(tables.providers),
        "weights": {name: weigh(row, tables.benchmark) for name, row in tables.weights.items()},
        "offers": {name: [offer(row, name, tables, today) for row in rows] for name, rows in tables.offers.items()},
    }
    for row in document["providers"].values():
        row.pop("prices", None)
    return "".join(lines(document))


def read_tables() -> Tables:
    return Tables(**{n: tomllib.loads((CURATED / f"{n}.toml").read_text("utf-8")) for n in Tables.__slots__})


def lines(document: Mapping[str, Any]) -> Iterator[str]:
    """JSON with a line for each provider, weights and offer, so that a change can be reviewed."""
    yield "{\n"
    last = list(document)[-1]
    for key, value in document.items():
        end = "\n" if key == last else ",\n"
        yield f"{dumps(key)}: "
        if key in {"providers", "weights"}:
            yield "{\n" + ",\n".join(f"{dumps(n)}: {dumps(row)}" for n, row in value.items()) + "}" + end
        elif key == "offers":
            groups = (f"{dumps(n)}: [\n" + ",\n".join(map(dumps, rows)) + "]" for n, rows in value.items())
            yield "{\n" + ",\n".join(groups) + "}" + end
        else:
            yield dumps(value) + end
    yield "}\n"


def dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def weigh(row: Mapping[str, Any], benchmark: Mapping[str, Any]) -> dict[str, Any]:
    value, source = judge(row["quality"], benchmark)
    kept = {key: row[key] for key in ("aka", "can", "out", "context", "ms", "tasks") if key in row}
    return {**kept, "quality": value, "source": row.get("source", source)}


def judge(quality: Mapping[str, Any], benchmark: Mapping[str, Any]) -> tuple[float, str]:
    """A quality and where it comes from."""
    if "published" in quality:
        return quality["published"], "published example data"
    if "guess" in quality:
        return quality["guess"], "estimate"
    name = quality.get("bench") or quality["after"]
    row = benchmark["rows"][name]
    value = 10 * (row["pass"] / 100) ** EASE + BETTER_PER_GENERATION * quality.get("generations", 0)
    figure = f"{benchmark['name']} {row['date']}: {name} {row['pass']} %"
    return round(min(value, HIGHEST), 2), figure if "bench" in quality else f"estimate for a successor; {figure}"


def offer(row: Mapping[str, Any], provider: str, tables: Tables, today: date) -> dict[str, Any]:
    facts = tables.providers[provider]
    made = {key: value for key, value in row.items() if key not in {"price", "free"}}
    name = row.get("of") or canonical(row["id"])
    known_as = next((n for n, w in tables.weights.items() if name in {n, *w.get("aka", ())}), None)
    if known_as is None:
        raise Gap(f"{provider}: no weights for {row['id']!r} (canonical name {name!r})")
    if known_as != canonical(row["id"]):
        made["of"] = known_as
    if "free" in row:
        made["free"] = {k: v for k, v in {**facts.get("free", {}), **row["free"]}.items() if k != "suffix"}
    if facts["privacy"] == "local" or row.get("free", {}).get("only"):
        return made
    return {**made, **priced(row, facts, today)}


def priced(row: Mapping[str, Any], facts: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The price of the day, announced later prices, and the window where the price source knows it."""
    stated = row.get("price", row["id"])
    if isinstance(stated, dict):
        return {"price": prices.encode(by_hand(stated))}
    info = look_up(facts["prices"], stated)
    current, *later = schedule(info, today)
    found: dict[str, Any] = {"price": prices.encode(current[1])}
    if later:
        found["later"] = [[begins, prices.encode(price)] for begins, price in later]
    if info.context_window and "context" not in row:
        found["context"] = info.context_window
    return found


def by_hand(stated: Mapping[str, Any]) -> Price:
    base = prices.rates(stated["input"], stated["output"], cached=stated.get("cached"))
    steps = stated.get("above", ())
    return Price(base, tuple(PriceBand(prices.rates(i, o, cached=c), above_prompt=at) for at, i, c, o in steps))


def look_up(provider: str, model_id: str) -> types.ModelInfo:
    models = next(p for p in genai_prices.data.providers if p.id == provider).models
    info = next((m for m in models if m.id == model_id), None)
    if info is None:
        raise Gap(f"the price source has no {model_id!r} at {provider}")
    if info.deprecated:
        raise Gap(f"{model_id!r} at {provider} is deprecated; take it out")
    return info


def schedule(info: types.ModelInfo, today: date) -> list[tuple[float, Price]]:
    """(begins, price) for today and for every announced change after it."""
    entries = info.prices if isinstance(info.prices, list) else [types.ConditionalPrice(prices=info.prices)]
    changes = sorted({begin for entry in entries if (begin := begins(entry)) and begin > today})
    return [(stamp(day) if day != today else 0.0, price_on(entries, day)) for day in (today, *changes)]


def price_on(entries: list[types.ConditionalPrice], day: date) -> Price:
    """Later entries take precedence, so a new start wipes what came before it; hours lie on top."""
    base, bands = Rates(), []
    for entry in entries:
        if isinstance(entry.constraint, types.TimeOfDateConstraint):
            window = (clock(entry.constraint.start_time), clock(entry.constraint.end_time))
            bands += [PriceBand(r, above_prompt=above, hours=window) for above, r in tiers(entry.prices)]
        elif (begins(entry) or day) <= day:
            (_, base), *higher = tiers(entry.prices)
            bands = [PriceBand(r, above_prompt=above) for above, r in higher]
    return Price(base, tuple(bands))


def begins(entry: types.ConditionalPrice) -> date | None:
    return entry.constraint.start_date if isinstance(entry.constraint, types.StartDateConstraint) else None


def tiers(row: types.ModelPrice) -> list[tuple[int, Rates]]:
    """(above so many tokens of prompt, rates), the plain ones first."""
    parts = [row.input_mtok, row.cache_read_mtok, row.cache_write_mtok, row.output_mtok]
    if parts[0] is None or parts[3] is None:
        raise Gap(f"a row without a price for input or output: {row}")
    tiered = (part.tiers for part in parts if isinstance(part, types.TieredPrices))
    steps = sorted({tier.start for tier in chain.from_iterable(tiered)})
    request = (dollars(row.requests_kcount, -1) or 0.0) / 1_000
    return [(above, rates_at(parts, above, request)) for above in (-1, *steps)]


def rates_at(parts: list[Any], above: int, request: float) -> Rates:
    prompt, cached, written, answer = (dollars(part, above) for part in parts)
    assert prompt is not None
    assert answer is not None
    return prices.rates(prompt, answer, cached=cached, written=written, request=request)


def dollars(part: Decimal | types.TieredPrices | None, above: int) -> float | None:
    if part is None:
        return None
    if not isinstance(part, types.TieredPrices):
        return float(part)
    reached = [tier.price for tier in part.tiers if tier.start <= above]
    return float(reached[-1] if reached else part.base)


def clock(at: time) -> float:
    if at.tzinfo not in {UTC, None}:
        raise Gap(f"a price by the clock of another zone: {at}")
    return at.hour + at.minute / 60


def stamp(day: date) -> float:
    return datetime.combine(day, time(), UTC).timestamp()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--dated", required=True, help="the day the prices are for, e.g. 2026-11-21")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when the file would differ")
    options = parser.parse_args()
    text = generate(options.dated)
    document = json.loads(text)
    counts = f"{sum(map(len, document['offers'].values()))} models at {len(document['offers'])} providers"
    print(f"{counts}, {len(text.encode()) / 1024:.0f} KiB, {document['source']}")
    if options.check:
        raise SystemExit(text != TARGET.read_text("utf-8"))
    TARGET.write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
