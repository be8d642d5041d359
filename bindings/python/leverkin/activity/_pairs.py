"""Is activity alike where movements are alike? Pairs of trials, and trials beside a template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from leverkin import _core
from leverkin._values import whole_number, whole_numbers
from leverkin.activity._frames import Floats, Integers
from leverkin.activity._timing import has_nan, trial_array

# of r movement; closed on the left, the first bin open below, the last open above
BIN_EDGES = (-0.5, -0.25, 0.0, 0.25, 0.5)
LEAST_BINS_OF_SLOPE = 3
EVEN_OUT = 0.25  # in dF/F, as Peters et al. (2017) have it

Stage = Iterable[int] | tuple[Iterable[int], Iterable[int]]


@dataclass(frozen=True)
class Pairs:
    """What `trial_pairs` finds.

    Attributes
    ----------
    table : DataFrame
        A row per pair of trials: trial_a, trial_b (rows of the input, a > b), session_a, session_b, r_movement,
        r_activity; with controls r_activity_centred (each cell's mean in each trial subtracted) and r_activity_shifted
        (minus the mean r of traces rotated within their windows). NaN where a trial does not vary.
    trials : DataFrame
        A row per trial: trial, session, silent (no activity: it has no r), n_nan (NaN values, taken as 0), r_to_others
        (its activity with the mean of the session's other trials).
    """

    table: pd.DataFrame
    trials: pd.DataFrame

    @property
    def n_silent(self) -> int:
        """Trials without activity. Their share changes with learning, and biases late against early."""
        return int(self.trials["silent"].sum())

    def binned(
        self,
        edges: Iterable[float] = BIN_EDGES,
        stages: Mapping[str, Stage] | None = None,
        value: str = "r_activity",
    ) -> pd.DataFrame:
        """Mean r of activity as a function of r of movement.

        Parameters
        ----------
        edges : iterable of float
            Between the bins; the first is open below, the last above.
        stages : mapping
            Name to sessions: both trials of a pair are of these. A tuple of two lists: one trial of each. None: "all".
        value : str
            Column of `table`.

        Returns
        -------
        DataFrame
            stage, bin (1, 2, ...), bin_low, bin_high, n_pairs, mean_r, sem_r (over pairs: for a picture, never for a
            test, as pairs share trials); NaN of an empty bin.
        """
        edges = np.asarray(list(edges), float)
        parts = []
        for stage, chosen in self._stages(stages).items():
            bins, r = self._known(chosen, value, edges)
            r_of = [r[bins == number] for number in range(len(edges) + 1)]
            parts.append(
                pd.DataFrame(
                    {
                        "stage": stage,
                        "bin": np.arange(1, len(edges) + 2),
                        "bin_low": np.append(-1.0, edges),
                        "bin_high": np.append(edges, 1.0),
                        "n_pairs": [len(one) for one in r_of],
                        "mean_r": [one.mean() if len(one) else np.nan for one in r_of],
                        "sem_r": [one.std(ddof=1) / np.sqrt(len(one)) if len(one) > 1 else np.nan for one in r_of],
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)

    def slope(
        self, stages: Mapping[str, Stage] | None = None, edges: Iterable[float] = BIN_EDGES, value: str = "r_activity"
    ) -> pd.Series[float]:
        """Least squares of the bins' means on the number of the bin, per stage; NaN of fewer than three filled bins."""
        table = self.binned(edges, stages, value)
        return table.groupby("stage", sort=False).apply(
            lambda rows: bin_slope(rows["mean_r"].to_numpy(float)), include_groups=False
        )

    def weighted_slope(
        self, counts: npt.ArrayLike, stage: Stage | None = None, edges: Iterable[float] = BIN_EDGES,
        value: str = "r_activity",
    ) -> float:  # fmt: skip
        """The slope where trials were drawn `counts` times; copies of one trial are no pair."""
        counts, edges = np.asarray(counts, float), np.asarray(list(edges), float)
        chosen = self._stages({"": stage} if stage is not None else None)
        rows = next(iter(chosen.values()))
        bins, r = self._known(rows, value, edges)
        known = rows[np.isfinite(self._r(rows, value)).all(axis=0)]
        weight = counts[self.table["trial_a"].to_numpy()[known]] * counts[self.table["trial_b"].to_numpy()[known]]
        total = np.bincount(bins, weight, len(edges) + 1)
        sums = np.bincount(bins, weight * r, len(edges) + 1)
        return bin_slope(np.divide(sums, total, out=np.full(len(total), np.nan), where=total > 0))

    def _r(self, rows: Integers, value: str) -> Floats:
        return np.stack([self.table["r_movement"].to_numpy()[rows], self.table[value].to_numpy()[rows]])

    def _known(self, rows: Integers, value: str, edges: Floats) -> tuple[Integers, Floats]:
        if value not in self.table:
            raise _core.BadArgument(f"value: found {value!r}, expected a column of the table (controls=True makes more)")
        movement, activity = self._r(rows, value)
        known = np.isfinite(movement) & np.isfinite(activity)
        return np.searchsorted(edges, movement[known], side="right"), activity[known]

    def _stages(self, stages: Mapping[str, Stage] | None) -> dict[str, Integers]:
        if stages is None:
            return {"all": np.arange(len(self.table))}
        a, b = (self.table[name].to_numpy() for name in ("session_a", "session_b"))
        found = {}
        for name, sessions in stages.items():
            if isinstance(sessions, tuple) and len(sessions) == 2 and not np.isscalar(sessions[0]):
                one, other = (whole_numbers(part, "stages") for part in sessions)
                chosen = (np.isin(a, one) & np.isin(b, other)) | (np.isin(a, other) & np.isin(b, one))
            else:
                own = whole_numbers(sessions, "stages")
                chosen = np.isin(a, own) & np.isin(b, own)
            found[name] = np.flatnonzero(chosen)
        return found


def bin_slope(mean_r: Floats) -> float:
    filled = np.isfinite(mean_r)
    if filled.sum() < LEAST_BINS_OF_SLOPE:
        return np.nan
    number = np.flatnonzero(filled) + 1.0
    number -= number.mean()
    return float(np.sum(number * (mean_r[filled] - mean_r[filled].mean())) / np.sum(number**2))


def trial_pairs(
    movements: npt.ArrayLike,
    activity: npt.ArrayLike,
    session: npt.ArrayLike,
    cells: npt.ArrayLike | None = None,
    *,
    controls: bool = False,
    even_out: bool = False,
    rotations: int = 100,
    seed: int = 0,
    tolerance: float = 0.0,
    threads: int = 0,
) -> Pairs:
    """r of movement and r of activity for every pair of trials of one animal.

    Parameters
    ----------
    movements : array_like, shape (N, samples)
        Lever windows (`Results.movements`).
    activity : array_like, shape (N, frames, cells) or (N, values)
        Windows of the same trials (`trial_activity`), cells in the same order in all sessions. A cell that is NaN in all
        trials of a session is absent from it: pairs use cells that are present in both sessions. Other NaN counts as 0.
    session : array_like of int, shape (N,)
    cells : array_like
        Which cells take part: flags or indices. None: all.
    controls : bool
        True: also the columns that tell timing from mere identity of the active cells, and loud from timed trials.
    even_out : bool
        True: each cell is first divided by (its greatest value in all trials + 0.25), so that loud cells do not decide
        (Peters et al. 2017).
    rotations, seed : int
        Of the control with rotated traces.
    tolerance : float
        Largest allowed error of r. 0: in double. From 2e-5 on (for 300 cells of 56 frames), activity that is not zero
        nearly everywhere is correlated in single precision, in half the time.
    threads : int
        0: one per core. Never changes the numbers.

    Returns
    -------
    Pairs

    Raises
    ------
    BadArgument
        Where the shapes disagree.

    Notes
    -----
    Pairs share trials: a p over pairs is wrong. `leverkin.stats.pair_slopes` tests over animals.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(0)
    >>> shape = random.normal(size=(30, 50))
    >>> activity = shape[:, ::5, None] + random.normal(0, 0.3, (30, 10, 4))
    >>> pairs = lk.activity.trial_pairs(shape, activity, np.ones(30, int))
    >>> len(pairs.table), bool(pairs.slope()["all"] > 0.05)
    (435, True)
    """
    lever, values = np.asarray(movements, np.float64), np.asarray(activity, np.float64)
    numbers = np.array(whole_numbers(session, "session"), np.int64)
    values = values[:, :, None] if values.ndim == 2 else values
    if cells is not None and values.ndim == 3:
        values = values[:, :, np.asarray(cells)]
    if not len(lever) == len(values) == len(numbers) or lever.ndim != 2:
        raise _core.BadArgument(
            f"activity: found {len(values)} trials, {lever.shape} movements and {len(numbers)} sessions, expected one of "
            "each per trial"
        )
    if even_out:
        values = _evened_out(trial_array(values))
    how = _How(tolerance, threads)
    known, r, length = _known_activity_and_r(values, numbers, how)
    trial_a, trial_b = _pairs_of(np.arange(len(lever)))
    session_a, session_b = _pairs_of(numbers)
    columns: dict[str, Any] = {
        "trial_a": trial_a, "trial_b": trial_b, "session_a": session_a, "session_b": session_b,
        "r_movement": _r_movement(lever, numbers, how), "r_activity": r,
    }  # fmt: skip
    if controls:
        centred = known._replace(values=_less_each_mean(values))
        columns["r_activity_centred"] = _r_activity(centred, numbers, how)[0]
        chance = _rotated(known, numbers, whole_number(rotations, "rotations", 1), seed, how)
        columns["r_activity_shifted"] = columns["r_activity"] - chance
    return Pairs(pd.DataFrame(columns, copy=False), _trials(r, length, numbers, known.n_nan))


class _How(NamedTuple):
    """How r is computed."""

    tolerance: float
    threads: int


class _Known(NamedTuple):
    """Activity of trials without NaN."""

    values: Floats  # (trials, frames, cells): the caller's own where nothing is NaN, else 0 in its place
    present: dict[int, npt.NDArray[np.bool_]]  # which cells each session has
    n_nan: Integers  # per trial


def _pairs_of(of_trials: Integers) -> tuple[Integers, Integers]:
    """Of the trials a > b of every pair, at a (a - 1) / 2 + b."""
    earlier = [of_trials[:a] for a in range(len(of_trials))]
    return np.repeat(of_trials, np.arange(len(of_trials))), np.concatenate([of_trials[:0], *earlier])


def _place(a: Integers, b: Integers) -> Integers:
    high = np.maximum(a, b)
    return high * (high - 1) // 2 + np.minimum(a, b)


def _has_unknown(rows: Floats, length: Floats) -> bool:
    """Without a pass over all values in search of NaN: a row that holds one takes part in no pair."""
    return not all(np.isfinite(rows[trial].sum()) for trial in np.flatnonzero(length == 0))


def _r_movement(lever: Floats, session: Integers, how: _How) -> Floats:
    r, length = _all_pairs(lever, session, how)
    return _all_pairs(np.nan_to_num(lever), session, how)[0] if _has_unknown(lever, length) else r


def _known_activity_and_r(values: Floats, session: Integers, how: _How) -> tuple[_Known, Floats, Floats]:
    first_of_session = np.unique(session, return_index=True)[1]
    if np.isfinite(trial_array(values)[first_of_session].sum()):
        as_given = _all_known(values, session)
        r, length = _r_activity(as_given, session, how)
        if not _has_unknown(values, length):
            return as_given, r, length
    known = _known_activity(values, session)
    return known, *_r_activity(known, session, how)


def _all_known(values: Floats, session: Integers) -> _Known:
    every = np.ones(values.shape[2], bool)
    return _Known(values, {int(s): every for s in np.unique(session)}, np.zeros(len(values), np.int64))


def _known_activity(values: Floats, session: Integers) -> _Known:
    if not has_nan(values):
        return _all_known(values, session)
    missing = np.isnan(values)
    present = {int(s): ~missing[session == s].all(axis=(0, 1)) for s in np.unique(session)}
    return _Known(np.where(missing, 0.0, values), present, missing.sum(axis=(1, 2)))


def _evened_out(values: Floats) -> Floats:
    greatest = np.where(np.isnan(values), -np.inf, values).max(axis=(0, 1), initial=0.0)
    return values / (greatest + EVEN_OUT)


def _less_each_mean(values: Floats) -> Floats:
    """Each cell's mean in each trial subtracted; NaN takes no part in it, and is 0 after it."""
    missing = np.isnan(values)
    total, count = np.where(missing, 0.0, values).sum(axis=1, keepdims=True), (~missing).sum(axis=1, keepdims=True)
    return np.where(missing, 0.0, values - total / np.maximum(count, 1))


def _vectors(values: Floats, cells: npt.NDArray[np.bool_]) -> Floats:
    chosen = values if cells.all() else values[:, :, cells]
    return np.ascontiguousarray(chosen.reshape(len(values), -1))


def _r_activity(known: _Known, session: Integers, how: _How) -> tuple[Floats, Floats]:
    """r of all pairs, and the length of each trial's vector less its mean. All at once where the cells are the same in all
    sessions, else a set of vectors for each pair of sessions."""
    values, present = known.values, known.present
    kinds = {cells.tobytes(): cells for cells in present.values()}
    if len(kinds) == 1:
        cells = next(iter(kinds.values()))
        return _all_pairs(_vectors(values, cells), session, how)
    r, length = np.full(len(values) * (len(values) - 1) // 2, np.nan), np.zeros(len(values))
    numbers = list(present)
    for place, one in enumerate(numbers):
        for other in numbers[: place + 1]:
            rows = np.flatnonzero((session == one) | (session == other))
            both = present[one] & present[other]
            block, lengths = _all_pairs(_vectors(values[rows], both), session[rows], how)
            a, b = _pairs_of(rows)
            mine = (session[a] != session[b]) | (one == other)
            r[_place(a, b)[mine]] = block[mine]
            if one == other:
                length[rows] = lengths
    return r, length


def _all_pairs(vectors: Floats, session: Integers, how: _How) -> tuple[Floats, Floats]:
    """r of pairs as `_pairs_of` has them, and lengths; 0 of a trial that has no r."""
    if vectors.shape[1] < 2:
        return np.full(len(vectors) * (len(vectors) - 1) // 2, np.nan), np.zeros(len(vectors))
    return _core.pairs_and_lengths(vectors, session, how.tolerance, how.threads)


def _rotated(known: _Known, session: Integers, rotations: int, seed: int, how: _How) -> Floats:
    """Mean r over repeats in which each cell's trace in each trial is rotated within its window."""
    random = np.random.default_rng(seed)
    n, frames, cells = known.values.shape
    total = np.zeros(n * (n - 1) // 2)
    for _ in range(rotations):
        shift = random.integers(frames, size=(n, 1, cells))
        rotated = np.take_along_axis(known.values, (np.arange(frames)[None, :, None] + shift) % frames, axis=1)
        total += _r_activity(known._replace(values=rotated), session, how)[0]
    return total / rotations


def _trials(r: Floats, length: Floats, session: Integers, n_nan: Integers) -> pd.DataFrame:
    silent = length == 0
    others = np.full(len(length), np.nan)
    for number in np.unique(session):
        rows = np.flatnonzero((session == number) & ~silent)
        covariance = np.outer(length[rows], length[rows])
        a, b = np.tril_indices(len(rows), -1)
        covariance[a, b] = covariance[b, a] = r[_place(rows[a], rows[b])] * covariance[a, b]
        others[rows] = _r_to_others(covariance)
    return pd.DataFrame(
        {"trial": np.arange(len(length)), "session": session, "silent": silent, "n_nan": n_nan, "r_to_others": others}
    )


def _r_to_others(covariance: Floats) -> Floats:
    """r of each trial with the sum of the others, from the covariances of trials; NaN where the others cancel out."""
    with_all, own, total = covariance.sum(axis=1), np.diagonal(covariance), covariance.sum()
    of_others = total - 2 * with_all + own
    scale = np.sqrt(own * np.maximum(of_others, 0))
    return np.divide(with_all - own, scale, out=np.full(len(own), np.nan), where=of_others > 1e-12 * own.sum())


def template_similarity(
    movements: npt.ArrayLike,
    activity: npt.ArrayLike,
    session: npt.ArrayLike,
    template_sessions: Iterable[int],
    repeats: int = 100,
    seed: int = 0,
) -> pd.DataFrame:
    """When a naive animal happens to make the learned movement, is its activity already that of an expert?

    Parameters
    ----------
    movements, activity, session
        As in `trial_pairs`; of one animal.
    template_sessions : iterable of int
        A random half of their trials makes both templates, the means of lever and activity.
    repeats : int
        Random halves; the median over them is given.
    seed : int
        Same seed, same numbers.

    Returns
    -------
    DataFrame
        A row per trial: trial, session, r_movement, r_activity (with the templates; medians over the repeats in which
        the trial was in neither), n_repeats. `attrs` hold seed and template_sessions.

    Raises
    ------
    BadArgument
        With fewer than two template trials.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(0)
    >>> lever, activity = random.normal(size=(20, 30)), random.normal(size=(20, 10, 3))
    >>> lk.activity.template_similarity(lever, activity, np.repeat([1, 2], 10), [2], repeats=10).shape
    (20, 5)
    """
    lever, values = np.asarray(movements, np.float64), np.asarray(activity, np.float64)
    vectors = np.nan_to_num(values.reshape(len(values), -1))
    numbers = np.array(whole_numbers(session, "session"), np.int64)
    template = np.flatnonzero(np.isin(numbers, whole_numbers(template_sessions, "template_sessions")))
    repeats = whole_number(repeats, "repeats", 1)
    if len(template) < 2 or not len(lever) == len(vectors) == len(numbers):
        raise _core.BadArgument(
            f"template_sessions: found {len(template)} trials of them among {len(lever)} movements, {len(vectors)} "
            f"windows of activity and {len(numbers)} sessions, expected two or more, and one of each per trial"
        )
    random = np.random.default_rng(seed)
    r = np.full((2, repeats, len(lever)), np.nan)
    for repeat in range(repeats):
        half = random.permutation(template)[: len(template) // 2]
        other = np.setdiff1d(np.arange(len(lever)), half)
        for place, rows in enumerate((lever, vectors)):
            r[place, repeat, other] = _r_with(rows[other], rows[half].mean(axis=0))
    counted = np.isfinite(r).all(axis=0)
    medians = [[_median(one[:, k][counted[:, k]]) for k in range(len(lever))] for one in r]
    found = pd.DataFrame(
        {"trial": np.arange(len(lever)), "session": numbers, "r_movement": medians[0], "r_activity": medians[1],
         "n_repeats": counted.sum(axis=0)}
    )  # fmt: skip
    found.attrs.update(seed=seed, template_sessions=whole_numbers(template_sessions, "template_sessions"))
    return found


def _median(values: Floats) -> float:
    return float(np.median(values)) if len(values) else np.nan


def _r_with(rows: Floats, template: Floats) -> Floats:
    centred, shape = rows - rows.mean(axis=1, keepdims=True), template - template.mean()
    scale = np.sqrt(np.sum(centred**2, axis=1) * np.sum(shape**2))
    return np.divide(centred @ shape, scale, out=np.full(len(rows), np.nan), where=scale > 0)
