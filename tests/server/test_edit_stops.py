"""Stopping an edit at every stage: the upstream and the tools end, nothing is left behind, the client is answered."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.support.backend import Reply, Seen
from tests.support.drafting import BAD, BROKEN, GOOD, Studio, fenced
from tests.support.lsp import NEVER, Editor
from tests.support.workshop import books, until

RANGE = {"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": 10}}
CANCELLED = -32800
PATIENCE = 20.0
GO = "package shop\n\nfunc Total() int {\n\treturn 1\n}\n"


def cancel(editor: Editor, _uri: str, ident: int) -> None:
    editor.cancel(ident)


def cancel_progress(editor: Editor, _uri: str, _ident: int) -> None:
    editor.notify("window/workDoneProgress/cancel", {"token": editor.said("$/progress")[0]["token"]})


def close(editor: Editor, uri: str, _ident: int) -> None:
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


def shutdown(editor: Editor, _uri: str, _ident: int) -> None:
    editor.leave()


STOPS = [cancel, cancel_progress, close, shutdown]
Stop = Callable[[Editor, str, int], None]


def begin(editor: Editor, uri: str) -> int:
    argument = {"uri": uri, "range": RANGE, "diagnostics": [{"range": RANGE, "message": "invalid syntax"}]}
    return editor.start("workspace/executeCommand", {"command": "lspRouter.fix", "arguments": [argument]})


async def resolve(editor: Editor, uri: str) -> int:
    context = {"diagnostics": [{"range": RANGE, "message": "invalid syntax"}], "triggerKind": 1}
    params = {"textDocument": {"uri": uri}, "range": RANGE, "context": context}
    actions = await editor.request("textDocument/codeAction", params)
    return editor.start("codeAction/resolve", actions[0])


def drafting(_seen: Seen, _calls: int) -> Reply:
    return Reply(fenced(GOOD), delay=30)


def streaming(_seen: Seen, _calls: int) -> Reply:
    return Reply(fenced(GOOD * 20), token_delay=0.05)


def repairing(_seen: Seen, calls: int) -> Reply:
    return Reply(fenced(BAD[0])) if calls == 1 else Reply(fenced(GOOD), delay=30)


def escalating(_seen: Seen, calls: int) -> Reply:
    return Reply(fenced(BAD[calls % 2])) if calls < 3 else Reply(fenced(GOOD), delay=30)


STAGES = [(drafting, 1), (streaming, 1), (repairing, 2), (escalating, 3)]


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.__name__)
@pytest.mark.parametrize(("stage", "calls"), STAGES, ids=lambda one: getattr(one, "__name__", ""))
async def test_the_upstream_is_closed_and_the_client_answered(
    studio: Studio, tmp_path: Path, stage: Callable[[Seen, int], Reply], calls: int, stop: Stop
) -> None:
    studio.backend.script = lambda seen: stage(seen, len(studio.backend.log))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    editor, drawing = studio.editor(environ={"TMPDIR": str(temporary)})
    async with editor:
        uri = drawing.open("shop.py", BROKEN)
        ident = begin(editor, uri)
        await until(lambda: len(studio.backend.log) >= calls and editor.said("$/progress"), PATIENCE)
        seen = studio.backend.log[calls - 1]
        if stage is streaming:
            await until(lambda: seen.sent_tokens > 2, PATIENCE)
        stop(editor, uri, ident)
        assert (await editor.error(ident))["code"] == CANCELLED
        await until(lambda: seen.aborted, PATIENCE)
        assert not drawing.asked
        if stop is shutdown:
            await editor.leave()
        else:
            assert editor.said("$/progress")[-1]["value"]["kind"] == "end"
        assert [path for path in temporary.rglob("*") if path.is_file()] == []
    assert studio.backend.calls() == calls
    assert list(temporary.iterdir()) == []
    assert books(studio.home).held == 0


@pytest.mark.skipif(sys.platform == "win32", reason="the hanging tool is a shell script")
@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.__name__)
async def test_tools_are_stopped_too(studio: Studio, tmp_path: Path, stop: Stop) -> None:
    """A checker that hangs is a child process: it must not outlive the request."""
    studio.backend.script = lambda _seen: Reply(f"```go\n{GO.replace('1', '2')}```")
    tools, temporary = tmp_path / "tools", tmp_path / "temporary"
    tools.mkdir()
    temporary.mkdir()
    hanging = tools / "gofmt"
    hanging.write_text("#!/bin/sh\nexec sleep 30\n", encoding="utf-8")
    hanging.chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    editor, drawing = studio.editor(environ={"PATH": path, "TMPDIR": str(temporary)})
    async with editor:
        uri = drawing.open("shop.go", GO, "go")
        ident = begin(editor, uri)
        await until(lambda: children(editor, "sleep"), PATIENCE)
        stop(editor, uri, ident)
        assert (await editor.error(ident))["code"] == CANCELLED
        await until(lambda: not children(editor, "sleep"), PATIENCE)
        assert not drawing.asked
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.__name__)
async def test_resolving_an_action_is_stopped_like_a_command(studio: Studio, stop: Stop) -> None:
    studio.backend.script = lambda _seen: Reply(fenced(GOOD), delay=30)
    editor, drawing = studio.editor()
    async with editor:
        uri = drawing.open("shop.py", BROKEN)
        ident = await resolve(editor, uri)
        await until(lambda: studio.backend.log and editor.said("$/progress"), PATIENCE)
        stop(editor, uri, ident)
        assert (await editor.error(ident))["code"] == CANCELLED
        await until(lambda: studio.backend.log[0].aborted, PATIENCE)


async def test_while_the_editor_thinks_about_an_edit_it_can_be_cancelled(studio: Studio) -> None:
    studio.backend.script = lambda _seen: Reply(fenced(GOOD))
    editor, drawing = studio.editor()
    editor.answer = lambda method, params: NEVER if method == "workspace/applyEdit" else drawing.answer(method, params)
    async with editor:
        uri = drawing.open("shop.py", BROKEN)
        ident = begin(editor, uri)
        await until(lambda: editor.said("workspace/applyEdit"), PATIENCE)
        editor.cancel(ident)
        assert (await editor.error(ident))["code"] == CANCELLED


def children(editor: Editor, name: str) -> list[psutil.Process]:
    try:
        return [one for one in psutil.Process(editor.process.pid).children(recursive=True) if name in one.name()]
    except psutil.NoSuchProcess:
        return []
