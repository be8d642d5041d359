"""Imaging added to simulated sessions: cells of which it is known how they go with the movement."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from leverkin import _core
from leverkin._values import whole_number
from leverkin.activity._frames import Floats
from leverkin.session import Session

LEVER_HZ = 1000
WINDOW_S = 2.0  # after the onset, in which tuned cells are active
DECAY_S = 0.4  # of dF/F after an event


@dataclass(frozen=True)
class Knobs:
    """One knob per claim.

    Attributes
    ----------
    cells : int
    tuned : float
        Share of cells that are active with movements.
    reliability : float
        Share of movements in which a tuned cell is active.
    jitter_s : float
        SD of the time of its event.
    coupling : float
        Share of events whose time follows the trial's lever trace instead of a fixed pattern.
    inhibitory : float
        Share of cells that are inhibitory; they are untuned themselves, and active in a movement with the probability
    gain : float
        times the share of excitatory cells that are.
    background_hz : float
        Events of every cell that have nothing to do with movement.
    noise : float
        SD of dF/F without events; an event is 1 to 2.
    rate_hz : float
        Of frames.
    lost_frames, surplus_pulses : int
        Frames that are missing, and times after the last frame that was written.
    """

    cells: int = 40
    tuned: float = 0.4
    reliability: float = 0.7
    jitter_s: float = 0.1
    coupling: float = 0.5
    inhibitory: float = 0.15
    gain: float = 1.0
    background_hz: float = 0.03
    noise: float = 0.15
    rate_hz: float = 28.0
    lost_frames: int = 0
    surplus_pulses: int = 0


@dataclass(frozen=True)
class Cells:
    """What a cell is all its life."""

    tuned: npt.NDArray[np.bool_]
    preferred_s: Floats
    phase: Floats  # of the lever's normalised trace at which it is active, where coupled
    cell_type: npt.NDArray[Any]


def cells_of(knobs: Knobs, random: np.random.Generator) -> Cells:
    n = knobs.cells
    kind = np.where(random.random(n) < knobs.inhibitory, "inh", "exc")
    tuned = (random.random(n) < knobs.tuned) & (kind == "exc")
    preferred = np.where(tuned, random.uniform(0.1, WINDOW_S - 0.4, n), np.nan)
    return Cells(tuned, preferred, random.uniform(-1.5, 1.5, n), kind)


def event_times(cells: Cells, knobs: Knobs, onset_s: Floats, lever: Floats, random: np.random.Generator) -> list[Floats]:
    """Of each cell. `lever` is the trace at 1 kHz."""
    duration = len(lever) / LEVER_HZ
    times: list[list[float]] = [list(random.uniform(0, duration, random.poisson(knobs.background_hz * duration)))
                                for _ in range(knobs.cells)]  # fmt: skip
    excitatory = np.flatnonzero(cells.tuned)
    for onset in onset_s:
        start = int(onset * LEVER_HZ)
        trace = lever[start : start + int(WINDOW_S * LEVER_HZ)]
        if len(trace) < WINDOW_S * LEVER_HZ:
            continue
        normal = (trace - trace.mean()) / (trace.std() or 1.0)
        active = excitatory[random.random(len(excitatory)) < knobs.reliability]
        for cell in active:
            follows = random.random() < knobs.coupling
            when = np.argmin(np.abs(normal - cells.phase[cell])) / LEVER_HZ if follows else cells.preferred_s[cell]
            times[cell].append(onset + max(0.02, when + random.normal(0, knobs.jitter_s)))
        share = len(active) / max(len(excitatory), 1)
        for cell in np.flatnonzero(cells.cell_type == "inh"):
            if random.random() < knobs.gain * share * 0.5:
                times[cell].append(onset + random.uniform(0, WINDOW_S))
    return [np.sort(np.array(one)) for one in times]


def traces(times: list[Floats], frame_s: Floats, knobs: Knobs, random: np.random.Generator) -> Floats:
    """dF/F (frames, cells): every event rises at once and decays, seen through noise."""
    dff = knobs.noise * random.standard_normal((len(frame_s), len(times)))
    for cell, own in enumerate(times):
        for when in own:
            first = int(np.searchsorted(frame_s, when))
            last = int(np.searchsorted(frame_s, when + 6 * DECAY_S))
            dff[first:last, cell] += random.uniform(1, 2) * np.exp(-(frame_s[first:last] - when) / DECAY_S)
    return dff


def simulate(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]], seed: int = 1, **knobs: Any) -> list[Path]:
    """Adds imaging, and the truth about it, to sessions that `leverkin simulate` has made.

    Parameters
    ----------
    paths : path-like, or several
        Simulated session files, or folders of them. Each file is replaced once its new form is whole.
    seed : int
        Same seed, same cells of an animal in all its sessions.
    **knobs
        Of `Knobs`: cells, tuned, reliability, jitter_s, coupling, inhibitory, gain, background_hz, noise, rate_hz,
        lost_frames, surplus_pulses.

    Returns
    -------
    list of pathlib.Path
        The files.

    Raises
    ------
    BadArgument
        For unknown knobs, and for files that hold imaging already.
    BadSession
        For files without the truth of a simulation.

    Examples
    --------
    >>> files = lk.simulate("imaged", animals=1, sessions=1, minutes=2, seed=7, format="hdf5")
    >>> lk.activity.simulate(files, cells=12)[0].name
    'mouse_01_session_01.h5'
    >>> lk.open_session(files[0]).imaging.activity.shape[1]
    12
    """
    unknown = sorted(set(knobs) - set(Knobs.__dataclass_fields__))
    if unknown:
        raise _core.BadArgument(f"found {', '.join(unknown)}, expected some of {', '.join(Knobs.__dataclass_fields__)}")
    wanted = Knobs(**knobs)
    whole_number(wanted.cells, "cells", 1)
    listed = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    files = [file for path in map(Path, listed) for file in (sorted(_sessions_in(path)) if path.is_dir() else [path])]
    for file in files:
        _add_imaging(file, wanted, seed)
    return files


def _sessions_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix in (".h5", ".nwb")]


def _add_imaging(path: Path, knobs: Knobs, seed: int) -> None:
    session = Session(path)
    lever = _lever(session)
    with h5py.File(path, "r") as file:
        onset_s = _true_onsets(file, path)
        if "imaging" in file or "processing/ophys" in file:
            raise _core.BadArgument(f"{path}: found imaging, expected a simulated session without")
    animal = int.from_bytes(session.subject.encode()[-8:], "little")
    cells = cells_of(knobs, np.random.default_rng((seed, animal)))
    random = np.random.default_rng((seed, animal, session.session))
    frame_s = 0.013 + np.arange(int((session.duration_s - 0.1) * knobs.rate_hz)) / knobs.rate_hz
    dff = traces(event_times(cells, knobs, onset_s, lever, random), frame_s, knobs, random)
    lost = np.sort(random.choice(len(frame_s), knobs.lost_frames, replace=False))
    kept = np.setdiff1d(np.arange(len(frame_s)), lost)
    times = np.append(frame_s[kept], frame_s[-1] + np.arange(1, knobs.surplus_pulses + 1) / knobs.rate_hz)
    beside = path.with_name(f".{path.name}.partial")
    try:
        shutil.copyfile(path, beside)
        with h5py.File(beside, "r+") as file:
            write = _write_nwb if "nwb_version" in file.attrs else _write_plain
            write(file, dff[kept].astype(np.float32), times + session.clock_offset_s, cells, knobs, lost)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _lever(session: Session) -> Floats:
    """At 1 kHz; of the simulator's rates, by picking samples."""
    volts = session.read()
    at = np.minimum((np.arange(int(session.duration_s * LEVER_HZ)) * session.rate_hz / LEVER_HZ).astype(int), len(volts) - 1)
    return np.asarray(volts[at], np.float64)


