"""Imaging files: NWB, plain HDF5, folders of suite2p. Activity is read as it is given, with times on the lever's clock."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import h5py
import numpy as np
import numpy.typing as npt
import pandas as pd

from leverkin import _core
from leverkin.activity._frames import Floats

Surplus = Literal["end", "start", "refuse"]
Read = TypeVar("Read")

MEASURES = ("dff", "events", "spikes", "fluorescence", "")  # "": the file does not say
MOST_SURPLUS = 2  # scanner pulses after the last frame that was written
GAP_PERIODS = 1.5
LARGE = 2**28  # bytes; more than that must be in the file
SMALLEST_DEFLATED = 1032  # bytes out of one, at the most


class Request(NamedTuple):
    """How a file is to be read."""

    name: str = ""  # of the series or file; empty: dF/F
    frame_s: Any = None  # the caller's own times, on the lever's clock
    rate_hz: float = 0.0  # per plane; 0: the file's
    start_s: float = 0.0  # of the first frame, on the lever's clock, beside `rate_hz`
    clock_offset_s: float = 0.0  # what the file's clock showed at the first lever sample
    frame_surplus: Surplus = "end"


@dataclass(frozen=True)
class Imaging:
    """One plane of one session.

    Attributes
    ----------
    frame_s : float64 array
        Start of each frame, s from the first lever sample.
    activity : (frames, cells) float64
    measure : str
        "dff", "events", "spikes", "fluorescence", or "" where the file does not say.
    cells : DataFrame
        cell_id, cell_type, is_cell, and every other column of the file's table.
    has_identity : bool
        False: the file has no cell_id, and row numbers stand for it. They are not the same neurons next session.
    plane, source : str
    notes : list of str
        What was cut, turned or assumed.
    """

    frame_s: Floats
    activity: Floats
    measure: str
    cells: pd.DataFrame
    has_identity: bool = True
    plane: str = ""
    source: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def rate_hz(self) -> float:
        """1 / the median period."""
        return float(1 / np.median(np.diff(self.frame_s)))

    @property
    def gaps(self) -> pd.DataFrame:
        """Missing frames: after_frame, start_s, stop_s, missing."""
        steps, period = np.diff(self.frame_s), 1 / self.rate_hz
        after = np.flatnonzero(steps > GAP_PERIODS * period)
        return pd.DataFrame(
            {"after_frame": after, "start_s": self.frame_s[after], "stop_s": self.frame_s[after + 1],
             "missing": np.round(steps[after] / period).astype(int) - 1}
        )  # fmt: skip

    def __repr__(self) -> str:
        frames, cells = self.activity.shape
        return f"<Imaging: {frames} frames at {self.rate_hz:.2f} Hz, {cells} cells, {self.measure or 'unnamed measure'}>"


def read_imaging(
    path: str | os.PathLike[str],
    name: str = "",
    *,
    frame_s: npt.ArrayLike | None = None,
    rate_hz: float = 0.0,
    start_s: float = 0.0,
    clock_offset_s: float = 0.0,
    frame_surplus: Surplus = "end",
) -> list[Imaging]:
    """Reads the imaging of a session.

    Parameters
    ----------
    path : path-like
        An NWB 2 or HDF5 file, or a folder of suite2p.
    name : str
        Which series is meant, where it is not the only dF/F: its name or path in NWB; "F", "spks" or "dff" of suite2p.
    frame_s : array_like
        Start of each frame on the lever's clock, in place of the file's own; of several planes, all frames in order.
    rate_hz, start_s : float
        The rate per plane and the start of the first frame, in place of times.
    clock_offset_s : float
        What the file's clock showed at the first lever sample (`Session.clock_offset_s`).
    frame_surplus : str
        One or two times more than frames: cut at the "end", at the "start", or "refuse".

    Returns
    -------
    list of Imaging
        One per plane.

    Raises
    ------
    OSError
        Where there is no such file.
    BadSession
        Where it holds no usable imaging; the message names counts, first and last times, and what was expected.

    Examples
    --------
    >>> import h5py, numpy as np
    >>> with h5py.File("imaging.h5", "w") as file:
    ...     activity = file.create_dataset("imaging/activity", data=np.zeros((100, 3)))
    ...     activity.attrs["measure"], activity.attrs["rate_hz"], activity.attrs["start_s"] = "events", 28.0, 0.5
    >>> lk.activity.read_imaging("imaging.h5")
    [<Imaging: 100 frames at 28.00 Hz, 3 cells, events>]
    """
    where = Path(path)
    if not where.exists():
        raise _core.IoError(f"{where}: no such file")
    if frame_surplus not in ("end", "start", "refuse"):
        raise _core.BadArgument(f"frame_surplus: found {frame_surplus!r}, expected one of end, start, refuse")
    request = Request(name, frame_s, rate_hz, start_s, clock_offset_s, frame_surplus)
    form = _of_its_file(where, "a whole file", lambda: next((one for one in FORMATS if one.recognises(where)), None))
    if form is None:
        raise _core.BadSession(
            f"{where}: found no imaging, expected one of: " + "; ".join(f"{one.name} ({one.holds})" for one in FORMATS)
        )
    return _of_its_file(where, form.name, lambda: [_checked(one) for one in form.read(where, request)])


def _of_its_file(where: Path, expected: str, read: Callable[[], Read]) -> Read:
    """What a file lacks, or holds in another shape or type than its format says, is a problem of that file."""
    try:
        return read()
    except _core.Error:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, OSError, RuntimeError) as problem:
        raise _core.BadSession(f"{where}: found imaging that cannot be read ({problem}), expected {expected}") from problem


# ------------------------------------------------------------------------------------------ times


def frame_times(frames: int, times: Floats, surplus: Surplus, what: str) -> tuple[Floats, slice, list[str]]:
    """Times of the frames that are there, and which frames those are."""
    extra = len(times) - frames
    text = f"{what}: found {len(times)} frame times ({_span(times)}) for {frames} frames of activity"
    if extra == 0:
        return times, slice(None), []
    if 0 < extra <= MOST_SURPLUS and surplus != "refuse":
        kept, cut = (times[:frames], times[frames:]) if surplus == "end" else (times[extra:], times[:extra])
        return kept, slice(None), [f"{text}; {extra} cut at the {surplus} ({_span(cut)})"]
    raise _core.BadSession(f"{text}, expected as many, or one or two more{_likely_planes(len(times), frames)}")


def _likely_planes(times: int, frames: int) -> str:
    """Where one count is a whole multiple of the other, within a frame of each plane."""
    few, many = sorted((times, frames))
    factor = round(many / few) if few else 0
    if factor < 2 or abs(many - factor * few) > factor:
        return ""
    if times > frames:
        return f"; the times are those of {factor} planes together, give each plane its own (every {factor}th)"
    return f"; the frames are those of {factor} planes together, or there is one time for every {factor} frames"


def _span(times: Floats) -> str:
    return f"{times[0]:.3f} to {times[-1]:.3f} s" if len(times) else "none"


def _times(frames: int, own: tuple[Floats, list[str]] | None, request: Request, what: str, plane: int, planes: int) -> Any:
    notes: list[str] = []
    if request.frame_s is not None:
        times = np.asarray(request.frame_s, np.float64).ravel()[plane::planes]
    elif request.rate_hz != 0:
        times = request.start_s + np.arange(frames) / _rate(request.rate_hz, what)
    elif own is not None:
        times, notes = own
    else:
        raise _core.BadSession(f"{what}: found no frame times and no rate, expected one of them (frame_s, rate_hz)")
    kept, rows, cut = frame_times(frames, times, request.frame_surplus, what)
    return kept, rows, [*notes, *cut]


def _checked(imaging: Imaging) -> Imaging:
    what, times = imaging.source, imaging.frame_s
    if len(times) < 2:
        raise _core.BadSession(f"{what}: found {len(times)} frames, expected two or more")
    odd = np.flatnonzero(~np.isfinite(times))
    if len(odd):
        raise _core.BadSession(
            f"{what}: found {len(odd)} of {len(times)} frame times that are no numbers, the first at frame {odd[0]}, "
            "expected times in s"
        )
    back = np.flatnonzero(np.diff(times) <= 0)
    if len(back):
        k = int(back[0])
        raise _core.BadSession(
            f"{what}: found {len(back)} of {len(times)} frame times ({_span(times)}) that do not increase, the first "
            f"{times[k + 1]:.6f} s at frame {k + 1} after {times[k]:.6f} s, expected times that increase"
        )
    if not np.isfinite(imaging.activity.sum()) and np.isinf(imaging.activity).any():
        infinite = np.argwhere(np.isinf(imaging.activity))
        frame, cell = infinite[0]
        raise _core.BadSession(
            f"{what}: found infinity in frame {frame}, cell {cell}, at {times[frame]:.3f} s, and in {len(infinite) - 1} more "
            "values, expected numbers or NaN"
        )
    if imaging.measure not in MEASURES:
        raise _core.BadSession(f"{what}: found the measure {imaging.measure!r}, expected one of {', '.join(MEASURES[:-1])}")
    return imaging


def _rate(value: Any, what: str) -> float:
    rate = float(value)
    if not (np.isfinite(rate) and rate > 0):
        raise _core.BadSession(f"{what}: found a rate of {rate:g} Hz, expected one above 0")
    return rate


# ------------------------------------------------------------------------------------------ cells


def _cells(columns: dict[str, Any], count: int) -> tuple[pd.DataFrame, bool, list[str]]:
    """The table of cells, whether they have an identity, and notes."""
    frame, notes = pd.DataFrame(index=range(count)), []
    for name, values in columns.items():
        values = np.asarray(values)
        if values.shape[:1] != (count,):
            continue
        for column, part in _parts(name, values):
            frame[column] = [one.decode() if isinstance(one, bytes) else one for one in part]
    lower = {str(name).lower(): name for name in frame}
    if "is_cell" in lower:
        frame["is_cell"] = frame[lower["is_cell"]].astype(float) > 0.5
    elif "accepted" in lower:
        frame["is_cell"] = frame[lower["accepted"]].astype(float) > 0.5
    elif "rejected" in lower:
        frame["is_cell"] = frame[lower["rejected"]].astype(float) <= 0.5
    else:
        frame["is_cell"] = True
        notes.append("the file does not say which regions are cells: all are taken")
    known = "cell_id" in frame
    if not known:
        frame["cell_id"] = frame["id"] if "id" in frame else np.arange(count)
        notes.append("no cell_id: the same number in another session is not the same neuron")
    if "cell_type" not in frame:
        frame["cell_type"] = ""
    first = ["cell_id", "cell_type", "is_cell"]
    return frame[[*first, *(name for name in frame if name not in first)]], known, notes


def _parts(name: str, values: Any) -> Iterator[tuple[str, Any]]:
    if name.lower() == "iscell":
        values = values.reshape(len(values), -1)
        yield "is_cell", values[:, 0] > 0.5
        if values.shape[1] > 1:
            yield "cell_probability", values[:, 1]
    elif values.ndim == 1 and values.dtype.names is None:
        yield name, values


# ------------------------------------------------------------------------------------------ NWB


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _kind(thing: Any) -> str:
    return _text(thing.attrs.get("neurodata_type", ""))


def _is_hdf5(path: Path) -> bool:
    if not (path.is_file() and h5py.is_hdf5(path)):
        return False
    _core.look_at_everything(path)
    return True


def _values(data: h5py.Dataset) -> Any:
    """A length that the file cannot hold is found before memory is asked for it."""
    size, stored = (data.size or 0) * data.dtype.itemsize, data.id.get_storage_size()
    if size > LARGE and size > stored * SMALLEST_DEFLATED:
        raise _core.BadSession(
            f"{data.file.filename}: {data.name}: found a shape of {data.shape} with {stored} bytes stored, expected no more than "
            "the file can hold; it is damaged"
        )
    return data[()]


def _numbers(data: h5py.Dataset) -> Floats:
    return np.asarray(_values(data), np.float64)


def _is_nwb(path: Path) -> bool:
    if not _is_hdf5(path):
        return False
    with h5py.File(path, "r") as file:
        return "nwb_version" in file.attrs or "nwb_version" in file


def _read_nwb(path: Path, request: Request) -> list[Imaging]:
    with h5py.File(path, "r") as file:
        version = _text(file.attrs.get("nwb_version", file["nwb_version"][()] if "nwb_version" in file else ""))
        if not version.startswith("2"):
            raise _core.BadSession(f"{path}: found NWB version {version!r}, expected 2 or later")
        series = _roi_series(file)
        chosen = _chosen(path, series, request.name)
        return [_nwb_plane(path, file, one, request, place, len(chosen)) for place, one in enumerate(chosen)]


def _roi_series(file: h5py.File) -> list[h5py.Group]:
    found: list[h5py.Group] = []

    def visit(_: str, thing: Any) -> None:
        if isinstance(thing, h5py.Group) and _kind(thing) == "RoiResponseSeries":
            found.append(thing)

    if "processing/ophys" in file:
        file["processing/ophys"].visititems(visit)
    return found


def _chosen(path: Path, series: list[h5py.Group], name: str) -> list[h5py.Group]:
    there = ", ".join(one.name for one in series) or "none"
    if name:
        chosen = [one for one in series if name in (one.name, one.name.lstrip("/"), one.name.split("/")[-1])]
        if not chosen:
            container = [one for one in series if one.parent.name.split("/")[-1] == name]
            chosen = container
        if not chosen:
            raise _core.BadSession(f"{path}: found no series {name!r}, expected one of: {there}")
        return chosen
    chosen = [one for one in series if _kind(one.parent) == "DfOverF"]
    if not chosen:
        raise _core.BadSession(
            f"{path}: /processing/ophys: found no dF/F (container DfOverF) among the RoiResponseSeries: {there}; raw "
            "fluorescence is not dF/F; name the series that is meant (--imaging NAME)"
        )
    return chosen


def _nwb_plane(path: Path, file: h5py.File, series: h5py.Group, request: Request, plane: int, planes: int) -> Imaging:
    what = f"{path}: {series.name}"
    data = series["data"]
    rois = series["rois"] if "rois" in series else None
    times, notes = _nwb_times(series, request.clock_offset_s)
    n_times = len(times) if times is not None else None
    values = _numbers(data) * float(data.attrs.get("conversion", 1)) + float(data.attrs.get("offset", 0))
    values, turned = _frames_first(values, n_times, len(rois) if rois is not None else None, what)
    columns, rows = _nwb_columns(file, rois)
    cells, known, said = _cells({name: np.asarray(column)[rows] for name, column in columns.items()}, values.shape[1])
    own = None
    if times is not None:
        own = (times, notes)
    elif "starting_time" in series:
        start, rate = float(series["starting_time"][()]), _rate(series["starting_time"].attrs.get("rate", 0), what)
        own = (start + np.arange(len(values)) / rate - request.clock_offset_s, _unsynchronised(start, request))
    kept, chosen, cut = _times(len(values), own, request, what, plane, planes)
    measure = {"DfOverF": "dff", "Fluorescence": "fluorescence"}.get(_kind(series.parent), "")
    return Imaging(
        kept, values[chosen], measure, cells, known, series.name.split("/")[-1] if planes > 1 else "", what,
        [*turned, *said, *cut],
    )  # fmt: skip


def _nwb_times(series: h5py.Group, clock_offset_s: float) -> tuple[Floats | None, list[str]]:
    if "timestamps" not in series:
        return None, []
    return _numbers(series["timestamps"]) - clock_offset_s, []


def _unsynchronised(start: float, request: Request) -> list[str]:
    if start != 0 or request.clock_offset_s == 0:
        return []
    return [
        f"imaging starts at 0 s where the lever starts at {request.clock_offset_s:g} s: most likely the two were never "
        "synchronised"
    ]


def _frames_first(values: Floats, n_times: int | None, n_rois: int | None, what: str) -> tuple[Floats, list[str]]:
    if values.ndim == 1:
        return values[:, None], []
    if values.ndim != 2:
        raise _core.BadSession(f"{what}: found {values.ndim} dimensions, expected two: frames and regions")
    rows, columns = values.shape

    def fits(frames: int, rois: int) -> bool:
        return (n_rois is None or rois == n_rois) and (n_times is None or 0 <= n_times - frames <= MOST_SURPLUS)

    as_it_is, turned = fits(rows, columns), fits(columns, rows)
    if as_it_is and turned and rows == columns and n_rois is None:
        raise _core.BadSession(f"{what}: found a square of {rows}, expected frames x regions that can be told apart")
    if as_it_is and turned and rows == columns:
        raise _core.BadSession(
            f"{what}: found {rows} x {columns} values for as many regions, expected frames x regions that can be told apart"
        )
    by_rois_alone = n_rois is not None and rows == n_rois and columns != n_rois
    if turned and not as_it_is or (by_rois_alone and not as_it_is):
        return values.T, [f"data were {rows} regions x {columns} frames, and are turned"]
    if n_rois is not None and columns != n_rois:
        raise _core.BadSession(f"{what}: found {rows} x {columns} values for {n_rois} regions, expected frames x regions")
    return values, []


def _nwb_columns(file: h5py.File, rois: Any) -> tuple[dict[str, Any], Any]:
    """Columns of the table that the regions refer to, and the rows that are meant."""
    if rois is None or "table" not in rois.attrs:
        return {}, slice(None)
    table = file[rois.attrs["table"]]
    indexed = {name.removesuffix("_index") for name in table if name.endswith("_index")}
    columns = {
        name: _values(column)
        for name, column in table.items()
        if isinstance(column, h5py.Dataset) and name not in indexed and not name.endswith("_index")
        and h5py.check_ref_dtype(column.dtype) is None and column.ndim <= 2
    }  # fmt: skip
    rows = np.asarray(_values(rois), np.int64)
    count = len(table["id"]) if "id" in table else min((len(column) for column in columns.values()), default=len(rows))
    beyond = rows[(rows < 0) | (rows >= count)]
    if len(beyond):
        raise _core.BadSession(
            f"{file.filename}: {rois.name}: found region {beyond[0]}, and {len(beyond) - 1} more of {len(rows)}, that are no "
            f"rows of {table.name}, expected 0 to {count - 1}"
        )
    return columns, rows


# ------------------------------------------------------------------------------------------ plain HDF5


def _is_plain(path: Path) -> bool:
    if not _is_hdf5(path):
        return False
    with h5py.File(path, "r") as file:
        return "imaging" in file


def _read_plain(path: Path, request: Request) -> list[Imaging]:
    with h5py.File(path, "r") as file:
        group = file["imaging"]
        planes = [group] if "activity" in group else [one for _, one in sorted(group.items()) if "activity" in one]
        if not planes:
            raise _core.BadSession(f"{path}: /imaging: found no activity, expected /imaging/activity (frames, cells)")
        return [_plain_plane(path, one, request, k, len(planes)) for k, one in enumerate(planes)]


def _plain_plane(path: Path, group: h5py.Group, request: Request, plane: int, planes: int) -> Imaging:
    data, what = group["activity"], f"{path}: {group.name}/activity"
    values = _numbers(data)
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2:
        raise _core.BadSession(f"{what}: found {values.ndim} dimensions, expected two: frames and cells")
    own = None
    if "frame_s" in group:
        own = (_numbers(group["frame_s"]) - request.clock_offset_s, [])
    else:
        attributes = {**group.attrs, **data.attrs}
        if "rate_hz" in attributes:
            start = float(attributes.get("start_s", 0.0))
            times = start + np.arange(len(values)) / _rate(attributes["rate_hz"], what) - request.clock_offset_s
            own = (times, _unsynchronised(start, request))
    columns = {name: _values(one) for name, one in group.items() if isinstance(one, h5py.Dataset)}
    for name in ("activity", "frame_s"):
        columns.pop(name, None)
    cells, known, said = _cells(columns, values.shape[1])
    kept, chosen, cut = _times(len(values), own, request, what, plane, planes)
    measure = _text(data.attrs.get("measure", group.attrs.get("measure", "")))
    if not measure:
        said.append("the file does not say what its activity is (attribute `measure`): taken as dF/F")
    name = group.name.split("/")[-1] if planes > 1 else ""
    return Imaging(kept, values[chosen], measure, cells, known, name, what, [*said, *cut])


# ------------------------------------------------------------------------------------------ suite2p


def _planes(path: Path) -> list[Path]:
    inside = path / "suite2p" if (path / "suite2p").is_dir() else path
    found = sorted(one for one in inside.glob("plane*") if (one / "F.npy").exists())
    return found or ([path] if (path / "F.npy").exists() else [])


def _is_suite2p(path: Path) -> bool:
    return path.is_dir() and bool(_planes(path))


def load_array(path: Path) -> Any:
    """A .npy file; one that holds Python objects (a pickle) is never opened."""
    try:
        return np.load(path, allow_pickle=False)
    except Exception as problem:  # NumPy's reader passes on SyntaxError, TokenError and others
        raise _core.BadSession(f"{path}: found no plain array ({problem}), expected numbers") from None


def _read_suite2p(path: Path, request: Request) -> list[Imaging]:
    planes = _planes(path)
    return [_suite2p_plane(one, request, k, len(planes)) for k, one in enumerate(planes)]


def _suite2p_plane(folder: Path, request: Request, plane: int, planes: int) -> Imaging:
    name = request.name or "dff"
    file, measure = folder / f"{name}.npy", {"dff": "dff", "spks": "spikes", "F": "fluorescence"}.get(name, "")
    if not file.exists():
        raise _core.BadSession(
            f"{file}: no such file; fluorescence (F - 0.7 Fneu) is not dF/F: write dF/F as dff.npy, or take deconvolved "
            "spikes (--imaging spks)"
        )
    values = np.asarray(load_array(file), np.float64).T
    own = _text_times(folder, len(values), request)
    columns = {"iscell": load_array(folder / "iscell.npy")} if (folder / "iscell.npy").exists() else {}
    cells, known, said = _cells(columns, values.shape[1])
    kept, chosen, cut = _times(len(values), own, request, str(file), plane, planes)
    return Imaging(kept, values[chosen], measure, cells, known, folder.name if planes > 1 else "", str(file), [*said, *cut])


def _text_times(folder: Path, frames: int, request: Request) -> tuple[Floats, list[str]] | None:
    """frame_s.txt (a time per line), or rate_hz.txt (per plane, and the start), in the folder of the plane."""
    if (folder / "frame_s.txt").exists():
        return np.loadtxt(folder / "frame_s.txt", ndmin=1) - request.clock_offset_s, []
    if (folder / "rate_hz.txt").exists():
        numbers = np.loadtxt(folder / "rate_hz.txt", ndmin=1)
        start = float(numbers[1]) if len(numbers) > 1 else 0.0
        rate_hz = _rate(numbers[0], str(folder / "rate_hz.txt"))
        return start + np.arange(frames) / rate_hz - request.clock_offset_s, _unsynchronised(start, request)
    return None


class Format(NamedTuple):
    name: str
    holds: str
    recognises: Callable[[Path], bool]
    read: Callable[[Path, Request], list[Imaging]]


FORMATS = (
    Format("NWB 2", "RoiResponseSeries below /processing/ophys", _is_nwb, _read_nwb),
    Format("plain HDF5", "/imaging/activity", _is_plain, _read_plain),
    Format("suite2p", "folder with plane*/F.npy", _is_suite2p, _read_suite2p),
)
