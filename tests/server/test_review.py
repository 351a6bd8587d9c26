"""Reviews as an editor sees them: the real server over stdio, a scripted model, diagnostics in the right places."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.support.applier import applied
from tests.support.backend import Reply
from tests.support.lsp import PATIENCE, Editor, Page
from tests.support.reviewer import finding, reviewing, said, saying, under_review
from tests.support.workshop import Workshop, model, until

LITERALS = {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}}}
PUSH: dict[str, Any] = {"publishDiagnostics": {}, **LITERALS}
PULL: dict[str, Any] = {"diagnostic": {}, **LITERALS}
ON_SAVE = "[review]\nenabled = true\n"
CODE = """import os


def ratio(a, b):
    return a / b


def read(path):
    note = "größe 😀"; handle = open(path)
    return handle.read()
"""
DIVISION = finding("return a / b", "error", title="Division by zero", suggestion="return a / b if b else 0.0")
LEAK = finding("handle = open(path)", title="File is never closed")


def ten(changed: int = 0) -> str:
    body = "def step_{n}(value):\n    total = value * {n}\n    return total - {m}\n"
    return "\n\n".join(body.format(n=n, m=99 if n == changed else n) for n in range(1, 11))


@pytest.fixture
def reviews(workshop: Workshop) -> Workshop:
    """The project of a user who lets every save be reviewed."""
    workshop.backend.script = reviewing(DIVISION, LEAK)
    workshop.configure(model() + ON_SAVE)
    return workshop


def editor(reviews: Workshop, encoding: str = "utf-16", text_document: dict[str, Any] = PUSH, **more: Any) -> Editor:
    general = {"general": {"positionEncodings": [encoding]}, "window": {"workDoneProgress": True}}
    return reviews.editor(text_document=text_document, capabilities=general | more)


def save(page: Page) -> None:
    page.editor.notify("textDocument/didSave", {"textDocument": {"uri": page.uri}})


def pushed(page: Page) -> list[dict[str, Any]]:
    """What an editor that is pushed to shows now."""
    said = [p for p in page.editor.said("textDocument/publishDiagnostics") if p["uri"] == page.uri]
    return said[-1]["diagnostics"] if said else []


async def pulled(page: Page, previous: str | None = None) -> dict[str, Any]:
    params = {"textDocument": {"uri": page.uri}, **({"previousResultId": previous} if previous else {})}
    return await page.editor.request("textDocument/diagnostic", params)


async def review(page: Page, **more: Any) -> dict[str, Any]:
    return await page.editor.command("lspRouter.review", {"uri": page.uri, **more})


async def saved(page: Page, count: int) -> list[dict[str, Any]]:
    save(page)
    await until(lambda: len(pushed(page)) == count)
    return pushed(page)


async def menu(page: Page, diagnostic: dict[str, Any]) -> dict[str, dict[str, Any]]:
    context = {"diagnostics": [diagnostic], "triggerKind": 1}
    params = {"textDocument": {"uri": page.uri}, "range": diagnostic["range"], "context": context}
    return {a["title"]: a for a in await page.editor.request("textDocument/codeAction", params)}


def commit(workshop: Workshop, name: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for words in (("init", "-q", str(workshop.folder)), ("add", name), ("commit", "-qm", "first")):
        subprocess.run(["git", *who, *words], cwd=workshop.folder, check=True, timeout=30)


def take(page: Page, edit: dict[str, Any]) -> dict[str, Any]:
    """The editor applies an edit, or refuses it."""
    page._edit(0, len(page.text), applied(edit, {page.uri: page.text}, {page.uri: page.version})[page.uri])
    return {"applied": True}


def spot(diagnostic: dict[str, Any]) -> tuple[int, int, int, int]:
    start, end = diagnostic["range"]["start"], diagnostic["range"]["end"]
    return start["line"], start["character"], end["line"], end["character"]


SPOTS = {"utf-8": (8, 27, 8, 46), "utf-16": (8, 23, 8, 42), "utf-32": (8, 22, 8, 41)}


@pytest.mark.parametrize("encoding", SPOTS)
async def test_saving_shows_findings_where_their_quotes_stand(reviews: Workshop, encoding: str) -> None:
    async with editor(reviews, encoding) as made:
        page = made.open("shop.py", CODE)
        found = await saved(page, 2)
    assert [spot(d) for d in found] == [(4, 4, 4, 16), SPOTS[encoding]]
    assert [(d["severity"], d["code"], d["source"]) for d in found] == [
        (1, "correctness", "lsp-router"),
        (2, "correctness", "lsp-router"),
    ]
    assert found[0]["message"].startswith("Division by zero: ")
    assert found[0]["data"]["model"] == "costly"
    assert found[0]["data"]["cost_usd"] > 0


async def test_findings_move_with_their_code_and_vanish_with_it(reviews: Workshop) -> None:
    async with editor(reviews) as made:
        page = made.open("shop.py", CODE)
        await saved(page, 2)
        page.cursor = 0
        page.type("# one\n# two\n")
        await until(lambda: [spot(d)[0] for d in pushed(page)] == [6, 10])
        page.cursor = page.text.index("a / b") + 1
        page.type("bc")
        await until(lambda: [spot(d)[0] for d in pushed(page)] == [10])
        calls = reviews.backend.calls()
        page.erase(2)
        await made.ready()
        assert [spot(d)[0] for d in pushed(page)] == [10], "what was changed is judged by the next review"
        assert len(await saved(page, 2)) == 2
        assert reviews.backend.calls() == calls, "the function is as it was when it was reviewed"


async def test_saving_often_does_not_ask_twice(reviews: Workshop) -> None:
    reviews.backend.script = reviewing(DIVISION, LEAK, delay=0.3)
    async with editor(reviews) as made:
        page = made.open("shop.py", CODE)
        save(page)
        await until(lambda: reviews.backend.calls() == 1)
        for _ in range(5):
            save(page)
        asked = await review(page)
        await until(lambda: len(pushed(page)) == 2)
        assert len(asked["findings"]) == 2
        assert (reviews.backend.calls(), reviews.backend.log[0].aborted) == (1, False)
        page.cursor = page.text.index("    return a / b")
        save(page)
        page.type("    a = a * 2\n")
        save(page)
        await until(lambda: reviews.backend.calls() == 2)
        assert "a = a * 2" in under_review(reviews.backend.log[1])


async def test_without_review_on_save_nothing_is_asked(workshop: Workshop) -> None:
    workshop.backend.script = reviewing(DIVISION)
    async with editor(workshop) as made:
        page = made.open("shop.py", CODE)
        save(page)
        assert (await review(page))["findings"]
        assert workshop.backend.calls() == 1, "the command asked, the save did not"


async def test_pull_and_push_agree(reviews: Workshop) -> None:
    async with editor(reviews) as made:
        page = made.open("shop.py", CODE)
        known = await saved(page, 2)
    refreshes = {"workspace": {"diagnostics": {"refreshSupport": True}}}
    async with editor(reviews, text_document=PULL, **refreshes) as made:
        page = made.open("shop.py", CODE)
        before = await pulled(page)
        save(page)
        await until(lambda: [n for n in made.notes if n["method"] == "workspace/diagnostic/refresh"])
        full = await pulled(page, before["resultId"])
        assert (full["kind"], full["items"]) == ("full", known)
        assert await pulled(page, full["resultId"]) == {"kind": "unchanged", "resultId": full["resultId"]}
        page.cursor = 0
        page.type("\n")
        moved = await pulled(page, full["resultId"])
        assert [spot(d)[0] for d in moved["items"]] == [5, 9]
        assert not made.said("textDocument/publishDiagnostics"), "who pulls is not pushed to"


async def test_who_pulls_but_cannot_be_told_to_is_pushed_to_until_the_next_pull(reviews: Workshop) -> None:
    async with editor(reviews, text_document=PULL) as made:
        page = made.open("ratio.py", CODE)
        await review(page)
        await until(lambda: len(pushed(page)) == 2, PATIENCE)
        assert len((await pulled(page))["items"]) == 2
        await until(lambda: pushed(page) == [], PATIENCE)


async def test_an_unchanged_file_costs_nothing_and_a_changed_function_costs_itself(workshop: Workshop) -> None:
    workshop.backend.script = reviewing(finding("return total - 5"), finding("return total - 99"))
    async with editor(workshop) as made:
        page = made.open("steps.py", ten())
        first = await review(page)
        assert (first["decision"]["task"], first["decision"]["model"]) == ("review", "costly")
        again = await review(page)
        assert [f["range"] for f in again["findings"]] == [f["range"] for f in first["findings"]]
        assert (again["decision"]["cache"], again["decision"]["cost_usd"]) == ("hit", 0.0)
        assert workshop.backend.calls() == 1
        page._edit(0, len(page.text), ten(changed=7))
        third = await review(page)
        assert workshop.backend.calls() == 2
        code = under_review(workshop.backend.log[-1])
        assert "def step_7" in code
        assert not [n for n in (1, 6, 8, 10) if f"value * {n}\n" in said(workshop.backend.log[-1])]
        assert sorted(f["quote"] for f in third["findings"]) == ["return total - 5", "return total - 99"]
    async with editor(workshop) as made:
        page = made.open("steps.py", ten(changed=7))
        assert len((await review(page))["findings"]) == 2
        assert workshop.backend.calls() == 2, "what was found is kept for the next session"


async def test_the_suggestion_cures_the_finding(reviews: Workshop) -> None:
    async with editor(reviews) as made:
        page = made.open("shop.py", CODE)
        division = (await saved(page, 2))[0]
        actions = await menu(page, division)
        kinds = [title.split(":")[0].split(" ")[0] for title, a in actions.items() if a["kind"] == "quickfix"]
        assert kinds == ["Apply", "Fix", "Dismiss", "Dismiss"], "who takes the first one gets a cure"
        cure = actions["Apply the suggestion of costly: Division by zero"]
        assert cure["kind"] == "quickfix"
        assert not cure.get("isPreferred")
        take(page, cure["edit"])
        assert "return a / b if b else 0.0" in page.text
        assert [d["message"][:4] for d in await saved(page, 1)] == ["File"]


async def test_the_fix_of_a_finding_goes_through_the_editors_gates(reviews: Workshop) -> None:
    async with editor(reviews) as made:
        page = made.open("shop.py", CODE)
        division = (await saved(page, 2))[0]
        reviews.backend.script = saying("```python\ndef ratio(a, b):\n    return a / b if b else 0.0\n```")
        fix = next(a for title, a in (await menu(page, division)).items() if title.startswith("Fix: Division by zero"))
        params = fix["command"]
        made.answer = lambda method, params: take(page, params["edit"]) if method == "workspace/applyEdit" else {}
        result = await made.request("workspace/executeCommand", {k: params[k] for k in ("command", "arguments")})
        assert result["applied"], result
        reviews.backend.script = reviewing(DIVISION, LEAK)
        assert [d["message"][:4] for d in await saved(page, 1)] == ["File"]


async def test_what_was_dismissed_stays_away(reviews: Workshop) -> None:
    async with editor(reviews) as made:
        page = made.open("shop.py", CODE)
        division = (await saved(page, 2))[0]
        dismiss = (await menu(page, division))["Dismiss: Division by zero"]["command"]
        await made.request("workspace/executeCommand", {k: dismiss[k] for k in ("command", "arguments")})
        await until(lambda: len(pushed(page)) == 1)
    kept = json.loads((reviews.folder / "lsp-router.baseline.json").read_text("utf-8"))
    assert [(e["path"], e["title"]) for e in kept["dismissed"]] == [("shop.py", "Division by zero")]
    assert "a / b" not in json.dumps(kept), "no code goes into the file"
    async with editor(reviews) as made:
        page = made.open("shop.py", "# a line above\n" + CODE)
        assert [d["message"][:4] for d in await saved(page, 1)] == ["File"]
        assert len((await review(page))["findings"]) == 1


async def test_a_remark_in_the_code_dismisses_and_costs_nothing(reviews: Workshop) -> None:
    async with editor(reviews) as made:
        page = made.open("shop.py", CODE)
        division = (await saved(page, 2))[0]
        calls = reviews.backend.calls()
        remark = (await menu(page, division))["Dismiss with a comment: Division by zero"]
        take(page, remark["edit"])
        assert "    # lsp-router: ignore\n    return a / b\n" in page.text
        assert [d["message"][:4] for d in await saved(page, 1)] == ["File"]
        assert reviews.backend.calls() == calls


async def test_only_what_is_asked_about_is_reviewed(workshop: Workshop) -> None:
    workshop.backend.script = reviewing(DIVISION, LEAK)
    where = {"start": {"line": 7, "character": 0}, "end": {"line": 9, "character": 0}}
    async with editor(workshop) as made:
        page = made.open("shop.py", CODE)
        assert [f["title"] for f in (await review(page, range=where))["findings"]] == ["File is never closed"]
        assert "a / b" not in said(workshop.backend.log[-1])
        assert len((await review(page))["findings"]) == 2
        assert workshop.backend.calls() == 2


async def test_what_changed_since_a_revision_is_told_from_the_editors_own_text(workshop: Workshop) -> None:
    workshop.backend.script = reviewing(DIVISION, LEAK)
    path = workshop.write("shop.py", CODE)
    commit(workshop, path.name)
    async with editor(workshop) as made:
        page = made.open("shop.py", CODE)
        assert (await review(page, since="HEAD"))["findings"] == []
        assert workshop.backend.calls() == 0, "nothing changed, so there is nothing to review"
        page.cursor = page.text.index("    return handle")
        page.type("    handle = open(path)\n")
        told = await review(page, since="HEAD")
        assert "handle = open(path)" in path.read_text("utf-8"), "nothing was saved"
        assert {f["range"]["start"]["line"] for f in told["findings"]} <= {9}
        assert workshop.backend.calls() == 1
        with pytest.raises(AssertionError, match="git knows no revision"):
            await review(page, since="--output=x")


async def test_several_documents_also_closed_ones(workshop: Workshop) -> None:
    workshop.backend.script = reviewing(DIVISION, LEAK)
    closed = workshop.write("closed.py", CODE)
    async with editor(workshop) as made:
        page = made.open("shop.py", CODE)
        told = await made.command("lspRouter.review", {"uris": [page.uri, closed.as_uri()]})
        assert sorted({f["uri"] for f in told["findings"]}) == sorted([page.uri, closed.as_uri()])
        shown = {p["uri"]: len(p["diagnostics"]) for p in made.said("textDocument/publishDiagnostics")}
        assert shown == {page.uri: 2, closed.as_uri(): 2}


async def test_the_pointer_is_answered_over_findings_only(reviews: Workshop) -> None:
    async with editor(reviews) as made:
        page = made.open("shop.py", CODE)
        await saved(page, 2)
        over = {"textDocument": {"uri": page.uri}, "position": {"line": 4, "character": 6}}
        hover = await made.request("textDocument/hover", over)
        assert hover["contents"]["kind"] == "plaintext", "a model's words are no markup: they could load a picture"
        assert "Division by zero" in hover["contents"]["value"]
        assert "costly" in hover["contents"]["value"]
        assert await made.request("textDocument/hover", {**over, "position": {"line": 0, "character": 2}}) is None


async def test_what_an_editor_shows_by_itself_is_not_said_twice(reviews: Workshop) -> None:
    made = editor(reviews)
    made.client = "Visual Studio Code"
    async with made:
        page = made.open("shop.py", CODE)
        await saved(page, 2)
        over = {"textDocument": {"uri": page.uri}, "position": {"line": 4, "character": 6}}
        said = (await made.request("textDocument/hover", over))["contents"]["value"]
        assert "costly" in said
        assert "Division by zero" not in said


async def test_a_file_that_may_not_be_seen_is_refused_in_words(workshop: Workshop) -> None:
    workshop.write(".lsprouterignore", "hidden.py\n")
    async with editor(workshop) as made:
        page = made.open("hidden.py", CODE)
        with pytest.raises(AssertionError, match="left alone"):
            await review(page)
        assert workshop.backend.calls() == 0


async def test_closing_stops_the_review_and_its_spend(workshop: Workshop) -> None:
    workshop.backend.script = lambda _: Reply('{"findings": [' + " " * 4_000 + "]}", token_delay=0.02)
    async with editor(workshop) as made:
        page = made.open("shop.py", CODE)
        asked = made.start(
            "workspace/executeCommand", {"command": "lspRouter.review", "arguments": [{"uri": page.uri}]}
        )
        await until(lambda: workshop.backend.log and workshop.backend.log[0].sent_tokens > 0)
        page.close()
        with pytest.raises(AssertionError, match="cancelled"):
            await made.result(asked)
        await until(lambda: workshop.backend.log[0].aborted)


async def test_another_tools_report_is_not_repeated(workshop: Workshop) -> None:
    same = finding("return a / b", title="Possible division by zero", message="b may be zero: division by zero.")
    workshop.backend.script = reviewing(same, LEAK)
    theirs = {
        "range": {"start": {"line": 4, "character": 11}, "end": {"line": 4, "character": 16}},
        "message": "possible division by zero",
        "source": "linter",
    }
    async with editor(workshop) as made:
        page = made.open("shop.py", CODE)
        await menu(page, theirs)
        assert [f["title"] for f in (await review(page))["findings"]] == ["File is never closed"]
        assert "possible division by zero" in said(workshop.backend.log[-1])
