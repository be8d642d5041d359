"""From results of the lever and the imaging of the same sessions to one file: what `leverkin activity` does."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import h5py
import numpy as np
import numpy.typing as npt
import pandas as pd

from leverkin import _core, _tables_file
from leverkin._values import whole_number
from leverkin.activity._classes import CLASS, Classes, EventMethod, Rule, _rule, events, movement_related, overlap
from leverkin.activity._covariance import covariance_matrices
from leverkin.activity._frames import STATUS, Floats, Frames, frames, window_frames
from leverkin.activity._imaging import Imaging, Surplus, read_imaging
from leverkin.activity._pairs import Pairs, Stage, trial_pairs
from leverkin.activity._timing import timing
from leverkin.results import Results, load as load_results
from leverkin.session import Session
from leverkin.session_result import analyze_session

if TYPE_CHECKING:
    import xarray as xr

PathLike = str | os.PathLike[str]
Matrices = dict[str, npt.NDArray[Any]]  # by name, sessions x sessions
WINDOW_S = (0.0, 2.0)  # the correlogram's
_CELLS = ("cell_id", "cell_type", "is_cell", "plane", "class", "p_movement", "q_movement", "statistic", "n_events",
          "n_nan_frames", "reliability", "preferred_s", "timing_sd_s")  # fmt: skip
_MEANINGS = {
    "class": "related to movement, to rest, or why not",
    "p_movement": "rank of the activity in movement among shuffled orders of movement and rest, 0 to 1",
    "q_movement": "two-sided, after Benjamini and Hochberg, per session",
    "reliability": "share of used trials with an event onset in the window",
    "preferred_s": "when the mean over trials is greatest, from movement onset; NaN: no activity",
    "timing_sd_s": "SD of the first onset over trials; NaN: five trials or fewer",
    "status": "used, or why the window is not",
    "onset_frame": "frame nearest to the movement's onset; -1: none",
    "moving": "1: the frame covers an active lever sample",
    "covered": "1: the frame covers a lever sample with data",
    "frame_s": "start of the frame, from the first lever sample",
}


_STORED_MATRICES = {"covariance_similarity": "similarity", "ceiling": "ceiling", "overlap": "overlap"}


class Options(NamedTuple):
    """Of a whole study; stored with its results."""

    imaging: str = ""
    window_s: tuple[float, float] = WINDOW_S
    profile: str = "leverkin"
    events: EventMethod = "peters2017"
    shuffles: int = 10_000
    seed: int = 0
    same_cells: bool = False
    frame_surplus: Surplus = "end"
    splits: int = 20


class Lever(NamedTuple):
    """What the lever's results say of a session."""

    active: npt.NDArray[np.uint8]
    trials: pd.DataFrame
    movements: npt.NDArray[np.floating[Any]]  # (used trials, samples), V
    trial: npt.NDArray[np.int64]  # of the movements


@dataclass(frozen=True)
class SessionActivity:
    """One session: cells of all planes side by side."""

    subject: str
    session: int
    group: str
    imaging: list[Imaging]
    frames: list[Frames]
    cells: pd.DataFrame
    windows: Floats  # (used trials, frames, cells)
    trial: npt.NDArray[np.int64]  # of the windows
    status: pd.DataFrame  # trial, onset_frame, status
    movements: Floats  # (used trials, samples)
    has_identity: bool
    notes: list[str]


