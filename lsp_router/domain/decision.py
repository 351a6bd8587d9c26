"""Who shall serve a request and why, and how it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lsp_router.domain.model import Model
from lsp_router.domain.money import Tokens
from lsp_router.domain.task import Task, TaskPolicy

NO_MODEL = "no model is configured; `lsp-router init` looks for keys and local servers"


class Verdict(NamedTuple):
    """One candidate of a decision: its score, or why it is out (`score` is None then)."""

    model: str
    score: float | None
    reason: str
    cost_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One hop of a chain: what happened, what it took and what it cost."""

    model: str
    outcome: str
    """ok, skipped, cancelled, or the fault."""
    reason: str = ""
    ms: float = 0.0
    cost_usd: float = 0.0
    tokens: Tokens = Tokens()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing the classifier saw and what it made of it."""

    signal: str
    speaks_for: str
    weight: float


@dataclass(frozen=True, slots=True)
class Decision:
    """Who shall serve a request, in which order, and why; filled in further once it has been served."""

    id: str
    task: Task
    chain: tuple[Model, ...] = ()
    candidates: Sequence[Verdict] = ()
    evidence: tuple[Evidence, ...] = ()
    policy: TaskPolicy | None = None
    estimate_usd: float = 0.0
    note: str = ""
    """What a person should know: a budget step, a pin that could not be honoured, who could help."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What a gate found wrong with a draft, in words that a model and a person can act on."""

    gate: str
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """How a decision went: the public `decision` of the contract is made from both."""

    decision: Decision
    model: Model | None = None
    tokens: Tokens = Tokens()
    cost_usd: float = 0.0
    latency_ms: float = 0.0
    ttft_ms: float | None = None
    fallback_depth: int = 0
    cache: str = "miss"
    """hit, miss or reuse."""
    attempts: tuple[Attempt, ...] = ()
    finish: str = ""
    gates: tuple[str, ...] = ()
