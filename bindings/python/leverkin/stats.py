"""Statistics of a study, on scipy and statsmodels. `leverkin.measures` says what is averaged over what.

Every test takes a `Results` or a table like that of `measures`, and returns a table with at least the columns test, n,
statistic, p, effect_size and effect (which effect size it is). p is two-tailed unless `alternative` says otherwise.
Of a single animal there is nothing to test over animals: statistic and p are then NaN.

>>> import leverkin as lk
>>> results = lk.load("results.h5")
>>> lk.stats.anova_sessions(results, "within_r")[["n", "n_animals", "df", "df_error"]]
    n  n_animals  df  df_error
0  11          4   2         8
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.stats
import statsmodels.api as sm
from statsmodels.formula.api import mixedlm, ols
from statsmodels.stats.anova import AnovaRM
from statsmodels.stats.multitest import multipletests
from statsmodels.tools.sm_exceptions import ModelWarning

from leverkin import _core
from leverkin.measures import measures, one_group_each, per_animal, per_session, table_of
from leverkin.results import Results

__all__ = [
    "anova_groups",
    "anova_sessions",
    "bootstrap_groups",
    "compare_phases",
    "correlogram_bands",
    "measures",
    "mixed_model",
    "per_animal",
    "per_session",
    "shuffle_control",
    "trend",
    "tukey",
]

Alternative = Literal["two-sided", "less", "greater"]
Centre = Literal["mean", "median"]
Floats = npt.NDArray[np.float64]

_CENTRES = {"mean": np.mean, "median": np.median}


def anova_sessions(
    data: Results | pd.DataFrame, value: str, sessions: Iterable[int] | None = None, repeated: bool = False
) -> pd.DataFrame:
    """One-way analysis of variance: does the measure change over sessions (Fig. 1b to e)?

    Parameters
    ----------
    data, value, sessions
        As in `per_animal`. Groups are taken together.
    repeated : bool
        False: animals of different sessions count as different ones, as published. True: repeated measures within
        animals, which the design is; animals that lack a session are left out.

    Returns
    -------
    DataFrame
        One row: test, n (animal-sessions; animals where repeated), n_animals, df, df_error, statistic (F), p,
        effect_size (eta squared; partial where repeated), effect.

    Raises
    ------
    BadArgument
        With fewer than two sessions, or nothing to estimate the error from.

    Notes
    -----
    Assumes: normal residuals of one variance; independence of all values (`repeated` false), or sphericity (true).
    `scipy.stats.f_oneway`; `statsmodels.stats.anova.AnovaRM`.

    Examples
    --------
    >>> lk.stats.anova_sessions(results, "cue_to_reward_s")[["test", "n", "statistic", "p"]].round(2)
                              test   n  statistic     p
    0  one-way ANOVA over sessions  11       0.57  0.59
    """
    table = table_of(data, value, sessions)
    names = table["session"].unique()
    if repeated:
        complete = table.groupby("subject")["session"].transform("count") == len(names)
        table = table[complete]
    animals, count, levels = table["subject"].nunique(), len(table), len(names)
    if levels < 2 or (animals > 1 and count <= levels) or animals == 0:
        missing = " that have all of them" if repeated else ""
        raise _core.BadArgument(f"{value}: found {levels} sessions of {animals} animals{missing}, expected two of each")
    if animals == 1:
        statistic, p, df, df_error = np.nan, np.nan, levels - 1, 0
    elif repeated:
        (found,) = AnovaRM(table, "value", "subject", ["session"]).fit().anova_table.itertuples(index=False, name=None)
        statistic, df, df_error, p = found[:4]
    else:
        statistic, p = scipy.stats.f_oneway(*(part for _, part in table.groupby("session")["value"]))
        df, df_error = levels - 1, count - levels
    row = {
        "test": "one-way repeated-measures ANOVA over sessions" if repeated else "one-way ANOVA over sessions",
        "n": animals if repeated else count,
        "n_animals": animals,
        "df": df,
        "df_error": df_error,
        "statistic": statistic,
        "p": p,
        "effect_size": statistic * df / (statistic * df + df_error),
        "effect": "partial eta squared" if repeated else "eta squared",
    }
    return pd.DataFrame([row])


def _varies(residuals: npt.ArrayLike, values: npt.ArrayLike) -> bool:
    """False where what is left after a fit is rounding, and any statistic would be noise."""
    return bool(np.sum(np.square(residuals)) > 1e-20 * np.sum(np.square(values)))


def _crossed(data: Results | pd.DataFrame, value: str, sessions: Iterable[int] | None) -> pd.DataFrame:
    """A table in which every group has every session, and some cell more than one animal."""
    table = one_group_each(table_of(data, value, sessions))
    cells = table.pivot_table(index="group", columns="session", values="value", aggfunc="count", fill_value=0)
    if min(cells.shape) < 2:
        raise _core.BadArgument(
            f"{value}: found {cells.shape[0]} groups, {cells.shape[1]} sessions, expected two of each"
        )
    for group, session in np.argwhere(cells.to_numpy() == 0):
        raise _core.BadArgument(
            f"{value}: group {cells.index[group]!r} has no animal in session {cells.columns[session]}; "
            "choose `sessions`"
        )
    if len(table) <= cells.size:
        raise _core.BadArgument(f"{value}: found one animal per group and session, expected more")
    return table


def anova_groups(data: Results | pd.DataFrame, value: str, sessions: Iterable[int] | None = None) -> pd.DataFrame:
    """Two-way analysis of variance, group x session, with interaction (Fig. 8d); `tukey` goes with it.

    Parameters
    ----------
    data, value, sessions
        As in `per_animal`.

    Returns
    -------
    DataFrame
        Rows group, session, group:session: test, term, n (animal-sessions), n_animals, df, df_error, statistic (F), p,
        effect_size (partial eta squared), effect.

    Raises
    ------
    BadArgument
        Without two groups and two sessions, where a group lacks a session, or with one animal per group.

    Notes
    -----
    Type III sums of squares, so unequal groups weigh alike. Assumes: normal residuals of one variance, independent
    values; an animal's sessions are treated as independent, as published (`mixed_model` does not).
    `statsmodels.stats.anova.anova_lm`.

    Examples
    --------
    >>> lk.stats.anova_groups(results, "cue_to_reward_s", sessions=(1, 4))[["term", "statistic", "p"]].round(2)
                term  statistic     p
    0          group       1.11  0.35
    1        session       0.01  0.91
    2  group:session       0.72  0.44
    """
    table = _crossed(data, value, sessions)
    fit = ols("value ~ C(group, Sum) * C(session, Sum)", table).fit()
    found = sm.stats.anova_lm(fit, typ=3).iloc[1:]  # without the intercept
    error = found.loc["Residual", ["sum_sq", "df"]]
    found = found.drop("Residual")
    if not _varies(fit.resid, table["value"]):
        found.loc[:, ["F", "PR(>F)", "sum_sq"]] = np.nan
    return pd.DataFrame(
        {
            "test": "two-way ANOVA, group x session",
            "term": ["group", "session", "group:session"],
            "n": len(table),
            "n_animals": table["subject"].nunique(),
            "df": found["df"].to_numpy(),
            "df_error": error["df"],
            "statistic": found["F"].to_numpy(),
            "p": found["PR(>F)"].to_numpy(),
            "effect_size": (found["sum_sq"] / (found["sum_sq"] + error["sum_sq"])).to_numpy(),
            "effect": "partial eta squared",
        }
    )


def tukey(
    data: Results | pd.DataFrame, value: str, sessions: Iterable[int] | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Tukey's honestly significant differences between groups, after `anova_groups` (Fig. 8d).

    Parameters
    ----------
    data, value, sessions
        As in `per_animal`.
    level : float
        Of the simultaneous confidence intervals.

    Returns
    -------
    DataFrame
        A row per pair of groups: test, group, reference, n, n_reference (animal-sessions), df_error, difference (group
        minus reference, in the unit of `value`; every session weighs alike), low, high, statistic (studentised range
        q), p (of the family), effect_size (difference / residual standard deviation), effect.

    Raises
    ------
    BadArgument
        As `anova_groups`.

    Notes
    -----
    The error is that of the two-way model; Tukey-Kramer where groups differ in size. Assumes what the ANOVA assumes.
    `scipy.stats.studentized_range` on contrasts of a `statsmodels` cell-means model.

    Examples
    --------
    >>> lk.stats.tukey(results, "cue_to_reward_s", sessions=(1, 4))[["group", "reference", "difference", "p"]].round(2)
       group reference  difference     p
    0  light   control       -0.08  0.35
    """
    table = _crossed(data, value, sessions)
    cells = table.groupby(["group", "session"], sort=True)
    fit = sm.OLS(table["value"].to_numpy(), np.eye(cells.ngroups)[cells.ngroup()]).fit()
    group_of = cells.size().index.get_level_values("group")
    sizes = table["group"].value_counts()
    family = (len(sizes), fit.df_resid)
    rows = []
    for reference, group in itertools.combinations(sorted(sizes.index), 2):
        contrast = (group_of == group) / (group_of == group).sum() - (group_of == reference) / (
            group_of == reference
        ).sum()
        found = fit.t_test(contrast)
        difference, error = float(np.squeeze(found.effect)), float(np.squeeze(found.sd))
        q = abs(difference) / error * np.sqrt(2)
        reach = scipy.stats.studentized_range.ppf(level, *family) * error / np.sqrt(2)
        rows.append(
            {
                "test": "Tukey HSD between groups",
                "group": group,
                "reference": reference,
                "n": sizes[group],
                "n_reference": sizes[reference],
                "df_error": fit.df_resid,
                "difference": difference,
                "low": difference - reach,
                "high": difference + reach,
                "statistic": q,
                "p": scipy.stats.studentized_range.sf(q, *family),
                "effect_size": difference / np.sqrt(fit.mse_resid),
                "effect": "difference / residual SD",
            }
        )
    return pd.DataFrame(rows)


