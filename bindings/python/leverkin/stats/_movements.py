"""Of trials, not of animals: how sure is a correlogram, and what would chance give?"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from leverkin import _core
from leverkin._progress import steps
from leverkin._values import whole_number
from leverkin.results import Results
from leverkin.stats._checks import Floats, check_resampling, found_first, tail

Integers = npt.NDArray[np.int64]


class _Run:
    """How the engine is asked: on how many threads, and in steps that a bar can count."""

    def __init__(self, threads: int, progress: bool | None) -> None:
        self._threads, self._progress = whole_number(threads, "threads", 0), progress

    def bootstrap(self, r: Floats, session: Integers, counts: Integers, cells: list[tuple[int, int]]) -> Floats:
        at_once = max(8, len(cells) // 20)
        parts = [cells[start : start + at_once] for start in range(0, len(cells), at_once)]
        found = [
            _core.bootstrap_medians(r, session, counts, part, self._threads)
            for part in steps(parts, "bootstrap", self._progress)
        ]
        return np.concatenate(found, axis=1)

    def permute(self, r: Floats, session: Integers, orders: Integers, cells: list[tuple[int, int]]) -> Floats:
        parts = np.array_split(orders, min(20, len(orders)))
        found = [
            _core.permuted_medians(r, session, part, cells, self._threads)
            for part in steps(parts, "shuffle", self._progress)
        ]
        return np.concatenate(found)


def _correlated(
    data: Results | npt.ArrayLike, session: npt.ArrayLike | None
) -> Iterator[tuple[str | None, Floats, Integers]]:
    """Subject, r of all pairs and session of every row; rows that take part in no pair are left out."""
    if isinstance(data, Results):
        if session is not None:
            raise _core.BadArgument("session: goes with an array of movements; results know their sessions")
        for subject in data.subjects:
            rows = data.sessions.loc[data.sessions["subject"] == subject, "session"]
            parts = [data.movements(subject, one).values for one in rows]
            labels = np.repeat(rows.to_numpy(), [len(part) for part in parts])
            if len(labels):
                yield (subject, *_pairs(np.concatenate(parts), labels))
    elif session is None:
        raise _core.BadArgument("session: missing, expected the session of every movement")
    else:
        yield (None, *_pairs(data, np.asarray(session)))


def _pairs(movements: npt.ArrayLike, session: Integers) -> tuple[Floats, Integers]:
    r = _core.all_pairs(movements, session)
    paired = np.isfinite(r).sum(axis=1) > 1
    if not paired.any():
        raise _core.BadArgument("found no two movements that can be compared")
    return r[np.ix_(paired, paired)], session[paired]


def _with_subject(parts: list[tuple[str | None, pd.DataFrame]]) -> pd.DataFrame:
    if all(table.empty for _, table in parts):
        raise _core.BadArgument("found no two movements that can be compared")
    for subject, table in parts:
        if subject is not None:
            table.insert(0, "subject", subject)
    return pd.concat([table for _, table in parts], ignore_index=True)


def _draws(session: Integers, resamples: int, random: np.random.Generator) -> Integers:
    """How often every trial is drawn, (trials, resamples): as many per session as it has."""
    counts = np.empty((len(session), resamples), np.int64)
    for name in np.unique(session):
        rows = np.flatnonzero(session == name)
        counts[rows] = random.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), resamples).T
    return counts


@found_first
def correlogram_bands(
    data: Results | npt.ArrayLike,
    session: npt.ArrayLike | None = None,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    threads: int = 0,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Bootstrap confidence band of every cell of the correlogram, by resampling trials within their sessions.

    Parameters
    ----------
    data : Results, or array_like, shape (N, T)
        One movement per row, as for `leverkin.correlogram`. Results: every animal by itself.
    session : array_like of int, shape (N,)
        The session of every row; of an array only.
    resamples : int
    level : float
        Of the percentile intervals; each cell by itself, not corrected.
    seed : int
        Same seed, same numbers.
    threads : int
        0: one per core. Never changes the numbers.
    progress : bool
        A bar: True, False, or None: in a terminal and in a notebook.

    Returns
    -------
    DataFrame
        A row per cell with session <= other_session: subject (of Results), test, session, other_session, n, n_other
        (movements), n_pairs, statistic (median Pearson r), low, high, p (two-tailed, of r = 0), effect_size (r),
        effect. NaN where a cell has no pair; low, high and p also where a session has fewer than five movements.

    Raises
    ------
    BadArgument
        Where shapes disagree, or there are no movements.

    Notes
    -----
    All cells share their resamples. A pair of copies of one trial is left out: it would say r = 1. Assumes: the trials
    of a session are exchangeable; the band says how sure this animal's value is, not how animals differ
    (`per_session`).

    Examples
    --------
    >>> bands = lk.stats.correlogram_bands(results, resamples=200)
    >>> bands[["subject", "session", "other_session", "statistic", "low", "high"]].head(2).round(2)
      subject  session  other_session  statistic   low  high
    0     ada        1              1       0.87  0.75  1.00
    1     ada        1              2       0.97  0.82  0.99
    """
    resamples, run = check_resampling(resamples, level), _Run(threads, progress)
    parts = [
        (subject, _bands(r, labels, resamples, level, np.random.default_rng(seed), run))
        for subject, r, labels in _correlated(data, session)
    ]
    return _with_subject(parts)


