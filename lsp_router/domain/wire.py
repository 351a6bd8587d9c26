"""What is said to a model and what comes back, in no provider's dialect."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from lsp_router.domain.model import Model, Provider
from lsp_router.domain.money import Tokens
from lsp_router.domain.word import Word


@dataclass(frozen=True, slots=True)
class Image:
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat; `cache` marks the end of a part that stays the same between requests."""

    role: str
    text: str
    images: tuple[Image, ...] = ()
    cache: bool = False


@dataclass(frozen=True, slots=True)
class Hole:
    """A fill-in-the-middle request; `extra` are (path, text) snippets from other files, best last."""

    prefix: str
    suffix: str
    path: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    raw: str | None = None
    """The whole prompt already rendered by a FIM template, for endpoints that take raw text only."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is said to a model: chat messages, or a hole to fill; never both."""

    messages: tuple[Message, ...] = ()
    hole: Hole | None = None
    stop: tuple[str, ...] = ()
    max_tokens: int = 1_200
    temperature: float = 0.2
    template: str = ""
    """id@version of the template that made it; part of cache keys and ledger rows."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the wire may take, in seconds; heartbeats do not reset the first-token clock."""

    first_token: float = 10.0
    idle: float = 15.0
    total: float = 45.0


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    """Reasoning text: shown never, counted always."""

    text: str


@dataclass(frozen=True, slots=True)
class Last:
    """The model has said its last word; only counts and a goodbye may follow, and nobody need wait for them."""

    reason: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of a stream; `reason` is stop, length, or unknown when the stream just ended (a partial)."""

    reason: str
    tokens: Tokens | None = None
    model: str = ""


Chunk = Text | Thought | Last | Finish


class Fault(Word):
    """Why an attempt failed, in the words that attempts, health and people share."""

    RATE_LIMIT = "rate_limit"
    QUOTA = "quota"
    PAYMENT = "payment"
    AUTH = "auth"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "model_not_found"
    BAD_REQUEST = "bad_request"
    TOO_LONG = "context_length"
    CONTENT = "content_filter"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    SERVER = "server"
    OVERLOADED = "overloaded"
    MALFORMED = "malformed"
    EMPTY = "empty"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class QuotaFact:
    """One thing a provider said about its limits, from a header or an error body."""

    window: str
    """minute, hour, day, tokens-minute, tokens-day or credits."""
    limit: float | None = None
    remaining: float | None = None
    resets_at: float | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed attempt as a value: what, whose fault, and when it may be worth trying again."""

    fault: Fault
    message: str
    retryable: bool = True
    retry_after: float | None = None
    """Seconds from now, when the provider said so."""
    facts: tuple[QuotaFact, ...] = ()
    affordable_tokens: int | None = None
    """A 402 that names what the credits still buy."""


class Failed(Exception):  # noqa: N818 - it carries a Failure; "FailureError" would stutter
    """Raised by a transport when an attempt fails; the one exception that crosses from providers to engine."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt at one model, ready for the wire."""

    provider: Provider
    model: Model
    prompt: Prompt
    patience: Patience = Patience()
    on_facts: Callable[[tuple[QuotaFact, ...]], None] | None = None
    """Told what the response headers said about limits, also on success."""


class Transport(Protocol):
    """Sends one call and yields its chunks; raises Failed. Closing the iterator closes the wire at once."""

    def stream(self, call: Call) -> AsyncIterator[Chunk]: ...


class Clock(Protocol):
    """Time as a dependency: wall time for what is stored, a sleep that tests can make instant."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> Awaitable[None]: ...