def _tail(draws: Floats, alternative: Alternative) -> float:
    """p of "no difference" from resampled differences; a resample in favour of it is always counted in."""
    not_above = (np.count_nonzero(draws <= 0) + 1) / (len(draws) + 1)
    not_below = (np.count_nonzero(draws >= 0) + 1) / (len(draws) + 1)
    tails = {"greater": not_above, "less": not_below, "two-sided": min(1.0, 2 * min(not_above, not_below))}
    return float(tails[alternative])


def _check_choice(name: str, found: str, choices: Iterable[str]) -> None:
    if found not in choices:
        raise _core.BadArgument(f"{name}: found {found!r}, expected one of {', '.join(choices)}")


def _check_resampling(count: int, level: float = 0.95) -> None:
    if count < 1 or not 0 < level < 1:
        raise _core.BadArgument(f"found {count} resamples at level {level}, expected 1 or more, 0 < level < 1")


def _bootstrap(
    samples: tuple[Floats, ...], centre: Centre, alternative: Alternative, resamples: int, level: float, seed: int
) -> dict[str, Any]:
    """One sample of differences, or two samples to compare."""
    _check_resampling(resamples, level)
    _check_choice("statistic", centre, _CENTRES)
    _check_choice("alternative", alternative, ("two-sided", "less", "greater"))
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
        "p": _tail(found.bootstrap_distribution, alternative),
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
    _check_choice("test", test, ("bootstrap", "t"))
    _check_choice("alternative", alternative, ("two-sided", "less", "greater"))
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


