"""Which cells are active with movement, and which without?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from leverkin import _core
from leverkin._values import whole_number
from leverkin.activity._frames import Flags, Floats, Integers

EventMethod = Literal["peters2014", "peters2014_inhibitory", "peters2017"]
CLASS = {"unclassified": 0, "movement": 1, "still": 2, "too_few_events": 3, "absent": 4, "no_variation": 5}


@dataclass(frozen=True)
class Rule:
    """How a cell is classified.

    Attributes
    ----------
    binary : bool
        Activity counts as 1 where it is above 0.
    widen : int
        Frames by which movements are widened on either side.
    single_still_frames : bool
        Movements are shuffled whole among single still frames; else whole runs of both kinds.
    low, high : float
        p below `low` means still, above `high` movement.
    least_events : int
        A cell with fewer event onsets is not classified.
    """

    binary: bool = True
    widen: int = 0
    single_still_frames: bool = False
    low: float = 0.025
    high: float = 0.975
    least_events: int = 5


RULES = {
    "leverkin": Rule(),
    "peters2017": Rule(),
    "peters2014": Rule(binary=False, widen=5, single_still_frames=True, low=0.005, high=0.995, least_events=0),
}


@dataclass(frozen=True)
class Classes:
    """What `movement_related` finds, one value per cell.

    Attributes
    ----------
    p : float64 array
        Rank of the cell's activity in movement among all arrangements, 0 to 1.
    class_ : array of str
        "unclassified", "movement", "still", "too_few_events", "absent" (NaN throughout), "no_variation" (fewer than two
        blocks of either kind: nobody is classified).
    q : float64 array
        Benjamini and Hochberg's, of the two-sided p of the session's cells that can be classified.
    statistic : float64 array
        Sum of activity over moving frames.
    n_events : int64 array
        Onsets of events in the session.
    n_nan_frames : int64 array
        They count as frames without events.
    n_arrangements : int
        Shuffles, or all arrangements where there are no more (`enumerated`).
    profile : str
    """

    p: Floats
    class_: npt.NDArray[Any]
    q: Floats
    statistic: Floats
    n_events: Integers
    n_nan_frames: Integers
    n_arrangements: int
    enumerated: bool
    profile: str

    @property
    def fraction_movement(self) -> float:
        """Of the cells that are present; NaN where none is."""
        return self._fraction("movement")

    @property
    def fraction_still(self) -> float:
        return self._fraction("still")

    def _fraction(self, name: str) -> float:
        present = self.class_ != "absent"
        return float(np.mean(self.class_[present] == name)) if present.any() else np.nan


def cell_frames(values: npt.ArrayLike, name: str = "activity") -> Floats:
    """Checked: (frames, cells), without infinity."""
    activity = np.asarray(values, np.float64)
    if activity.ndim != 2:
        raise _core.BadArgument(f"{name}: found {activity.ndim} dimensions, expected two: frames and cells")
    if not np.isfinite(activity.sum()) and np.isinf(activity).any():  # the sum first: no copy where all is well
        frame, cell = np.argwhere(np.isinf(activity))[0]
        raise _core.BadArgument(f"{name}: found infinity in frame {frame}, cell {cell}, expected numbers or NaN")
    return activity


def events(dff: npt.ArrayLike, rate_hz: float = 0.0, method: EventMethod = "peters2017", threads: int = 0) -> Floats:
    """Event amplitudes from dF/F, by the rules of the published programs.

    Parameters
    ----------
    dff : array_like, shape (frames, cells)
        NaN counts as 0; a cell that is NaN throughout stays NaN.
    rate_hz : float
        Not used: the published rules count in frames (at about 28 Hz).
    method : str
        "peters2014" (excitatory cells), "peters2014_inhibitory", "peters2017" (all cells). Store the name with the
        result: the rules differ.
    threads : int
        0: one per core. Never changes the numbers.

    Returns
    -------
    numpy.ndarray, float64, shape (frames, cells)
        0 where there is no event. Fewer than 31 frames hold none.

    Raises
    ------
    BadArgument
        For an unknown method, and for infinity.

    Examples
    --------
    >>> import numpy as np
    >>> dff = np.random.default_rng(0).normal(0, 0.1, (400, 1))
    >>> dff[200:220, 0] += 2 * np.exp(-np.arange(20) / 8)
    >>> found = lk.activity.events(dff, method="peters2017")
    >>> bool(found[195:205].max() > 1), bool(found[:150].max() == 0)
    (True, True)
    """
    found = _core.detect_events(np.ascontiguousarray(cell_frames(dff, "dff").T), method, threads)
    return np.asarray(found).T


def event_onsets(activity: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Along the first axis: activity above 0 now, and not in the frame before; the first frame is no onset."""
    return onsets_of(np.asarray(activity, np.float64) > 0)  # NaN is not


