"""Which structures were seen in which session? Tables in, checked; one row per structure and image."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from leverkin import _core

# what makes a structure the same one in every session
IDENTITY = ("subject", "branch", "kind", "structure")
_NUMBERS = ("day", "time_h", "length_um")
_COLUMNS = ("subject", "group", "branch", "kind", "structure", "session", "present", *_NUMBERS)
MOST_SESSIONS = 99_999
_PRESENT = {"1": 1.0, "0": 0.0, "na": np.nan, "nan": np.nan, "": np.nan}


def read(path: str | os.PathLike[str]) -> pd.DataFrame:
    """A table of scored structures: spines, boutons, puncta.

    Parameters
    ----------
    path : path-like
        CSV. Either a row per structure and session with the columns subject, structure, session, present and, where
        there are any, group, branch, kind, day, time_h (of the image within its session), length_um (of the branch);
        or a row per structure with a column per session, named ``1`` or ``session_1``. `present` is 1, 0, or NA where
        the structure was not imaged.

    Returns
    -------
    DataFrame
        A row per structure and image: subject, group ("all" where there is none), branch, kind, structure (str),
        session (int), present (1, 0, NaN: not imaged), day, time_h, length_um (NaN where not given).

    Raises
    ------
    OSError
        Where the file cannot be read.
    BadSession
        Where the table cannot be true; the message names file, rows, found and expected.

    Examples
    --------
    >>> table = lk.structures.read("spines.csv")
    >>> table[["subject", "structure", "session", "present"]].head(3)
      subject structure  session  present
    0     ada       s01        1      1.0
    1     ada       s01        2      1.0
    2     ada       s01        3      0.0
    """
    name = os.fspath(path)
    try:
        rows = pd.read_csv(name, dtype=str, keep_default_na=False, skipinitialspace=True, encoding="utf-8-sig")
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as problem:
        raise _core.BadSession(f"{name}: found no table ({problem}), expected CSV with a line of names") from None
    rows.columns = rows.columns.str.strip()
    rows.insert(0, "row", np.arange(2, len(rows) + 2))  # as an editor counts lines; the first holds the names
    return check(_long(rows, name), name)


def _session_of(column: str) -> int | None:
    number = column.strip().lower().removeprefix("session").lstrip("_ ")
    return int(number) if number.isdigit() and number.isascii() else None


def _long(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    missing = [column for column in ("subject", "structure") if column not in rows]
    sessions = {column: _session_of(column) for column in rows if _session_of(column) is not None}
    wide = "present" not in rows and bool(sessions)
    missing += [] if wide else [column for column in ("session", "present") if column not in rows]
    if missing:
        raise _core.BadSession(
            f"{name}: without the columns {', '.join(missing)}; found {', '.join(rows.columns[1:])}; expected subject, "
            "structure, session, present, or subject, structure and a column per session"
        )
    if not wide:
        return rows
    if "session" in rows:
        raise _core.BadSession(f"{name}: found the column session beside {', '.join(sessions)}, expected one of the two forms")
    if len(set(sessions.values())) < len(sessions):
        raise _core.BadSession(f"{name}: found the columns {', '.join(sessions)}, expected each session once")
    kept = [column for column in rows if column not in sessions]
    return (
        rows.melt(id_vars=kept, value_vars=list(sessions), var_name="session", value_name="present")
        .assign(session=lambda long: long["session"].map(sessions).astype(str))
        .sort_values("row", kind="stable")
    )


def check(rows: pd.DataFrame, name: str = "table") -> pd.DataFrame:
    """Checked, with all columns; `name` is what messages call the table."""
    table = rows.reset_index(drop=True).copy()
    if "row" not in table:
        table["row"] = np.arange(1, len(table) + 1)
    for column, value in (("group", "all"), ("branch", ""), ("kind", "")):
        table[column] = (table[column] if column in table else pd.Series(value, table.index)).fillna(value)
    for column in ("subject", "group", "branch", "kind", "structure"):
        table[column] = table[column].astype(str).str.strip()
        _refuse(table, table[column].str.contains("\0", regex=False), name, f"a byte of 0 in {column}", "text")
    table["group"] = table["group"].replace("", "all")
    _refuse(table, table["subject"].eq("") | table["structure"].eq(""), name, "no name", "a subject and a structure")
    _refuse(table, table["subject"].eq("."), name, "the subject '.'", "a name that a file can use for a group")
    table["session"] = _whole_sessions(table, name)
    table["present"] = _presence(table, name)
    for column in _NUMBERS:
        table[column] = _numbers(table, column, name)
    _refuse_duplicates(table, name)
    _one_value_each(table, "group", ["subject"], name)
    _one_value_each(table, "day", ["subject", "session", "time_h"], name)
    _one_value_each(table, "length_um", ["subject", "branch"], name)
    return table[list(_COLUMNS)].sort_values(
        [*IDENTITY, "session", "time_h"], kind="stable", ignore_index=True
    )


def _refuse(table: pd.DataFrame, wrong: pd.Series[bool], name: str, found: str, expected: str) -> None:
    if wrong.any():
        rows = table.loc[wrong, "row"].unique()
        raise _core.BadSession(
            f"{name}: row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows[:5]))}"
            f"{' and more' if len(rows) > 5 else ''}: found {found}, expected {expected}"
        )


def _whole_sessions(table: pd.DataFrame, name: str) -> pd.Series[int]:
    numbers = pd.to_numeric(table["session"], errors="coerce")
    wrong = numbers.isna() | (numbers % 1 != 0) | (numbers < 1) | (numbers > MOST_SESSIONS)
    if wrong.any():
        _refuse(table, wrong, name, f"session {table.loc[wrong, 'session'].iloc[0]!r}", f"a whole number from 1 to {MOST_SESSIONS}")
    return numbers.astype(np.int64)


def _presence(table: pd.DataFrame, name: str) -> pd.Series[float]:
    given = table["present"]
    if pd.api.types.is_bool_dtype(given) or pd.api.types.is_numeric_dtype(given):
        values = given.astype(float)
        wrong = ~(values.isna() | values.isin([0, 1]))
    else:
        words = given.fillna("").astype(str).str.strip().str.lower().str.removesuffix(".0")
        values, wrong = words.map(_PRESENT).astype(float), ~words.isin(list(_PRESENT))
    if wrong.any():
        _refuse(table, wrong, name, f"present {given[wrong].iloc[0]!r}", "1, 0 or NA")
    return values


def _numbers(table: pd.DataFrame, column: str, name: str) -> pd.Series[float]:
    if column not in table:
        return pd.Series(np.nan, table.index)
    given = table[column].replace(["", "NA", "na"], np.nan)
    numbers = pd.to_numeric(given, errors="coerce")
    wrong = (numbers.isna() & given.notna()) | np.isinf(numbers)
    if column == "length_um":
        wrong |= numbers <= 0
    if wrong.any():
        expected = "a length above 0" if column == "length_um" else "a number"
        _refuse(table, wrong, name, f"{column} {given[wrong].iloc[0]!r}", expected)
    return numbers.astype(float)


def _refuse_duplicates(table: pd.DataFrame, name: str) -> None:
    keys = [*IDENTITY, "session", "time_h"]
    twice = table.duplicated(keys, keep=False)
    if not twice.any():
        return
    first = table[twice].iloc[0]
    same = table[twice & (table[keys].fillna(-1) == first[keys].fillna(-1)).all(axis=1)]
    raise _core.BadSession(
        f"{name}: rows {', '.join(map(str, same['row']))}: found structure {first.structure} of {first.subject} in "
        f"session {first.session} {len(same)} times, expected once"
    )


def _one_value_each(table: pd.DataFrame, column: str, of: Sequence[str], name: str) -> None:
    groups = table.groupby(list(of), dropna=False)[column]
    wrong = groups.transform("nunique") > 1
    if wrong.any():
        row = table[wrong].iloc[0]
        place = ", ".join(f"{key} {row[key]}" for key in of if pd.notna(row[key]) and row[key] != "")
        values = table.loc[wrong & (table[list(of)].fillna(-1) == row[list(of)].fillna(-1)).all(axis=1), column]
        several = " and ".join(map(str, values.dropna().unique()[:3]))
        _refuse(table, wrong, name, f"{column} {several} for {place}", "one value")


def sessions_start(table: pd.DataFrame) -> pd.DataFrame:
    """Of several images in a session, the first of each: what is compared between sessions."""
    first = table.groupby(["subject", "session"])["time_h"].transform("min")
    return table[first.isna() | (table["time_h"] == first)]


def matrix(table: pd.DataFrame, value: str = "present") -> tuple[pd.DataFrame, npt.NDArray[np.float64]]:
    """The structures (subject, branch, kind, structure, group) and their (structure, session) values; sessions are
    those of the whole table, NaN where a structure has no row."""
    wide = sessions_start(table).pivot(index=[*IDENTITY, "group"], columns="session", values=value)
    return wide.index.to_frame(index=False), wide.to_numpy(np.float64)


def session_numbers(table: pd.DataFrame) -> npt.NDArray[np.int64]:
    return np.sort(table["session"].unique()).astype(np.int64)


def checked(table: pd.DataFrame) -> pd.DataFrame:
    """A table of `read` or `correct`, or one of the caller's own."""
    if not isinstance(table, pd.DataFrame):
        raise _core.BadArgument(f"table: found {type(table).__name__}, expected a DataFrame of `read`")
    missing = [column for column in ("subject", "structure", "session", "present") if column not in table]
    if missing:
        raise _core.BadArgument(f"table: without the columns {', '.join(missing)}")
    if table.empty:
        raise _core.BadArgument("table: found no structure, expected one or more")
    return table if set(_COLUMNS) <= set(table.columns) else check(table)
