"""Code without what only looks like code: the insides of strings and comments blanked, lines where they were."""

from __future__ import annotations

from lsp_router.validation.grammars import Source, walk


def code_lines(text: str, source: Source | None) -> list[str]:
    """The lines of a text as code; where there is no tree, as they are."""
    if source is None:
        return text.split("\n")
    data = bytearray(source.data)
    for node in walk(source.tree.root_node):
        if "comment" in node.type or (node.child_count == 0 and _is_content(node.type)):
            _blank(data, node.start_byte, node.end_byte)
    return data.decode("utf-8", "replace").split("\n")


def _is_content(kind: str) -> bool:
    return kind.endswith(("content", "fragment")) or ("string" in kind and kind not in {"string_start", "string_end"})


def _blank(data: bytearray, start: int, end: int) -> None:
    inside = bytes(data[start:end])
    data[start:end] = b"\n".join(b" " * len(line) for line in inside.split(b"\n"))
