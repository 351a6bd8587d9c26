"""Emacs with eglot: ghost text by a minor mode, quick fixes, commands, reviews as diagnostics."""

from __future__ import annotations

import json

import pytest

from tests.e2e import editors
from tests.e2e.emacs import Emacs
from tests.support.backend import Reply
from tests.support.drafting import BROKEN, GOOD, Studio, in_turn
from tests.support.reviewer import finding, reviewing
from tests.support.workshop import Workshop, books, model, until

START = """
(require 'lsp-router)
(lsp-router-eglot-setup)
(add-hook 'eglot-managed-mode-hook #'lsp-router-ghost-mode)
"""
GHOST = """
(defun ghost () (and lsp-router--overlay (substring-no-properties (overlay-get lsp-router--overlay 'after-string))))
"""


def opened(text: str, name: str = "a.py") -> str:
    return f"""
    {START} {GHOST}
    (write-file-of-test "{name}" {json.dumps(text)})
    (apply #'eglot (eglot--guess-contact))
    (wait-until "the server" (eglot-current-server))
    """


@pytest.fixture
def emacs(workshop: Workshop) -> Emacs:
    return Emacs(workshop)


async def test_the_package_compiles_without_a_warning(emacs: Emacs) -> None:
    source = editors.CLIENTS / "emacs" / "lsp-router.el"
    copy = emacs.workshop.folder / "lsp-router.el"
    copy.write_bytes(source.read_bytes())
    await emacs(f"""
        (setq byte-compile-error-on-warn t)
        (unless (byte-compile-file "{copy}") (kill-emacs 1))
    """)


async def test_inline_completion_is_shown_and_accepted(emacs: Emacs) -> None:
    await emacs(
        opened("def f(a, b):\n   |")
        + """
        (type " ")
        (wait-until "ghost text" (equal (ghost) "return a + b"))
        (same (key-binding (kbd "TAB")) #'lsp-router-accept)
        (press #'lsp-router-accept)
        (same (buffer-string) "def f(a, b):\\n    return a + b")
        (same (ghost) nil)
        (same (eq (key-binding (kbd "TAB")) #'lsp-router-accept) nil)
        """
    )

    def verdicts() -> list[tuple[str, int]]:
        return [(row.verdict, row.accepted_chars) for row in books(emacs.workshop.home).rows if row.verdict]

    await until(verdicts, 20)
    assert verdicts() == [("accepted", len("return a + b"))]


async def test_typing_through_it_keeps_it_and_a_word_may_be_taken(emacs: Emacs) -> None:
    await emacs(
        opened("def f(a, b):\n   |")
        + """
        (type " ")
        (wait-until "ghost text" (equal (ghost) "return a + b"))
        (type "r")
        (same (ghost) "eturn a + b")
        (type "et")
        (same (ghost) "urn a + b")
        (press #'lsp-router-accept-word)
        (same (ghost) " a + b")
        (same (buffer-string) "def f(a, b):\\n    return")
        (press #'lsp-router-accept)
        (same (buffer-string) "def f(a, b):\\n    return a + b")
        """
    )


async def test_what_no_longer_fits_is_gone_at_once(emacs: Emacs) -> None:
    emacs.workshop.backend.script = lambda seen: Reply(
        "return a + b", delay=0 if len(emacs.workshop.backend.log) == 1 else 30
    )
    await emacs(
        opened("def f(a, b):\n   |")
        + """
        (type " ")
        (wait-until "ghost text" (equal (ghost) "return a + b"))
        (type "x")
        (same (ghost) nil)
        (press #'lsp-router-accept)
        (same (buffer-string) "def f(a, b):\\n    x")
        """
    )


async def test_completion_offers_it_where_no_ghost_text_is_wanted(emacs: Emacs) -> None:
    await emacs(
        "(require 'lsp-router) (setq lsp-router-ghost-text nil)"
        + opened("def f(a, b):\n    |")
        + """
        (defun offered ()
          (let ((it (eglot-completion-at-point)))
            (and it (all-completions "" (nth 2 it)))))
        (wait-until "an item" (member "return a + b" (mapcar #'substring-no-properties (offered))))
        (same (ghost) nil)
        """
    )


async def test_a_dismissed_suggestion_is_gone(emacs: Emacs) -> None:
    await emacs(
        opened("def f(a, b):\n   |")
        + """
        (type " ")
        (wait-until "ghost text" (ghost))
        (press #'lsp-router-dismiss)
        (same (ghost) nil)
        (same (buffer-string) "def f(a, b):\\n    ")
        """
    )


@pytest.fixture
def studio(emacs: Emacs) -> Emacs:
    Studio(emacs.workshop.home, emacs.workshop.folder, emacs.workshop.backend).configure()
    emacs.workshop.backend.script = in_turn(small=[GOOD], strong=[GOOD])
    return emacs


FIXED = """(wait-until "the fixed text" (string-search "return sum" (buffer-string)))"""


@pytest.mark.parametrize("command", ["(lsp-router-fix)", '(lsp-router-refactor "mend it")'])
async def test_commands_that_edit_change_the_buffer(studio: Emacs, command: str) -> None:
    await studio(f'{opened(BROKEN, "shop.py")} (goto-char (point-min)) (search-forward "retrun") {command} {FIXED}')


async def test_code_actions_are_offered_and_carried_out(studio: Emacs) -> None:
    await studio(
        opened(BROKEN, "shop.py")
        + f"""
        (search-forward "retrun")
        (cl-letf ((last-nonmenu-event ?a)
                  ((symbol-function 'completing-read)
                   (lambda (_ choices &rest _)
                     (cl-find-if (lambda (it) (string-prefix-p "Rewrite `total`" it)) (mapcar #'car choices)))))
          (eglot-code-actions (point) (point) "refactor.rewrite" t))
        {FIXED}
        """
    )


async def test_a_review_becomes_diagnostics(emacs: Emacs) -> None:
    emacs.workshop.configure(model())
    emacs.workshop.backend.script = reviewing(finding("return a / b", "error", title="Division by zero"))
    await emacs(
        opened("def ratio(a, b):\n    return a / b\n", "ratio.py")
        + """
        (lsp-router-review)
        (wait-until "a diagnostic"
          (flymake-start)
          (cl-some (lambda (it) (string-search "Division by zero" (flymake-diagnostic-text it))) (flymake-diagnostics)))
        """
    )


async def test_why_and_status_are_shown(emacs: Emacs) -> None:
    await emacs(
        opened("def f(a, b):\n   |")
        + """
        (type " ")
        (wait-until "ghost text" (ghost))
        (lsp-router-why)
        (wait-until "why" (get-buffer "*lsp-router why*"))
        (with-current-buffer "*lsp-router why*" (goto-char 1) (search-forward "costly"))
        (lsp-router-status)
        (wait-until "status" (get-buffer "*lsp-router status*"))
        (with-current-buffer "*lsp-router status*" (goto-char 1) (search-forward "free-first"))
        """
    )


async def test_explain_streams_into_a_window(emacs: Emacs) -> None:
    said = "Adds two numbers and hands back what comes of it. That is all there is to it, to the very end."
    emacs.workshop.backend.script = lambda _: Reply(said, token_delay=0.1)
    await emacs(
        opened("def f(a, b):\n    return a + b\n")
        + """
        (defun shown (part)
          (when-let* ((it (get-buffer "*lsp-router explain*")))
            (with-current-buffer it (string-search part (buffer-string)))))
        (lsp-router-explain)
        (wait-until "the beginning" (shown "Adds two"))
        (same (shown "very end") nil)
        (wait-until "the end" (shown "very end"))
        """
    )
