"""Analysis of variance: over sessions, of groups, and which groups differ."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import numpy as np
import pandas as pd
import scipy.stats
import statsmodels.api as sm
from statsmodels.formula.api import ols
from statsmodels.stats.anova import AnovaRM

from leverkin import _core
from leverkin.measures import one_group_each, table_of
from leverkin.results import Results
from leverkin.stats._checks import found_first, varies


@found_first
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


@found_first
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
    if not varies(fit.resid, table["value"]):
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


@found_first
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
