"""The embedded tier on a workspace: neighbours until there is an index, what stays out of it, what is learnt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lsp_router.app.app import App
from lsp_router.assist.moment import Moment
from lsp_router.config.places import places
from lsp_router.config.sources import Sources
from lsp_router.context.document import Document
from lsp_router.embedded.feedback import Outcome
from lsp_router.embedded.recall import Recall
from tests.support.idioms import SURE, SURE_REST, WRITTEN, write_project

ALONE = "class UserStore:\n    def remove(self, key):\n        if key not in self.users:\n            rais"
TAB = Document("order_store.py", WRITTEN, "python", 1)


@asynccontextmanager
async def opened(tmp_path: Path, root: Path | None, **editor: Any) -> AsyncIterator[App]:
    environ = {"LSP_ROUTER_HOME": str(tmp_path / "home")}
    app = App(Sources(places(environ), environ, root, editor={"lspRouter": editor}))
    try:
        yield app
    finally:
        await app.close()


def at_end(text: str, name: str = "user_store.py") -> Moment:
    return Moment("a", Document(name, text, "python", 1), len(text))


async def read(app: App, at: Moment, tabs: list[Document]) -> None:
    """Until the documents are read and the index, if there is to be one, is there."""
    app.offline.attend(at.document, tabs)
    await asyncio.sleep(0.4)


@pytest.mark.parametrize(
    ("tabs", "recalled"),
    [
        ([TAB], True),
        ([], False),
        ([replace(TAB, language="go")], False),
        ([replace(TAB, path="secrets/store.py")], False),
    ],
    ids=["neighbour", "alone", "another language", "private"],
)
async def test_open_neighbours_answer_where_there_is_no_index(
    tmp_path: Path, tabs: list[Document], recalled: bool
) -> None:
    async with opened(tmp_path, None) as app:
        at = at_end(ALONE)
        await read(app, at, tabs)
        found = app.offline.suggest(at)
        assert (found is not None and found.text == SURE_REST) is recalled


async def test_a_document_is_read_as_it_is_by_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not as it was when the first of several quick changes came: that would be followed back and forth."""
    texts: list[str] = []

    def warm(recall: Recall, text: str, *where: Any) -> Iterator[None]:
        texts.append(text)
        return warmed(recall, text, *where)

    warmed = Recall.warm
    monkeypatch.setattr(Recall, "warm", warm)
    async with opened(tmp_path, None) as app:
        await read(app, at_end(ALONE), [])
        texts.clear()
        for more in ("e", "e ", "e K"):
            app.offline.attend(at_end(ALONE + more).document)
        await asyncio.sleep(0.3)
    assert texts == [ALONE + "e K"]


async def test_a_closed_document_is_forgotten(tmp_path: Path) -> None:
    async with opened(tmp_path, None) as app:
        at = at_end(ALONE)
        await read(app, at, [TAB])
        app.offline.forget("user_store.py")
        assert app.offline.suggest(at) is None


@pytest.mark.parametrize("root", [Path.home(), Path(Path.cwd().anchor)], ids=["home", "everything"])
async def test_a_root_that_is_no_project_is_not_read(tmp_path: Path, root: Path) -> None:
    async with opened(tmp_path, root) as app:
        await read(app, at_end(SURE), [])
        assert app.offline.state() == {"ready": False, "files": 0, "tokens": 0}
        assert app.offline.suggest(at_end(SURE)) is not None


async def test_ignore_files_of_other_names_count_for_the_index(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write_project(root)
    (root / ".otherignore").write_text("order_*.py\n", "utf-8")
    async with opened(tmp_path, root, privacy={"ignore": [".otherignore"]}) as app:
        app.offline.attend(at_end(SURE).document)
        async with asyncio.timeout(20):
            while not app.offline.state()["ready"]:  # noqa: ASYNC110 - another process makes it
                await asyncio.sleep(0.05)
        assert app.offline.state()["files"] == 2


async def test_line_endings_are_the_documents(tmp_path: Path) -> None:
    class Says:
        def suggest(self, *_: object) -> Any:
            from lsp_router.embedded.guess.answer import Kind, Suggestion

            return Suggestion("a\n    b", 0.9, Kind.LINE, "scripted")

    async with opened(tmp_path, None) as app:
        app.offline._recall = Says()  # type: ignore[assignment]
        assert app.offline.suggest(at_end("x\r\ny")).text == "a\r\n    b"
        assert app.offline.suggest(at_end("x\ny")).text == "a\n    b"


async def test_what_was_learnt_is_shared_and_changes_how_readily_it_speaks(tmp_path: Path) -> None:
    async with opened(tmp_path, None) as app, opened(tmp_path, None) as other:
        for _ in range(40):
            app.offline.learn("python", Outcome.REJECTED)
            other.offline.learn("go", Outcome.ACCEPTED)
        assert app.offline.load().feedback.raise_of("python") > 0.2
    async with opened(tmp_path, None) as later:
        feedback = later.offline.load().feedback
        assert feedback.raise_of("python") > 0.2
        assert feedback.raise_of("go") < 0
        assert feedback.raise_of("rust") == 0


async def test_two_editors_add_to_what_was_learnt(tmp_path: Path) -> None:
    async with opened(tmp_path, None) as one, opened(tmp_path, None) as two:
        one.offline.learn("python", Outcome.REJECTED)
        once = one.offline.load().feedback.raise_of("python")
        two.offline.learn("python", Outcome.REJECTED)
        assert two.offline.load().feedback.raise_of("python") == pytest.approx(2 * once)
