"""Honest defaults for a model that no offer describes: from its weights, from the provider's list, or from its name."""

from __future__ import annotations

from dataclasses import dataclass

from lsp_router.catalog import guesses, prices, recognition
from lsp_router.catalog.facts import Catalogue, Facts, Weights
from lsp_router.catalog.listing import Listed
from lsp_router.catalog.names import canonical, stem
from lsp_router.domain.model import Capability, Dialect, Model, Provider, Tier
from lsp_router.domain.money import Price
from lsp_router.domain.task import Privacy

SUFFIX = "suffix"
"""The FIM format of endpoints that take prefix and suffix themselves."""
LARGEST_LOCAL_WINDOW = 32_768
"""A local server opens no larger window unless its owner said so."""
_UNKNOWN_ANSWER = 4_096
_FILLS_ANYWAY = frozenset({Dialect.MISTRAL, Dialect.OLLAMA, Dialect.LLAMACPP})


@dataclass(frozen=True, slots=True)
class _Traits:
    """What a model can do, from the best source there is."""

    capabilities: frozenset[Capability]
    fim: str | None
    context_window: int
    max_output: int


def describe(catalogue: Catalogue, provider: Provider, model_id: str, listed: Listed | None = None) -> Model:
    """A model at this provider; `listed` is its row in the provider's own list, when there is one."""
    facts = recognition.facts_of(catalogue, provider)
    weights = _weights(catalogue, model_id)
    guess = guesses.guess(model_id)
    traits = _traits(catalogue, provider, model_id, weights, listed)
    tier, price = _money(provider, facts, model_id, listed)
    return Model(
        name=f"{provider.name}/{stem(model_id).lower()}",
        provider=provider.name,
        id=model_id,
        tier=tier,
        pool=facts.pool_of(model_id, provider.pool or provider.name) if facts else provider.pool or provider.name,
        privacy=_privacy(provider, facts, model_id, listed),
        price=price,
        quality=weights.quality if weights else guess.quality,
        latency_target_ms=weights.latency_ms if weights else guess.latency_ms,
        context_window=traits.context_window,
        max_output=traits.max_output,
        capabilities=traits.capabilities,
        fim=traits.fim,
        quota=facts.free.quota if facts and facts.free and facts.is_free(model_id) else None,
        usable=not (facts and facts.retired),
        why_unusable=facts.retired if facts else "",
    )


def _weights(catalogue: Catalogue, model_id: str) -> Weights | None:
    """A base model shares its tuned sibling's size and window."""
    name = canonical(model_id)
    return catalogue.weights.get(name) or catalogue.weights.get(name.removesuffix("-base"))


def _traits(
    catalogue: Catalogue, provider: Provider, model_id: str, weights: Weights | None, listed: Listed | None
) -> _Traits:
    guess, local = guesses.guess(model_id), _is_local(provider, listed)
    skills = weights.capabilities if weights else guess.capabilities
    if listed and listed.capabilities is not None:
        skills = listed.capabilities
    fim = catalogue.fim_of(model_id, provider.kind) if local or provider.kind in _FILLS_ANYWAY else None
    if fim is None and Capability.FIM in skills:
        fim = SUFFIX
    skills = skills | {Capability.FIM} if fim else skills - {Capability.FIM}
    if fim and guesses.is_base(model_id):
        skills -= {Capability.CHAT, Capability.TOOLS}
    window = weights.context_window if weights else guess.context_window
    window = listed.context_window if listed and listed.context_window else window
    if local and not (listed and listed.context_window):
        window = min(window, LARGEST_LOCAL_WINDOW)
    answer = (listed and listed.max_output) or (weights.max_output if weights else _UNKNOWN_ANSWER)
    return _Traits(skills, fim, window, min(answer, window))


def _money(provider: Provider, facts: Facts | None, model_id: str, listed: Listed | None) -> tuple[Tier, Price]:
    """Nothing is free because its price is unknown."""
    if _is_local(provider, listed):
        return Tier.LOCAL, Price()
    told = listed.price if listed else None
    if told is not None:
        return (Tier.FREE if told.free else Tier.PAID), told
    if (facts and facts.is_free(model_id)) or (listed and listed.remote):
        return Tier.FREE, Price()
    return Tier.PAID, prices.ASSUMED


def _privacy(provider: Provider, facts: Facts | None, model_id: str, listed: Listed | None) -> Privacy:
    if listed and listed.remote:
        return max(Privacy.CLOUD, provider.privacy)
    offered = facts.privacy if facts else provider.privacy
    if facts and facts.free and facts.free.privacy is not None and facts.is_free(model_id):
        offered = max(offered, facts.free.privacy)
    return recognition.privacy_of(provider, offered)


def _is_local(provider: Provider, listed: Listed | None) -> bool:
    if listed and listed.remote:
        return False
    served_here = provider.privacy is Privacy.LOCAL or provider.kind in {Dialect.OLLAMA, Dialect.LLAMACPP}
    return served_here and recognition.is_own(provider.base_url)
