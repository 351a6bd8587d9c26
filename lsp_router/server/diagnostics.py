"""Findings as diagnostics: where, how severe, in which words; and whether a list of them is the one sent before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2s
from typing import Any

from lsprotocol import types as lsp

from lsp_router.assist.review.finding import Finding, Severity
from lsp_router.server.documents import lsp_position
from lsp_router.server.text import LiveText

SOURCE = "lsp-router"
_SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.INFORMATION: lsp.DiagnosticSeverity.Information,
    Severity.HINT: lsp.DiagnosticSeverity.Hint,
}


def diagnostics(findings: Iterable[Finding], text: LiveText) -> list[lsp.Diagnostic]:
    return [diagnostic(finding, text) for finding in findings]


def diagnostic(finding: Finding, text: LiveText) -> lsp.Diagnostic:
    claim = finding.claim
    return lsp.Diagnostic(
        range=range_of(finding, text),
        message=words(finding),
        severity=_SEVERITIES[claim.severity],
        code=claim.category,
        source=SOURCE,
        data={
            "id": finding.id,
            "model": claim.model,
            "cost_usd": claim.cost_usd,
            "category": claim.category,
            "confirmed_by": claim.confirmed_by or None,
        },
    )


def words(finding: Finding) -> str:
    claim = finding.claim
    return claim.title if claim.title.rstrip(".") == claim.message.rstrip(".") else f"{claim.title}: {claim.message}"


def range_of(finding: Finding, text: LiveText) -> lsp.Range:
    start, end = finding.span
    return lsp.Range(lsp_position(text.position(start)), lsp_position(text.position(end)))


def result_id(found: Sequence[lsp.Diagnostic]) -> str:
    """The same for the same list, whoever asks and in whatever process."""
    told = [
        [d.range.start.line, d.range.start.character, d.range.end.line, d.range.end.character, d.message, d.severity]
        for d in found
    ]
    return blake2s(json.dumps(told).encode(), digest_size=8).hexdigest()


def told(finding: Finding, uri: str, text: LiveText) -> Mapping[str, Any]:
    """A finding in a command's result."""
    claim, where = finding.claim, range_of(finding, text)
    return {
        "id": finding.id,
        "uri": uri,
        "range": {
            "start": {"line": where.start.line, "character": where.start.character},
            "end": {"line": where.end.line, "character": where.end.character},
        },
        "quote": claim.quote,
        "severity": claim.severity.value,
        "category": claim.category,
        "title": claim.title,
        "message": claim.message,
        "suggestion": claim.suggestion,
        "model": claim.model,
        "confirmed_by": claim.confirmed_by or None,
        "cost_usd": claim.cost_usd,
    }
