"""How long do structures last? Kaplan and Meier's curve, from scipy; log-rank tests, from statsmodels."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.stats
from statsmodels.duration.survfunc import survdiff

from leverkin import _core
from leverkin.stats._checks import check_resampling, tail
from leverkin.structures._compare import Tree, clusters, draw
from leverkin.structures._correction import counted_matrix
from leverkin.structures._dynamics import Floats, ages
from leverkin.structures._table import IDENTITY, checked, session_numbers, sessions_start

Age = Literal["pre_existing", "new_early", "later"]
Reappearance = Literal["event", "ignored"]
Unit = Literal["session", "day"]

_TEST = "log-rank, strata = animals"
_AREA_TEST = "cluster bootstrap of the area between the curves: animals, branches, structures"


def lifetimes(
    table: pd.DataFrame,
    new_sessions: Iterable[int] = (2, 3),
    reappearance: Reappearance = "event",
    time: Unit = "session",
) -> pd.DataFrame:
    """How long each structure that counts was seen, and whether its end was.

    Parameters
    ----------
    table : DataFrame
        Of `correct` or `read`.
    new_sessions : iterable of int
        As in `ages`.
    reappearance : str
        "event": a structure that comes back stays dead, at its first absence. "ignored": its last absence is its end.
    time : str
        "session": durations in images of the table; "day": in days.

    Returns
    -------
    DataFrame
        subject, group, branch, kind, structure, age, duration (from the first session in which it is present), ended
        (True: absent after `duration`; False: still there when it was last imaged, or not imaged after).

    Raises
    ------
    BadArgument
        For unknown options, and for days that the table does not hold.

    Examples
    --------
    >>> lk.structures.lifetimes(lk.structures.read("spines.csv"))[["structure", "age", "duration", "ended"]].head(2)
      structure           age  duration  ended
    0       s01  pre_existing       2.0   True
    1       s02  pre_existing       2.0   True
    """
    if reappearance not in ("event", "ignored"):
        raise _core.BadArgument(f"reappearance: found {reappearance!r}, expected one of event, ignored")
    table = checked(table)
    who, present = counted_matrix(table)
    when = _when(table, who, time)
    spans = [_lifetime(row, clock, reappearance) for row, clock in zip(present, when, strict=True)]
    who["duration"], who["ended"] = [span[0] for span in spans], [span[1] for span in spans]
    age = ages(table, new_sessions)[[*IDENTITY, "age"]]
    found = who.merge(age, on=list(IDENTITY), how="left", validate="1:1")
    return found[["subject", "group", "branch", "kind", "structure", "age", "duration", "ended"]]


def _when(table: pd.DataFrame, who: pd.DataFrame, time: Unit) -> Floats:
    """The (structure, session) times."""
    numbers = session_numbers(table)
    if time == "session":
        return np.tile(np.arange(len(numbers), dtype=float), (len(who), 1))
    if time != "day":
        raise _core.BadArgument(f"time: found {time!r}, expected one of session, day")
    days = sessions_start(table).groupby(["subject", "session"])["day"].first().unstack()
    found = days.loc[who["subject"]].to_numpy(float)
    if not (np.diff(found, axis=1)[np.isfinite(np.diff(found, axis=1))] > 0).all() or np.isnan(days.iloc[:, 0]).all():
        raise _core.BadArgument("day: found none, or days that do not increase with the session; expected them")
    return found


def _lifetime(present: Floats, when: Floats, reappearance: Reappearance) -> tuple[float, bool]:
    first = int(np.argmax(present == 1))
    unknown = np.flatnonzero(np.isnan(present[first:]) | np.isnan(when[first:]))
    known = present[first : first + (int(unknown[0]) if len(unknown) else len(present))]
    if not len(known):
        return np.nan, False
    absent = np.flatnonzero(known == 0)
    if reappearance == "ignored" and len(absent):
        last_seen = int(np.flatnonzero(known == 1)[-1])
        absent = absent[absent > last_seen]
    end = int(absent[0]) if len(absent) else len(known) - 1
    return float(when[first + end] - when[first]), bool(len(absent))


def survival(
    table: pd.DataFrame,
    age: Age = "pre_existing",
    new_sessions: Iterable[int] = (2, 3),
    reappearance: Reappearance = "event",
    time: Unit = "session",
    by: Iterable[str] = (),
    level: float = 0.95,
) -> pd.DataFrame:
    """The share of structures still there, over time from the first session in which each was seen.

    Parameters
    ----------
    table, new_sessions, reappearance, time
        As in `lifetimes`.
    age : str
        Of which structures: "pre_existing", "new_early" or "later".
    by : iterable of str
        A curve for each "group", "kind", "subject" or "branch".
    level : float
        Of the band: Greenwood's variance, log-log.

    Returns
    -------
    DataFrame
        age (and `by`), time (sessions or days), at_risk, ended, censored (counts), survival (NaN once nobody is at
        risk), low, high. A structure counts among `ended` at the first session of its absence.

    Raises
    ------
    BadArgument
        Where there is no such structure.

    Notes
    -----
    Kaplan-Meier by `scipy.stats.ecdf` of censored data. The band takes structures for independent, which those of an
    animal are not: it is for a figure; tests are those of `survival_compare`.

    Examples
    --------
    >>> table = lk.structures.correct(lk.structures.read("spines.csv"))
    >>> lk.structures.survival(table)[["time", "at_risk", "ended", "survival"]].head(3)
       time  at_risk  ended  survival
    0   0.0        4      0      1.00
    1   1.0        4      0      1.00
    2   2.0        4      1      0.75
    """
    by = _known_columns(by)
    lives = lifetimes(table, new_sessions, reappearance, time)
    lives = lives[(lives["age"] == age) & lives["duration"].notna()]
    if lives.empty:
        raise _core.BadArgument(f"age: found no structure that is {age!r}")
    times = _grid(table, lives, time)
    parts = lives.groupby(by, sort=True) if by else [((), lives)]
    curves = [
        pd.DataFrame({"age": age, **dict(zip(by, key, strict=True)), **_curve(part, times, level)}) for key, part in parts
    ]
    return pd.concat(curves, ignore_index=True)


def _known_columns(by: Iterable[str]) -> list[str]:
    by = [by] if isinstance(by, str) else list(by)
    if not set(by) <= {"group", "kind", "subject", "branch"}:
        raise _core.BadArgument(f"by: found {', '.join(map(str, by))}, expected group, kind, subject, branch")
    return by


def _grid(table: pd.DataFrame, lives: pd.DataFrame, time: Unit) -> Floats:
    if time == "session":
        return np.arange(len(session_numbers(table)), dtype=float)
    return np.unique(np.append(lives["duration"].to_numpy(float), 0.0))


def _censored(lives: pd.DataFrame) -> scipy.stats.CensoredData:
    duration, ended = lives["duration"].to_numpy(float), lives["ended"].to_numpy(bool)
    return scipy.stats.CensoredData(uncensored=duration[ended], right=duration[~ended])


def _curve(lives: pd.DataFrame, times: Floats, level: float) -> dict[str, Any]:
    duration, ended = lives["duration"].to_numpy(float), lives["ended"].to_numpy(bool)
    at_risk = np.array([np.sum(duration >= t) for t in times])
    found = scipy.stats.ecdf(_censored(lives)).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # there is no band where all, or nothing, is left
        band = found.confidence_interval(level, method="log-log")
    nobody = at_risk == 0
    curves = {"survival": found, "low": band.low, "high": band.high}
    return {
        "time": times,
        "at_risk": at_risk,
        "ended": [np.sum(ended & (duration == t)) for t in times],
        "censored": [np.sum(~ended & (duration == t)) for t in times],
        **{name: np.where(nobody, np.nan, curve.evaluate(times)) for name, curve in curves.items()},
    }


def survival_compare(
    table: pd.DataFrame,
    by: Literal["group", "kind", "age"] = "group",
    age: Age = "pre_existing",
    new_sessions: Iterable[int] = (2, 3),
    resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Do two survival curves differ?

    Parameters
    ----------
    table : DataFrame
        Of `correct` or `read`.
    by : str
        What the curves are of: "group" (of animals), "kind" of structure, or "age" (pre-existing against new early).
    age : str
        Of which structures, unless `by` is "age".
    new_sessions : iterable of int
        As in `ages`.
    resamples, seed : int
        Of the bootstrap. Same seed, same numbers.

    Returns
    -------
    DataFrame
        One row per test: test, curve, reference, n, n_reference (structures), n_animals, statistic, low, high (95 %),
        p (two-tailed), effect_size, effect. The bootstrap of the area between the curves (sessions gained) resamples
        animals, then branches, then structures. Where every animal has both kinds of structure, a log-rank test with
        animals as strata (its statistic is chi squared) stands beside it.

    Raises
    ------
    BadArgument
        Where there are not exactly two curves.

    Examples
    --------
    >>> table = lk.structures.correct(lk.structures.read("spines.csv"))
    >>> lk.structures.survival_compare(table, by="age", resamples=200)[["curve", "reference", "n", "n_reference"]]
              curve  reference  n  n_reference
    0  pre_existing  new_early  4            2
    1  pre_existing  new_early  4            2
    """
    if by not in ("group", "kind", "age"):
        raise _core.BadArgument(f"by: found {by!r}, expected one of group, kind, age")
    resamples = check_resampling(resamples)
    lives = lifetimes(table, new_sessions).dropna(subset="duration")
    lives = lives[lives["age"].isin(["pre_existing", "new_early"]) if by == "age" else lives["age"] == age]
    curves = ["pre_existing", "new_early"] if by == "age" else sorted(lives[by].unique())
    if len(curves) != 2 or not set(curves) <= set(lives[by]):
        raise _core.BadArgument(f"{by}: found the curves {', '.join(map(repr, lives[by].unique()))}, expected two")
    base = {"curve": curves[0], "reference": curves[1], "n": int(np.sum(lives[by] == curves[0])),
            "n_reference": int(np.sum(lives[by] == curves[1])), "n_animals": lives["subject"].nunique()}  # fmt: skip
    horizon = len(session_numbers(checked(table))) - 1
    rows = [base | _area_test(lives, by, curves, horizon, resamples, seed)]
    if (lives.groupby("subject")[by].nunique() == 2).all():
        rows.append(base | _log_rank(lives, by))
    return pd.DataFrame(rows)


