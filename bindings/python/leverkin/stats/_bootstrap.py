"""Groups, and stretches of sessions, compared by resampling animals."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
import pandas as pd
import scipy.stats
from statsmodels.stats.multitest import multipletests

from leverkin import _core
from leverkin.measures import one_group_each, table_of
from leverkin.results import Results
from leverkin.stats._checks import Alternative, Floats, check_choice, check_resampling, found_first, tail

Centre = Literal["mean", "median"]

_CENTRES = {"mean": np.mean, "median": np.median}


def _bootstrap(
    samples: tuple[Floats, ...], centre: Centre, alternative: Alternative, resamples: int, level: float, seed: int
) -> dict[str, Any]:
    """One sample of differences, or two samples to compare."""
    resamples = check_resampling(resamples, level)
    check_choice("statistic", centre, _CENTRES)
    check_choice("alternative", alternative, ("two-sided", "less", "greater"))
    of = _CENTRES[centre]

    def difference(x: Floats, y: Floats | None = None, axis: int = -1) -> Any:
        return of(x, axis=axis) - (0.0 if y is None else of(y, axis=axis))

    if min(map(len, samples)) < 2:
        raise _core.BadArgument(f"found {' and '.join(str(len(s)) for s in samples)} animals, expected two or more")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of samples without variance; the interval is then a point
        found = scipy.stats.bootstrap(
            samples, difference, n_resamples=resamples, confidence_level=level, method="percentile", vectorized=True,
            rng=np.random.default_rng(seed),
        )  # fmt: skip
    return {
        "statistic": float(difference(*samples)),
        "low": found.confidence_interval.low,
        "high": found.confidence_interval.high,
        "p": tail(found.bootstrap_distribution, alternative),
    }


def _with_bonferroni(rows: list[dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(rows)
    tested = table["p"].notna()
    corrected = np.full(len(table), np.nan)
    if tested.any():
        corrected[tested] = multipletests(table.loc[tested, "p"], method="bonferroni")[1]
    table.insert(int(table.columns.get_loc("p")) + 1, "p_bonferroni", corrected)
    return table


def _cohens_d(first: Floats, second: Floats) -> float:
    spread = np.sqrt(
        np.average([np.var(first, ddof=1), np.var(second, ddof=1)], weights=[len(first) - 1, len(second) - 1])
    )
    return float((first.mean() - second.mean()) / spread) if spread > 0 else np.nan


def _cliffs_delta(first: Floats, second: Floats) -> float:
    return float(2 * scipy.stats.mannwhitneyu(first, second).statistic / (len(first) * len(second)) - 1)


@found_first
def bootstrap_groups(
    data: Results | pd.DataFrame,
    value: str,
    sessions: Iterable[int] | None = None,
    control: str | None = None,
    statistic: Centre = "mean",
    alternative: Alternative = "two-sided",
    resamples: int = 10_000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Bootstrap comparison of groups, corrected by Bonferroni (Fig. 8b, c).

    Parameters
    ----------
    data, value
        As in `per_animal`.
    sessions : iterable of int
        Averaged within each animal first; None: all.
    control : str
        The group that all others are compared with. None: all pairs.
    statistic : str
        "mean" or "median" of the animals.
    alternative : str
        "two-sided"; "less" or "greater" than the reference (one-tailed).
    resamples : int
    level : float
        Of the two-sided percentile interval; not corrected.
    seed : int
        Same seed, same numbers.

    Returns
    -------
    DataFrame
        A row per comparison: test, group, reference, n, n_reference (animals), statistic (difference, in the unit of
        `value`), low, high, p, p_bonferroni, effect_size (Cohen's d of means, Cliff's delta of medians), effect.

    Raises
    ------
    BadArgument
        For an unknown control, and for groups of fewer than two animals.

    Notes
    -----
    Animals are resampled within their group. Assumes: animals are independent and stand for their population; with
    fewer than about eight animals in a group, the percentile bootstrap finds differences too readily.
    `scipy.stats.bootstrap`; `statsmodels.stats.multitest.multipletests`.

    Examples
    --------
    >>> found = lk.stats.bootstrap_groups(results, "within_r", control="control", alternative="less")
    >>> found[["group", "n", "statistic", "p", "p_bonferroni"]].round(2)
       group  n  statistic     p  p_bonferroni
    0  light  2      -0.05  0.24          0.24
    """
    table = one_group_each(table_of(data, value, sessions))
    animals = table.groupby(["group", "subject"], sort=True)["value"].mean()
    groups = {name: part.to_numpy() for name, part in animals.groupby("group")}
    if len(groups) < 2 or (control is not None and control not in groups):
        raise _core.BadArgument(f"control: found {control!r} and the groups {', '.join(groups)}")
    pairs = (
        itertools.combinations(groups, 2)
        if control is None
        else ((control, name) for name in groups if name != control)
    )
    rows = []
    for reference, group in pairs:
        first, second = groups[group], groups[reference]
        rows.append(
            {
                "test": f"bootstrap of {statistic}s, {alternative}",
                "group": group,
                "reference": reference,
                "n": len(first),
                "n_reference": len(second),
                **_bootstrap((first, second), statistic, alternative, resamples, level, seed),
                "effect_size": (_cohens_d if statistic == "mean" else _cliffs_delta)(first, second),
                "effect": "Cohen's d" if statistic == "mean" else "Cliff's delta",
            }
        )
    return _with_bonferroni(rows)


