"""Model names: the same weights go by many ids, and people want a short one."""

from __future__ import annotations

import re

_FLAVOUR = re.compile(
    r"-(?:instruct|it|chat|latest|preview|exp|hf|gguf|awq|gptq|mlx|(?:fp|bf|int|nvfp|mxfp)\d+|\dbit"
    r"|i?q\d(?:-[a-z0-9]{1,2}){0,2}"
    r"|\d{4}-\d{2}-\d{2}|\d{2}-\d{4}|\d{8}|\d{6}|\d{4})$"
)
"""Endings that say how weights are packed, tuned or dated, not which weights they are."""
_ROUTE = re.compile(r":(?:free|nitro|floor|exacto|online|extended|thinking|batch|cloud)$")
"""How a gateway serves a model; the weights are the same, the price is not."""


def canonical(model_id: str) -> str:
    """One name for the same weights: no owner, no packing, no date; versions with dashes."""
    name = _ROUTE.sub("", stem(model_id).lower())
    name = re.sub(r"(?<=\d)p(?=\d)", "-", name.partition("@")[0])
    name = re.sub(r"[^a-z0-9]+", "-", name).strip("-")
    while (shorter := _FLAVOUR.sub("", name)) != name:
        name = shorter
    return name


def stem(model_id: str) -> str:
    """The last part of an id or of a path to a model file, as a person would call it."""
    last = re.split(r"[/\\]", model_id.strip().rstrip("/\\"))[-1]
    return last[:-5] if last.lower().endswith(".gguf") else last


def is_dated_form(model_id: str, of: str) -> bool:
    """`gpt-5-2025-08-07` is what a provider may list where people say `gpt-5`."""
    rest = model_id.lower().removeprefix(of.lower())
    return rest != model_id.lower() and re.fullmatch(r"[-@]?\d{4,8}|[-@]\d{4}-\d{2}-\d{2}|-latest", rest) is not None
