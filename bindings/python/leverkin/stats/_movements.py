"""Of trials, not of animals: how sure is a correlogram, and what would chance give?"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from leverkin import _core
from leverkin.results import Results
from leverkin.stats._checks import Floats, check_resampling, tail


def _correlated(
    data: Results | npt.ArrayLike, session: npt.ArrayLike | None
) -> Iterator[tuple[str | None, Floats, Any]]:
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


def _pairs(movements: npt.ArrayLike, session: npt.NDArray[Any]) -> tuple[Floats, npt.NDArray[Any]]:
    r = _core.correlogram(movements, session).pairwise()
    paired = np.isfinite(r).sum(axis=1) > 1
    return r[np.ix_(paired, paired)], session[paired]


def _with_subject(parts: list[tuple[str | None, pd.DataFrame]]) -> pd.DataFrame:
    if all(table.empty for _, table in parts):
        raise _core.BadArgument("found no two movements that can be compared")
    for subject, table in parts:
        if subject is not None:
            table.insert(0, "subject", subject)
    return pd.concat([table for _, table in parts], ignore_index=True)


def _resampled_medians(
    r: Floats, rows: npt.NDArray[Any], columns: npt.NDArray[Any], counts: npt.NDArray[Any]
) -> Floats:
    """The median of r over the pairs of `rows` and `columns`, for every column of `counts` (trials, resamples), which
    says how often each trial was drawn. A pair counts as often as the product, so r is sorted once, not per resample.
    """
    within = rows is columns
    if within:  # unordered pairs of different trials; copies of one trial are no pair
        first, second = (rows[side] for side in np.triu_indices(len(rows), 1))
        drawn = counts[rows].astype(np.int64)
        total = (drawn.sum(axis=0) ** 2 - (drawn**2).sum(axis=0)) // 2
    else:
        first, second = (side.ravel() for side in np.meshgrid(rows, columns, indexing="ij"))
        total = counts[rows].sum(axis=0, dtype=np.int64) * counts[columns].sum(axis=0, dtype=np.int64)
    values = r[first, second]
    order = np.argsort(values)
    values, first, second = values[order], first[order], second[order]
    if not len(values):
        return np.full(len(total), np.nan)
    middle = np.stack([(total - 1) // 2, total // 2])  # the middle value, or the two beside the middle
    places = np.zeros_like(middle)
    below = np.zeros(len(total), np.int64)
    step = max(1, 2**18 // len(total))  # pairs at a time, so that they stay in the cache
    for start in range(0, len(values), step):
        cut = slice(start, start + step)
        weights = np.cumsum(
            np.multiply(counts[first[cut]], counts[second[cut]], dtype=np.int32), axis=0, dtype=np.int32
        )
        for place, rank in zip(places, middle - below, strict=True):
            place += np.count_nonzero(weights <= rank, axis=0)
        below += weights[-1]
        if (below > middle[1]).all():
            break
    found = values[np.minimum(places, len(values) - 1)].mean(axis=0)
    return np.where(total > 0, found, np.nan)


def _draws(session: npt.NDArray[Any], resamples: int, random: np.random.Generator) -> npt.NDArray[np.int16]:
    """How often every trial is drawn, (trials, resamples): as many per session as it has."""
    counts = np.empty((len(session), resamples), np.int16)
    for name in np.unique(session):
        rows = np.flatnonzero(session == name)
        counts[rows] = random.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), resamples).T
    return counts


def correlogram_bands(
    data: Results | npt.ArrayLike,
    session: npt.ArrayLike | None = None,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
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
    check_resampling(resamples, level)
    parts = [
        (subject, _bands(r, labels, resamples, level, np.random.default_rng(seed)))
        for subject, r, labels in _correlated(data, session)
    ]
    return _with_subject(parts)


_FEWEST_TO_RESAMPLE = 5  # of two or three movements, resampling finds next to nothing but themselves


def _bands(
    r: Floats, session: npt.NDArray[Any], resamples: int, level: float, random: np.random.Generator
) -> pd.DataFrame:
    trials = {name: np.flatnonzero(session == name) for name in np.unique(session)}
    counts = _draws(session, resamples, random)
    rows = []
    for one, other in itertools.combinations_with_replacement(trials, 2):
        first, second = trials[one], trials[other]
        enough = min(len(first), len(second)) >= _FEWEST_TO_RESAMPLE
        draws = _resampled_medians(r, first, second, counts) if enough else np.empty(0)
        draws = draws[np.isfinite(draws)]
        block = r[np.ix_(first, second)]
        pairs = block[np.triu_indices(len(first), 1)] if one == other else block.ravel()
        low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2]) if len(draws) else (np.nan, np.nan)
        rows.append(
            {
                "test": "bootstrap of trials, median r of pairs",
                "session": one,
                "other_session": other,
                "n": len(first),
                "n_other": len(second),
                "n_pairs": len(pairs),
                "statistic": np.median(pairs) if len(pairs) else np.nan,
                "low": low,
                "high": high,
                "p": tail(draws, "two-sided") if len(draws) else np.nan,
                "effect_size": np.median(pairs) if len(pairs) else np.nan,
                "effect": "Pearson r",
            }
        )
    return pd.DataFrame(rows)


def shuffle_control(
    data: Results | npt.ArrayLike, session: npt.ArrayLike | None = None, shuffles: int = 1000, seed: int = 0
) -> pd.DataFrame:
    """Is a session's movement more alike than movements drawn from all sessions? Labels of sessions are shuffled.

    Parameters
    ----------
    data, session, seed
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
    check_resampling(shuffles)
    parts = [
        (subject, _shuffled(r, labels, shuffles, np.random.default_rng(seed)))
        for subject, r, labels in _correlated(data, session)
    ]
    return _with_subject(parts)


def _curves(r: Floats, trials: list[npt.NDArray[Any]]) -> Floats:
    """Median r within every session, then with the one before it: (2, sessions), NaN where there is no pair."""
    found = np.full((2, len(trials)), np.nan)
    for place, rows in enumerate(trials):
        if len(rows) > 1:
            found[0, place] = np.median(r[np.ix_(rows, rows)][np.triu_indices(len(rows), 1)])
        if place:
            found[1, place] = np.median(r[np.ix_(trials[place - 1], rows)])
    return found


def _shuffled(r: Floats, session: npt.NDArray[Any], shuffles: int, random: np.random.Generator) -> pd.DataFrame:
    names = np.unique(session)
    trials = [np.flatnonzero(session == name) for name in names]
    observed = _curves(r, trials)
    null = np.empty((shuffles, *observed.shape))
    for draw in null:
        order = random.permutation(len(session))
        draw[:] = _curves(r, [order[rows] for rows in trials])
    # of equal medians, rounding must not decide which is the greater
    reached = (null >= observed - 1e-12).sum(axis=0)
    spread = null.std(axis=0, ddof=1)
    spread[spread < 1e-9] = np.nan  # a single session cannot be shuffled
    rows = [
        {
            "test": "shuffled sessions, one-tailed",
            "curve": curve,
            "session": name,
            "n": len(trials[place]),
            "statistic": observed[which, place],
            "shuffled": null[:, which, place].mean(),
            "p": (reached[which, place] + 1) / (shuffles + 1),
            "effect_size": (observed[which, place] - null[:, which, place].mean()) / spread[which, place],
            "effect": "distance from shuffled / SD of shuffled",
        }
        for which, curve in enumerate(("within", "across"))
        for place, name in enumerate(names)
        if np.isfinite(observed[which, place])
    ]
    return pd.DataFrame(rows)