@dataclass(frozen=True)
class ActivityResults:
    """What `analyze` finds and `load` reads.

    Attributes
    ----------
    sessions : DataFrame
        subject, group, session, n_frames, n_cells, period_s, n_gaps, measure, source_file, n_windows (used),
        fraction_movement, fraction_still, notes.
    cells : DataFrame
        A row per cell and session: class, p_movement, q_movement, reliability, preferred_s, timing_sd_s, ...
    windows : DataFrame
        A row per trial: subject, session, trial, onset_frame, status.
    binned : DataFrame
        subject, stage, bin_low, bin_high, n_pairs, mean_r, sem_r.
    similarity : dict
        Subject to Dataset: similarity, ceiling, overlap (session, other_session).
    matrices : dict
        The same as arrays.
    pairs : dict
        Subject to Pairs; only where they were kept.
    failed : DataFrame
        subject, session, path, error.
    """

    sessions: pd.DataFrame
    cells: pd.DataFrame
    windows: pd.DataFrame
    binned: pd.DataFrame
    matrices: dict[str, Matrices]
    pairs: dict[str, Pairs]
    failed: pd.DataFrame
    frames: dict[tuple[str, int], pd.DataFrame] = field(default_factory=dict)

    @cached_property
    def similarity(self) -> dict[str, xr.Dataset]:
        import xarray as xr  # here, as the command can do without it, and it takes long to import

        def dataset(subject: str, matrices: Matrices) -> xr.Dataset:
            sessions = self.sessions.loc[self.sessions["subject"] == subject, "session"].to_numpy()
            dims = ("session", "other_session")
            return xr.Dataset({name: (dims, values) for name, values in matrices.items()}, {name: sessions for name in dims})

        return {subject: dataset(subject, matrices) for subject, matrices in self.matrices.items()}

    def __repr__(self) -> str:
        return f"<ActivityResults: {len(self.sessions)} sessions, {len(self.cells)} cells>"


# ------------------------------------------------------------------------------------------ one session


def moving_lever(results: Results, subject: str, session: int) -> Lever:
    """From the bouts, or the trace where it was kept."""
    active = results._stored_values(subject, session, "lever/active")
    if active is None:
        row = _rows_of(results.sessions, subject, session).iloc[0]
        active = active_in(_rows_of(results.bouts, subject, session), float(row["duration_s"]))
    trials = _rows_of(results.trials, subject, session).reset_index(drop=True)
    volts, trial = (results._stored_values(subject, session, f"movements/{name}") for name in ("volts", "trial"))
    return Lever(active, trials, volts, trial)


def _rows_of(table: pd.DataFrame, subject: str, session: int) -> pd.DataFrame:
    return table[(table["subject"] == subject) & (table["session"] == session)]


def active_in(bouts: pd.DataFrame, duration_s: float) -> npt.NDArray[np.uint8]:
    """The lever at 1 kHz: 1 in bouts."""
    active = np.zeros(int(np.ceil(duration_s * 1000)), np.uint8)
    for onset_s, offset_s in zip(bouts["onset_s"], bouts["offset_s"], strict=True):
        active[round(onset_s * 1000) : round(offset_s * 1000)] = 1
    return active


def event_activity(imaging: Imaging, method: EventMethod) -> Floats:
    """Events as they are given, or found in dF/F."""
    if imaging.measure in ("events", "spikes"):
        return imaging.activity
    return events(imaging.activity, imaging.rate_hz, method)


def _windows(plane: Imaging, found: Frames, activity: Floats, lever: Lever, window: tuple[int, int]) -> Floats:
    """Cells whose lines are scanned later than the frame's start have onsets of their own."""
    values = found.windows(activity)
    if "time_offset_s" not in plane.cells:
        return values
    offsets = plane.cells["time_offset_s"].fillna(0.0).to_numpy(float)
    for offset in np.unique(offsets[offsets != 0]):
        own = frames(plane.frame_s + offset, lever.active, lever.trials["movement_onset_s"], *window,
                     used=lever.trials["used"])  # fmt: skip
        values[:, :, offsets == offset] = own.windows(activity[:, offsets == offset])
    return values


