"""Ollama's own API: NDJSON, generate with a suffix, chat."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from lsp_router.domain.model import Model, Provider
from lsp_router.domain.money import Tokens
from lsp_router.domain.wire import Call, Hole, Message, Prompt
from lsp_router.providers.answer import Answer
from lsp_router.providers.speech import Request, bearer, count, joined, part, root

KEEP_ALIVE = "30m"
"""A model that was unloaded makes the next completion wait for seconds."""
USUAL_CONTEXT = 4_096


def request(call: Call, without: frozenset[str]) -> Request:
    prompt = call.prompt
    path, said = ("/api/generate", _hole(prompt.hole)) if prompt.hole else ("/api/chat", _chat(prompt))
    body = {
        "model": call.model.id,
        "stream": True,
        "keep_alive": KEEP_ALIVE,
        "options": {k: v for k, v in _options(prompt, call.model).items() if k not in without},
        **said,
    }
    kept = {name: value for name, value in body.items() if name not in without}
    return Request(base(call.provider) + path, bearer(call.provider), kept)


def read(event: Mapping[str, Any], answer: Answer) -> None:
    message = part(event, "message")
    answer.add(event.get("response") or message.get("content"))
    answer.think(event.get("thinking") or message.get("thinking"))
    if event.get("done"):
        answer.model = str(event.get("model") or "")
        answer.use({name: event.get(name) for name in ("prompt_eval_count", "eval_count")})
        answer.finish(event.get("done_reason") or "stop")
        answer.end()
    elif "response" not in event and not message:
        answer.heed(event)


def tokens(usage: Mapping[str, Any]) -> Tokens:
    return Tokens(input=count(usage.get("prompt_eval_count")), output=count(usage.get("eval_count")))


def base(provider: Provider) -> str:
    return root(provider.base_url, "/v1", "/api")


def _hole(hole: Hole) -> dict[str, Any]:
    if hole.raw:
        return {"prompt": hole.raw, "raw": True}
    return {"prompt": hole.prefix, "suffix": hole.suffix}


def _chat(prompt: Prompt) -> dict[str, Any]:
    return {"messages": [_message(m) for m in joined(prompt.messages)]}


def _message(message: Message) -> dict[str, Any]:
    images = [b64encode(image.data).decode() for image in message.images]
    return {"role": message.role, "content": message.text, **({"images": images} if images else {})}


def _options(prompt: Prompt, model: Model) -> dict[str, Any]:
    options: dict[str, Any] = {"num_predict": prompt.max_tokens, "temperature": prompt.temperature}
    if prompt.stop:
        options["stop"] = list(prompt.stop)
    context = _context(prompt, model)
    if context > USUAL_CONTEXT:
        options["num_ctx"] = context
    return options


def _context(prompt: Prompt, model: Model) -> int:
    """Room for the prompt, in powers of two: what is too long is cut silently, and every change reloads the model."""
    hole = prompt.hole
    size = len(hole.raw or hole.prefix + hole.suffix) if hole else sum(len(m.text) for m in prompt.messages)
    need = size // 3 + prompt.max_tokens
    return min(max(USUAL_CONTEXT, 1 << (need - 1).bit_length()), model.context_window)
