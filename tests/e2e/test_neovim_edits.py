"""Neovim: quick fixes and refactorings from its own menu, commands that edit, reviews as diagnostics."""

from __future__ import annotations

import json

import pytest

from tests.e2e.neovim import Neovim
from tests.support.backend import Reply
from tests.support.drafting import BROKEN, GOOD, Studio, in_turn
from tests.support.reviewer import finding, reviewing
from tests.support.workshop import model

LUA = {"broken": json.dumps(BROKEN), "good": json.dumps(GOOD.split("\n"))}
LINTED = """
    open("shop.py", {broken})
    local found = {{ lnum = 1, col = 4, end_lnum = 1, end_col = 10, severity = 1, source = "linter" }}
    found.message = "invalid syntax: retrun"
    vim.diagnostic.set(vim.api.nvim_create_namespace("a linter"), 0, {{ found }})
    vim.api.nvim_win_set_cursor(0, {{ 2, 5 }})
""".format(**LUA)
MENU = """
    titles = {}
    vim.ui.select = function(items, options, choose)
      titles = vim.tbl_map(options.format_item, items)
      for _, item in ipairs(items) do
        if options.format_item(item):find(wanted, 1, true) then return choose(item) end
      end
    end
"""


@pytest.fixture
def studio(nvim: Neovim) -> Neovim:
    """Two models that answer as told, instead of the one that completes."""
    made = Studio(nvim.workshop.home, nvim.workshop.folder, nvim.workshop.backend)
    made.configure()
    nvim.workshop.backend.script = in_turn(small=[GOOD], strong=[GOOD])
    return nvim


async def test_another_linters_finding_is_fixed_from_neovims_own_menu(studio: Neovim) -> None:
    await studio(f"""
        {LINTED} {MENU}
        wanted = "Fix: invalid syntax: retrun (small)"
        vim.lsp.buf.code_action()
        wait("the fixed text", function() return text():find("return sum", 1, true) end)
        assert(#titles > 3, vim.inspect(titles))
        same(lines(), {{ "def total(prices):", "    return sum(prices)" }})
        press("u")
        wait("one step of undo", function() return text():find("retrun", 1, true) end)
    """)


async def test_a_refactoring_is_resolved_when_it_is_chosen(studio: Neovim) -> None:
    await studio(f"""
        {LINTED} {MENU}
        wanted = "Rewrite `total` more clearly (small)"
        vim.lsp.buf.code_action({{ context = {{ only = {{ "refactor" }} }} }})
        wait("the new text", function() return text():find("return sum", 1, true) end)
        for _, title in ipairs(titles) do
          assert(not title:find("Fix:", 1, true), title)
        end
    """)
    assert len(studio.workshop.backend.log) == 1


@pytest.mark.parametrize("words", ["LspRouter fix", "LspRouter refactor mend it", "%LspRouter generate mend it"])
async def test_commands_that_edit_change_the_buffer_and_say_who_did(studio: Neovim, words: str) -> None:
    await studio(f"""
        {LINTED}
        vim.cmd("{words}")
        wait("the fixed text", function() return text():find("return sum", 1, true) end)
        note("changed by small")
    """)


async def test_document_adds_what_was_asked_for(studio: Neovim) -> None:
    documented = GOOD.replace("\n", '\n    """The sum of all prices."""\n', 1)
    studio.workshop.backend.script = in_turn(small=[documented], strong=[documented])
    await studio(f"""
        open("shop.py", {json.dumps(GOOD)})
        vim.cmd("LspRouter document")
        wait("the comment", function() return text():find("The sum of all prices", 1, true) end)
    """)


async def test_tests_are_written_into_a_file_of_their_own(studio: Neovim) -> None:
    written = "from shop import total\n\n\ndef test_total() -> None:\n    assert total([1, 2]) == 3\n"
    studio.workshop.backend.script = in_turn(small=[written], strong=[written])
    await studio(f"""
        open("shop.py", {json.dumps(GOOD)})
        vim.cmd("LspRouter tests")
        note("changed by")
        local found = wait("the tests", function()
          for _, buf in ipairs(vim.api.nvim_list_bufs()) do
            if vim.api.nvim_buf_get_name(buf):find("test_shop.py", 1, true) then return buf end
          end
        end)
        contains(table.concat(vim.api.nvim_buf_get_lines(found, 0, -1, false), "\\n"), "def test_total")
    """)


async def test_an_edit_that_fails_changes_nothing_and_says_why(studio: Neovim) -> None:
    studio.workshop.backend.script = in_turn(small=["def total(prices:\n"], strong=["def total(prices:\n"])
    await studio(f"""
        {LINTED}
        vim.cmd("LspRouter fix")
        note("Fixing changed nothing")
        contains(text(), "retrun")
    """)


CODE = "def ratio(a, b):\\n    return a / b\\n"
DIVISION = finding("return a / b", "error", title="Division by zero", suggestion="return a / b if b else 0.0")


async def test_a_review_becomes_diagnostics_with_a_fix_of_their_own(nvim: Neovim) -> None:
    nvim.workshop.configure(model())
    nvim.workshop.backend.script = reviewing(DIVISION)
    await nvim(f"""
        open("ratio.py", "{CODE}") {MENU}
        vim.cmd("LspRouter review")
        note("1 finding by costly")
        local found = wait("a diagnostic", function() return vim.diagnostic.get(0)[1] end)
        contains(found.message, "Division by zero")
        same({{ found.lnum, found.col, found.end_col, found.severity }}, {{ 1, 4, 16, 1 }})
        vim.api.nvim_win_set_cursor(0, {{ 2, 6 }})
        vim.lsp.buf.hover()
        contains(wait("the hover", panel), "Division by zero")
        vim.cmd("fclose!")
        wanted = "Division by zero"
        vim.lsp.buf.code_action()
        wait("the suggestion", function() return text():find("if b else 0.0", 1, true) end)
    """)


SAID = "Adds two numbers and hands back what comes of it. That is all there is to it, to the very end."
EXPLAIN = 'open("a.py", "def f(a, b):\\n    return a + b\\n") vim.cmd("LspRouter explain")'


async def test_explain_streams_into_a_window_and_names_the_model(nvim: Neovim) -> None:
    nvim.workshop.backend.script = lambda _: Reply(SAID, token_delay=0.1)
    await nvim(f"""
        {EXPLAIN}
        wait("the beginning", function() return (panel() or ""):find("Adds two", 1, true) end)
        assert(not panel():find("very end", 1, true), "it did not stream")
        wait("the end", function() return panel():find("very end", 1, true) end)
        wait("the model", function() return panel():find("costly", 1, true) end)
        same(#vim.tbl_filter(function(buf) return vim.api.nvim_buf_get_name(buf):find("%.md$") end,
          vim.api.nvim_list_bufs()), 0, "documents beside the window")
        press("q")
        wait("a closed window", function() return not panel() end)
    """)


async def test_closing_the_window_stops_the_model(nvim: Neovim) -> None:
    nvim.workshop.backend.script = lambda _: Reply(SAID, token_delay=1)
    await nvim(
        f"""
        {EXPLAIN}
        wait("the beginning", function() return (panel() or ""):find("Adds", 1, true) end)
        press("q")
        wait("the end of the request", function() return vim.uv.fs_stat(vim.env.HOME .. "/aborted") end)
        """,
        meanwhile=nvim.mark_when_asked,
    )
