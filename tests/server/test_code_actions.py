"""Code actions as different editors get them: few, priced, never in the way, computed when chosen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.server.client import Client
from tests.support.applier import CAPABILITIES, applied
from tests.support.backend import Reply
from tests.support.drafting import BROKEN, GOOD, LITERAL, RESOLVES, Studio, fenced, in_turn

TEXT = BROKEN + "\n\nLIMIT = 3\n"
FAULT = {"range": {"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": 10}}, "message": "invalid"}
OTHER = {"range": {"start": {"line": 1, "character": 11}, "end": {"line": 1, "character": 14}}, "message": "odd name"}
ELSEWHERE = {
    "range": {"start": {"line": 4, "character": 0}, "end": {"line": 4, "character": 5}},
    "message": "elsewhere",
}
INVOKED, AUTOMATIC = 1, 2
NAMES = {"Rewrite", "Simplify", "Add types", "Add error handling", "Document", "Write tests"}
REVIEW = "Review this file"


@asynccontextmanager
async def session(studio: Studio, actions: Mapping[str, Any] | None = RESOLVES, **more: Any) -> AsyncIterator[Client]:
    text = {} if actions is None else {"codeAction": actions}
    more = {"workspace": CAPABILITIES} | more
    async with Client(studio.home, studio.folder, text_document=text, **more) as client:
        yield client


async def listed(client: Client, uri: str, at: str = "1:6", **context: Any) -> list[dict[str, Any]]:
    """The actions at LINE:COLUMN or LINE:COLUMN-LINE:COLUMN."""
    first, _, last = at.partition("-")
    start, end = (dict(zip(("line", "character"), map(int, p.split(":")), strict=True)) for p in (first, last or first))
    told = {"diagnostics": [], "triggerKind": INVOKED} | context
    where = {"textDocument": {"uri": uri}, "range": {"start": start, "end": end}, "context": told}
    return await client.request("textDocument/codeAction", where)


def names(actions: list[dict[str, Any]]) -> set[str]:
    return {name for name in (*NAMES, "Extract", "Fix", REVIEW) for a in actions if a["title"].startswith(name)}


async def test_the_kinds_are_advertised(studio: Studio) -> None:
    async with session(studio) as client:
        told = client.capabilities["codeActionProvider"]
    assert told["resolveProvider"] is True
    assert told["codeActionKinds"] == ["quickfix", "refactor.rewrite", "refactor.extract", "source.lspRouter.review"]


@pytest.mark.parametrize(
    ("at", "context", "expected"),
    [
        ("1:6", {}, NAMES | {REVIEW}),
        ("1:6", {"diagnostics": [FAULT]}, NAMES | {"Fix", REVIEW}),
        ("1:4-1:25", {}, NAMES | {"Extract", REVIEW}),
        ("4:2", {}, {REVIEW}),
        ("4:2", {"only": ["source.lspRouter"]}, {REVIEW}),
        ("1:6", {"only": ["quickfix"], "diagnostics": [FAULT]}, {"Fix"}),
        ("1:6", {"only": ["refactor"], "diagnostics": [FAULT]}, NAMES),
        ("1:4-1:25", {"only": ["refactor.extract"]}, {"Extract"}),
        ("1:4-1:25", {"only": ["refactor.rewrite"]}, NAMES),
        ("1:6", {"only": [""], "diagnostics": [FAULT]}, NAMES | {"Fix", REVIEW}),
        ("1:6", {"only": ["source.organizeImports"], "diagnostics": [FAULT]}, set()),
        ("1:6", {"only": ["refactor.inline"], "diagnostics": [FAULT]}, set()),
        ("1:6", {"triggerKind": AUTOMATIC}, set()),
        ("1:6", {"triggerKind": AUTOMATIC, "diagnostics": [FAULT]}, {"Fix"}),
        ("1:6", {"triggerKind": None, "diagnostics": [FAULT]}, NAMES | {"Fix", REVIEW}),
    ],
)
async def test_what_is_offered(studio: Studio, at: str, context: dict[str, Any], expected: set[str]) -> None:
    async with session(studio) as client:
        actions = await listed(client, client.open("shop.py", TEXT), at, **context)
    assert names(actions) == expected
    assert not studio.backend.log


async def test_ours_are_few_and_never_pushed_forward(studio: Studio) -> None:
    faults = [FAULT, OTHER, ELSEWHERE, *({**OTHER, "message": f"odd {n}"} for n in range(9))]
    async with session(studio) as client:
        uri = client.open("shop.py", TEXT)
        asked = await listed(client, uri, diagnostics=faults)
        unasked = await listed(client, uri, diagnostics=faults, triggerKind=AUTOMATIC)
    assert not any("isPreferred" in action for action in asked + unasked)
    assert [a["title"].split(" (")[0] for a in unasked] == ["Fix: invalid", "Fix: odd name", "Fix all 11 problems here"]
    assert len(asked) <= 14
    assert not any("elsewhere" in action["title"] for action in asked)


@pytest.mark.parametrize(("paid", "words"), [(False, "(small)"), (True, "(small, about $0.0")])
async def test_titles_name_the_model_and_the_price_when_there_is_one(studio: Studio, paid: bool, words: str) -> None:
    studio.configure(paid=paid)
    async with session(studio) as client:
        actions = await listed(client, client.open("shop.py", TEXT), diagnostics=[FAULT])
    assert all(words in action["title"] for action in actions), actions
    assert actions[0]["title"].startswith("Fix: invalid ")
    assert "`total`" in actions[1]["title"]


async def test_an_action_is_computed_when_it_is_chosen(studio: Studio) -> None:
    studio.backend.script = in_turn(small=[GOOD])
    async with session(studio) as client:
        uri = client.open("shop.py", TEXT)
        action = (await listed(client, uri, diagnostics=[FAULT]))[0]
        assert "edit" not in action
        assert "command" not in action
        assert [d["message"] for d in action["diagnostics"]] == ["invalid"]
        assert not studio.backend.log
        resolved = await client.request("codeAction/resolve", action)
        assert applied(resolved["edit"], {uri: TEXT}, {uri: 1}) == {uri: TEXT.replace(BROKEN, GOOD)}
        assert resolved["edit"]["documentChanges"][0]["textDocument"]["version"] == 1
        assert (resolved["title"], resolved["kind"]) == (action["title"], "quickfix")
        assert "invalid" in str(studio.backend.log[0].body["messages"])
        await client.command(resolved["command"]["command"], *resolved["command"]["arguments"])
        assert (await client.request("codeAction/resolve", resolved)) == resolved
    assert studio.backend.calls() == 1


async def test_what_cannot_be_made_is_said_and_changes_nothing(studio: Studio) -> None:
    studio.backend.script = lambda _seen: Reply("I am sorry, I cannot do that.")
    async with session(studio) as client:
        action = (await listed(client, client.open("shop.py", TEXT), diagnostics=[FAULT]))[0]
        assert (await client.request("codeAction/resolve", action)) == action
        (shown,) = client.notes("window/showMessage")
    assert "changed nothing" in shown["message"]


async def test_actions_of_an_older_text_are_refused_before_they_cost(studio: Studio) -> None:
    async with session(studio) as client:
        uri = client.open("shop.py", TEXT)
        action = (await listed(client, uri, diagnostics=[FAULT]))[0]
        client.change(uri, 2, {"text": "# new\n" + TEXT})
        assert (await client.request("codeAction/resolve", action)) == action
        (shown,) = client.notes("window/showMessage")
    assert "open the menu again" in shown["message"]
    assert not studio.backend.log


async def test_a_fix_without_a_complaint_takes_what_the_editor_told_about_that_text(studio: Studio) -> None:
    studio.backend.script = in_turn(small=[GOOD])
    async with session(studio) as client:
        uri = client.open("shop.py", TEXT)
        await listed(client, uri, diagnostics=[FAULT, ELSEWHERE], triggerKind=AUTOMATIC)
        await client.command("lspRouter.fix", {"uri": uri, "range": FAULT["range"]})
    asked = str(studio.backend.log[0].body["messages"])
    assert "invalid" in asked
    assert "elsewhere" not in asked


# --- editors ---

DONE_BY_COMMAND = {"title", "kind", "command", "diagnostics"}


@pytest.mark.parametrize(
    ("actions", "client", "shape"),
    [
        (RESOLVES, "Neovim", {"title", "kind", "data", "diagnostics"}),
        (LITERAL, "other", DONE_BY_COMMAND),
        (RESOLVES | {"dataSupport": False}, "other", DONE_BY_COMMAND),
        (RESOLVES | {"resolveSupport": {"properties": ["command"]}}, "other", DONE_BY_COMMAND),
        (RESOLVES, "Eglot", DONE_BY_COMMAND),
        ({}, "ALE", {"title", "command", "arguments"}),
        (None, "ALE", {"title", "command", "arguments"}),
    ],
)
async def test_each_client_gets_what_it_understands(studio: Studio, actions: Any, client: str, shape: set[str]) -> None:
    async with session(studio, actions, clientInfo={"name": client}) as made:
        found = await listed(made, made.open("shop.py", TEXT), diagnostics=[FAULT], only=["quickfix"])
    assert [set(action) for action in found] == [shape]


async def test_a_command_does_what_the_action_would(studio: Studio) -> None:
    studio.backend.script = in_turn(small=[GOOD])
    answers = {"workspace/applyEdit": {"applied": True}}
    async with session(studio, None, answer=lambda method, _params: answers.get(method)) as client:
        uri = client.open("shop.py", TEXT)
        (action,) = await listed(client, uri, diagnostics=[FAULT], only=["quickfix"])
        assert (await client.command(action["command"], *action["arguments"]))["applied"] is True
        (asked,) = client.notes("workspace/applyEdit")
        assert applied(asked["edit"], {uri: TEXT}, {uri: 1})[uri] == TEXT.replace(BROKEN, GOOD)


@pytest.mark.parametrize(("value_set", "tags"), [([1], [1]), ([], None), (None, None)])
async def test_machine_made_actions_are_marked_where_that_is_known(studio: Studio, value_set: Any, tags: Any) -> None:
    support = {} if value_set is None else {"tagSupport": {"valueSet": value_set}}
    async with session(studio, RESOLVES | support) as client:
        found = await listed(client, client.open("shop.py", TEXT), diagnostics=[FAULT])
    assert {str(action.get("tags")) for action in found} == {str(tags)}


@pytest.mark.parametrize("shows", [True, False])
async def test_where_nobody_may_help_the_reason_is_shown_or_nothing(studio: Studio, shows: bool) -> None:
    async with session(studio, RESOLVES | {"disabledSupport": shows}) as client:
        found = await listed(client, client.open(".env", "KEY = 1\n", "python"), diagnostics=[], at="0:0-0:7")
        unasked = {
            "diagnostics": [
                FAULT | {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 3}}}
            ]
        }
        assert await listed(client, client.uri(".env"), at="0:0", triggerKind=AUTOMATIC, **unasked) == []
    assert bool(found) is shows
    assert all(action["disabled"]["reason"] for action in found)


@pytest.mark.parametrize("annotates", [True, False])
async def test_edits_are_annotated_where_the_client_honours_it(studio: Studio, annotates: bool) -> None:
    studio.backend.script = lambda _seen: Reply(fenced(GOOD))
    edits = CAPABILITIES["workspaceEdit"] | {"changeAnnotationSupport": {}}
    workspace = CAPABILITIES | {"workspaceEdit": edits}
    async with session(studio, RESOLVES | {"honorsChangeAnnotations": annotates}, workspace=workspace) as client:
        action = (await listed(client, client.open("shop.py", TEXT), diagnostics=[FAULT]))[0]
        edit = (await client.request("codeAction/resolve", action))["edit"]
    assert ("changeAnnotations" in edit) is annotates
    texts = edit["documentChanges"][0]["edits"]
    assert all(("annotationId" in one) is annotates for one in texts)
    if annotates:
        ((name, told),) = edit["changeAnnotations"].items()
        assert {one["annotationId"] for one in texts} == {name}
        assert told["needsConfirmation"] is False


async def test_a_client_without_document_changes_gets_plain_ones(studio: Studio) -> None:
    studio.backend.script = lambda _seen: Reply(fenced(GOOD))
    async with session(studio, workspace={"applyEdit": True}) as client:
        uri = client.open("shop.py", TEXT)
        action = (await listed(client, uri, diagnostics=[FAULT]))[0]
        edit = (await client.request("codeAction/resolve", action))["edit"]
    assert set(edit) == {"changes"}
    assert applied(edit, {uri: TEXT}) == {uri: TEXT.replace(BROKEN, GOOD)}