def session_activity(
    subject: str, session: int, group: str, planes: list[Imaging], lever: Lever, options: Options, threads: int = 0
) -> SessionActivity:
    """Classes, windows and timing of one session."""
    for plane in planes:
        _require_overlap(plane, len(lever.active) / 1000)
    notes = [note for plane in planes for note in plane.notes]
    window = window_frames(options.window_s, 1 / planes[0].rate_hz)
    found, cells, windows = [], [], []
    for plane in planes:
        aligned = frames(plane.frame_s, lever.active, lever.trials["movement_onset_s"], *window, used=lever.trials["used"])
        activity = event_activity(plane, options.events)
        classes = movement_related(
            activity, aligned.moving, options.profile, options.shuffles, options.seed, threads,
            covered=aligned.covered, subject=subject, session=session,
        )  # fmt: skip
        table = plane.cells.assign(
            plane=plane.plane, p_movement=classes.p, q_movement=classes.q, statistic=classes.statistic,
            n_events=classes.n_events, n_nan_frames=_nan_frames(plane, activity, classes),
        )  # fmt: skip
        table["class"] = classes.class_
        found.append(aligned)
        cells.append(table)
        windows.append(_windows(plane, aligned, activity, lever, window))
    status = _joined_status(found, lever.trials)
    used = (status["status"] == "used").to_numpy()
    kept = np.concatenate(windows, axis=2)[used]
    table = pd.concat(cells, ignore_index=True)
    when = timing(kept, window[0], planes[0].rate_hz)
    table = table.assign(reliability=when.reliability, preferred_s=when.preferred_s, timing_sd_s=when.sd_s)
    absent = table["class"] == "absent"
    table.loc[absent, ["reliability", "preferred_s", "timing_sd_s"]] = np.nan
    return SessionActivity(
        subject, session, group, planes, found,
        table[[*_CELLS, *(name for name in table if name not in _CELLS and name != "id")]],
        kept, status["trial"].to_numpy()[used], status, _movement_rows(lever, status["trial"].to_numpy()[used]),
        all(plane.has_identity for plane in planes), notes,
    )  # fmt: skip


def _nan_frames(plane: Imaging, activity: Floats, classes: Classes) -> npt.NDArray[np.int64]:
    """Of the activity as it was recorded, not of events that were found in it."""
    return classes.n_nan_frames if activity is plane.activity else np.isnan(plane.activity).sum(axis=0)


def _require_overlap(plane: Imaging, lever_s: float) -> None:
    first, last = plane.frame_s[0], plane.frame_s[-1]
    if first < lever_s and last > 0:
        return
    raise _core.BadSession(
        f"{plane.source}: found {len(plane.frame_s)} frames from {first:.3f} to {last:.3f} s beside a lever from 0 to "
        f"{lever_s:.3f} s, expected that they overlap: most likely the two have different clocks (start_s, or the starting "
        "time in the file)"
    )


def _joined_status(found: list[Frames], trials: pd.DataFrame) -> pd.DataFrame:
    """Of all planes: used where it is in every plane, else the first plane's reason."""
    status = found[0].status.copy()
    for one in found[1:]:
        status = np.where(status == "used", one.status, status)
    trial = trials["trial"].to_numpy() if "trial" in trials else np.arange(len(trials))
    return pd.DataFrame({"trial": trial, "onset_frame": found[0].onset_frame, "status": status})


def _movement_rows(lever: Lever, trials: npt.NDArray[np.int64]) -> Floats:
    rows = {int(trial): row for row, trial in enumerate(lever.trial)}
    values = np.asarray(lever.movements, np.float64)
    return values[[rows[int(trial)] for trial in trials]] if len(trials) else values[:0]


def _lever_of(of: Session | Results | PathLike, subject: str | None, session: int | None) -> tuple[Lever, Path, str, int]:
    """Of a session that is analysed for it, or of one session of results; and where its file is."""
    if isinstance(of, Session) or (not isinstance(of, Results) and not _core.is_results_file(Path(of))):
        one = of if isinstance(of, Session) else Session(of)
        found = analyze_session(one)
        trials = found.trials.reset_index(drop=False) if "trial" not in found.trials else found.trials
        active = active_in(found.bouts, one.duration_s)
        lever = Lever(active, trials, found.movements.values, found.movements["trial"].values)
        return lever, Path(one.path), one.subject, one.session
    results = of if isinstance(of, Results) else load_results(of)
    rows = results.sessions
    if subject is not None:
        rows = rows[rows["subject"] == subject]
    if session is not None:
        rows = rows[rows["session"] == session]
    if len(rows) != 1:
        raise KeyError(f"{results.path}: subject {subject!r}, session {session!r}: found {len(rows)} such sessions, expected one")
    row = rows.iloc[0]
    return moving_lever(results, row["subject"], row["session"]), Path(row["source_file"]), row["subject"], int(row["session"])


