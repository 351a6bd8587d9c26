"""Which FIM format a model wants, told from its name: users' commonest trouble, so it is a table with tests."""

from __future__ import annotations

import re

from lsp_router.domain.model import Dialect
from lsp_router.prompts.fim import SUFFIX


def template_for(model_id: str, kind: Dialect | None = None) -> str | None:
    """The name of the format, `suffix` when the endpoint knows it itself, or None for a model that only chats."""
    if kind in _CHAT_ONLY_KINDS:
        return None
    name = _VERSION.sub(r"\1.\2", model_id.lower()).replace("_", "-")
    if _NEVER.search(name):
        return None
    family = next((family for pattern, family in _RULES if pattern.search(name)), None)
    if family is None or kind is None:
        return family
    return SUFFIX if _knows_itself(name, family, kind) else family


def _knows_itself(name: str, family: str, kind: Dialect) -> bool:
    if kind is Dialect.OLLAMA:
        return family in _OLLAMA_INSERTS and not _OLLAMA_CHATS.search(name)
    return kind in {Dialect.MISTRAL, Dialect.LLAMACPP}


_VERSION = re.compile(r"(\d)_(\d)")
"""Model files write a version's dot as an underscore."""

_CHAT_ONLY_KINDS = frozenset({Dialect.ANTHROPIC, Dialect.GEMINI})

_NEVER = re.compile(
    r"embed|rerank|reward|guard(?:ian)?\b|vision|-vl\b|-audio|speech|"
    r"reason(?:er|ing)|think(?:ing|er)|-r1\b|distill|mamba|abliterat"
)
"""Names that share a family's word but not its training."""

_OLLAMA_INSERTS = frozenset({"qwen2.5-coder", "starcoder2", "deepseek-coder", "codestral", "codegemma"})
_OLLAMA_CHATS = re.compile(r"qwen-?3|deepseek-coder(?!-v2)")
"""Models trained for filling whose packaged template there lacks the suffix, so that the raw format must be used."""

_RULES: tuple[tuple[re.Pattern[str], str | None], ...] = tuple(
    (re.compile(pattern), family)
    for pattern, family in (
        (r"codeqwen", "starcoder"),
        (r"qwen-?[\d.]*-?(?:\d+b-)?coder", "qwen2.5-coder"),
        (r"deepseek-?coder", "deepseek-coder"),
        (r"deepseek-?(?:chat|v[2-9]|ai/deepseek-v)", SUFFIX),
        (r"codestral", "codestral"),
        (r"starcoder-?2.*instruct", None),
        (r"starcoder-?2", "starcoder2"),
        (r"stable-?code", "starcoder2"),
        (r"starcoder|star-coder|refact-1", "starcoder"),
        (r"codellama.*(?:34b|70b|python)|code-llama.*(?:34b|70b|python)", None),
        (r"code-?llama", "codellama"),
        (r"codegemma.*(?:-it\b|instruct)", None),
        (r"codegemma", "codegemma"),
        (r"granite-?(?:4|[5-9])", "granite"),
        (r"granite.*code|granite-?3\.[3-9]", "starcoder"),
        (r"seed-?coder.*instruct", None),
        (r"seed-?coder", "seed-coder"),
        (r"mellum", "mellum"),
        (r"mercury(?:-coder)?", SUFFIX),
        (r"gpt-3\.5-turbo-instruct", SUFFIX),
    )
)
"""First match wins; a None shields a chat-tuned member from its family's rule below it."""
