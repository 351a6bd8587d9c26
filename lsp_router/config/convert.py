"""From settings to the values that routing and the engine know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from lsp_router.config import wellknown
from lsp_router.config.endpoints import ModelTable, PriceTable, ProviderTable, QuotaTable
from lsp_router.config.keys import Keys
from lsp_router.config.schema import Settings
from lsp_router.config.wellknown import WELL_KNOWN, WellKnown
from lsp_router.domain.model import Dialect, Model, Provider, Quality, Quota, Tier
from lsp_router.domain.money import Price, Rates
from lsp_router.domain.task import Limits, Privacy, Task, TaskPolicy

_FIELD_OF = {"model": "id"}
"""Where a key of the table has another name in the domain."""


def to_policies(settings: Settings) -> dict[Task, TaskPolicy]:
    return {
        task: TaskPolicy(
            task=task,
            max_output_tokens=table.max_output_tokens,
            temperature=table.temperature,
            timeout_ms=table.timeout_ms,
            latency_budget_ms=table.latency_budget_ms,
            prefer=table.prefer,
            chain=tuple(table.chain),
            hard=table.hard,
        )
        for task, table in settings.tasks.items()
    }


def to_limits(settings: Settings) -> Limits:
    budget = settings.budget
    return Limits(
        _limit(budget.per_request_usd),
        _limit(budget.per_day_usd),
        _limit(budget.per_session_usd),
        budget.paid_share_alert,
    )


def to_providers(settings: Settings, keys: Keys, consents: Mapping[str, bool] | None = None) -> list[Provider]:
    """Whom the configuration names, then whose well-known key is there; naming a provider is a yes to using it.

    A found one whose use the user refused, once or in general, does not appear at all.
    """
    named = configured(settings)
    providers = [_provider(name, settings.providers.get(name, ProviderTable()), keys) for name in named]
    return [p for p in providers if p is not None] + list(_found(settings, keys, consents or {}, named))


def local_servers(settings: Settings) -> list[Provider]:
    """Where a model server usually listens on this machine and none is configured: worth a knock."""
    taken = configured(settings)
    absent = Keys({})
    usual = [k for k in WELL_KNOWN if k.privacy is Privacy.LOCAL and k.name not in taken | settings.providers.keys()]
    return [provider for known in usual if (provider := _provider(known.name, ProviderTable(), absent))]


def configured(settings: Settings) -> dict[str, None]:
    """The providers that the configuration names, by a table or by a model, in order."""
    names = [*settings.providers, *(model.provider for model in settings.models if model.provider)]
    return {name: None for name in names if settings.providers.get(name, ProviderTable()).enabled}


def to_models(settings: Settings, providers: Iterable[Provider]) -> list[Model]:
    """The `[[models]]`, each as far as it was described; `explicit_fields` tells what a catalogue may fill in."""
    by_name = {provider.name: provider for provider in providers}
    return [_model(table, by_name.get(table.provider)) for table in settings.models]


def explicit_fields(settings: Settings) -> dict[str, frozenset[str]]:
    """For each configured model the fields of the domain's `Model` that were set by somebody."""
    return {m.name: frozenset(_FIELD_OF.get(name, name) for name in m.model_fields_set) for m in settings.models}


def why_unusable(provider: Provider | None, name: str) -> str:
    """Why nothing can be sent to a provider now; empty when it can."""
    if provider is None:
        return f"provider {name} is not configured" if name else "it names no provider"
    if not provider.consent:
        return f"the key of {provider.name} was found, but you did not say yet that it may be used"
    return "" if provider.usable else f"{provider.name} has no key: {provider.key_hint}"


def _limit(value: float | str) -> float | None:
    return None if isinstance(value, str) else value