def trial_activity(
    of: Session | Results | PathLike,
    window_s: tuple[float, float] = WINDOW_S,
    *,
    subject: str | None = None,
    session: int | None = None,
    imaging: PathLike | None = None,
    name: str = "",
    as_events: bool = True,
    method: EventMethod = "peters2017",
    frame_surplus: Surplus = "end",
) -> xr.DataArray:
    """Windows of activity around the movement onsets of a session.

    Parameters
    ----------
    of : Session, Results or path-like
        A session, which is analysed for it; or results of `leverkin analyze`.
    window_s : (float, float)
        From onset, s; 0 to 2 s is the correlogram's window.
    subject, session
        Which session of results that hold several.
    imaging : path-like
        The file or folder with the imaging; None: the session's own file.
    name, frame_surplus
        As in `read_imaging`.
    as_events : bool
        True: events are sought in dF/F by `method`. False: activity as it is.
    method : str
        As in `events`.

    Returns
    -------
    xarray.DataArray, dims (trial, time, cell)
        All trials; NaN where `status` is not "used". Coordinates: time (s from onset, nominal), trial, status,
        onset_frame, time_s (trial, time: the frames' true times from onset), and every column of the table of cells.

    Raises
    ------
    KeyError
        Where the results do not have exactly one such session.
    BadSession
        Where there is no usable imaging.

    Examples
    --------
    >>> files = lk.simulate("windows", animals=1, sessions=1, minutes=3, seed=7, format="hdf5")
    >>> one = lk.analyze(lk.activity.simulate(files, cells=12), out="windows.h5")
    >>> windows = lk.activity.trial_activity(one)
    >>> windows.dims, windows.sizes["cell"], bool((windows.status == "used").any())
    (('trial', 'time', 'cell'), 12, True)
    """
    import xarray as xr

    lever, source, subject, session = _lever_of(of, subject, session)
    options = Options(imaging=name, window_s=window_s, events=method, frame_surplus=frame_surplus)
    planes = _planes(source, Path(imaging) if imaging is not None else None, options)
    window = window_frames(window_s, 1 / planes[0].rate_hz)
    values, found = [], []
    for plane in planes:
        aligned = frames(plane.frame_s, lever.active, lever.trials["movement_onset_s"], *window, used=lever.trials["used"])
        activity = event_activity(plane, method) if as_events else plane.activity
        values.append(_windows(plane, aligned, activity, lever, window))
        found.append(aligned)
    status = _joined_status(found, lever.trials)
    cells = pd.concat([plane.cells.assign(plane=plane.plane) for plane in planes], ignore_index=True)
    steps = np.arange(-window[0], window[1])
    first = planes[0].frame_s
    places = np.clip(status["onset_frame"].to_numpy()[:, None] + steps, 0, len(first) - 1)
    true = first[places] - lever.trials["movement_onset_s"].to_numpy()[:, None]
    array = np.concatenate(values, axis=2)
    array[(status["status"] != "used").to_numpy()] = np.nan
    return xr.DataArray(
        array,
        dims=("trial", "time", "cell"),
        coords={
            "trial": status["trial"].to_numpy(), "time": steps / planes[0].rate_hz,
            "status": ("trial", status["status"].to_numpy(str)), "onset_frame": ("trial", status["onset_frame"].to_numpy()),
            "time_s": (("trial", "time"), np.where((status["status"] == "used").to_numpy()[:, None], true, np.nan)),
            **{column: ("cell", cells[column].to_numpy()) for column in cells},
        },
        name="activity", attrs={"subject": subject, "session": session, "measure": planes[0].measure},
    )  # fmt: skip


def _planes(source: Path, imaging: Path | None, options: Options) -> list[Imaging]:
    """From the session's file, or a file of its own on the same clock."""
    try:
        offset = Session(source).clock_offset_s
    except _core.IoError:
        if imaging is None:
            raise
        offset = 0.0
    return read_imaging(
        imaging if imaging is not None else source, options.imaging, clock_offset_s=offset,
        frame_surplus=options.frame_surplus,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------ a study


def _imaging_paths(paths: Iterable[PathLike]) -> dict[tuple[str, int], tuple[Path, Path | None]]:
    """(subject, session) to the session's file and that of the imaging, from files, folders and manifests."""
    found: dict[tuple[str, int], tuple[Path, Path | None]] = {}
    for path in map(Path, paths):
        if not path.exists():
            raise _core.IoError(f"{path}: no such file or folder")
        if path.suffix.lower() == ".csv":
            found |= _of_manifest(path)
            continue
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.suffix.lower() in (".h5", ".nwb", ".hdf5"))
        for file in files:
            try:
                session = Session(file)
            except (_core.Error, OSError, ValueError):
                if path.is_file():
                    raise
                continue
            found[session.subject, session.session] = (file, None)
    return found


