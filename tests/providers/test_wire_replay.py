"""Every provider stream of the shared collection, byte for byte, through the real transport."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import time
from pathlib import Path
from typing import Any

from tests.outside.wire import stream


def load_scorer(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("replay", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_all_of_them_are_survived(shared_eval: Path) -> None:
    scorer = load_scorer(shared_eval / "replay.py")
    cases = json.loads((shared_eval / "dev" / "stream_faults.json").read_text(encoding="utf-8"))
    patience = cases["client_timeouts_for_test_ms"]
    at_once = asyncio.Semaphore(4)

    async def judge(base: str, case: dict[str, Any]) -> str:
        async with at_once:
            start = time.monotonic()
            told = await stream(f"{base}/{case['id']}/v1/chat/completions", case["protocol"], patience)
            fine = scorer.ok(case["expect"], told, (time.monotonic() - start) * 1000)
        return "" if fine else f"{case['id']}: {told}"

    async with scorer.Replay(cases["faults"]) as base:
        bad = await asyncio.gather(*(judge(base, case) for case in cases["faults"]))
    assert [line for line in bad if line] == []
