"""Ghost text in a file: what the project itself says comes next, and what a model adds where one is configured."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lsp_router.assist.builtin import NAME
from lsp_router.cli.output import heading, money, waiting
from lsp_router.cli.tour.trial import Gap, Trial, ghost
from lsp_router.context.file_types import language_of_path

READING = 20.0
"""Seconds the tour waits for the project to be read; suggestions come without that, too, only fewer."""
TYPED = 3
"""How many letters of a suggestion are typed to see how long its rest takes."""
SHOWN = 5
"""How many places are shown one by one."""
ASKED_OF_MODELS = 3
"""At how many places models are asked: that may cost."""
NOTHING_SENT = """\
These suggestions were recalled from the project itself: offline, free of charge, nothing was sent anywhere.
That is no AI: what a project never said, a model has to write. `lsp-router init` finds keys and local model servers."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One gap as an editor shows it."""

    gap: Gap
    text: str | None
    ms: float
    typing_ms: float = 0.0
    decision: Mapping[str, Any] = field(default_factory=dict)
    model_text: str | None = None
    model_ms: float = 0.0
    model_decision: Mapping[str, Any] = field(default_factory=dict)


async def show(trial: Trial) -> None:
    heading(f"{trial.title}, as an editor would show it")
    gaps = trial.gaps[:ASKED_OF_MODELS] if trial.has_models else trial.gaps
    uri = trial.editor.open(trial.path, gaps[0].text if gaps else "", language_of_path(str(trial.path)))
    with waiting("reading the project"):
        print(await _read_project(trial))
    seen = [await _look(trial, uri, gap) for gap in gaps]
    for one in seen if len(seen) <= SHOWN else [one for one in seen if one.text][:SHOWN]:
        _print(one, has_models=trial.has_models)
    print()
    _sum_up(seen, has_models=trial.has_models)


def _sum_up(seen: list[Seen], *, has_models: bool) -> None:
    helped = [one for one in seen if one.text]
    known = [one for one in helped if one.gap.rest]
    if known:
        right = sum(1 for one in known if one.text and one.gap.rest.startswith(one.text.strip()))
        print(f"{len(helped)} of {len(seen)} half-typed lines got a suggestion, {right} as the line really goes on")
    if not helped:
        print("no suggestion came; `lsp-router models --task completion` says who would be asked")
    elif not has_models:
        print(NOTHING_SENT)


async def _read_project(trial: Trial) -> str:
    started = time.perf_counter()
    state: Mapping[str, Any] = {}
    while time.perf_counter() - started < READING:
        state = (await trial.editor.command("lspRouter.status", {}) or {}).get("embedded") or {}
        if state.get("ready"):
            took = time.perf_counter() - started
            return f"read {state['files']} files, {state['tokens']:,} tokens of the project in {took:.1f} s"
        await asyncio.sleep(0.05)
    return "the project is still being read; the open file alone has to do"


async def _look(trial: Trial, uri: str, gap: Gap) -> Seen:
    """Asks at a gap and types the first letters of the answer: those cost no request. Then asks a model by hand."""
    text, offset, editor = gap.text, gap.offset, trial.editor
    editor.change(uri, text)
    found, ms = await editor.ghost_text(uri, offset)
    seen = Seen(gap, found, ms)
    if found:
        decision = await _decision(trial, uri)
        editor.change(uri, text[:offset] + found[:TYPED] + text[offset:])
        _, typing = await editor.ghost_text(uri, offset + len(found[:TYPED]))
        seen = Seen(gap, found, ms, typing, decision)
    if not trial.has_models or seen.decision.get("model", NAME) != NAME:
        return seen
    editor.change(uri, text)
    more, model_ms = await editor.ghost_text(uri, offset, by_hand=True)
    by = await _decision(trial, uri) if more else {}
    if by.get("model") == NAME:
        return seen
    return Seen(gap, seen.text, ms, seen.typing_ms, seen.decision, more, model_ms, by)


async def _decision(trial: Trial, uri: str) -> Mapping[str, Any]:
    told = await trial.editor.command("lspRouter.why", {"uri": uri})
    return (told or {}).get("decision") or {}


def _print(seen: Seen, *, has_models: bool) -> None:
    before = "\n".join(seen.gap.text[: seen.gap.offset].split("\n")[-3:]).lstrip("\n")
    print(f"\n{before}{ghost(seen.text or '')}")
    if seen.text:
        print(f"    {_told(seen.decision, seen.ms)}; typing along: {seen.typing_ms:.1f} ms")
    elif not has_models:
        print("    nothing: the project never said anything like it")
    if seen.model_text:
        print(f"    {_told(seen.model_decision, seen.model_ms)}, asked by hand: {ghost(seen.model_text)}")


def _told(decision: Mapping[str, Any], ms: float) -> str:
    return f"{decision.get('model')}, {money(float(decision.get('cost_usd') or 0))}: {ms:.0f} ms"
