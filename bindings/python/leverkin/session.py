"""Session files: one recording each, in and out."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from leverkin import _core, _html
from leverkin._program import PROGRAM
from leverkin._values import unmasked, whole_number

if TYPE_CHECKING:
    from leverkin.activity import Imaging

TRIAL_COLUMNS = ("start_s", "stop_s", "cue_s", "reward_s")


class Session:
    """One opened session file; made by `open_session`. Pickles as its path.

    Attributes
    ----------
    subject : str
    session : int
        1, 2, ...; 0 where the file does not say.
    group : str
        Empty where there is none.
    start_time : str
        ISO 8601; empty where the file does not say.
    rate_hz : float
        Samples per second; the median rate where the file has time stamps.
    regular : bool
        False where the file has time stamps instead of a rate.
    samples : int
    duration_s : float
    clock_offset_s : float
        What the file's clock showed at the first sample. All times of this object count from that sample.
    mm_per_volt : float
        0 where the lever is not calibrated.
    lever, mapping, rig : str
        What was asked for; empty: nothing.
    """

    def __init__(self, path: str | os.PathLike[str], lever: str = "", mapping: str = "", rig: str = "") -> None:
        self._file = _core.Session(os.fspath(path), lever, mapping, rig)
        self.lever = lever
        self.mapping, self.rig = (os.path.abspath(file) if file else "" for file in (mapping, rig))
        self._opened = os.path.abspath(path)
        self.path = self._file.path
        self.subject = self._file.subject
        self.session = self._file.session
        self.group = self._file.group
        self.start_time = self._file.start_time
        self.rate_hz = self._file.rate_hz
        self.regular = self._file.regular
        self.samples = self._file.samples
        self.duration_s = self._file.duration_s
        self.clock_offset_s = self._file.clock_offset_s
        self.mm_per_volt = self._file.mm_per_volt

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row per trial: start_s, stop_s, cue_s, reward_s; s from the first sample, NaN where there was none."""
        return pd.DataFrame(self._file.trials(), columns=list(TRIAL_COLUMNS))

    @cached_property
    def imaging(self) -> Imaging:
        """The dF/F of the session, where the file holds one plane; else `leverkin.activity.read_imaging`."""
        from leverkin.activity import read_imaging

        planes = read_imaging(self.path, clock_offset_s=self.clock_offset_s)
        if len(planes) > 1:
            raise _core.BadSession(f"{self.path}: found {len(planes)} planes, expected one: activity.read_imaging has all")
        return planes[0]

    @cached_property
    def _timestamps(self) -> npt.NDArray[np.float64]:
        return self._file.read_timestamps(0, self.samples)

    def _range(self, start_s: float, stop_s: float | None) -> tuple[int, int]:
        stop_s = math.inf if stop_s is None else stop_s
        if math.isnan(start_s) or math.isnan(stop_s):
            raise ValueError(f"{self.path}: found the range {start_s} to {stop_s} s, expected numbers")
        if not self.regular:
            first, last = np.searchsorted(self._timestamps, (start_s, stop_s))
            return int(first), max(int(first), int(last))
        # a thousandth of a sample: 0.3 s at 10 kHz means sample 3000, whatever 0.3 * 10000 rounds to
        first, last = (math.ceil(min(max(t, 0.0) * self.rate_hz, self.samples) - 1e-3) for t in (start_s, stop_s))
        return first, max(first, last)

    def read(self, start_s: float = 0.0, stop_s: float | None = None) -> npt.NDArray[np.float64]:
        """The lever in volts, of the samples at ``start_s <= t < stop_s``.

        Parameters
        ----------
        start_s, stop_s : float
            s from the first sample; `stop_s` None means to the end. What lies outside the recording is left out.

        Returns
        -------
        numpy.ndarray, float64

        Raises
        ------
        ValueError
            Where the file's data are damaged.

        Examples
        --------
        >>> lk.open_session("study/ada_1.h5").read(4, 4.003).round(4)
        array([-0.0013,  0.0002, -0.0008])
        """
        first, last = self._range(start_s, stop_s)
        return self._file.read_volts(first, last - first)

    def times(self, start_s: float = 0.0, stop_s: float | None = None) -> npt.NDArray[np.float64]:
        """The time of every sample that `read` gives for the same range; s from the first sample.

        Examples
        --------
        >>> lk.open_session("study/ada_1.h5").times(4, 4.003)
        array([4.   , 4.001, 4.002])
        """
        first, last = self._range(start_s, stop_s)
        return np.arange(first, last) / self.rate_hz if self.regular else self._timestamps[first:last].copy()

    def __reduce__(self) -> Any:
        return Session, (self._opened, self.lever, self.mapping, self.rig)

    def _repr_html_(self) -> str:
        return _html.of_session(self)

    def __repr__(self) -> str:
        return f"<Session: {self.subject} {self.session}, {self.duration_s:.1f} s at {self.rate_hz:g} Hz>"


