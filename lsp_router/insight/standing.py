"""How things stand at this moment: what a person should be told, what is spent, who rests, what is left for free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from lsp_router.domain.model import Model, Tier
from lsp_router.engine.monitor import traced
from lsp_router.insight.view import View
from lsp_router.routing.alerts import WINDOW, Alert, budget_alerts, rolling_alerts
from lsp_router.routing.budget import EXPLAINED, step
from lsp_router.routing.quota import pool_of


def standing(view: View) -> dict[str, Any]:
    """The figures of the present, as JSON has them."""
    view.monitor.listen()
    limits, spending = view.limits(), view.spending()
    where = step(limits, spending)
    return {
        "alerts": [asdict(alert) for alert in alerts(view)],
        "budget": {
            "step": where.label,
            "says": EXPLAINED[where],
            "day": {"spent": spending.day, "limit": limits.per_day},
            "per_request": limits.per_request,
            "paid_share_alert": limits.paid_share_alert,
        },
        "resting": list(_resting(view)),
        "quotas": list(_quotas(view)),
        "fleet": {"known": len(view.models()), "ready": _ready(view)},
    }


def alerts(view: View) -> list[Alert]:
    """What the last requests of all this user's editors say together."""
    limits = view.limits()
    seen = [traced(outcome) for outcome in view.trends.outcomes(WINDOW)]
    return [*rolling_alerts(seen, limits), *budget_alerts(limits, view.spending())]


def _ready(view: View) -> int:
    """How many models could be asked at this moment."""
    now, health = view.now(), view.monitor.health
    return sum(model.usable and health.closed(model, now) is None for model in view.models())


def _resting(view: View) -> Iterator[dict[str, Any]]:
    """Benched scopes that anybody would notice: those of models that are there, soonest back first."""
    for opened in sorted(view.monitor.health.benched(view.now()), key=lambda o: o.until):
        kind, _, name = opened.scope.partition(":")
        yield {"kind": kind, "name": name, "reason": opened.reason, "until": opened.until}


def _quotas(view: View) -> Iterator[dict[str, Any]]:
    """Free requests of today by pool, the scarcest first."""
    pools: dict[str, Model] = {}
    for model in view.models():
        if model.tier is Tier.FREE and model.usable:
            pools.setdefault(pool_of(model), model)
    now, quotas = view.now(), view.monitor.health.quotas
    known = [(pool, *quotas.left_today(model, now)) for pool, model in pools.items()]
    limited = [(max(0.0, left), granted, pool) for pool, left, granted in known if left is not None and granted]
    for left, granted, pool in sorted(limited, key=lambda row: row[0] / row[1]):
        yield {"pool": pool, "left": left, "granted": granted}
