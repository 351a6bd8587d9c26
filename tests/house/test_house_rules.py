"""The house measures itself: sizes, floors, and nothing that names where a package came from."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
PACKAGE = REPO / "lsp_router"
SOURCES = sorted(PACKAGE.rglob("*.py"))
FILE_CAP, FUNCTION_CAP, MEDIAN_CAP = 450, 60, 8


def functions() -> list[tuple[str, int]]:
    return [
        (f"{path.relative_to(REPO)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_files_are_rooms_not_warehouses() -> None:
    sizes = {str(path.relative_to(REPO)): path.read_text("utf-8").count("\n") for path in SOURCES}
    assert {name: size for name, size in sizes.items() if size > FILE_CAP} == {}


def test_functions_fit_a_glance() -> None:
    assert [(name, size) for name, size in functions() if size > FUNCTION_CAP] == []
    assert statistics.median(size for _, size in functions()) <= MEDIAN_CAP


def test_every_package_says_what_it_must_not_know() -> None:
    for init in PACKAGE.rglob("__init__.py"):
        tree = ast.parse(init.read_text("utf-8"))
        assert ast.get_docstring(tree), init
        if init.parent != PACKAGE:
            assert len(tree.body) == 1, f"{init} re-exports something"


def test_nothing_is_caught_blindly() -> None:
    blind = [
        f"{path.relative_to(REPO)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in {"Exception", "BaseException"})
        and "guard" not in path.name
        and not isinstance(node.body[-1], ast.Raise)
    ]
    assert blind == []


def lint_imports(config: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--config", config, "--no-cache"], cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize(
    ("floor", "line"),
    [
        ("routing", "import lsp_router.engine.heal"),
        ("assist", "import httpx"),
        ("engine", "import lsprotocol"),
        ("insight", "import lsp_router.app.app"),
    ],
)
def test_a_planted_violation_of_the_floors_is_found(tmp_path: Path, floor: str, line: str) -> None:
    for path in SOURCES:
        copy = tmp_path / path.relative_to(REPO)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    (tmp_path / "lsp_router" / floor / "planted.py").write_text(line + "\n")
    found = lint_imports(REPO / ".importlinter", tmp_path)
    assert found.returncode == 1, found.stdout
    assert "planted" in found.stdout


def test_no_file_names_a_registry_or_this_machine() -> None:
    hosts = "|".join(["pypi" + r"\.org", "python" + r"hosted\.org", "npmjs" + r"\.(org|com)", "deb" + r"\.debian\.org"])
    home = r"(?<![\w.])/(?:work" + r"|root)/[\w.]"
    listed = subprocess.run(["git", "ls-files"], cwd=REPO, capture_output=True, text=True, timeout=30, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    bad = re.compile(f"{hosts}|{home}")
    found = []
    for name in listed.stdout.splitlines():
        path = REPO / name
        if (
            path.is_file()
            and path.suffix not in {".png", ".npz", ".gif"}
            and bad.search(path.read_text("utf-8", "replace"))
        ):
            found.append(name)
    assert found == []
