"""Is the covariance of a population the same in two epochs, and how alike could it be found at all?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from leverkin import _core
from leverkin._values import whole_number
from leverkin.activity._frames import Floats, Integers
from leverkin.activity._timing import pearson

if TYPE_CHECKING:
    import xarray as xr

Entries = Literal["all", "upper", "off_diagonal", "correlations"]
LEAST_CELLS = 5


@dataclass(frozen=True)
class Similarity:
    """What `covariance_similarity` finds.

    Attributes
    ----------
    r : float
        Pearson r of the entries of the two covariances; means nothing without its ceiling.
    within, across : float
        The ceiling: r of two halves of one epoch (mean of the two epochs), and r of halves of different epochs, at the
        same number of trials; means over the splits.
    ratio : float
        across / sqrt(within of one x within of the other): 1 where nothing but noise differs.
    p : float
        Permutation test: share of relabelled trials with an r at or below this one. "Is anything different", mean rates
        included.
    angles_deg : array
        Principal angles of the leading subspaces, ascending; compare with `angles_within_deg`, never with 0.
    angles_within_deg : array
        The same between halves of one epoch, means over splits and epochs.
    alignment : float
        Variance of epoch 2 in the leading subspace of epoch 1 / the most that any subspace of that size holds.
    participation : (float, float)
        (sum of eigenvalues)^2 / sum of their squares, of each epoch.
    activity_change_percent : float
        Median of the absolute change of a cell / its SD before. With few trials it is large without any change.
    n_cells, n_left_out : int
        Cells used; cells that are NaN or constant in either epoch.
    n_trials : (int, int)
    """

    r: float
    within: float
    across: float
    ratio: float
    p: float
    angles_deg: Floats
    angles_within_deg: Floats
    alignment: float
    participation: tuple[float, float]
    activity_change_percent: float
    n_cells: int
    n_left_out: int
    n_trials: tuple[int, int]


def covariance_similarity(
    epoch_1: npt.ArrayLike,
    epoch_2: npt.ArrayLike,
    entries: Entries = "all",
    splits: int = 100,
    permutations: int = 999,
    seed: int = 0,
    *,
    dimensions: int = 10,
    block: int = 1,
) -> Similarity:
    """Compares the covariance of a population in two epochs of one animal.

    Parameters
    ----------
    epoch_1, epoch_2 : array_like, shape (trials, frames, cells)
        The same cells in the same order. (frames, cells), averages over trials: then there is neither ceiling nor test.
    entries : str
        "all" (the diagonal once, every pair twice; as Feulner et al. 2022), "upper" (with the diagonal),
        "off_diagonal", or "correlations" in place of covariances.
    splits : int
        Of the ceiling.
    permutations : int
        Of the test; 0: no test.
    seed : int
        Same seed, same numbers.
    dimensions : int
        Of the leading subspaces; at most cells - 1.
    block : int
        Trials that are relabelled together, where the recording drifts within a session.

    Returns
    -------
    Similarity
        NaN with fewer than five common cells.

    Raises
    ------
    BadArgument
        Where the shapes disagree.

    Examples
    --------
    >>> one, other, truth = lk.activity.simulate_covariance_change(cells=40, trials=20, change=0.4, seed=1)
    >>> found = lk.activity.covariance_similarity(one, other, splits=20, permutations=99)
    >>> found.n_cells, found.p, found.ratio < 0.95
    (40, 0.01, True)
    """
    one, other = _epochs(epoch_1, epoch_2)
    if entries not in ("all", "upper", "off_diagonal", "correlations"):
        raise _core.BadArgument(f"entries: found {entries!r}, expected one of all, upper, off_diagonal, correlations")
    usable = _usable(one) & _usable(other)
    one, other = np.nan_to_num(one[:, :, usable]), np.nan_to_num(other[:, :, usable])
    n_cells, n_trials = int(usable.sum()), (len(one), len(other))
    nan = np.full(0, np.nan)
    if n_cells < LEAST_CELLS:
        return Similarity(*[np.nan] * 5, nan, nan, np.nan, (np.nan, np.nan), np.nan, n_cells,
                          int((~usable).sum()), n_trials)  # fmt: skip
    means = one.mean(axis=0), other.mean(axis=0)
    covariances = covariance(means[0]), covariance(means[1])
    d = min(whole_number(dimensions, "dimensions", 1), n_cells - 1)
    random = np.random.default_rng(seed)
    within, across, ratio, angles_within = _ceiling(one, other, entries, splits, d, random)
    return Similarity(
        r=similarity(*covariances, entries),
        within=within,
        across=across,
        ratio=ratio,
        p=_permutation_p(one, other, entries, permutations, block, random),
        angles_deg=principal_angles(*covariances, d),
        angles_within_deg=angles_within,
        alignment=alignment_index(*covariances, d),
        participation=(participation_ratio(covariances[0]), participation_ratio(covariances[1])),
        activity_change_percent=activity_change(*means),
        n_cells=n_cells,
        n_left_out=int((~usable).sum()),
        n_trials=n_trials,
    )


def _epochs(epoch_1: npt.ArrayLike, epoch_2: npt.ArrayLike) -> tuple[Floats, Floats]:
    one, other = (np.asarray(epoch, np.float64) for epoch in (epoch_1, epoch_2))
    one, other = (epoch[None] if epoch.ndim == 2 else epoch for epoch in (one, other))
    if one.ndim != 3 or other.ndim != 3 or one.shape[1:] != other.shape[1:] or not len(one) or not len(other):
        raise _core.BadArgument(
            f"epoch_2: found shapes {one.shape} and {other.shape}, expected trials of the same frames and cells"
        )
    return one, other


def _usable(epoch: Floats) -> npt.NDArray[np.bool_]:
    absent = np.isnan(epoch).all(axis=(0, 1))
    return ~absent & (np.ptp(np.nan_to_num(epoch).mean(axis=0), axis=0) > 0)


def covariance(mean: Floats) -> Floats:
    """cells x cells, of (frames, cells); n - 1."""
    centred = mean - mean.mean(axis=0)
    return np.asarray(centred.T @ centred / (len(mean) - 1))


def similarity(one: Floats, other: Floats, entries: Entries = "all") -> float:
    """Pearson r of the entries of two covariances."""
    if entries == "all":
        return pearson(one.ravel(), other.ravel())
    if entries == "correlations":
        one, other = (c / np.sqrt(np.outer(np.diag(c), np.diag(c))) for c in (one, other))
    place = np.triu_indices(len(one), 0 if entries == "upper" else 1)
    return pearson(one[place], other[place])


def _leading(c: Floats, d: int) -> Floats:
    return np.asarray(np.linalg.eigh(c)[1][:, ::-1][:, :d])


def principal_angles(one: Floats, other: Floats, d: int) -> Floats:
    cosines = np.linalg.svd(_leading(one, d).T @ _leading(other, d), compute_uv=False)
    return np.degrees(np.arccos(np.clip(cosines, -1, 1)))


def alignment_index(one: Floats, other: Floats, d: int) -> float:
    v = _leading(one, d)
    return float(np.trace(v.T @ other @ v) / np.sum(np.linalg.eigvalsh(other)[::-1][:d]))


def participation_ratio(c: Floats) -> float:
    return float(np.trace(c) ** 2 / np.sum(c * c))


def activity_change(before: Floats, after: Floats) -> float:
    return float(100 * np.median(np.abs(after - before) / before.std(axis=0)))


def _ceiling(
    one: Floats, other: Floats, entries: Entries, splits: int, d: int, random: np.random.Generator
) -> tuple[float, float, float, Floats]:
    half = min(len(one), len(other)) // 2
    if half < 1 or splits < 1:
        return np.nan, np.nan, np.nan, np.full(d, np.nan)
    within, across, angles = [], [], []
    for _ in range(splits):
        of = []
        for epoch in (one, other):
            order = random.permutation(len(epoch))
            of.append([covariance(epoch[order[k * half : (k + 1) * half]].mean(axis=0)) for k in (0, 1)])
        within.append([similarity(*pair, entries) for pair in of])
        across.append(np.mean([similarity(a, b, entries) for a in of[0] for b in of[1]]))
        angles.append(np.mean([principal_angles(*pair, d) for pair in of], axis=0))
    first, second = np.mean(within, axis=0)
    between = float(np.mean(across))
    ratio = between / np.sqrt(first * second) if first > 0 and second > 0 else np.nan
    return float((first + second) / 2), between, float(ratio), np.mean(angles, axis=0)


def _permutation_p(
    one: Floats, other: Floats, entries: Entries, permutations: int, block: int, random: np.random.Generator
) -> float:
    if permutations < 1 or len(one) < 2 or len(other) < 2:
        return np.nan
    trials = np.concatenate([one, other])
    blocks = np.arange(len(trials)) // whole_number(block, "block", 1)
    observed = similarity(covariance(one.mean(axis=0)), covariance(other.mean(axis=0)), entries)
    below = 0
    for _ in range(permutations):
        order = np.argsort(random.permutation(blocks.max() + 1)[blocks], kind="stable")
        means = trials[order[: len(one)]].mean(axis=0), trials[order[len(one) :]].mean(axis=0)
        below += similarity(covariance(means[0]), covariance(means[1]), entries) <= observed
    return (1 + below) / (1 + permutations)


def matched_movements(one: npt.ArrayLike, other: npt.ArrayLike, least_r: float = 0.5) -> tuple[Integers, Integers]:
    """Trials of two epochs in pairs of like movements, each trial at most once.

    Parameters
    ----------
    one, other : array_like, shape (trials, samples)
        Lever windows of the two epochs (`Results.movements`).
    least_r : float
        Of the movements of a pair.

    Returns
    -------
    (array, array)
        Rows of `one` and of `other`, pair by pair; of all ways to pair them, the one with the greatest sum of r.

    Raises
    ------
    BadArgument
        Where the windows differ in length.

    Notes
    -----
    A behavioural control: without it, a change of movement is read as a change of cortex.

    Examples
    --------
    >>> lk.activity.matched_movements([[0, 1, 2], [2, 1, 0]], [[5, 3, 1], [0, 9, 0]])
    (array([1]), array([0]))
    """
    from scipy.optimize import linear_sum_assignment  # here, as it takes long to import

    a, b = (np.asarray(rows, np.float64) for rows in (one, other))
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
        raise _core.BadArgument(f"other: found movements {b.shape} beside {a.shape}, expected as many samples")
    numbers = np.repeat([0, 1], [len(a), len(b)])
    r = np.nan_to_num(_core.all_pairs(np.concatenate([a, b]), numbers, 0)[: len(a), len(a) :], nan=-1.0)
    rows, columns = linear_sum_assignment(r, maximize=True)
    enough = r[rows, columns] >= least_r
    return rows[enough], columns[enough]


def covariance_table(
    sessions: Mapping[int, npt.ArrayLike],
    entries: Entries = "all",
    splits: int = 20,
    seed: int = 0,
    *,
    movements: Mapping[int, npt.ArrayLike] | None = None,
    least_r: float = 0.5,
) -> xr.Dataset:
    """Similarity of every session of an animal with every other.

    Parameters
    ----------
    sessions : mapping
        Session to (trials, frames, cells); the same cells in the same order, NaN throughout where absent.
    entries, splits, seed
        As in `covariance_similarity`.
    movements : mapping
        Session to the lever windows of the same trials: two sessions are then compared on trials with like movements
        alone (`matched_movements`). None: on all trials.
    least_r : float
        Of those movements.

    Returns
    -------
    xarray.Dataset
        similarity (session, other_session), ceiling (the same shape: r of halves within on the diagonal; off it
        sqrt(within of one x within of the other)), n_cells, n_trials (of the row's session).

    Examples
    --------
    >>> one, other, truth = lk.activity.simulate_covariance_change(cells=20, trials=10, seed=1)
    >>> table = lk.activity.covariance_table({1: one, 2: other}, splits=5)
    >>> table.similarity.shape, float(table.similarity.sel(session=1, other_session=1))
    ((2, 2), 1.0)
    """
    import xarray as xr

    numbers = sorted(sessions)
    found = covariance_matrices(sessions, entries, splits, seed, movements, least_r)
    dims = ("session", "other_session")
    return xr.Dataset({name: (dims, values) for name, values in found.items()}, {name: numbers for name in dims})


def covariance_matrices(
    sessions: Mapping[int, npt.ArrayLike], entries: Entries, splits: int, seed: int,
    movements: Mapping[int, npt.ArrayLike] | None = None, least_r: float = 0.5,
) -> dict[str, npt.NDArray[Any]]:  # fmt: skip
    """What `covariance_table` holds, sessions sorted: without xarray, which takes long to import."""
    numbers = sorted(sessions)
    shape = (len(numbers), len(numbers))
    r, ceiling = np.full(shape, np.nan), np.full(shape, np.nan)
    n_cells, n_trials = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for i, one in enumerate(numbers):
        for j, other in enumerate(numbers[: i + 1]):
            epochs = np.asarray(sessions[one], np.float64), np.asarray(sessions[other], np.float64)
            if movements is not None and i != j:
                rows = matched_movements(movements[one], movements[other], least_r)
                epochs = epochs[0][rows[0]], epochs[1][rows[1]]
            n_trials[i, j], n_trials[j, i] = len(epochs[0]), len(epochs[1])
            if not min(len(epoch) for epoch in epochs):
                continue
            found = covariance_similarity(*epochs, entries, splits, 0, seed)
            r[i, j] = r[j, i] = found.r if i != j else (1.0 if found.n_cells >= LEAST_CELLS else np.nan)
            limit = found.within if i == j else (found.across / found.ratio if found.ratio else np.nan)
            ceiling[i, j] = ceiling[j, i] = limit
            n_cells[i, j] = n_cells[j, i] = found.n_cells
    return {"similarity": r, "ceiling": ceiling, "n_cells": n_cells, "n_trials": n_trials}
