"""Routing cases from outside: a request and a state in anybody's words, as the values that routing decides on.

What is not understood is left at its default; a case must not fail because it says more than we ask for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from lsp_router.domain.model import Model
from lsp_router.domain.task import Privacy, Task, Trigger, Work
from lsp_router.domain.wire import Failure, Fault, QuotaFact
from lsp_router.routing.budget import Spending
from lsp_router.routing.candidates import Situation
from lsp_router.routing.health import Health, Permit
from lsp_router.routing.quota import pool_of

BENCHED = 600.0
"""Seconds that something is benched for when a case only says that it is."""

SAME = {
    "instruction": ("text", "prompt", "message", "query", "question"),
    "path": ("file", "uri", "filename", "file_path"),
    "language": ("language_id", "languageId", "lang"),
    "task": ("task_kind", "taskKind"),
    "selected_lines": ("selection", "selection_lines", "lines_selected", "selectedLines"),
    "files": ("file_count", "n_files", "paths"),
    "has_image": ("image", "images", "hasImage"),
    "prompt_tokens": ("tokens", "input_tokens", "context_tokens", "estimated_tokens", "promptTokens"),
    "output_tokens": ("max_tokens", "max_output_tokens", "outputTokens"),
    "pin": ("model", "pinned", "pin_model"),
    "forbid_cloud": ("no_cloud", "local_only", "private", "offline"),
    "force_paid": ("paid", "forcePaid"),
}
TRIGGERS = {
    Trigger.AUTOMATIC: ("completion", "inline", "inline-completion", "typing", "auto"),
    Trigger.INVOKED: ("explicit", "manual", "explicit-completion", "invoke"),
    Trigger.QUICK_FIX: ("quickfix", "code-action", "fix", "diagnostic"),
    Trigger.REFACTOR_ACTION: ("refactor", "refactor.rewrite", "refactor.extract", "selection"),
    Trigger.SAVE: ("on-save", "did-save"),
    Trigger.COMMAND: ("execute-command", "instruction"),
}
_TRIGGER = {word: trigger for trigger, words in TRIGGERS.items() for word in (trigger.value, *words)}


# --- requests ---


def work_of(request: Mapping[str, Any]) -> Work:
    told = dict(request)
    for ours, others in SAME.items():
        for other in others:
            if other in told:
                told.setdefault(ours, told.pop(other))
    read = {name: _READERS.get(name, lambda value: value)(value) for name, value in told.items() if value is not None}
    known = {field.name for field in fields(Work)}
    return Work(**{name: value for name, value in read.items() if name in known and value is not None})


def _task(value: object) -> Task | None:
    word = str(value).lower().replace("_", "-")
    return next((task for task in Task if task.value == word), None)


def _trigger(value: object) -> Trigger | None:
    return _TRIGGER.get(str(value).lower().replace("_", "-"))


def _path(value: object) -> str:
    text = str(value)
    return unquote(urlsplit(text).path) if text.startswith("file:") else text


def _lines(value: object) -> int:
    """A number of lines, the selected text itself, or a range as editors tell it."""
    if isinstance(value, str):
        return len(value.splitlines())
    if isinstance(value, Mapping):
        start, end = (_line(value.get(name)) for name in ("start", "end"))
        return max(0, end - start + 1)
    if isinstance(value, list | tuple):
        return max(0, int(value[-1]) - int(value[0]) + 1) if value else 0
    return int(value)  # type: ignore[call-overload]


def _line(value: object) -> int:
    return int(value.get("line", 0)) if isinstance(value, Mapping) else int(value or 0)  # type: ignore[call-overload]


def _messages(value: object) -> tuple[str, ...]:
    rows = [value] if isinstance(value, str | Mapping) else value
    return tuple(row if isinstance(row, str) else str(row.get("message", "")) for row in rows)  # type: ignore[union-attr]


def _count(value: object) -> int:
    return len(value) if isinstance(value, list | tuple) else int(value)  # type: ignore[call-overload]


def _privacy(value: object) -> Privacy:
    return Privacy.parse(value) if isinstance(value, str) else Privacy(value)


_READERS = {
    "task": _task,
    "trigger": _trigger,
    "path": _path,
    "selected_lines": _lines,
    "diagnostics": _messages,
    "files": _count,
    "has_image": bool,
    "forbid_cloud": bool,
    "force_paid": bool,
    "privacy": _privacy,
    "prompt_tokens": int,
    "output_tokens": int,
}


# --- states ---


def situation_of(here: Situation, state: Mapping[str, Any]) -> Situation:
    """The situation of an app that knows nothing yet, with what the state says has happened."""
    now = _moment(state.get("now"), here.now)
    models = {m.name: m for m in here.models}
    past = _Past(here.health, models, now)
    for name in ("benched", "open", "breakers", "health", "cooldown", "cooldowns"):
        past.bench(state.get(name) or {})
    for failure in state.get("failures") or ():
        past.fail(failure)
    for name in ("quota", "quotas"):
        past.limit(state.get(name) or {})
    for pool, count in (state.get("sent") or {}).items():
        for name in past.pools(pool):
            here.health.quotas.heard(name, int(count), now + 3_600)
    for name in ("latency_ms", "latency", "latencies"):
        past.time(state.get(name) or {})
    measured = {tuple(str(key).rsplit(":", 1)): float(value) for key, value in (state.get("measured") or {}).items()}
    pins = {task: model for word, model in (state.get("pins") or {}).items() if (task := _task(word)) and model}
    return replace(here, now=now, spending=_spending(state), pins=pins, measured=measured or None)


class _Past:
    """Tells health what a state says, as if it had happened."""

    def __init__(self, health: Health, models: Mapping[str, Model], now: float) -> None:
        self._health = health
        self._models = models
        self._now = now

    def pools(self, name: str) -> set[str]:
        """A pool goes by its own name; a model stands for its pool, a provider for all of its own."""
        plain = name.removeprefix("pool:").removeprefix("model:")
        named = [m for m in self._models.values() if plain in {m.name, m.id, m.pool, m.provider}]
        return {pool_of(m) for m in named} or {plain}

    def bench(self, told: Mapping[str, Any] | Iterable[str]) -> None:
        rows = told if isinstance(told, Mapping) else dict.fromkeys(told, BENCHED)
        for name, said in rows.items():
            until = self._until(said)
            if until is not None:
                for scope in self._scopes(name):
                    self._health.open(scope, until, "benched")

    def fail(self, told: Mapping[str, Any]) -> None:
        model = self._models.get(str(told.get("model")))
        permit = self._health.permit(model, self._now) if model else None
        if isinstance(permit, Permit):
            word = str(told.get("fault") or told.get("kind") or "server")
            fault = next((fault for fault in Fault if fault.value == word), Fault.SERVER)
            failure = Failure(fault, str(told.get("message", "")), retry_after=told.get("retry_after"))
            self._health.fail(permit, failure, _moment(told.get("at"), self._now))

    def limit(self, told: Mapping[str, Any]) -> None:
        for name, said in told.items():
            row = said if isinstance(said, Mapping) else {"remaining": said}
            resets = row.get("resets_at")
            until = self._now + float(row.get("resets_in", 3_600)) if resets is None else _moment(resets, self._now)
            fact = QuotaFact(str(row.get("window", "day")), row.get("limit"), row.get("remaining"), until)
            for pool in self.pools(name):
                self._health.quotas.learn(pool, (fact,), self._now)

    def time(self, told: Mapping[str, Any]) -> None:
        for model, said in told.items():
            for ms in said if isinstance(said, list | tuple) else [said] * 20:
                self._health.latencies.record(model, float(ms))

    def _scopes(self, name: str) -> set[str]:
        plain = name.removeprefix("model:")
        return {f"model:{plain}"} if plain in self._models else {f"pool:{pool}" for pool in self.pools(name)}

    def _until(self, said: object) -> float | None:
        """Seconds from now, a moment, a word such as `open`, or a table with one of these; None when all is well."""
        if isinstance(said, Mapping):
            moments = (said.get(name) for name in ("until", "open_until", "seconds", "for", "state", "status", "open"))
            return self._until(next((value for value in moments if value is not None), None))
        if said is None or said is False or str(said).lower() in {"closed", "ok", "healthy", "fine"}:
            return None
        if isinstance(said, int | float) and not isinstance(said, bool):
            return float(said) if said > self._now / 2 else self._now + float(said)
        return self._now + BENCHED


def _spending(state: Mapping[str, Any]) -> Spending:
    """A number is what the day has cost; a table tells day, session and request apart."""
    told = state.get("spent", state.get("spending", state.get("budget", 0.0)))
    if not isinstance(told, Mapping):
        return Spending(day=float(told or 0.0), session=float(told or 0.0))
    return Spending(*(_dollars(told, span) for span in ("day", "session", "request")))


def _dollars(told: Mapping[str, Any], span: str) -> float:
    names = (
        span,
        f"{span}_usd",
        f"per_{span}_usd",
        f"spent_{span}_usd",
        *(("today", "today_usd") if span == "day" else ()),
    )
    return float(next((told[name] for name in names if told.get(name) is not None), 0.0))


def _moment(value: object, otherwise: float) -> float:
    """An epoch or an ISO date."""
    if isinstance(value, str):
        when = datetime.fromisoformat(value)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    return float(value) if isinstance(value, int | float) else otherwise
