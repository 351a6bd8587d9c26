"""What a request is for, what it may spend, and what somebody asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from lsp_router.domain.word import Word


class Task(Word):
    """What a request is for; chains, limits and qualities are kept per task."""

    COMPLETION = "completion"
    EXPLICIT_COMPLETION = "explicit-completion"
    BOILERPLATE = "boilerplate"
    DEBUGGING = "debugging"
    ALGORITHM = "algorithm"
    REVIEW = "review"
    ARCHITECTURE = "architecture"
    REFACTOR = "refactor"
    EXPLAIN = "explain"
    TESTS = "tests"
    DOCS = "docs"
    PROSE = "prose"
    MULTIMODAL = "multimodal"
    SPEC = "spec"


class Trigger(Word):
    """How the request came about: the first evidence of what it is."""

    AUTOMATIC = "automatic"
    INVOKED = "invoked"
    QUICK_FIX = "quick-fix"
    REFACTOR_ACTION = "refactor-action"
    SAVE = "save"
    COMMAND = "command"


class Privacy(IntEnum):
    """Where code goes, strictest first: a request names the loosest class it tolerates."""

    LOCAL = 0
    NO_TRAIN = 1
    CLOUD = 2
    TRAINS = 3

    @property
    def label(self) -> str:
        return self.name.lower().replace("_", "-")

    @classmethod
    def parse(cls, label: str) -> Privacy:
        return cls[label.upper().replace("-", "_")]


class Prefer(Word):
    """What a task is willing to pay with: latency, money, or nothing."""

    LATENCY = "latency"
    VALUE = "value"
    QUALITY = "quality"
    PRICE = "price"


class Profile(Word):
    FREE_FIRST = "free-first"
    BALANCED = "balanced"
    PAID_FIRST = "paid-first"
    LOCAL_ONLY = "local-only"


@dataclass(frozen=True, slots=True)
class TaskPolicy:
    """How one task may spend: tokens, time, and which models in which order."""

    task: Task
    max_output_tokens: int = 1_200
    temperature: float = 0.2
    timeout_ms: int = 15_000
    latency_budget_ms: int = 3_000
    prefer: Prefer = Prefer.VALUE
    chain: tuple[str, ...] = ()
    hard: bool = False
    """Hard tasks may draw on scarce free quota; the others must leave it for them."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be spent, in dollars; None is no limit."""

    per_request: float | None = 0.05
    per_day: float | None = 1.00
    per_session: float | None = 0.50
    paid_share_alert: float = 0.05


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody wants, before it is known who shall do it."""

    trigger: Trigger = Trigger.COMMAND
    task: Task | None = None
    instruction: str = ""
    kind: str = "request"
    """Where the instruction's words come from: request, diagnostic, review-remark, commit-subject, adr, extra."""
    path: str = ""
    language: str = ""
    syntax: str = "code"
    """Where the cursor stands: code, comment or string."""
    diagnostics: tuple[str, ...] = ()
    selected_lines: int = 0
    files: int = 1
    has_image: bool = False
    prompt_tokens: int = 1_000
    cached_tokens: int = 0
    """How many of the prompt's tokens a provider-side cache is likely to hold."""
    output_tokens: int | None = None
    """A caller's own cap; the task's otherwise."""
    privacy: Privacy = Privacy.TRAINS
    """The loosest class of provider this may go to."""
    why_private: str = ""
    stronger_than: str | None = None
    """Escalation: the model whose answers failed; only a better one may try now."""
    pin: str | None = None
    force_paid: bool = False
    forbid_cloud: bool = False
    spares: bool = False
    """Work in bulk, or unasked for: it rather stays undone than uses free quota that is kept for hard tasks."""
    project: str = ""
    session: str = ""
