"""Which imaging frames lie in which movement, and which windows around onsets can be used?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from leverkin import _core
from leverkin._values import whole_number

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]

STATUS = {"used": 0, "onset_not_imaged": 1, "outside_imaging": 2, "frames_missing": 3, "not_used": 4}
_NAMES = np.array(list(STATUS))


@dataclass(frozen=True)
class Frames:
    """What `frames` finds.

    Attributes
    ----------
    period_s : float
        Median difference of frame times.
    moving, covered : uint8 arrays, one value per frame
        It covers an active lever sample; it covers a lever sample at all. A frame that covers none is neither moving
        nor still.
    onset_frame : int64 array, one value per onset
        -1: no frame within one period.
    status : array of str, one value per onset
        "used", "onset_not_imaged", "outside_imaging", "frames_missing" or "not_used".
    gaps : DataFrame
        after_frame, start_s, stop_s, missing (frames).
    before, after : int
        Frames of a window before the onset frame, and from it on.
    """

    period_s: float
    moving: Flags
    covered: Flags
    onset_frame: Integers
    status: npt.NDArray[Any]
    gaps: pd.DataFrame
    before: int
    after: int

    @property
    def used(self) -> npt.NDArray[np.bool_]:
        """One value per onset."""
        return np.asarray(self.status == "used")

    def windows(self, activity: npt.ArrayLike) -> Floats:
        """The windows of activity (frames, cells) as (onset, frame, cell); NaN where a window is not used."""
        values = np.asarray(activity, np.float64)
        found = np.full((len(self.status), self.before + self.after, values.shape[1]), np.nan)
        for onset in np.flatnonzero(self.used):
            first = self.onset_frame[onset] - self.before
            found[onset] = values[first : first + self.before + self.after]
        return found


def _flags(values: npt.ArrayLike | None) -> Flags:
    return np.ascontiguousarray(np.zeros(0) if values is None else np.asarray(values) != 0, np.uint8)


def frames(
    frame_s: npt.ArrayLike,
    active: npt.ArrayLike,
    onset_s: npt.ArrayLike,
    before: int,
    after: int,
    *,
    known: npt.ArrayLike | None = None,
    used: npt.ArrayLike | None = None,
) -> Frames:
    """Imaging frames on the lever clock.

    Parameters
    ----------
    frame_s : array_like
        Start of each frame, s from the session's first lever sample; increasing.
    active : array_like
        The lever at 1 kHz: true while it moves (`lk.segment(...).active`).
    onset_s : array_like
        Of the movements; NaN: none.
    before, after : int
        Frames of a window before the onset frame, and from the onset frame on.
    known : array_like
        False where the lever has no data. None: it has data everywhere.
    used : array_like
        False where the trial rules left a movement out. None: all are used.

    Returns
    -------
    Frames

    Raises
    ------
    BadArgument
        For fewer than two frames, and times that do not increase.

    Examples
    --------
    >>> active = [0] * 1000 + [1] * 500 + [0] * 1500
    >>> found = lk.activity.frames([0.0, 0.5, 1.0, 1.5, 2.0, 2.5], active, [1.1, 2.9], before=1, after=2)
    >>> found.moving, found.status
    (array([0, 0, 1, 0, 0, 0], dtype=uint8), array(['used', 'outside_imaging'], dtype='<U16'))
    """
    before, after = whole_number(before, "before", 0), whole_number(after, "after", 1)
    found = _core.align_frames(frame_s, _flags(active), _flags(known), onset_s, _flags(used), before, after)
    gaps = pd.DataFrame({name: found[name] for name in ("after_frame", "start_s", "stop_s", "missing")})
    return Frames(
        found["period_s"], found["moving"], found["covered"], found["onset_frame"], _NAMES[found["status"]], gaps,
        before, after,
    )  # fmt: skip


def window_frames(window_s: tuple[float, float], period_s: float) -> tuple[int, int]:
    """Of a window in seconds: frames before the onset frame, and from it on."""
    start, stop = map(float, window_s)
    if not (np.isfinite([start, stop]).all() and start <= 0 < stop):
        raise _core.BadArgument(f"window_s: found {window_s}, expected a start of 0 or before, and an end after it")
    return round(-start / period_s), round(stop / period_s) + 1
