"""One explanation for an editor: of a document, a selection, a picture, or the picture behind a link at the cursor."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls import uris

from lsp_router.assist.explain.links import with_links
from lsp_router.assist.explain.picture import LARGEST, BadPictureError, Picture, is_picture, linked, picture
from lsp_router.assist.explain.query import Query, UnexplainedError
from lsp_router.context.document import Document
from lsp_router.domain.telling import tell
from lsp_router.server import asking, convert
from lsp_router.server.guard import as_editor_error
from lsp_router.server.progress import Progress, with_progress
from lsp_router.server.router_server import RouterServer
from lsp_router.server.showing import show_markdown
from lsp_router.validation.tongues import PROSE, canonical

LONGEST_MESSAGE = 2_000


async def carry_out(ls: RouterServer, uri: str, argument: Mapping[str, Any]) -> Mapping[str, Any]:
    """`show: false` is for clients that show the answer themselves."""
    query = await _query(ls, uri, argument)

    async def work(progress: Progress) -> Mapping[str, Any]:
        desk = await ls.desk()
        try:
            explained = await desk.explain(query, progress)
        except UnexplainedError as error:
            raise as_editor_error(str(error)) from None
        if argument.get("show") is not False:
            await _show(ls, query, uri, explained.text)
        return {"text": explained.text, "decision": tell(explained.served)}

    return await ls.running.run(with_progress(ls, "Explaining", work, argument), ("document", uri))


async def _query(ls: RouterServer, uri: str, argument: Mapping[str, Any]) -> Query:
    question, model = str(argument.get("question") or ""), argument.get("model")
    pin = model if isinstance(model, str) else None
    if is_picture(uri) and ls.documents.live(uri) is None:
        path = uris.to_fs_path(uri) or uri
        seen = await _picture(Path(path), convert.path_in(ls.documents, uri))
        return Query(Document(seen.path, ""), question=question, model=pin, picture=seen)
    document, text, _ = asking.snapshot(ls.documents, uri)
    span = asking.span_of(text, argument.get("range"))
    return Query(document, span, question, pin, await _behind_link(ls, uri, document, span))


async def _behind_link(ls: RouterServer, uri: str, document: Document, span: tuple[int, int] | None) -> Picture | None:
    """Only what lies in the workspace, or beside the document: a link can name anything."""
    target = linked(document.text, span) if span and canonical(document.language) in PROSE else None
    own = uris.to_fs_path(uri)
    if target is None or own is None:
        return None
    folder = Path(own).parent
    root = Path(convert.root_of(ls.documents) or folder)
    path = _plain(root / target.lstrip("/") if target.startswith("/") else folder / target)
    if not await asyncio.to_thread(_is_inside, path, [root, folder]):
        raise as_editor_error(f"{target} lies outside of the workspace, so it is not looked at")
    return await _picture(path, convert.path_in(ls.documents, path.as_uri()))


def _plain(path: Path) -> Path:
    return Path(os.path.normpath(path))


def _is_inside(path: Path, folders: list[Path]) -> bool:
    """Where links lead counts."""
    real = path.resolve()
    return any(real.is_relative_to(folder.resolve()) for folder in folders)


async def _picture(path: Path, name: str) -> Picture:
    def read() -> bytes:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)

    try:
        return picture(name, await asyncio.to_thread(read))
    except OSError as error:
        raise as_editor_error(f"{name} cannot be read: {error.strerror}") from None
    except BadPictureError as error:
        raise as_editor_error(str(error)) from None


async def _show(ls: RouterServer, query: Query, uri: str, text: str) -> None:
    name = Path(query.picture.path if query.picture else query.document.path).name
    if await show_markdown(ls, f"explain {name}", with_links(text, query.document, uri)):
        return
    short = text if len(text) <= LONGEST_MESSAGE else text[:LONGEST_MESSAGE].rstrip() + " …"
    ls.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Info, short))
