"""A decision in the words of the public contract."""

from __future__ import annotations

from typing import Any

from lsp_router.domain.decision import Decision, Served


def tell(served: Served) -> dict[str, Any]:
    """How a request was served: what editors and `--json` show."""
    model, tokens = served.model, served.tokens
    return {
        **tell_decision(served.decision),
        "model": model.name if model else None,
        "provider": model.provider if model else None,
        "tier": model.tier.value if model else None,
        "cost_usd": served.cost_usd,
        "latency_ms": served.latency_ms,
        "ttft_ms": served.ttft_ms,
        "fallback_depth": served.fallback_depth,
        "cache": served.cache,
        "tokens": {
            "input": tokens.input + tokens.written,
            "cached": tokens.cached,
            "output": tokens.output,
            "reasoning": tokens.reasoning,
        },
        "attempts": [{"model": a.model, "outcome": a.outcome, "reason": a.reason, "ms": a.ms} for a in served.attempts],
        "gates": list(served.gates),
    }


def tell_decision(decision: Decision) -> dict[str, Any]:
    """Who would serve a request; nothing was sent and nothing was spent."""
    first = decision.chain[0] if decision.chain else None
    return {
        "id": decision.id,
        "task": decision.task.value,
        "model": first.name if first else None,
        "provider": first.provider if first else None,
        "tier": first.tier.value if first else None,
        "cost_usd": 0.0,
        "latency_ms": 0.0,
        "ttft_ms": None,
        "fallback_depth": 0,
        "cache": "miss",
        "tokens": {"input": 0, "cached": 0, "output": 0, "reasoning": 0},
        "attempts": [],
        "candidates": [{"model": v.model, "score": v.score, "reason": v.reason} for v in decision.candidates],
        "chain": [model.name for model in decision.chain],
        "estimate_usd": decision.estimate_usd,
        "evidence": [{"signal": e.signal, "speaks_for": e.speaks_for, "weight": e.weight} for e in decision.evidence],
        "note": decision.note,
    }
