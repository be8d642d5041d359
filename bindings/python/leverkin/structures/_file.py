"""Structures in a file: what `leverkin structures` writes and `load` reads."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from leverkin import _core, _tables_file
from leverkin._values import whole_numbers
from leverkin.structures._correction import STATUS, Order, correct, correction_rates
from leverkin.structures._dynamics import Denominator, ages, dynamics, groups
from leverkin.structures._survival import survival
from leverkin.structures._table import read, session_numbers

_AGES = {"unknown": 0, "pre_existing": 1, "new_early": 2, "later": 3}
_MEANINGS = {
    "session": "number of the session",
    "day": "when it was imaged",
    "count": "structures present; NaN: not imaged",
    "normalised_density": "count / count of the first session",
    "added": "present now, absent in the session before; NaN: nothing to compare with",
    "eliminated": "absent now, present in the session before; NaN: nothing to compare with",
    "addition_rate": "added / the count that the attribute `denominator` names",
    "elimination_rate": "eliminated / the count that the attribute `denominator` names",
    "density_per_um": "count / length of the branches",
    "density_change": "normalised_density - 1",
    "status": "what the correction of scoring errors made of it",
    "age": "pre-existing, new early in learning, or later",
    "first_session": "first in which it is present; NaN: none",
    "last_session": "last in which it is present; NaN: none",
    "corrected_session": "the session whose scoring was corrected; NaN: none",
    "survival": "Kaplan-Meier; NaN once nobody is at risk",
}


class Structures(NamedTuple):
    """What a file of structures holds, as DataFrames: see `dynamics`, `ages`, `groups`, `survival`, `correction_rates`."""

    dynamics: pd.DataFrame
    each: pd.DataFrame
    groups: pd.DataFrame
    survival: pd.DataFrame
    correction: pd.DataFrame


def summarise(
    table: pd.DataFrame,
    order: Order = "gaps",
    denominator: Denominator = "previous",
    span: bool = False,
    new_sessions: Iterable[int] = (2, 3),
    remaining_session: int = 7,
) -> Structures:
    """Corrected, then everything that the file holds."""
    corrected = correct(table, order)
    one = ages(corrected, new_sessions)
    kinds = [age for age in ("pre_existing", "new_early") if (one["age"] == age).any()]
    curves = [survival(corrected, age, new_sessions, by=["group"]) for age in kinds]
    last = int(session_numbers(corrected)[-1])
    known = remaining_session in session_numbers(corrected)
    return Structures(
        dynamics(corrected, denominator, span),
        one,
        groups(corrected, new_sessions, remaining_session if known else last),
        pd.concat(curves, ignore_index=True) if curves else pd.DataFrame(),
        correction_rates(corrected),
    )


def write(
    table: str | os.PathLike[str] | pd.DataFrame,
    out: str | os.PathLike[str],
    *,
    order: Order = "gaps",
    denominator: Denominator = "previous",
    span: bool = False,
    new_sessions: Iterable[int] = (2, 3),
    remaining_session: int = 7,
) -> Structures:
    """Corrects a table and writes all that comes of it: `leverkin structures`.

    Parameters
    ----------
    table : path-like or DataFrame
        As `read` takes or gives it.
    out : path-like
        HDF5, schema leverkin-activity/1 (docs/formats.md). An older such file is replaced, no other.
    order, denominator, span, new_sessions, remaining_session
        As in `correct`, `dynamics`, `groups`; stored in the file. Where the table has no such `remaining_session`,
        its last session.

    Returns
    -------
    Structures
        What the file holds.

    Raises
    ------
    OSError
        Where a file cannot be read or written.
    ValueError
        Where the table cannot be true, or `out` is some other file.

    Examples
    --------
    >>> lk.structures.write("spines.csv", "structures.h5").groups[["subject", "remaining"]]
      subject  remaining
    0     ada        0.5
    1     bob        1.0
    """
    new_sessions = whole_numbers(new_sessions, "new_sessions")
    source = os.fspath(table) if isinstance(table, (str, os.PathLike)) else ""
    scored = read(table) if isinstance(table, (str, os.PathLike)) else table
    found = summarise(scored, order, denominator, span, new_sessions, remaining_session)
    settings = {
        "order": order, "denominator": denominator, "span": span, "new_sessions": new_sessions,
        "remaining_session": int(found.groups["remaining_session"].iloc[0]),
    }  # fmt: skip
    _check_names(found.dynamics["subject"].unique())
    with _tables_file.new_file(out, {"source_file": source, "structures_config_json": json.dumps(settings)}) as file:
        for subject, own in found.dynamics.groupby("subject", sort=True):
            group = file.create_group(f"{_tables_file.subject_group(str(subject))}/structures")
            group.attrs["subject"], group.attrs["group"] = str(subject), str(own["group"].iloc[0])
            group.attrs["denominator"] = denominator
            _tables_file.write_table(file, group.name, own.drop(columns=["subject", "group", "denominator"]),
                                     meanings=_MEANINGS)  # fmt: skip
            each = found.each[found.each["subject"] == subject].drop(columns=["subject", "group"])
            each.insert(0, "row", np.arange(len(each)))
            _tables_file.write_table(group, "each", each, {"status": STATUS, "age": _AGES}, _MEANINGS)
        for name in ("groups", "survival", "correction"):
            part = getattr(found, name).copy()
            part.insert(0, "row", np.arange(len(part)))
            _tables_file.write_table(file, f"structures/{name}", part, meanings=_MEANINGS)
    return found


def _check_names(subjects: Iterable[str]) -> None:
    taken: dict[str, str] = {}
    for subject in map(str, subjects):
        other = taken.setdefault(_tables_file.subject_group(subject), subject)
        if other != subject:
            raise _core.BadSession(f"found the subjects {other!r} and {subject!r}, which a file keeps under one name, expected two names")


def load(path: str | os.PathLike[str]) -> Structures:
    """Reads what `write`, or `leverkin structures`, has written.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    Structures
        DataFrames: .dynamics, .each (as `ages`), .groups, .survival, .correction (as `correction_rates`).

    Raises
    ------
    OSError
        Where the file cannot be read.
    BadSession
        Where it is no such file.

    Examples
    --------
    >>> _ = lk.structures.write("spines.csv", "structures.h5")
    >>> lk.structures.load("structures.h5").dynamics[["subject", "session", "count"]].head(2)
      subject  session  count
    0     ada        1    2.0
    1     ada        2    3.0
    """
    with _tables_file.opened(path) as file:
        if "structures" not in file:
            raise _core.BadSession(f"{os.fspath(path)}: found no /structures, expected a file of `leverkin structures`")
        parts: dict[str, list[pd.DataFrame]] = {"dynamics": [], "each": []}
        for subject in file["subjects"].values():
            own = subject.get("structures")
            if own is None:
                continue
            names = {"subject": own.attrs["subject"], "group": own.attrs["group"]}
            first = _tables_file.read_table(own)
            parts["dynamics"].append(first.assign(**names, denominator=own.attrs["denominator"]))
            each = _tables_file.read_table(own["each"]).drop(columns="row").assign(**names)
            parts["each"].append(each.assign(counted=each["counted"].astype(bool)))
        tables = {name: pd.concat(own, ignore_index=True) for name, own in parts.items()}
        for name in ("groups", "survival", "correction"):
            tables[name] = _tables_file.read_table(file[f"structures/{name}"]).drop(columns="row")
    for name, front in (("dynamics", ["subject", "group", "session", "day"]), ("each", ["subject", "group"])):
        rest = [column for column in tables[name] if column not in front]
        tables[name] = tables[name][[*front, *rest]]
    return Structures(**tables)
