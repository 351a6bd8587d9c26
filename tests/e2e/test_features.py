"""The table of what works in which editor: every cell has a test that exists, and people read the same table."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

REPO = Path(__file__).resolve().parents[2]
FEATURES = tomllib.loads((REPO / "editors/features.toml").read_text("utf-8"))
COLUMNS: dict[str, str] = FEATURES["columns"]
EDITORS: list[dict[str, Any]] = FEATURES["editor"]
CELLS = [(editor["name"], column, editor[column]) for editor in EDITORS for column in COLUMNS]
SIGNS = {"untested": "untested", "none": "–"}


def table() -> str:
    head = ["| editor | " + " | ".join(COLUMNS.values()) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    rows = [
        f"| {editor['name']} | " + " | ".join(SIGNS.get(str(editor[column]), "✓") for column in COLUMNS) + " |"
        for editor in EDITORS
    ]
    return "\n".join([*head, *rows])


def names_in(path: Path) -> set[str]:
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        nodes = ast.walk(ast.parse(text))
        return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    return set(re.findall(r"""\b(?:test|it)\(\s*['"`](.+?)['"`]""", text))


@pytest.mark.parametrize(("editor", "column", "cell"), CELLS, ids=[f"{name}-{column}" for name, column, _ in CELLS])
def test_every_cell_has_a_test_or_says_that_it_has_none(editor: str, column: str, cell: str | list[str]) -> None:
    if isinstance(cell, str):
        assert cell in SIGNS
        return
    assert cell, "an empty list shows nothing"
    for named in cell:
        path, _, test = named.partition("::")
        name, _, case = test.partition("[")
        assert name in names_in(REPO / path), named
        if case:
            known = (REPO / path).read_text("utf-8") + (REPO / "tests/e2e/conftest.py").read_text("utf-8")
            assert f'"{case.rstrip("]")}"' in known, named


@pytest.mark.parametrize("editor", EDITORS, ids=[editor["name"] for editor in EDITORS])
def test_every_editor_has_its_place(editor: dict[str, Any]) -> None:
    assert (REPO / editor["place"].partition("#")[0]).exists()


@pytest.mark.parametrize("name", ["editors/README.md", "README.md"])
def test_people_read_the_same_table(name: str) -> None:
    text = (REPO / name).read_text("utf-8")
    found = re.search(r"<!-- features -->\n(.*?)\n?<!-- /features -->", text, re.DOTALL)
    assert found or name == "README.md", f"{name} has no place for the table"
    if found:
        assert found[1].strip() == table(), f"{name} should say:\n{table()}"
