"""How many trials and cells show a change of a given size? A linear generator, no model of cortex."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Literal

import numpy as np
import pandas as pd

from leverkin import _core
from leverkin._values import whole_number, whole_numbers
from leverkin.activity._covariance import covariance, covariance_similarity, similarity
from leverkin.activity._frames import Floats

N_BUMPS = 4
GAIN_SD_OF_LOG = 0.6


def simulate_covariance_change(
    cells: int = 80,
    trials: int = 30,
    frames: int = 95,
    change: float = 0.2,
    noise: float = 2.0,
    rank_one: bool = False,
    seed: int = 0,
) -> tuple[Floats, Floats, float]:
    """Trials of two epochs between which the loadings of cells on four bumps in time have changed.

    Parameters
    ----------
    cells, trials, frames : int
        Of each epoch.
    change : float
        Size of the random change of the loadings, of their root mean square. 0.1, 0.2, 0.4, 0.8 give true similarities
        of about 0.99, 0.965, 0.87, 0.6.
    noise : float
        SD of the independent noise of a trial, of the signal's.
    rank_one : bool
        True: all loadings of a cell change by one factor of the cell, along one direction.
    seed : int
        Same seed, same numbers.

    Returns
    -------
    epoch_1, epoch_2 : (trials, frames, cells)
    similarity : float
        The true one, of all entries.

    Raises
    ------
    BadArgument
        For fewer than one cell, trial or frame.

    Examples
    --------
    >>> one, other, truth = lk.activity.simulate_covariance_change(change=0.0)
    >>> one.shape, round(truth, 12)
    ((30, 95, 80), 1.0)
    """
    counts = {"cells": cells, "trials": trials, "frames": frames}
    cells, trials, frames = (whole_number(count, name, 1) for name, count in counts.items())
    random = np.random.default_rng(seed)
    gains = np.exp(GAIN_SD_OF_LOG * random.standard_normal((cells, 1)))
    loadings = gains * random.standard_normal((cells, N_BUMPS))
    centres = (np.arange(N_BUMPS) + 0.5) / N_BUMPS * frames
    bumps = np.exp(-0.5 * ((np.arange(frames)[:, None] - centres) / (frames / 10)) ** 2)
    if rank_one:
        direction = np.outer(random.standard_normal(cells), random.standard_normal(N_BUMPS))
    else:
        direction = random.standard_normal((cells, N_BUMPS))
    changed = loadings + change * np.sqrt(np.mean(loadings**2)) * direction / np.sqrt(np.mean(direction**2))
    signals = bumps @ loadings.T, bumps @ changed.T
    spread = noise * signals[0].std()
    epochs = [signal + spread * random.standard_normal((trials, frames, cells)) for signal in signals]
    return epochs[0], epochs[1], similarity(covariance(signals[0]), covariance(signals[1]))


def power(
    trials: Iterable[int] = (10, 30, 100),
    cells: Iterable[int] = (60,),
    change: Iterable[float] = (0.0, 0.1, 0.2),
    repeats: int = 40,
    permutations: int = 99,
    level: float = 0.05,
    frames: int = 95,
    noise: float = 2.0,
    seed: int = 0,
) -> pd.DataFrame:
    """The share of simulated studies in which `covariance_similarity` finds a change of covariance.

    Parameters
    ----------
    trials, cells : iterable of int
        Of each epoch.
    change : iterable of float
        As in `simulate_covariance_change`; 0: none, the share is then the test's level.
    repeats : int
        Simulated studies of each kind.
    permutations : int
        Of each test.
    level : float
        A change is found where p is at or below.
    frames, noise, seed
        As there.

    Returns
    -------
    DataFrame
        trials, cells, change, similarity (the true one, mean), power, low, high (95 % of a binomial share, Wilson),
        repeats.

    Raises
    ------
    BadArgument
        For a level outside 0 to 1.

    Examples
    --------
    >>> table = lk.activity.power(trials=[10], cells=[30], change=[0.8], repeats=5, permutations=19)
    >>> table[["trials", "cells", "power"]]
       trials  cells  power
    0      10     30    1.0
    """
    from statsmodels.stats.proportion import proportion_confint

    if not 0 < level < 1:
        raise _core.BadArgument(f"level: found {level}, expected a number between 0 and 1")
    repeats = whole_number(repeats, "repeats", 1)
    rows = []
    kinds = itertools.product(whole_numbers(trials, "trials"), whole_numbers(cells, "cells"), change)
    for kind, (n_trials, n_cells, size) in enumerate(kinds):
        found, truths = 0, []
        for repeat in range(repeats):
            own = int(np.random.SeedSequence((seed, kind, repeat)).generate_state(1)[0])
            one, other, truth = simulate_covariance_change(n_cells, n_trials, frames, size, noise, seed=own)
            found += covariance_similarity(one, other, splits=0, permutations=permutations, seed=own).p <= level
            truths.append(truth)
        low, high = proportion_confint(found, repeats, method="wilson")
        rows.append({"trials": n_trials, "cells": n_cells, "change": float(size), "similarity": np.mean(truths),
                     "power": found / repeats, "low": low, "high": high, "repeats": repeats})  # fmt: skip
    return pd.DataFrame(rows)
