"""What a name gives away about a model nobody described: rules as data, and honest when they find nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lsp_router.domain.model import Capability, Quality


@dataclass(frozen=True, slots=True)
class Guess:
    capabilities: frozenset[Capability]
    context_window: int
    quality: Quality
    latency_ms: float


def guess(model_id: str) -> Guess:
    name, size = model_id.lower(), billions(model_id)
    skills = {Capability.CHAT} | {skill for pattern, skill in _SKILLS if pattern.search(name)}
    return Guess(
        capabilities=frozenset(skills),
        context_window=next((tokens for pattern, tokens in _WINDOWS if pattern.search(name)), _UNKNOWN_WINDOW),
        quality=Quality(next(q for below, q, _ in _BY_SIZE if size < below), {}, "unknown"),
        latency_ms=next(ms for below, _, ms in _BY_SIZE if size < below),
    )


def makes_text(model_id: str) -> bool:
    return not _NOT_TEXT.search(model_id.lower())


def is_base(model_id: str) -> bool:
    """Trained to continue text, not to follow instructions."""
    return bool(_BASE.search(model_id.lower()))


def billions(model_id: str) -> float:
    """Parameters in thousand millions as far as the name tells; 0 when it does not."""
    return max((float(n) for n in _SIZE.findall(model_id.lower())), default=0.0)


_SIZE = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?)b(?![a-z])")
_BASE = re.compile(r"[-_:](?:base|code|fim|pt)(?:[-_.:]|$)")
_NOT_TEXT = re.compile(
    r"embed|rerank|reward|guard|moderation|whisper|transcri|tts|speech|voxtral|ocr\b|bge-|-image\b|diffusion|flux|clip\b"
)

_UNKNOWN_WINDOW = 8_192
_SKILLS = tuple(
    (re.compile(pattern), skill)
    for pattern, skill in (
        (r"vision|[-_.]vl\b|[-_]vl[-_]|llava|pixtral|gpt-[4-9]|claude|gemini|gemma-?[3-9]", Capability.VISION),
        (r"qwen-?3\.[5-9]|llama-?4|kimi-k[2-9]\.|mistral-(?:small|medium|large)", Capability.VISION),
        (r"reason|think|[-_:/]r1\b|^r1\b|qwq|\bo[1-9]\b|gpt-[5-9]|gpt-oss|magistral|glm-[5-9]", Capability.REASONING),
        (r"deepseek-v[4-9]|qwen-?3\.[5-9]|gemini-[3-9]|nemotron-[3-9]|grok-[4-9]|minimax-m[2-9]", Capability.REASONING),
    )
)
_WINDOWS = tuple(
    (re.compile(pattern), tokens)
    for pattern, tokens in (
        (r"claude|gpt-[5-9]|gemini|deepseek-v[4-9]|gpt-4\.1|grok-4", 200_000),
        (r"qwen-?3-?coder|kimi|glm-[4-9]|minimax|devstral|gpt-oss|llama-?(?:3\.[1-9]|4)|mistral-", 131_072),
        (r"gemma-?[3-9]|qwen-?3\.[5-9]|granite-?[4-9]|deepseek-(?:v|r)|gpt-4o|command", 131_072),
        (r"qwen-?2\.5|qwen-?3|codestral|seed-coder|nemotron|phi-?[34]", 32_768),
        (r"starcoder-?2|code-?llama|deepseek-coder|stable-code", 16_384),
    )
)
"""First match wins, and says rather too little than too much."""
_BY_SIZE = (
    (0.001, 5.0, 1_000.0),
    (2.5, 3.5, 250.0),
    (5.0, 4.0, 350.0),
    (10.0, 4.8, 450.0),
    (20.0, 5.3, 600.0),
    (45.0, 5.8, 800.0),
    (float("inf"), 6.2, 1_000.0),
)
"""(below so many thousand millions of parameters, quality, milliseconds to a first token); the first row is no size."""
