"""Commands that edit, over the real server: repaired, escalated, given up, refused, stale; and what it cost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lsp_router.server import editing
from tests.server.client import Client
from tests.support.applier import CAPABILITIES
from tests.support.backend import Reply
from tests.support.drafting import BAD, BROKEN, GOOD, Drawing, Studio, fenced, in_turn
from tests.support.lsp import Editor
from tests.support.workshop import books, until

RANGE = {"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": 10}}
PATIENCE = 20.0
FAULT = {"range": RANGE, "message": "invalid syntax: retrun"}


async def fix(studio: Studio, **wishes: Any) -> tuple[dict[str, Any], Drawing, Editor]:
    """One `lspRouter.fix` in a session of its own: its answer, the screen and what was said."""
    editor, drawing = studio.editor(**wishes)
    async with editor:
        uri = drawing.open("shop.py", BROKEN)
        result = await editor.command("lspRouter.fix", {"uri": uri, "range": RANGE, "diagnostics": [FAULT]})
        await asyncio.sleep(0.05)
    drawing.texts["shop.py"] = drawing.texts[uri]
    return result, drawing, editor


def begin(editor: Editor, uri: str) -> int:
    argument = {"uri": uri, "range": RANGE, "diagnostics": [FAULT]}
    return editor.start("workspace/executeCommand", {"command": "lspRouter.fix", "arguments": [argument]})


def outcomes(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(a["model"], a["outcome"]) for a in result["decision"]["attempts"]]


async def test_a_good_answer_is_applied_as_one_small_versioned_edit(studio: Studio) -> None:
    studio.backend.script = in_turn(small=[GOOD])
    result, drawing, editor = await fix(studio)
    assert (result["applied"], result["problems"]) == (True, [])
    assert drawing.texts["shop.py"] == GOOD
    ((change,),) = [asked["edit"]["documentChanges"] for asked in drawing.asked]
    assert change["textDocument"]["version"] == 1
    assert sum(len(edit["newText"]) for edit in change["edits"]) < len("return")
    assert result["decision"]["model"] == "small"
    assert not editor.said("window/showMessage")
    assert books(studio.home).rows[0].verdict == "accepted"


async def test_bad_syntax_is_repaired_on_the_second_attempt(studio: Studio) -> None:
    studio.backend.script = in_turn(small=[BAD[0], GOOD])
    result, drawing, _ = await fix(studio)
    assert result["applied"] is True
    assert drawing.texts["shop.py"] == GOOD
    assert outcomes(result) == [("small", "rejected"), ("small", "ok")]
    assert "syntax" in result["decision"]["attempts"][0]["reason"]
    again = str(studio.backend.log[1].body["messages"])
    assert "retrun" in again
    assert "never closed" in again or "(" in again


async def test_wrong_twice_is_escalated(studio: Studio) -> None:
    studio.backend.script = in_turn(small=[*BAD], strong=[GOOD])
    result, drawing, _ = await fix(studio)
    assert result["applied"] is True
    assert drawing.texts["shop.py"] == GOOD
    assert outcomes(result) == [("small", "rejected"), ("small", "rejected"), ("strong", "ok")]
    assert result["decision"]["model"] == "strong"
    assert result["decision"]["cost_usd"] > 0


async def test_wrong_everywhere_changes_nothing_and_names_the_problems(studio: Studio) -> None:
    studio.backend.script = in_turn(small=[*BAD], strong=[BAD[0]])
    result, drawing, editor = await fix(studio)
    assert result["applied"] is False
    assert drawing.texts["shop.py"] == BROKEN
    assert not drawing.asked
    assert any(problem["gate"] == "syntax" for problem in result["problems"])
    (shown,) = editor.said("window/showMessage")
    assert "changed nothing" in shown["message"]
    assert result["problems"][0]["message"] in shown["message"]
    assert outcomes(result) == [("small", "rejected"), ("small", "rejected"), ("strong", "rejected")]


async def test_every_attempt_is_in_the_ledger_with_its_cost(studio: Studio) -> None:
    studio.configure(paid=True)
    studio.backend.script = in_turn(small=[*BAD], strong=[GOOD])
    result, *_ = await fix(studio)
    found = books(studio.home)
    attempts = [a for row in found.rows for a in row.attempts]
    assert [(a.model, a.outcome) for a in attempts] == outcomes(result)
    assert all(a.cost_usd > 0 for a in attempts)
    assert found.spent == pytest.approx(sum(a.cost_usd for a in attempts))
    assert found.spent == pytest.approx(result["decision"]["cost_usd"])
    assert found.held == 0


async def test_an_escalation_over_the_budget_is_refused_with_the_estimate(studio: Studio) -> None:
    studio.configure(per_request=0.002)
    studio.backend.script = in_turn(small=[*BAD], strong=[GOOD])
    result, drawing, editor = await fix(studio)
    assert result["applied"] is False
    assert drawing.texts["shop.py"] == BROKEN
    assert studio.backend.calls("strong") == 0
    (shown,) = editor.said("window/showMessage")
    told = " ".join(problem["message"] for problem in result["problems"])
    assert "$" in told
    assert "strong" in told
    assert "strong" in shown["message"]


FLOAT = "def total(prices):\n    return sum(prices, start=0.0)\n"
TOLD = 'def total(prices):\n    """The sum of all prices."""\n    return sum(prices)\n'
MEAN = "def mean(prices):\n    return total(prices) / len(prices)\n"
END = {"start": {"line": 2, "character": 0}, "end": {"line": 2, "character": 0}}


@pytest.mark.parametrize(
    ("command", "argument", "answer", "after"),
    [
        ("refactor", {"instruction": "always give a float"}, FLOAT, FLOAT),
        ("document", {}, TOLD, TOLD),
        ("generate", {"instruction": "add a mean function", "range": END}, MEAN, f"{GOOD}\n\n{MEAN}"),
    ],
)
async def test_the_other_commands(studio: Studio, command: str, argument: Any, answer: str, after: str) -> None:
    studio.backend.script = in_turn(small=[answer], strong=[answer])
    editor, drawing = studio.editor()
    async with editor:
        uri = drawing.open("shop.py", GOOD)
        where = {"start": {"line": 0, "character": 5}, "end": {"line": 0, "character": 5}}
        result = await editor.command(f"lspRouter.{command}", {"uri": uri, "range": where, **argument})
    assert result["applied"] is True, result
    assert drawing.texts[uri] == after


async def test_tests_come_in_a_file_of_their_own(studio: Studio) -> None:
    tests = "from shop import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n"
    studio.backend.script = in_turn(small=[tests], strong=[tests])
    editor, drawing = studio.editor()
    async with editor:
        uri = drawing.open("shop.py", GOOD)
        result = await editor.command("lspRouter.generateTests", {"uri": uri})
    assert result["applied"] is True, result
    (created,) = [one for one in drawing.texts if one != uri]
    assert "test_shop" in created
    assert drawing.texts[created] == tests
    assert drawing.texts[uri] == GOOD


BLOCK = "{path}\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n"
USES = "from shop import total\n\nprint(total([1]))\n"


async def test_an_edit_of_several_files_is_one_edit_and_asks_before_it_reaches_far(studio: Studio) -> None:
    answer = BLOCK.format(path="shop.py", old="def total(prices):\n", new="def total_of(prices):\n")
    answer += BLOCK.format(path="uses.py", old="from shop import total\n", new="from shop import total_of\n")
    answer += BLOCK.format(path="uses.py", old="print(total([1]))\n", new="print(total_of([1]))\n")
    studio.backend.script = lambda _seen: Reply(answer)
    editor, drawing = studio.editor()
    editor.capabilities["workspace"]["workspaceEdit"]["changeAnnotationSupport"] = {}
    async with editor:
        shop, uses = drawing.open("shop.py", GOOD), drawing.open("uses.py", USES)
        argument = {"uri": shop, "instruction": "rename total to total_of here and in uses.py"}
        result = await editor.command("lspRouter.refactor", argument)
    assert result["applied"] is True, result
    assert drawing.texts == {shop: GOOD.replace("total", "total_of"), uses: USES.replace("total", "total_of")}
    (asked,) = drawing.asked
    (annotation,) = asked["edit"]["changeAnnotations"].values()
    assert annotation["needsConfirmation"] is True
    assert "uses.py" in annotation["description"]


async def test_why_tells_what_became_of_an_edit(studio: Studio) -> None:
    studio.backend.script = in_turn(small=[BAD[0], GOOD])
    editor, drawing = studio.editor()
    async with editor:
        uri = drawing.open("shop.py", BROKEN)
        result = await editor.result(begin(editor, uri))
        told = (await editor.why(uri))["decision"]
    assert told["id"] == result["decision"]["id"]
    assert [a["outcome"] for a in told["attempts"]] == ["rejected", "ok"]


async def test_a_model_may_be_named(studio: Studio) -> None:
    studio.backend.script = in_turn(small=[GOOD], strong=[GOOD])
    editor, drawing = studio.editor()
    async with editor:
        uri = drawing.open("shop.py", BROKEN)
        argument = {"uri": uri, "range": RANGE, "diagnostics": [FAULT], "model": "strong"}
        assert (await editor.command("lspRouter.fix", argument))["decision"]["model"] == "strong"
    assert [seen.model for seen in studio.backend.log] == ["strong"]


@pytest.mark.parametrize(
    ("argument", "complaint"),
    [
        ({}, "`uri` is missing"),
        ({"uri": "file:///nowhere/at/all.py"}, "neither open nor a text file"),
        ({"uri": "SHOP", "instruction": ""}, "`instruction` is missing"),
        ({"uri": "SHOP", "instruction": "x", "range": 7}, "`range` is not a range"),
    ],
)
async def test_what_is_missing_is_named(studio: Studio, argument: dict[str, Any], complaint: str) -> None:
    editor, drawing = studio.editor()
    async with editor:
        uri = drawing.open("shop.py", GOOD)
        asked = {key: uri if value == "SHOP" else value for key, value in argument.items()}
        with pytest.raises(AssertionError, match=complaint):
            await editor.command("lspRouter.refactor", asked)
    assert not studio.backend.log


# --- the document went on ---


async def test_a_document_that_changed_meanwhile_is_left_alone(studio: Studio) -> None:
    studio.backend.script = lambda _seen: Reply(fenced(GOOD), delay=0.3)
    editor, drawing = studio.editor()
    async with editor:
        uri = drawing.open("shop.py", BROKEN)
        ident = begin(editor, uri)
        await until(lambda: studio.backend.log, PATIENCE)
        drawing.change(uri, "SHOP = 1\n\n\n" + BROKEN)
        result = await editor.result(ident)
        assert (result["applied"], [p["gate"] for p in result["problems"]]) == (False, ["stale"])
        assert "ask again" in result["problems"][0]["message"]
        assert drawing.texts[uri] == "SHOP = 1\n\n\n" + BROKEN
        assert not drawing.asked


async def test_trying_again_takes_the_document_as_it_is_then(studio: Studio) -> None:
    studio.backend.script = lambda _seen: Reply(fenced(GOOD), delay=0.2)
    editor, drawing = studio.editor()
    drawing.presses = "Try again"
    async with editor:
        uri = drawing.open("shop.py", BROKEN)
        ident = begin(editor, uri)
        await until(lambda: studio.backend.log, PATIENCE)
        drawing.change(uri, "SHOP = 1\n\n\n" + BROKEN)
        assert (await editor.result(ident))["applied"] is False
        await until(lambda: drawing.texts[uri] == "SHOP = 1\n\n\n" + GOOD, PATIENCE)
    assert studio.backend.calls() == 2


async def test_an_edit_that_is_refused_once_is_offered_once_more(studio: Studio) -> None:
    studio.backend.script = in_turn(small=[GOOD])
    for refusals, applied in ((1, True), (2, False)):
        editor, drawing = studio.editor()
        drawing.refuses = refusals
        async with editor:
            uri = drawing.open("shop.py", BROKEN)
            result = await editor.command("lspRouter.fix", {"uri": uri, "range": RANGE, "diagnostics": [FAULT]})
        assert result["applied"] is applied
        assert len(drawing.asked) == 2
    assert result["problems"][0]["gate"] == "refused"
    assert "not now" in result["problems"][0]["message"]


# --- telling and stopping ---


async def test_progress_tells_the_stages_and_the_status_is_busy(studio: Studio) -> None:
    studio.backend.script = lambda seen: Reply(fenced(BAD[0] if len(studio.backend.log) == 1 else GOOD), delay=0.2)
    _, _, editor = await fix(studio)
    values = [p["value"] for p in editor.said("$/progress")]
    assert [v["kind"] for v in values][:: len(values) - 1] == ["begin", "end"]
    told = [v.get("message") or "" for v in values]
    assert any("drafting with small" in message for message in told)
    assert any("checking" in message for message in told)
    assert any("repairing 2/3" in message for message in told)
    assert any(state["busy"] for state in editor.said("didChangeStatus"))


@pytest.mark.parametrize("window", [{}, {"workDoneProgress": True}])
async def test_a_client_that_gives_up_is_answered_before_and_still_gets_its_edit(
    studio: Studio, window: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that see no progress, and the one that gives up although it does."""
    monkeypatch.setattr(editing, "ANSWER_BY", 0.2)
    studio.backend.script = lambda _seen: Reply(fenced(GOOD), delay=0.6)
    who = {"clientInfo": {"name": "Eglot"}} if window else {}
    client = Client(studio.home, studio.folder, workspace=CAPABILITIES, answer=lambda *_: {"applied": True}, **who)
    client.greeting["capabilities"]["window"] = window
    async with client:
        uri = client.open("shop.py", BROKEN)
        result = await client.command("lspRouter.fix", {"uri": uri, "range": RANGE, "diagnostics": [FAULT]})
        assert (result["applied"], result["pending"]) == (False, True)
        assert not client.notes("workspace/applyEdit")
        await until(lambda: client.notes("workspace/applyEdit"), PATIENCE)
