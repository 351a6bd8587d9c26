"""Filling a hole with a model that only chats: an unmistakable mark, examples, a fenced answer."""

from __future__ import annotations

from lsp_router.domain.wire import Hole, Prompt
from lsp_router.prompts.library import Library
from lsp_router.prompts.sections import marker, section

TEMPLATE = "completion-chat"


def chat_hole(
    library: Library, hole: Hole, *, max_lines: int = 12, max_tokens: int = 128, temperature: float = 0.2
) -> Prompt:
    """A chat prompt that asks for what is missing between prefix and suffix; one line means the rest of this line."""
    sign = marker(hole.prefix, hole.suffix, *(text for _, text in hole.extra))
    template = library.template(TEMPLATE)
    values = {
        "marker": sign,
        "others": "\n\n".join(section("file", text, path=path) for path, text in hole.extra),
        "file": section("file", f"{hole.prefix}{sign}{hole.suffix}", path=hole.path),
        "length": _length(max_lines),
    }
    return Prompt(
        messages=template.messages(values), max_tokens=max_tokens, temperature=temperature, template=template.id
    )


def _length(max_lines: int) -> str:
    return "Only the rest of this line." if max_lines <= 1 else f"At most {max_lines} lines."