def onsets_of(above: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """As `event_onsets`, from where activity is above 0."""
    onsets = np.zeros(above.shape, bool)
    onsets[1:] = above[1:] & ~above[:-1]
    return onsets


def stream_of(subject: str, session: int) -> int:
    """Another order of shuffles for every subject and session."""
    return int.from_bytes(hashlib.blake2b(f"{subject}\0{session}".encode(), digest_size=8).digest(), "little")


def _widened(moving: Flags, by: int) -> Flags:
    if by == 0:
        return moving
    return (np.convolve(moving, np.ones(2 * by + 1), mode="same") > 0.5).astype(np.uint8)


def _rule(profile: str, overrides: dict[str, Any]) -> Rule:
    if profile not in RULES:
        raise _core.BadArgument(f"profile: found {profile!r}, expected one of {', '.join(RULES)}")
    unknown = sorted(set(overrides) - set(Rule.__dataclass_fields__))
    if unknown:
        raise _core.BadArgument(f"found {', '.join(unknown)}, expected some of {', '.join(Rule.__dataclass_fields__)}")
    return replace(RULES[profile], **overrides)


def movement_related(
    activity: npt.ArrayLike,
    moving: npt.ArrayLike,
    profile: str = "leverkin",
    shuffles: int = 10_000,
    seed: int = 0,
    threads: int = 0,
    *,
    covered: npt.ArrayLike | None = None,
    subject: str = "",
    session: int = 0,
    **overrides: Any,
) -> Classes:
    """Classifies cells by their activity in movement against shuffled orders of movement and rest.

    Parameters
    ----------
    activity : array_like, shape (frames, cells)
        Events (`events`), or deconvolved spikes. NaN counts as no event; a cell that is NaN throughout is absent.
    moving : array_like
        True in the frames in which the lever moves (`frames`).
    profile : str
        "leverkin" and "peters2017": activity counts as 1 where it is above 0, whole runs of movement and rest are
        shuffled, p beyond 0.975 or 0.025, five events or more. "peters2014": amplitudes, movements widened by five
        frames, movements whole among single still frames, p beyond 0.995 or 0.005.
    shuffles : int
        Where there are no more arrangements than that, all of them are taken.
    seed : int
        The order of shuffle k depends on seed, subject, session and k alone.
    threads : int
        0: one per core. Never changes the numbers.
    covered : array_like
        False: the frame is left out (no lever was recorded). None: all count.
    subject, session
        So that every session has shuffles of its own.
    **overrides
        Single parameters of `Rule`.

    Returns
    -------
    Classes

    Raises
    ------
    BadArgument
        Where sizes disagree, and for infinity.

    Notes
    -----
    On independent activity about 2.5 % of the cells pass on either side. Shuffling all frames singly would let pass a
    quarter of them, and is not offered.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(1)
    >>> moving = np.repeat(random.permutation(np.arange(200) % 2), 10)
    >>> activity = (random.random((2000, 2)) < np.c_[0.02 + 0.1 * moving, np.full(2000, 0.05)]).astype(float)
    >>> str(lk.activity.movement_related(activity, moving, shuffles=1000).class_[0])
    'movement'
    """
    rule, values = _rule(profile, overrides), cell_frames(activity)
    moving = np.asarray(moving)
    if moving.shape != (len(values),):
        raise _core.BadArgument(
            f"moving: found {moving.shape[0] if moving.ndim else 0} frames, activity has {len(values)}, expected the same"
        )
    keep = np.ones(len(values), bool) if covered is None else np.asarray(covered) != 0
    above = values > 0  # NaN is not
    flags = np.ascontiguousarray(_widened((moving != 0).astype(np.uint8), rule.widen)[keep])
    of_shuffles = (
        flags, rule.single_still_frames, whole_number(shuffles, "shuffles", 1), whole_number(seed, "seed", 0),
        stream_of(subject, session), threads,
    )  # fmt: skip
    if rule.binary:
        active = np.ascontiguousarray(above if keep.all() else above[keep]).view(np.uint8)
        found = _core.relate_active_frames(active, *of_shuffles)
    else:
        found = _core.relate_to_movement(np.ascontiguousarray(np.nan_to_num(values)[keep].T), *of_shuffles)
    n_nan, n_events = np.isnan(values).sum(axis=0), onsets_of(above).sum(axis=0)
    absent = n_nan == len(values)
    p = np.where(absent, np.nan, found["p"])
    class_ = _classified(p, absent, n_events, rule)
    return Classes(
        p, class_, _q(p, (class_ != "absent") & (class_ != "too_few_events")), found["statistic"], n_events,
        n_nan, found["arrangements"], found["enumerated"], profile,
    )  # fmt: skip


def _classified(p: Floats, absent: npt.NDArray[np.bool_], n_events: Integers, rule: Rule) -> npt.NDArray[Any]:
    names = np.array(list(CLASS))
    found = np.full(len(p), "unclassified", names.dtype)
    found[p > rule.high] = "movement"
    found[p < rule.low] = "still"
    found[n_events < rule.least_events] = "too_few_events"
    found[np.isnan(p)] = "no_variation"
    found[absent] = "absent"
    return found


def _q(p: Floats, tested: npt.NDArray[np.bool_]) -> Floats:
    """As scipy.stats.false_discovery_control, which takes longer to import than a session to classify."""
    tested = tested & np.isfinite(p)
    q = np.full(len(p), np.nan)
    two_sided = np.minimum(1, 2 * np.minimum(p, 1 - p))[tested]
    order = np.argsort(two_sided)[::-1]  # the greatest first
    rising = two_sided[order] * len(order) / np.arange(len(order), 0, -1)
    q[np.flatnonzero(tested)[order]] = np.minimum(1, np.minimum.accumulate(rising))
    return q


def overlap(
    one: npt.ArrayLike, other: npt.ArrayLike, ever: npt.ArrayLike | None = None, shuffles: int = 1000, seed: int = 0
) -> pd.Series[float]:
    """How much two sessions' sets of movement-related cells have in common.

    Parameters
    ----------
    one, other : array_like of bool
        Of the same cells, in the same order.
    ever : array_like of bool
        Cells among which labels are shuffled: those classified in any session. None: in one of the two.
    shuffles, seed : int

    Returns
    -------
    pandas.Series
        jaccard (in both / in either; NaN of none), peters2017 (in both / (n of one + n of the other), at most 0.5), z
        (the latter against the shuffles).

    Examples
    --------
    >>> float(lk.activity.overlap([1, 1, 0, 0], [1, 0, 1, 0]).jaccard.round(3))
    0.333
    """
    a, b = np.asarray(one, bool), np.asarray(other, bool)
    if a.shape != b.shape:
        raise _core.BadArgument(f"other: found {b.size} cells, expected {a.size}: the same cells in both")
    among = a | b if ever is None else np.asarray(ever, bool)
    either, sizes = np.sum(a | b), np.sum(a) + np.sum(b)
    published = np.sum(a & b) / sizes if sizes else np.nan
    random, mine, yours = np.random.default_rng(seed), a[among], b[among]
    draws = np.array([np.sum(random.permutation(mine) & yours) for _ in range(shuffles)]) / max(sizes, 1)
    spread = draws.std()
    z = (published - draws.mean()) / spread if sizes and spread > 0 else np.nan
    return pd.Series({"jaccard": np.sum(a & b) / either if either else np.nan, "peters2017": published, "z": z})
