"""From a model's answer to the new texts of files, in memory; whatever does not fit is a problem for the model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lsp_router.assist.edit.aim import Aim, land
from lsp_router.assist.edit.ask import Ask, Kind
from lsp_router.assist.edit.files import Files, tidy
from lsp_router.assist.edit.imports import with_imports, without_imports
from lsp_router.assist.edit.wording import CUT_OFF
from lsp_router.context.vault import MARK, Vault
from lsp_router.domain.decision import Problem
from lsp_router.validation.apply import apply_changes
from lsp_router.validation.changes import Change as Block
from lsp_router.validation.endings import line_ending, with_ending
from lsp_router.validation.gates import language_of
from lsp_router.validation.grammars import Grammars
from lsp_router.validation.reply import Extraction, extract, without_repeated
from lsp_router.validation.style import adopt, fit, replanted, style_of

_ABOUT_SECRETS = re.compile(
    r"(?i)\b(?:secrets?|passwords?|credentials?|api[ _-]?keys?|hard-?coded|environment variables?|env vars?|getenv)\b"
)
_SHORT = 20
"""Lines of a file that may well become half of that."""
_SHRINKS = re.compile(
    r"(?i)\b(?:remov|delet|drop|shorten|shrink|simplif|summar|strip|trim|reduc|condens|dedup|duplicat|split|extract|mov|"
    r"clean|empty|clear|only|minim|less|fewer)"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """The files as they would be; use none of them while there are problems."""

    texts: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the answers of one ask."""

    ask: Ask
    aim: Aim
    files: Files
    vault: Vault
    grammars: Grammars
    target: str = ""
    """Where a lone block goes if not into the document: the tests' file."""

    def read(self, reply: str) -> Draft:
        """Everything the answer changes, whole; secrets are back in their places."""
        document = self.ask.document
        found = extract(self.vault.restore(reply), language_of(self._path, self._language), "", self._original())
        problems = found.problems
        if not problems and not found.changes and not found.closed:
            problems = (Problem("format", f"The answer {CUT_OFF}; give it in search/replace blocks."),)
        if problems:
            return Draft(problems=problems)
        draft = self._of_blocks(found.changes) if found.changes else self._of_code(found)
        problems = draft.problems or self._secrets(draft) or (() if found.changes else self._shrunk(draft))
        if not problems and self.ask.kind is Kind.FIX and draft.texts.get(document.path) in {None, document.text}:
            same = all(self.files.text(path) == text for path, text in draft.texts.items())
            problems = (Problem("unchanged", "The answer changes nothing; what is reported is still there."),) * same
        return Draft(draft.texts, problems)

    @property
    def _path(self) -> str:
        return self.target or self.ask.document.path

    @property
    def _language(self) -> str:
        return self.ask.document.language or self.files.language(self._path)

    def _original(self) -> str:
        return "\n".join((self.ask.document.text, self.files.text(self.target) or ""))

    # --- one block ---

    def _of_code(self, found: Extraction) -> Draft:
        code = found.code or ""
        if self.target and self.target != self.ask.document.path:
            return Draft({self.target: self._added(self.files.text(self.target) or "", code)})
        return Draft({self.ask.document.path: self.place(code)})

    def place(self, code: str) -> str:
        """The document with code in the place it is for."""
        document = self.ask.document
        text, asked = document.text, self.aim.asked
        if self.target or (asked.empty and asked.start == len(text)):
            return self._added(text, code)
        region = land(code, self.aim, document)
        if region.empty:
            code = without_repeated(code, text[: region.start])
        return self._replaced(text, region.start, region.end, code)

    def _replaced(self, text: str, start: int, end: int, code: str) -> str:
        style = style_of(text, self._language)
        code = replanted(code, text, start, end, style)
        tree = self.grammars.parse(code, language_of(self._path, self._language))
        piece = fit(adopt(code, style, self._language, tree), text, start, end, style)
        return text[:start] + piece + text[end:]

    def _added(self, text: str, code: str) -> str:
        """Code at the end of a file, as far from what stands there as its language has it."""
        like = text or self.ask.document.text
        style = style_of(like, self._language)
        tree = self.grammars.parse(code, language_of(self._path, self._language))
        if not text.strip():
            return adopt(code, style, self._language, tree).strip("\r\n") + style.ending
        own = without_repeated(code, text)
        own = adopt(own, style, self._language, tree if own == code else None)
        imports, own = without_imports(own, self._language)
        text = with_imports(text, imports, self._language, style.ending)
        piece = own.strip("\r\n") + style.ending
        if not own.strip():
            return text
        gap = style.ending * (3 if self._language == "python" else 2)
        return text.rstrip("\r\n \t") + gap + piece

    # --- search/replace blocks ---

    def _of_blocks(self, blocks: tuple[Block, ...]) -> Draft:
        names = {tidy(block.path) for block in blocks if block.path.strip()}
        self.files.look_up(names)
        known = dict(self.files.known)
        applied = apply_changes([self._named(block, known) for block in blocks], known)
        problems = [*applied.problems]
        for path in {*applied.texts, *(names if applied.problems else ())}:
            why = self.files.why_not(path) if path not in known else ""
            taken = not why and path in applied.created and self.files.is_taken(path)
            if why or taken:
                problems.insert(0, Problem("path", why or f"{path} exists and is no text; it is not written over."))
        return Draft({path: self._ended(path, text) for path, text in applied.texts.items()}, tuple(problems))

    def _named(self, block: Block, known: Mapping[str, str]) -> Block:
        """A block without a path is about the document, when nothing else can be meant."""
        lone = not block.path.strip() and len(known) > 1 and block.search.strip()
        return Block(self.ask.document.path, block.search, block.replace) if lone else block

    def _ended(self, path: str, text: str) -> str:
        """A new file has the line endings of the one it was asked for in, and a final one."""
        if self.files.text(path) is not None:
            return text
        ending = line_ending(self.ask.document.text)
        return with_ending(text.rstrip("\r\n") + "\n", ending)

    def _shrunk(self, draft: Draft) -> tuple[Problem, ...]:
        """A part of a file given for the whole of it; in text and data no other gate would notice."""
        document = self.ask.document
        was, now = (len(text.split("\n")) for text in (document.text, draft.texts.get(document.path, document.text)))
        if not self.aim.asked.whole or was < _SHORT or now * 2 > was or _SHRINKS.search(self.ask.instruction):
            return ()
        said = f"The answer stands for the whole file and would leave {now} of its {was} lines"
        return (Problem("shrunk", f"{said}; give the file whole, or only the changes in search/replace blocks."),)

    # --- secrets ---

    def _secrets(self, draft: Draft) -> tuple[Problem, ...]:
        """What was taken out of the prompt must be back where it was, and nowhere else."""
        before = [self.files.text(path) or "" for path in draft.texts]
        after = list(draft.texts.values())
        left = {mark for text in after for mark in MARK.findall(text)} - {
            m for text in before for m in MARK.findall(text)
        }
        problems = [f"`{mark}` stands for something private that is not known here; leave it out." for mark in left]
        problems += [f"`{mark}` may not be copied to another place." for mark in self.vault.spread(before, after)]
        if not self._may_go():
            lost = self.vault.lost(before, after)
            problems += [f"`{mark}` is gone; it stands for text that must stay exactly there." for mark in lost]
        return tuple(Problem("secret", message) for message in problems)

    def _may_go(self) -> bool:
        """Whether taking a secret out of the code is what was asked for."""
        said = (self.ask.instruction, *(one.message for one in self.ask.complaints))
        return any(_ABOUT_SECRETS.search(text) for text in said)
