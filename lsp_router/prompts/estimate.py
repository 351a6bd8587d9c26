"""How many tokens a text will be, without any tokenizer: a count by shape that each model's own usage then corrects."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lsp_router.domain.wire import Prompt

_TURN_TOKENS = 4
_IMAGE_TOKENS = 1_000


def estimate_tokens(text: str) -> int:
    """A count good to about a quarter for code; long texts are sampled, so the cost does not grow with them."""
    if len(text) <= _WHOLE:
        return _count(text)
    stride = len(text) // _SAMPLES
    sampled = sum(_count(text[start : start + _SAMPLE]) for start in range(0, stride * _SAMPLES, stride))
    return round(sampled * len(text) / (_SAMPLE * _SAMPLES))


def estimate_prompt(prompt: Prompt) -> int:
    """Everything a prompt will be billed as on the way in, before any model's own ratio."""
    total = sum(
        estimate_tokens(message.text) + _TURN_TOKENS + _IMAGE_TOKENS * len(message.images)
        for message in prompt.messages
    )
    hole = prompt.hole
    if hole is None:
        return total
    if hole.raw is not None:
        return total + estimate_tokens(hole.raw)
    files = sum(estimate_tokens(path) + estimate_tokens(text) for path, text in hole.extra)
    return total + files + estimate_tokens(hole.prefix) + estimate_tokens(hole.suffix) + _TURN_TOKENS


@dataclass(frozen=True, slots=True)
class Ratio:
    """What one model's tokenizer makes of our estimates, learnt from the usage it reports."""

    value: float = 1.0
    seen: int = 0

    def apply(self, estimate: int) -> int:
        return round(estimate * self.value)

    def update(self, estimated: int, actual: int) -> Ratio:
        """One more observation; a tiny prompt says more about the chat wrapper than about the tokenizer."""
        if estimated < _TELLING or actual <= 0:
            return self
        sample = min(max(actual / estimated, 0.25), 4.0)
        weight = max(1 / (self.seen + 1), _SLOWEST)
        return Ratio(self.value + (sample - self.value) * weight, self.seen + 1)


_TELLING = 50
_SLOWEST = 0.05

_WHOLE = 6_000
_SAMPLES = 10
_SAMPLE = 500

_PIECE = re.compile(r"[._]?[A-Z]?[a-z]{1,9}|[._]?[A-Z]{1,4}|\d{1,3}|[!-/:-@\[-^`{-~]{1,2}\n*|_+|[ \t]*\n\s*|[ \t]{2,}")
"""What modern tokenizers make one token of: a word or hump of camel case, an indentation, a pair of signs."""
_WIDE, _NARROW = re.compile(r"[^\x00-\u2e7f]"), re.compile(r"[\x80-\u2e7f]")


def _count(text: str) -> int:
    pieces = len(_PIECE.findall(text))
    if text.isascii():
        return pieces
    return pieces + len(_WIDE.findall(text)) + round(len(_NARROW.findall(text)) * 0.45)
