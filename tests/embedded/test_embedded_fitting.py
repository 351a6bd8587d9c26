from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lsp_router.embedded.guess.constants import parse_constants
from lsp_router.embedded.recall import Recall
from lsp_router.embedded.settings import Settings
from tests.bench.embedded.corpus import Package
from tests.bench.embedded.evaluate import main as evaluate
from tests.bench.embedded.fit import main as fit
from tests.bench.embedded.samples import Samples, collect
from tests.bench.embedded.train import Matrix, fit_logistic, loss

BODY = """import logging

logger = logging.getLogger(__name__)


def load_{0}(path, mode):
    '''Says what.'''
    logger.debug("loading %s", path)
    with open(path, mode) as handle:  # note
        return parse_{0}(handle.read(), path)
"""


@pytest.fixture
def package(write) -> Package:
    return Package(write({f"pkg/m{number}.py": BODY.format(number) * 2 for number in range(6)}), "python")


def test_holes_are_in_code_and_the_same_every_time(package: Package) -> None:
    holes = package.holes(200, 3, "character")
    assert holes == package.holes(200, 3, "character")
    assert holes != package.holes(20, 4, "character")
    for hole in holes:
        typed = package.files[hole.file][hole.line][: hole.column]
        assert "#" not in typed
        assert typed.count('"') % 2 == 0
        assert "Says" not in package.files[hole.file][hole.line]


def test_a_case_is_what_an_editor_would_send(package: Package) -> None:
    hole = package.holes(1, 3, "token")[0]
    above, both = package.case(hole, below=False), package.case(hole, below=True)
    original = package.files[hole.file]
    assert above.lines == both.lines[: hole.line + 1]
    assert both.lines[hole.line] + both.rest == original[hole.line].rstrip()
    assert both.lines[hole.line + 1 :] == original[hole.line + 1 :]


def test_the_gradient_is_the_slope_of_the_loss(package: Package) -> None:
    samples = Samples()
    collect(package, 10, 1, "token", samples)
    matrix = Matrix.of(samples)
    dice = np.random.default_rng(1)
    weights = dice.normal(0, 0.1, int(matrix.columns.max()) + 1)
    _, gradient = loss(matrix, weights)
    for column in dice.choice(np.unique(matrix.columns), 8):
        step = np.zeros_like(weights)
        step[column] = 1e-5
        slope = (loss(matrix, weights + step)[0] - loss(matrix, weights - step)[0]) / 2e-5
        assert gradient[column] == pytest.approx(slope, abs=1e-6)


def test_the_logistic_fit_finds_what_made_the_data() -> None:
    dice = np.random.default_rng(1)
    signs = np.column_stack([np.ones(4_000), dice.normal(size=(4_000, 2))])
    truth = np.array([0.5, -1.0, 2.0])
    right = dice.random(4_000) < 1 / (1 + np.exp(-signs @ truth))
    assert fit_logistic(signs, right) == pytest.approx(truth, abs=0.2)


def test_fitting_makes_constants_that_work(
    package: Package, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "python.json"
    fit([str(package.root), "--holes", "12", "--out", str(out)])
    constants = parse_constants(json.loads(out.read_text()))
    recall = Recall(constants=lambda family: constants)
    text = BODY.format(1) * 3 + "\n\ndef load_2(path, mode):\n    logger."
    found = recall.suggest(text, len(text), "python", "a.py", Settings(next_line=False))
    assert found is not None
    assert found.text.startswith("debug(")
    assert "surprise per token" in capsys.readouterr().out


def test_evaluation_reports_all_figures(package: Package, capsys: pytest.CaptureFixture[str]) -> None:
    evaluate([str(package.root), "--holes", "8", "--baselines"])
    said = capsys.readouterr().out
    for figure in ("whole lines", "all shown begin right", "characters saved", "likeness", "p95", "memory", "baseline"):
        assert figure in said
