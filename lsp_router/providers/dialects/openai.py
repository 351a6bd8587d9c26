"""Chat completions and legacy completions, as OpenAI speaks them and a hundred gateways imitate them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from lsp_router.domain.model import Provider
from lsp_router.domain.money import Tokens
from lsp_router.domain.task import Privacy
from lsp_router.domain.wire import Call, Image, Message
from lsp_router.providers.answer import Answer
from lsp_router.providers.speech import Request, bearer, count, host, is_loopback, joined, part, parts, versioned

REASONERS = ("o1", "o3", "o4", "gpt-5")
"""Models that refuse sampling settings and count thoughts into their limit."""
MOST_STOPS = 4
"""The clouds refuse more; local servers take any number, and raw prompts need more."""
MOST_CACHE_MARKS = 4


def request(call: Call, without: frozenset[str]) -> Request:
    base, hole = versioned(call.provider.base_url, "v1"), call.prompt.hole
    body: dict[str, Any] = {"model": call.model.id, "stream": True, "stream_options": {"include_usage": True}}
    if hole is None:
        path = "/chat/completions"
        cached = _cached(call)
        turns = call.prompt.messages if cached else joined(call.prompt.messages)
        body["messages"] = [_message(m, caches=m in cached) for m in turns]
    else:
        path = "/completions"
        body.update({"prompt": hole.raw} if hole.raw else {"prompt": hole.prefix, "suffix": hole.suffix})
    body.update(_limits(call, chat=hole is None, without=without))
    if _is_openrouter(call.provider):
        body["usage"] = {"include": True}
        if call.provider.privacy <= Privacy.NO_TRAIN:
            body["provider"] = {"data_collection": "deny"}
    return Request(base + path, bearer(call.provider), {k: v for k, v in body.items() if k not in without})


def read(event: Mapping[str, Any], answer: Answer) -> None:
    choices = parts(event.get("choices"))
    if not choices:
        answer.use(event.get("usage"))
        answer.heed(event)
        return
    for choice in choices:
        if choice.get("index") in (0, None, "0"):
            _read_choice(choice, answer)
    if event.get("usage"):
        answer.use(event["usage"])
    if event.get("error"):
        answer.fail(event)
    if not answer.model:
        answer.model = str(event.get("model") or "")


def tokens(usage: Mapping[str, Any]) -> Tokens:
    """`prompt_tokens` holds the cached ones; `completion_tokens` holds the reasoning ones unless the total says no."""
    prompt, completion = count(usage.get("prompt_tokens")), count(usage.get("completion_tokens"))
    details = part(usage, "prompt_tokens_details")
    cached = min(prompt, max(count(v) for v in (details.get("cached_tokens"), *_cache_reads(usage))))
    written = min(prompt - cached, max(count(details.get("cache_write_tokens")), _cache_writes(usage)))
    on_top = count(usage.get("total_tokens")) - prompt - completion
    if on_top > 0:
        return Tokens(prompt - cached - written, cached, written, completion, on_top)
    reasoning = min(completion, count(part(usage, "completion_tokens_details").get("reasoning_tokens")))
    return Tokens(prompt - cached - written, cached, written, completion - reasoning, reasoning)


def _read_choice(choice: Mapping[str, Any], answer: Answer) -> None:
    delta = choice.get("delta")
    if isinstance(delta, dict):
        _read_delta(delta, answer)
    message = choice.get("message")
    if isinstance(message, dict):
        answer.think(_reasoning(message))
        for text in _texts(message.get("content"), answer):
            answer.add_whole(text)
    if "text" in choice:
        answer.add_or_repeat(choice["text"])
    if choice.get("usage"):
        answer.use(choice["usage"])
    reason = choice.get("finish_reason")
    if reason:
        answer.finish(reason)
    if choice.get("error"):
        answer.fail(choice)


def _read_delta(delta: Mapping[str, Any], answer: Answer) -> None:
    content = delta.get("content")
    if isinstance(content, str):
        answer.add_or_repeat(content)
    elif content:
        for text in _texts(content, answer):
            answer.add_or_repeat(text)
    answer.think(_reasoning(delta))


def _reasoning(said: Mapping[str, Any]) -> object:
    return said.get("reasoning_content") or said.get("reasoning")


def _texts(content: object, answer: Answer) -> list[str]:
    """Content is a text, or a list of parts where thoughts may stand beside texts."""
    if isinstance(content, str):
        return [content]
    texts: list[str] = []
    for piece in parts(content):
        if "thinking" in piece:
            answer.think("".join(_texts(piece["thinking"], answer)))
        elif isinstance(piece.get("text"), str):
            texts.append(piece["text"])
    return ["".join(texts)]


def _message(message: Message, *, caches: bool) -> dict[str, Any]:
    if not (message.images or caches):
        return {"role": message.role, "content": message.text}
    text: dict[str, Any] = {"type": "text", "text": message.text}
    if caches:
        text["cache_control"] = {"type": "ephemeral"}
    return {"role": message.role, "content": [text, *map(_image, message.images)]}


def _image(image: Image) -> dict[str, Any]:
    url = f"data:{image.media_type};base64,{b64encode(image.data).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}


def _cached(call: Call) -> tuple[Message, ...]:
    """Marks are for Anthropic's models; the others cache by themselves, and some refuse the mark."""
    if not (_is_openrouter(call.provider) and "anthropic/" in call.model.id):
        return ()
    return tuple(m for m in call.prompt.messages if m.cache)[-MOST_CACHE_MARKS:]


def _limits(call: Call, *, chat: bool, without: frozenset[str]) -> dict[str, Any]:
    prompt = call.prompt
    reasons = chat and call.model.id.rpartition("/")[2].startswith(REASONERS)
    limits: dict[str, Any] = {}
    renamed = chat and (reasons or "max_tokens" in without) and "max_completion_tokens" not in without
    limits["max_completion_tokens" if renamed else "max_tokens"] = prompt.max_tokens
    if not reasons:
        limits["temperature"] = prompt.temperature
        if prompt.stop:
            limits["stop"] = list(prompt.stop[: None if is_loopback(host(call.provider)) else MOST_STOPS])
    return limits


def _is_openrouter(provider: Provider) -> bool:
    return host(provider).endswith("openrouter.ai")


def _cache_reads(usage: Mapping[str, Any]) -> tuple[object, ...]:
    return usage.get("prompt_cache_hit_tokens"), usage.get("cached_tokens"), usage.get("cache_read_input_tokens")


def _cache_writes(usage: Mapping[str, Any]) -> int:
    return count(usage.get("cache_creation_input_tokens"))
