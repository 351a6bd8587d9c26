"""Refits a family's constants on packages that somebody names.

    python -m tests.bench.embedded.fit --family python PACKAGE_DIR…
    python -m tests.bench.embedded.fit --family python --keep-mix OTHER_PACKAGE_DIR…

Writes `lsp_router/embedded/constants/FAMILY.json`. First the mix is fitted to predict the next token, then confidence
to tell right drafts from wrong ones, then the thresholds are set where the wanted precision is reached. The mix knows
the packages it was fitted on too well for that to be honest: the second command, on others, does the last two anew.
With `--blend` the mix becomes the mean of the one that is there and the new one, which knows the packages of both.

Python's mix is such a mean, of small packages and of large ones: these alone made it rename less readily.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lsp_router.embedded.guess.answer import SURE_OF_ONE
from lsp_router.embedded.guess.confidence import LineSign, PrefixSign, judge
from lsp_router.embedded.guess.constants import FOLDER, parse_constants
from lsp_router.embedded.guess.experts import GROUNDS, Expert
from lsp_router.embedded.guess.features import Feature, Place
from lsp_router.embedded.guess.mix import Weights
from lsp_router.embedded.settings import Thresholds
from tests.bench.embedded.corpus import CUTS, Package, open_packages
from tests.bench.embedded.drafts import Draft, Trial, draft_all
from tests.bench.embedded.samples import EXPERT_WEIGHTS, PER_PLACE, Samples, collect
from tests.bench.embedded.train import Array, Matrix, fit, fit_logistic, loss

FLOOR = 0.15
QUIETER = 0.05
"""How much surer than in normal mode a suggestion must be at least in quiet mode."""
FIRST_GUESS = 0.15
"""The weight of an expert on grounds that were never seen."""
RIGHT = {"normal": Thresholds(0.66, 0.8), "quiet": Thresholds(0.8, 0.92)}
"""The share of whole lines that shall be right, and of beginnings shown where no whole line is sure enough."""
LESS_BELOW = 0.01
"""With text below the cursor many more lines are known: there a smaller share may be right, so that more are shown."""


def main(argv: Sequence[str] | None = None) -> None:
    options = _options(argv)
    packages = open_packages(options.packages, options.family)
    out = options.out or FOLDER / f"{options.family}.json"
    before = json.loads(out.read_text("utf-8")) if out.exists() else {}
    data = before if options.keep_mix else _fit_mix(packages, options)
    if options.blend:
        data |= {name: _mean(before[name], data[name]) for name in ("experts", "silence", "features", "signs")}
    data |= _fit_confidence(packages, parse_constants(data).weights, options)
    role = "judged_on" if options.keep_mix else "fitted_on"
    known = before.get(role, {}) if options.blend else {}
    data[role] = known | {package.root.name: len(package.files) for package in packages}
    data["more_right"] = options.more_right
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(data, separators=(",", ":")) + "\n", "utf-8")
    print(f"wrote {out}")


def _fit_mix(packages: Sequence[Package], options: argparse.Namespace) -> dict[str, Any]:
    """The constants with nothing in them yet that says how sure to be."""
    samples = Samples()
    for package in packages:
        for cut in CUTS:
            collect(package, options.holes, options.seed, cut, samples)
        print(
            f"{package.root.name}: {len(package.files)} files, {len(samples.group_ends)} questions so far", flush=True
        )
    data = _weights_as_data(_fit_weights(samples))
    unsure = {"line": [0.0] * len(LineSign), "prefix": [0.0] * len(PrefixSign)}
    return {**data, **unsure, "normal": [0.0, 0.0], "quiet": [0.0, 0.0]}


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="+", type=Path, metavar="PACKAGE_DIR")
    parser.add_argument("--family", default="python")
    parser.add_argument("--holes", type=int, default=200, help="per package and way of cutting")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--more-right", type=float, default=0.0, help="how much larger than usual the share shall be")
    parser.add_argument("--blend", action="store_true", help="keep half of the mix that is there")
    parser.add_argument("--keep-mix", action="store_true", help="fit only how sure to be")
    return parser.parse_args(argv)


def _mean(first: Any, second: Any) -> Any:
    if isinstance(first, list):
        return [_mean(one, other) for one, other in zip(first, second, strict=True)]
    return round((first + second) / 2, 3)


def _fit_weights(samples: Samples) -> Array:
    start = np.zeros((len(Place), PER_PLACE))
    start[:, :EXPERT_WEIGHTS] = FIRST_GUESS
    matrix = Matrix.of(samples)
    fitted = fit(matrix, start.ravel())
    print(f"surprise per token {loss(matrix, start.ravel())[0]:.3f} before, {loss(matrix, fitted)[0]:.3f} after")
    return fitted


def _weights_as_data(weights: Array) -> dict[str, list[object]]:
    by_place = weights.reshape(len(Place), PER_PLACE).round(3)
    experts, silence, features, signs = np.split(
        by_place, np.cumsum([EXPERT_WEIGHTS, EXPERT_WEIGHTS, len(Feature)]), axis=1
    )
    shape = (len(Place), len(Expert), GROUNDS)
    return {
        "experts": experts.reshape(shape).tolist(),
        "silence": silence.reshape(shape).tolist(),
        "features": features.tolist(),
        "signs": signs.tolist(),
    }


def _fit_confidence(
    packages: Sequence[Package], weights: Weights, options: argparse.Namespace
) -> dict[str, list[float]]:
    trials = [
        trial
        for package in packages
        for cut in CUTS
        for trial in draft_all(package, weights, options.holes, options.seed + 1, cut, FLOOR)
    ]
    lines = [trial.line for trial in trials if trial.line]
    prefixes = [draft for trial in trials for draft in trial.prefixes]
    line = fit_logistic(np.array([draft.signs for draft in lines]), np.array([draft.right for draft in lines]))
    prefix = fit_logistic(np.array([draft.signs for draft in prefixes]), np.array([draft.begins for draft in prefixes]))
    fitted = {"line": line.round(3).tolist(), "prefix": prefix.round(3).tolist()}
    floors = [0.0, 0.0]
    shown = Shown(trials, fitted["line"], fitted["prefix"])
    for mode, usual in RIGHT.items():
        wanted = usual.raised(options.more_right)
        line = shown.line(wanted.line, below=False)
        fitted[mode] = [line, shown.prefix(wanted.prefix, line)]
        if mode == "normal":
            fitted["below"] = round(max(0.0, line - shown.line(wanted.line - LESS_BELOW, below=True)), 2)
        fitted[mode] = [max(least, floor) for least, floor in zip(fitted[mode], floors, strict=True)]
        floors = [round(least + QUIETER, 2) for least in fitted[mode]]
        print(f"{mode}: thresholds {fitted[mode]}")
    return fitted


class Shown:
    """What would be shown in the trials, and the lowest thresholds at which enough of it is right."""

    def __init__(self, trials: Sequence[Trial], line: Sequence[float], prefix: Sequence[float]) -> None:
        self._lines = [
            (trial.below, judge(trial.line.signs, line), trial.line) if trial.line else None for trial in trials
        ]
        self._prefixes = [[(judge(draft.signs, prefix), draft) for draft in trial.prefixes] for trial in trials]

    def line(self, wanted: float, *, below: bool) -> float:
        """For whole lines, where there is text below or where there is none."""
        lines = [(sure, draft) for whole in self._lines if whole for at, sure, draft in [whole] if at == below]
        return _lowest(wanted, lambda least: [draft.right for sure, draft in lines if _passes(sure, draft, least)])

    def prefix(self, wanted: float, line: float) -> float:
        """For beginnings, where no whole line is sure enough."""

        def begins(least: float) -> list[bool]:
            right: list[bool] = []
            for whole, ways in zip(self._lines, self._prefixes, strict=True):
                held = [draft for sure, draft in ways if sure >= least]
                if held and not (whole and _passes(*whole[1:], line)):
                    right.append(held[-1].begins)
            return right

        return _lowest(wanted, begins)


def _passes(sure: float, draft: Draft, least: float) -> bool:
    return sure >= (least if draft.length > 1 else max(least, SURE_OF_ONE))


def _lowest(wanted: float, right: Callable[[float], Sequence[bool]]) -> float:
    for percent in range(20, 97):
        found = right(percent / 100)
        if found and sum(found) >= wanted * len(found):
            return percent / 100
    return 0.97


if __name__ == "__main__":
    main()
