"""What is shown of each document: the findings of the last review, where they stand in the text as it is now."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from lsp_router.assist.passages import Span
from lsp_router.assist.review.finding import Finding, most_severe
from lsp_router.assist.review.follow import follow

DOCUMENTS = 256


class Board:
    """Owns the findings that are shown. Each document's are kept with the text they were last placed in."""

    def __init__(self) -> None:
        self._shown: OrderedDict[str, tuple[str, tuple[Finding, ...]]] = OrderedDict()

    def put(self, uri: str, text: str, findings: Iterable[Finding], covered: Sequence[Span]) -> None:
        """What a review of some passages found takes the place of what was known of those passages."""
        others = [f for f in self.look(uri, text) if not any(low <= f.span[0] < high for low, high in covered)]
        self._shown[uri] = (text, tuple(sorted(most_severe([*findings, *others]), key=lambda f: f.span)))
        self._shown.move_to_end(uri)
        while len(self._shown) > DOCUMENTS:
            self._shown.popitem(last=False)

    def look(self, uri: str, text: str) -> tuple[Finding, ...]:
        """What holds in this text, in its order."""
        known = self._shown.get(uri)
        if known is None:
            return ()
        if known[0] != text:
            known = self._shown[uri] = (text, follow(known[1], known[0], text))
        return known[1]

    def knows(self, uri: str) -> bool:
        """Whether there is anything that an edit could move."""
        return bool(self._shown.get(uri, ("", ()))[1])

    def find(self, uri: str, text: str, ident: str) -> Finding | None:
        return next((finding for finding in self.look(uri, text) if finding.id == ident), None)

    def drop(self, uri: str, ident: str) -> None:
        text, findings = self._shown.get(uri, ("", ()))
        self._shown[uri] = (text, tuple(finding for finding in findings if finding.id != ident))

    def forget(self, uri: str) -> None:
        self._shown.pop(uri, None)
