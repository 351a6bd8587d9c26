"""Applies workspace edits as an editor does, sharing no code with the server: by bytes of the negotiated encoding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
CAPABILITIES = {
    "applyEdit": True,
    "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create", "rename", "delete"]},
}


class RefusedError(Exception):
    """An edit that no editor would apply."""


def applied(
    edit: Mapping[str, Any],
    texts: Mapping[str, str],
    versions: Mapping[str, int] | None = None,
    encoding: str = "utf-16",
) -> dict[str, str]:
    """The texts by URI after a workspace edit; RefusedError for what no editor takes."""
    after = dict(texts)
    for uri, edits in (edit.get("changes") or {}).items():
        after[uri] = apply_all(after.get(uri, ""), edits, encoding)
    for change in edit.get("documentChanges") or ():
        if change.get("kind") == "create":
            if change["uri"] in after:
                raise RefusedError(f"{change['uri']} is there already")
            after[change["uri"]] = ""
            continue
        named = change["textDocument"]
        uri, version = named["uri"], named.get("version")
        if version is not None and (versions or {}).get(uri) != version:
            raise RefusedError(f"{uri} is at another version than {version}")
        after[uri] = apply_all(after[uri], change["edits"], encoding)
    return after


def apply_all(text: str, edits: Iterable[Mapping[str, Any]], encoding: str) -> str:
    codec, size = CODECS[encoding]
    starts = [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", text))]

    def at(position: Mapping[str, int]) -> int:
        line, column = position["line"], position["character"]
        if line >= len(starts):
            raise RefusedError(f"there is no line {line}")
        rest = text[starts[line] :]
        row = re.match(r"[^\r\n]*", rest)[0].encode(codec, "surrogatepass")
        if column * size > len(row):
            raise RefusedError(f"line {line} has no column {column}")
        return starts[line] + len(row[: column * size].decode(codec, "surrogatepass"))

    spans = [(at(e["range"]["start"]), at(e["range"]["end"]), e["newText"]) for e in edits]
    for (_, end, _), (start, _, _) in zip(sorted(spans), sorted(spans)[1:], strict=False):
        if start < end:
            raise RefusedError("edits overlap")
    for start, end, new in sorted(spans, key=lambda span: span[:2], reverse=True):
        text = text[:start] + new + text[end:]
    return text
