"""Findings in SARIF 2.1.0: what code-scanning viewers show, with fixes they can apply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lsp_router import __version__
from lsp_router.cli import places

if TYPE_CHECKING:
    from lsp_router.assist.review.errand import Reviewed
    from lsp_router.assist.review.finding import Finding

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "information": "note", "hint": "note"}
RULES = {
    "correctness": "It does not do what it should.",
    "security": "It can be abused.",
    "concurrency": "It goes wrong when two things happen at once.",
    "performance": "It takes longer or more than it needs.",
    "resources": "It takes something and does not give it back.",
    "api": "It breaks a contract with its callers.",
    "tests": "The test cannot fail, or tests something else.",
    "clarity": "It misleads its reader.",
}
"""What each category of findings is about."""
OTHER = "Worth a look."


def sarif(results: Sequence[Reviewed]) -> dict[str, Any]:
    categories = sorted({f.claim.category for r in results for f in r.findings})
    driver = {"name": "lsp-router", "version": __version__, "rules": [_rule(category) for category in categories]}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(r.document.text, finding, categories.index(finding.claim.category))
                    for r in results
                    for finding in sorted(r.findings, key=lambda f: f.span)
                ],
                "invocations": [_invocation(results)],
            }
        ],
    }


def _rule(category: str) -> dict[str, Any]:
    return {
        "id": category,
        "shortDescription": {"text": RULES.get(category, OTHER)},
        "defaultConfiguration": {"level": "warning"},
    }


def _result(text: str, finding: Finding, rule: int) -> dict[str, Any]:
    claim, region = finding.claim, _region(text, finding.span)
    words = claim.title if claim.title == claim.message else f"{claim.title}: {claim.message}"
    told = {
        "ruleId": claim.category,
        "ruleIndex": rule,
        "level": LEVELS[claim.severity],
        "message": {"text": words},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(finding.path), "region": region}}],
        "partialFingerprints": {"lspRouterFinding/v1": finding.id},
        "properties": {"model": claim.model, "confirmedBy": claim.confirmed_by or None, "costUsd": claim.cost_usd},
    }
    return {**told, "fixes": [_fix(finding, region)]} if claim.suggestion is not None else told


def _fix(finding: Finding, region: dict[str, int]) -> dict[str, Any]:
    replacement = {"deletedRegion": region, "insertedContent": {"text": finding.claim.suggestion}}
    return {
        "description": {"text": f"The suggestion of {finding.claim.model}."},
        "artifactChanges": [{"artifactLocation": _artifact(finding.path), "replacements": [replacement]}],
    }


def _artifact(path: str) -> dict[str, str]:
    """Relative to the project, which every viewer calls by this name."""
    return {"uri": quote(path), "uriBaseId": "%SRCROOT%"}


def _region(text: str, span: tuple[int, int]) -> dict[str, int]:
    """Lines and columns from 1 on; the end is behind the last character."""
    (line, column), (end_line, end_column) = (places.spot_of(text, at) for at in span)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _invocation(results: Sequence[Reviewed]) -> dict[str, Any]:
    problems = [(r.document.path, problem) for r in results for problem in r.problems]
    told: dict[str, Any] = {"executionSuccessful": not problems}
    if problems:
        told["toolExecutionNotifications"] = [
            {"level": "error", "message": {"text": f"{path}: {problem}"}} for path, problem in problems
        ]
    return told
