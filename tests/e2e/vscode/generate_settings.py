"""Writes the settings of package.json from the server's own schema, so that the two cannot drift apart.

    python tests/e2e/vscode/generate_settings.py

Needs the server's package to be importable. A test fails when package.json says something else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lsp_router.config.schema import json_schema

PACKAGE = Path(__file__).resolve().parents[3] / "vscode-client" / "package.json"
SECTION = "lspRouter"
UNTRUSTED = "x-untrusted"
HIDDEN = frozenset({"title", "$defs", UNTRUSTED})
OWN: Mapping[str, Mapping[str, Any]] = {
    "lspRouter.server.path": {
        "type": "string",
        "default": "",
        "scope": "machine-overridable",
        "order": 1,
        "markdownDescription": "The `lsp-router` to run. Empty: one on the PATH that fits, else a private one that "
        "this extension sets up.",
    },
    "lspRouter.server.python": {
        "type": "string",
        "default": "",
        "scope": "machine-overridable",
        "order": 2,
        "markdownDescription": "The Python (3.11 or newer) for the private server. Empty: the first that fits.",
    },
    "lspRouter.trace.server": {
        "type": "string",
        "enum": ["off", "messages", "verbose"],
        "default": "off",
        "scope": "window",
        "order": 3,
        "description": "Whether messages between VS Code and the server are logged; verbose ones hold your code.",
    },
}
"""Settings of the extension itself. What starts a program is restricted, so an untrusted workspace cannot set it."""
STARTS_PROGRAMS = ("lspRouter.server.path", "lspRouter.server.python")


def contributed() -> tuple[list[dict[str, Any]], list[str]]:
    """The settings in groups, and the names of those that an untrusted workspace cannot set."""
    schema = json_schema()
    groups = [{"title": "Server", "properties": {name: dict(setting) for name, setting in OWN.items()}}]
    restricted = list(STARTS_PROGRAMS)
    general: dict[str, Any] = {}
    for key, node in schema["properties"].items():
        found = dict(_settings((key,), _resolved(node, schema["$defs"]), restricted))
        if len(found) == 1:
            general |= found
        else:
            groups.append({"title": _title(key), "properties": found})
    groups.insert(0, {"title": "Models and routing", "properties": general})
    return groups, restricted


def written(package: Mapping[str, Any]) -> dict[str, Any]:
    """The same package.json with these settings."""
    groups, restricted = contributed()
    untrusted = {**package["capabilities"]["untrustedWorkspaces"], "restrictedConfigurations": restricted}
    return {
        **package,
        "capabilities": {**package["capabilities"], "untrustedWorkspaces": untrusted},
        "contributes": {**package["contributes"], "configuration": groups},
    }


def text_of(package: Mapping[str, Any]) -> str:
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"


def _settings(path: tuple[str, ...], node: Mapping[str, Any], restricted: list[str]) -> Iterator[tuple[str, Any]]:
    """A table with fixed keys becomes a setting per key; tables that people name stay one setting."""
    if path == ("tasks",):
        node = _folded(node)
    if keys := node.get("properties"):
        for key, inner in keys.items():
            yield from _settings((*path, key), inner, restricted)
        return
    name = ".".join([SECTION, *map(_camel, path)])
    if UNTRUSTED in json.dumps(node):
        restricted.append(name)
    yield name, {**_bare(node), **_default(node), "scope": "window"}


def _folded(tasks: Mapping[str, Any]) -> dict[str, Any]:
    """All tasks take the same table, so it is said once."""
    kept = {key: value for key, value in tasks.items() if key != "properties"}
    one = {key: value for key, value in next(iter(tasks["properties"].values())).items() if key != "default"}
    return {**kept, "propertyNames": {"enum": list(tasks["properties"])}, "additionalProperties": one}


def _default(node: Mapping[str, Any]) -> dict[str, Any]:
    """VS Code lays tables over their default, which would turn every default into something the user said."""
    if node.get("type") == "object":
        return {"default": {}}
    return {"default": node["default"]} if "default" in node else {}


def _bare(node: Any) -> Any:
    if isinstance(node, list):
        return [_bare(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    kept = {key: _bare(value) for key, value in node.items() if key not in HIDDEN}
    if "anyOf" in kept and "type" not in kept:
        kept["type"] = sorted({part["type"] for part in kept["anyOf"]})
    return kept


def _resolved(node: Any, defs: Mapping[str, Any]) -> Any:
    """Without references: VS Code reads each setting by itself."""
    if isinstance(node, list):
        return [_resolved(item, defs) for item in node]
    if not isinstance(node, Mapping):
        return node
    if "$ref" in node:
        rest = {key: value for key, value in node.items() if key != "$ref"}
        return {**_resolved(defs[node["$ref"].rpartition("/")[2]], defs), **_resolved(rest, defs)}
    return {key: _resolved(value, defs) for key, value in node.items()}


def _camel(key: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), key)


def _title(key: str) -> str:
    return key.replace("_", " ").capitalize()


if __name__ == "__main__":
    PACKAGE.write_text(text_of(written(json.loads(PACKAGE.read_text("utf-8")))), encoding="utf-8")
