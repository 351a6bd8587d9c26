"""Everything a request depends on, looked at one by one: what is wrong, and how to mend it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from lsp_router.app.app import App
from lsp_router.app.refresh import Refresher
from lsp_router.domain.decision import Decision
from lsp_router.domain.model import Capability, Model, Provider
from lsp_router.domain.task import Task, TaskPolicy, Work
from lsp_router.domain.wire import Fault, Message, Prompt
from lsp_router.engine.order import ExhaustedError
from lsp_router.prompts import probe
from lsp_router.prompts.fim import SUFFIX, fill, names

REMEDY = {
    Fault.AUTH: "the key is refused; set a valid one ({hint})",
    Fault.FORBIDDEN: "the key may not use this model; pick another model or key",
    Fault.PAYMENT: "add credits at the provider, or take its free models",
    Fault.QUOTA: "wait for the reset, or add another provider",
    Fault.RATE_LIMIT: "wait a moment, or lower max_concurrency",
    Fault.NOT_FOUND: "check `model`; `lsp-router models --all` lists known ids",
    Fault.CONNECTION: "check base_url, the network and the proxy; a local server must be running",
    Fault.TIMEOUT: "check base_url and the network, or raise the task's timeout_ms",
    Fault.MALFORMED: "check `kind` and base_url: this address does not answer like a model",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """State is fine, note (nothing to mend) or fault."""

    about: str
    state: str
    says: str
    remedy: str = ""


async def examine(app: App, *, offline: bool = False) -> list[Finding]:
    """Configuration, storage, providers and completion templates; with one tiny request to each usable provider."""
    found = [*_configuration(app), *_storage(app)]
    if not offline:
        await Refresher(app).find_local_servers()
    found += [_key(p) for p in app.fleet.providers.values() if not p.usable]
    if not offline:
        usable = [p for p in app.fleet.providers.values() if p.usable]
        found += await asyncio.gather(*(_endpoint(app, p) for p in usable))
        found += await asyncio.gather(*(_template(app, m) for m in _hole_fillers(app)))
    if not app.fleet.providers:
        remedy = "`lsp-router init` looks for keys and local model servers; the embedded tier works without any"
        found.append(Finding("providers", "note", "none is configured", remedy))
    return found


def _configuration(app: App) -> Iterator[Finding]:
    for problem in app.loaded.warnings:
        yield Finding("configuration", "fault", str(problem), "correct it, then run `lsp-router config check`")
    if not app.loaded.warnings:
        yield Finding("configuration", "fine", f"profile {app.loaded.settings.profile.value}")
    known = {m.name for m in app.fleet.models}
    for task, table in app.loaded.settings.tasks.items():
        for name in table.chain:
            if name not in known:
                remedy = "name a model of `lsp-router models`, or add it under [[models]]"
                yield Finding("configuration", "fault", f"[tasks.{task.value}] chain names {name!r}", remedy)


def _storage(app: App) -> Iterator[Finding]:
    said: list[str] = []
    app.say = said.append
    durable = app.cache().open()
    app.records.desk.facts.version()
    for sentence in said:
        yield Finding("storage", "fault", sentence, f"make {app.sources.places.cache} writable")
    if durable and not said:
        yield Finding("storage", "fine", f"cache and ledger under {app.sources.places.state.parent}")


def _key(provider: Provider) -> Finding:
    if provider.consent:
        return Finding(provider.name, "fault", "it has no key", provider.key_hint)
    remedy = "`lsp-router init`, or name it under [providers], to allow it"
    return Finding(provider.name, "note", "its key was found, but nothing is sent before you agree", remedy)


async def _endpoint(app: App, provider: Provider) -> Finding:
    models = [m for m in app.fleet.models if m.provider == provider.name and m.usable]
    if not models:
        return Finding(provider.name, "fault", "no model is known there", "name one under [[models]]")
    model = min(models, key=lambda m: (m.price.base.output, Capability.CHAT not in m.capabilities, m.name))
    hello = Prompt((Message("user", "Answer with the word ok."),), max_tokens=16, temperature=0)
    prompt = hello if Capability.CHAT in model.capabilities else _probe_hole(model)
    try:
        _, served = await app.engine.answer(app.order(_ask(model), Work(prompt_tokens=20), lambda _m: prompt))
    except ExhaustedError as error:
        return _refused(provider, model, error)
    return Finding(provider.name, "fine", f"{model.name} answered in {served.latency_ms:.0f} ms")


def _refused(provider: Provider, model: Model, error: ExhaustedError) -> Finding:
    attempt = error.served.attempts[-1] if error.served.attempts else None
    if attempt is None or attempt.outcome == Fault.EMPTY.value:  # a thinking model spends sixteen tokens on thought
        return Finding(provider.name, "fine", f"{model.name} answers")
    fault = next((f for f in Fault if f.value == attempt.outcome), Fault.SERVER)
    remedy = REMEDY.get(fault, "try again later; the chain falls back meanwhile").format(hint=provider.key_hint)
    return Finding(provider.name, "fault", f"{model.name}: {attempt.reason or attempt.outcome}", remedy)


async def _template(app: App, model: Model) -> Finding:
    about = f"{model.name} (completion)"
    if model.fim not in names():
        return Finding(about, "fault", f"fim = {model.fim!r} is no template", f"use one of {', '.join(names())}")
    prompt = _probe_hole(model)
    try:
        text, _ = await app.engine.answer(
            app.order(_ask(model), Work(prompt_tokens=30), lambda _m: prompt, keep_partial=True)
        )
    except ExhaustedError as error:
        return Finding(about, "note", "could not be tried", str(error).splitlines()[-1].strip())
    verdict = probe.judge(text)
    if verdict is probe.Finding.WORKS:
        return Finding(about, "fine", f"fills a hole with template {model.fim}")
    if verdict in {probe.Finding.BLIND, probe.Finding.RUNS_ON}:
        return Finding(about, "note", verdict.value, "a very small model may do that with the right template too")
    remedy = 'set `fim` to the template the model was trained with, or drop "fim" from its capabilities'
    return Finding(about, "fault", f"with template {model.fim}: {verdict.value}", remedy)


def _hole_fillers(app: App) -> list[Model]:
    """What would be asked to complete: those the user configured, or the head of the chain."""
    chain = app.decide(Work(task=Task.COMPLETION)).chain
    own = {m.name for m in app.loaded.settings.models}
    fillers = [m for m in app.fleet.models if m.usable and Capability.FIM in m.capabilities]
    return [m for m in fillers if m.name in own or m in chain[:1]]


def _probe_hole(model: Model) -> Prompt:
    return fill(probe.HOLE, model.fim or SUFFIX, max_tokens=probe.MAX_TOKENS, temperature=0)


def _ask(model: Model) -> Decision:
    policy = TaskPolicy(Task.EXPLAIN, max_output_tokens=16, timeout_ms=15_000)
    return Decision("checkup", Task.EXPLAIN, chain=(model,), policy=policy)
