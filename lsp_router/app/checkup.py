"""Everything a request depends on, looked at one by one: what is wrong, and how to mend it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec

from lsp_router.app.app import App
from lsp_router.app.refresh import Refresher
from lsp_router.assist.builtin import NAME
from lsp_router.catalog import recognition
from lsp_router.domain.decision import Attempt, Decision
from lsp_router.domain.model import Capability, Model, Provider
from lsp_router.domain.task import Privacy, Task, TaskPolicy, Work
from lsp_router.domain.wire import Fault, Message, Prompt
from lsp_router.engine.order import ExhaustedError
from lsp_router.prompts import probe
from lsp_router.prompts.fim import SUFFIX, fill, names
from lsp_router.routing.health import scopes

REMEDY = {
    Fault.AUTH: "the key is refused; {hint}",
    Fault.FORBIDDEN: "the key may not use this model; pick another model or key",
    Fault.PAYMENT: "add credits at the provider, or take its free models",
    Fault.QUOTA: "wait for the reset, or add another provider",
    Fault.RATE_LIMIT: "wait a moment, or lower max_concurrency",
    Fault.NOT_FOUND: "check `model`; `lsp-router models --all` lists known ids",
    Fault.CONNECTION: "check base_url, the network and the proxy; a local server must be running",
    Fault.TIMEOUT: "check base_url and the network; a local server may still be loading its model",
    Fault.MALFORMED: "check `kind` and base_url: this address does not answer like a model",
    Fault.BAD_REQUEST: "check `kind` and `model`: the provider does not understand the request",
    Fault.BUDGET: "raise the limit under [budget], or wait until it starts over",
}
LATER = "try again later; other models answer meanwhile"
HELLO = Prompt((Message("user", "Answer with the word ok."),), max_tokens=16, temperature=0)
PATIENCE_MS = 15_000
PATIENCE_HERE_MS = 45_000
"""A server on this machine may have to load its model first."""


class State(StrEnum):
    FINE = "fine"
    NOTE = "note"
    """Nothing to mend."""
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    about: str
    state: State
    says: str
    remedy: str = ""


async def examine(app: App, *, offline: bool = False) -> list[Finding]:
    """Configuration, storage, editor, providers and completion templates; one tiny request to each usable provider."""
    found = [*_configuration(app), *_storage(app), _editor(app), _embedded(app)]
    if offline:
        return [*found, *_unasked(app, offline=True)]
    refresher = Refresher(app)
    await refresher.find_local_servers()
    asked = refresher.askable()
    await asyncio.gather(*map(refresher.refresh, asked))
    found += _unasked(app, offline=False)
    answers = await asyncio.gather(*(_endpoint(app, p) for p in asked))
    found += [*answers, *_unlisted(app)]
    well = {p.name for p, answer in zip(asked, answers, strict=True) if answer.state is State.FINE}
    fillers = [m for m in _hole_fillers(app) if m.provider in well]
    return found + await asyncio.gather(*(_template(app, m) for m in fillers))


# --- without asking anybody ---


def _configuration(app: App) -> Iterator[Finding]:
    for problem in app.loaded.warnings:
        yield Finding("configuration", State.FAULT, str(problem), "correct it, then run `lsp-router config check`")
    if not app.loaded.warnings:
        yield Finding("configuration", State.FINE, f"profile {app.loaded.settings.profile.value}")
    known = {m.name for m in app.fleet.models}
    for task, table in app.loaded.settings.tasks.items():
        for name in table.chain:
            if name not in known:
                remedy = "name a model of `lsp-router models`, or add it under [[models]]"
                yield Finding("configuration", State.FAULT, f"[tasks.{task.value}] chain names {name!r}", remedy)


def _storage(app: App) -> Iterator[Finding]:
    """A place that cannot be written costs the answers of yesterday, and the budget shared with other editors."""
    app.records.desk.facts.version()
    places = {"cache": (app.cache().open(), app.sources.places.cache)}
    places["ledger"] = (app.records.database.durable, app.sources.places.state)
    for name, (durable, folder) in places.items():
        if durable:
            yield Finding(name, State.FINE, str(folder))
        else:
            yield Finding(name, State.FAULT, f"{folder} cannot be written", "make it writable, or set LSP_ROUTER_HOME")


def _editor(app: App) -> Finding:
    found = shutil.which("lsp-router", path=app.sources.environ.get("PATH"))
    if found:
        return Finding("editor", State.FINE, f"starts {found}")
    remedy = "name its whole path in the editor's settings, or install it: uv tool install lsp-router"
    return Finding("editor", State.NOTE, "no `lsp-router` is on the PATH, so an editor will not find it", remedy)


def _embedded(app: App) -> Finding:
    """The tier that needs no key and no network; its indexes are made with numpy."""
    if not app.offline.enabled:
        return Finding(NAME, State.NOTE, "the offline tier is switched off ([completion] embedded)")
    if find_spec("numpy") is None:
        return Finding(NAME, State.FAULT, "numpy is missing, so no project can be indexed", "install lsp-router anew")
    app.offline.load()
    known = app.offline.state()
    if known["files"]:
        return Finding(NAME, State.FINE, f"knows {known['files']} files of this project, offline and free")
    return Finding(NAME, State.FINE, "offline and free; it reads this project when an editor opens a file of it")


def _unasked(app: App, *, offline: bool) -> Iterator[Finding]:
    """Providers that cannot be asked, or must not be."""
    providers = app.fleet.providers.values()
    for provider in providers:
        if not provider.usable:
            yield _key(provider)
        elif offline:
            yield Finding(provider.name, State.NOTE, "not asked: --offline")
        elif app.reach is Privacy.LOCAL and provider.privacy is not Privacy.LOCAL:
            yield Finding(provider.name, State.NOTE, "not asked: nothing may leave this machine")
    if not providers:
        remedy = "`lsp-router init` looks for keys and local model servers; the embedded tier works without any"
        yield Finding("providers", State.NOTE, "none is configured", remedy)


def _key(provider: Provider) -> Finding:
    if provider.consent:
        return Finding(provider.name, State.FAULT, "it has no key", provider.key_hint)
    remedy = "`lsp-router init`, or name it under [providers], to allow it"
    return Finding(provider.name, State.NOTE, "its key was found, but nothing is sent before you agree", remedy)


# --- one tiny request each ---


async def _endpoint(app: App, provider: Provider) -> Finding:
    models = [m for m in app.fleet.models if m.provider == provider.name and m.usable]
    if not models:
        return _nothing_there(app, provider)
    model = min(models, key=lambda m: (m.price.base.output, Capability.CHAT not in m.capabilities, m.name))
    prompt = HELLO if Capability.CHAT in model.capabilities else _hole(model)
    text, said = await _ask(app, model, prompt)
    fault = _fault_of(said)
    if fault is not None and fault is not Fault.EMPTY:  # a thinking model spends sixteen tokens on thought
        return _refused(provider, provider.name, model, said, fault)
    return Finding(provider.name, State.FINE, f"{model.name} answered in {said.ms:.0f} ms" if text else "it answers")


def _unlisted(app: App) -> Iterator[Finding]:
    """Configured models that a provider's own list does not have; gateways may well serve more than they list."""
    configured = {table.name for table in app.loaded.settings.models}
    for model in (m for m in app.fleet.models if m.name in configured and m.usable):
        listing = app.overlay.listings.get(model.provider)
        if listing and listing.complete and not listing.find(model.id):
            yield Finding(model.name, State.NOTE, f"{model.provider} does not list {model.id}", "check `model`")


