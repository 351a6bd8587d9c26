"""Prompts for everything that is asked in words: one composition for all tasks, the words themselves in files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lsp_router.domain.wire import Image, Message, Prompt
from lsp_router.prompts.library import Library
from lsp_router.prompts.sections import section

BODY_GAP = "@@BODY {name}@@"
"""The line a structure pass writes in the place of a body; a bodies pass is asked for one such line."""


class Answer(StrEnum):
    """The form an answer is asked for: one block for the range or for a file, search/replace blocks, or Markdown."""

    WHOLE = "whole"
    NEW = "new"
    BLOCKS = "blocks"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Source:
    """A file, or the part of it that goes along."""

    path: str
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request in a person's words, with the code it is about."""

    file: Source
    selection: str = ""
    """The text the answer replaces; empty for the whole file or for none."""
    lines: tuple[int, int] | None = None
    """First and last line of the selection, counted from 1."""
    instruction: str = ""
    diagnostics: tuple[str, ...] = ()
    others: tuple[Source, ...] = ()
    images: tuple[Image, ...] = ()
    style: str = ""
    """What must be kept, in words: `4 spaces, double quotes`."""


def compose(
    library: Library,
    name: str,
    ask: Ask,
    *,
    answer: Answer = Answer.WHOLE,
    max_tokens: int = 1_200,
    temperature: float = 0.2,
    **more: str,
) -> Prompt:
    """The prompt of the template `name`; `more` fills gaps that only this template has (imports, structure, gap).

    Rules come first, then files, then what differs each time: providers cache the longest part that stays the same.
    """
    template = library.template(name)
    messages = template.messages({**_values(ask), **_wrapped(more), "answer": library.part(f"_{answer}")})
    return Prompt(
        messages=_with_images(messages, ask.images),
        max_tokens=max_tokens,
        temperature=temperature,
        template=template.id if answer is Answer.WHOLE else f"{template.id}/{answer}",
    )


def repair(library: Library, asked: Prompt, answer: str, problems: Sequence[str]) -> Prompt:
    """The same conversation one turn on: its own answer, and exactly what is wrong with it."""
    return _continued(library, "repair", asked, (Message("assistant", answer),), problems=_listed("problems", problems))


def escalate(library: Library, asked: Prompt, draft: str, problems: Sequence[str]) -> Prompt:
    """The same request to a stronger model, which sees another's draft as material rather than as its own words."""
    gaps = {"draft": section("draft", draft), "problems": _listed("problems", problems)}
    return _continued(library, "escalate", asked, (), **gaps)


def follow_up(library: Library, asked: Prompt, answer: str, question: str) -> Prompt:
    """The same conversation one question on."""
    return _continued(library, "follow-up", asked, (Message("assistant", answer),), instruction=question)


def _continued(library: Library, name: str, asked: Prompt, said: tuple[Message, ...], **gaps: str) -> Prompt:
    template = library.template(name)
    messages = (*asked.messages, *said, *template.messages(gaps))
    return replace(asked, messages=messages, template=f"{asked.template}+{template.id}")


def _values(ask: Ask) -> dict[str, str]:
    return {
        "file": _file(ask.file) if ask.file.text else "",
        "others": "\n\n".join(_file(other) for other in ask.others),
        "place": _place(ask),
        "selection": section("selection", ask.selection, path=ask.file.path) if ask.selection else "",
        "diagnostics": _listed("diagnostics", ask.diagnostics),
        "style": ask.style,
        "instruction": ask.instruction.strip(),
    }


def _file(source: Source) -> str:
    return section("file", source.text, path=source.path, language=source.language)


def _place(ask: Ask) -> str:
    where = f"{ask.file.path}, " if ask.file.path else ""
    if ask.lines:
        return f"The place: {where}lines {ask.lines[0]} to {ask.lines[1]}."
    return f"The place: {where}the whole of what is selected." if ask.selection else ""


def _listed(tag: str, items: Sequence[str]) -> str:
    return section(tag, "\n".join(f"- {item.strip()}" for item in items)) if items else ""


def _wrapped(more: Mapping[str, str]) -> dict[str, str]:
    return {key: section(key, text) if key in {"imports", "structure"} and text else text for key, text in more.items()}


def _with_images(messages: tuple[Message, ...], images: tuple[Image, ...]) -> tuple[Message, ...]:
    """Images go with the last turn: it is the only one that is never cached."""
    if not images:
        return messages
    return (*messages[:-1], replace(messages[-1], images=images))
