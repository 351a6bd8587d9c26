"""The server answers `initialize` before what lies below the edge is loaded: an editor starts it with every project."""

from __future__ import annotations

import subprocess
import sys

import pytest

LATER = ("lsp_router.app", "lsp_router.engine", "lsp_router.validation.gates", "pydantic", "httpx", "rich", "sqlite3")


@pytest.mark.parametrize("module", ["lsp_router.server.factory", "lsp_router.cli.serve"])
def test_what_only_requests_need_is_imported_with_the_first_of_them(module: str) -> None:
    code = f"import sys, {module}; print([m for m in {LATER} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
