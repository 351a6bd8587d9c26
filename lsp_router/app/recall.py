"""The embedded tier on one workspace: what answers, the index behind it, and the process that keeps that index.

Nothing of it is imported or started before an editor opens a document, and nothing of it ever opens a connection.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsp_router.assist.builtin import NAME
from lsp_router.assist.moment import Moment
from lsp_router.config.schema import Settings
from lsp_router.context.document import Document
from lsp_router.embedded.feedback import Feedback, Outcome
from lsp_router.store.facts import Facts

if TYPE_CHECKING:
    from lsp_router.embedded.guess.answer import Suggestion
    from lsp_router.embedded.index.library import Library
    from lsp_router.embedded.keeper import Keeper
    from lsp_router.embedded.recall import Recall
    from lsp_router.embedded.settings import Settings as Readiness

INDEXES = "recall"
"""The folder of the cache that holds them."""
LEARNT = "readiness"
REMEMBERED = 365 * 86_400.0
QUIET = "quiet"
BESIDE = "#beside"
NEIGHBOURS = 4
"""How many open documents stand in for an index."""
LARGEST_NEIGHBOUR = 60_000
MAX_BESIDE = 4
"""For how many documents neighbours are kept ready."""
REST = 0.05
"""Seconds after a change or an answer at which a document is read as it is then, in slices."""
PATIENT = 0.2
"""Seconds a request waits for a document that was opened or changed at large, if it waits for nothing else."""
MOST_LINES = 200
"""Of an ignore file: they are handed over on a command line."""
READING = 10.0
"""Seconds a command in a shell waits for the index; what is there by then has to do."""
SAVED = 3.0
"""Seconds for which files must have been left alone before the index follows them."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What may change while an editor is open."""

    settings: Callable[[], Settings]
    shared: Callable[[str], bool]
    """Whether a file's words may come up in other files."""