def allow_outside_files(allowed: bool = True) -> None:
    """From now on links of a recording may lead to files outside its folder (`--outside-files` of the command line).

    Parameters
    ----------
    allowed : bool
        False: such a recording is refused, as it is at first.

    Examples
    --------
    >>> lk.allow_outside_files(False)
    """
    _core.allow_outside_files(allowed)
    if PROGRAM.exists():
        _core.guard_reading([str(PROGRAM), "look-first", *(["--outside-files"] if allowed else [])])


def open_session(
    path: str | os.PathLike[str],
    *,
    lever: str = "",
    mapping: str | os.PathLike[str] = "",
    rig: str | os.PathLike[str] = "",
) -> Session:
    """Opens a session file: NWB, plain HDF5, WaveSurfer, Ephus. Nothing of the trace is read yet.

    Parameters
    ----------
    path : path-like
    lever : str
        Name of the lever's series or channel in a file that holds several.
    mapping : path-like
        A TOML file that says what is where in a file that no reader knows.
    rig : path-like
        A TOML file that says what the rig's volts mean and how its channels are called.

    Returns
    -------
    Session

    Raises
    ------
    OSError
        Where the file cannot be opened.
    ValueError
        Where it is not a usable session; the message names file, dataset, place, found and expected.

    Examples
    --------
    >>> session = lk.open_session("study/ada_1.h5")
    >>> session
    <Session: ada 1, 46.0 s at 1000 Hz>
    """
    return Session(path, lever, os.fspath(mapping), os.fspath(rig))


def _seconds(values: npt.ArrayLike, name: str) -> npt.NDArray[np.float64]:
    """Numbers are seconds already; durations of any kind (NumPy's, pandas', datetime's) become seconds."""
    series = pd.Series(values).infer_objects()
    if pd.api.types.is_timedelta64_dtype(series.dtype):
        return series.dt.total_seconds().to_numpy(np.float64)
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        raise ValueError(f"{name}: found dates, expected seconds: subtract the time of the first sample")
    return pd.to_numeric(series).to_numpy(np.float64, na_value=np.nan)


def _trial_arrays(trials: Mapping[str, npt.ArrayLike] | pd.DataFrame) -> dict[str, npt.NDArray[np.float64]]:
    missing = [name for name in TRIAL_COLUMNS if name not in trials]
    if missing:
        raise ValueError(f"trials: without {', '.join(missing)}; expected {', '.join(TRIAL_COLUMNS)}")
    columns = {name: _seconds(trials[name], f"trials: {name}") for name in TRIAL_COLUMNS}
    if len({column.shape for column in columns.values()}) != 1 or columns["start_s"].ndim != 1:
        found = ", ".join(f"{name} {column.shape}" for name, column in columns.items())
        raise ValueError(f"trials: found the shapes {found}; expected four columns of one length")
    return columns


def _volts_per_count(volts: npt.NDArray[np.float64], given: float | None) -> float:
    """That fits into 16 bits."""
    largest = float(np.max(np.abs(volts), initial=0.0))
    if given is None:
        return largest / 32767 or 1.0
    if largest > 32767.5 * abs(given):
        raise ValueError(
            f"volts_per_count: found {given}, with which int16 holds {32767 * abs(given):g} V; expected "
            f"{largest / 32767:.3g} or more"
        )
    return given


