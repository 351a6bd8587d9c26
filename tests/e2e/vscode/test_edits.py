"""Fixes and refactorings: listed for nothing, previewed, applied as exact text."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.vscode.browser import holds
from tests.e2e.vscode.conftest import Opens, Takes
from tests.e2e.vscode.workbench import MENU, PREVIEW
from tests.support.backend import Backend, Reply, Seen

BROKEN = "export function total(prices: number[]): number {\n  return prices.lenght;\n}\n"
FIXED = BROKEN.replace("lenght", "length")
SUMMED = (
    "export function total(prices: number[]): number {\n  return prices.reduce((sum, price) => sum + price, 0);\n}\n"
)
CLEARER = SUMMED.replace("(sum, price) => sum + price", "(so far, price) => so far + price".replace("so far", "soFar"))
TESTS = 'import { total } from "./shop";\n\nif (total([1, 2]) !== 3) throw new Error("total");\n'


def coder(seen: Seen) -> Reply:
    """Does what the words of the request are about."""
    words = str(seen.body.get("messages", ""))
    answers = {"lenght": FIXED, "sum them": SUMMED, "tests": TESTS}
    return Reply(f"```typescript\n{next((code for word, code in answers.items() if word in words), CLEARER)}```")


def test_fix_refactor_preview_and_instruct(vscode: Opens, with_server: Path, backend: Backend, picture: Takes) -> None:
    backend.script = coder
    server, window = vscode({"shop.ts": BROKEN}, path=[with_server])
    window.open_file("shop.ts")
    window.ready()

    def text() -> str:
        window.save()
        return (server.workspace / "shop.ts").read_text()

    window.page.see(".squiggly-error", patience=60)
    window.go_to(2, 18)
    window.open_menu("Control+.", "Fix: Property 'lenght' does not exist")
    window.page.see(MENU, "(costly, about $")
    picture(window, "quick-fix-menu")
    listed = window.page.text(MENU)
    assert listed.index("Change spelling") < listed.index("Fix: Property"), "the language's own fix comes first"
    window.page.press("Escape")
    window.page.miss(MENU)
    assert backend.calls() == 0, "looking at the menu costs nothing"
    window.open_menu("Control+.", "Fix: Property 'lenght' does not exist")
    window.choose(MENU, "Fix: Property 'lenght' does not exist")
    window.page.miss(".squiggly-error")
    assert text() == FIXED

    window.command("lsp-router: Refactor with Instruction")
    window.page.see(".quick-input-title", "refactoring")
    window.page.type("sum them")
    window.page.press("Enter")
    window.page.see(".view-line", "reduce")
    assert text() == SUMMED

    window.go_to(2, 12)
    window.open_menu("Control+Shift+R", "Rewrite `total` more clearly")
    window.choose(MENU, "Rewrite `total` more clearly", key="Control+Enter")
    window.page.see(PREVIEW, "shop.ts")
    picture(window, "preview")
    assert text() == SUMMED, "a preview changes nothing"
    window.apply_preview()
    window.page.see(".view-line", "soFar")
    assert text() == CLEARER

    window.command("lsp-router: Generate Tests")
    window.page.see(PREVIEW)
    window.apply_preview()
    holds(lambda: [p for p in server.workspace.iterdir() if p.name != "shop.ts"], "a file with tests was made")
    assert text() == CLEARER
    assert window.errors() == ""