def _true_onsets(file: h5py.File, path: Path) -> Floats:
    for name in ("truth/bouts/onset_s", "processing/truth/bouts/start_time"):
        if name in file:
            return np.asarray(file[name][()], np.float64)
    raise _core.BadSession(f"{path}: found no /truth/bouts, expected a session of `leverkin simulate`")


def _truth_columns(cells: Cells, knobs: Knobs) -> dict[str, Any]:
    n = knobs.cells
    return {
        "tuned": cells.tuned.astype(np.uint8), "preferred_s": cells.preferred_s,
        "jitter_s": np.where(cells.tuned, knobs.jitter_s, np.nan), "reliability": np.where(cells.tuned, knobs.reliability, 0.0),
        "cell_type": cells.cell_type.astype(object), "cell_id": np.arange(n),
    }  # fmt: skip


def _put(group: h5py.Group, name: str, values: Any) -> h5py.Dataset:
    text = np.asarray(values).dtype == object
    return group.create_dataset(name, data=values, dtype=h5py.string_dtype() if text else None)


def _write_plain(file: h5py.File, dff: Any, times: Floats, cells: Cells, knobs: Knobs, lost: Any) -> None:
    imaging = file.create_group("imaging")
    data = imaging.create_dataset("activity", data=dff, chunks=True, compression="gzip", compression_opts=1, shuffle=True)
    data.attrs["measure"] = "dff"
    _put(imaging, "frame_s", times)
    _put(imaging, "cell_id", np.arange(knobs.cells))
    _put(imaging, "cell_type", cells.cell_type.astype(object))
    _put(imaging, "is_cell", np.ones(knobs.cells, np.uint8))
    truth = file.require_group("truth")
    of_cells = truth.create_group("cells")
    for name, values in _truth_columns(cells, knobs).items():
        _put(of_cells, name, values)
    of_cells.attrs.update({key: value for key, value in asdict(knobs).items()})
    truth.create_group("frames").create_dataset("lost", data=lost)