def write_session(
    path: str | os.PathLike[str],
    volts: npt.ArrayLike,
    *,
    subject: str,
    session: int,
    rate_hz: float | None = None,
    timestamps_s: npt.ArrayLike | None = None,
    trials: Mapping[str, npt.ArrayLike] | pd.DataFrame | None = None,
    group: str | None = None,
    start_time: str | None = None,
    format: str | None = None,
    storage: str | None = None,
    volts_per_count: float | None = None,
    offset_v: float = 0.0,
    mm_per_volt: float | None = None,
    compressed: bool = False,
    description: str = "",
    overwrite: bool = False,
) -> None:
    """Writes a session file.

    Parameters
    ----------
    path : path-like
    volts : array_like, shape (N,)
        Lever position in volts. What is masked is NaN.
    subject : str
    session : int
        1, 2, ...
    rate_hz : float
        Samples per second; or
    timestamps_s : array_like, shape (N,)
        The time of every sample in s, increasing. Give one of the two.
    trials : DataFrame or dict of arrays
        start_s, stop_s, cue_s, reward_s in s, or as durations (timedelta64); NaN or NaT where there was none: on the
        clock of `timestamps_s`, or from the first sample where there is a rate.
    group : str
        The animal's experimental group.
    start_time : str
        ISO 8601. An NWB file has to say one; without, it says 2000-01-01.
    format : str
        "nwb" or "hdf5"; by the extension where not given (.nwb, else HDF5).
    storage : str
        "float64", "float32" or "int16" (then volts = count * `volts_per_count` + `offset_v`). Where not given:
        float32 for float32 `volts`, else float64.
    volts_per_count, offset_v : float
        Of int16 storage. `volts_per_count` None: so that the largest value just fits.
    mm_per_volt : float
        The lever's calibration.
    compressed : bool
        gzip and shuffle.
    description : str
        Where the data came from, in words.
    overwrite : bool
        Replace an older file of that name, once all is written; else that is an error.

    Raises
    ------
    ValueError
        Where the arguments do not make a session, or there is a file of that name.
    OSError
        Where the file cannot be written.

    Examples
    --------
    >>> volts = lk.open_session("study/ada_1.h5").read()
    >>> lk.write_session("copy_1.nwb", volts, subject="ada", session=1, rate_hz=1000, start_time="2026-03-02T09:30:00Z")
    >>> lk.open_session("copy_1.nwb").duration_s
    46.0
    """
    if (rate_hz is None) == (timestamps_s is None):
        raise ValueError("rate_hz, timestamps_s: found both or none, expected one of them")
    if rate_hz is not None and not (math.isfinite(rate_hz) and rate_hz > 0):
        raise ValueError(f"rate_hz: found {rate_hz}, expected a positive number")
    session = whole_number(session, "session", 1)
    if not isinstance(subject, str) or not subject:
        raise ValueError(f"subject: found {subject!r}, expected a name")
    columns = None if trials is None else _trial_arrays(trials)
    if timestamps_s is not None:
        timestamps_s = _seconds(timestamps_s, "timestamps_s")
        if timestamps_s.shape != np.shape(volts):
            raise ValueError(f"timestamps_s: found shape {timestamps_s.shape}, expected {np.shape(volts)} as in volts")
        if not (np.diff(timestamps_s) > 0).all():
            raise ValueError("timestamps_s: found times that do not increase, expected increasing numbers")
    volts = unmasked(volts)
    if storage is None:
        storage = "float32" if getattr(volts, "dtype", None) == np.float32 else "float64"
    if storage == "int16":
        volts_per_count = _volts_per_count(np.asarray(volts, dtype=np.float64) - offset_v, volts_per_count)
    _core.write_session(
        os.fspath(path),
        volts,
        timestamps_s,
        columns,
        subject=subject,
        session=session,
        group=group or "",
        start_time=start_time or "",
        rate_hz=rate_hz or 0.0,
        storage=storage,
        volts_per_count=1.0 if volts_per_count is None else volts_per_count,
        offset_v=offset_v,
        mm_per_volt=mm_per_volt or 0.0,
        compressed=compressed,
        format=format or "",
        description=description,
        overwrite=overwrite,
    )
