"""Anthropic's messages: system apart, limits required, named events, cache marks."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from lsp_router.domain.model import Provider
from lsp_router.domain.money import Tokens
from lsp_router.domain.wire import Call, Fault, Image, Message, Prompt
from lsp_router.providers.answer import Answer
from lsp_router.providers.failures import Trouble
from lsp_router.providers.speech import Request, count, headers, key, part, parts, root

VERSION = "2023-06-01"
MOST_CACHE_MARKS = 4


def request(call: Call, without: frozenset[str]) -> Request:
    prompt = call.prompt
    if prompt.hole is not None:
        raise Trouble(Fault.BAD_REQUEST, "has no fill-in-the-middle endpoint; give this model a chat prompt")
    marked = tuple(m for m in prompt.messages if m.cache)[-MOST_CACHE_MARKS:]
    body: dict[str, Any] = {
        "model": call.model.id,
        "max_tokens": prompt.max_tokens,
        "stream": True,
        "messages": [
            {"role": m.role, "content": _blocks(m, caches=m in marked)} for m in prompt.messages if m.role != "system"
        ],
        **_optional(prompt, marked),
    }
    kept = {name: value for name, value in body.items() if name not in without}
    return Request(f"{base(call.provider)}/messages", own_headers(call.provider), kept)


def read(event: Mapping[str, Any], answer: Answer) -> None:
    match event.get("type"):
        case "content_block_delta":
            delta = part(event, "delta")
            answer.add(delta.get("text"))
            answer.think(delta.get("thinking"))
        case "content_block_start":
            _read_block(part(event, "content_block"), answer)
        case "message_start":
            _read_message(part(event, "message"), answer)
        case "message_delta":
            answer.finish(part(event, "delta").get("stop_reason"))
            answer.use(event.get("usage"))
        case "message_stop":
            answer.end()
        case "message":
            _read_message(event, answer)
        case "ping" | "content_block_stop":
            pass
        case _:
            answer.heed(event)


def tokens(usage: Mapping[str, Any]) -> Tokens:
    """`input_tokens` counts neither cache reads nor cache writes; thoughts are part of the output."""
    return Tokens(
        input=count(usage.get("input_tokens")),
        cached=count(usage.get("cache_read_input_tokens")),
        written=count(usage.get("cache_creation_input_tokens")),
        output=count(usage.get("output_tokens")),
    )


def base(provider: Provider) -> str:
    return f"{root(provider.base_url, '/messages', '/v1')}/v1"


def own_headers(provider: Provider) -> dict[str, str]:
    return headers(provider, x_api_key=key(provider), anthropic_version=VERSION)


def _optional(prompt: Prompt, marked: tuple[Message, ...]) -> dict[str, Any]:
    system = [b for m in prompt.messages if m.role == "system" for b in _blocks(m, caches=m in marked)]
    stops = [stop for stop in prompt.stop if stop.strip()]
    return {
        "temperature": min(prompt.temperature, 1.0),
        **({"system": system} if system else {}),
        **({"stop_sequences": stops} if stops else {}),
    }


def _blocks(message: Message, *, caches: bool) -> list[dict[str, Any]]:
    text: dict[str, Any] = {"type": "text", "text": message.text}
    if caches:
        text["cache_control"] = {"type": "ephemeral"}
    return [*map(_image, message.images), text]


def _image(image: Image) -> dict[str, Any]:
    source = {"type": "base64", "media_type": image.media_type, "data": b64encode(image.data).decode()}
    return {"type": "image", "source": source}


def _read_message(message: Mapping[str, Any], answer: Answer) -> None:
    """The shell of a stream, or a whole answer that did not come as one."""
    answer.model = str(message.get("model") or "")
    answer.use(message.get("usage"))
    for block in parts(message.get("content")):
        _read_block(block, answer)
    answer.finish(message.get("stop_reason"))


def _read_block(block: Mapping[str, Any], answer: Answer) -> None:
    answer.add(block.get("text"))
    answer.think(block.get("thinking"))
