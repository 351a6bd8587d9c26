"""VS Code as a person at its keyboard has it."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.vscode.browser import PATIENCE, Page, holds

GHOST, GHOST_BELOW = ".ghost-text-decoration", ".ghost-text"
MENU = ".action-widget .monaco-list-row"
PICK = ".quick-input-widget .monaco-list-row"
INPUT = ".quick-input-widget input"
PREVIEW = ".bulk-edit-panel"
TOAST = ".notification-toast"
STATUS = ".statusbar-item[id='lsp-router.lsp-router.lspRouter.status']"
WEBVIEW = """
[...document.querySelectorAll('iframe.webview')].map(outer => {
  const inner = outer.contentDocument?.querySelector('#active-frame')?.contentDocument;
  return inner?.body?.innerText ?? '';
}).join('\\n')
"""
"""What the pages inside the window say: the Markdown preview is one."""


class Workbench:
    """One window on one folder."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, address: str) -> None:
        self.page.go(address)
        self.page.see(".monaco-workbench .statusbar", patience=90)
        self.page.see(".explorer-folders-view .monaco-list-row", patience=60)

    def answer_trust(self, *, yes: bool) -> None:
        """VS Code asks before it believes a folder it does not know."""
        self.page.click(".monaco-dialog-box .monaco-button", "Yes, I trust" if yes else "No, I don't trust")
        self.page.miss(".monaco-dialog-box")

    def open_file(self, name: str) -> None:
        self.page.click(".explorer-folders-view .monaco-list-row", name, times=2)
        self.page.see(f".tab.active[data-resource-name='{name}']")
        self.page.see(".editor-instance .monaco-editor .view-lines")
        self.page.click(".editor-group-container.active .editor-instance .view-lines")

    def ready(self, patience: float = PATIENCE) -> None:
        """The server runs and has said what today cost."""
        self.page.see(STATUS, "$", patience)

    def go_to(self, line: int, column: int) -> None:
        self.page.press("Control+g")
        self.page.see(INPUT)
        self.page.type(f"{line}:{column}")
        self.page.press("Enter")
        self.page.see(".statusbar-item", f"Ln {line}, Col {column}")

    def command(self, title: str) -> None:
        self.page.press("F1")
        self.page.see(INPUT)
        self.page.type(title)
        self.page.see(f"{PICK}.focused", title)
        self.page.press("Enter")

    def open_menu(self, keys: str, text: str) -> None:
        """The menu of code actions; VS Code closes one that it opened before every language had answered."""

        def there() -> bool:
            if not self.page.count(MENU):
                self.page.press(keys)
                self.page.see(MENU, patience=10)
            return bool(self.page.count(MENU, text))

        holds(there, f"the menu offers {text!r}")

    def choose(self, rows: str, text: str, *, key: str = "Enter") -> None:
        """Moves through a menu by keyboard until the row is reached."""
        self.page.see(rows, text)
        for _ in range(25):
            if self.page.count(f"{rows}.focused", text):
                self.page.press(key)
                return
            self.page.press("ArrowDown")
        raise AssertionError(f"{text!r} cannot be reached in the menu")

    def apply_preview(self) -> None:
        """The panel that lists what a refactoring will change."""
        self.page.click(f"{PREVIEW} .monaco-button", "Apply")
        self.page.miss(PREVIEW)

    def save(self) -> None:
        self.page.press("Control+s")
        self.page.see(".tab.active:not(.dirty)")

    def ghost(self) -> str:
        """The suggestion on the screen, from the cursor on; its colours cut it into pieces, and lines run together."""
        return (self.page.text(GHOST) + self.page.text(GHOST_BELOW)).replace("\n", "")

    def see_ghost(self, text: str, patience: float = PATIENCE) -> None:
        holds(lambda: text in self.ghost(), f"{text!r} is suggested (now: {self.ghost()!r})", patience)

    def webviews(self) -> str:
        return str(self.page.ask(WEBVIEW))

    def errors(self) -> str:
        """The texts of error toasts; there must never be one."""
        bad = f"find('{TOAST}').filter(e => e.querySelector('.codicon-error'))"
        return str(self.page.ask(f"{bad}.map(plain).join('\\n')"))

    def close_toasts(self) -> None:
        self.command("Notifications: Clear All Notifications")
        self.page.miss(TOAST)

    def shoot(self, path: Path) -> None:
        """Once nothing moves any more, so that a picture does not change with the machine's mood."""
        self.page.miss(".notification-toast .monaco-progress-container.active")
        self.page.ask("new Promise(done => setTimeout(done, 700))")
        self.page.shoot(path)