def _of_manifest(path: Path) -> dict[tuple[str, int], tuple[Path, Path | None]]:
    found: dict[tuple[str, int], tuple[Path, Path | None]] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as text:
            rows = list(csv.DictReader(text))
    except (csv.Error, UnicodeDecodeError) as problem:
        raise _core.BadSession(f"{path}: found no table ({problem}), expected CSV with a line of names") from None
    for number, row in enumerate(rows, start=2):
        file = path.parent / (row.get("path") or "")
        imaging = path.parent / row["imaging"] if row.get("imaging") else None
        subject, session = row.get("subject"), row.get("session")
        if not subject or not session:
            opened = Session(file)
            subject, session = subject or opened.subject, session or str(opened.session)
        key = (subject, whole_number(session, f"{path}: row {number}: session", 1))
        if imaging is not None and not imaging.exists():
            raise _core.BadSession(f"{path}: row {number}: imaging: {imaging}: no such file or folder")
        found[key] = (file, imaging)
    return found


def analyze(
    results: Results | PathLike,
    paths: PathLike | Iterable[PathLike] = (),
    out: PathLike | None = None,
    *,
    imaging: str = "",
    window_s: tuple[float, float] = WINDOW_S,
    profile: str = "leverkin",
    events: EventMethod = "peters2017",
    shuffles: int = 10_000,
    seed: int = 0,
    stages: Mapping[str, Stage] | None = None,
    same_cells: bool = False,
    pairwise: bool = False,
    frame_surplus: Surplus = "end",
    threads: int = 0,
) -> ActivityResults:
    """Neural activity beside movement, of all sessions of some results: `leverkin activity`.

    Parameters
    ----------
    results : Results or path-like
        Of `leverkin analyze`.
    paths : path-like, or several
        Session files, folders, or manifests with a column `imaging` (a file or folder beside the manifest). None: the
        files that the results came from.
    out : path-like
        HDF5, schema leverkin-activity/1. An older such file is replaced, no other. None: no file.
    imaging, frame_surplus
        As in `read_imaging`: name of the series.
    window_s : (float, float)
        Around movement onset.
    profile, shuffles, seed, threads
        As in `movement_related`.
    events : str
        As in `events`; where the imaging is dF/F.
    stages : mapping
        Name to sessions, as in `Pairs.binned`.
    same_cells : bool
        True: row numbers are the same cells in all sessions, where a file has no cell_id. False: no numbers across
        sessions then.
    pairwise : bool
        True: r of every pair of trials is kept.

    Returns
    -------
    ActivityResults
        A session without usable imaging is listed in `failed`.

    Raises
    ------
    OSError
        Where a file cannot be read or written.
    BadArgument
        For unknown options.
    BadSession
        Where no session has usable imaging.

    Examples
    --------
    >>> lk.activity.analyze(results)
    Traceback (most recent call last):
    leverkin.BadSession: no session has usable imaging; the first: ...
    """
    results = results if isinstance(results, Results) else load_results(results)
    options = Options(imaging, (float(window_s[0]), float(window_s[1])), profile, events,
                      whole_number(shuffles, "shuffles", 1), whole_number(seed, "seed", 0), same_cells, frame_surplus)  # fmt: skip
    _rule(profile, {})
    _core.detect_events(np.zeros((0, 40)), events, 1)  # refuses an unknown name before any work
    listed = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    chosen = _imaging_paths(listed) if listed else None
    found, failed = [], []
    for row in results.sessions.itertuples():
        key = (row.subject, row.session)
        if chosen is not None and key not in chosen:
            continue
        source, other = chosen[key] if chosen is not None else (Path(row.source_file), None)
        try:
            planes = _planes(source, other, options)
            lever = moving_lever(results, *key)
            found.append(session_activity(*key, row.group or "all", planes, lever, options, threads))
        except (_core.BadSession, _core.IoError, _core.BadArgument) as problem:
            failed.append({"subject": key[0], "session": key[1], "path": str(other or source), "error": str(problem)})
    if not found:
        first = failed[0]["error"] if failed else "none of the paths is a session of the results"
        raise _core.BadSession(f"no session has usable imaging; the first: {first}")
    whole = _study(found, failed, options, stages, pairwise, threads)
    if out is not None:
        _write(whole, found, out, options, results)
    return whole