def _neuro(parent: h5py.Group, name: str, kind: str, namespace: str = "core", **attributes: Any) -> h5py.Group:
    group = parent.create_group(name)
    identity = np.random.default_rng(_number(group.name)).bytes(16).hex()
    group.attrs["neurodata_type"], group.attrs["namespace"] = kind, namespace
    group.attrs["object_id"] = f"{identity[:8]}-{identity[8:12]}-4{identity[13:16]}-8{identity[17:20]}-{identity[20:]}"
    for key, value in attributes.items():
        group.attrs[key] = value
    return group


def _number(text: str) -> int:
    return int.from_bytes(text.encode()[-12:], "little")


def _column(table: h5py.Group, name: str, values: Any, kind: str = "VectorData") -> h5py.Dataset:
    data = _put(table, name, values)
    identity = np.random.default_rng(_number(data.name)).bytes(16).hex()
    data.attrs["neurodata_type"], data.attrs["namespace"], data.attrs["description"] = kind, "hdmf-common", name
    data.attrs["object_id"] = f"{identity[:8]}-{identity[8:12]}-4{identity[13:16]}-8{identity[17:20]}-{identity[20:]}"
    return data


def _table(parent: h5py.Group, name: str, kind: str, columns: dict[str, Any], description: str) -> h5py.Group:
    names = np.array(list(columns), dtype=object)
    space = "core" if kind == "PlaneSegmentation" else "hdmf-common"
    table = _neuro(parent, name, kind, space, description=description)
    table.attrs.create("colnames", names, dtype=h5py.string_dtype())
    _column(table, "id", np.arange(len(next(iter(columns.values())))), "ElementIdentifiers")
    del table["id"].attrs["description"]
    for column, values in columns.items():
        _column(table, column, values)
    return table


def _write_nwb(file: h5py.File, dff: Any, times: Floats, cells: Cells, knobs: Knobs, lost: Any) -> None:
    device = _neuro(file.require_group("general/devices"), "microscope", "Device")
    plane = _neuro(file.require_group("general/optophysiology"), "plane", "ImagingPlane")
    channel = _neuro(plane, "channel", "OpticalChannel")
    for parent, name, value in (
        (plane, "description", "simulated"), (plane, "excitation_lambda", 920.0), (plane, "indicator", "simulated"),
        (plane, "location", "M1"), (channel, "description", "simulated"), (channel, "emission_lambda", 510.0),
    ):  # fmt: skip
        parent[name] = value
    plane["device"] = h5py.SoftLink(device.name)
    ophys = _neuro(file.require_group("processing"), "ophys", "ProcessingModule", description="simulated imaging")
    segmentation = _neuro(ophys, "ImageSegmentation", "ImageSegmentation")
    n = knobs.cells
    columns = {
        "iscell": np.c_[np.ones(n), np.ones(n)], "cell_id": np.arange(n), "cell_type": cells.cell_type.astype(object),
        "image_mask": np.zeros((n, 2, 2), np.float32),
    }  # fmt: skip
    table = _table(segmentation, "PlaneSegmentation", "PlaneSegmentation", columns, "simulated cells")
    table["imaging_plane"] = h5py.SoftLink(plane.name)
    table.create_group("reference_images")
    series = _neuro(_neuro(ophys, "DfOverF", "DfOverF"), "DfOverF", "RoiResponseSeries",
                    comments="no comments", description="simulated dF/F")  # fmt: skip
    data = series.create_dataset("data", data=dff, chunks=True, compression="gzip", compression_opts=1, shuffle=True)
    data.attrs.update(unit="n.a.", conversion=1.0, offset=0.0, resolution=-1.0)
    stamps = series.create_dataset("timestamps", data=times)
    stamps.attrs.update(unit="seconds", interval=np.int32(1))
    rois = _column(series, "rois", np.arange(n), "DynamicTableRegion")
    rois.attrs["table"] = table.ref
    truth = file["processing/truth"]
    _table(truth, "cells", "DynamicTable", _truth_columns(cells, knobs), "what the simulated cells are")
    _table(truth, "lost_frames", "DynamicTable", {"lost": np.asarray(lost, np.int64)}, "frames that are missing")
