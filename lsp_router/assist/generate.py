"""Long new code in passes: imports, then structure, then one body after the other; each part is checked and kept.

When providers fail on the way, the parts that are there are not paid for again: the same ask goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

from lsp_router.assist.bill import together
from lsp_router.assist.edit.ask import Ask, Edited, Kind, Tell
from lsp_router.assist.edit.bout import Bout, Result, Wish
from lsp_router.assist.edit.imports import with_imports, without_imports
from lsp_router.assist.edit.job import Job, choose
from lsp_router.assist.edit.kept import Kept
from lsp_router.assist.edit.outcome import STALE, failure, success
from lsp_router.assist.edit.sketch import Body, Gap, Sketch, body_of, gaps_in
from lsp_router.assist.kitchen import Kitchen
from lsp_router.domain.decision import Problem, Served
from lsp_router.domain.model import Model
from lsp_router.domain.task import Task
from lsp_router.domain.wire import Prompt
from lsp_router.engine.order import ExhaustedError
from lsp_router.prompts.sections import fence
from lsp_router.store.cache import key
from lsp_router.validation.endings import line_ending
from lsp_router.validation.reply import extract
from lsp_router.validation.tongues import DATA, PROSE

CHUNK = 2_048
"""Tokens of one answer."""
LONG_WISH = 600
MANY_POINTS = 5
"""An instruction of so many characters, or of so many points, is not answered in one go."""
_POINT = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+\S", re.MULTILINE)
_EMPTY_BLOCK = re.compile(r"\s*(?:(`{3,}|~{3,})[^\n]*\n?\s*(?:\1)?)?\s*")

Judge = Callable[[str], Awaitable[tuple[str, tuple[Problem, ...]]]]


def is_large(ask: Ask) -> bool:
    """Whether new code is better written in passes."""
    said, language = ask.instruction, ask.document.language
    long = len(said) >= LONG_WISH or len(_POINT.findall(said)) >= MANY_POINTS
    return ask.kind is Kind.GENERATE and long and language not in PROSE and language not in DATA


async def write(kitchen: Kitchen, kept: Kept, job: Job, tell: Tell) -> Edited:
    """The code in its place, or the problems of the part that failed; what is done by then is kept."""
    passes = _Passes(kitchen, kept, job, tell)
    try:
        return await passes.run()
    except ExhaustedError as error:
        served = passes.bill(error.served)
        return Edited(problems=(Problem("models", str(error)),), served=served, note=passes.progress())
    except _Stopped as stop:
        return replace(failure(stop.problems, passes.bill(), stop.refused), note=passes.progress())


class _Stopped(Exception):  # noqa: N818 - it is an outcome, not an error
    """A part could not be written well enough."""

    def __init__(self, problems: Iterable[Problem], refused: str = "") -> None:
        super().__init__()
        self.problems = tuple(problems)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class _Part:
    """One pass: its template, what fills it, and what was wrong with it when it was written before."""

    title: str
    template: str
    gaps: dict[str, str]
    routine: bool = False
    before: str = ""
    problems: tuple[Problem, ...] = ()


class _Passes:
    """Owns what was written so far, and the bill."""

    def __init__(self, kitchen: Kitchen, kept: Kept, job: Job, tell: Tell) -> None:
        self._kitchen = kitchen
        self._kept = kept
        self._job = job
        self._tell = tell
        self._history: list[Served] = []
        self._done = 0
        self._all = 0

    async def run(self) -> Edited:
        imports = await self._pass(_Part("imports", "generate-imports", {}, routine=True), self._judge_imports)
        structure = await self._pass(
            _Part("structure", "generate-structure", {"imports": imports}), self._judge_structure
        )
        sketch = Sketch(imports, structure, gaps_in(structure))
        self._all = 2 + len(sketch.gaps)
        for gap in sketch.gaps:
            body = await self._pass(_body(sketch, gap), self._judging_body(sketch, gap.name))
            sketch = sketch.filled(gap.name, body)
        return await self._finish(sketch)

    def bill(self, last: Served | None = None) -> Served:
        served = together([*self._history, *([last] if last else [])]) or Served(self._job.decision)
        served = replace(served, decision=self._job.decision)
        self._kitchen.conclude(served, self._job.work)
        return served

    def progress(self) -> str:
        total = f" of {self._all}" if self._all else ""
        return f"{self._done}{total} parts are written and kept: ask the same again to go on" if self._done else ""

    # --- one pass ---

    async def _pass(self, part: _Part, judge: Judge) -> str:
        if not self._job.ask.is_current():
            raise _Stopped((STALE,))
        job = self._routine() if part.routine else self._job
        prompts: dict[str, Prompt] = {}

        def prompt_for(model: Model) -> Prompt:
            if model.name not in prompts:
                asked = job.wording.part(model, part.template, CHUNK, **part.gaps)
                again = (
                    job.wording.again(asked, model, model, fence(part.before), part.problems) if part.before else asked
                )
                prompts[model.name] = again
            return prompts[model.name]

        wish = Wish(job, prompt_for, judge, lambda _: self._name(part))
        said = f"{part.title} ({self._done + 1}{f'/{self._all}' if self._all else ''})"
        result: Result[str] = await Bout(
            self._kitchen, self._kept, wish, lambda word: self._tell(f"{said}: {word}")
        ).fight()
        self._history.append(result.served)
        if result.problems:
            raise _Stopped(result.problems, result.refused)
        self._done += 1
        return result.value

    def _routine(self) -> Job:
        """Boilerplate within larger work goes to whoever does boilerplate, on the same bill."""
        work = replace(self._job.work, task=Task.BOILERPLATE)
        decision = choose(self._kitchen, work)
        if not decision.chain:
            return self._job
        return replace(self._job, decision=replace(decision, id=self._job.decision.id), work=work)

    def _name(self, part: _Part) -> str:
        """The same part of the same wish, whoever writes it."""
        ask, template = self._job.ask, self._kitchen.library.template(part.template).id
        wish = (ask.document.path, ask.document.text, repr(ask.span), ask.instruction)
        return key("part", template, *wish, repr(part.gaps), part.before, repr(part.problems))

    # --- what each pass must hold ---

    async def _judge_imports(self, reply: str) -> tuple[str, tuple[Problem, ...]]:
        if _EMPTY_BLOCK.fullmatch(reply):
            return "", ()
        code, problems = self._code(reply)
        imports, rest = without_imports(code, self._job.ask.document.language)
        if not problems and imports and rest.strip():
            line = rest.strip().splitlines()[0]
            problems = (Problem("format", f"Only import statements belong here, not `{line}`."),)
        return "\n".join(imports) or code.strip("\n"), problems

    async def _judge_structure(self, reply: str) -> tuple[str, tuple[Problem, ...]]:
        code, problems = self._code(reply)
        gaps = gaps_in(code)
        twice = {gap.name for gap in gaps if sum(other.name == gap.name for other in gaps) > 1}
        if twice:
            problems = (*problems, Problem("format", f"`{min(twice)}` stands for two bodies; give each its own name."))
        if not problems:
            problems = await self._job.checks.glance(self._placed(Sketch("", code, gaps)))
        return code, problems

    def _judging_body(self, sketch: Sketch, name: str) -> Judge:
        async def judge(reply: str) -> tuple[str, tuple[Problem, ...]]:
            code, problems = self._code(reply)
            body = body_of(code, name, self._job.ask.document.language)
            if not problems and not body.strip():
                problems = (Problem("format", "The body is missing."),)
            if not problems:
                problems = await self._job.checks.glance(self._placed(sketch.filled(name, body)))
            return body, problems

        return judge

    def _code(self, reply: str) -> tuple[str, tuple[Problem, ...]]:
        found = extract(self._job.wording.vault.restore(reply), self._job.ask.document.language)
        problems = found.problems
        if not problems and not found.closed:
            problems = (Problem("format", "The answer was cut off; write less in this part."),)
        return found.code or "", problems

    # --- the whole ---

    def _placed(self, sketch: Sketch) -> dict[str, str]:
        """The document with the code in it, bodies that are still to come left empty."""
        document = self._job.ask.document
        text = self._job.reader.place(sketch.code(document.language))
        imports, _ = without_imports(sketch.imports + "\n", document.language)
        return {document.path: with_imports(text, imports, document.language, line_ending(document.text))}

    async def _finish(self, sketch: Sketch) -> Edited:
        texts = await asyncio.to_thread(self._placed, sketch)
        verdict = await self._job.checks.judge(texts)
        for body in sketch.bodies:
            mine = _in(body, verdict.problems, next(iter(texts.values())))
            gap = next(gap for gap in sketch.gaps if gap.name == body.name)
            if mine:
                part = replace(_body(sketch, gap), before=body.text, problems=mine)
                text = await self._pass(part, self._judging_body(sketch, body.name))
                sketch = sketch.filled(body.name, text)
        if verdict.problems:
            texts = await asyncio.to_thread(self._placed, sketch)
            verdict = await self._job.checks.judge(texts)
        served = replace(self.bill(), gates=verdict.gates)
        if verdict.problems:
            return failure(verdict.problems, served)
        return await success(self._job, texts, verdict, served)


def _body(sketch: Sketch, gap: Gap) -> _Part:
    return _Part(
        gap.name, "generate-bodies", {"structure": f"{sketch.imports}\n{sketch.structure}", "gap": gap.line.strip()}
    )


def _in(body: Body, problems: Iterable[Problem], text: str) -> tuple[Problem, ...]:
    """The problems that stand within a body."""
    start = text.find(body.text.strip().splitlines()[0]) if body.text.strip() else -1
    if start < 0:
        return ()
    first = text.count("\n", 0, start) + 1
    last = first + len(body.text.strip().splitlines()) - 1
    return tuple(problem for problem in problems if problem.line and first <= problem.line <= last)