class ProjectRecall:
    """Owns the tier's memory of one workspace; without a root, of the open documents only."""

    def __init__(self, root: str, cache: Path, facts: Facts, rules: Rules, now: Callable[[], float]) -> None:
        self._root = Path(root) if root and not _is_too_wide(Path(root)) else None
        self._base = root
        self._cache = cache
        self._facts = facts
        self._settings = rules.settings
        self._shared = rules.shared
        self._now = now
        self._recall: Recall | None = None
        self._library: Library | None = None
        self._keeper: Keeper | None = None
        self._reported: object = None
        """The worker's report that was last taken note of."""
        self._reading: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._latest: tuple[Document, Sequence[Document], int] | None = None
        """What is to be read when the timer rings, as it was when it was last attended to."""
        self._seen: set[str] = set()
        """Documents that are open and were read."""
        self._prepared: set[str] = set()
        self._beside: dict[str, str] = {}
        """The text of the open neighbours of a document, for as long as there is no index."""

    @property
    def enabled(self) -> bool:
        completion = self._settings().completion
        return completion.enabled and bool(completion.embedded)

    def load(self) -> Recall:
        """Imports what answers; for a thread, so that no request waits for it."""
        if self._recall is None:
            from lsp_router.embedded.index.library import Library, folder_of  # noqa: PLC0415 - see above
            from lsp_router.embedded.recall import Recall  # noqa: PLC0415 - see above

            if self._root is not None:
                self._library = Library(folder_of(self._cache, self._root), self._root, time.monotonic)
            self._recall = Recall(self._library, Feedback(self._learnt()))
        return self._recall

    def suggest(self, moment: Moment) -> Suggestion | None:
        """A few milliseconds of work, here and now."""
        if not self.enabled:
            return None
        self._listen()
        document, offset = moment.document, moment.offset
        path = self._absolute(document.path)
        found = self._ask(document, document.text, offset, path)
        if found is None and path in self._beside and not self._indexed:
            head = self._beside[path]
            found = self._ask(document, head + document.text, len(head) + offset, path + BESIDE)
        if self._library is not None and self._library.damaged:
            self.refresh(document.path, settle=0.0)
        if found is not None and "\n" in found.text and "\r\n" in document.text:
            return replace(found, text=found.text.replace("\n", "\r\n"))
        return found

    async def catch_up(self, moment: Moment) -> None:
        """Returns when the document is read as it is now, or when that takes too long to be waited for."""
        document, path = moment.document, self._absolute(moment.document.path)
        if not self.enabled or self.load().follows(document.text, document.language, path, moment.offset):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._read(document, moment.tabs, moment.offset)
        if self._reading is not None:
            await asyncio.wait({self._reading}, timeout=PATIENT)

    def attend(self, document: Document, tabs: Sequence[Document] = (), offset: int = 0) -> None:
        """A document was opened or is worked on: it is read in slices, and the index looked after."""
        if not self.enabled:
            return
        if self._keeper is None:
            self.refresh(document.path, settle=0.0)
        self._latest = document, tabs, offset
        if self._timer is None:
            known = self._absolute(document.path) in self._seen
            self._timer = asyncio.get_running_loop().call_later(REST if known else 0, self._read_latest)

    def refresh(self, path: str = "", *, settle: float = SAVED) -> None:
        """Files may have changed: those near `path` matter most."""
        if self._root is None or not self.enabled:
            return
        if self._keeper is None:
            from lsp_router.embedded.keeper import Keeper  # noqa: PLC0415 - see above

            self._keeper = Keeper(self._root, self._cache, self._left_out)
        self._keeper.refresh(path, settle=settle)

    async def read(self, document: Document) -> None:
        """For whoever asks once and has no editor open: the index as it is after a look at the workspace."""
        self.refresh(document.path, settle=0.0)
        if self._keeper is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._keeper.settled(), READING)

    def forget(self, path: str) -> None:
        gone = self._absolute(path)
        self._seen.discard(gone)
        self._beside.pop(gone, None)
        if self._recall is not None:
            self._recall.forget(gone)
            self._recall.forget(gone + BESIDE)

    def learn(self, language: str, outcome: Outcome) -> None:
        """All editors of this user learn together."""
        feedback = Feedback(self._learnt())
        feedback.note(language, outcome)
        if self._recall is not None:
            self._recall.feedback = feedback
        value = {"raised": feedback.raise_of(language)}
        self._facts.publish(f"{NAME} {language}", LEARNT, value, self._now() + REMEMBERED)

    def state(self) -> dict[str, Any]:
        """How much of the workspace it knows by now."""
        self._listen()
        library = self._library
        files, tokens = (library.files, library.tokens) if library and self.enabled else (0, 0)
        ready = self.enabled and (files > 0 or self._reported is not None)
        return {"ready": ready, "files": files, "tokens": tokens}

    async def close(self) -> None:
        """The worker ends with us."""
        if self._timer is not None:
            self._timer.cancel()
        if self._reading is not None and not self._reading.done():
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._keeper is not None:
            await self._keeper.close()

    # --- helpers ---

    def _listen(self) -> None:
        """Takes over at once what the worker has just finished."""
        report = self._keeper.report if self._keeper else None
        if report is not self._reported and self._library is not None:
            self._reported = report
            self._library.look()

    @property
    def _indexed(self) -> bool:
        return self._library is not None and self._library.files > 0

    def _ask(self, document: Document, text: str, offset: int, path: str) -> Suggestion | None:
        return self.load().suggest(text, offset, document.language, path, self._readiness())

    def _read_latest(self) -> None:
        if self._latest is not None:
            self._read(*self._latest)

    def _read(self, document: Document, tabs: Sequence[Document], offset: int) -> None:
        self._timer = None
        if self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(self._read_in_slices(document, tabs, offset))

    async def _read_in_slices(self, document: Document, tabs: Sequence[Document], offset: int) -> None:
        path = self._absolute(document.path)
        self._seen.add(path)
        if document.language not in self._prepared:
            self._prepared.add(document.language)
            await asyncio.to_thread(_prepare, document.language)
        await self._warm(document, document.text, path, offset)
        head = "" if self._indexed else self._neighbours(document, tabs)
        if not head:
            self._beside.pop(path, None)
            self.load().forget(path + BESIDE)
            return
        await self._warm(document, head + document.text, path + BESIDE, len(head) + offset)
        self._beside[path] = head
        while len(self._beside) > MAX_BESIDE:
            self._beside.pop(next(iter(self._beside)))

    async def _warm(self, document: Document, text: str, path: str, offset: int) -> None:
        for _ in self.load().warm(text, document.language, path, offset):
            await asyncio.sleep(0)

    def _neighbours(self, document: Document, tabs: Sequence[Document]) -> str:
        """Open documents of the same language, in an order that does not change with every look at them."""
        near = [tab for tab in tabs if tab.language == document.language and self._shared(tab.path)][:NEIGHBOURS]
        texts = [tab.text for tab in sorted(near, key=lambda tab: tab.path) if len(tab.text) <= LARGEST_NEIGHBOUR]
        return "".join(f"{text}\n\n" for text in texts)

    def _readiness(self) -> Readiness:
        from lsp_router.embedded.settings import Mode, Settings  # noqa: PLC0415 - see above

        return Settings(Mode.QUIET if self._settings().completion.embedded == QUIET else Mode.NORMAL)

    def _learnt(self) -> dict[str, float]:
        return {
            scope.removeprefix(f"{NAME} "): float(fact.value.get("raised", 0.0))
            for (scope, kind), fact in self._facts.facts().items()
            if kind == LEARNT
        }

    def _left_out(self) -> Sequence[str]:
        """What only local models may see stays out of an index whose words come up in other files, and what is ignored
        by a file of another name than the index looks for itself.
        """
        privacy = self._settings().privacy
        listed = [line for name in privacy.ignore for line in _lines(self._root, name)]
        return (*privacy.local_only, *listed)

    def _absolute(self, path: str) -> str:
        return os.path.normpath(os.path.join(self._base, path))  # noqa: PTH118 - no Path on every key


def _prepare(language: str) -> None:
    """Reads a language's constants and compiles its lexer, which the first question would do on the event loop."""
    from lsp_router.embedded.recall import Recall  # noqa: PLC0415 - see above

    Recall().suggest("a = 1\na", 7, language, "")


def _lines(root: Path | None, name: str) -> list[str]:
    """Of an ignore file in the root; the patterns in it count from there."""
    try:
        return (root / name).read_text("utf-8", "replace").splitlines()[:MOST_LINES] if root else []
    except OSError:
        return []


@dataclass(frozen=True, slots=True)
class Shelved:
    """What the indexes of all workspaces take on disk."""

    workspaces: int
    bytes: int
    directory: Path


def shelved(cache: Path) -> Shelved:
    folder = cache / INDEXES
    files = [file for file in folder.glob("*/*") if file.is_file()]
    return Shelved(len({file.parent for file in files}), sum(file.stat().st_size for file in files), folder)


def forget_all(cache: Path) -> int:
    """How many workspaces have no index any more; an editor that is open has another made when it needs it."""
    before = shelved(cache)
    shutil.rmtree(before.directory, ignore_errors=True)
    return before.workspaces - shelved(cache).workspaces


def _is_too_wide(root: Path) -> bool:
    """Some editors name the home folder, or all there is, when they know no better."""
    return root == Path(root.anchor) or root == Path.home()
