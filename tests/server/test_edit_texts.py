"""What an editor ends up with: exactly the intended text, whatever its encoding, characters and line ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lsprotocol import converters
from lsprotocol import types as lsp

from lsp_router.assist.edit.ask import Change
from lsp_router.server.documents import LiveWorkspace
from lsp_router.server.edits import Skills, workspace_edit
from lsp_router.validation.edits import minimal_edits
from tests.server.client import Client
from tests.support.applier import CAPABILITIES, CODECS, applied
from tests.support.backend import Backend, Reply
from tests.support.drafting import models

ROOT, URI = "file:///w", "file:///w/a.py"
PIECES = st.sampled_from(
    ["a", "total", " ", "    ", "\t", "é", "ß", "漢", "🎉", "👩‍🚀", "\u2028", "\x0b", "\x85", "e\u0301", "(", "x = 1"]
)
BREAKS = st.sampled_from(["\n", "\r\n", "\r\n", "\r"])
TEXTS = st.lists(st.one_of(PIECES, BREAKS), max_size=40).map("".join)
SKILLS = st.builds(Skills, documents=st.booleans(), creation=st.just(True), annotations=st.booleans())


def workspace(encoding: str, text: str) -> LiveWorkspace:
    kind = lsp.PositionEncodingKind(encoding)
    made = LiveWorkspace(ROOT, lsp.TextDocumentSyncKind.Incremental, [lsp.WorkspaceFolder(ROOT, "w")], kind)
    made.put_text_document(lsp.TextDocumentItem(URI, "python", 7, text))
    return made


def through(encoding: str, change: Change, skills: Skills) -> dict[str, str]:
    """The change as it looks on the wire, applied by an editor."""
    made = workspace(encoding, change.before or "")
    edit = converters.get_converter().unstructure(workspace_edit([change], made, skills, "Fixing", {}))
    before = {} if change.before is None else {URI: change.before}
    return applied(edit, before, {URI: 7}, encoding)


@settings(max_examples=300, deadline=None)
@given(before=TEXTS, after=TEXTS, encoding=st.sampled_from(sorted(CODECS)), skills=SKILLS)
@example(before="a\r\nb\r\n", after="a\r\n\r\nb\r\n", encoding="utf-16", skills=Skills(documents=True))
@example(before="🎉 = 1\r\n", after="🎉 = 2\r\n", encoding="utf-8", skills=Skills(documents=True))
@example(before="a\r", after="a\r\n", encoding="utf-32", skills=Skills())
def test_the_editor_ends_up_with_the_intended_text(before: str, after: str, encoding: str, skills: Skills) -> None:
    change = Change("a.py", before, after, minimal_edits(before, after), 7)
    assert through(encoding, change, skills) == {URI: after}


@settings(max_examples=50, deadline=None)
@given(after=TEXTS, encoding=st.sampled_from(sorted(CODECS)))
def test_a_new_file_has_the_intended_text(after: str, encoding: str) -> None:
    made = LiveWorkspace(ROOT, lsp.TextDocumentSyncKind.Incremental, [], lsp.PositionEncodingKind(encoding))
    change = Change("new/a.py", None, after, minimal_edits("", after))
    skills = Skills(documents=True, creation=True)
    edit = converters.get_converter().unstructure(workspace_edit([change], made, skills, "Testing", {}))
    assert applied(edit, {}, {}, encoding) == {"file:///w/new/a.py": after}


WINDOWS = "KEEP = '🎉'  # é\r\n\r\n\r\ndef total(prices):\r\n    retrun sum(prices)  # 👩‍🚀\r\n\r\n\r\nEND = 1"
DRAFT = "def total(prices):\n    return sum(prices)  # 👩‍🚀\n"


@pytest.mark.parametrize("encoding", CODECS)
async def test_through_the_server_untouched_bytes_stay(tmp_path: Path, encoding: str) -> None:
    home = tmp_path / "home"
    (home / "config").mkdir(parents=True)
    async with Backend(lambda _seen: Reply(f"```python\n{DRAFT}```")) as backend:
        (home / "config" / "config.toml").write_text(models(backend.base), encoding="utf-8")
        screen: dict[str, str] = {}

        def answer(method: str, params: Any) -> Any:
            if method == "workspace/applyEdit":
                screen.update(applied(params["edit"], screen, {uri: 1}, encoding))
                return {"applied": True}
            return None

        client = Client(home, tmp_path, encoding=encoding, answer=answer, workspace=CAPABILITIES)
        async with client:
            uri = client.open("shop.py", WINDOWS)
            screen[uri] = WINDOWS
            spot = {"line": 4, "character": 6}
            result = await client.command("lspRouter.fix", {"uri": uri, "range": {"start": spot, "end": spot}})
    assert result["applied"] is True, result
    assert screen[uri] == WINDOWS.replace("retrun", "return")
