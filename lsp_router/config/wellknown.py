"""Providers everybody knows: a key in the environment, or a server on its usual port, is configuration enough."""

from __future__ import annotations

from dataclasses import dataclass

from lsp_router.domain.model import Dialect
from lsp_router.domain.task import Privacy


@dataclass(frozen=True, slots=True)
class WellKnown:
    """What an entry with only this name means; every part may be overridden in a configuration."""

    name: str
    kind: Dialect
    base_url: str
    key_env: str = ""
    privacy: Privacy = Privacy.CLOUD
    max_concurrency: int = 4
    bills_aborts: bool = False


WELL_KNOWN: tuple[WellKnown, ...] = (
    WellKnown("openrouter", Dialect.OPENAI, "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    # Its /beta address is the one that fills in the middle; chat works there as well.
    WellKnown("deepseek", Dialect.OPENAI, "https://api.deepseek.com/beta", "DEEPSEEK_API_KEY", Privacy.TRAINS),
    WellKnown("mistral", Dialect.MISTRAL, "https://api.mistral.ai/v1", "MISTRAL_API_KEY", bills_aborts=True),
    WellKnown(
        "codestral",
        Dialect.MISTRAL,
        "https://codestral.mistral.ai/v1",
        "CODESTRAL_API_KEY",
        Privacy.TRAINS,
        max_concurrency=2,
        bills_aborts=True,
    ),
    WellKnown(
        "groq",
        Dialect.OPENAI,
        "https://api.groq.com/openai/v1",
        "GROQ_API_KEY",
        Privacy.NO_TRAIN,
        bills_aborts=True,
    ),
    WellKnown("cerebras", Dialect.OPENAI, "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY", Privacy.NO_TRAIN),
    WellKnown(
        "gemini",
        Dialect.GEMINI,
        "https://generativelanguage.googleapis.com/v1beta",
        "GEMINI_API_KEY",
        Privacy.TRAINS,
        bills_aborts=True,
    ),
    WellKnown("anthropic", Dialect.ANTHROPIC, "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY", Privacy.NO_TRAIN),
    WellKnown("openai", Dialect.OPENAI, "https://api.openai.com/v1", "OPENAI_API_KEY", Privacy.NO_TRAIN, 8),
    WellKnown("together", Dialect.OPENAI, "https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    WellKnown("ollama", Dialect.OLLAMA, "http://127.0.0.1:11434", privacy=Privacy.LOCAL, max_concurrency=2),
    WellKnown("llamacpp", Dialect.LLAMACPP, "http://127.0.0.1:8080", privacy=Privacy.LOCAL, max_concurrency=2),
    WellKnown("vllm", Dialect.OPENAI, "http://127.0.0.1:8000/v1", privacy=Privacy.LOCAL, max_concurrency=8),
    WellKnown("lmstudio", Dialect.OPENAI, "http://127.0.0.1:1234/v1", privacy=Privacy.LOCAL, max_concurrency=2),
)


def find(name: str) -> WellKnown | None:
    return next((known for known in WELL_KNOWN if known.name == name), None)
