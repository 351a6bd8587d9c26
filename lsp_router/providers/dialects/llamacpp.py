"""llama.cpp's server: its own infill and completion, and OpenAI's chat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lsp_router.domain.model import Provider
from lsp_router.domain.money import Tokens
from lsp_router.domain.wire import Call, Hole
from lsp_router.providers.answer import Answer
from lsp_router.providers.dialects import openai
from lsp_router.providers.speech import Request, bearer, count, root


def request(call: Call, without: frozenset[str]) -> Request:
    """Its `/v1/completions` silently ignores a suffix, so holes go to its own endpoints."""
    if call.prompt.hole is None:
        provider = replace(call.provider, base_url=f"{base(call.provider)}/v1")
        return openai.request(replace(call, provider=provider), without)
    path, said = _hole(call.prompt.hole)
    body: dict[str, Any] = {
        **said,
        "n_predict": call.prompt.max_tokens,
        "temperature": call.prompt.temperature,
        "stop": list(call.prompt.stop),
        "stream": True,
        "cache_prompt": True,
    }
    kept = {name: value for name, value in body.items() if name not in without}
    return Request(base(call.provider) + path, bearer(call.provider), kept)


def read(event: Mapping[str, Any], answer: Answer) -> None:
    if "choices" in event or "content" not in event:
        openai.read(event, answer)
        return
    answer.add(event["content"])
    if event.get("stop"):
        answer.model = str(event.get("model") or "")
        answer.use({name: event.get(name) for name in ("tokens_evaluated", "tokens_predicted")})
        limited = event.get("stop_type") == "limit" or event.get("stopped_limit")
        answer.finish("length" if limited else "stop")
        answer.end()


def tokens(usage: Mapping[str, Any]) -> Tokens:
    if "tokens_evaluated" in usage or "tokens_predicted" in usage:
        return Tokens(input=count(usage.get("tokens_evaluated")), output=count(usage.get("tokens_predicted")))
    return openai.tokens(usage)


def base(provider: Provider) -> str:
    return root(provider.base_url, "/v1")


def _hole(hole: Hole) -> tuple[str, dict[str, Any]]:
    if hole.raw:
        return "/completion", {"prompt": hole.raw}
    extra = [{"filename": path, "text": text} for path, text in hole.extra]
    return "/infill", {"input_prefix": hole.prefix, "input_suffix": hole.suffix, "input_extra": extra, "prompt": ""}
