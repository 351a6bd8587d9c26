"""Long new code: imports, structure, bodies; each part is small, checked, kept, and resumed after a failure."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lsp_router.assist.edit.ask import Kind
from lsp_router.assist.edit.sketch import Sketch, body_of, gaps_in
from lsp_router.assist.generate import CHUNK
from lsp_router.domain.wire import Call, Fault
from tests.support.scripted import failing
from tests.support.studio import after, fenced
from tests.support.world import saying

TEXT = '"""Shop."""\n\nimport os\n\nROOT = os.curdir\n'
WISH = "Write a shop:\n- it has items\n- it has prices\n- it totals them\n- it prints a bill\n- it loads from JSON\n"
IMPORTS = "import json\nimport os\n"
STRUCTURE = '''class Shop:
    """Items with prices."""

    def __init__(self):
        self.items = {}

    def total(self):
        """The sum."""
        @@BODY Shop.total@@


def load(path):
    """A shop from a file."""
    @@BODY load@@
'''
TOTAL = "return sum(self.items.values())\n"
LOAD = "shop = Shop()\nwith open(path) as file:\n    shop.items = json.load(file)\nreturn shop\n"
DONE = '''"""Shop."""

import os
import json

ROOT = os.curdir


class Shop:
    """Items with prices."""

    def __init__(self):
        self.items = {}

    def total(self):
        """The sum."""
        return sum(self.items.values())


def load(path):
    """A shop from a file."""
    shop = Shop()
    with open(path) as file:
        shop.items = json.load(file)
    return shop
'''


def stage(call: Call) -> str:
    """Which part a prompt asks for."""
    last = call.prompt.messages[2].text
    if call.prompt.template.startswith("generate-bodies"):
        return "total" if "@@BODY Shop.total@@`" in last else "load"
    return call.prompt.template.removeprefix("generate-").partition("@")[0]


def writer(**changes: str | list[str]) -> Callable:
    """A model that writes each part as it should be, but for changes; a list is one answer after the other."""
    answers = {"imports": IMPORTS, "structure": STRUCTURE, "total": TOTAL, "load": LOAD, **changes}

    def script(call: Call):
        said = answers[stage(call)]
        text = said if isinstance(said, str) else said.pop(0)
        return failing(Fault.SERVER)(call) if text == "fail" else saying(fenced(text), wait=0)(call)

    return script


def stages(made) -> list[str]:
    return [stage(call) for call in made.transport.calls]


async def generate(made, **wishes):
    return await made.edit(TEXT, Kind.GENERATE, instruction=WISH, **wishes)


async def test_imports_structure_and_bodies_make_one_change(studio) -> None:
    made = studio(writer())
    edited = await generate(made)
    assert after(edited) == DONE
    assert stages(made) == ["imports", "structure", "total", "load"]
    assert all(call.prompt.max_tokens <= CHUNK for call in made.transport.calls)
    assert [a.outcome for a in edited.served.attempts] == ["ok"] * 4
    assert "load (4/4): checking" in made.told
    (row,) = made.rows()
    assert len(row.attempts) == 4


@pytest.mark.parametrize(
    ("part", "wrong", "says"),
    [
        ("imports", "import json\nx = 1\n", "Only import statements"),
        ("structure", STRUCTURE.replace("def load(path):", "def load(path:"), "was never closed"),
        ("structure", STRUCTURE.replace("Shop.total@@", "load@@"), "stands for two bodies"),
        ("total", "return sum(self.items.values()\n", "was never closed"),
        ("load", "...\n\n# the rest of the code goes here\n", "left out"),
        ("load", "return eval(path)\n", "runs whatever"),
    ],
)
async def test_each_part_is_checked_and_repaired_by_itself(studio, part, wrong, says) -> None:
    good = {"imports": IMPORTS, "structure": STRUCTURE, "total": TOTAL, "load": LOAD}[part]
    made = studio(writer(**{part: [wrong, good]}))
    assert after(await generate(made)) == DONE
    assert stages(made).count(part) == 2
    assert len(stages(made)) == 5
    assert any(says in prompt for prompt in made.prompts())


async def test_a_part_that_stays_wrong_changes_nothing(studio) -> None:
    made = studio(writer(total="return (\n"))
    edited = await generate(made)
    assert edited.changes == ()
    assert "was never closed" in edited.problems[0].message
    assert "2 of 4 parts are written and kept" in edited.note


@pytest.mark.parametrize("cached", [True, False])
async def test_what_is_written_is_not_paid_for_again(studio, cached) -> None:
    made = studio(writer(load=["fail", "fail", LOAD]), config=f"[cache]\nenabled = {str(cached).lower()}\n")
    edited = await generate(made)
    assert edited.changes == ()
    assert "small: server" in edited.problems[0].message
    assert "3 of 4 parts are written and kept" in edited.note
    made.app.monitor.health.reset("small")
    made.transport.calls.clear()
    edited = await generate(made, model="strong")
    assert after(edited) == DONE
    assert stages(made) == ["load"]


async def test_a_body_that_does_not_fit_the_whole_is_written_once_more(studio) -> None:
    made = studio(writer(total=["return total_of(self.items)\n", TOTAL]))
    assert after(await generate(made)) == DONE
    assert stages(made) == ["imports", "structure", "total", "load", "total"]
    assert "Undefined name" in made.prompts()[-1]


async def test_no_imports_are_fine(studio) -> None:
    made = studio(writer(imports="", load=LOAD.replace("json.load(file)", "file.readlines()")))
    assert after(await generate(made)) == DONE.replace("import json\n", "").replace(
        "json.load(file)", "file.readlines()"
    )


async def test_small_wishes_are_answered_in_one_go(studio) -> None:
    made = studio(fenced("def f():\n    return 1\n"))
    assert after(await made.edit(TEXT, Kind.GENERATE, instruction="a function that is one")).endswith("return 1\n")
    assert made.transport.calls[0].prompt.template == "generate@1"


async def test_the_budget_holds_for_all_parts_together(studio) -> None:
    wishes = {"tier": "paid", "small_in": 0.5, "small_out": 1.5, "per_request": 0.008}
    made = studio(writer(), wishes=wishes)
    edited = await generate(made, model="small")
    assert edited.served.cost_usd <= 0.008


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("return 1\n", "return 1"),
        ("    return 1\n", "return 1"),
        ("def total(self):\n    return 1\n", "return 1"),
        ("def total(\n    self,\n):\n    if x:\n        return 1\n", "if x:\n    return 1"),
        ("if x:\n    y()\nreturn 1", "if x:\n    y()\nreturn 1"),
    ],
)
def test_a_body_is_what_stands_below_its_signature(code, body) -> None:
    assert body_of(code, "Shop.total", "python") == body


def test_gaps_keep_their_indentation() -> None:
    sketch = Sketch("", STRUCTURE, gaps_in(STRUCTURE)).filled("load", "a = 1\n\nif a:\n    return a")
    code = sketch.code("python")
    assert "        pass\n" in code
    assert code.endswith("    a = 1\n\n    if a:\n        return a\n")
