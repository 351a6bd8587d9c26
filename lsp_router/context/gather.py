"""Collects what goes along with one request, most valuable first, and stops when its time is up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from lsp_router.context.document import Document, Kind, Snippet
from lsp_router.context.privacy import Ruling, Withheld
from lsp_router.context.recent import RecentEdits
from lsp_router.context.similar import Folder, Windows, most_similar, near
from lsp_router.context.symbols import definitions, definitions_of, imports, names_near
from lsp_router.context.window import Budget, Window
from lsp_router.domain.task import Privacy

_TABS = 20
_CURRENT_LIMIT = 200_000
_ORDER: tuple[Kind, ...] = ("similar", "definition", "imports", "recent")
"""From what changes least and matters least to what matters most: models weigh best what stands nearest."""

_STABLE = frozenset({"imports", "definition"})


@dataclass(frozen=True, slots=True)
class Gathered:
    """What goes along, and a fingerprint of it that is equal for equal content in every process."""

    snippets: tuple[Snippet, ...] = ()
    fingerprint: str = ""
    """Leaves out recent edits: they are gone after a restart, and the answers they gave are still good."""
    withheld: tuple[Withheld, ...] = ()
    ms: float = 0.0
    complete: bool = True

    def extra(self) -> tuple[tuple[str, str], ...]:
        """The snippets as (path, text), best last, as a hole takes them."""
        return tuple((snippet.path, snippet.text) for snippet in self.snippets)


@dataclass(frozen=True, slots=True)
class Around:
    """Everything gathering may look at for one request."""

    here: Document
    offset: int
    window: Window
    tabs: Sequence[Document] = ()
    """The other open documents, the one used last first."""
    edits: RecentEdits = field(default_factory=RecentEdits)
    level: Privacy = Privacy.TRAINS
    """The loosest class of provider the request may go to: files that may not go there stay out."""


@dataclass(slots=True)
class _Index:
    """What is known of one version of a document."""

    version: int
    size: int
    windows: Windows
    definitions: Mapping[str, int]


class Gatherer:
    """Remembers what it has read of each open document, so that a keystroke costs well under a millisecond."""

    def __init__(self, clock: Callable[[], float], judge: Callable[[Document], Ruling] | None = None) -> None:
        """`clock` counts seconds; `judge` says what may be done with a document."""
        self._clock = clock
        self._judge = judge or (lambda _: Ruling())
        self._folder = Folder()
        self._indexes: dict[str, _Index] = {}

    def gather(self, request: Around, budget: Budget | None = None, deadline_ms: float = 30.0) -> Gathered:
        """What goes along with a request, within its budget and before its deadline."""
        started = self._clock()
        budget = budget or Budget()
        tabs, withheld = self._allowed(request)
        room = _Room(budget, request)
        complete = True
        for found in self._sources(request, tabs):
            room.offer(found)
            if (self._clock() - started) * 1e3 > deadline_ms:
                complete = False
                break
        taken = room.filled()
        ms = (self._clock() - started) * 1e3
        return Gathered(taken, _fingerprint(taken), tuple(withheld), ms, complete)

    def warm(self, document: Document) -> None:
        """Reads a document ahead of the request that will need it, when it is opened or left."""
        self._index(document)

    def forget(self, path: str) -> None:
        self._indexes.pop(path, None)

    def _allowed(self, request: Around) -> tuple[list[Document], list[Withheld]]:
        tabs, withheld = list[Document](), list[Withheld]()
        for tab in request.tabs[:_TABS]:
            if tab.path == request.here.path:
                continue
            ruling = self._judge(tab)
            if ruling.joins(request.level):
                tabs.append(tab)
            else:
                withheld.append(Withheld(ruling.rule, tab.path))
        return tabs, withheld

    def _sources(self, request: Around, tabs: Sequence[Document]) -> Iterator[list[Snippet]]:
        """Batches of candidates in the order of their worth; each pause is a chance to stop."""
        here, window = request.here, request.window
        imported = imports(here, window.start)
        yield [imported] if imported else []
        documents = {document.path: document for document in (here, *tabs)}
        yield request.edits.snippets(documents)
        known: list[tuple[Document, _Index]] = []
        for tab in tabs:
            known.append((tab, self._index(tab)))
            yield []
        own = [(here, definitions(here))] if window.size < len(here.text) < _CURRENT_LIMIT else []
        names = names_near(here.text, request.offset)
        yield list(definitions_of(names, [*own, *((tab, index.definitions) for tab, index in known)]))
        words = self._folder.fold(near(here.text, request.offset))
        yield list(most_similar(words, [(tab, index.windows) for tab, index in known]))

    def _index(self, document: Document) -> _Index:
        index = self._indexes.get(document.path)
        if index is None or (index.version, index.size) != (document.version, len(document.text)):
            while len(self._indexes) > 2 * _TABS:
                self._indexes.pop(next(iter(self._indexes)))
            index = _Index(document.version, len(document.text), self._folder.windows(document), definitions(document))
            self._indexes[document.path] = index
        return index


class _Room:
    """The shares of a budget and what is put into them; what one kind leaves over, the others get in the end."""

    def __init__(self, budget: Budget, request: Around) -> None:
        spare = max(0, budget.chars(budget.prefix + budget.suffix) - request.window.size)
        self._left = {True: budget.chars(budget.stable) + spare, False: budget.chars(budget.volatile)}
        self._request = request
        self._taken: list[Snippet] = []
        self._waiting: list[Snippet] = []

    def offer(self, snippets: Sequence[Snippet]) -> None:
        for snippet in snippets:
            if not self._takes(snippet, self._left[snippet.kind in _STABLE]):
                self._waiting.append(snippet)

    def filled(self) -> tuple[Snippet, ...]:
        """Everything that found room, in an order that does not depend on scores: they change with each keystroke."""
        for snippet in self._waiting:
            self._takes(snippet, sum(self._left.values()))
        return tuple(sorted(self._taken, key=lambda one: (_ORDER.index(one.kind), one.path, one.start)))

    def _takes(self, snippet: Snippet, left: int) -> bool:
        if len(snippet.text) > left or self._is_shown(snippet):
            return False
        self._left[snippet.kind in _STABLE] -= len(snippet.text)
        self._taken.append(snippet)
        return True

    def _is_shown(self, snippet: Snippet) -> bool:
        """Whether a text stands in the window or another snippet already; imports may repeat, they are asked for."""
        if snippet.kind == "imports":
            return False
        start, end, window = snippet.start, snippet.start + len(snippet.text), self._request.window
        if snippet.path == self._request.here.path and start < window.end and end > window.start:
            return True
        return any(
            one.path == snippet.path and start < one.start + len(one.text) and end > one.start for one in self._taken
        )


def _fingerprint(snippets: Sequence[Snippet]) -> str:
    digest = blake2b(digest_size=12)
    for snippet in snippets:
        if snippet.kind != "recent":
            digest.update(f"{snippet.kind}\0{snippet.path}\0{snippet.text}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