def _log_rank(lives: pd.DataFrame, by: str) -> dict[str, Any]:
    chi2, p = survdiff(
        lives["duration"].to_numpy(float), lives["ended"].astype(int).to_numpy(), lives[by].to_numpy(str),
        strata=lives["subject"].to_numpy(str),
    )  # fmt: skip
    return {"test": _TEST, "statistic": float(chi2), "low": np.nan, "high": np.nan, "p": float(p),
            "effect_size": np.nan, "effect": ""}  # fmt: skip


def _area(duration: Floats, ended: npt.NDArray[np.bool_], horizon: int) -> float:
    """Mean time survived within the horizon: the area under the curve (a step at every whole session)."""
    at_risk = np.array([np.sum(duration >= t) for t in range(1, horizon + 1)], dtype=float)
    died = np.array([np.sum(ended & (duration == t)) for t in range(1, horizon + 1)], dtype=float)
    stay = np.divide(at_risk - died, at_risk, out=np.ones(horizon), where=at_risk > 0)
    return float(np.sum(np.concatenate([[1.0], np.cumprod(stay)[:-1]])))


def _difference(lives: pd.DataFrame, by: str, curves: list[str], horizon: int) -> float:
    areas = []
    for curve in curves:
        own = lives[(lives[by] == curve).to_numpy()]
        areas.append(_area(own["duration"].to_numpy(float), own["ended"].to_numpy(bool), horizon) if len(own) else np.nan)
    return areas[0] - areas[1]


