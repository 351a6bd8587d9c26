"""Ghost text: shown, typed through, taken by words and whole, paused; and what it cost stands in the status bar."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.vscode.browser import holds
from tests.e2e.vscode.conftest import MODEL, Opens, Takes
from tests.e2e.vscode.workbench import PICK, STATUS
from tests.support.backend import Backend, Reply, Seen
from tests.support.workshop import books

START = "def mean(values):"
BODY = "total = sum(values)\n    return total / len(values)"
FLICKER = """(window.gaps = 0,
new MutationObserver(() => { if (!document.querySelector('.ghost-text-decoration')) window.gaps += 1; })
  .observe(document.querySelector('.monaco-editor'), { childList: true, subtree: true, attributes: true }))
"""
"""Counts the changes of the editor after which there is no ghost text, however short."""


def knows_mean(seen: Seen) -> Reply:
    """Goes on with the body from where the line in front of the cursor is."""
    last = str(seen.body.get("prompt", "")).rpartition("\n")[2].lstrip()
    return Reply(BODY[len(last) :] if BODY.startswith(last) else "", usage={"prompt_tokens": 40_000})


def test_shown_typed_through_taken(vscode: Opens, with_server: Path, backend: Backend, picture: Takes) -> None:
    backend.script = knows_mean
    server, window = vscode({"demo.py": START}, path=[with_server])
    window.open_file("demo.py")
    window.ready()
    window.page.press("Control+End")
    window.page.press("Enter")
    window.see_ghost("total = sum(values)")
    window.see_ghost("return total / len(values)")

    with pytest.raises(AssertionError, match="did not come to pass"):
        window.see_ghost("what no model said", patience=1)
    picture(window, "ghost-text")

    calls = backend.calls()
    window.page.ask(FLICKER)
    window.page.type("total")
    holds(lambda: window.ghost().startswith(" = sum(values)"), "what was typed is no suggestion any more")
    assert backend.calls() == calls, "nobody is asked for what is on the screen"
    assert window.page.ask("window.gaps") == 0, "and it never flickers"

    while not (before := window.ghost()).startswith("(values)"):
        window.page.press("Control+ArrowRight")
        holds(lambda before=before: window.ghost() not in {"", before}, f"a word of {before!r} was taken")
    holds(lambda: [r for r in books(server.ledger).rows if r.verdict == "partial"], "the ledger knows of the words")
    window.page.press("Tab")
    window.save()
    assert (server.workspace / "demo.py").read_text() == f"{START}\n    {BODY}"

    holds(lambda: "$0.0" in window.page.text(STATUS), "the status bar shows what it cost")
    assert MODEL in window.page.text(STATUS), "and who answered"
    (row,) = holds(lambda: [r for r in books(server.ledger).rows if r.verdict == "accepted"], "the ledger knows it")
    assert row.shown
    assert row.accepted_chars
    assert window.errors() == ""


def test_pausing_asks_nobody(vscode: Opens, with_server: Path, backend: Backend, picture: Takes) -> None:
    backend.script = knows_mean
    _, window = vscode({"demo.py": START}, path=[with_server])
    window.open_file("demo.py")
    window.ready()
    window.page.click(STATUS)
    window.page.see(PICK, "Pause suggestions")
    picture(window, "status-menu")
    window.choose(PICK, "Pause suggestions")
    window.page.see(f"{STATUS} .codicon-debug-pause")
    window.page.press("Control+1")
    window.page.press("Control+End")
    window.page.press("Enter")
    window.page.type("total ")
    window.command("lsp-router: Pause or Resume Suggestions")
    window.page.miss(f"{STATUS} .codicon-debug-pause")
    assert backend.calls() == 0
    window.page.press("Control+1")
    window.page.type("=")
    window.see_ghost(" sum(values)")
