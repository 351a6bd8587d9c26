"""How the real provider code copes with a stream that nobody here wrote."""

from __future__ import annotations

from typing import Any

from lsp_router.domain.model import Dialect, Model, Provider
from lsp_router.domain.wire import Call, Failed, Failure, Fault, Finish, Hole, Message, Patience, Prompt, Text
from lsp_router.providers.transport import HttpTransport

KINDS = {
    "anthropic": Dialect.ANTHROPIC,
    "gemini": Dialect.GEMINI,
    "mistral": Dialect.MISTRAL,
    "ollama": Dialect.OLLAMA,
    "llama": Dialect.LLAMACPP,
}
CHAT = Prompt(messages=(Message("user", "Complete it."),))
HOLE = Prompt(hole=Hole("def greet(name):\n", "\n"))


async def stream(url: str, protocol: str, timeouts: dict[str, float]) -> dict[str, Any]:
    """One call to `url` (whatever follows its first path segment is ignored there), told in plain words."""
    said = ""
    finish: Finish | None = None
    async with HttpTransport() as wire:
        try:
            async for chunk in wire.stream(_call(url, protocol, timeouts)):
                if isinstance(chunk, Text):
                    said += chunk.text
                elif isinstance(chunk, Finish):
                    finish = chunk
        except Failed as failed:
            return _failed(said, failed.failure)
    assert finish is not None
    return _answered(said, finish)


def _call(url: str, protocol: str, timeouts: dict[str, float]) -> Call:
    kind = next((kind for family, kind in KINDS.items() if protocol.startswith(family)), Dialect.OPENAI)
    provider = Provider("replay", kind, url.removesuffix("/chat/completions"))
    patience = Patience(timeouts["first_byte"] / 1000, timeouts["idle"] / 1000, timeouts["total"] / 1000)
    prompt = HOLE if protocol.rpartition("-")[2] in {"completions", "generate", "fim", "infill"} else CHAT
    return Call(provider, Model("m", "replay", "m"), prompt, patience)


def _answered(said: str, finish: Finish) -> dict[str, Any]:
    counted = finish.tokens
    usage = counted and {"prompt_tokens": counted.prompt, "completion_tokens": counted.output + counted.reasoning}
    outcome = "complete" if finish.reason == "stop" else "partial"
    return {"text": said, "outcome": outcome, "reason": finish.reason, "usage": usage, "message": ""}


def _failed(said: str, failure: Failure) -> dict[str, Any]:
    return {
        "text": said,
        "outcome": "empty" if failure.fault is Fault.EMPTY else "error",
        "kind": failure.fault.value,
        "retryable": failure.retryable,
        "retry_after_s": failure.retry_after,
        "message": failure.message,
    }