def trend(data: Results | pd.DataFrame, value: str = "within_r", sessions: Iterable[int] | None = None) -> pd.DataFrame:
    """Does the measure rise or fall with the number of the session? By default: does the movement become stereotyped?

    Parameters
    ----------
    data, value, sessions
        As in `per_animal`.

    Returns
    -------
    DataFrame
        Two rows per group. "Pearson correlation with session": all animal-sessions in one, as published; n counts them,
        statistic and effect_size are r. "slope per animal, one-sample t": a line for each animal, their slopes tested
        against 0; n counts animals (those with two sessions or more), statistic is t, effect_size the mean slope / SD
        of slopes. Both: test, group, n, statistic, p, slope (unit of `value` per session), effect_size, effect.

    Raises
    ------
    BadArgument
        Where a group has fewer than three values or only one session.

    Notes
    -----
    Assumes: a linear trend and normal residuals; the first row also that values of one animal are independent (they are
    not: prefer the second row or `mixed_model`). NaN where one animal leaves nothing to test.
    `scipy.stats.linregress`, `scipy.stats.ttest_1samp`.

    Examples
    --------
    >>> lk.stats.trend(results)[["test", "group", "n", "slope"]].round(2)
                                   test    group  n  slope
    0  Pearson correlation with session  control  6  -0.00
    1    slope per animal, one-sample t  control  2  -0.00
    2  Pearson correlation with session    light  5  -0.03
    3    slope per animal, one-sample t    light  2  -0.03
    """
    rows = []
    for group, part in table_of(data, value, sessions).groupby("group"):
        if len(part) < 3 or part["session"].nunique() < 2:
            raise _core.BadArgument(
                f"{value}: group {group!r} has {len(part)} values, expected three over two sessions"
            )
        pooled = scipy.stats.linregress(part["session"], part["value"])
        lines = [one for _, one in part.groupby("subject") if len(one) > 1]
        slopes = np.array([scipy.stats.linregress(one["session"], one["value"]).slope for one in lines])
        tested = len(slopes) > 1
        t_test = scipy.stats.ttest_1samp(slopes, 0.0) if tested else None
        rows += [
            {
                "test": "Pearson correlation with session",
                "group": group,
                "n": len(part),
                "statistic": pooled.rvalue,
                "p": pooled.pvalue,
                "slope": pooled.slope,
                "effect_size": pooled.rvalue,
                "effect": "Pearson r",
            },
            {
                "test": "slope per animal, one-sample t",
                "group": group,
                "n": len(slopes),
                "statistic": t_test.statistic if t_test else np.nan,
                "p": t_test.pvalue if t_test else np.nan,
                "slope": slopes.mean() if len(slopes) else np.nan,
                "effect_size": slopes.mean() / slopes.std(ddof=1) if tested else np.nan,
                "effect": "mean slope / SD of slopes",
            },
        ]
    return pd.DataFrame(rows)


