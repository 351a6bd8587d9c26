"""What reviewing a file again costs: nothing when it did not change, one function when one did.

python -m tests.bench.review [FILE ...]
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from lsp_router.app.app import App
from lsp_router.assist.passages import REST, Reader
from lsp_router.assist.review.errand import Errand
from lsp_router.assist.review.reviewer import Reviewer
from lsp_router.config.places import places
from lsp_router.config.sources import Sources
from lsp_router.context.document import Document
from lsp_router.context.file_types import language_of_path
from lsp_router.prompts.estimate import estimate_tokens
from lsp_router.store.baseline import Baseline
from lsp_router.validation.grammars import Grammars
from tests.support.backend import Backend
from tests.support.reviewer import reviewing, said
from tests.support.workshop import CONFIG, model

REPO = Path(__file__).resolve().parents[2]
USUAL = ("lsp_router/app/app.py", "lsp_router/providers/failures.py", "lsp_router/assist/complete.py")


async def main(files: list[Path]) -> None:
    print(f"{'file':40} {'lines':>6} {'first':>16} {'unchanged':>16} {'one function':>16}")
    async with Backend(reviewing()) as backend:
        with tempfile.TemporaryDirectory() as home:
            app = _app(Path(home), backend)
            for document in map(_document, files):
                await _measure(app, backend, document)
            await app.close()


def _app(home: Path, backend: Backend) -> App:
    config = home / "config" / "config.toml"
    config.parent.mkdir()
    config.write_text(CONFIG.format(base=backend.base, debounce=0, privacy="cloud") + model(), "utf-8")
    environ = {"LSP_ROUTER_HOME": str(home)}
    return App(Sources(places(environ), environ, home))


def _document(file: Path) -> Document:
    return Document(file.name, file.read_text("utf-8"), language_of_path(str(file)))


async def _measure(app: App, backend: Backend, document: Document) -> None:
    reviewer = Reviewer(app, Baseline(Path(app.sources.places.state) / "none.json"))
    shown = [await _round(reviewer, backend, text) for text in (document, document, _edited(document))]
    print(f"{document.path:40} {document.text.count(chr(10)):>6} " + " ".join(f"{cell:>16}" for cell in shown))


async def _round(reviewer: Reviewer, backend: Backend, document: Document) -> str:
    before, start = backend.calls(), time.perf_counter()
    await reviewer.review(Errand(document))
    asked = backend.log[before:]
    tokens = sum(estimate_tokens(said(seen)) for seen in asked)
    return f"{len(asked)}: {tokens} {(time.perf_counter() - start) * 1000:.0f}ms"


def _edited(document: Document) -> Document:
    """One function, in the middle of the file, gets a line more."""
    functions = [p for p in Reader(Grammars()).passages(document) if p.name != REST]
    at = functions[len(functions) // 2].spans[0][1] - 1
    return replace(document, text=document.text[:at] + "  # changed" + document.text[at:])


if __name__ == "__main__":
    asyncio.run(main([Path(name) for name in sys.argv[1:]] or [REPO / name for name in USUAL]))