_FEWEST_TO_RESAMPLE = 5  # of two or three movements, resampling finds next to nothing but themselves


def _bands(
    r: Floats, session: Integers, resamples: int, level: float, random: np.random.Generator, run: _Run
) -> pd.DataFrame:
    names, sizes = np.unique(session, return_counts=True)
    size = dict(zip(names.tolist(), sizes.tolist(), strict=True))
    cells = list(itertools.combinations_with_replacement(size, 2))
    (medians,) = _core.bootstrap_medians(r, session, np.ones((len(session), 1), np.int64), cells)
    draws = run.bootstrap(r, session, _draws(session, resamples, random), cells)
    rows = []
    for (one, other), median, drawn in zip(cells, medians.tolist(), draws.T, strict=True):
        enough = min(size[one], size[other]) >= _FEWEST_TO_RESAMPLE
        drawn = drawn[np.isfinite(drawn)] if enough else np.empty(0)
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2]) if len(drawn) else (np.nan, np.nan)
        rows.append(
            {
                "test": "bootstrap of trials, median r of pairs",
                "session": one,
                "other_session": other,
                "n": size[one],
                "n_other": size[other],
                "n_pairs": size[one] * (size[one] - 1) // 2 if one == other else size[one] * size[other],
                "statistic": median,
                "low": low,
                "high": high,
                "p": tail(drawn, "two-sided") if len(drawn) else np.nan,
                "effect_size": median,
                "effect": "Pearson r",
            }
        )
    return pd.DataFrame(rows)


@found_first
def shuffle_control(
    data: Results | npt.ArrayLike,
    session: npt.ArrayLike | None = None,
    shuffles: int = 1000,
    seed: int = 0,
    threads: int = 0,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Is a session's movement more alike than movements drawn from all sessions? Labels of sessions are shuffled.

    Parameters
    ----------
    data, session, seed, threads, progress
        As in `correlogram_bands`.
    shuffles : int
        How often the sessions of the movements are exchanged, their numbers per session kept.

    Returns
    -------
    DataFrame
        A row per session and curve: subject (of Results), test, curve ("within", "across": with the session before),
        session, n (movements of the session), statistic (median r), shuffled (mean of the shuffled medians), p
        (one-tailed: at least as alike by chance), effect_size ((statistic - shuffled) / SD of the shuffled), effect.

    Raises
    ------
    BadArgument
        Where shapes disagree, or there are no movements.

    Notes
    -----
    The smallest possible p is 1 / (shuffles + 1). Assumes: under the null hypothesis, movements of all sessions are
    exchangeable; p of single sessions are not corrected.

    Examples
    --------
    >>> found = lk.stats.shuffle_control(results, shuffles=200)
    >>> found[["subject", "curve", "session", "statistic", "shuffled"]].head(2).round(2)
      subject   curve  session  statistic  shuffled
    0     ada  within        1       0.87       0.9
    1     ada  within        2       0.94       0.9
    """
    shuffles, run = check_resampling(shuffles), _Run(threads, progress)
    parts = [
        (subject, _shuffled(r, labels, shuffles, np.random.default_rng(seed), run))
        for subject, r, labels in _correlated(data, session)
    ]
    return _with_subject(parts)


def _shuffled(r: Floats, session: Integers, shuffles: int, random: np.random.Generator, run: _Run) -> pd.DataFrame:
    names, sizes = np.unique(session, return_counts=True)
    curves = [("within", name, name, size) for name, size in zip(names.tolist(), sizes.tolist(), strict=True)]
    curves += [("across", curves[k][1], *curves[k + 1][2:]) for k in range(len(names) - 1)]
    cells = [(one, other) for _, one, other, _ in curves]
    (observed,) = _core.permuted_medians(r, session, np.arange(len(session))[np.newaxis], cells)
    orders = np.stack([random.permutation(len(session)) for _ in range(shuffles)])
    null = run.permute(r, session, orders, cells)
    # of equal medians, rounding must not decide which is the greater
    reached = (null >= observed - 1e-12).sum(axis=0)
    spread = null.std(axis=0, ddof=1)
    spread[spread < 1e-9] = np.nan  # a single session cannot be shuffled
    rows = [
        {
            "test": "shuffled sessions, one-tailed",
            "curve": curve,
            "session": name,
            "n": size,
            "statistic": observed[place],
            "shuffled": null[:, place].mean(),
            "p": (reached[place] + 1) / (shuffles + 1),
            "effect_size": (observed[place] - null[:, place].mean()) / spread[place],
            "effect": "distance from shuffled / SD of shuffled",
        }
        for place, (curve, _, name, size) in enumerate(curves)
        if np.isfinite(observed[place])
    ]
    return pd.DataFrame(rows)
