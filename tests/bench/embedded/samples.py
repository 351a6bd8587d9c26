"""What fitting learns from: at every token of the rest of a line, all guesses with their evidence, and the truth."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from math import log1p

from lsp_router.embedded.guess.agreement import SIGNS, Agreement
from lsp_router.embedded.guess.context import Context, Moment
from lsp_router.embedded.guess.experts import GROUNDS, Expert, gather
from lsp_router.embedded.guess.features import Feature, Features, place_of
from lsp_router.embedded.guess.mix import EPSILON, candidates
from lsp_router.embedded.text.document import Document
from lsp_router.embedded.text.lexer import END, lex_line
from tests.bench.embedded.corpus import Case, Package, fill

MAX_STEPS = 12
EXPERT_WEIGHTS = len(Expert) * GROUNDS
PER_PLACE = 2 * EXPERT_WEIGHTS + len(Feature) + SIGNS
"""Weights of one place: of the experts, of silence, of the features, of the signs, in this order."""


@dataclass(slots=True)
class Samples:
    """A sparse matrix in pieces: every row is a guess, every group of rows one question."""

    columns: array = field(default_factory=lambda: array("i"))
    values: array = field(default_factory=lambda: array("f"))
    row_ends: array = field(default_factory=lambda: array("i"))
    group_ends: array = field(default_factory=lambda: array("i"))
    truths: array = field(default_factory=lambda: array("b"))
    """For every row whether it is what came; the first row of a group is saying nothing."""
    weights: array = field(default_factory=lambda: array("f"))

    def add(self, context: Context, partial: str, truth: str) -> None:
        evidence = gather(context, partial)
        base = place_of(context, partial) * PER_PLACE
        guesses = candidates(evidence, partial)
        agreement, facts, rows, hits = Agreement(evidence, guesses), Features(context), [], []
        for token in guesses:
            row = {}
            for at, opinion in enumerate(evidence.opinions):
                if p := opinion.probabilities.get(token):
                    row[base + at * GROUNDS + opinion.ground] = log1p(p / EPSILON)
            for feature in facts.of(token):
                row[base + 2 * EXPERT_WEIGHTS + feature] = 1.0
            for sign in agreement.signs(agreement.standing(token)):
                row[base + 2 * EXPERT_WEIGHTS + len(Feature) + sign] = 1.0
            rows.append(row)
            hits.append(token == truth)
        silence = {
            base + EXPERT_WEIGHTS + at * GROUNDS + opinion.ground: 1.0 for at, opinion in enumerate(evidence.opinions)
        }
        for row, hit in zip([silence, *rows], [not any(hits), *hits], strict=True):
            self.columns.extend(row.keys())
            self.values.extend(row.values())
            self.row_ends.append(len(self.columns))
            self.truths.append(hit)
        self.group_ends.append(len(self.row_ends))


def collect(package: Package, holes: int, seed: int, cut: str, samples: Samples) -> None:
    document = Document(package.language)
    for case in package.cases(holes, seed, cut):
        document = fill(document, case.lines)
        _teach(package, document, case, samples)


def moment_of(package: Package, document: Document, case: Case) -> Moment:
    number = package.shelf.files.get(case.hole.file)
    hidden = frozenset(() if number is None else (number,))
    return Moment(document, case.hole.line, case.lines[case.hole.line], [(package.shelf, hidden)])


def _teach(package: Package, document: Document, case: Case, samples: Samples) -> None:
    moment = moment_of(package, document, case)
    context, partial = moment.begin()
    whole = lex_line(document.language, case.lines[case.hole.line] + case.rest, moment.entry.state).tokens
    if whole[: len(context.line)] != context.line:
        return
    for truth in (*whole[len(context.line) :][:MAX_STEPS], END):
        samples.add(context, partial, truth)
        context, partial = context.push(truth), ""
