"""Emacs with lsp-mode in a terminal: ghost text of its own; and its client for another vendor's server, which speaks
the Copilot dialect and is not told that it talks to us."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.e2e import editors
from tests.e2e.terminal import Terminal
from tests.support.drafting import BROKEN, GOOD, Studio, in_turn
from tests.support.reviewer import finding, reviewing
from tests.support.workshop import Workshop, books, model, until

INIT = """;; -*- lexical-binding: t -*-
(setq inhibit-startup-screen t create-lockfiles nil make-backup-files nil auto-save-default nil
      lsp-auto-guess-root t lsp-enable-suggest-server-download nil lsp-warn-no-matched-clients nil
      lsp-session-file (expand-file-name "~/lsp-session") lsp-inline-completion-idle-delay 0.2
      lsp-enable-snippet nil lsp-headerline-breadcrumb-enable nil lsp-modeline-diagnostics-enable nil
      lsp-keep-workspace-alive nil)
(load "lsp-mode-autoloads")
(require 'lsp-mode)
(require 'lsp-inline-completion)
(define-key lsp-inline-completion-active-map (kbd "C-j") #'lsp-inline-completion-accept)
(setq lsp-client-packages nil)
(add-hook 'lsp-after-open-hook (lambda () (write-region "open" nil "~/open")))
"""
OURS = """
(require 'lsp-router)
(lsp-router-lsp-mode-setup)
(add-hook 'python-mode-hook #'lsp)
"""
COPILOT = """
(require 'lsp-copilot)
(setq lsp-copilot-enabled t lsp-copilot-executable "lsp-router")
;; Its own look at the status would drop the answer to a command that waits just then.
(setq lsp-copilot-auth-check-delay nil)
(lsp-dependency 'copilot-ls '(:system "lsp-router"))
(add-hook 'python-mode-hook #'lsp)
"""


def libraries() -> list[Path]:
    root = editors.folder("lsp-mode") / "usr/share/emacs/site-lisp/elpa-src"
    return [path for path in root.iterdir() if path.is_dir()]


def opened(workshop: Workshop, init: str, name: str, text: str) -> Terminal:
    launcher = editors.program("emacs")
    places: Sequence[str | Path] = [word for path in (*libraries(), editors.CLIENTS / "emacs") for word in ("-L", path)]
    editors.world(workshop)
    script = workshop.home / "init.el"
    script.write_text(INIT + init, encoding="utf-8")
    return Terminal(workshop, launcher, "-nw", "-Q", *places, "-l", script, workshop.write(name, text))


@pytest.mark.parametrize("init", [OURS, COPILOT], ids=["ours", "copilot"])
async def test_ghost_text_is_shown_accepted_and_booked(workshop: Workshop, init: str) -> None:
    async with opened(workshop, init, "a.py", "def f(a, b):\n   ") as screen:
        await screen.until_made(workshop.home / "open")
        await screen.press("M->", "Space")
        await screen.until("    return a + b")
        await screen.press("C-j")
        await screen.until("return a + b")
        await screen.press("C-x", "C-s")
        path = workshop.folder / "a.py"
        await until(lambda: path.exists() and "return a + b" in path.read_text("utf-8"), 20)
        shown = await screen.look()
        assert "rror" not in shown, shown
        await until(lambda: [row.verdict for row in books(workshop.home).rows if row.verdict] == ["accepted"], 20)
    assert path.read_text("utf-8").rstrip("\n") == "def f(a, b):\n    return a + b"


async def test_a_client_of_the_copilot_dialect_finds_itself_signed_in(workshop: Workshop) -> None:
    async with opened(workshop, COPILOT, "a.py", "def f(a, b):\n   ") as screen:
        await screen.until_made(workshop.home / "open")
        await screen.press("M-x")
        await screen.type("lsp-copilot-check-status")
        await screen.press("Enter")
        await screen.until("Authenticated as")


async def run(screen: Terminal, command: str) -> None:
    await screen.press("M-x")
    await screen.type(f"{command}\r")


async def test_a_refactoring_is_chosen_and_resolved(workshop: Workshop) -> None:
    Studio(workshop.home, workshop.folder, workshop.backend).configure()
    workshop.backend.script = in_turn(small=[GOOD], strong=[GOOD])
    async with opened(workshop, OURS, "shop.py", BROKEN) as screen:
        await screen.until_made(workshop.home / "open")
        await run(screen, "lsp-execute-code-action")
        await screen.until("Select code action")
        await screen.type("Rewrite\t\r")
        await screen.until("return sum(prices)")


async def test_a_review_becomes_diagnostics(workshop: Workshop) -> None:
    workshop.configure(model())
    workshop.backend.script = reviewing(finding("return a / b", "error", title="Division by zero"))
    async with opened(workshop, OURS, "ratio.py", "def ratio(a, b):\n    return a / b\n") as screen:
        await screen.until_made(workshop.home / "open")
        await run(screen, "lsp-execute-code-action")
        await screen.until("Select code action")
        await screen.type("Review\t\r")
        await screen.until("[1 0]")
        await run(screen, "flymake-show-buffer-diagnostics")
        await screen.until("Division by zero")
