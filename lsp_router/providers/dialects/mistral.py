"""Mistral's and Codestral's own API: OpenAI's chat, and a fill-in-the-middle that answers like a chat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsp_router.domain.wire import Call
from lsp_router.providers.dialects import openai
from lsp_router.providers.speech import Request, bearer, versioned

read = openai.read
tokens = openai.tokens


def request(call: Call, without: frozenset[str]) -> Request:
    """Usage comes unasked here, and unknown parameters are refused."""
    chat = openai.request(call, frozenset({"stream_options"}))
    body: dict[str, Any] = dict(chat.body or {})
    path = "/chat/completions"
    if call.prompt.hole is not None:
        path = "/fim/completions"
        body.update(prompt=call.prompt.hole.prefix, suffix=call.prompt.hole.suffix)
    return Request(versioned(call.provider.base_url, "v1") + path, bearer(call.provider), _kept(body, without))


def _kept(body: Mapping[str, Any], without: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in without}
