"""What is known of providers, weights and offers, and the catalogue that holds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lsp_router.catalog.listing import Listing
from lsp_router.catalog.names import stem
from lsp_router.domain.model import Capability, Dialect, Model, Quality, Quota
from lsp_router.domain.money import Rates
from lsp_router.domain.task import Privacy

FimRule = Callable[[str, Dialect], str | None]
"""Which FIM template a model id wants at an endpoint of this dialect, or None; the rules live with the templates."""


@dataclass(frozen=True, slots=True)
class FreeTier:
    """What a key without payment gets, and where that is narrower or looser than a paying account."""

    quota: Quota | None = None
    privacy: Privacy | None = None
    why: str = ""
    context_window: int | None = None
    suffix: str = ""
    """An ending of the id that marks free models, where they are models of their own."""
    checked: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """A provider as everybody meets it, without anybody's key."""

    name: str
    kind: Dialect
    base_url: str
    keys: tuple[str, ...] = ()
    lists: str = ""
    """How its model list is to be read (openai, gemini, ollama, llamacpp); empty when there is none."""
    privacy: Privacy = Privacy.CLOUD
    why: str = ""
    pool_per_model: bool = False
    bills_aborts: bool = False
    free: FreeTier | None = None
    retired: str = ""
    checked: str = ""

    @property
    def local(self) -> bool:
        return self.privacy is Privacy.LOCAL

    def pool_of(self, model_id: str, base: str) -> str:
        """Whose rate limit a model shares; `base` is the user's name for the provider, who may have two accounts."""
        if self.is_free(model_id):
            return f"{base}{self.free.suffix if self.free else ''}"
        return f"{base}/{stem(model_id).lower()}" if self.pool_per_model else base

    def is_free(self, model_id: str) -> bool:
        """Whether the id itself says that it costs nothing."""
        return bool(self.free and self.free.suffix and model_id.lower().endswith(self.free.suffix))


@dataclass(frozen=True, slots=True)
class Weights:
    """What a model can do wherever it is served."""

    name: str
    capabilities: frozenset[Capability]
    context_window: int
    max_output: int
    latency_ms: float
    quality: Quality


@dataclass(frozen=True, slots=True)
class Offer:
    """A model at a provider: as a fresh key gets it, and on a paying account where that differs."""

    model: Model
    paid: Model | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """The single premium model that savings are measured against."""

    name: str
    rates: Rates


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything known before the user said anything; fresh lists lie beside it and win where they are believable."""

    dated: str
    source: str
    baseline: Baseline
    providers: Mapping[str, Facts]
    weights: Mapping[str, Weights]
    """By canonical name, and by every other name of the same weights."""
    offers: Mapping[tuple[str, str], Offer]
    """By provider and id in lower case."""
    fim_of: FimRule
    listings: Mapping[str, Listing] = field(default_factory=dict)
    """By the user's name for the provider."""

    @property
    def models(self) -> tuple[Model, ...]:
        """Every model as the catalogue was printed; `roster.models_for` says what is usable where."""
        return tuple(offer.model for offer in self.offers.values())

    def find(self, provider: str, model_id: str) -> Model | None:
        offer = self.offers.get((provider, model_id.lower()))
        return offer.model if offer else None

    def of(self, provider: str) -> tuple[Offer, ...]:
        return tuple(offer for (name, _), offer in self.offers.items() if name == provider)