@found_first
def compare_phases(
    data: Results | pd.DataFrame,
    value: str,
    early: Iterable[int],
    late: Iterable[int],
    test: Literal["bootstrap", "t"] = "bootstrap",
    statistic: Centre = "mean",
    alternative: Alternative = "two-sided",
    resamples: int = 10_000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """The same animals in two stretches of sessions: early and late, or training and retraining (Fig. 8e, f).

    Parameters
    ----------
    data, value
        As in `per_animal`.
    early, late : iterable of int
        Sessions, averaged within each animal. An animal that lacks one of the two is left out.
    test : str
        "bootstrap" of the animals' differences, or paired "t" test.
    statistic, resamples, seed
        As in `bootstrap_groups`; of the bootstrap only.
    alternative : str
        "greater": late is above early.
    level : float
        Of the two-sided interval; not corrected.

    Returns
    -------
    DataFrame
        A row per group: test, group, n (animals), statistic (t; of the bootstrap: the difference), difference (late
        minus early, in the unit of `value`), low, high, p, p_bonferroni (over groups), effect_size (mean difference /
        its standard deviation), effect.

    Raises
    ------
    BadArgument
        Where no animal has both.

    Notes
    -----
    Assumes: animals are independent; for "t" that their differences are normal. `scipy.stats.bootstrap`,
    `scipy.stats.ttest_1samp`.

    Examples
    --------
    >>> lk.stats.compare_phases(results, "within_r", early=[1], late=[4])[["group", "n", "difference"]].round(2)
         group  n  difference
    0  control  2        0.01
    1    light  2       -0.10
    """
    check_choice("test", test, ("bootstrap", "t"))
    check_choice("alternative", alternative, ("two-sided", "less", "greater"))
    parts = [table_of(data, value, sessions) for sessions in (early, late)]
    means = [one_group_each(part).groupby("subject")["value"].mean() for part in parts]
    differences = (means[1] - means[0]).dropna()
    group_of = parts[1].groupby("subject")["group"].first()  # where it changes, as 8e's light does, that of `late`
    rows = []
    for group, part in differences.groupby(group_of):
        change = part.to_numpy()
        if len(change) == 1:
            found = dict.fromkeys(("statistic", "low", "high", "p"), np.nan) | {"difference": change[0]}
        elif test == "bootstrap":
            found = _bootstrap((change,), statistic, alternative, resamples, level, seed)
            found["difference"] = found["statistic"]
        else:
            t_test = scipy.stats.ttest_1samp(change, 0.0, alternative=alternative)
            low, high = scipy.stats.ttest_1samp(change, 0.0).confidence_interval(level)
            found = {
                "statistic": t_test.statistic,
                "low": low,
                "high": high,
                "p": t_test.pvalue,
                "difference": change.mean(),
            }
        spread = change.std(ddof=1) if len(change) > 1 else np.nan
        name = f"bootstrap of {statistic}s, paired" if test == "bootstrap" else "paired t test"
        rows.append(
            {"test": f"{name}, {alternative}", "group": group, "n": len(change)}
            | {key: found[key] for key in ("statistic", "difference", "low", "high", "p")}
            | {"effect_size": change.mean() / spread if spread > 0 else np.nan, "effect": "mean change / SD of changes"}
        )
    if not rows:
        raise _core.BadArgument(f"{value}: no animal has both early and late sessions")
    return _with_bonferroni(rows)
