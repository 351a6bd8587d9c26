"""What providers say about themselves, as parsed JSON: their models, a key's standing, servers on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from lsp_router.domain.model import Dialect, Provider
from lsp_router.domain.wire import Failed
from lsp_router.providers.dialects import anthropic, gemini, llamacpp, ollama
from lsp_router.providers.speech import Request, bearer, part, parts, root, versioned
from lsp_router.providers.transport import HttpTransport

LOCAL_SERVERS = ("http://127.0.0.1:11434", "http://127.0.0.1:8080", "http://127.0.0.1:1234", "http://127.0.0.1:8000")
"""Where Ollama, llama.cpp, LM Studio and vLLM answer unless told otherwise."""
SIGNS = (
    (Dialect.OLLAMA, "/api/version", "version"),
    (Dialect.LLAMACPP, "/props", "default_generation_settings"),
    (Dialect.OPENAI, "/v1/models", "data"),
)
"""What each kind of server answers, the telling ones first: all of them imitate the last one."""
PROBE_PATIENCE = 0.5
MOST_SHOWN = 32
"""Models that are asked about one by one."""


async def list_models(wire: HttpTransport, provider: Provider) -> list[dict[str, Any]]:
    """The provider's models, each as it describes it; raises Failed.

    OpenAI-style entries carry what the gateway adds (OpenRouter: `pricing` in dollars per token, as texts).
    Ollama's carry `capabilities` and `context_length`, llama.cpp's carry `props`.
    """
    match provider.kind:
        case Dialect.OLLAMA:
            return await _ollama_models(wire, provider)
        case Dialect.LLAMACPP:
            return await _llamacpp_models(wire, provider)
        case Dialect.ANTHROPIC:
            request = Request(f"{anthropic.base(provider)}/models?limit=1000", anthropic.own_headers(provider))
        case Dialect.GEMINI:
            request = Request(f"{gemini.base(provider)}/models?pageSize=1000", gemini.own_headers(provider))
        case _:
            request = Request(f"{versioned(provider.base_url, 'v1')}/models", bearer(provider))
    return _listed(await wire.fetch(provider, request))


async def key_status(wire: HttpTransport, provider: Provider) -> dict[str, Any]:
    """OpenRouter's word on the key: `limit_remaining`, `usage_daily`, `is_free_tier` …; raises Failed."""
    request = Request(f"{versioned(provider.base_url, 'v1')}/key", bearer(provider))
    answer = await wire.fetch(provider, request)
    return dict(part(answer, "data")) if isinstance(answer, dict) else {}


async def probe(wire: HttpTransport, url: str) -> Dialect | None:
    """Which kind of model server answers at this address, if any does within half a second."""
    provider = Provider(f"a server at {url}", Dialect.OPENAI, url, headers={"connection": "close"})
    found = await asyncio.gather(*(_shows(wire, provider, path, sign) for _, path, sign in SIGNS))
    return next((kind for (kind, _, _), shown in zip(SIGNS, found, strict=True) if shown), None)


# --- helpers ---


async def _shows(wire: HttpTransport, provider: Provider, path: str, sign: str) -> bool:
    try:
        answer = await wire.fetch(
            provider, Request(root(provider.base_url, "/v1") + path, bearer(provider)), PROBE_PATIENCE
        )
    except Failed:
        return False
    return isinstance(answer, dict) and sign in answer


async def _ollama_models(wire: HttpTransport, provider: Provider) -> list[dict[str, Any]]:
    base, own = ollama.base(provider), bearer(provider)
    models = _listed(await wire.fetch(provider, Request(f"{base}/api/tags", own)))
    shown = (
        _asked(wire, provider, Request(f"{base}/api/show", own, {"model": m.get("name")})) for m in models[:MOST_SHOWN]
    )
    for model, details in zip(models, await asyncio.gather(*shown), strict=False):
        lengths = (size for name, size in part(details, "model_info").items() if name.endswith(".context_length"))
        model["capabilities"] = details.get("capabilities") or []
        model["context_length"] = next(lengths, None)
    return models


async def _llamacpp_models(wire: HttpTransport, provider: Provider) -> list[dict[str, Any]]:
    base, own = llamacpp.base(provider), bearer(provider)
    models = _listed(await wire.fetch(provider, Request(f"{base}/v1/models", own)))
    props = await _asked(wire, provider, Request(f"{base}/props", own))
    return [{**model, "props": props} for model in models]


async def _asked(wire: HttpTransport, provider: Provider, request: Request) -> Mapping[str, Any]:
    """A detail that is nice to have."""
    try:
        answer = await wire.fetch(provider, request)
    except Failed:
        return {}
    return answer if isinstance(answer, dict) else {}


def _listed(answer: object) -> list[dict[str, Any]]:
    """`data`, `models`, or the list itself: each API has its own habit."""
    if isinstance(answer, dict):
        answer = answer.get("data") or answer.get("models")
    return [dict(entry) for entry in parts(answer)]
