"""The first minute: a clean VS Code, a machine with nothing but Python, no key, no configuration."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.e2e.vscode.browser import holds
from tests.e2e.vscode.conftest import Opens
from tests.e2e.vscode.workbench import STATUS, TOAST

PYTHON = """\
class Basket:
    def add_item(self, item):
        self.items.append(item)
        self.changed = True

    def add_gift(self, gift):
        self.items.append(gift)
        self.changed = True

    def add_voucher(self, voucher):
        self.items.append(voucher)
"""
TYPESCRIPT = """\
export class Basket {
  addItem(item: Item) {
    this.items.push(item);
    this.changed = true;
  }

  addGift(gift: Item) {
    this.items.push(gift);
    this.changed = true;
  }

  addVoucher(voucher: Item) {
    this.items.push(voucher);
"""


def test_ghost_text_with_nothing_but_python(vscode: Opens, python_only: Path) -> None:
    """The private server is made from the wheel; suggestions come from the project's own code."""
    start = time.monotonic()
    server, window = vscode({"basket.py": PYTHON, "basket.ts": TYPESCRIPT}, config=None, path=[python_only])
    assert not (server.root / "data" / "User" / "globalStorage" / "lsp-router.lsp-router").exists()
    for name, begun, rest in (
        ("basket.py", "        self.cha", "nged = True"),
        ("basket.ts", "    this.cha", "nged = true"),
    ):
        window.open_file(name)
        window.ready(patience=180)
        window.page.press("Control+End")
        window.page.type(begun)
        window.see_ghost(rest)
        window.page.press("Tab")
        window.save()
        assert (server.workspace / name).read_text().splitlines()[-1].rstrip(";").endswith(begun.strip() + rest)
        assert window.errors() == ""
    print(f"installed, started and suggesting in two languages after {time.monotonic() - start:.0f} s")
    holds(lambda: "embedded" in window.page.text(STATUS), "the status bar says who it was")


def test_no_python_is_explained_with_what_to_do(vscode: Opens, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    for name in ("python3", "python", *(f"python3.{minor}" for minor in range(11, 15))):
        old = tmp_path / "bin" / name
        old.write_text("#!/bin/sh\nexit 127\n", "utf-8")
        old.chmod(0o755)
    _, window = vscode({"demo.py": "import os\n"}, path=[tmp_path / "bin"])
    window.open_file("demo.py")
    window.page.see(TOAST, "lsp-router needs Python 3.11 or newer")
    for button in ("Get Python", "Try Again", "Open Settings"):
        window.page.see(f"{TOAST} .monaco-button", button)
    window.page.see(f"{STATUS} .codicon-error")
    assert "Traceback" not in window.page.text(TOAST)
    assert "lsp-router needs Python" in window.errors(), "the look for error toasts sees one where there is one"

    (tmp_path / "bin" / "python3").unlink()
    (tmp_path / "bin" / "lsp-router").symlink_to(Path(sys.executable).with_name("lsp-router"))
    window.page.click(f"{TOAST} .monaco-button", "Try Again")
    window.ready()
    window.page.miss(TOAST)


def test_found_keys_are_asked_about_and_a_no_is_kept(vscode: Opens, with_server: Path) -> None:
    keys = {"MISTRAL_API_KEY": "found-in-the-environment"}
    server, window = vscode({"demo.py": "import os\n"}, config=None, path=[with_server], environ=keys)
    window.open_file("demo.py")
    window.page.see(TOAST, "found keys for mistral")
    window.page.click(f"{TOAST} .monaco-button", "Never")
    window.page.miss(TOAST)
    kept = server.ledger / "state" / "consents.json"
    holds(lambda: kept.is_file() and '"mistral": false' in kept.read_text(), "the answer is kept")
    assert window.errors() == ""
