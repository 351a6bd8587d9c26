"""What the offline tier drafts at holes, judged against what stood there: for fitting confidence and for measuring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lsp_router.embedded.guess.answer import MIN_CHARACTERS, render
from lsp_router.embedded.guess.confidence import line_signs, prefix_signs
from lsp_router.embedded.guess.decode import decode
from lsp_router.embedded.guess.mix import Weights
from lsp_router.embedded.text.document import Document
from tests.bench.embedded.corpus import Case, Package, fill
from tests.bench.embedded.samples import moment_of


@dataclass(frozen=True, slots=True)
class Draft:
    """What confidence is made from, whether the text is all that stood there, whether that began so, its length."""

    signs: list[float]
    right: bool
    begins: bool
    length: int


@dataclass(frozen=True, slots=True)
class Trial:
    """One hole, with text below or without: the whole line, and every beginning of it, the shortest first.

    What adds too little to be shown is left out: whether it was right says nothing about the others.
    """

    below: bool
    line: Draft | None
    prefixes: tuple[Draft, ...]


def draft_all(package: Package, weights: Weights, holes: int, seed: int, cut: str, floor: float) -> Iterator[Trial]:
    document = Document(package.language)
    for case in package.cases(holes, seed, cut):
        document = fill(document, case.lines)
        context, partial = moment_of(package, document, case).begin()
        drafts = decode(context, partial, weights, floor)
        line, prefixes = drafts.line, []
        for length in range(1, len(drafts.longest.tokens) + 1):
            text = render(context, partial, drafts.longest.cut(length))
            if len(text.strip()) >= MIN_CHARACTERS:
                prefixes.append(_judged(prefix_signs(context, partial, drafts.longest, length), text, case))
        whole = None
        if line is not None and (text := render(context, partial, line)).strip():
            whole = _judged(line_signs(context, partial, line), text, case)
        yield Trial(len(case.lines) > case.hole.line + 1, whole, tuple(prefixes))


def _judged(signs: list[float], text: str, case: Case) -> Draft:
    return Draft(signs, text == case.rest, bool(text) and case.rest.startswith(text), len(text.strip()))
