"""All gates that need nothing but the two texts, and what they say about an edit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lsp_router.domain.decision import Problem
from lsp_router.validation.complexity import complexity_note
from lsp_router.validation.difference import compare
from lsp_router.validation.grammars import Grammars
from lsp_router.validation.mask import code_lines
from lsp_router.validation.placeholders import placeholder_problems
from lsp_router.validation.security import security_problems
from lsp_router.validation.signatures import signature_problems
from lsp_router.validation.syntax import syntax_problems
from lsp_router.validation.tongues import PROSE, canonical
from lsp_router.validation.verbatim import copied


@dataclass(frozen=True, slots=True)
class Rules:
    """What an edit is held to besides syntax."""

    placeholders: bool = True
    signatures: bool = True
    security: bool = True
    instruction: str = ""
    """What was asked for: names that it mentions may go or change."""
    others: Iterable[tuple[str, str]] = ()
    """Path and text of files of the workspace that must not be copied over licences."""
    examples: Iterable[tuple[str, str]] = ()
    """Name and text of what the prompt showed as examples."""


def check(
    before: str, after: str, path: str, language: str, settings: Rules, *, grammars: Grammars
) -> tuple[Problem, ...]:
    """What is wrong with the text after an edit that was not wrong before; in the order of the lines, syntax first."""
    if before == after:
        return ()
    name = language_of(path, language)
    change = compare(before, after)
    ours, theirs = grammars.parse(before, name), grammars.parse(after, name)
    broken = syntax_problems(ours, theirs, change, name) if ours is not None and theirs is not None else ()
    rest = [*copied(after, change, settings.others, settings.examples)]
    if settings.placeholders:
        rest += placeholder_problems(before, after, change, name)
    if settings.security and name not in PROSE:
        code = code_lines(before, ours), code_lines(after, theirs)
        rest += security_problems((before.split("\n"), after.split("\n")), code, change, name)
    if settings.signatures and not broken and ours is not None and theirs is not None:
        rest += signature_problems(ours, theirs, name, settings.instruction)
    return (*broken, *sorted(rest, key=lambda problem: problem.line or 0))


def notes(before: str, after: str, path: str, language: str, *, grammars: Grammars) -> tuple[str, ...]:
    """What a person should know about an algorithm that passed."""
    source = grammars.parse(after, language_of(path, language))
    note = complexity_note(source, compare(before, after)) if source is not None else None
    return (note,) if note else ()


def language_of(path: str, language: str) -> str:
    """The language to check a file as; editors call JSON with comments and React dialects by one name."""
    name = canonical(language)
    ending = path.rpartition(".")[2].lower()
    if name in {"javascript", "typescript"} and ending in {"jsx", "tsx"}:
        return f"{name}react"
    if name == "json" and path.replace("\\", "/").rpartition("/")[2].startswith(
        ("tsconfig", "jsconfig", ".eslintrc", "settings.")
    ):
        return "jsonc"
    return name
