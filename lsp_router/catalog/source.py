"""Reads the bundled catalogue. Nothing here runs at import time; a load takes a few milliseconds."""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from lsp_router.catalog import prices
from lsp_router.catalog.facts import Baseline, Catalogue, Facts, FimRule, FreeTier, Offer, Weights
from lsp_router.catalog.names import canonical, stem
from lsp_router.domain.model import Capability, Dialect, Model, Quality, Quota, Tier
from lsp_router.domain.money import Price
from lsp_router.domain.task import Privacy

DATA = "catalogue.json"


def load(fim_of: FimRule, now: float = 0.0) -> Catalogue:
    """The catalogue with the prices of `now`: announced changes take effect on their day, without a new release."""
    raw = pkgutil.get_data(__package__, DATA)
    if raw is None:
        raise FileNotFoundError(f"{DATA} is not part of this installation; reinstall lsp-router")
    return build(json.loads(raw), fim_of, now)


def build(document: Mapping[str, Any], fim_of: FimRule, now: float = 0.0) -> Catalogue:
    providers = {name: _facts(name, row) for name, row in document["providers"].items()}
    weights = dict(_weights(document["weights"], document["curve"]))
    offers = {
        (name, row["id"].lower()): _offer(row, providers[name], weights, fim_of, now)
        for name, rows in document["offers"].items()
        for row in rows
    }
    premium = document["baseline"]
    return Catalogue(
        dated=document["dated"],
        source=document["source"],
        baseline=Baseline(premium["name"], prices.rates(premium["input"], premium["output"])),
        providers=providers,
        weights=weights,
        offers=offers,
        fim_of=fim_of,
    )


def _facts(name: str, row: Mapping[str, Any]) -> Facts:
    return Facts(
        name=name,
        kind=Dialect(row["kind"]),
        base_url=row["base_url"],
        keys=tuple(row.get("keys", ())),
        lists=row.get("lists", ""),
        privacy=Privacy.parse(row["privacy"]),
        why=row["why"],
        pool_per_model=row["pools"] == "model",
        bills_aborts=row.get("bills_aborts", False),
        free=_free(row["free"]) if "free" in row else None,
        retired=row.get("retired", ""),
        checked=row["checked"],
    )


def _free(row: Mapping[str, Any]) -> FreeTier:
    counted = row.keys() & {"per_minute", "per_day"}
    quota = Quota(row.get("per_minute"), row.get("per_day"), row.get("resets", "utc")) if counted else None
    return FreeTier(
        quota=quota,
        privacy=Privacy.parse(row["privacy"]) if "privacy" in row else None,
        why=row.get("why", ""),
        context_window=row.get("context"),
        suffix=row.get("suffix", ""),
        checked=row.get("checked", ""),
    )


def _weights(rows: Mapping[str, Mapping[str, Any]], curve: Mapping[str, float]) -> Iterator[tuple[str, Weights]]:
    for name, row in rows.items():
        weights = Weights(
            name=name,
            capabilities=_skills(row["can"]),
            context_window=row["context"],
            max_output=row["out"],
            latency_ms=float(row["ms"]),
            quality=_quality(row["quality"], row["source"], row.get("tasks", {}), curve),
        )
        for known_as in (name, *row.get("aka", ())):
            yield known_as, weights


def _quality(default: float, source: str, tasks: Mapping[str, float], curve: Mapping[str, float]) -> Quality:
    """Hard tasks spread models further apart than easy ones, so each kind of task has its own curve."""
    bent = {task: round(10 * (default / 10) ** exponent, 2) for task, exponent in curve.items()}
    return Quality(default, {**bent, **tasks}, source)


def _offer(row: Mapping[str, Any], facts: Facts, weights: Mapping[str, Weights], fim_of: FimRule, now: float) -> Offer:
    paid = _paid(row, facts, weights[row.get("of") or canonical(row["id"])], fim_of, now)
    if "free" not in row or facts.free is None:
        return Offer(paid)
    tier = _free(row["free"])
    window = min(paid.context_window, tier.context_window or paid.context_window)
    free = replace(
        paid,
        tier=Tier.FREE,
        price=Price(),
        privacy=paid.privacy if tier.privacy is None else tier.privacy,
        context_window=window,
        max_output=min(paid.max_output, window),
        quota=tier.quota,
    )
    return Offer(free, None if row["free"].get("only") else paid)


def _paid(row: Mapping[str, Any], facts: Facts, weights: Weights, fim_of: FimRule, now: float) -> Model:
    model_id = row["id"]
    fim = row.get("fim") or (fim_of(model_id, facts.kind) if facts.local else None)
    skills = _skills(row["can"]) if "can" in row else weights.capabilities
    quality, window = weights.quality, row.get("context", weights.context_window)
    if "tasks" in row:
        quality = replace(quality, by_task={**quality.by_task, **row["tasks"]})
    return Model(
        name=f"{facts.name}/{stem(model_id).lower()}",
        provider=facts.name,
        id=model_id,
        tier=Tier.LOCAL if facts.local else Tier.PAID,
        pool=facts.pool_of(model_id, facts.name),
        privacy=facts.privacy,
        price=_price_at(row, now),
        quality=quality,
        latency_target_ms=float(row.get("ms", weights.latency_ms)),
        context_window=window,
        max_output=min(row.get("out", weights.max_output), window),
        capabilities=skills | {Capability.FIM} if fim else skills,
        fim=fim,
    )


def _price_at(row: Mapping[str, Any], now: float) -> Price:
    """`later` holds announced prices with the moment they begin."""
    due = [price for begins, price in row.get("later", ()) if begins <= now]
    stated = due[-1] if due else row.get("price")
    return prices.decode(stated) if stated else Price()


def _skills(words: str) -> frozenset[Capability]:
    return frozenset(map(Capability, words.split()))
