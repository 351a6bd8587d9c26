"""What is said to which model for an ask: the template, the form of the answer, the material, and never a secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from lsp_router.assist.edit.aim import Aim, Region
from lsp_router.assist.edit.ask import Ask, Complaint, Kind
from lsp_router.context.document import Document
from lsp_router.context.vault import Vault
from lsp_router.domain.decision import Problem
from lsp_router.domain.model import Model
from lsp_router.domain.task import Privacy, TaskPolicy, Work
from lsp_router.domain.wire import Prompt
from lsp_router.prompts import ask as prompts
from lsp_router.prompts.ask import Answer, Source
from lsp_router.prompts.estimate import estimate_tokens
from lsp_router.prompts.library import Library
from lsp_router.routing.candidates import output_cap
from lsp_router.validation.style import style_of
from lsp_router.validation.tongues import PROSE

CUT_OFF = "was cut off"
"""What is said of an answer that ended before its end."""
SHOWN = 28_000
"""Characters of the file that go along; of a longer one, what surrounds the place."""
LEAST_SHOWN = 2_000
CHARS = 2.6
"""Characters that make a token, for a cautious reckoning of what has room."""
RULES = 600
"""Tokens of what is said besides the code."""
SURE_HAND = 9.0
"""Quality from which a model copies lines exactly enough for search/replace blocks to save it a long answer."""
LONG = 3_000
"""Characters of a selection worth saving."""
_SEVERAL = re.compile(
    r"(?i)\b(?:(?:all|both|other|several|multiple|across|these|two) (?:the |of the )?(?:files|modules|packages)|"
    r"across (?:the )?(?:project|code ?base|repo\w*|workspace)|(?:new|separate|another) (?:file|module)|"
    r"call ?sites|(?:all|its|the) callers|everywhere|"
    r"(?:move|extract|split)\b.{1,60}\b(?:to|into) (?:\w+ ){0,3}(?:files?|modules?|[\w/-]+\.\w{1,5})(?!\w))"
)
_ELSEWHERE = re.compile(
    r"(?i)undefined|not defined|undeclared|unresolved|cannot find name|could not find|no module|not imported|import"
)


@dataclass(frozen=True, slots=True)
class Wording:
    """Speaks for one ask, to each model in the form it answers best."""

    library: Library
    ask: Ask
    aim: Aim
    work: Work
    policy: TaskPolicy
    vault: Vault
    others: tuple[Source, ...] = ()
    target: str = ""
    """The tests' file."""
    target_text: str = ""
    _made: dict[str, Prompt] = field(default_factory=dict, repr=False, compare=False)

    def first(self, model: Model) -> Prompt:
        """Made once for each model: the engine, the cache and the ledger all want it."""
        if model.name not in self._made:
            self._made[model.name] = self._hidden(self._compose(model), model, self.vault.hide)
        return self._made[model.name]

    def part(self, model: Model, template: str, max_tokens: int, **more: str) -> Prompt:
        """One pass of long work, by a template of its own."""
        capped = replace(self.policy, max_output_tokens=max_tokens)
        prompt = prompts.compose(
            self.library,
            template,
            self._material(model, Answer.WHOLE),
            answer=Answer.WHOLE,
            max_tokens=output_cap(model, capped, self.work),
            temperature=self.policy.temperature,
            **more,
        )
        return self._hidden(prompt, model, self.vault.hide)

    def again(self, asked: Prompt, model: Model, drafter: Model, answer: str, problems: Sequence[Problem]) -> Prompt:
        """To the one who drafted: fix only these. To anybody else: here is what another made of it.

        An answer that did not fit whole is asked for in blocks.
        """
        if asked is self._made.get(model.name) and any(CUT_OFF in problem.message for problem in problems):
            asked = self._hidden(self._compose(model, Answer.BLOCKS), model, self.vault.hide)
        said = [_told(problem) for problem in problems]
        say = prompts.repair if model.name == drafter.name else prompts.escalate
        return self._hidden(say(self.library, asked, answer, said), model, self.vault.cover)

    def form(self, model: Model) -> Answer:
        if self.target:
            return Answer.NEW
        if several(self.ask) or (self.ask.kind is Kind.FIX and _reaches_out(self.ask.complaints)):
            return Answer.BLOCKS
        selected = self._selected()
        if estimate_tokens(selected) * 1.25 + 100 > self.policy.max_output_tokens:
            return Answer.BLOCKS
        return (
            Answer.BLOCKS if len(selected) > LONG and model.quality.of(self.policy.task) >= SURE_HAND else Answer.WHOLE
        )

    # --- helpers ---

    def _compose(self, model: Model, form: Answer | None = None) -> Prompt:
        form = form or self.form(model)
        return prompts.compose(
            self.library,
            template_of(self.ask),
            self._material(model, form),
            answer=form,
            max_tokens=output_cap(model, self.policy, self.work),
            temperature=self.policy.temperature,
        )

    def _material(self, model: Model, form: Answer) -> prompts.Ask:
        document, asked = self.ask.document, self.aim.asked
        alone = asked.whole and form is Answer.WHOLE
        apart = alone or not (asked.whole or form is Answer.BLOCKS)
        selection = self._selected() if apart else ""
        room = self._room(model, selection)
        others = self.others if room > sum(len(other.text) for other in self.others) + LEAST_SHOWN else ()
        room -= sum(len(other.text) for other in others)
        return prompts.Ask(
            Source(document.path, "" if alone else shown(document.text, asked, room), document.language),
            selection=selection,
            lines=None if asked.whole and not alone else _lines(document.text, asked),
            instruction=self._instruction(),
            diagnostics=tuple(_complaint(one, document.text) for one in self.ask.complaints),
            others=others,
            images=self.ask.images,
            style=_style(document),
        )

    def _room(self, model: Model, selection: str) -> int:
        """Characters of files that fit beside the selection and the answer."""
        taken = output_cap(model, self.policy, self.work) + RULES + estimate_tokens(selection)
        return max(int((model.context_window - taken) * CHARS), LEAST_SHOWN)

    def _selected(self) -> str:
        return self.ask.document.text[self.aim.asked.start : self.aim.asked.end]

    def _instruction(self) -> str:
        said = self.ask.instruction.strip()
        if self.target:
            where = "at the end of" if self.target_text else "in the new file"
            said = f"{said}\n\nThe tests go {where} {self.target}.".strip()
        elif self.aim.asked.empty:
            end = self.aim.asked.start == len(self.ask.document.text)
            line = _lines(self.ask.document.text, self.aim.asked)[0]
            said = f"{said}\n\nThe code goes in {'at the end of the file' if end else f'at line {line}'}."
        return said

    @staticmethod
    def _hidden(prompt: Prompt, model: Model, hide: Callable[[str], str]) -> Prompt:
        """Each secret under a mark that can be put back; what runs on this machine sees everything."""
        if model.privacy is Privacy.LOCAL:
            return prompt
        return replace(prompt, messages=tuple(replace(m, text=hide(m.text)) for m in prompt.messages))