def _study(
    found: list[SessionActivity], failed: list[dict[str, Any]], options: Options, stages: Mapping[str, Stage] | None,
    pairwise: bool, threads: int,
) -> ActivityResults:  # fmt: skip
    binned, matrices, pairs = [], {}, {}
    for subject in dict.fromkeys(one.subject for one in found):
        own = [one for one in found if one.subject == subject]
        same = options.same_cells or all(one.has_identity for one in own)
        of_pairs = _pairs_of(own, same, threads)
        if of_pairs is not None:
            binned.append(of_pairs.binned(stages=stages).drop(columns="bin").assign(subject=subject))
            if pairwise:
                pairs[subject] = of_pairs
        if same and len(own) > 1:
            matrices[subject] = _across_sessions(own, options)
        elif not same and len(own) > 1:
            own[0].notes.append("cells have no identity over sessions: no number across sessions (--same-cells)")
    columns = ["subject", "stage", "bin_low", "bin_high", "n_pairs", "mean_r", "sem_r"]
    return ActivityResults(
        sessions=pd.DataFrame([_session_row(one) for one in found]),
        cells=pd.concat([one.cells.assign(subject=one.subject, session=one.session) for one in found], ignore_index=True),
        windows=pd.concat([one.status.assign(subject=one.subject, session=one.session) for one in found], ignore_index=True),
        binned=pd.concat(binned, ignore_index=True)[columns] if binned else pd.DataFrame(columns=columns),
        matrices=matrices, pairs=pairs,
        failed=pd.DataFrame(failed, columns=["subject", "session", "path", "error"]),
        frames={(one.subject, one.session): _frames_table(one) for one in found},
    )  # fmt: skip


def _frames_table(one: SessionActivity) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"frame": np.arange(len(plane.frame_s)), "frame_s": plane.frame_s, "moving": aligned.moving,
                      "covered": aligned.covered, "plane": plane.plane})
        for plane, aligned in zip(one.imaging, one.frames, strict=True)
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _session_row(one: SessionActivity) -> dict[str, Any]:
    present = one.cells["is_cell"].astype(bool) & (one.cells["class"] != "absent")
    classes = one.cells.loc[present, "class"]
    return {
        "subject": one.subject, "group": one.group, "session": one.session,
        "n_frames": sum(len(plane.frame_s) for plane in one.imaging), "n_cells": int(present.sum()),
        "period_s": one.frames[0].period_s, "n_gaps": sum(len(aligned.gaps) for aligned in one.frames),
        "measure": one.imaging[0].measure, "source_file": one.imaging[0].source, "n_windows": len(one.windows),
        "fraction_movement": float(np.mean(classes == "movement")) if len(classes) else np.nan,
        "fraction_still": float(np.mean(classes == "still")) if len(classes) else np.nan,
        "notes": "; ".join(one.notes),
    }  # fmt: skip


def _identities(one: SessionActivity) -> list[str]:
    return [f"{plane}|{cell}" for plane, cell in zip(one.cells["plane"], one.cells["cell_id"], strict=True)]


def on_common_cells(sessions: list[SessionActivity]) -> tuple[list[Floats], list[npt.NDArray[np.bool_]]]:
    """Windows and movement flags of every session over the cells of all; NaN where a session lacks the cell."""
    keep = [one.cells["is_cell"].to_numpy(bool) & (one.cells["class"] != "absent").to_numpy() for one in sessions]
    names = [np.array(_identities(one))[flags] for one, flags in zip(sessions, keep, strict=True)]
    place = {name: k for k, name in enumerate(dict.fromkeys(np.concatenate(names).tolist()))}
    windows, movement = [], []
    for one, flags, own in zip(sessions, keep, names, strict=True):
        at = [place[name] for name in own.tolist()]
        values = np.full((*one.windows.shape[:2], len(place)), np.nan)
        values[:, :, at] = one.windows[:, :, flags]
        windows.append(values)
        related = np.zeros(len(place), bool)
        related[at] = (one.cells["class"] == "movement").to_numpy()[flags]
        movement.append(related)
    return windows, movement


