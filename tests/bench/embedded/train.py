"""Fits the mix: the weights that make what came next likeliest, by gradient steps over all samples at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.bench.embedded.samples import Samples

Array = NDArray[np.floating | np.integer | np.bool_]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The samples as flat arrays: rows are guesses, groups are questions."""

    columns: Array
    values: Array
    row_starts: Array
    group_starts: Array
    group_of_row: Array
    truths: Array

    @classmethod
    def of(cls, samples: Samples) -> Matrix:
        row_ends, group_ends = np.array(samples.row_ends, np.int64), np.array(samples.group_ends, np.int64)
        sizes = np.diff(group_ends, prepend=0)
        return cls(
            np.array(samples.columns, np.int64),
            np.array(samples.values, np.float64),
            np.concatenate(([0], row_ends[:-1])),
            np.concatenate(([0], group_ends[:-1])),
            np.repeat(np.arange(len(sizes)), sizes),
            np.array(samples.truths, np.bool_),
        )


def fit(matrix: Matrix, start: Array, *, steps: int = 300, rate: float = 0.03, pull: float = 2e-5) -> Array:
    """Adam; `pull` draws every weight back to where it started, which is what rare evidence keeps."""
    weights, slope, bend = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for step in range(1, steps + 1):
        _, gradient = loss(matrix, weights)
        gradient += pull * (weights - start)
        slope = 0.9 * slope + 0.1 * gradient
        bend = 0.99 * bend + 0.01 * gradient**2
        decay = rate * (1 - step / (steps + 1)) ** 0.5
        weights -= decay * (slope / (1 - 0.9**step)) / (np.sqrt(bend / (1 - 0.99**step)) + 1e-8)
    return weights


def fit_logistic(signs: Array, right: Array, *, pull: float = 0.1, steps: int = 30) -> Array:
    """Newton's method for one small logistic model."""
    weights = np.zeros(signs.shape[1])
    for _ in range(steps):
        chances = 1 / (1 + np.exp(-signs @ weights))
        gradient = signs.T @ (chances - right) + pull * weights
        curvature = (signs * (chances * (1 - chances))[:, None]).T @ signs + pull * np.eye(len(weights))
        weights -= np.linalg.solve(curvature, gradient)
    return weights


def loss(matrix: Matrix, weights: Array) -> tuple[float, Array]:
    """Mean surprise at what came, and which way the weights would lower it."""
    likely = probabilities(matrix, weights)
    hits = np.where(matrix.truths, likely, 0.0)
    found = np.maximum(np.add.reduceat(hits, matrix.group_starts), 1e-12)
    blame = (likely - hits / found[matrix.group_of_row]) / len(found)
    per_value = np.repeat(blame, np.diff(np.append(matrix.row_starts, len(matrix.columns)))) * matrix.values
    return float(-np.log(found).mean()), np.bincount(matrix.columns, per_value, len(weights))


def probabilities(matrix: Matrix, weights: Array) -> Array:
    scores = np.add.reduceat(weights[matrix.columns] * matrix.values, matrix.row_starts)
    top = np.maximum.reduceat(scores, matrix.group_starts)
    raised = np.exp(scores - top[matrix.group_of_row])
    return raised / np.add.reduceat(raised, matrix.group_starts)[matrix.group_of_row]
