"""The one schema: what a configuration may say. The editors' settings are generated from it."""

from __future__ import annotations

from typing import Any

from lsp_router.config.behaviour import (
    BudgetTable,
    CacheTable,
    CompletionTable,
    InsightTable,
    PrivacyTable,
    ProseTable,
    ReviewTable,
    RoutingTable,
    TaskTable,
    ValidationTable,
)
from lsp_router.config.endpoints import ModelTable, ProviderTable
from lsp_router.config.tasks import DEFAULTS
from lsp_router.config.values import Table, setting
from lsp_router.domain.task import Profile, Task


def _tasks() -> dict[Task, TaskTable]:
    return {
        policy.task: TaskTable(
            max_output_tokens=policy.max_output_tokens,
            temperature=policy.temperature,
            timeout_ms=policy.timeout_ms,
            latency_budget_ms=policy.latency_budget_ms,
            prefer=policy.prefer,
            hard=policy.hard,
        )
        for policy in DEFAULTS
    }


class Settings(Table):
    """Everything a configuration may say, with every default."""

    profile: Profile = setting(
        "Which kind of model goes first; local-only sends nothing away.",
        default=Profile.FREE_FIRST,
        untrusted="stricter",
    )
    budget: BudgetTable = setting("What may be spent.", default=BudgetTable)
    providers: dict[str, ProviderTable] = setting("Endpoints by name.", default={}, untrusted="never")
    models: list[ModelTable] = setting("Models, beside those of the catalogue.", default=[])
    tasks: dict[Task, TaskTable] = setting("Limits and chains by kind of request.", default=_tasks)
    completion: CompletionTable = setting("Inline completions as you type.", default=CompletionTable)
    review: ReviewTable = setting("Findings of a model, shown as diagnostics.", default=ReviewTable)
    prose: ProseTable = setting("Texts in which wording counts.", default=ProseTable)
    privacy: PrivacyTable = setting("Where code may go.", default=PrivacyTable)
    cache: CacheTable = setting("Answers kept on disk.", default=CacheTable)
    validation: ValidationTable = setting("How an edit is checked before it is shown.", default=ValidationTable)
    routing: RoutingTable = setting("How models are chosen.", default=RoutingTable)
    insight: InsightTable = setting("What is remembered about requests.", default=InsightTable)


def json_schema() -> dict[str, Any]:
    """The schema for editors and TOML tools: every task spelt out with its own defaults."""
    schema = _tidied(Settings.model_json_schema())
    properties = schema["properties"]
    for name, field in Settings.model_fields.items():
        properties[name]["description"] = field.description
    properties["tasks"] = _spelt_out(properties["tasks"])
    schema["$defs"]["ModelTable"]["required"] = ["name"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "lsp-router", **schema}


def _spelt_out(tasks: dict[str, Any]) -> dict[str, Any]:
    one = tasks["additionalProperties"]
    defaults = {task.value: table.model_dump(mode="json") for task, table in _tasks().items()}
    properties = {
        name: {**one, "description": f"Requests of the kind {name}.", "default": default}
        for name, default in defaults.items()
    }
    kept = {key: value for key, value in tasks.items() if key != "propertyNames"}
    return {**kept, "properties": properties, "additionalProperties": False}


def _tidied(node: Any) -> Any:
    """Without the titles that repeat the keys, and without the empty text that stands for "not set"."""
    if isinstance(node, list):
        return [_tidied(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if not (key == "title" and isinstance(value, str))}
    return {key: _tidied(value) for key, value in kept.items() if not (key == "default" and value == "")}
