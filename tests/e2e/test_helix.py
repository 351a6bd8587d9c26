"""Helix in a terminal: suggestions in its menu, quick fixes with their diagnostics, reviews, commands."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.e2e import editors
from tests.e2e.terminal import Terminal
from tests.support.drafting import BROKEN, GOOD, Studio, in_turn
from tests.support.reviewer import finding, reviewing
from tests.support.workshop import Workshop, model, until

SNIPPET = editors.CLIENTS / "helix" / "languages.toml"
LANGUAGES = SNIPPET.read_text("utf-8")


def configure(workshop: Workshop) -> None:
    """The file as it is given to people; what else it names is not installed here."""
    folder = Path(editors.world(workshop)["XDG_CONFIG_HOME"]) / "helix"
    folder.mkdir(parents=True)
    (folder / "languages.toml").write_text(LANGUAGES, encoding="utf-8")
    (folder / "config.toml").write_text("[editor]\nidle-timeout = 50\n", encoding="utf-8")


def opened(workshop: Workshop, name: str, text: str) -> Terminal:
    launcher = editors.program("hx")
    configure(workshop)
    path = workshop.write(name, text)
    return Terminal(workshop, launcher, path)


async def ready(screen: Terminal, workshop: Workshop, name: str) -> None:
    """Its books are open: the server has been told of the file, and Helix of the server."""
    await screen.until(name)
    await until((workshop.home / "state").exists, 60)


@pytest.fixture
def studio(workshop: Workshop) -> Workshop:
    Studio(workshop.home, workshop.folder, workshop.backend).configure()
    workshop.backend.script = in_turn(small=[GOOD], strong=[GOOD])
    return workshop


def test_the_file_is_valid_and_its_three_lines_are_what_it_holds() -> None:
    told = tomllib.loads(LANGUAGES)
    assert told["language-server"]["lsp-router"] == {"command": "lsp-router", "config": {"lspRouter": {}}}
    assert all(language["language-servers"][-1] == "lsp-router" for language in told["language"])
    first = "\n".join(line.lstrip("# ") for line in LANGUAGES.splitlines()[1:4])
    assert tomllib.loads(first) == {"language-server": told["language-server"]}


async def test_completion_is_in_the_menu_and_is_accepted(workshop: Workshop) -> None:
    async with opened(workshop, "a.py", "def f(a, b):\n    \n") as screen:
        await ready(screen, workshop, "a.py")
        await screen.press("j", "A")
        await screen.until_it(lambda it: "return a + b" in it, "the suggestion", key="C-x")
        await screen.press("C-n", "Enter")
        await screen.until("    return a + b")
        await screen.press("Escape")
        await screen.until("NOR")  # a key at once after Escape would be another one
        await screen.press(":", "w", "Enter")
        await screen.until("written")
    assert (workshop.folder / "a.py").read_text("utf-8") == "def f(a, b):\n    return a + b\n"


async def test_a_refactoring_is_chosen_and_resolved(studio: Workshop) -> None:
    async with opened(studio, "shop.py", BROKEN) as screen:
        await ready(screen, studio, "shop.py")
        await screen.press("j", "Space", "a")
        await screen.until("Rewrite `total` more clearly (small)")
        await screen.press("Enter")
        await screen.until("return sum(prices)")


async def test_a_review_shows_as_diagnostics_and_its_suggestion_is_applied(workshop: Workshop) -> None:
    workshop.configure(model())
    found = finding("return a / b", "error", title="Division by zero", suggestion="return a / b if b else 0.0")
    workshop.backend.script = reviewing(found)
    async with opened(workshop, "ratio.py", "def ratio(a, b):\n    return a / b\n") as screen:
        await ready(screen, workshop, "ratio.py")
        await screen.press("Space", "a")
        await screen.until("Review this file")
        await screen.press("C-p", "Enter")  # it is the last
        await screen.until("Division by zero")
        await screen.press("j", "Space", "a")
        await screen.until("Apply the suggestion of costly")
        await screen.press("Enter")
        await screen.until("return a / b if b else 0.0")
