"""Neovim: ghost text is shown, followed, accepted whole and in part, and told to the server."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.neovim import Neovim
from tests.support.backend import Reply, Seen
from tests.support.workshop import books, until

START = """
    open("a.py", "def f(a, b):\\n    |")
    press("a")
    until_ghost("return a + b")
"""


async def verdicts(home: Path) -> list[tuple[int, str, int]]:
    """What the ledger says of the suggestions that were shown, once the editor and its server are gone."""

    def shown() -> list[tuple[int, str, int]]:
        return [(row.shown, row.verdict, row.accepted_chars) for row in books(home).rows if row.verdict]

    await until(shown, 20)
    return shown()


async def test_inline_completion_is_shown_and_accepted(nvim: Neovim) -> None:
    await nvim(f"""
        {START}
        press("<Tab>")
        until_lines({{ "def f(a, b):", "    return a + b" }})
        same(vim.api.nvim_win_get_cursor(0), {{ 2, 16 }}, "cursor")
        press("<Esc>u")
        until_lines({{ "def f(a, b):", "    " }})
    """)
    assert await verdicts(nvim.workshop.home) == [(1, "accepted", len("return a + b"))]


async def test_typing_through_a_suggestion_keeps_it_in_every_frame_and_calls_nobody(nvim: Neovim) -> None:
    await nvim(f"""
        {START}
        same(type_slowly("ret"), {{ "eturn a + b", "turn a + b", "urn a + b" }})
        press("<Tab>")
        until_lines({{ "def f(a, b):", "    return a + b" }})
    """)
    typed = [call for call in nvim.workshop.backend.log if "return a + b" not in str(call.body)]
    assert len(typed) == 1


async def test_accepting_before_the_fresh_answer_doubles_nothing(nvim: Neovim) -> None:
    await nvim(f"""
        {START}
        press("ret<Tab>")
        until_lines({{ "def f(a, b):", "    return a + b" }})
        press("X<BS>")
        until_lines({{ "def f(a, b):", "    return a + b" }})
    """)


async def test_what_no_longer_fits_is_gone_at_once_and_is_not_accepted(nvim: Neovim) -> None:
    nvim.workshop.backend.script = lambda seen: Reply("return a + b") if first(nvim, seen) else Reply("", delay=30)
    await nvim(f"""
        {START}
        same(type_slowly("xy"), {{ "nothing", "nothing" }})
        vim.o.expandtab = true
        press("<Tab>")
        until_lines({{ "def f(a, b):", "    xy  " }})
    """)


async def test_a_word_and_a_line_are_accepted_and_the_rest_stays(nvim: Neovim) -> None:
    nvim.workshop.backend.script = lambda _: Reply("total = a + b\n    return total")
    await nvim("""
        open("a.py", "def f(a, b):\\n    |")
        press("a")
        until_ghost("total = a + b\\n    return total")
        press("<C-f>")
        until_ghost(" = a + b\\n    return total")
        same(lines(), { "def f(a, b):", "    total" })
        press("<C-f>")
        until_ghost(" a + b\\n    return total")
        press("<C-l>")
        until_lines({ "def f(a, b):", "    total = a + b" })
        until_ghost("\\n    return total")
        press("<Tab>")
        until_lines({ "def f(a, b):", "    total = a + b", "    return total" })
        same(vim.api.nvim_win_get_cursor(0), { 3, 16 }, "cursor")
    """)
    assert (1, "accepted", len("total = a + b\n    return total")) in await verdicts(nvim.workshop.home)


async def test_partial_acceptance_is_counted_from_the_beginning(nvim: Neovim) -> None:
    await nvim(f"""
        {START}
        press("<C-f>")
        until_ghost(" a + b")
        press("<C-f>")
        until_ghost(" + b")
        press("<Esc>")
        until_lines({{ "def f(a, b):", "    return a" }})
    """)
    assert (1, "partial", len("return a")) in await verdicts(nvim.workshop.home)


async def test_a_dismissed_suggestion_is_gone_and_counts_as_rejected(nvim: Neovim) -> None:
    await nvim(f"""
        {START}
        press("<C-e>")
        wait("nothing shown", function() return not ghost() end)
        same(lines(), {{ "def f(a, b):", "    " }})
    """)
    assert (1, "rejected", 0) in await verdicts(nvim.workshop.home)


async def test_next_asks_the_models_again(nvim: Neovim) -> None:
    nvim.workshop.backend.script = lambda seen: Reply("return a + b" if first(nvim, seen) else "return a * b")
    await nvim(f"""
        {START}
        press("<C-n>")
        until_ghost("return a * b")
        press("<Tab>")
        until_lines({{ "def f(a, b):", "    return a * b" }})
    """)


async def test_an_overtaken_request_stops_and_its_late_answer_is_not_shown(nvim: Neovim) -> None:
    slow, quick = Reply("return a + b", token_delay=0.5), Reply("pass")
    nvim.workshop.backend.script = lambda seen: slow if first(nvim, seen) else quick
    await nvim(
        """
        open("a.py", "def f(a, b):\\n    |")
        press("a")
        wait("a request", function() return vim.uv.fs_stat(vim.env.HOME .. "/asked") end)
        press("if b:<CR>")
        until_ghost("pass")
    """,
        meanwhile=nvim.mark_when_asked,
    )
    assert nvim.workshop.backend.log[0].aborted


async def test_what_gives_way_is_not_doubled(nvim: Neovim) -> None:
    nvim.workshop.backend.script = lambda _: Reply("a, b)")
    await nvim("""
        open("a.py", "x = f(|)")
        press("i")
        wait("a ghost", function() return vim.startswith(ghost() or "", "a, b") end)
        press("<Tab>")
        until_lines({ "x = f(a, b)" })
    """)


async def test_columns_are_counted_in_the_negotiated_encoding(nvim: Neovim) -> None:
    nvim.workshop.backend.script = lambda _: Reply("'é🚀' + a")
    await nvim("""
        open("a.py", "x = 'äöü🚀🚀日本' + |")
        press("a")
        until_ghost("'é🚀' + a")
        press("'é<Tab>")
        until_lines({ "x = 'äöü🚀🚀日本' + 'é🚀' + a" })
    """)


async def test_tabs_are_shown_as_wide_as_they_are_and_typed_as_tabs(nvim: Neovim) -> None:
    nvim.workshop.backend.script = lambda _: Reply("if a {\n\t\treturn b\n\t}")
    await nvim("""
        open("a.go", "func f(a bool) {\\n\\t|\\n}")
        vim.bo.tabstop = 4
        press("a")
        wait("a ghost", ghost)
        press("<Tab>")
        until_lines({ "func f(a bool) {", "\\tif a {", "\\t\\treturn b", "\\t}", "}" })
    """)


async def test_leaving_insert_mode_hides_it_and_stops_the_request(nvim: Neovim) -> None:
    nvim.workshop.backend.script = lambda _: Reply("return a + b", token_delay=0.5)
    await nvim(
        """
        open("a.py", "def f(a, b):\\n    |")
        press("a")
        wait("a request", function() return vim.uv.fs_stat(vim.env.HOME .. "/asked") end)
        press("<Esc>")
        wait("the end of it", function() return vim.uv.fs_stat(vim.env.HOME .. "/aborted") end)
        same(ghost(), nil)
    """,
        meanwhile=nvim.mark_when_asked,
    )


def first(nvim: Neovim, seen: Seen) -> bool:
    return nvim.workshop.backend.log[0] is seen
