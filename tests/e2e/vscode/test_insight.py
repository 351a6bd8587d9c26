"""What it did and what it cost, from inside VS Code."""

from __future__ import annotations

import time
from pathlib import Path

from lsp_router.config.places import places
from lsp_router.store.database import Database
from lsp_router.store.ledger import Ledger
from lsp_router.store.writer import Writer
from tests.e2e.vscode.browser import holds
from tests.e2e.vscode.conftest import Opens, Takes
from tests.e2e.vscode.workbench import Workbench
from tests.support.ledgers import fill


def two_weeks(home: Path) -> None:
    """A ledger with something to show."""
    database = Database(places({"LSP_ROUTER_HOME": str(home)}).state, print)
    writer = Writer(database)
    fill(Ledger(writer), time.time())
    writer.close()
    database.close()


def test_statistics_and_dashboard(vscode: Opens, with_server: Path, picture: Takes) -> None:
    usual = "[budget]\npaid_share_alert = 0.05\n"
    files = {"demo.py": "import os\n", "lsp-router.toml": usual}
    server, window = vscode(files, path=[with_server], wait=False)
    two_weeks(server.ledger)
    window.open(server.address())
    window.open_file("demo.py")
    window.ready()
    window.command("lsp-router: Statistics")
    holds(lambda: "codestral" in window.webviews(), "the statistics are shown beside the code")
    window.page.click(".editor-group-container .editor-instance .view-lines")

    window.command("lsp-router: Open Dashboard")
    dashboard = Workbench(window.browser, window.browser.second())
    dashboard.page.see("h1", "lsp-router")
    dashboard.page.see("svg")
    picture(dashboard, "dashboard")
    assert window.errors() == ""
