"""What the ledger is told and what it tells: values, and how they become columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lsp_router.domain.decision import Attempt, Decision, Served, Verdict
from lsp_router.domain.money import Tokens
from lsp_router.domain.task import Privacy, Task, Trigger, Work
from lsp_router.domain.telling import tell
from lsp_router.store.notation import display_name, fingerprint, nano, plain, remark

SHAPE = ("syntax", "kind", "selected_lines", "files", "has_image", "prompt_tokens", "cached_tokens", "output_tokens",
         "pin", "force_paid", "forbid_cloud", "spares")  # fmt: skip
"""What of a piece of work a replay needs; never its words, paths or diagnostics."""
CANDIDATES_TOLD = 40


@dataclass(frozen=True, slots=True)
class Entry:
    """One served (or failed) decision. An id that comes again, as repairs do, adds its cost and attempts to its row."""

    at: float
    served: Served
    work: Work
    baseline_usd: float = 0.0
    """What the single premium model would have cost."""
    template: str = ""
    outcome: str = ""
    """ok, failed, cancelled or refused; made out from the attempts when left empty."""
    uri: str = ""
    """Whose decision this was, for asking why; only its fingerprint is kept."""


class Reaction(StrEnum):
    SHOWN = "shown"
    ACCEPTED = "accepted"
    PARTIAL = "partial"
    REJECTED = "rejected"
    SURVIVED = "survived"


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the user made of an answer. `chars` is the total so far, not the last step's."""

    decision: str
    reaction: Reaction
    chars: int = 0
    after_s: float = 0.0
    """How long after acceptance it was still there."""


@dataclass(frozen=True, slots=True)
class Row:
    """One decision as the ledger remembers it; `work` has its shape but none of its words."""

    id: str
    at: float
    day: str
    project: str
    """The fingerprint; `project_name` is for people."""
    project_name: str
    work: Work
    task: str
    model: str
    provider: str
    tier: str
    latency_ms: float
    ttft_ms: float | None
    fallback_depth: int
    tokens: Tokens
    cost_usd: float
    baseline_usd: float
    estimate_usd: float
    cache: str
    finish: str
    gates: tuple[str, ...]
    template: str
    outcome: str
    shown: int
    verdict: str
    """accepted, partial, rejected, or empty."""
    accepted_chars: int
    survived_chars: int
    survived_s: float | None
    attempts: tuple[Attempt, ...] = ()


def columns(entry: Entry, day: str) -> dict[str, Any]:
    served, work = entry.served, entry.work
    model, tokens = served.model, served.tokens
    return {
        "id": served.decision.id,
        "at": entry.at,
        "day": day,
        "project": fingerprint(work.project),
        "project_name": display_name(work.project),
        "session": plain(work.session),
        "task": served.decision.task.value,
        "language": plain(work.language),
        "shape": shape(work),
        "model": model.name if model else "",
        "provider": model.provider if model else "",
        "tier": model.tier.value if model else "",
        "latency_ms": served.latency_ms,
        "ttft_ms": served.ttft_ms,
        "depth": served.fallback_depth,
        **token_columns(tokens),
        "cost": nano(served.cost_usd),
        "baseline": nano(entry.baseline_usd),
        "estimate": nano(served.decision.estimate_usd),
        "cache": served.cache,
        "finish": remark(served.finish),
        "gates": json.dumps([remark(gate) for gate in served.gates]),
        "template": plain(entry.template),
        "outcome": entry.outcome or outcome(served),
    }


def attempt_columns(attempt: Attempt) -> dict[str, Any]:
    return {
        "model": attempt.model,
        "outcome": attempt.outcome,
        "reason": remark(attempt.reason),
        "ms": attempt.ms,
        "cost": nano(attempt.cost_usd),
        **token_columns(attempt.tokens),
    }


def token_columns(tokens: Tokens) -> dict[str, int]:
    return {
        "input": tokens.input,
        "cached": tokens.cached,
        "written": tokens.written,
        "output": tokens.output,
        "reasoning": tokens.reasoning,
    }


def outcome(served: Served) -> str:
    if served.model is not None or served.cache != "miss":
        return "ok"
    if any(attempt.outcome == "cancelled" for attempt in served.attempts):
        return "cancelled"
    return "failed" if served.attempts else "refused"


def shape(work: Work) -> str:
    kept = {name: getattr(work, name) for name in SHAPE}
    kept["pin"] = plain(work.pin) if work.pin else None
    return json.dumps({**kept, "trigger": work.trigger.value, "privacy": work.privacy.label})


def work_of(shape: str, task: str, language: str, session: str) -> Work:
    """A shape that a newer version wrote may have values this one does not know; those are left at their defaults."""
    kept: Mapping[str, Any] = json.loads(shape)
    known: dict[str, Any] = {name: kept[name] for name in SHAPE if name in kept}
    if kept.get("trigger") in set(Trigger):
        known["trigger"] = Trigger(kept["trigger"])
    if kept.get("privacy") in {privacy.label for privacy in Privacy}:
        known["privacy"] = Privacy.parse(kept["privacy"])
    return Work(**known, task=Task(task) if task in set(Task) else None, language=language, session=session)


def told(entry: Entry) -> str:
    """The decision in the words of the public contract: remarks in place of foreign words, none of the user's."""
    served = entry.served
    public = tell(served)
    del public["evidence"]
    public["attempts"] = [{**row, "reason": remark(row["reason"])} for row in public["attempts"]]
    public["candidates"] = [
        {"model": v.model, "score": v.score, "reason": remark(v.reason)} for v in _foremost(served.decision)
    ]
    public["gates"] = [remark(gate) for gate in served.gates]
    public["note"] = remark(served.decision.note)
    return json.dumps({**public, "at": entry.at})


def _foremost(decision: Decision) -> list[Verdict]:
    """Those who may serve, best first, then those who may not; a catalogue of hundreds is cut short."""
    ranked = sorted(decision.candidates, key=lambda v: (v.score is None, -(v.score or 0.0)))
    return ranked[:CANDIDATES_TOLD]
