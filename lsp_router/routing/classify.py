"""What kind of work this is: the trigger first, then the place, then the words; and every reason in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lsp_router.domain.decision import Evidence
from lsp_router.domain.task import Task, Trigger, Work
from lsp_router.routing.classify_paths import PROSE_LANGUAGES, is_test, written_kind
from lsp_router.routing.intent import Intent, classify_text
from lsp_router.routing.words import DEFAULT, Words

LARGE_SELECTION = 80
"""Lines from which a request about a selection is rarely about one statement in it."""
CERTAIN = 10.0
"""The weight of what settles the question alone."""

_BY_TRIGGER: Mapping[Trigger, tuple[str, Task]] = {
    Trigger.AUTOMATIC: ("typing: the editor asks by itself", Task.COMPLETION),
    Trigger.INVOKED: ("a completion was asked for by hand", Task.EXPLICIT_COMPLETION),
    Trigger.QUICK_FIX: ("a quick fix for a diagnostic", Task.DEBUGGING),
    Trigger.REFACTOR_ACTION: ("a refactor action", Task.REFACTOR),
    Trigger.SAVE: ("the file was saved", Task.REVIEW),
}
_BY_LABEL: Mapping[str, Task] = {
    "fix": Task.DEBUGGING,
    "refactor": Task.REFACTOR,
    "test": Task.TESTS,
    "docs": Task.DOCS,
    "prose": Task.PROSE,
    "spec": Task.SPEC,
    "explain": Task.EXPLAIN,
    "other": Task.EXPLAIN,
    "review": Task.REVIEW,
    "architecture": Task.ARCHITECTURE,
    "algorithm": Task.ALGORITHM,
    "boilerplate": Task.BOILERPLATE,
}
_WRITING = frozenset({Task.DOCS, Task.PROSE, Task.SPEC})
_RIVALS = _WRITING | {Task.REFACTOR, Task.BOILERPLATE, Task.ALGORITHM, Task.DEBUGGING}
"""What words that would make or change something in code are read as; in a text they make or change the text."""


@dataclass(frozen=True, slots=True)
class Classified:
    """The task of a piece of work and everything that spoke for it or against it, weightiest first."""

    task: Task
    evidence: tuple[Evidence, ...]


def classify(work: Work, words: Words = DEFAULT) -> Classified:
    """Settled by a wish, a picture or a trigger where there is one; weighed otherwise."""
    if settled := _settled(work):
        return Classified(settled[1], (Evidence(settled[0], settled[1].value, CERTAIN),))
    evidence = [*_said(work, words), *_seen(work)]
    evidence += _in_place(work, _sums(evidence))
    scores = _sums(evidence)
    task = max(scores, key=lambda name: scores[name])
    evidence.sort(key=lambda item: -abs(item.weight))
    return Classified(Task(task) if scores[task] > 0 else Task.EXPLAIN, tuple(evidence))


def _settled(work: Work) -> tuple[str, Task] | None:
    if work.task is not None:
        return f"{work.task.value} was asked for by name", work.task
    if work.has_image:
        return "a picture comes with the request", Task.MULTIMODAL
    return _BY_TRIGGER.get(work.trigger)


def _said(work: Work, words: Words) -> Iterator[Evidence]:
    """The words' evidence in terms of tasks; labels that share a task do not add up, the stronger one speaks."""
    if not work.instruction.strip():
        return
    intent = classify_text(work.instruction, work.kind, words)
    speakers = _speakers(intent)
    for item in intent.evidence:
        if item.speaks_for in speakers:
            yield Evidence(item.signal, speakers[item.speaks_for].value, item.weight)


def _speakers(intent: Intent) -> dict[str, Task]:
    """The task of every label that is its task's strongest."""
    strongest: dict[Task, str] = {}
    for label, score in intent.scores.items():
        task = _BY_LABEL.get(label) or _of_new_code(intent)
        if task not in strongest or score > intent.scores[strongest[task]]:
            strongest[task] = label
    return {label: task for task, label in strongest.items()}


def _of_new_code(intent: Intent) -> Task:
    """New code is routine unless what it shall compute was described as a problem."""
    puzzling = intent.scores.get("algorithm", 0.0) > max(1.0, intent.scores.get("boilerplate", 0.0))
    return Task.ALGORITHM if puzzling else Task.BOILERPLATE


def _seen(work: Work) -> Iterator[Evidence]:
    """What surrounds the request: problems, size, and how many files it touches."""
    if work.diagnostics:
        yield Evidence(f"diagnostics at this place: {len(work.diagnostics)}", Task.DEBUGGING.value, 1.5)
    if work.selected_lines >= LARGE_SELECTION:
        yield Evidence(f"{work.selected_lines} lines are selected", Task.REFACTOR.value, 1.0)
    if work.files > 1:
        yield Evidence(f"{work.files} files are involved", Task.REFACTOR.value, 1.0)
        yield Evidence(f"{work.files} files are involved", Task.ARCHITECTURE.value, 1.0)
    if not work.instruction.strip() and not work.diagnostics:
        yield Evidence("no instruction: showing is safer than changing", Task.EXPLAIN.value, 0.5)


def _in_place(work: Work, scores: Mapping[str, float]) -> Iterator[Evidence]:
    """What the file says about itself: in a text, words that would change code change the text."""
    if written := written_kind(work.path):
        signal, task = written
        yield Evidence(signal, task.value, _lead(task, scores))
    elif work.language.lower() in PROSE_LANGUAGES:
        task = max(sorted(_WRITING), key=lambda kind: (scores.get(kind.value, 0.0), kind is Task.DOCS))
        yield Evidence(f"{work.language} is prose, not code", task.value, _lead(task, scores))
    elif work.syntax in {"comment", "string"}:
        yield Evidence(f"the cursor stands in a {work.syntax}", Task.DOCS.value, 1.0)
    if is_test(work.path):
        yield Evidence("the file is a test", Task.TESTS.value, 2.5)


def _lead(task: Task, scores: Mapping[str, float]) -> float:
    """Enough to put a written task before what the same words mean in code, and no more: `explain` stays `explain`."""
    rival = max(scores.get(other.value, 0.0) for other in _RIVALS - {task})
    return max(1.0, rival + 1.0 - scores.get(task.value, 0.0))


def _sums(evidence: list[Evidence]) -> dict[str, float]:
    totals: dict[str, float] = {}
    for item in evidence:
        totals[item.speaks_for] = totals.get(item.speaks_for, 0.0) + item.weight
    return totals or {Task.EXPLAIN.value: 0.0}
