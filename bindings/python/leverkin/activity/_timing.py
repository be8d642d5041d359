"""When in a movement is each cell active, how reliably, and is the order of cells the same in every trial?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from leverkin import _core
from leverkin._values import whole_number
from leverkin.activity._classes import event_onsets
from leverkin.activity._frames import Floats, Integers

LEAST_TRIALS_OF_SD = 6  # "more than five trials"
LEAST_CELLS_OF_RANK = 4  # "more than three active cells"


@dataclass(frozen=True)
class Timing:
    """What `timing` finds.

    Attributes
    ----------
    first_onset_s : (trials, cells)
        First event onset in the window, s from the movement's onset; NaN: none.
    sd_s : (cells,)
        SD of the first onsets over trials, n - 1; NaN of five trials or fewer. Not independent of reliability.
    reliability : (cells,)
        Share of trials with an onset.
    n_active_trials : (cells,)
    preferred_s : (cells,)
        When the mean over trials is greatest, s from the movement's onset; NaN of a cell without activity.
    preferred_frame : (cells,)
        The same as a frame of the window; -1: none.
    rank_r : (trials,)
        Correlation of the trial's order of cells with that of the preferred times; NaN of three active cells or fewer.
    rank_p : float
        Of the median of `rank_r`, against cells whose labels are permuted within trials; NaN without permutations.
    """

    first_onset_s: Floats
    sd_s: Floats
    reliability: Floats
    n_active_trials: Integers
    preferred_s: Floats
    preferred_frame: Integers
    rank_r: Floats
    rank_p: float

    @property
    def median_rank_r(self) -> float:
        known = self.rank_r[np.isfinite(self.rank_r)]
        return float(np.median(known)) if len(known) else np.nan

    @property
    def cells(self) -> pd.DataFrame:
        """One row per cell."""
        names = ("reliability", "n_active_trials", "preferred_s", "sd_s")
        return pd.DataFrame({name: getattr(self, name) for name in names})


def trial_array(activity: npt.ArrayLike) -> Floats:
    """Checked: (trials, frames, cells)."""
    values = np.asarray(activity, np.float64)
    if values.ndim != 3:
        raise _core.BadArgument(f"activity: found {values.ndim} dimensions, expected three: trials, frames, cells")
    return values


def has_nan(values: Floats) -> bool:
    """Infinity is refused. One pass and no copy where every number is finite."""
    if np.isfinite(values.sum()):
        return False
    if np.isinf(values).any():
        trial, frame, cell = np.argwhere(np.isinf(values))[0]
        raise _core.BadArgument(
            f"activity: found infinity in trial {trial}, frame {frame}, cell {cell}, expected numbers or NaN"
        )
    return bool(np.isnan(values).any())


def timing(
    activity: npt.ArrayLike,
    onset_frame: int,
    rate_hz: float,
    *,
    leave_one_out: bool = True,
    permutations: int = 0,
    seed: int = 0,
) -> Timing:
    """Timing and sequence of cells over the trials of a session.

    Parameters
    ----------
    activity : array_like, shape (trials, frames, cells)
        Windows around movement onsets (`trial_activity`); NaN counts as no activity.
    onset_frame : int
        The frame of the window at which the movement begins.
    rate_hz : float
        1 / the median period of frames.
    leave_one_out : bool
        True: a trial's order is compared with preferred times of the other trials. False: of all (Peters et al. 2014),
        among them itself.
    permutations, seed : int
        For `rank_p`.

    Returns
    -------
    Timing

    Raises
    ------
    BadArgument
        For an array of another shape.

    Examples
    --------
    >>> import numpy as np
    >>> activity = np.zeros((8, 20, 5))
    >>> for cell in range(5):
    ...     activity[:, 5 + 2 * cell : 8 + 2 * cell, cell] = 1
    >>> found = lk.activity.timing(activity, onset_frame=5, rate_hz=10)
    >>> found.preferred_s, found.median_rank_r
    (array([0. , 0.2, 0.4, 0.6, 0.8]), 1.0)
    """
    values = trial_array(activity)
    values = np.nan_to_num(values) if has_nan(values) else values
    onset_frame = whole_number(onset_frame, "onset_frame", 0)
    onsets = event_onsets(np.moveaxis(values, 1, 0))  # (frames, trials, cells)
    any_onset = onsets.any(axis=0)
    first = np.where(any_onset, (onsets.argmax(axis=0) - onset_frame) / rate_hz, np.nan)
    active_trials = any_onset.sum(axis=0)
    preferred = _preferred(values.sum(axis=0))
    rank_r = _rank_r(values, leave_one_out)
    return Timing(
        first_onset_s=first,
        sd_s=np.array([_sd(cell[np.isfinite(cell)]) for cell in first.T]),
        reliability=any_onset.mean(axis=0) if len(values) else np.full(values.shape[2], np.nan),
        n_active_trials=active_trials,
        preferred_s=np.where(preferred >= 0, (preferred - onset_frame) / rate_hz, np.nan),
        preferred_frame=preferred,
        rank_r=rank_r,
        rank_p=_rank_p(values, leave_one_out, rank_r, permutations, seed),
    )


def _sd(onsets: Floats) -> float:
    return float(np.std(onsets, ddof=1)) if len(onsets) >= LEAST_TRIALS_OF_SD else np.nan


def _preferred(total: Floats) -> Integers:
    """Per cell, the first frame of the greatest sum over trials; -1 without activity."""
    return np.where(total.max(axis=0, initial=0) > 0, total.argmax(axis=0), -1)


def _rank_r(values: Floats, leave_one_out: bool) -> Floats:
    total = values.sum(axis=0)
    return np.array([_one_rank_r(trial, total - trial if leave_one_out else total) for trial in values])


def _one_rank_r(trial: Floats, total: Floats) -> float:
    preferred = _preferred(total).astype(float)
    present = preferred >= 0
    ranks = np.full(len(preferred), np.nan)
    ranks[present] = tied_ranks(preferred[present])  # among all cells, as published
    active = (trial > 0).any(axis=0) & present
    if active.sum() < LEAST_CELLS_OF_RANK:
        return np.nan
    own = tied_ranks(trial.argmax(axis=0)[active])
    return pearson(ranks[active], own)


def tied_ranks(values: npt.NDArray[Any]) -> Floats:
    """1, 2, ...; ties get the mean of theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[place])


def _rank_p(values: Floats, leave_one_out: bool, rank_r: Floats, permutations: int, seed: int) -> float:
    known = rank_r[np.isfinite(rank_r)]
    if permutations < 1 or not len(known):
        return np.nan
    random, median = np.random.default_rng(seed), np.median(known)
    above = 0
    for _ in range(permutations):
        mixed = np.stack([trial[:, random.permutation(trial.shape[1])] for trial in values])
        by_chance = _rank_r(mixed, leave_one_out)
        by_chance = by_chance[np.isfinite(by_chance)]
        above += len(by_chance) > 0 and bool(np.median(by_chance) >= median)
    return (1 + above) / (1 + permutations)


def pearson(x: Floats, y: Floats) -> float:
    """NaN where one of them does not vary."""
    x, y = x - x.mean(), y - y.mean()
    scale = np.sqrt(np.sum(x * x) * np.sum(y * y))
    return float(np.sum(x * y) / scale) if scale > 0 else np.nan
