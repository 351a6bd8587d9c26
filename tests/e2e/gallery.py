"""`python -m tests.e2e.gallery FOLDER`: pictures of the editors at work, taken from real ones in a terminal, as SVG."""

from __future__ import annotations

import asyncio
import io
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tests.e2e import editors
from tests.e2e.terminal import Terminal
from tests.support.backend import Backend, Reply, Seen
from tests.support.reviewer import finding, reviewing, said
from tests.support.workshop import Workshop, model, until

NAME = "qwen3-coder"
SHOP = '''\
from dataclasses import dataclass


@dataclass
class Item:
    price: float
    amount: int


def total(items: list[Item]) -> float:
    """What a basket costs."""
'''
CODE = "return sum(item.price * item.amount for item in items)"
RATIO = "def ratio(a: float, b: float) -> float:\n    return a / b\n"
DIVISION = finding(
    "return a / b", "error", title="Division by zero", message="b may be 0.", suggestion="return a / b if b else 0.0"
)
EXPLAINED = """## What `ratio` does

It divides **a** by **b** and hands back the quotient.

- Both are numbers; the result is a `float`.
- Nothing keeps **b** from being `0`: then Python raises `ZeroDivisionError`.
"""
INIT = """
require("lsp_router").setup()
vim.keymap.set("i", "<Tab>", "<Plug>(lsp-router-accept-or-tab)")
vim.o.laststatus, vim.o.number, vim.o.swapfile, vim.o.signcolumn = 2, true, false, "yes"
vim.o.statusline = " %f%=%{v:lua.require'lsp_router'.statusline()} "
vim.diagnostic.config({ virtual_text = true })
vim.o.termguicolors = true
vim.api.nvim_set_hl(0, "Normal", { fg = "#c5c8c6", bg = "#292929" })
vim.lsp.log.set_level("off")
"""


def answer(seen: Seen) -> Reply:
    """Each kind of request has its own words."""
    if "messages" not in seen.body:
        return Reply(CODE)
    if "finding" in said(seen):
        return reviewing(DIVISION)(seen)
    return Reply(EXPLAINED)


def neovim(workshop: Workshop, name: str, text: str) -> Terminal:
    editors.world(workshop)
    script = workshop.home / "init.lua"
    script.write_text(INIT, encoding="utf-8")
    rtp = f"set rtp^={editors.CLIENTS / 'neovim'}"
    words = ("-i", "NONE", "--cmd", rtp, "-u", script, workshop.write(name, text).name)
    return Terminal(workshop, editors.program("nvim-0.12"), *words)


async def ghost_text(workshop: Workshop) -> str:
    async with neovim(workshop, "shop.py", SHOP) as screen:
        await until((workshop.home / "state").exists, 60)
        await screen.type("Go")
        await screen.until("return sum(item.price")
        await screen.until("lsp-router $")
        return await screen.picture()


async def review(workshop: Workshop) -> str:
    async with neovim(workshop, "ratio.py", RATIO) as screen:
        await until((workshop.home / "state").exists, 60)
        await screen.type(":LspRouter review\r")
        await screen.until("Division by zero")
        await screen.type("j:lua vim.lsp.buf.code_action()\r")
        await screen.until("Apply the suggestion")
        return await screen.picture()


async def explain(workshop: Workshop) -> str:
    async with neovim(workshop, "ratio.py", RATIO) as screen:
        await until((workshop.home / "state").exists, 60)
        await screen.type(":LspRouter explain\r")
        await screen.until("ZeroDivisionError", NAME)
        return await screen.picture()


PICTURES: dict[str, Callable[[Workshop], Awaitable[str]]] = {
    "neovim-ghost-text": ghost_text,
    "neovim-review": review,
    "neovim-explain": explain,
}


def drawn(title: str, ansi: str) -> str:
    """No font is fetched from anywhere: the reader's own is used."""
    console = Console(record=True, width=110, file=io.StringIO())
    console.print(Text.from_ansi(ansi.rstrip()))
    svg = console.export_svg(title=title)
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"


async def main(folder: Path) -> None:
    for name, take in PICTURES.items():
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:  # a server may still be leaving
            project = Path(place, "shop")
            (project / ".git").mkdir(parents=True)
            async with Backend(answer) as backend:
                workshop = Workshop(Path(place, "home"), project, backend)
                workshop.configure(model(NAME))
                picture = await take(workshop)
        (folder / f"{name}.svg").write_text(drawn(name.replace("-", " "), picture), encoding="utf-8")
        print(f"{folder / name}.svg")


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    asyncio.run(main(Path(sys.argv[1])))
