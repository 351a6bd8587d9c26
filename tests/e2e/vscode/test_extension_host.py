"""Runs vscode-client/test/host.ts inside VS Code, with its whole API at hand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.e2e.vscode.browser import Browser, holds
from tests.e2e.vscode.codeserver import CodeServer
from tests.e2e.vscode.conftest import CLIENT, INSTALLED

PROJECT = """
profile = "balanced"
[budget]
per_day_usd = 0.25
"""
AUTOMATION = "window.codeAutomationLog = () => {}; window.codeAutomationExit = async () => {};"
"""What VS Code calls in a page that tests it; how it went stands in the report."""


def test_in_the_extension_host(vsix: Path, chromium: str, tmp_path: Path) -> None:
    tests, report, started = tmp_path / "tests" / "host.js", tmp_path / "report.json", tmp_path / "started"
    program = tmp_path / "bin" / "lsp-router"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ntouch '{started}'\nexec '{sys.executable}' -m lsp_router \"$@\"\n", "utf-8")
    program.chmod(0o755)
    bundle = [CLIENT / "node_modules" / ".bin" / "esbuild", "test/host.ts", f"--outfile={tests}"]
    options = ["--bundle", "--platform=node", "--external:vscode", "--log-level=warning"]
    subprocess.run([*map(str, bundle), *options], cwd=CLIENT, check=True, timeout=60)
    server = CodeServer(
        INSTALLED,
        tmp_path / "vscode",
        path=[program.parent],
        environ={"REPORT": str(report), "STARTED": str(started)},
        arguments=("--vscode-option", "enable-smoke-test-driver"),
    )
    server.write("demo.py", "import os\n")
    server.write("lsp-router.toml", PROJECT)
    with server, Browser(chromium, tmp_path / "chromium") as browser:
        remote = f"vscode-remote://127.0.0.1:{server.port}"
        paths = {"extensionDevelopmentPath": CLIENT, "extensionTestsPath": tests}
        payload = [[name, f"{remote}{path}"] for name, path in paths.items()]
        browser.page.run_first(AUTOMATION)
        browser.page.go(server.address(payload=json.dumps([*payload, ["skipWelcome", "true"]])))
        told = json.loads(holds(lambda: report.is_file() and report.read_text(), "the report is written", 180))
        assert {name: said for name, said in told.items() if said != "ok"} == {}
        assert len(told) == 5
        starts = server.log().count("from PATH")
    assert 2 <= starts <= 3, "eight restarts at once are one or two"
