"""Do the rewards in a file fit the lever? The task's own rule, carried out on the trace."""

from __future__ import annotations

import os

import numpy as np
import numpy.typing as npt
import pandas as pd

from leverkin import _core
from leverkin.session import Session, open_session
from leverkin.session_result import analyze_session

STATUSES = ("confirmed", "too_slow", "no_crossing", "missed", "no_press", "no_cue")

_LOWER_MM = ((2, 1.5), (4, 3.0))  # up to this session; 4.5 mm later (Chen et al. 2015, Methods)
_EARLY_S = 0.005  # a reward may seem to come this much before its crossing: the trace has 1 ms, and noise


def check_rewards(
    session: str | os.PathLike[str] | Session,
    upper_mm: float = 0.5,
    lower_mm: float | None = None,
    *,
    mm_per_volt: float | None = None,
    within_s: float = 0.2,
    latency_s: float = 0.1,
    rest_v: float | None = None,
) -> pd.DataFrame:
    """Was every reward earned by a press that crosses two thresholds, one soon after the other?

    Parameters
    ----------
    session : path-like or Session
        One session file.
    upper_mm, lower_mm : float
        The thresholds, mm from rest: a press crosses the upper one, then the lower one. `lower_mm` None: 1.5 in
        sessions 1 and 2, 3.0 in 3 and 4, 4.5 later (Chen et al. 2015).
    mm_per_volt : float
        Negative where a press lowers the voltage. None: the file's calibration. For thresholds in volts, 1 or -1.
    within_s : float
        Longest time between the two crossings.
    latency_s : float
        Latest reward after the crossing of the lower threshold.
    rest_v : float
        The lever at rest. None: the median of the trace outside bouts.

    Returns
    -------
    DataFrame
        A row per trial: trial, cue_s, reward_s, upper_s, lower_s (the crossings meant, s; NaN: none), crossing_s (from
        one to the other), delay_s (lower threshold to reward), status: "confirmed"; "too_slow" (the crossings are too
        far apart); "no_crossing" (rewarded without); "missed" (such a press between cue and end of trial, but no
        reward); "no_press" (rightly not rewarded); "no_cue" (neither cue nor reward).

    Raises
    ------
    BadArgument
        Without a calibration, or a session number where `lower_mm` is None, and for thresholds that are not
        0 < upper < lower.
    BadSession
        Where the session cannot be analysed.

    Notes
    -----
    On the 1 kHz trace before the low-pass, so crossings are good to about 1 ms.

    Examples
    --------
    >>> table = lk.check_rewards("study/ada_1.h5", lower_mm=1.5, latency_s=0.5)
    >>> table.status.tolist()[:4]
    ['confirmed', 'confirmed', 'confirmed', 'no_press']
    """
    session = session if isinstance(session, Session) else open_session(session)
    scale = session.mm_per_volt if mm_per_volt is None else mm_per_volt
    if lower_mm is None and session.session < 1:
        raise _core.BadArgument(f"{session.path}: without a session number; expected lower_mm")
    if lower_mm is None:
        lower_mm = next((mm for last, mm in _LOWER_MM if session.session <= last), 4.5)
    if not scale or not np.isfinite(scale):
        raise _core.BadArgument(f"{session.path}: not calibrated; expected mm_per_volt (1 or -1 for thresholds in V)")
    if not 0 < upper_mm < lower_mm:
        raise _core.BadArgument(f"thresholds: found upper {upper_mm}, lower {lower_mm}; expected 0 < upper < lower")
    if not (within_s > 0 and latency_s > 0):
        raise _core.BadArgument(f"within_s, latency_s: found {within_s} and {latency_s}; expected more than 0")
    displaced_mm = scale * _displacement(session, rest_v)
    lower_s = _crossings(displaced_mm, lower_mm)
    upper_s = _last_before(_crossings(displaced_mm, upper_mm), lower_s)
    trials = session.trials
    ends = trials["start_s"].shift(-1).fillna(session.duration_s)  # where the file does not say when a trial ended
    trials = trials.assign(stop_s=trials["stop_s"].fillna(ends))
    rows = [_judge(trial, upper_s, lower_s, within_s, latency_s) for trial in trials.itertuples(index=False)]
    table = pd.DataFrame(rows, columns=["cue_s", "reward_s", "upper_s", "lower_s", "status"])
    table.insert(0, "trial", np.arange(len(table)))
    table.insert(5, "crossing_s", table["lower_s"] - table["upper_s"])
    table.insert(6, "delay_s", table["reward_s"] - table["lower_s"])
    table["status"] = pd.Categorical(table["status"], STATUSES)
    return table


def _displacement(session: Session, rest_v: float | None) -> npt.NDArray[np.float64]:
    """Volts from rest, 1 kHz."""
    lever = analyze_session(session, gaps="hold").lever
    volts = lever.volts.values
    return volts - (np.median(volts[lever.active.values == 0]) if rest_v is None else rest_v)


def _crossings(displaced_mm: npt.NDArray[np.float64], threshold_mm: float) -> npt.NDArray[np.float64]:
    """When the threshold is passed on the way out, s."""
    beyond = displaced_mm >= threshold_mm
    return (np.flatnonzero(beyond[1:] & ~beyond[:-1]) + 1) / 1000


def _last_before(earlier: npt.NDArray[np.float64], times: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The last of `earlier` that is not after each time; NaN where there is none."""
    place = np.searchsorted(earlier, times, side="right") - 1
    return np.where(place >= 0, earlier[np.maximum(place, 0)] if len(earlier) else np.nan, np.nan)


def _judge(
    trial: tuple[float, ...],
    upper_s: npt.NDArray[np.float64],
    lower_s: npt.NDArray[np.float64],
    within_s: float,
    latency_s: float,
) -> tuple[float, float, float, float, str]:
    _, stop_s, cue_s, reward_s = trial
    rewarded = np.isfinite(reward_s)
    if not rewarded and not np.isfinite(cue_s):
        return cue_s, reward_s, np.nan, np.nan, "no_cue"
    first, last = (reward_s - latency_s, reward_s + _EARLY_S) if rewarded else (cue_s, stop_s)
    near = np.flatnonzero((lower_s >= first) & (lower_s <= last))
    quick = near[lower_s[near] - upper_s[near] <= within_s]
    if not rewarded and not len(quick):
        return cue_s, reward_s, np.nan, np.nan, "no_press"
    if not len(near):
        return cue_s, reward_s, np.nan, np.nan, "no_crossing"
    meant = quick[-1] if len(quick) else near[-1]
    status = "too_slow" if not len(quick) else "confirmed" if rewarded else "missed"
    return cue_s, reward_s, upper_s[meant], lower_s[meant], status