def _pairs_of(own: list[SessionActivity], same: bool, threads: int) -> Pairs | None:
    own = [one for one in own if len(one.windows)]
    if sum(len(one.windows) for one in own) < 2:
        return None
    if same:
        windows, _ = on_common_cells(own)
        length = min(one.shape[1] for one in windows)
        session = np.concatenate([np.full(len(one.windows), one.session) for one in own])
        found = trial_pairs(np.concatenate([one.movements for one in own]),
                            np.concatenate([one[:, :length] for one in windows]), session, threads=threads)  # fmt: skip
    else:
        parts = [_own_pairs(one, threads) for one in own]
        start = np.cumsum([0, *(len(part.trials) for part in parts)])
        tables = [part.table.assign(trial_a=part.table.trial_a + s, trial_b=part.table.trial_b + s)
                  for part, s in zip(parts, start, strict=False)]  # fmt: skip
        found = Pairs(pd.concat(tables, ignore_index=True), pd.concat([part.trials for part in parts], ignore_index=True))
    trial = np.concatenate([one.trial for one in own])
    return Pairs(found.table, found.trials.assign(session_trial=trial))


def _own_pairs(one: SessionActivity, threads: int) -> Pairs:
    cells = one.cells["is_cell"].to_numpy(bool)
    return trial_pairs(one.movements, one.windows[:, :, cells], np.full(len(one.windows), one.session), threads=threads)


def _across_sessions(own: list[SessionActivity], options: Options) -> Matrices:
    windows, movement = on_common_cells(own)
    length = min(one.shape[1] for one in windows)
    numbers = [one.session for one in own]
    usable = {n: one[:, :length] for n, one in zip(numbers, windows, strict=True) if len(one)}
    found = covariance_matrices(usable, "all", options.splits, options.seed)
    at = [numbers.index(n) for n in sorted(usable)]
    shared = [[overlap(a, b, shuffles=1).jaccard for b in movement] for a in movement]
    return {
        **{name: _among_all(values, at, len(numbers)) for name, values in found.items()},
        "overlap": np.array(shared, float),
    }


def _among_all(values: npt.NDArray[Any], at: list[int], size: int) -> npt.NDArray[Any]:
    """A matrix of the sessions `at` among all; NaN elsewhere."""
    whole = np.empty_like(values) if len(at) == size else np.full((size, size), np.nan)
    whole[np.ix_(at, at)] = values
    return whole


# ------------------------------------------------------------------------------------------ the file


def _write(whole: ActivityResults, found: list[SessionActivity], out: PathLike, options: Options, results: Results) -> None:
    rule: Rule = _rule(options.profile, {})
    settings = {**options._asdict(), "rule": rule.__dict__}
    attributes = {"results_file": str(results.path), "activity_config_json": json.dumps(settings)}
    with _tables_file.new_file(out, attributes) as file:
        for one in found:
            _write_session(file, one, whole, options)
        for subject in dict.fromkeys(one.subject for one in found):
            _write_subject(file, subject, whole)
        _tables_file.write_table(file, "failed", _numbered(whole.failed))


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    frame.insert(0, "row", np.arange(len(frame)))
    return frame


def _write_session(file: h5py.File, one: SessionActivity, whole: ActivityResults, options: Options) -> None:
    name = f"{_tables_file.subject_group(one.subject)}/sessions/{one.session:03d}/imaging"
    group = file.create_group(name)
    row = _session_row(one)
    for key, value in row.items():
        group.attrs[key] = value
    group.attrs["seed"], group.attrs["shuffles"] = options.seed, options.shuffles
    flags = whole.frames[one.subject, one.session].astype({"moving": bool, "covered": bool})
    frames_table = flags if len(one.imaging) > 1 else flags.drop(columns="plane")
    _tables_file.write_table(group, "frames", frames_table, meanings=_MEANINGS)
    cells = one.cells.drop(columns=[name for name in one.cells if "/" in name])
    _tables_file.write_table(group, "cells", _numbered(cells).rename(columns={"row": "cell"}), {"class": CLASS}, _MEANINGS)
    _tables_file.write_table(group, "windows", one.status, {"status": STATUS}, _MEANINGS)


