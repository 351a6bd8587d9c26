"""What may stand somewhere, in words; made from the JSON schema of the setting, so it cannot drift from it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import TypeAdapter

from lsp_router.config.shape import Spot

_TYPES = {"string": "text", "boolean": "true or false", "array": "a list", "object": "a table"}


def allowed(spot: Spot) -> str:
    if spot.table:
        return f"a table with {', '.join(spot.keys)}"
    if spot.by_name:
        return "tables, each with a name"
    kind: Any = Annotated[spot.annotation, spot.field] if spot.field else spot.annotation
    schema = TypeAdapter[Any](kind).json_schema()
    return _phrase(schema, schema.get("$defs", {}))


def _phrase(node: dict[str, Any], defs: dict[str, Any]) -> str:
    if "$ref" in node:
        node = defs[node["$ref"].rpartition("/")[2]]
    if "anyOf" in node:
        return " or ".join(_phrase(part, defs) for part in node["anyOf"])
    if words := node.get("enum") or ([node["const"]] if "const" in node else []):
        return _one_of([f'"{word}"' for word in words])
    if node.get("type") in {"integer", "number"}:
        return _number(node)
    if node.get("type") == "array":
        return f"a list of {_phrase(node.get('items', {}), defs)}"
    return _TYPES.get(node.get("type", ""), "anything")


def _one_of(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _number(node: dict[str, Any]) -> str:
    name = "a whole number" if node["type"] == "integer" else "a number"
    low, high, above = node.get("minimum"), node.get("maximum"), node.get("exclusiveMinimum")
    if low is not None and high is not None:
        return f"{name} from {low} to {high}"
    if above is not None:
        return f"{name} above {above}"
    return f"{name}, {low} or more" if low is not None else name
