"""One session through all stages, without a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from leverkin import _core, _html
from leverkin._values import whole_number
from leverkin.results import with_units_of
from leverkin.session import Session

if TYPE_CHECKING:
    import xarray as xr


class SessionResult:
    """What a session gave; made by `analyze_session`. Tables are those of `Results`, of this session alone.

    Attributes
    ----------
    warnings : list of str
        What is odd about the recording, in words.
    """

    def __init__(self, tables: dict[str, Any]) -> None:
        self._tables = tables
        self.warnings: list[str] = list(tables["findings"]["text"])

    @cached_property
    def summary(self) -> pd.Series:
        """The session in numbers, named as the columns of `Results.sessions`."""
        numbers = self._tables["summary"]
        return pd.Series({name: numbers[name] for name in numbers if name != "start_time"}, dtype=object)

    @cached_property
    def bouts(self) -> pd.DataFrame:
        """One row per bout, the columns of `Results.bouts`."""
        return self._table("bouts", "bout")

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row per trial, the columns of `Results.trials`."""
        table = self._table("trials", "trial").astype({"used": bool})
        table["reject_reason"] = pd.Categorical.from_codes(table["reject_reason"], _core.reject_reasons)
        table["review"] = pd.Categorical.from_codes(table["review"], _core.review_actions)
        return table

    @cached_property
    def kinematics(self) -> pd.DataFrame:
        """One row per rewarded movement that was used, the columns of `Results.kinematics`. Measures are of the whole
        bout, not of the first 2 s."""
        trials = self.trials[self.trials["used"]]
        columns = ["subject", "session", "trial", "bout", "reaction_time_s", "cue_to_reward_s"]
        table = trials[columns].merge(self.bouts, on=["subject", "session", "bout"], how="left", validate="m:1")
        return with_units_of(table.assign(group=self.summary["group"]))

    @cached_property
    def movements(self) -> xr.DataArray:
        """The rewarded movements, aligned to their onset: volts with dims (trial, time), as of `Results.movements`, but
        in double precision."""
        import xarray as xr

        found = self._tables["movements"]
        seconds = xr.Variable("time", np.arange(found["volts"].shape[1]) / 1000, {"units": "s"})
        coords = {
            "time": seconds,
            "time_s": seconds,
            "trial": found["trial"],
            "session": self.summary["session"],
            "onset_s": xr.Variable("trial", found["onset_s"], {"units": "s"}),
        }
        attrs = {"units": "V", "subject": self.summary["subject"]}
        return xr.DataArray(found["volts"], coords, ("trial", "time"), name="volts", attrs=attrs)

    @cached_property
    def lever(self) -> xr.Dataset:
        """The 1 kHz traces: volts (V), smooth_v (V), envelope_v_per_s (V per s) and active (0 or 1) with dim time (s
        from the first sample)."""
        import xarray as xr

        units = {column["name"]: column["unit"] for column in _core.columns["lever"]}
        columns = {
            name: xr.Variable("time", values, {"units": units[name]} if units[name] else {})
            for name, values in self._tables["lever"].items()
        }
        seconds = xr.Variable("time", np.arange(columns["volts"].size) / 1000, {"units": "s"})
        attrs = {"subject": self.summary["subject"], "session": self.summary["session"]}
        return xr.Dataset(columns, {"time": seconds, "time_s": seconds}, attrs=attrs)

    @cached_property
    def findings(self) -> pd.DataFrame:
        """One row for everything that is odd: subject, session, code, severity (note, warning, error), value, start_s,
        stop_s (NaN where it has no place), text."""
        table = pd.DataFrame(self._tables["findings"])
        table["severity"] = pd.Categorical(table["severity"], _core.severities, ordered=True)
        return table.astype({"session": np.int64, "value": float, "start_s": float, "stop_s": float})

    def _table(self, name: str, index: str) -> pd.DataFrame:
        table = pd.DataFrame(self._tables[name])
        if "flags" in table:
            table = table.astype({"flags": np.uint8})  # as results files hold them
        for place, column in enumerate(("subject", "session")):
            table.insert(place, column, self._tables["summary"][column])
        table.insert(2, index, np.arange(len(table)))
        return with_units_of(table)

    def _repr_html_(self) -> str:
        return _html.of_session_result(self)

    def __repr__(self) -> str:
        s = self.summary
        return f"<SessionResult: {s.subject} {s.session}, {len(self.bouts)} bouts, {s.n_movements} movements used>"


def analyze_session(
    session: str | os.PathLike[str] | Session,
    profile: str = "chen2015",
    *,
    config: str | os.PathLike[str] | None = None,
    set: Mapping[str, object] | None = None,
    lever: str = "",
    mapping: str | os.PathLike[str] = "",
    rig: str | os.PathLike[str] = "",
    threads: int = 0,
    **parameters: object,
) -> SessionResult:
    """One session through all stages. No file is written.

    Parameters
    ----------
    session : path-like or Session
        One session file.
    profile, config, set, threads
        As in `analyze`.
    lever, mapping, rig
        As in `open_session`; of a Session, its own.
    **parameters
        The same as `set`: ``gaps="hold"``, ``gap_ms=400``.

    Returns
    -------
    SessionResult

    Raises
    ------
    OSError
        Where the file cannot be opened.
    ValueError
        Where it is not a usable session, or for bad arguments.

    Examples
    --------
    >>> found = lk.analyze_session("study/ada_2.h5")
    >>> found
    <SessionResult: ada 2, 6 bouts, 6 movements used>
    >>> found.bouts[["onset_s", "offset_s", "amplitude_v"]].head(2).round(2)
       onset_s  offset_s  amplitude_v
    0     4.80      5.59         0.57
    1    10.01     10.57         0.41
    >>> found.movements.shape, float(found.summary.success_fraction)
    ((6, 2001), 0.75)
    """
    if isinstance(session, Session):
        path, lever, mapping, rig = session._opened, session.lever, session.mapping, session.rig
    else:
        path = os.fspath(session)
    toml = "" if config is None else Path(config).read_text(encoding="utf-8")
    origin = "" if config is None else os.fspath(config)
    overrides = {**(set or {}), **parameters}
    threads = whole_number(threads, "threads", 0)
    return SessionResult(_core.analyze_session(path, lever, os.fspath(mapping), os.fspath(rig), profile, toml, origin, overrides, threads))
