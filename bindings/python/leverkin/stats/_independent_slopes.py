"""A mixed model whose animals differ in level and, independently, in slope: maximum likelihood, t on n - p degrees."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.optimize
import scipy.stats

Floats = npt.NDArray[np.float64]


class Fit(NamedTuple):
    estimate: Floats
    se: Floats
    t: Floats
    p: Floats
    df: int
    level_sd: float
    residual_sd: float
    converged: bool


def _profile(ratios: Floats, x: Floats, y: Floats, t: Floats, animals: list[npt.NDArray[np.int64]]) -> tuple[float, Floats, Floats, float]:
    """-2 log likelihood (up to a constant) at variances of level and slope relative to the residual's; the fixed
    effects there, their covariance, and the residual variance."""
    information, score, squares, log_det = np.zeros((x.shape[1],) * 2), np.zeros(x.shape[1]), 0.0, 0.0
    for rows in animals:
        v = np.eye(len(rows)) + ratios[0] + ratios[1] * np.outer(t[rows], t[rows])
        weighted = np.linalg.solve(v, np.c_[x[rows], y[rows]])
        information += x[rows].T @ weighted[:, :-1]
        score += x[rows].T @ weighted[:, -1]
        squares += y[rows] @ weighted[:, -1]
        log_det += np.linalg.slogdet(v)[1]
    estimate = np.linalg.solve(information, score)
    variance = max((squares - score @ estimate) / len(y), np.finfo(float).tiny)
    return len(y) * np.log(variance) + log_det, estimate, variance * np.linalg.inv(information), variance


def fit(x: Floats, y: Floats, t: Floats, animal: npt.ArrayLike) -> Fit:
    """`x` are the columns of the fixed effects, `t` is what slopes are over."""
    names = np.asarray(animal)
    animals = [np.flatnonzero(names == name) for name in np.unique(names)]
    best = min(
        (
            scipy.optimize.minimize(
                lambda roots: _profile(roots**2, x, y, t, animals)[0], start, method="Nelder-Mead",
                options={"xatol": 1e-12, "fatol": 1e-14, "maxiter": 20_000, "maxfev": 20_000},
            )
            for start in ((0.5, 0.5), (2.0, 0.1), (0.1, 1.0))
        ),
        key=lambda found: float(found.fun),
    )  # fmt: skip
    _, estimate, covariance, variance = _profile(best.x**2, x, y, t, animals)
    se, df = np.sqrt(np.diag(covariance)), len(y) - x.shape[1]
    statistic = estimate / se
    return Fit(estimate, se, statistic, 2 * scipy.stats.t.sf(np.abs(statistic), df), df,
               float(abs(best.x[0]) * np.sqrt(variance)), float(np.sqrt(variance)), bool(best.success))  # fmt: skip
