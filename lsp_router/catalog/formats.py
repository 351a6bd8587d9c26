"""Reads the model lists of providers. Lists come from the wild: whatever they hold, reading never raises."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lsp_router.catalog import tags, untrusted
from lsp_router.catalog.listing import Listed, Listing
from lsp_router.domain.model import Capability

Rows = Iterator[tuple[Listed | None, str]]
"""Each row as a model, or None; and what was wrong with it, or nothing."""

_WINDOWS = ("context_length", "context_window", "max_context_length", "max_model_len", "max_input_tokens")
_ANSWERS = ("max_completion_tokens", "max_output_length", "max_output_tokens")
_OLLAMA_SKILLS = {
    "completion": Capability.CHAT,
    "insert": Capability.FIM,
    "vision": Capability.VISION,
    "tools": Capability.TOOLS,
    "thinking": Capability.REASONING,
}
_MISTRAL_SKILLS = {
    "completion_chat": Capability.CHAT,
    "completion_fim": Capability.FIM,
    "vision": Capability.VISION,
    "function_calling": Capability.TOOLS,
    "reasoning": Capability.REASONING,
}
_NOT_TEXT = frozenset({"embeddings", "embedding", "rerank", "image", "audio", "moderation"})
_LARGEST_LOCAL_WINDOW = 32_768
"""More than this costs memory that a machine with an editor on it lacks, unless its owner set it so."""
_PROBLEMS_KEPT = 20
_LOST = "a row without an id"


def parse(form: str, body: object, *, provider: str, fetched_at: float) -> Listing:
    """Read `body`, the decoded JSON of a model list or just its rows, in the form that `Facts.lists` names.

    Rows may carry what further requests found out: for ollama what `/api/show` says, for llamacpp `/props` as `props`.
    """
    found = list(_FORMS.get(form, _openai)(body))
    models = tuple(listed for listed, _ in found if listed is not None)
    problems = tuple(problem for _, problem in found if problem)
    complete = bool(models) and _LOST not in problems and not _goes_on(body)
    return Listing(provider, fetched_at, models, complete, problems[:_PROBLEMS_KEPT])


def _openai(body: object) -> Rows:
    """The common form, `{"data": [{"id": …}]}`, and what OpenRouter, Groq, Mistral, vLLM and LM Studio add to it."""
    for row in untrusted.rows(body, "data", "models"):
        model_id = untrusted.text(row.get("id"))
        if not model_id:
            yield None, _LOST
        elif row.get("active") is not False:
            price, problem = tags.read(row.get("pricing"))
            listed = Listed(
                model_id,
                price=price,
                context_window=_first(row, _WINDOWS),
                max_output=_first(untrusted.table(row.get("top_provider")), _ANSWERS) or _first(row, _ANSWERS),
                capabilities=_skills(row),
                aliases=untrusted.texts(row.get("aliases")),
            )
            yield listed, f"{model_id}: {problem}" if problem else ""


def _gemini(body: object) -> Rows:
    for row in untrusted.rows(body, "models"):
        name = untrusted.text(row.get("name")).removeprefix("models/")
        if not name:
            yield None, _LOST
        elif "generateContent" in untrusted.array(row.get("supportedGenerationMethods")):
            window, answer = (untrusted.tokens(row.get(key)) for key in ("inputTokenLimit", "outputTokenLimit"))
            yield Listed(name, context_window=window, max_output=answer), ""


def _ollama(body: object) -> Rows:
    for row in untrusted.rows(body, "models"):
        name = untrusted.text(row.get("model")) or untrusted.text(row.get("name"))
        if not name:
            yield None, _LOST
            continue
        skills = untrusted.texts(row.get("capabilities"))
        listed = Listed(
            name,
            context_window=_ollama_window(row),
            capabilities=frozenset(_OLLAMA_SKILLS[s] for s in skills if s in _OLLAMA_SKILLS) if skills else None,
            aliases=(name.removesuffix(":latest"),),
            remote=bool(row.get("remote_host")) or name.endswith(("-cloud", ":cloud")),
        )
        yield listed, ""


def _llamacpp(body: object) -> Rows:
    for row in untrusted.rows(body, "data", "models"):
        name = untrusted.text(row.get("id")) or untrusted.text(row.get("model"))
        if not name:
            yield None, _LOST
            continue
        props = untrusted.table(row.get("props"))
        sees = untrusted.table(props.get("modalities")).get("vision") is True
        served = untrusted.tokens(untrusted.table(props.get("default_generation_settings")).get("n_ctx"))
        trained = untrusted.tokens(untrusted.table(row.get("meta")).get("n_ctx_train"))
        window = served or (min(trained, _LARGEST_LOCAL_WINDOW) if trained else None)
        skills = frozenset({Capability.CHAT, Capability.VISION}) if sees else None
        yield Listed(name, context_window=window, capabilities=skills), ""


_FORMS: dict[str, Callable[[object], Rows]] = {
    "openai": _openai,
    "gemini": _gemini,
    "ollama": _ollama,
    "llamacpp": _llamacpp,
}


def _skills(row: Mapping[str, Any]) -> frozenset[Capability] | None:
    """What a row says of its model's abilities; None when it says nothing, empty when it does not make text."""
    if untrusted.text(row.get("type")) in _NOT_TEXT:
        return frozenset()
    architecture = untrusted.table(row.get("architecture"))
    parameters = untrusted.texts(row.get("supported_parameters"))
    if architecture or parameters:
        return _modal_skills(architecture, parameters)
    flags = untrusted.table(row.get("capabilities"))
    if any(flag in flags for flag in _MISTRAL_SKILLS):
        return frozenset(skill for flag, skill in _MISTRAL_SKILLS.items() if flags.get(flag) is True)
    return frozenset({Capability.CHAT, Capability.VISION}) if row.get("type") == "vlm" else None


def _modal_skills(architecture: Mapping[str, Any], parameters: tuple[str, ...]) -> frozenset[Capability]:
    made, seen = (untrusted.texts(architecture.get(key)) for key in ("output_modalities", "input_modalities"))
    says = {
        Capability.CHAT: not made or "text" in made,
        Capability.VISION: "image" in seen,
        Capability.TOOLS: "tools" in parameters,
        Capability.REASONING: "reasoning" in parameters or "include_reasoning" in parameters,
    }
    return frozenset(skill for skill, said in says.items() if said and says[Capability.CHAT])


def _ollama_window(row: Mapping[str, Any]) -> int | None:
    for line in untrusted.text(row.get("parameters")).splitlines():
        words = line.split()
        if len(words) == 2 and words[0] == "num_ctx":
            return untrusted.tokens(words[1])
    info = untrusted.table(row.get("model_info"))
    told = (untrusted.tokens(value) for key, value in info.items() if key.endswith(".context_length"))
    window = untrusted.tokens(row.get("context_length")) or next(told, None)
    return min(window, _LARGEST_LOCAL_WINDOW) if window else None


def _goes_on(body: object) -> bool:
    page = untrusted.table(body)
    return any(bool(page.get(key)) for key in ("has_more", "nextPageToken", "next_page_token", "next"))


def _first(row: Mapping[str, Any], keys: tuple[str, ...]) -> int | None:
    return next((found for key in keys if (found := untrusted.tokens(row.get(key)))), None)
