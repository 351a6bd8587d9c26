"""Gemini's streamGenerateContent as server-sent events."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from lsp_router.domain.model import Provider
from lsp_router.domain.money import Tokens
from lsp_router.domain.wire import Call, Fault, Image, Message, Prompt
from lsp_router.providers.answer import Answer
from lsp_router.providers.failures import Trouble
from lsp_router.providers.speech import Request, count, headers, joined, key, part, parts, versioned

MOST_STOPS = 5


def request(call: Call, without: frozenset[str]) -> Request:
    if call.prompt.hole is not None:
        raise Trouble(Fault.BAD_REQUEST, "has no fill-in-the-middle endpoint; give this model a chat prompt")
    name = quote(call.model.id.removeprefix("models/"), safe="-._/")
    body: dict[str, Any] = {
        "contents": [_content(m) for m in joined(call.prompt.messages) if m.role != "system"],
        "generationConfig": {k: v for k, v in _settings(call.prompt).items() if k not in without},
    }
    system = [{"text": m.text} for m in call.prompt.messages if m.role == "system"]
    if system:
        body["systemInstruction"] = {"parts": system}
    url = f"{base(call.provider)}/models/{name}:streamGenerateContent?alt=sse"
    return Request(url, own_headers(call.provider), body)


def read(event: Mapping[str, Any], answer: Answer) -> None:
    answer.use(event.get("usageMetadata"))
    candidates = parts(event.get("candidates"))
    if not answer.model:
        answer.model = str(event.get("modelVersion") or "")
    if candidates:
        _read_candidate(candidates[0], answer)
    elif part(event, "promptFeedback").get("blockReason"):
        answer.finish("prohibited_content")
    elif "usageMetadata" not in event:
        answer.heed(event)


def tokens(usage: Mapping[str, Any]) -> Tokens:
    """`promptTokenCount` holds the cached ones; thoughts are counted beside the candidates."""
    prompt = count(usage.get("promptTokenCount"))
    cached = min(prompt, count(usage.get("cachedContentTokenCount")))
    return Tokens(
        input=prompt - cached + count(usage.get("toolUsePromptTokenCount")),
        cached=cached,
        output=count(usage.get("candidatesTokenCount")),
        reasoning=count(usage.get("thoughtsTokenCount")),
    )


def base(provider: Provider) -> str:
    return versioned(provider.base_url, "v1beta")


def own_headers(provider: Provider) -> dict[str, str]:
    """The key goes into a header: in the address it would end up in logs."""
    return headers(provider, x_goog_api_key=key(provider))


def _settings(prompt: Prompt) -> dict[str, Any]:
    stops = list(prompt.stop[:MOST_STOPS])
    settings: dict[str, Any] = {"maxOutputTokens": prompt.max_tokens, "temperature": prompt.temperature}
    return {**settings, "stopSequences": stops} if stops else settings


def _content(message: Message) -> dict[str, Any]:
    role = "model" if message.role == "assistant" else "user"
    return {"role": role, "parts": [*map(_image, message.images), {"text": message.text}]}


def _image(image: Image) -> dict[str, Any]:
    return {"inlineData": {"mimeType": image.media_type, "data": b64encode(image.data).decode()}}


def _read_candidate(candidate: Mapping[str, Any], answer: Answer) -> None:
    for piece in parts(part(candidate, "content").get("parts")):
        (answer.think if piece.get("thought") else answer.add)(piece.get("text"))
    answer.finish(candidate.get("finishReason"))
