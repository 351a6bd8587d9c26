"""Completion cases from outside: post-processing, type-ahead reuse, the trigger gate and the detectors."""

from __future__ import annotations

from typing import Any

from lsp_router.assist.reuse import Shown
from lsp_router.assist.reuse import reuse as reuse_shown
from lsp_router.assist.trigger import gate
from lsp_router.assist.trim.pipeline import trim as trim_text
from lsp_router.assist.trim.place import Place
from lsp_router.assist.trim.prose import is_prose
from lsp_router.assist.trim.repetition import loops


def trim(case: dict[str, Any]) -> dict[str, Any] | None:
    options = case.get("options") or {}
    at = Place(
        case["prefix"],
        case["suffix"],
        case.get("language") or "",
        case.get("mode") or "auto",
        stop=tuple(options.get("stop") or ()),
        indent_unit=options.get("indent_unit") or "",
    )
    done = trim_text(case["raw"], at, case.get("finish_reason") or "stop")
    return None if done is None else {"insert": done.insert, "replace": done.replace}


def reuse(first: dict[str, Any], then: dict[str, Any], language: str) -> list[str] | None:
    del language
    shown = Shown(first["prefix"], first["suffix"], tuple(first["completions"]))
    return reuse_shown(shown, then["prefix"], then["suffix"])


def trigger(prefix: str, suffix: str, language: str) -> dict[str, bool]:
    verdict = gate(prefix, suffix, language)
    return {"auto": verdict.auto, "multiline": verdict.multiline}


def detect(row: dict[str, Any]) -> str | bool:
    if "tokens" in row:
        return loops(row["tokens"])
    return "prose" if is_prose(row["text"]) else "code"
