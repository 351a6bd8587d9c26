"""Every gate an edit has to pass, over all its files: the quick ones at once, real tools only for what passed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from lsp_router.assist.edit.ask import Ask, Kind
from lsp_router.assist.edit.files import Files
from lsp_router.context.structure import is_test_path
from lsp_router.domain.decision import Problem
from lsp_router.validation.formatter import formatted
from lsp_router.validation.gates import Rules, check, language_of, notes
from lsp_router.validation.grammars import Grammars
from lsp_router.validation.room import Copying
from lsp_router.validation.sandbox import Sandbox
from lsp_router.validation.syntax import still_broken
from lsp_router.validation.tools import Asked, ask_tools
from lsp_router.validation.tools import Draft as Drafted
from lsp_router.validation.trial import Trial, command_for, try_tests
from lsp_router.validation.untouched import code_changed

_SYNTAX = re.compile(r"(?i)syntax|expected|never closed|unterminated|unclosed|unindent|pars(?:e|ing) error")
_TELLING = 8
"""Characters of a message from which another tool's same words mean the same."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What drafts are held against, and where tools run."""

    grammars: Grammars
    sandbox: Sandbox
    root: Path | None = None
    project_code: bool = False
    """Whether tools may run that read the project's configuration, which may be code."""
    test_command: tuple[str, ...] = ()
    examples: tuple[tuple[str, str], ...] = ()
    copying: Copying = field(default_factory=Copying)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a draft, what a person should know, and which gates had a say."""

    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()


class Checks:
    """Judges the drafts of one ask."""

    def __init__(self, bench: Bench, ask: Ask, files: Files, others: Iterable[tuple[str, str]] = ()) -> None:
        """`others` are files of the workspace that must not be copied over licences; read only when it may matter."""
        self._bench = bench
        self._ask = ask
        self._files = files
        self._others = others

    async def judge(self, texts: Mapping[str, str]) -> Verdict:
        """New problems only. What fails the quick gates is not worth a tool's time."""
        changed = {path: text for path, text in texts.items() if text != self._files.text(path)}
        problems = await asyncio.to_thread(lambda: tuple(self._quick(changed)))
        if problems:
            return Verdict(problems, gates=("syntax", *dict.fromkeys(p.gate for p in problems if p.gate != "syntax")))
        asked: list[Asked] = []
        for path in changed:
            asked.append(await self._tools(path, changed, {name for a in asked for name in a.tools}))
        found = tuple(_placed(p, path, changed) for a, path in zip(asked, changed, strict=True) for p in a.problems)
        if not found and changed and self._ask.run_tests:
            asked.append(await self._trial(changed))
            found = asked[-1].problems
        remarks = tuple(note for a in asked for note in a.notes)
        ran = dict.fromkeys(name for a in asked for name in a.tools)
        return Verdict(found, (*remarks, *self._notes(changed)), ("syntax", "security", "signature", *ran))

    async def glance(self, texts: Mapping[str, str]) -> tuple[Problem, ...]:
        """The quick gates over work that is not done yet: what is still open is no fault."""
        return await asyncio.to_thread(lambda: tuple(self._quick(texts, unfinished=True)))

    async def formatted(self, path: str, text: str) -> str:
        """As the project's own formatter leaves it, where it had formatted the file before."""
        before = self._files.text(path)
        if before is None:
            return text
        return await formatted(self._drafted(path, text), self._bench.sandbox, self._bench.copying)

    def _quick(self, changed: Mapping[str, str], *, unfinished: bool = False) -> Iterator[Problem]:
        for path, text in changed.items():
            before, language = self._files.text(path) or "", self._files.language(path)
            rules = Rules(
                placeholders=not unfinished,
                instruction=self._ask.instruction,
                signatures=self._ask.kind is not Kind.GENERATE or bool(self._ask.span),
                others=self._others,
                examples=self._bench.examples,
            )
            found = check(before, text, path, language, rules, grammars=self._bench.grammars)
            yield from (_placed(problem, path, changed) for problem in found)
            if self._ask.kind is Kind.FIX and any(_SYNTAX.search(one.message) for one in self._ask.complaints):
                yield from self._uncured(before, text, language_of(path, language))
            if self._ask.kind is Kind.DOCUMENT:
                yield from code_changed(before, text, language_of(path, language), self._bench.grammars)

    def _uncured(self, before: str, text: str, language: str) -> tuple[Problem, ...]:
        """Old faults are let be, but not by an edit that is to mend them."""
        ours, theirs = (self._bench.grammars.parse(one, language) for one in (before, text))
        return still_broken(ours, theirs, language) if ours is not None and theirs is not None else ()

    async def _tools(self, path: str, changed: Mapping[str, str], asked: set[str]) -> Asked:
        bench = self._bench
        drafted = replace(self._drafted(path, changed[path]), around=self._around(path, changed))
        return await ask_tools(
            drafted, bench.sandbox, project_code=bench.project_code, copying=bench.copying, asked=asked
        )

    def _around(self, path: str, changed: Mapping[str, str]) -> dict[str, tuple[str | None, str]]:
        """What else changes, and what is open and perhaps not saved."""
        still = {name: (text, text) for name, text in self._files.known.items()}
        moved = {name: (self._files.text(name), text) for name, text in changed.items()}
        return {name: pair for name, pair in {**still, **moved}.items() if name != path and _is_inside(name)}

    async def _trial(self, changed: Mapping[str, str]) -> Asked:
        bench = self._bench
        if bench.root is None or not bench.project_code:
            return Asked(notes=("tests were not run: that needs a trusted workspace and [validation] project_tools",))
        language = language_of(self._ask.document.path, self._ask.document.language)
        tests = [path for path in changed if is_test_path(path)]
        search = bench.sandbox.environ.get("PATH", "")
        command = bench.test_command or command_for(language, bench.root, tests, search)
        if not command:
            return Asked(notes=("tests were not run: [validation] test_command says how",))
        around = self._around("", changed)
        before = {path: earlier for path, (earlier, _) in around.items()}
        after = {path: later for path, (_, later) in around.items()}
        return await try_tests(Trial(bench.root, before, after, command), bench.sandbox, bench.copying)

    def _drafted(self, path: str, text: str) -> Drafted:
        language = language_of(path, self._files.language(path))
        unwanted = tuple(one.message.strip() for one in self._ask.complaints if len(one.message.strip()) >= _TELLING)
        before = self._files.text(path) or ""
        return Drafted(path, language, before, text, self._bench.root, unwanted=unwanted)

    def _notes(self, changed: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(
            note
            for path, text in changed.items()
            for note in notes(
                self._files.text(path) or "", text, path, self._files.language(path), grammars=self._bench.grammars
            )
        )


def _is_inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and ":" not in path


def _placed(problem: Problem, path: str, changed: Mapping[str, str]) -> Problem:
    """Of several files, a problem says which."""
    return problem if len(changed) == 1 else Problem(problem.gate, f"{path}: {problem.message}", problem.line)
