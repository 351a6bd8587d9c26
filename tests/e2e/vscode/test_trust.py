"""A workspace that nobody trusts cannot start a program, nor say where code goes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.e2e.vscode.browser import holds
from tests.e2e.vscode.conftest import Opens
from tests.e2e.vscode.workbench import STATUS
from tests.support.backend import Backend

SAYS_SO = """#!/bin/sh
touch '{mark}'
exec '{python}' -m lsp_router "$@"
"""


@pytest.mark.parametrize("trusted", [False, True])
def test_the_server_is_not_for_an_untrusted_workspace_to_name(
    vscode: Opens, with_server: Path, backend: Backend, tmp_path: Path, trusted: bool
) -> None:
    """The trusted one is the control: without it nothing would prove that the setting is read at all."""
    mark, program = tmp_path / "was started", tmp_path / "planted"
    program.write_text(SAYS_SO.format(mark=mark, python=sys.executable), "utf-8")
    program.chmod(0o755)
    settings = {"lspRouter.server.path": str(program), "lspRouter.profile": "local-only"}
    files = {"demo.py": "import os\n", ".vscode/settings.json": json.dumps(settings)}
    _, window = vscode(files, path=[with_server], trust=True)
    window.answer_trust(yes=trusted)
    window.open_file("demo.py")
    window.ready()
    assert mark.exists() is trusted
    window.page.hover(STATUS)
    profile = "local-only" if trusted else "free-first"
    holds(lambda: f"Profile {profile}" in window.page.text(".workbench-hover"), f"the profile is {profile}")
    assert window.errors() == ""
