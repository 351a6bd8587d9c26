"""Models and the providers that serve them, as routing sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lsp_router.domain.money import Price
from lsp_router.domain.task import Privacy, Task
from lsp_router.domain.word import Word


class Tier(Word):
    """How a model is paid for."""

    LOCAL = "local"
    FREE = "free"
    PAID = "paid"


class Capability(Word):
    CHAT = "chat"
    FIM = "fim"
    VISION = "vision"
    REASONING = "reasoning"
    TOOLS = "tools"


class Dialect(Word):
    """The wire format a provider speaks."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    GEMINI = "gemini"
    MISTRAL = "mistral"
    OLLAMA = "ollama"
    LLAMACPP = "llamacpp"


@dataclass(frozen=True, slots=True)
class Quality:
    """0..10 by task, with where the figure comes from (a benchmark, a measurement, a guess)."""

    default: float = 5.0
    by_task: Mapping[str, float] = field(default_factory=dict)
    source: str = "unknown"

    def of(self, task: Task) -> float:
        return self.by_task.get(task, self.default)


@dataclass(frozen=True, slots=True)
class Quota:
    """What a free tier grants; None is unlimited. `resets` is `utc`, `pacific` or `rolling`."""

    per_minute: int | None = None
    per_day: int | None = None
    resets: str = "utc"


class Secret:
    """A key that can be used but not shown: its text never appears in a repr, a log or a dump."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(***)" if self._value else "Secret()"

    def __reduce__(self) -> tuple[Any, ...]:
        message = "a secret does not leave the process"
        raise TypeError(message)


@dataclass(frozen=True, slots=True)
class Provider:
    """An endpoint: where it is, how it speaks, and whose rate limit it shares."""

    name: str
    kind: Dialect
    base_url: str
    key: Secret | None = None
    key_hint: str = ""
    """How to supply a missing key, e.g. `set OPENROUTER_API_KEY`; empty when none is needed."""
    pool: str = ""
    privacy: Privacy = Privacy.CLOUD
    max_concurrency: int = 4
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Not shown: some gateways want a key in a header of their own."""
    consent: bool = True
    """False for a cloud key that was found, not configured: nothing is sent before the user agrees."""
    bills_aborts: bool = False

    @property
    def usable(self) -> bool:
        return self.consent and (bool(self.key) or not self.key_hint)


@dataclass(frozen=True, slots=True)
class Model:
    """A model as routing sees it: everything a choice may depend on, nothing of how it is called."""

    name: str
    provider: str
    id: str
    tier: Tier = Tier.PAID
    pool: str = ""
    privacy: Privacy = Privacy.CLOUD
    price: Price = Price()
    quality: Quality = Quality()
    latency_target_ms: float = 800.0
    context_window: int = 32_768
    max_output: int = 8_192
    capabilities: frozenset[Capability] = frozenset({Capability.CHAT})
    fim: str | None = None
    quota: Quota | None = None
    usable: bool = True
    why_unusable: str = ""
