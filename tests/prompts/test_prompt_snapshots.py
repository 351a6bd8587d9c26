"""A changed word is a changed version: caches, replays and ledgers tell prompts apart by id@version alone.

After raising the version in a template's header: `LSP_ROUTER_SNAPSHOTS=write pytest tests/prompts`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lsp_router.domain.wire import Hole, Prompt
from lsp_router.prompts.ask import Answer, Ask, Source, compose, escalate, follow_up, repair
from lsp_router.prompts.completion import chat_hole
from lsp_router.prompts.fim import SUFFIX, fill, names
from lsp_router.prompts.library import Library

FOLDER = Path(__file__).with_name("snapshots")
WRITING = os.environ.get("LSP_ROUTER_SNAPSHOTS") == "write"
LIBRARY = Library()
ASK = Ask(
    Source("src/price.py", "def net(gross, rate):\n    return gross / rate\n", "python"),
    selection="    return gross / rate\n",
    lines=(2, 2),
    instruction="Divide by one plus the rate.",
    diagnostics=("ZeroDivisionError is possible",),
    others=(Source("src/rates.py", "VAT = 0.19\n", "python"),),
    style="4 spaces, double quotes",
)
HOLE = Hole("def net(gross, rate):\n    return ", "\n", "src/price.py", (("src/rates.py", "VAT = 0.19\n"),))
CONTINUED = {"repair": repair, "escalate": escalate}


def prompts(name: str) -> list[Prompt]:
    """One template in every form it has."""
    if name.startswith("fim-"):
        return [fill(HOLE, name.removeprefix("fim-"), repo="shop")]
    if name == "completion-chat":
        return [chat_hole(LIBRARY, HOLE), chat_hole(LIBRARY, HOLE, max_lines=1)]
    if name == "follow-up":
        return [follow_up(LIBRARY, Prompt(template="task@1"), "It divides.", "And by zero?")]
    if name in CONTINUED:
        asked = Prompt(template="task@1")
        return [CONTINUED[name](LIBRARY, asked, "```\nreturn gross\n```", ["the rate is not used"])]
    structure = "def f():\n    @@BODY f@@\n"
    more = {
        "draft": "<draft>\n{}\n</draft>",
        "imports": "import decimal\n",
        "structure": structure,
        "gap": "@@BODY f@@",
    }
    formed = "{{answer}}" in LIBRARY.template(name).turns[0].text
    forms = [form for form in Answer if form is not Answer.NEW or name == "tests"] if formed else [Answer.WHOLE]
    return [compose(LIBRARY, name, ASK, answer=form, **more) for form in forms]


def shown(prompt: Prompt) -> str:
    turns = [f"--- {one.role}{' (cached)' if one.cache else ''}\n{one.text}\n" for one in prompt.messages]
    raw = [f"--- raw\n{prompt.hole.raw}\n--- stop\n{chr(10).join(map(repr, prompt.stop))}\n"] if prompt.hole else []
    return "".join((f"=== {prompt.template}\n", *turns, *raw))


ALL = [*LIBRARY.names(), *(f"fim-{name}" for name in names() if name != SUFFIX)]


@pytest.mark.parametrize("name", ALL)
def test_words_change_only_with_the_version(name):
    path = FOLDER / f"{name}.snap"
    made = prompts(name)
    now, then = "".join(map(shown, made)), path.read_text("utf-8") if path.exists() else ""
    if now != then:
        old = {line for line in then.split("\n") if line.startswith("=== ")}
        known = [prompt.template for prompt in made if f"=== {prompt.template}" in old]
        assert not known, f"the words of {', '.join(known)} changed: raise the version in the template's header"
        assert WRITING, f"a new version of {name}: see the head of this file for how to keep it"
        path.write_text(now, encoding="utf-8", newline="\n")


def test_no_snapshot_outlives_its_template():
    assert {path.stem for path in FOLDER.glob("*.snap")} == set(ALL)
