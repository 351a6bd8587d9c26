"""Neovim: the plugin around the ghost text: set-up, commands that exist, health, and keys it leaves alone."""

from __future__ import annotations

import pytest

from tests.e2e.editors import CLIENTS
from tests.e2e.neovim import Neovim
from tests.support.backend import Reply
from tests.support.workshop import model

OPEN = 'open("a.py", "def f(a, b):\\n    |")'


async def test_nothing_is_mapped_but_plugs_and_nothing_is_loaded_before_it_is_used(nvim: Neovim) -> None:
    await nvim(
        """
        for _, mode in ipairs({ "n", "i", "x", "o", "c", "t", "s" }) do
          for _, map in ipairs(vim.api.nvim_get_keymap(mode)) do
            local mine = (map.desc or ""):find("lsp%-router") or (map.rhs or ""):find("lsp%-router")
            local set_by_test = (map.rhs or ""):find("<Plug>(lsp-router-", 1, true)
            assert(not mine or set_by_test or vim.startswith(map.lhs, "<Plug>"), map.lhs)
          end
        end
        same(package.loaded["lsp_router"], nil, "the plugin")
        same(vim.fn.maparg("<Plug>(lsp-router-accept)", "i") ~= "", true, "a plug map")
        """,
        setup="",
    )


async def test_the_three_lines_of_the_file_are_enough(nvim: Neovim) -> None:
    if nvim.version == "0.10":
        pytest.skip("vim.lsp.enable came with Neovim 0.11; 0.10 calls setup()")
    await nvim(
        f"""
        {OPEN}
        press("a")
        until_ghost("return a + b")
        press("<Tab>")
        until_lines({{ "def f(a, b):", "    return a + b" }})
        """,
        setup='vim.lsp.enable("lsp_router")',
    )


MENU = """
    vim.o.completeopt = "menuone,noselect"
    local native, last = vim.lsp.completion and vim.lsp.completion.get, 0
    if native then
      vim.lsp.completion.enable(true, client().id, 0)
    end
    press("a")
    wait("an item", function()
      for _, it in ipairs(vim.fn.complete_info({ "items" }).items) do
        if it.abbr == "total = a + b" then return true end
      end
      if vim.fn.mode() == "i" and vim.fn.pumvisible() == 0 and vim.uv.now() - last > 1000 then
        last = vim.uv.now() -- asking again gives up what was asked before
        if native then native() else press("<C-x><C-o>") end
      end
    end)
"""


async def test_completion_comes_as_ordinary_items_without_ghost_text(nvim: Neovim) -> None:
    nvim.workshop.backend.script = lambda _: Reply("total = a + b\n    return total")
    await nvim(
        f"""
        {OPEN}
        {MENU}
        same(ghost(), nil)
        press("<C-n><C-y>")
        until_lines({{ "def f(a, b):", "    total = a + b", "    return total" }})
        """,
        setup='require("lsp_router").setup { ghost_text = false }',
    )


async def test_an_option_nobody_knows_is_told(nvim: Neovim) -> None:
    await nvim(
        """
        local ok, problem = pcall(require("lsp_router").setup, { ghost = true })
        same(ok, false)
        contains(problem, "no option \\"ghost\\"")
        """,
        setup="",
    )


async def test_settings_reach_the_server(nvim: Neovim) -> None:
    await nvim(
        f"""
        {OPEN}
        vim.cmd("LspRouter status")
        wait("the status", function() return panel() and panel():find('profile = "local-only"', 1, true) end)
        """,
        setup='require("lsp_router").setup { settings = { profile = "local-only" } }',
    )


async def test_why_and_pin_explain_and_steer(nvim: Neovim) -> None:
    nvim.workshop.configure(model("cheap", tier="free") + model("costly"))
    await nvim(f"""
        {OPEN}
        press("a")
        until_ghost("return a + b")
        press("<Esc>")
        vim.cmd("LspRouter why")
        contains(wait("why", panel), "**cheap** answered `completion`")
        contains(panel(), "costly")
        press("q")
        wait("a closed window", function() return not panel() end)
        vim.cmd("LspRouter pin completion costly")
        note("completion goes to costly")
        press("ox<BS>")
        wait("an answer of the pinned model", function()
          return ghost() and true
        end)
        vim.cmd("LspRouter pin completion none")
        note("completion is routed again")
        vim.cmd("LspRouter pin completion nobody")
        note("no model 'nobody'")
    """)
    assert {call.model for call in nvim.workshop.backend.log} == {"cheap", "costly"}


WORDS = (
    "dashboard document explain fix generate pause pin refactor restart review stats status tests why".split()  # noqa: SIM905 - a list of words
)


