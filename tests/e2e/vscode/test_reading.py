"""What a model says about code: findings as squiggles with their fix, explanations as they are written, and why."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.vscode.browser import holds
from tests.e2e.vscode.conftest import MODEL, Opens, Takes
from tests.e2e.vscode.workbench import MENU
from tests.support.backend import Backend, Reply
from tests.support.reviewer import finding, reviewing

CODE = "def ratio(a, b):\n    return a / b\n"
DIVISION = finding(
    "return a / b",
    "error",
    title="Division by zero",
    message="An empty basket has b == 0.",
    suggestion="return a / b if b else 0.0",
)
WORDS = """\
`ratio` divides **a** by **b** and returns the quotient as a float.

## What to know

- It raises `ZeroDivisionError` when `b` is zero; nothing here catches that.
- Integers are divided exactly: `ratio(1, 2)` is `0.5`, not `0`.
- Anything with a `/` operator works, `Fraction` and `Decimal` included.

## How callers may guard it

```python
share = ratio(done, total) if total else 0.0
```

That is all."""


def test_review_squiggle_hover_fix(vscode: Opens, with_server: Path, backend: Backend, picture: Takes) -> None:
    backend.script = reviewing(DIVISION)
    server, window = vscode({"ratio.py": CODE}, path=[with_server])
    window.open_file("ratio.py")
    window.ready()
    window.command("lsp-router: Review This File")
    window.page.see(".squiggly-error")
    window.page.see(".statusbar-item", "one finding")
    window.page.hover(".view-line span span", "return")
    window.page.see(".monaco-hover", "Division by zero")
    picture(window, "review")
    window.go_to(2, 6)
    window.open_menu("Control+.", "Division by zero")
    window.choose(MENU, "Division by zero")
    window.page.see(".view-line", "if b else 0.0")
    window.page.miss(".squiggly-error")
    window.save()
    assert (server.workspace / "ratio.py").read_text() == CODE.replace("a / b", "a / b if b else 0.0")
    assert window.errors() == ""


def test_review_on_save(vscode: Opens, with_server: Path, backend: Backend) -> None:
    backend.script = reviewing(DIVISION)
    _, window = vscode({"ratio.py": CODE}, path=[with_server], settings={"lspRouter.review.enabled": True})
    window.open_file("ratio.py")
    window.ready()
    window.page.press("Control+End")
    window.page.type("# saved")
    window.save()
    window.page.see(".squiggly-error")


def test_explain_streams_and_why_tells(vscode: Opens, with_server: Path, backend: Backend, picture: Takes) -> None:
    reply = Reply(WORDS, token_delay=0.3)
    backend.script = lambda _: reply
    _, window = vscode({"ratio.py": CODE}, path=[with_server])
    window.open_file("ratio.py")
    window.ready()
    window.command("lsp-router: Explain")
    early = holds(lambda: "divides" in (seen := window.webviews()) and seen, "the page is being written")
    assert "That is all" not in early, "and can be read meanwhile"
    reply.token_delay = 0.0
    holds(lambda: "That is all" in window.webviews(), "it is finished")
    holds(lambda: MODEL in window.webviews(), "it says who wrote it")
    picture(window, "explain")

    window.page.press("Control+1")
    window.command("lsp-router: Why This Suggestion?")
    holds(lambda: "Candidates" in window.webviews(), "the decision is shown")
    picture(window, "why")
    assert window.errors() == ""
