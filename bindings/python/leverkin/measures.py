"""One value per animal and session: what figures show and statistics test.

What is averaged over what, in `leverkin.stats` and `leverkin.plot`, after Chen et al. (2015), figures 1, 5 and 8:

- The unit is the animal. Trials make one value per animal and session: the fraction of successful trials, the median
  cue-to-reward and reaction time over used trials, the median r over trial pairs. No test takes trials for animals.
- Values of animals are averaged with the mean; the error is the standard error of that mean (n - 1). So "cue to reward"
  is a mean of medians.
- A stretch of sessions ("sessions 7 to 11") is first averaged within each animal, then compared between animals.
- Phases of training (the manifest's column `phase`) are told apart by their sessions, whose numbers run on: training
  1 to 11, retraining 12 to 18. Tests take all sessions unless `sessions` chooses; whole panels show the first phase.
- A session that an animal lacks, or in which it has no movement, is left out of that animal's values and of n; nothing
  is filled in. `across_r` joins an animal's neighbouring sessions and stands in the row of the later one.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from leverkin import _core
from leverkin._values import whole_numbers
from leverkin.results import Results


def measures(results: Results) -> pd.DataFrame:
    """One value per animal and session, of everything that the figures show.

    Returns
    -------
    DataFrame
        subject, group ("all" where there is none), phase (of the training; empty: none), session, n_trials,
        n_movements, success_fraction (0 to 1), cue_to_reward_s and reaction_time_s (s, medians over used trials),
        within_r, across_r (median Pearson r of the session's movements with each other, and with those of the animal's
        session before it; NaN where there is none).

    Examples
    --------
    >>> lk.stats.measures(results)[["subject", "group", "session", "within_r"]].head(3).round(2)
      subject    group  session  within_r
    0     ada  control        1      0.87
    1     ada  control        2      0.94
    2     ada  control        4      0.87
    """
    sessions = results.sessions
    table = sessions[["subject", "group", "phase", "session", "n_trials", "n_movements", "success_fraction"]].copy()
    table["group"] = table["group"].replace("", "all")
    for name in ("cue_to_reward_s", "reaction_time_s"):
        table[name] = sessions[f"median_{name}"]
    table["within_r"] = table["across_r"] = np.nan
    for subject in results.subjects:
        correlogram = results.correlogram(subject)
        own = table["subject"] == subject
        within = dict(zip(correlogram.session.values, correlogram.within_r.values, strict=True))
        across = dict(zip(correlogram.later_session.values, correlogram.across_r.values, strict=True))
        table.loc[own, "within_r"] = table.loc[own, "session"].map(within)
        table.loc[own, "across_r"] = table.loc[own, "session"].map(across)
    return table


def table_of(data: Results | pd.DataFrame, value: str, sessions: Iterable[int] | None = None) -> pd.DataFrame:
    """Checked: the columns subject, group, session, value; without the rows that have no value."""
    if not isinstance(data, (pd.DataFrame, Results)):
        raise _core.BadArgument(f"data: found {type(data).__name__}, expected Results or a DataFrame")
    table = data if isinstance(data, pd.DataFrame) else measures(data)
    missing = [name for name in ("subject", "session", value) if name not in table]
    if missing:
        raise _core.BadArgument(f"without the columns {', '.join(missing)}; found {', '.join(map(str, table.columns))}")
    if "group" not in table:
        table = table.assign(group="all")
    table = table[["subject", "group", "session", value]].set_axis(["subject", "group", "session", "value"], axis=1)
    if sessions is not None:
        table = table[table["session"].isin(whole_numbers(sessions, "sessions"))]
    if not pd.api.types.is_numeric_dtype(table["value"]):
        raise _core.BadArgument(f"{value}: found values of type {table['value'].dtype}, expected numbers")
    table = table.assign(group=table["group"].fillna("all"), value=table["value"].astype(float))
    table = table[np.isfinite(table["value"])].reset_index(drop=True)
    if table.empty:
        raise _core.BadArgument(f"{value}: no animal has a value in these sessions")
    twice = table.duplicated(["subject", "session"])
    if twice.any():
        row = table[twice].iloc[0]
        raise _core.BadArgument(f"{value}: {row.subject} has several values in session {row.session}, expected one")
    return table


def one_group_each(table: pd.DataFrame) -> pd.DataFrame:
    """Checked: groups are compared, so no animal may be in two of them."""
    groups = table.groupby("subject")["group"].unique()
    twice = groups[groups.map(len) > 1]
    if len(twice):
        raise _core.BadArgument(
            f"group: {twice.index[0]} is in {' and '.join(map(repr, twice.iloc[0]))}, expected one group per animal "
            "(`sessions` can choose those of one group; `compare_phases` compares an animal with itself)"
        )
    return table


def per_animal(data: Results | pd.DataFrame, value: str, sessions: Iterable[int] | None = None) -> pd.DataFrame:
    """Every animal's own summary over sessions.

    Parameters
    ----------
    data : Results or DataFrame
        A table needs subject, session, `value`, and group where there are groups.
    value : str
        A column of `measures`, or of the table.
    sessions : iterable of int
        None: all.

    Returns
    -------
    DataFrame
        group, subject, n (sessions), mean, sd, median, first, last; in the unit of `value`.

    Raises
    ------
    BadArgument
        Where there is no such column, or no value.

    Examples
    --------
    >>> lk.stats.per_animal(results, "within_r")[["group", "subject", "n", "mean"]].round(2)
         group subject  n  mean
    0  control     ada  3  0.89
    1  control     bob  3  0.90
    2    light    cleo  3  0.92
    3    light     dan  2  0.77
    """
    rows = table_of(data, value, sessions).sort_values("session")
    rows = rows.groupby(["group", "subject"], sort=True)["value"]
    return rows.agg(n="count", mean="mean", sd="std", median="median", first="first", last="last").reset_index()


def per_session(data: Results | pd.DataFrame, value: str) -> pd.DataFrame:
    """Mean and standard error over animals, for every group and session: the black curves of the figures.

    Returns
    -------
    DataFrame
        group, session, n (animals), mean, sem (NaN of one animal), median; in the unit of `value`.

    Raises
    ------
    BadArgument
        Where there is no such column, or no value.

    Examples
    --------
    >>> lk.stats.per_session(results, "within_r").round(2)
         group  session  n  mean   sem  median
    0  control        1  2  0.87  0.00    0.87
    1  control        2  2  0.95  0.00    0.95
    2  control        4  2  0.88  0.00    0.88
    3    light        1  2  0.91  0.03    0.91
    4    light        2  1  0.86   NaN    0.86
    5    light        4  2  0.81  0.15    0.81
    """
    rows = table_of(data, value).groupby(["group", "session"], sort=True)["value"]
    return rows.agg(n="count", mean="mean", sem="sem", median="median").reset_index()
