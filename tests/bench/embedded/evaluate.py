"""Measures the offline tier on packages that somebody names.

    python -m tests.bench.embedded.evaluate --family python --holes 400 PACKAGE_DIR…

At random code positions (fixed seed) the rest of the line is taken out and asked for, with the package indexed and the
file's own entry in the index left out. A: only the text above the cursor is there; B: the text below, too.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
from rapidfuzz.distance import Levenshtein

from lsp_router.embedded.guess.answer import Kind, Suggestion
from lsp_router.embedded.guess.constants import Constants, load_constants
from lsp_router.embedded.index.builder import refresh
from lsp_router.embedded.index.library import Library
from lsp_router.embedded.recall import Recall
from lsp_router.embedded.settings import Mode, Settings, Thresholds
from tests.bench.embedded.baselines import Baseline, jedi_top_name, longest_prefix_line
from tests.bench.embedded.corpus import CUTS, Case, Package, open_packages

CURVE = (0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
LANGUAGE_IDS = {"web": "typescript"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One position: what stood there, the likeliest whole line, and what was shown."""

    rest: str
    line: Suggestion | None
    shown: Suggestion | None
    seconds: float


def main(argv: Sequence[str] | None = None) -> None:
    options = _options(argv)
    before = psutil.Process().memory_info().rss
    packages = open_packages(options.packages, options.family)
    with tempfile.TemporaryDirectory() as cache:
        for cut in CUTS if options.cut == "both" else (options.cut,):
            for below in (False, True):
                asked = [_ask(package, Path(cache), options, cut, below=below) for package in packages]
                _print(f"{cut} cuts, {'B: text below too' if below else 'A: text above only'}", packages, asked)
    print(f"memory {(psutil.Process().memory_info().rss - before) / 2**20:.0f} MB, sources of all packages included")
    for name, baseline in (("longest common line", longest_prefix_line), ("jedi", jedi_top_name)):
        if options.baselines:
            _print_baseline(name, baseline, packages, options)


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="+", type=Path, metavar="PACKAGE_DIR")
    parser.add_argument("--family", default="python")
    parser.add_argument("--holes", type=int, default=400, help="positions per package")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--cut", choices=[*CUTS, "both"], default="both")
    parser.add_argument("--mode", choices=[Mode.NORMAL, Mode.QUIET], type=Mode, default=Mode.NORMAL)
    parser.add_argument("--baselines", action="store_true")
    return parser.parse_args(argv)


def _ask(package: Package, cache: Path, options: argparse.Namespace, cut: str, *, below: bool) -> list[Asked]:
    folder = cache / package.root.name
    if not folder.exists():
        folder.mkdir()
        refresh(package.root, folder)
    library = Library(folder, package.root, time.monotonic)
    recall, open_minded = Recall(library), Recall(library, constants=_any_line)
    language = LANGUAGE_IDS.get(options.family, options.family)
    asked = []
    for hole in package.holes(options.holes, options.seed, cut):
        case = package.case(hole, below=below)
        text, offset, path = "\n".join(case.lines), offset_of(case), os.fspath(package.root / hole.file)
        for one in (recall, open_minded):
            for _ in one.warm(text, language, path):
                pass
        started = time.process_time()
        shown = recall.suggest(text, offset, language, path, Settings(options.mode, next_line=False))
        seconds = time.process_time() - started
        line = open_minded.suggest(text, offset, language, path, Settings(next_line=False))
        asked.append(Asked(case.rest, line if line and line.kind is Kind.LINE else None, shown, seconds))
    return asked


def _any_line(family: str) -> Constants:
    return replace(load_constants(family), normal=Thresholds(0.0, 1.0))


def offset_of(case: Case) -> int:
    return sum(len(line) + 1 for line in case.lines[: case.hole.line]) + case.hole.column


def _print(title: str, packages: Sequence[Package], asked: Sequence[Sequence[Asked]]) -> None:
    print(f"\n{title}")
    for package, answers in zip(packages, asked, strict=True):
        print(f"  {package.root.name:>18} {len(package.files):5} files  {_summary(answers)}")
    everything = [one for answers in asked for one in answers]
    print(f"  {'all':>18}              {_summary(everything)}")
    print("  whole lines, precision @ coverage: " + "  ".join(_point(everything, least) for least in CURVE))
    milliseconds = sorted(1e3 * one.seconds for one in everything)
    p50, p95 = (milliseconds[int(len(milliseconds) * share)] for share in (0.5, 0.95))
    print(f"  query p50 {p50:.2f} ms, p95 {p95:.2f} ms of processor time")


def _summary(asked: Sequence[Asked]) -> str:
    shown = [(one, one.shown) for one in asked if one.shown]
    lines = [_is(one.rest, text) for one, text in shown if text.kind is Kind.LINE]
    right = [(one, text) for one, text in shown if _begins(one.rest, text)]
    saved = sum(len(text.text) for _, text in right) / max(1, sum(len(one.rest) for one in asked))
    alike = [Levenshtein.normalized_similarity(text.text.strip(), one.rest.strip()) for one, text in shown]
    return (
        f"whole lines {share(lines)} @ {percent(len(lines), len(asked))}, "
        f"all shown begin right {percent(len(right), len(shown))} @ {percent(len(shown), len(asked))}, "
        f"characters saved {100 * saved:.0f} %, likeness {sum(alike) / max(1, len(alike)):.2f}"
    )


def _point(asked: Sequence[Asked], least: float) -> str:
    lines = [_is(one.rest, one.line) for one in asked if one.line and one.line.confidence >= least]
    return f"≥{least:.2f}: {share(lines)} @ {percent(len(lines), len(asked))}"


def _is(rest: str, suggestion: Suggestion) -> bool:
    return suggestion.text.strip() == rest.strip()


def _begins(rest: str, suggestion: Suggestion) -> bool:
    return rest.strip().startswith(suggestion.text.strip())


def share(right: Sequence[bool]) -> str:
    return percent(sum(right), len(right))


def percent(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):.0f} %"


def _print_baseline(name: str, baseline: Baseline, packages: Sequence[Package], options: argparse.Namespace) -> None:
    answers: list[tuple[str, str]] = []
    count, seconds = 0, list[float]()
    for package in packages:
        for hole in package.holes(options.holes, options.seed, CUTS[0]):
            case = package.case(hole, below=True)
            started = time.perf_counter()
            answer = baseline(package, case)
            seconds.append(time.perf_counter() - started)
            count += 1
            answers.extend([(case.rest.strip(), answer.strip())] if answer else [])
    if not answers:
        print(f"\nbaseline {name}: not available")
        return
    exact, begins = (sum(test(rest, answer) for rest, answer in answers) for test in (str.__eq__, str.startswith))
    p95 = 1e3 * sorted(seconds)[int(len(seconds) * 0.95)]
    print(
        f"\nbaseline {name} (B): whole lines {percent(exact, len(answers))}, begin right "
        f"{percent(begins, len(answers))} @ {percent(len(answers), count)}, p95 {p95:.0f} ms"
    )


if __name__ == "__main__":
    main()