async def test_the_command_completes_its_words(nvim: Neovim) -> None:
    await nvim(f"""
        {OPEN}
        local words = vim.fn.getcompletion("LspRouter ", "cmdline")
        same(words, {{ {", ".join(f'"{word}"' for word in WORDS)} }})
        same(vim.fn.getcompletion("LspRouter ref", "cmdline"), {{ "refactor" }})
        same(vim.fn.getcompletion("LspRouter pin explicit", "cmdline"), {{ "explicit-completion" }})
        wait("the server to name its models", function()
          return vim.deep_equal(vim.fn.getcompletion("LspRouter pin review co", "cmdline"), {{ "costly" }})
        end)
        vim.cmd("LspRouter nonsense")
        note('no "nonsense"; it is one of dashboard')
    """)


async def test_pause_stops_suggestions_and_resumes_them(nvim: Neovim) -> None:
    await nvim(f"""
        {OPEN}
        vim.cmd("LspRouter pause")
        note("paused")
        wait("the statusline to say so", function() return require("lsp_router").statusline() == "lsp-router off" end)
        vim.cmd("LspRouter pause")
        note("on again")
        wait("the statusline to be quiet", function() return require("lsp_router").statusline() == "lsp-router" end)
        press("a")
        until_ghost("return a + b")
    """)


async def test_restart_brings_a_new_server_to_the_same_buffer(nvim: Neovim) -> None:
    await nvim(f"""
        {OPEN}
        local before = client().id
        vim.cmd("LspRouter restart")
        wait("another server", function() return client() and client().id ~= before end)
        press("a")
        until_ghost("return a + b")
    """)


async def test_the_statusline_says_what_today_cost(nvim: Neovim) -> None:
    await nvim(f"""
        same(require("lsp_router").statusline(), "")
        {OPEN}
        press("a")
        until_ghost("return a + b")
        wait("the price", function() return require("lsp_router").statusline():match("^lsp%-router %$0%.%d+$") end)
    """)


async def test_stats_are_shown(nvim: Neovim) -> None:
    await nvim(f"""
        {OPEN}
        vim.cmd("LspRouter stats")
        contains(wait("figures", panel), "nothing was asked in this time")
    """)


HEALTH = """
    vim.cmd("checkhealth lsp_router")
    report = wait("the report", function() return text():find("lsp_router", 1, true) and text() end)
"""


async def test_checkhealth_is_green(nvim: Neovim) -> None:
    await nvim(f"""
        {OPEN}
        {HEALTH}
        local parts = {{ "lsp-router ", "the server runs", "1 model, profile free-first: costly", "<Tab> accepts" }}
        for _, part in ipairs(parts) do
          contains(report, part)
        end
        assert(not report:find("ERROR") and not report:find("WARNING"), report)
    """)


async def test_checkhealth_says_what_to_do_when_the_program_is_missing(nvim: Neovim) -> None:
    await nvim(
        f"""
        {HEALTH}
        contains(report, "uv tool install lsp-router")
        """,
        setup='require("lsp_router").setup { cmd = { "no-such-program" } }',
    )


async def test_other_kinds_of_buffers_are_left_alone(nvim: Neovim) -> None:
    await nvim(f"""
        {OPEN}
        vim.cmd("help")
        same(#vim.lsp.get_clients({{ bufnr = 0 }}), 0, "clients of a help page")
        vim.cmd("new")
        vim.bo.filetype = "gitcommit"
        same(#vim.lsp.get_clients({{ bufnr = 0 }}), 0, "clients of a commit message")
    """)


async def test_the_help_names_every_map_and_every_word_of_the_command(nvim: Neovim) -> None:
    await nvim(
        f"""
        local doc = "{CLIENTS / "neovim" / "doc"}"
        local copy = vim.fn.tempname()
        vim.fn.mkdir(copy .. "/doc", "p")
        vim.fn.writefile(vim.fn.readfile(doc .. "/lsp_router.txt"), copy .. "/doc/lsp_router.txt")
        vim.cmd("helptags " .. copy .. "/doc")
        local help = table.concat(vim.fn.readfile(doc .. "/lsp_router.txt"), "\\n")
        for _, map in ipairs(vim.api.nvim_get_keymap("i")) do
          if vim.startswith(map.lhs, "<Plug>(lsp-router-") then contains(help, map.lhs) end
        end
        for word in pairs(require("lsp_router.command").words) do contains(help, "LspRouter " .. word) end
        for name in pairs(require("lsp_router.config").options) do contains(help, name .. " = ") end
        """,
        setup="",
    )
