"""The tables that say how the product behaves: money, tasks, completion, review, privacy and the rest."""

from __future__ import annotations

from typing import Literal

from lsp_router.config.values import (
    Count,
    Dollars,
    Limit,
    Milliseconds,
    Number,
    PrivacyLabel,
    Share,
    Table,
    Words,
    setting,
)
from lsp_router.domain.task import Prefer, Task


class BudgetTable(Table):
    """What may be spent, in US dollars; `unlimited` lifts a limit."""

    per_request_usd: Limit = setting(
        "The worst case of one request with its whole chain.", default=0.05, untrusted="lower"
    )
    per_day_usd: Limit = setting("A day's spend in one project.", default=1.0, untrusted="lower")
    per_session_usd: Limit = setting("The spend of one editor session.", default=0.5, untrusted="lower")
    paid_share_alert: Share = setting(
        "Warn when more than this share of requests is paid.", default=0.05, untrusted="lower"
    )


class TaskTable(Table):
    """What one kind of request may take, and who serves it."""

    chain: Words = setting("Models to try in this order, by name; without it the ranking decides.", default=[])
    max_output_tokens: Count = setting("The longest answer.", default=1_200, ge=1, le=65_536)
    temperature: Number = setting("How freely a model chooses words.", default=0.2, ge=0, le=2)
    timeout_ms: Count = setting("The time for the request with all its fallbacks.", default=15_000, ge=50, le=600_000)
    latency_budget_ms: Count = setting(
        "Models slower than this to their first token are out.", default=3_000, ge=1, le=600_000
    )
    prefer: Prefer = setting("What counts when models are ranked.", default=Prefer.VALUE)
    hard: bool = setting("Whether it may draw on scarce free quota and starts with stronger models.", default=False)


class CompletionTable(Table):
    """Inline completions as you type."""

    enabled: bool = setting("Whether there are inline completions at all.", default=True)
    languages: dict[str, bool] = setting("Completions by language id; a language not named here is on.", default={})
    debounce: Literal["adaptive"] | Milliseconds = setting(
        "How long typing must rest before a model is asked: adaptive, or milliseconds.", default="adaptive"
    )
    max_lines: Count = setting("The longest suggestion, in lines.", default=12, ge=1, le=200)
    embedded: bool | Literal["quiet"] = setting(
        "Whether the built-in offline tier makes suggestions; quiet: only those it is rather sure of.", default=True
    )
    speculative: bool = setting("Ask free or local models for the next suggestion while one is shown.", default=True)


class ReviewTable(Table):
    """Findings of a model, shown as diagnostics."""

    enabled: bool = setting("Review on save; on demand it works in any case.", default=False)
    confirm: bool = setting("Have a stronger model check what is severe or doubtful.", default=True)
    max_findings: Count = setting("The most findings of one file that are shown.", default=20, ge=1, le=200)


class ProseTable(Table):
    """Texts in which every word counts: each is written by one model and no other."""

    critical: Words = setting(
        "Which texts those are, as globs.",
        default=[
            *("CHANGELOG*", "CHANGES*", "SECURITY*", "PRIVACY*", "TERMS*", "CODE_OF_CONDUCT*", "GOVERNANCE*"),
            *("**/policies/**", "**/policy/**", "**/legal/**", "**/changelog.d/**"),
            *("**/locales/**", "**/locale/**", "**/i18n/**", "**/l10n/**", "**/translations/**"),
            *("*.po", "*.pot", "*.xlf", "*.xliff", "*.arb"),
        ],
    )
    model: str = setting("Who writes them, by name; without it whoever wrote there first goes on.", default="")


class PrivacyTable(Table):
    """Where code may go."""

    local_only: Words = setting(
        "Files that only local models may see, as globs.", default=["**/secrets/**", "*.pem"], untrusted="grow"
    )
    ignore: Words = setting(
        "Files with the globs of what no model may see.", default=[".lsprouterignore"], untrusted="grow"
    )
    use_found_keys: bool | Literal["ask"] = setting(
        "Whether cloud keys found in the environment but not configured are used.", default="ask", untrusted="stricter"
    )
    loosest: PrivacyLabel = setting(
        "The loosest class of provider that any code may go to.", default="trains", untrusted="stricter"
    )


class CacheTable(Table):
    """Answers kept on disk."""

    enabled: bool = setting("Whether answers are kept on disk.", default=True)
    size_mb: Count = setting("The most disk space it takes.", default=256, untrusted="lower", ge=1, le=102_400)
    ttl_days: Number = setting("Answers older than this are forgotten.", default=30.0, gt=0)


class ValidationTable(Table):
    """How an edit is checked before it is shown."""

    max_attempts: Count = setting(
        "How often an edit may be tried, repairs and the stronger model included.", default=3, ge=1, le=5
    )
    project_tools: bool = setting(
        "Check edits with the project's own tools (mypy, tsc, eslint, cargo and the like) in a trusted workspace. Their"
        " configuration may be code, which then runs in a sandbox.",
        default=False,
        untrusted="never",
    )
    test_command: Words = setting(
        "How the project's tests are run when an edit is asked for with tests, as a list of words; pytest, go test or"
        " cargo test where it is not set. Needs project_tools.",
        default=[],
        untrusted="never",
    )


class RoutingTable(Table):
    """How models are chosen, beyond what a profile and the tasks say."""

    hedge: bool = setting("Ask a second free model when the first is later than usual.", default=True)
    refresh_minutes: Number = setting("How often prices are refreshed while in use.", default=30.0, ge=1)
    poll_minutes: Number = setting("How often free quotas are asked for while in use.", default=5.0, ge=1)
    keywords: dict[Task, Words] = setting("Further words of an instruction that speak for a task.", default={})


class InsightTable(Table):
    """What is remembered about requests; always on this machine."""

    keep_days: Number = setting("How long the ledger remembers.", default=90.0, untrusted="lower", gt=0)
    otel: bool = setting("Send traces and metrics to an OpenTelemetry collector.", default=False, untrusted="stricter")
    baseline_input_usd: Dollars = setting(
        "What the single premium model that savings are measured by takes in.", default=2.5
    )
    baseline_output_usd: Dollars = setting("And what it takes for output; both per million tokens.", default=10.0)