def _found(
    settings: Settings, keys: Keys, consents: Mapping[str, bool], named: Mapping[str, None]
) -> Iterable[Provider]:
    use = settings.privacy.use_found_keys
    for known in WELL_KNOWN if use else ():
        taken = known.name in named or known.name in settings.providers
        if taken or not keys.variable(known.key_env).key or consents.get(known.name) is False:
            continue
        if provider := _provider(known.name, ProviderTable(), keys, consent=use is True or known.name in consents):
            yield provider


def _provider(name: str, table: ProviderTable, keys: Keys, *, consent: bool = True) -> Provider | None:
    """What is set wins over what is known of the name; None when there is no address at all."""
    known = wellknown.find(name) or WellKnown(name, table.kind, "")
    given = table.model_fields_set
    kind = table.kind if "kind" in given else known.kind
    address = table.base_url or known.base_url
    if not address:
        return None
    found = keys.of(table, known.key_env)
    return Provider(
        name=name,
        kind=kind,
        base_url=address,
        key=found.key,
        key_hint=found.hint,
        pool=table.pool or name,
        privacy=_privacy(table, known, kind, address),
        max_concurrency=table.max_concurrency if "max_concurrency" in given else known.max_concurrency,
        headers={**table.headers, **_secret_headers(table, keys)},
        consent=consent,
        bills_aborts=table.bills_aborts if "bills_aborts" in given else known.bills_aborts,
    )


def _privacy(table: ProviderTable, known: WellKnown, kind: Dialect, address: str) -> Privacy:
    """Unless said: a known address keeps its class, a model server on this machine is local, and a gateway, wherever
    it listens, may pass code on to a cloud.
    """
    if "privacy" in table.model_fields_set:
        return Privacy.parse(table.privacy)
    if address == known.base_url:
        return known.privacy
    server = kind in {Dialect.OLLAMA, Dialect.LLAMACPP} or known.privacy is Privacy.LOCAL
    return Privacy.LOCAL if server and _on_this_machine(address) else Privacy.CLOUD


def _on_this_machine(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _secret_headers(table: ProviderTable, keys: Keys) -> dict[str, str]:
    found = {header: keys.variable(variable).key for header, variable in table.header_env.items()}
    return {header: key.reveal() for header, key in found.items() if key}


def _model(table: ModelTable, provider: Provider | None) -> Model:
    why = why_unusable(provider, table.provider)
    privacy = provider.privacy if provider else Privacy.CLOUD
    return Model(
        name=table.name,
        provider=table.provider,
        id=table.model or table.name,
        tier=_tier(table, privacy),
        pool=provider.pool if provider else table.provider,
        privacy=privacy,
        price=_price(table.price),
        quality=_quality(table),
        latency_target_ms=table.latency_target_ms,
        context_window=table.context_window,
        max_output=table.max_output,
        capabilities=frozenset(table.capabilities),
        fim=table.fim or None,
        quota=_quota(table.quota) if "quota" in table.model_fields_set else None,
        usable=not why,
        why_unusable=why,
    )


def _tier(table: ModelTable, privacy: Privacy) -> Tier:
    """Unless said: what runs here is local, what is known to cost nothing is free, and the rest is paid."""
    if "tier" in table.model_fields_set:
        return table.tier
    if privacy is Privacy.LOCAL:
        return Tier.LOCAL
    return Tier.FREE if "price" in table.model_fields_set and _price(table.price).free else Tier.PAID


def _price(table: PriceTable) -> Price:
    """A cache price nobody named is the input price: better to expect too much than to promise a discount."""
    given = table.model_fields_set
    cached = table.cached if "cached" in given else table.input
    written = table.written if "written" in given else table.input
    return Price(Rates(table.input, cached, written, table.output, table.request))


def _quality(table: ModelTable) -> Quality:
    scores = {str(task): score for task, score in table.quality.items()}
    default = scores.pop("default", Quality().default)
    return Quality(default, scores, "configured" if table.quality else Quality().source)


def _quota(table: QuotaTable) -> Quota:
    return Quota(table.per_minute or None, table.per_day or None, table.resets)
