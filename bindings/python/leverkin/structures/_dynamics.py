"""How many structures are there in each session, how many came and went, and which are they?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from leverkin import _core
from leverkin._values import whole_number, whole_numbers
from leverkin.structures._correction import counted_matrix, each
from leverkin.structures._table import IDENTITY, checked, session_numbers, sessions_start

Denominator = Literal["previous", "first", "current"]
Floats = npt.NDArray[np.float64]


def dynamics(
    table: pd.DataFrame, denominator: Denominator = "previous", span: bool = False, by: Iterable[str] = ()
) -> pd.DataFrame:
    """Counts, normalised density, and rates of addition and elimination, per animal and session.

    Parameters
    ----------
    table : DataFrame
        Of `read` or `correct`. Structures that do not count are left out. Of several images in a session, the first.
    denominator : str
        What rates are divided by: the count of the "previous" session (the field's habit; Chen et al. 2015 do not say),
        of the "first", or of the "current" one.
    span : bool
        True: after sessions without an image, changes since the last image are given, for the whole interval. False:
        they are NaN.
    by : iterable of str
        Also apart by "branch" or "kind".

    Returns
    -------
    DataFrame
        subject, group (and `by`), session, day, count (NaN: not imaged), density_per_um (NaN without length_um),
        normalised_density (count / that of the first session), density_change (the same, - 1), added, eliminated,
        addition_rate, elimination_rate (NaN in the first session), addition_rate_change, elimination_rate_change
        (difference from the animal's first rate), interval_sessions, interval_days (since the image compared with),
        not_imaged (structures without an image in this session alone), denominator. `leverkin.stats` takes it:
        averages and tests are over animals.

    Raises
    ------
    BadArgument
        For unknown options.

    Examples
    --------
    >>> table = lk.structures.correct(lk.structures.read("spines.csv"))
    >>> lk.structures.dynamics(table)[["subject", "session", "count", "added", "eliminated", "addition_rate"]].head(3)
      subject  session  count  added  eliminated  addition_rate
    0     ada        1    2.0    NaN         NaN            NaN
    1     ada        2    3.0    1.0         0.0            0.5
    2     ada        3    2.0    0.0         1.0            0.0
    """
    if denominator not in ("previous", "first", "current"):
        raise _core.BadArgument(f"denominator: found {denominator!r}, expected one of previous, first, current")
    by = list(by)
    if not set(by) <= {"branch", "kind"}:
        raise _core.BadArgument(f"by: found {', '.join(by)}, expected branch, kind or both")
    table = checked(table)
    who, present = counted_matrix(table)
    numbers, days, lengths = session_numbers(table), _days(table), _lengths(table)
    parts = []
    for key, rows in who.groupby(["subject", "group", *by], sort=True).indices.items():
        names = dict(zip(("subject", "group", *by), key, strict=True))
        rates = _rates(present[rows], numbers, _of_animal(days, names, numbers), denominator, span)
        length = _length(lengths, who.iloc[rows])
        parts.append(pd.DataFrame({**names, **rates, "density_per_um": rates["count"] / length}))
    if not parts:
        raise _core.BadArgument("table: found no structure that counts, expected one or more")
    return pd.concat(parts, ignore_index=True).assign(denominator=denominator)[
        ["subject", "group", *by, "session", "day", "count", "density_per_um", "normalised_density", "density_change",
         "added", "eliminated", "addition_rate", "elimination_rate", "addition_rate_change", "elimination_rate_change",
         "interval_sessions", "interval_days", "not_imaged", "denominator"]
    ]  # fmt: skip


def normalise(table: pd.DataFrame, value: str, of: Iterable[str] = ("subject",)) -> pd.DataFrame:
    """A measure of every session beside that of the first session.

    Parameters
    ----------
    table : DataFrame
        With session, `value`, and the columns of `of`.
    value : str
        Of published tables too: a density, a rate.
    of : iterable of str
        What makes one course over sessions.

    Returns
    -------
    DataFrame
        The table with x_ratio (x / x of the first session) and x_change (x - x of the first session) for `value` x. Public
        tables call "fold change" the ratio - 1 of densities, but the change of rates. NaN where the first session has no
        value, and a ratio to 0.

    Raises
    ------
    BadArgument
        Where a column is absent.

    Examples
    --------
    >>> table = lk.structures.dynamics(lk.structures.read("spines.csv"))
    >>> lk.structures.normalise(table, "count")[["subject", "session", "count_ratio", "count_change"]].head(2)
      subject  session  count_ratio  count_change
    0     ada        1          1.0           0.0
    1     ada        2          1.5           1.0
    """
    of = [of] if isinstance(of, str) else list(of)
    missing = [name for name in ("session", value, *of) if name not in table]
    if missing:
        raise _core.BadArgument(f"table: without the columns {', '.join(missing)}")
    first = table[table["session"] == table["session"].min()].groupby(of)[value].first()
    start = table[of].merge(first.rename("start").reset_index(), on=of, how="left")["start"].to_numpy(float)
    values = table[value].to_numpy(float)
    ratio = np.divide(values, start, out=np.full(len(table), np.nan), where=start != 0)
    return table.assign(**{f"{value}_ratio": ratio, f"{value}_change": values - start})


def within_sessions(table: pd.DataFrame) -> pd.DataFrame:
    """Changes between the images of one session (start, end, 2 h after ...), apart from those between sessions.

    Parameters
    ----------
    table : DataFrame
        Of `read` or `correct`, with several images (time_h) in a session. A correction holds for the first of them.

    Returns
    -------
    DataFrame
        subject, group, session, time_h (of the image), before_h (of the image before), count, added, eliminated,
        addition_rate, elimination_rate (of the structures in the image before). No rows where every session has one
        image.

    Examples
    --------
    >>> lk.structures.within_sessions(lk.structures.read("spines.csv")).empty
    True
    """
    table = checked(table)
    if "counted" in table:
        table = table[table["counted"]]
    rows: list[dict[str, Any]] = []
    for (subject, group, session), part in table.groupby(["subject", "group", "session"], sort=True):
        images = part.pivot(index=[*IDENTITY], columns="time_h", values="present")
        times, present = images.columns.to_numpy(float), images.to_numpy(float)
        for now in range(1, len(times)):
            change = _changes(present[:, now - 1], present[:, now])
            rows.append({"subject": subject, "group": group, "session": session, "time_h": times[now],
                         "before_h": times[now - 1], "count": np.sum(present[:, now] == 1), **change})  # fmt: skip
    names = ["subject", "group", "session", "time_h", "before_h", "count", "added", "eliminated", "addition_rate",
             "elimination_rate"]  # fmt: skip
    found = pd.DataFrame(rows, columns=[*names, "of"])
    found["addition_rate"] = found["added"] / found["of"].where(found["of"] > 0)
    found["elimination_rate"] = found["eliminated"] / found["of"].where(found["of"] > 0)
    return found[names]


def _changes(before: Floats, now: Floats) -> dict[str, float]:
    """Of the structures imaged both times: how many came, went, and were there before and are there now."""
    both = np.isfinite(before) & np.isfinite(now)
    return {
        "added": float(np.sum((before[both] == 0) & (now[both] == 1))),
        "eliminated": float(np.sum((before[both] == 1) & (now[both] == 0))),
        "of": float(np.sum(before[both] == 1)),
        "current": float(np.sum(now[both] == 1)),
    }


def _ratio(number: float, of: float) -> float:
    return number / of if of > 0 else np.nan


def _rates(
    present: Floats, numbers: npt.NDArray[np.int64], days: Floats, denominator: Denominator, span: bool
) -> dict[str, Any]:
    imaged = np.isfinite(present).any(axis=0)
    count = np.where(imaged, np.sum(present == 1, axis=0), np.nan)
    names = ("normalised_density", "added", "eliminated", "addition_rate", "elimination_rate", "interval_sessions",
             "interval_days")  # fmt: skip
    found = {name: np.full(len(numbers), np.nan) for name in names}
    for now in np.flatnonzero(imaged):
        if imaged[0]:
            first = _changes(present[:, 0], present[:, now])
            found["normalised_density"][now] = _ratio(first["current"], first["of"])
        earlier = np.flatnonzero(imaged[:now])
        if not len(earlier) or (earlier[-1] != now - 1 and not span):
            continue
        before = earlier[-1]
        change = _changes(present[:, before], present[:, now])
        of = {"previous": change["of"], "current": change["current"], "first": count[0]}[denominator]
        for name, rate in (("added", "addition_rate"), ("eliminated", "elimination_rate")):
            found[name][now], found[rate][now] = change[name], _ratio(change[name], of)
        found["interval_sessions"][now] = now - before
        found["interval_days"][now] = days[now] - days[before]
    return {
        "session": numbers, "day": days, "count": count, **found, "density_change": found["normalised_density"] - 1,
        "addition_rate_change": _since_first(found["addition_rate"]),
        "elimination_rate_change": _since_first(found["elimination_rate"]),
        "not_imaged": np.where(imaged, np.sum(np.isnan(present), axis=0), 0),
    }  # fmt: skip


def _since_first(rate: Floats) -> Floats:
    known = rate[np.isfinite(rate)]
    return rate - known[0] if len(known) else rate


def _days(table: pd.DataFrame) -> pd.Series[float]:
    return sessions_start(table).groupby(["subject", "session"])["day"].first()


def _of_animal(days: pd.Series[float], names: dict[str, Any], numbers: npt.NDArray[np.int64]) -> Floats:
    return days.loc[names["subject"]].reindex(numbers).to_numpy(float)


def _lengths(table: pd.DataFrame) -> pd.Series[float]:
    return table.groupby(["subject", "branch"])["length_um"].first()


def _length(lengths: pd.Series[float], who: pd.DataFrame) -> float:
    """Of all branches on which these structures are; NaN where one has none."""
    branches = who[["subject", "branch"]].drop_duplicates()
    return float(lengths.loc[list(branches.itertuples(index=False, name=None))].sum(skipna=False))


def ages(table: pd.DataFrame, new_sessions: Iterable[int] = (2, 3)) -> pd.DataFrame:
    """One row per structure, with what it is: there from the start, new early in learning, or later.

    Parameters
    ----------
    table : DataFrame
        Of `correct` or `read`.
    new_sessions : iterable of int
        First seen in one of these: "new_early". Chen et al. (2015) speak of formation during sessions 1 to 3; as images
        were taken at the start of a session, that may also mean (2, 3, 4).

    Returns
    -------
    DataFrame
        As `each`, and age: "pre_existing" (present in the table's first session), "new_early", "later", or
        "unknown" (it does not count, or was first seen next to a session without an image, so that nobody knows).

    Examples
    --------
    >>> table = lk.structures.correct(lk.structures.read("spines.csv"))
    >>> lk.structures.ages(table).age.value_counts().to_dict()
    {'pre_existing': 4, 'new_early': 2, 'unknown': 1}
    """
    new_sessions = whole_numbers(new_sessions, "new_sessions")
    one = each(table)
    who, present = counted_matrix(table)
    numbers = session_numbers(table)
    seen = present == 1
    first = seen.argmax(axis=1)
    unknown = np.array([np.isnan(row[:place]).any() for row, place in zip(present, first, strict=True)], bool)
    age = np.where(first == 0, "pre_existing", np.where(np.isin(numbers[first], new_sessions), "new_early", "later"))
    who["age"] = np.where(unknown, "unknown", age)
    found = one.merge(who[[*IDENTITY, "age"]], on=list(IDENTITY), how="left", validate="1:1")
    found["age"] = found["age"].fillna("unknown")
    return found


def groups(table: pd.DataFrame, new_sessions: Iterable[int] = (2, 3), remaining_session: int = 7) -> pd.DataFrame:
    """What became of the structures that were there before learning, and of those that came with it, per animal.

    Parameters
    ----------
    table : DataFrame
        Of `correct` or `read`.
    new_sessions : iterable of int
        As in `ages`.
    remaining_session : int
        In which remaining structures are counted.

    Returns
    -------
    DataFrame
        A row per animal: subject, group, pre_existing, new_early, later (counts), remaining (share of the pre-existing
        present in `remaining_session`), stable_new (share of the new present in the last session); NaN of no structure,
        or where none was imaged then; new_sessions (as text), remaining_session.

    Raises
    ------
    BadArgument
        Where the table has no such session.

    Examples
    --------
    >>> table = lk.structures.correct(lk.structures.read("spines.csv"))
    >>> lk.structures.groups(table, remaining_session=5)[["subject", "pre_existing", "new_early", "remaining"]]
      subject  pre_existing  new_early  remaining
    0     ada             2          1        0.5
    1     bob             2          1        1.0
    """
    table, new_sessions = checked(table), whole_numbers(new_sessions, "new_sessions")
    remaining_session = whole_number(remaining_session, "remaining_session", 1)
    numbers = session_numbers(table)
    if remaining_session not in numbers:
        known = ", ".join(map(str, numbers))
        raise _core.BadArgument(f"remaining_session: found {remaining_session}, expected one of the sessions {known}")
    one = ages(table, new_sessions)
    who, present = counted_matrix(table)
    age = who.merge(one[[*IDENTITY, "age"]], on=list(IDENTITY), how="left")["age"].to_numpy()
    at = {"remaining": int(np.searchsorted(numbers, remaining_session)), "stable_new": len(numbers) - 1}
    rows: list[dict[str, Any]] = []
    for (subject, group), place in who.groupby(["subject", "group"], sort=True).indices.items():
        own_age, own = age[place], present[place]
        row: dict[str, Any] = {"subject": subject, "group": group}
        row |= {name: int(np.sum(own_age == name)) for name in ("pre_existing", "new_early", "later")}
        row["remaining"] = _share(own[own_age == "pre_existing", at["remaining"]])
        row["stable_new"] = _share(own[own_age == "new_early", at["stable_new"]])
        rows.append(row)
    text = ",".join(map(str, new_sessions))
    return pd.DataFrame(rows).assign(new_sessions=text, remaining_session=remaining_session)


def _share(present: Floats) -> float:
    return float(np.nanmean(present)) if np.isfinite(present).any() else np.nan
