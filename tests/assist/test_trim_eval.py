"""Cases nobody here wrote: rates that must hold, so that a new rule can not quietly cost an old one."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from lsp_router.assist.reuse import Shown, reuse
from lsp_router.assist.trigger import gate
from lsp_router.assist.trim.pipeline import trim
from lsp_router.assist.trim.place import Place, Trimmed
from lsp_router.assist.trim.prose import is_prose
from lsp_router.assist.trim.repetition import loops
from lsp_router.assist.trim.stream import StreamTrim

KEEPS = {"keep", "clean", "clean_midline", "clean_lookalike"}


def rows(folder: Path, *names: str) -> list[dict[str, Any]]:
    texts = (folder / "dev" / f"{name}.jsonl" for name in names)
    found = [json.loads(line) for text in texts for line in text.read_text(encoding="utf-8").splitlines()]
    return [row for row in found if row["universal"]]


def said(row: dict[str, Any]) -> str:
    return str(row.get("raw", row.get("raw_completion")))


def place(row: dict[str, Any]) -> Place:
    stop = tuple((row.get("options") or {}).get("stop") or ())
    return Place(row["prefix"], row["suffix"], row["language"], row["mode"], stop=stop)


def plain(text: str, how: str) -> str:
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    if how == "loose":
        lines = [line.strip() for line in lines if line.strip()]
    return "\n".join(lines).rstrip("\n")


def outcome(row: dict[str, Any], done: Trimmed | None) -> str:
    """right, dropped or wrong; a row with checks instead of a text says what may and may not be in it."""
    checks = row.get("checks")
    if checks:
        text = "" if done is None else done.insert
        held = plain(text, "loose").startswith(plain(checks.get("startswith", ""), "loose"))
        held = held and all(part not in text for part in checks.get("not_contains", []))
        held = held and len([line for line in text.split("\n") if line.strip()]) <= checks.get("max_lines", 99)
        return "right" if held and (done is not None or checks.get("may_be_null")) else "wrong"
    after = row["prefix"] + (done.insert + row["suffix"][done.replace :] if done else row["suffix"])
    wanted = [row["expected_doc"], *row.get("accept_docs", [])]
    how = row.get("compare", "rstrip")
    if any(plain(after, how) == plain(text, how) for text in wanted):
        return "right"
    return "wrong" if done else "dropped"


def rates(cases: list[dict[str, Any]]) -> tuple[float, float, float]:
    """How often good text is kept, bad text is mended, and anything comes out wrong."""
    counts: Counter[tuple[bool, str]] = Counter()
    for row in cases:
        kind = row.get("kind") or row["category"]
        counts[kind in KEEPS, outcome(row, trim(said(row), place(row), row.get("finish_reason", "stop")))] += 1
    kept, mended = (sum(n for (is_keep, _), n in counts.items() if is_keep is keep) for keep in (True, False))
    wrong = sum(n for (_, result), n in counts.items() if result == "wrong")
    return counts[True, "right"] / kept, counts[False, "right"] / mended, wrong / (kept + mended)


def test_texts_of_other_engines(shared_eval: Path) -> None:
    keep, repair, wrong = rates(rows(shared_eval, "postprocess", "stream", "fence_stream"))
    assert keep == 1.0
    assert repair >= 0.98
    assert wrong <= 0.01


def test_damaged_truths(shared_eval: Path) -> None:
    keep, repair, wrong = rates(rows(shared_eval, "restore"))
    assert keep == 1.0
    assert repair >= 0.99
    assert wrong <= 0.01


@pytest.mark.parametrize("size", [1, 7, 40])
def test_a_stream_comes_to_what_the_whole_comes_to(shared_eval: Path, size: int) -> None:
    taken = total = 0
    for row in rows(shared_eval, "postprocess", "stream", "fence_stream", "restore"):
        raw, stream = said(row), StreamTrim(place(row))
        over = any(stream.feed(raw[start : start + size]) for start in range(0, len(raw), size))
        whole = trim(raw, place(row))
        streamed = stream.result()
        assert (streamed and streamed.insert) == (whole and whole.insert), row["id"]
        taken += len(stream.raw)
        total += len(raw)
        assert over or stream.raw == raw
    assert taken < 0.85 * total  # what is not read is not paid


def test_type_ahead(shared_eval: Path) -> None:
    for row in rows(shared_eval, "reuse"):
        first, then = row["first"], row["then"]
        shown = Shown(first["prefix"], first["suffix"], tuple(first["completions"]))
        assert reuse(shown, then["prefix"], then["suffix"]) == row["expected"], row["id"]


def test_trigger(shared_eval: Path) -> None:
    for row in rows(shared_eval, "trigger"):
        verdict = gate(row["prefix"], row["suffix"], row["language"])
        if row["category"] == "auto_trigger_decision":
            assert verdict.auto is row["expected"], row["id"]
        elif row["category"] == "multiline_decision":
            assert verdict.multiline is row["expected"], row["id"]
        else:
            assert verdict.multiline is (row["expected"] != "NonBlock"), row["id"]


def test_detectors(shared_eval: Path) -> None:
    for row in rows(shared_eval, "detectors"):
        if "tokens" in row:
            assert loops(row["tokens"]) is row["expected"], row["id"]
        else:
            assert is_prose(row["text"]) is (row["expected"] == "prose"), row["id"]