def _area_test(
    lives: pd.DataFrame, by: str, curves: list[str], horizon: int, resamples: int, seed: int
) -> dict[str, Any]:
    lives = lives.reset_index(drop=True)
    random = np.random.default_rng(seed)
    kinds = lives.groupby("group", sort=True).indices.values() if by == "group" else [np.arange(len(lives))]
    trees = [clusters(lives, rows) for rows in kinds]
    draws = np.array([_difference(lives.iloc[_drawn(trees, random)], by, curves, horizon) for _ in range(resamples)])
    draws, found = draws[np.isfinite(draws)], _difference(lives, by, curves, horizon)
    low, high = np.quantile(draws, (0.025, 0.975)) if len(draws) else (np.nan, np.nan)
    enough = all(len(animals) > 1 for animals in trees)
    return {"test": _AREA_TEST, "statistic": found, "low": low, "high": high,
            "p": tail(draws, "two-sided") if enough and len(draws) else np.nan,
            "effect_size": found / horizon if horizon else np.nan, "effect": "share of the time imaged"}  # fmt: skip


def _drawn(trees: list[Tree], random: np.random.Generator) -> npt.NDArray[np.int64]:
    """Animals are drawn within their group."""
    animals = [tree[k] for tree in trees for k in random.integers(len(tree), size=len(tree))]
    return np.concatenate([draw(animal, random) for animal in animals])