def template_of(ask: Ask) -> str:
    if ask.images:
        return "multimodal"
    prose = ask.document.language in PROSE and ask.kind in {Kind.REFACTOR, Kind.DOCUMENT}
    return "prose" if prose else ask.kind.value


def several(ask: Ask) -> bool:
    """Whether more than one file will have to change, as far as the words tell."""
    said = ask.instruction
    named = any(tab.path.rpartition("/")[2] in said for tab in ask.tabs if tab.path != ask.document.path)
    return ask.kind in {Kind.REFACTOR, Kind.GENERATE} and (named or _SEVERAL.search(said) is not None)


def shown(text: str, region: Region, room: int = SHOWN) -> str:
    """The file, or as much of it around a region as goes along; whole lines."""
    room = min(room, SHOWN)
    if len(text) <= room:
        return text
    spare = max(room - (region.end - region.start), room // 4)
    start = text.rfind("\n", 0, max(region.start - spare * 2 // 3, 0)) + 1
    end = text.find("\n", min(region.end + spare // 3, len(text)))
    return text[start : len(text) if end < 0 else end + 1]


def sources_of(tabs: Sequence[Document], pieces: Sequence[tuple[str, str]]) -> tuple[Source, ...]:
    """Other files: whole where they may change, pieces where they only help."""
    whole = {tab.path for tab in tabs}
    return (
        *(Source(tab.path, tab.text, tab.language) for tab in tabs),
        *(Source(path, text) for path, text in pieces if path not in whole),
    )


def _reaches_out(complaints: Sequence[Complaint]) -> bool:
    """Whether the cure may stand elsewhere in the file than the fault: an import, as a rule."""
    return any(_ELSEWHERE.search(one.message) for one in complaints)


def _lines(text: str, region: Region) -> tuple[int, int]:
    first = text.count("\n", 0, region.start) + 1
    return first, first + text.count("\n", region.start, region.end)


def _complaint(one: Complaint, text: str) -> str:
    where = f"line {text.count(chr(10), 0, one.span[0]) + 1}: " if one.span else ""
    origin = " ".join(word for word in (one.source, one.code) if word)
    return f"{where}{one.message}" + (f" ({origin})" if origin else "")


def _style(document: Document) -> str:
    """What the file does, in words."""
    style = style_of(document.text, document.language)
    indent = "tabs" if style.indent == "\t" else f"{len(style.indent)} spaces" if style.indent else ""
    quote = {"'": "single quotes", '"': "double quotes"}.get(style.quote or "", "")
    return ", ".join(word for word in (indent, quote) if word)


def _told(problem: Problem) -> str:
    return f"line {problem.line}: {problem.message}" if problem.line else problem.message
