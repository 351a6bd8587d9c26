"""What callers elsewhere rely on: an edit may not take a public name away or ask its callers for more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from lsp_router.domain.decision import Problem
from lsp_router.validation.grammars import Source
from lsp_router.validation.outline import Definition, Parameter, outline, python_names, python_outline
from lsp_router.validation.syntax import parse_python

_BOUND_ELSEWHERE = re.compile(r"\b(?:import|export|require|use|from|const|let|var|alias)\b")


def signature_problems(before: Source, after: Source, language: str, instruction: str = "") -> tuple[Problem, ...]:
    """Names gone and signatures changed, but for those that the instruction names."""
    read = _python(before, after) if language == "python" else _others(before, after, language)
    if read is None:
        return ()
    ours, theirs, bound = read
    return tuple(
        problem
        for definition, problem in _judge(ours, theirs, bound)
        if not _names(instruction, definition.name.rpartition(".")[2])
    )


_Read = tuple[list[Definition], list[Definition], frozenset[str]]


def _python(before: Source, after: Source) -> _Read | None:
    old, new = parse_python(before.text), parse_python(after.text)
    if isinstance(old, SyntaxError) or isinstance(new, SyntaxError):
        return None
    return python_outline(old), python_outline(new), python_names(new)


def _others(before: Source, after: Source, language: str) -> _Read | None:
    """Outlines of broken files lack names that are there; they say nothing."""
    if before.tree.root_node.has_error or after.tree.root_node.has_error:
        return None
    lines = [line for line in after.text.split("\n") if _BOUND_ELSEWHERE.search(line)]
    bound = frozenset(re.findall(r"[A-Za-z_]\w*", "\n".join(lines)))
    return outline(before, language), outline(after, language), bound


def _judge(
    ours: Sequence[Definition], theirs: Sequence[Definition], bound: frozenset[str]
) -> Iterator[tuple[Definition, Problem]]:
    now = {definition.name: definition for definition in theirs}
    times = Counter(definition.name for definition in (*ours, *theirs))
    gone: set[str] = set()
    for definition in ours:
        if definition.name not in now:
            if definition.name in bound or definition.name.rpartition(".")[0] in gone or definition.name in gone:
                gone.add(definition.name)
                continue
            gone.add(definition.name)
            yield definition, Problem("signature", f"`{definition.name}` is gone, but others may use it; put it back")
        elif times[definition.name] == 2 and (why := _stricter(definition, now[definition.name])):
            line = now[definition.name].line
            yield definition, Problem("signature", f"`{definition.name}` {why}; keep its signature", line)


def _stricter(old: Definition, new: Definition) -> str:
    """How a call that was right before can now be wrong; empty if it cannot."""
    if old.parameters is None or new.parameters is None:
        return ""
    kept = {parameter.name: parameter for parameter in new.parameters}
    missing = [p.name for p in old.parameters if p.name not in kept]
    if missing and not new.open_ended:
        return f"no longer takes `{missing[0]}`"
    known = {parameter.name for parameter in old.parameters}
    asked = [p.name for p in new.parameters if p.needed and p.name not in known]
    if asked and not missing:
        return f"now needs `{asked[0]}`"
    tightened = [p.name for p in old.parameters if not p.needed and p.name in kept and kept[p.name].needed]
    if tightened:
        return f"now needs `{tightened[0]}`"
    if not missing and _in_order(old.parameters) != _in_order(new.parameters)[: len(_in_order(old.parameters))]:
        return "takes its parameters in another order"
    return ""


def _in_order(parameters: Sequence[Parameter]) -> list[str]:
    return [parameter.name for parameter in parameters if not parameter.keyword_only]


def _names(instruction: str, name: str) -> bool:
    return bool(name) and re.search(rf"\b{re.escape(name)}\b", instruction) is not None
