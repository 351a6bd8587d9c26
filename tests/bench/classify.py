"""Accuracy and time of the classifier: `python tests/bench/classify.py [FOLDER WITH intents.jsonl]`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO))

from lsp_router.routing.intent import classify_text  # noqa: E402 - the script must run without installation

Case = dict[str, str]


def main() -> None:
    shared = Path(os.environ.get("LSP_ROUTER_SHARED", REPO.parent / "shared"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=shared / "eval" / "dev")
    file = parser.parse_args().folder / "intents.jsonl"
    cases = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    accuracy("with the kind", cases)
    accuracy("every text as a request", [{**case, "kind": "request"} for case in cases])
    texts = [(case["text"], case["kind"]) for case in cases]
    timing("all texts", texts * 20)
    timing("a text of 20 KB", [("\n".join(text for text, _ in texts)[:20_000], "request")] * 300)


def accuracy(name: str, cases: Sequence[Case]) -> None:
    asked = Counter(case["label"] for case in cases)
    right = Counter(c["label"] for c in cases if classify_text(c["text"], c["kind"]).label in c["accept"])
    shares = {label: right[label] / asked[label] for label in sorted(asked)}
    print(f"{name}: macro accuracy {sum(shares.values()) / len(shares):.3f} over {len(cases)} texts")
    print("  " + "  ".join(f"{label} {share:.2f} ({asked[label]})" for label, share in shares.items()))


def timing(name: str, texts: Sequence[tuple[str, str]]) -> None:
    took = []
    for text, kind in texts:
        before = time.perf_counter()
        classify_text(text, kind)
        took.append((time.perf_counter() - before) * 1e3)
    took.sort()
    print(f"{name}: p50 {took[len(took) // 2]:.3f} ms, p99 {took[int(len(took) * 0.99)]:.3f} ms, n={len(took)}")


if __name__ == "__main__":
    main()
