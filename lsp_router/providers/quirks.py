"""Optional parameters that some models refuse, learnt from their own refusals."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from lsp_router.domain.model import Model

OPTIONAL = (
    "stream_options",
    "temperature",
    "max_tokens",
    "stop_sequences",
    "stopSequences",
    "stop",
    "usage",
    "keep_alive",
    "cache_prompt",
)
"""What a request may lack and still mean the same, roughly.

`max_tokens` is never just left out: it bounds the bill. It only gives way to the name a refusal proposes.
"""
MODELS = 256
_REFUSES = re.compile(
    r"unsupported|not support|unrecogni[sz]ed|unknown|unexpected|not permitted|not allowed|forbidden|deprecated"
    r"|extra (?:inputs|fields)",
)
_NAMES = {name: re.compile(rf"(?<!\w){re.escape(name)}(?!\w)") for name in OPTIONAL}


class Quirks:
    """Remembers, for the latest few hundred models, what to leave out."""

    def __init__(self) -> None:
        self._without: OrderedDict[str, frozenset[str]] = OrderedDict()

    def of(self, model: Model) -> frozenset[str]:
        return self._without.get(_name(model), frozenset())

    def learn(self, model: Model, status: int, body: str, sent: Mapping[str, Any]) -> bool:
        """Whether the refusal named a parameter that the next attempt can do without."""
        if status not in {400, 422}:
            return False
        known = self.of(model)
        refused = next((n for n in OPTIONAL if n not in known and _holds(sent, n) and _refuses(body, n)), None)
        if refused is None:
            return False
        self._without[_name(model)] = known | {refused}
        self._without.move_to_end(_name(model))
        if len(self._without) > MODELS:
            self._without.popitem(last=False)
        return True


def _name(model: Model) -> str:
    return f"{model.provider}/{model.id}"


def _holds(sent: Mapping[str, Any], name: str) -> bool:
    return any(name in part for part in (sent, sent.get("options") or {}, sent.get("generationConfig") or {}))


def _refuses(body: str, name: str) -> bool:
    if name == "max_tokens" and "max_completion_tokens" not in body:
        return False
    return bool(_NAMES[name].search(body) and _REFUSES.search(body.lower()))