def _write_subject(file: h5py.File, subject: str, whole: ActivityResults) -> None:
    group = file.create_group(f"{_tables_file.subject_group(subject)}/activity")
    own = whole.sessions[whole.sessions["subject"] == subject]
    group.attrs["subject"] = subject
    _tables_file.write_table(group.parent, "activity", own[["session"]].reset_index(drop=True))
    numbers = own["session"].to_numpy()
    group.create_dataset("other_session", data=numbers).make_scale("other_session")
    for stored, name in _STORED_MATRICES.items():
        if subject in whole.matrices:
            _tables_file.write_matrix(group, stored, whole.matrices[subject][name], ("session", "other_session"))
    binned = whole.binned[whole.binned["subject"] == subject].drop(columns="subject").reset_index(drop=True)
    _tables_file.write_table(group, "binned", _numbered(binned))
    if subject in whole.pairs:
        _tables_file.write_table(group, "pairs", _numbered(whole.pairs[subject].table))
        _tables_file.write_table(group, "pairs/trials", _numbered(whole.pairs[subject].trials))


def load(path: PathLike) -> ActivityResults:
    """Reads what `analyze`, or `leverkin activity`, has written.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    ActivityResults

    Raises
    ------
    OSError
        Where the file cannot be read.
    BadSession
        Where it is no such file.

    Examples
    --------
    >>> lk.activity.load("spines.csv")
    Traceback (most recent call last):
    leverkin.BadSession: spines.csv: found a file that is not HDF5; expected a leverkin results file
    """
    tables: dict[str, list[pd.DataFrame]] = {name: [] for name in ("cells", "windows", "binned")}
    rows: list[dict[str, Any]] = []
    matrices, pairs, clocks = {}, {}, {}
    with _tables_file.opened(path) as file:
        if "failed" not in file:
            raise _core.BadSession(f"{os.fspath(path)}: found no /failed, expected a file of `leverkin activity`")
        for stored, subject_group in file["subjects"].items():
            subject = _tables_file.subject_of(stored)
            for group in (one["imaging"] for one in subject_group.get("sessions", {}).values()):
                row = {key: value.item() if isinstance(value, np.generic) else value for key, value in group.attrs.items()}
                rows.append(row)
                key = {"subject": subject, "session": row["session"]}
                cells = _tables_file.read_table(group["cells"]).drop(columns="cell")
                tables["cells"].append(cells.assign(is_cell=cells["is_cell"].astype(bool), **key))
                tables["windows"].append(_tables_file.read_table(group["windows"]).assign(**key))
                clocks[subject, row["session"]] = _tables_file.read_table(group["frames"])
            own = subject_group["activity"]
            tables["binned"].append(_tables_file.read_table(own["binned"]).drop(columns="row").assign(subject=subject))
            if "covariance_similarity" in own:
                matrices[subject] = {name: own[stored][()] for stored, name in _STORED_MATRICES.items()}
            if "pairs" in own:
                pairs[subject] = Pairs(_tables_file.read_table(own["pairs"]).drop(columns="row"),
                                       _tables_file.read_table(own["pairs/trials"]).drop(columns="row"))  # fmt: skip
        failed = _tables_file.read_table(file["failed"]).drop(columns="row")
    joined = {name: pd.concat(parts, ignore_index=True) if parts else pd.DataFrame() for name, parts in tables.items()}
    names = [name for name in ("subject", "group", "session") if rows] + [
        name for name in (rows[0] if rows else {}) if name not in ("subject", "group", "session", "seed", "shuffles")
    ]
    return ActivityResults(pd.DataFrame(rows)[names], joined["cells"], joined["windows"], joined["binned"], matrices,
                           pairs, failed, clocks)  # fmt: skip

