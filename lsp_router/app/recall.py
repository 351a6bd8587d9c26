"""The embedded tier on one workspace: what answers, the index behind it, and the process that keeps that index.

Nothing of it is imported or started before an editor opens a document, and nothing of it ever opens a connection.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsp_router.assist.builtin import NAME
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
REST = 0.05
"""Seconds after an answer at which a document that was changed at large is read anew, in slices."""
SAVED = 3.0
"""Seconds for which files must have been left alone before the index follows them."""


class ProjectRecall:
    """Owns the tier's memory of one workspace; without a root, of the open documents only."""

    def __init__(
        self, root: str, cache: Path, facts: Facts, settings: Callable[[], Settings], now: Callable[[], float]
    ) -> None:
        self._root = Path(root) if root and not _is_too_wide(Path(root)) else None
        self._base = root
        self._cache = cache
        self._facts = facts
        self._settings = settings
        self._now = now
        self._recall: Recall | None = None
        self._library: Library | None = None
        self._keeper: Keeper | None = None
        self._reported: object = None
        """The worker's report that was last taken note of."""
        self._reading: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

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

    def suggest(self, document: Document, offset: int) -> Suggestion | None:
        """A few milliseconds of work, here and now."""
        if not self.enabled:
            return None
        recall, path = self.load(), self._absolute(document.path)
        self._listen()
        found = recall.suggest(document.text, offset, document.language, path, self._readiness())
        if self._library is not None and self._library.damaged:
            self.refresh(document.path, settle=0.0)
        if found is not None and "\n" in found.text and "\r\n" in document.text:
            return replace(found, text=found.text.replace("\n", "\r\n"))
        return found

    def attend(self, document: Document) -> None:
        """A document was opened or is worked on: it is read in slices, and the index looked after."""
        if not self.enabled:
            return
        if self._keeper is None:
            self.refresh(document.path, settle=0.0)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(REST, self._read, document)

    def refresh(self, path: str = "", *, settle: float = SAVED) -> None:
        """Files may have changed: those near `path` matter most."""
        if self._root is None or not self.enabled:
            return
        if self._keeper is None:
            from lsp_router.embedded.keeper import Keeper  # noqa: PLC0415 - see above

            self._keeper = Keeper(self._root, self._cache, self._left_out)
        self._keeper.refresh(path, settle=settle)

    def forget(self, path: str) -> None:
        if self._recall is not None:
            self._recall.forget(self._absolute(path))

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
        if self._reading is not None:
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

    def _read(self, document: Document) -> None:
        self._timer = None
        if self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(self._read_in_slices(document))

    async def _read_in_slices(self, document: Document) -> None:
        for _ in self.load().warm(document.text, document.language, self._absolute(document.path)):
            await asyncio.sleep(0)

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
        """What only local models may see stays out of an index whose words come up in other files."""
        return tuple(self._settings().privacy.local_only)

    def _absolute(self, path: str) -> str:
        return os.path.normpath(os.path.join(self._base, path))  # noqa: PTH118 - no Path on every key


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
