"""The tables of providers and models. All keys are optional, so that a later layer can change one and leave the rest;
what a table did not set is told by `model_fields_set`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator

from lsp_router.config.values import (
    Account,
    Address,
    Count,
    Dollars,
    Headers,
    Number,
    PrivacyLabel,
    Score,
    Table,
    Variable,
    setting,
    words,
)
from lsp_router.domain.model import Capability, Dialect, Tier
from lsp_router.domain.task import Task


class ProviderTable(Table):
    """An endpoint that speaks one of the known dialects."""

    enabled: bool = setting("Whether this provider is used at all.", default=True, untrusted="never")
    kind: Dialect = setting("The wire format it speaks.", default=Dialect.OPENAI, untrusted="never")
    base_url: Address = setting(
        "Where it is; a well-known provider has its own address.", default="", untrusted="never"
    )
    api_key_env: Variable = setting("The environment variable that holds its key.", default="", untrusted="never")
    api_key_keyring: Account = setting(
        "The keyring entry that holds its key, as `service/user` (needs the `keyring` extra).",
        default="",
        untrusted="never",
    )
    api_key_command: str | list[str] = setting(
        "A command that prints the key, as words or as one line; it runs without a shell.",
        default="",
        untrusted="never",
        repr=False,
    )
    pool: str = setting(
        "Models of one pool share one rate limit; the provider's name by default.", default="", untrusted="never"
    )
    privacy: PrivacyLabel = setting(
        "What it does with code: local (stays on your machines), no-train, cloud, or trains on it.",
        default="cloud",
        untrusted="never",
    )
    max_concurrency: Count = setting("How many requests may run at once.", default=4, untrusted="never", ge=1, le=64)
    headers: Headers = setting(
        "Further headers of every request; keys belong in header_env.", default={}, untrusted="never", repr=False
    )
    header_env: dict[str, Variable] = setting(
        "Headers whose value is taken from an environment variable.", default={}, untrusted="never"
    )
    bills_aborts: bool = setting("Whether an aborted request is billed in full.", default=False, untrusted="never")


class PriceTable(Table):
    """US dollars per million tokens; `request` is per request."""

    input: Dollars = setting("Input tokens.", default=0.0)
    cached: Dollars = setting("Input tokens read from the provider's cache; the input price by default.", default=0.0)
    written: Dollars = setting("Input tokens written to the provider's cache; the input price by default.", default=0.0)
    output: Dollars = setting("Output tokens, reasoning included.", default=0.0)
    request: Dollars = setting("Dollars per request on top.", default=0.0)


class QuotaTable(Table):
    """What a free tier grants."""

    per_minute: Count = setting("Requests a minute; 0 is unlimited.", default=0, ge=0)
    per_day: Count = setting("Requests a day; 0 is unlimited.", default=0, ge=0)
    resets: Literal["utc", "pacific", "rolling"] = setting("When a day begins.", default="utc")


class ModelTable(Table):
    """One model under the name that chains and people call it by."""

    name: str = setting("How chains and people call it.", default="", min_length=1)
    provider: str = setting("The provider that serves it, by name.", default="", untrusted="never")
    model: str = setting("What the provider calls it.", default="", untrusted="never")
    tier: Tier = setting("How it is paid for.", default=Tier.PAID, untrusted="never")
    price: PriceTable = setting("US dollars per million tokens.", default=PriceTable, untrusted="never")
    quality: dict[Literal["default"] | Task, Score] = setting(
        "How good it is, 0 to 10: `default`, and any task by name.", default={}
    )
    latency_target_ms: Number = setting("The usual time to its first token.", default=800.0, gt=0)
    context_window: Count = setting("How many tokens it takes in, the answer included.", default=32_768, ge=256)
    max_output: Count = setting("How many tokens it can answer.", default=8_192, ge=1)
    capabilities: Annotated[list[Capability], BeforeValidator(words)] = setting(
        "What it can do.", default=[Capability.CHAT]
    )
    fim: str = setting("The fill-in-the-middle template it was trained on, when it can do fim.", default="")
    quota: QuotaTable = setting("What its free tier grants.", default=QuotaTable, untrusted="never")