def mixed_model(
    data: Results | pd.DataFrame,
    value: str,
    sessions: Iterable[int] | None = None,
    control: str | None = None,
    slopes: bool = False,
    level: float = 0.95,
) -> pd.DataFrame:
    """Linear mixed-effects model: session, group and their interaction, with the animal as random effect.

    Parameters
    ----------
    data, value, sessions
        As in `per_animal`.
    control : str
        The group that the others are compared with; None: the first by name. Without groups, there is session alone.
    slopes : bool
        True: animals differ in their slope over sessions too, not only in their level.
    level : float
        Of the confidence intervals.

    Returns
    -------
    DataFrame
        A row per fixed effect: test, term ("intercept", "session", "group[name]", "session:group[name]"), n (animal-
        sessions), n_animals, estimate (unit of `value`; of session: per session), se, low, high, statistic (z), p,
        effect_size (estimate / SD of animals and residuals together), effect, animal_sd (in the first session),
        residual_sd, converged (False: the numbers are of no use).

    Raises
    ------
    BadArgument
        With fewer than two sessions, or for an unknown control.

    Notes
    -----
    Sessions count from the first one used, so "group[name]" is the difference in that session. Fitted by REML. Assumes:
    a linear course, normal animal effects and residuals of one variance; p is Wald's, which is too small with few
    animals (below about ten). `statsmodels.regression.mixed_linear_model.MixedLM`.

    Examples
    --------
    >>> found = lk.stats.mixed_model(results, "cue_to_reward_s", control="control")
    >>> found.term.tolist()
    ['intercept', 'group[light]', 'session', 'session:group[light]']
    """
    table = one_group_each(table_of(data, value, sessions))
    groups, animals = sorted(table["group"].unique()), table["subject"].nunique()
    control = groups[0] if control is None else control
    if table["session"].nunique() < 2 or len(table) <= animals or control not in groups:
        raise _core.BadArgument(
            f"{value}: found {animals} animals, {table['session'].nunique()} sessions, control {control!r} and the "
            f"groups {', '.join(groups)}; expected two sessions and a control among the groups"
        )
    if animals <= len(groups) or not _varies(table["value"] - table["value"].mean(), table["value"]):
        return _untested_model(len(table), animals)
    codes = {name: f"g{place}" for place, name in enumerate(groups)}  # names of groups must not be read as formulas
    table = table.assign(since=table["session"] - table["session"].min(), code=table["group"].map(codes))
    formula = "value ~ since" if len(groups) == 1 else f"value ~ since * C(code, Treatment('{codes[control]}'))"
    model = mixedlm(formula, table, groups="subject", re_formula="~since" if slopes else "~1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ModelWarning)  # the column `converged` says it
        fit = model.fit(reml=True, method=["bfgs", "lbfgs", "cg", "nm"])  # until one of them converges
    fixed = fit.fe_params
    between, within = float(np.asarray(fit.cov_re)[0, 0]), float(fit.scale)
    bounds = fit.conf_int(alpha=1 - level).loc[fixed.index].to_numpy()
    return pd.DataFrame(
        {
            "test": _MODEL,
            "term": [_term(name, codes) for name in fixed.index],
            "n": len(table),
            "n_animals": animals,
            "estimate": fixed.to_numpy(),
            "se": fit.bse_fe.to_numpy(),
            "low": bounds[:, 0],
            "high": bounds[:, 1],
            "statistic": fit.tvalues[fixed.index].to_numpy(),
            "p": fit.pvalues[fixed.index].to_numpy(),
            "effect_size": fixed.to_numpy() / np.sqrt(between + within),
            "effect": _MODEL_EFFECT,
            "animal_sd": np.sqrt(between),
            "residual_sd": np.sqrt(within),
            "converged": bool(fit.converged),
        }
    )


_MODEL = "linear mixed model, animal as random effect, Wald z"
_MODEL_EFFECT = "estimate / SD of animals and residuals"


def _untested_model(count: int, animals: int) -> pd.DataFrame:
    """Of no more animals than groups, or of values that are all the same: animals cannot be told from residuals."""
    numbers = ("estimate", "se", "low", "high", "statistic", "p", "effect_size")
    row = {"test": _MODEL, "term": "session", "n": count, "n_animals": animals, **dict.fromkeys(numbers, np.nan)}
    return pd.DataFrame(
        [row | {"effect": _MODEL_EFFECT, "animal_sd": np.nan, "residual_sd": np.nan, "converged": False}]
    )


def _term(name: str, codes: dict[str, str]) -> str:
    of = next((f"group[{group}]" for group, code in codes.items() if f"[T.{code}]" in name), "")
    if "since" in name:
        return f"session:{of}" if of else "session"
    return of or "intercept"


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
    _check_resampling(resamples, level)
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
                "p": _tail(draws, "two-sided") if len(draws) else np.nan,
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
    _check_resampling(shuffles)
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