def _nothing_there(app: App, provider: Provider) -> Finding:
    facts = recognition.facts_of(app.printed_catalogue, provider)
    if facts and facts.retired:
        return Finding(provider.name, State.FAULT, facts.retired, "remove it from the configuration")
    if provider.privacy is Privacy.LOCAL:
        remedy = "start it and load a model; check base_url"
        return Finding(provider.name, State.FAULT, f"{provider.base_url} serves no model", remedy)
    return Finding(provider.name, State.FAULT, "no model is known there", "name one under [[models]]")


def _refused(provider: Provider, about: str, model: Model, said: Attempt, fault: Fault) -> Finding:
    hint = provider.key_hint or "check what the provider wants under api_key_env or header_env"
    remedy = REMEDY.get(fault, LATER).format(hint=hint)
    return Finding(about, State.FAULT, f"{model.name}: {said.reason or said.outcome}", remedy)


async def _template(app: App, model: Model) -> Finding:
    about = f"{model.name} (completion)"
    if model.fim not in names():
        known = ", ".join(names())
        return Finding(about, State.FAULT, f"fim = {model.fim!r} is no template", f"use one of {known}")
    text, said = await _ask(app, model, _hole(model))
    fault = _fault_of(said)
    provider = app.fleet_provider(model.provider)
    if fault is not None and fault is not Fault.EMPTY and provider is not None:
        return _refused(provider, about, model, said, fault)
    verdict = probe.judge(text)
    if verdict is probe.Finding.WORKS:
        return Finding(about, State.FINE, f"fills a hole with template {model.fim}")
    if verdict in {probe.Finding.BLIND, probe.Finding.RUNS_ON}:
        return Finding(about, State.NOTE, verdict.value, "a very small model may do that with the right template too")
    remedy = 'set `fim` to the template the model was trained with, or drop "fim" from its capabilities'
    return Finding(about, State.FAULT, f"with template {model.fim}: {verdict.value}", remedy)


async def _ask(app: App, model: Model, prompt: Prompt) -> tuple[str, Attempt]:
    """Asks whatever is held against the model, for that may be over; a good answer is told to all processes."""
    for scope in scopes(model):
        app.monitor.health.reset(scope)
    timeout = PATIENCE_HERE_MS if model.privacy is Privacy.LOCAL else PATIENCE_MS
    policy = TaskPolicy(Task.EXPLAIN, max_output_tokens=24, timeout_ms=timeout)
    decision = Decision(app.world.new_id(), policy.task, chain=(model,), policy=policy)
    order = app.order(decision, Work(prompt_tokens=30), lambda _m: prompt, keep_partial=True)
    try:
        text, served = await app.engine.answer(order)
    except ExhaustedError as error:
        return "", error.served.attempts[-1]
    app.monitor.pardon(model)
    return text, served.attempts[-1]


def _fault_of(said: Attempt) -> Fault | None:
    if said.outcome == "skipped":
        return Fault.QUOTA
    return next((fault for fault in Fault if fault.value == said.outcome), None)


def _hole(model: Model) -> Prompt:
    return fill(probe.HOLE, model.fim or SUFFIX, max_tokens=probe.MAX_TOKENS, temperature=0)


def _hole_fillers(app: App) -> list[Model]:
    """What would be asked to complete: those the user configured, or the head of the chain."""
    chain = app.decide(Work(task=Task.COMPLETION)).chain
    own = {m.name for m in app.loaded.settings.models}
    fillers = [m for m in app.fleet.models if m.usable and Capability.FIM in m.capabilities]
    return [m for m in fillers if m.name in own or m in chain[:1]]
