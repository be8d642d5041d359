"""Scoring errors of a single session, found by what the sessions beside it show (Chen et al. 2015)."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from leverkin import _core
from leverkin.structures._table import IDENTITY, checked, matrix, session_numbers, sessions_start

Order = Literal["gaps", "time"]

STATUS = {"kept": 0, "corrected": 1, "excluded": 2, "never_present": 3}
# Chen et al. (2015): 487 of 7,215 structures corrected, 45 excluded
PUBLISHED_CORRECTED, PUBLISHED_EXCLUDED = 487 / 7215, 45 / 7215

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def correct(table: pd.DataFrame, order: Order = "gaps") -> pd.DataFrame:
    """Corrects what a scorer missed, or saw in vain, in a single session.

    Absent between two sessions with the structure: present. Present between two sessions without it: absent. One
    correction per structure at most; where such a pattern remains, the structure is excluded. The first and the last
    session are never corrected, nor is one beside a session without an image.

    Parameters
    ----------
    table : DataFrame
        Of `read`.
    order : str
        Which site is corrected where there are several; the paper does not say. "gaps": the earliest gap that can be
        filled, before any presence is removed; "time": the earliest site of either kind.

    Returns
    -------
    DataFrame
        The table with `present` corrected (of the first image of a session, where there are several), and
        scored (as it was), status ("kept", "corrected", "excluded", "never_present": after correction absent in every
        session), counted (False: excluded, or never present), corrected_session (NaN: none).

    Raises
    ------
    BadArgument
        Where the table is no such table.

    Examples
    --------
    >>> corrected = lk.structures.correct(lk.structures.read("spines.csv"))
    >>> changed = corrected[corrected.session == corrected.corrected_session]
    >>> changed[["subject", "structure", "session", "scored", "present"]]
       subject structure  session  scored  present
    2      ada       s01        3     0.0      1.0
    12     ada       s03        3     1.0      0.0
    """
    table = checked(table)
    if order not in ("gaps", "time"):
        raise _core.BadArgument(f"order: found {order!r}, expected one of gaps, time")
    table = table.reset_index(drop=True)
    given = table.drop(columns=["scored", "status", "counted", "corrected_session"], errors="ignore")
    given = given.assign(present=table["scored"] if "scored" in table else table["present"])
    who, scored = matrix(given)
    corrected, place, status = _correct(scored, order)
    numbers = session_numbers(given)
    who["status"] = np.array(list(STATUS))[status]
    who["counted"] = status <= STATUS["corrected"]
    who["corrected_session"] = np.where(place >= 0, numbers[place], np.nan)
    values = pd.DataFrame(corrected, columns=numbers).assign(**who[list(IDENTITY)])
    values = values.melt(list(IDENTITY), var_name="session").astype({"session": np.int64})
    joined = given.merge(values, on=[*IDENTITY, "session"], how="left", validate="m:1").merge(
        who.drop(columns="group"), on=list(IDENTITY), how="left", validate="m:1"
    )
    at_start = given.index.isin(sessions_start(given).index)
    joined.insert(given.columns.get_loc("present"), "scored", given["present"].to_numpy())
    joined["present"] = np.where(at_start, joined["value"], joined["scored"])
    return joined.drop(columns="value")


def correction_rates(corrected: pd.DataFrame) -> pd.DataFrame:
    """How much of the scoring was corrected, beside what the paper reports.

    Parameters
    ----------
    corrected : DataFrame
        Of `correct`.

    Returns
    -------
    DataFrame
        A row per animal and one of all ("all"): subject, n (structures), corrected, excluded, never_present (counts),
        corrected_rate, excluded_rate (of n), published_corrected_rate, published_excluded_rate. A structure that was
        corrected away counts as corrected too. More than 0.16 corrected means that the scoring, not the learning,
        makes the dynamics.

    Raises
    ------
    BadArgument
        Where the table was not corrected.

    Examples
    --------
    >>> corrected = lk.structures.correct(lk.structures.read("spines.csv"))
    >>> lk.structures.correction_rates(corrected)[["subject", "n", "corrected", "corrected_rate"]]
      subject  n  corrected  corrected_rate
    0     all  7          2        0.285714
    1     ada  4          2        0.500000
    2     bob  3          0        0.000000
    """
    one = each(_need_correction(corrected))
    parts = [("all", one), *one.groupby("subject", sort=True)]
    rows = [{"subject": subject, "n": len(part), **_counts(part)} for subject, part in parts]
    return pd.DataFrame(rows).assign(
        corrected_rate=lambda t: t["corrected"] / t["n"],
        excluded_rate=lambda t: t["excluded"] / t["n"],
        published_corrected_rate=PUBLISHED_CORRECTED,
        published_excluded_rate=PUBLISHED_EXCLUDED,
    )


def each(table: pd.DataFrame) -> pd.DataFrame:
    """One row per structure.

    Parameters
    ----------
    table : DataFrame
        Of `read` or `correct`.

    Returns
    -------
    DataFrame
        subject, group, branch, kind, structure, status ("kept" where nothing was corrected), counted,
        corrected_session, first_session, last_session (in which it is present; NaN: in none).

    Examples
    --------
    >>> table = lk.structures.correct(lk.structures.read("spines.csv"))
    >>> lk.structures.each(table)[["structure", "status", "first_session", "last_session"]].head(3)
      structure         status  first_session  last_session
    0       s01      corrected            1.0           5.0
    1       s02           kept            1.0           2.0
    2       s03  never_present            NaN           NaN
    """
    who, present = matrix(checked(table))
    numbers, seen = session_numbers(table), present == 1
    who["first_session"] = np.where(seen.any(axis=1), numbers[seen.argmax(axis=1)], np.nan)
    who["last_session"] = np.where(seen.any(axis=1), numbers[::-1][seen[:, ::-1].argmax(axis=1)], np.nan)
    if "status" in table:
        known = table.drop_duplicates(list(IDENTITY))[[*IDENTITY, "status", "counted", "corrected_session"]]
        who = who.merge(known, on=list(IDENTITY), how="left", validate="1:1")
    else:
        status = np.where(seen.any(axis=1), "kept", "never_present")
        who = who.assign(status=status, counted=seen.any(axis=1), corrected_session=np.nan)
    return who[
        ["subject", "group", "branch", "kind", "structure", "status", "counted", "corrected_session", "first_session",
         "last_session"]
    ]  # fmt: skip


def counted_matrix(table: pd.DataFrame) -> tuple[pd.DataFrame, Floats]:
    """`matrix` of the structures that count."""
    who, present = matrix(checked(table))
    counted = (each(table)["counted"].to_numpy(bool)) if len(who) else np.zeros(0, bool)
    return who[counted].reset_index(drop=True), present[counted]


def _need_correction(table: pd.DataFrame) -> pd.DataFrame:
    if "status" not in checked(table):
        raise _core.BadArgument("table: without the column status, expected a table of `correct`")
    return table


def _counts(one: pd.DataFrame) -> dict[str, int]:
    excluded = one["status"] == "excluded"
    return {
        "corrected": int((one["corrected_session"].notna() & ~excluded).sum()),
        "excluded": int(excluded.sum()),
        "never_present": int((one["status"] == "never_present").sum()),
    }


def _patterns(present: Floats) -> tuple[Flags, Flags]:
    """Where a structure is absent between two presences, and present between two absences."""
    before, here, after = present[:, :-2], present[:, 1:-1], present[:, 2:]
    gap, blip = np.zeros(present.shape, bool), np.zeros(present.shape, bool)
    gap[:, 1:-1] = (before == 1) & (here == 0) & (after == 1)
    blip[:, 1:-1] = (before == 0) & (here == 1) & (after == 0)
    return gap, blip


def _correct(scored: Floats, order: Order) -> tuple[Floats, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Corrected values, the corrected place (-1: none), status."""
    corrected = scored.copy()
    if scored.shape[1] < 3:
        place = np.full(len(scored), -1)
    else:
        gap, blip = _patterns(scored)
        either = gap | blip
        first = np.where(gap.any(axis=1), gap.argmax(axis=1), blip.argmax(axis=1))
        place = np.where(either.any(axis=1), either.argmax(axis=1) if order == "time" else first, -1)
    rows = np.flatnonzero(place >= 0)
    corrected[rows, place[rows]] = 1 - corrected[rows, place[rows]]
    status = np.where(place >= 0, STATUS["corrected"], STATUS["kept"])
    status[~(corrected == 1).any(axis=1)] = STATUS["never_present"]
    if scored.shape[1] >= 3:
        status[np.logical_or(*_patterns(corrected)).any(axis=1)] = STATUS["excluded"]
    return corrected, place, status
