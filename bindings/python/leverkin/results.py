"""Results files: made by `analyze`, read by `load`."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import numpy.typing as npt
import pandas as pd

from leverkin import _core, _html, _scale
from leverkin._progress import samples_bar
from leverkin._values import text, whole_number

if TYPE_CHECKING:
    import xarray as xr

PathLike = str | os.PathLike[str]

_SUBJECT_SLASH = "\N{DIVISION SLASH}"  # stands for "/" in the names of HDF5 groups
_COLUMNS = _core.columns  # per table: name, unit, type, axes and meaning of every column


def _names(table: str) -> list[str]:
    return [column["name"] for column in _COLUMNS[table]]


_BOUTS = ["bout", *_names("bouts")]
_KINEMATICS = _names("kinematics")
_SESSIONS = [name for name in _names("sessions") if name not in ("subject", "session", "start_time")]
_UNITS = {
    column["name"]: column["unit"]
    for table in ("sessions", "trials", "bouts", "kinematics")
    for column in _COLUMNS[table]
}


def with_units_of(frame: pd.DataFrame) -> pd.DataFrame:
    """The same frame; `attrs["units"]` holds the unit of every column, "" where it has none."""
    frame.attrs["units"] = {name: _UNITS.get(name, "") for name in frame}
    return frame


def _scalar(value: Any) -> Any:
    value = text(value)
    return value.item() if isinstance(value, np.generic) else value


def _column(dataset: h5py.Dataset) -> Any:
    """A column as pandas takes it: enums as categories, flags as bool, text as str."""
    names = h5py.check_enum_dtype(dataset.dtype)
    if names is not None:
        ordered = sorted(names, key=names.__getitem__)
        codes = {names[name]: place for place, name in enumerate(ordered)}
        return pd.Categorical.from_codes([codes[value] for value in dataset[:].tolist()], ordered)
    if h5py.check_string_dtype(dataset.dtype) is not None:
        return dataset.asstr()[:]
    return dataset[:]


def _table(group: h5py.Group, columns: Iterable[str]) -> dict[str, Any]:
    return {name: _column(group[name]) for name in columns if name in group}  # older files hold fewer columns


class _File:
    """A results file, opened anew for every look at it; never another one that took its place. Pickles as its path."""

    def __init__(self, path: Path, keep: Any = None) -> None:
        self.path = path.absolute()
        self.keep = keep  # a temporary folder lives as long as we do
        self._seen = self._state()

    def _state(self) -> tuple[int, int]:
        state = self.path.stat()
        return state.st_size, state.st_mtime_ns

    def open(self) -> h5py.File:
        if self._state() != self._seen:
            raise _core.IoError(f"{self.path}: replaced since it was loaded; load it again")
        return h5py.File(self.path)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"keep": None}


class _TemporaryFolder:
    """Goes with the last object that needs it."""

    def __init__(self) -> None:
        self.path = tempfile.mkdtemp(prefix="leverkin-")
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


class Results:
    """A results file; made by `analyze` or `load`. Tables are read when they are first asked for, traces, movements and
    r of all pairs when and where they are looked at. Pickles as its path.

    Attributes
    ----------
    path : pathlib.Path
    attrs : dict
        schema, leverkin_version, created_utc, profile, config_json, target, threads.
    warnings : list of str
        A line for each kind of finding that is a warning at least, and what else `analyze` had to say; filled by
        `analyze`. `findings` has the table.
    """

    def __init__(self, path: PathLike, keep: Any = None, warnings: Iterable[str] = ()) -> None:
        self.path = Path(path)
        self.warnings = list(warnings)
        if not self.path.exists():
            raise FileNotFoundError(f"{self.path}: no such file")
        _core.check_results(os.fspath(self.path))
        self._file = _File(self.path, keep)
        with self._file.open() as file:
            self.attrs = {name: _scalar(value) for name, value in file.attrs.items()}

    def __reduce__(self) -> Any:
        return Results, (self._file.path, None, self.warnings)

    @property
    def profile(self) -> str:
        """Name of the profile the analysis started from."""
        return str(self.attrs["profile"])

    @property
    def config(self) -> dict[str, Any]:
        """Every parameter, resolved."""
        return dict(json.loads(self.attrs["config_json"]))

    @cached_property
    def subjects(self) -> list[str]:
        """Names of the animals, in the file's order."""
        with self._file.open() as file:
            return [name.replace(_SUBJECT_SLASH, "/") for name in file.get("subjects", ())]

    @cached_property
    def groups(self) -> list[str]:
        """Names of the groups ("all" where sessions have none)."""
        with self._file.open() as file:
            return [name.replace(_SUBJECT_SLASH, "/") for name in file.get("groups", ())]

    def _sessions(self, file: h5py.File) -> Iterator[tuple[str, int, h5py.Group]]:
        for name, subject in file.get("subjects", {}).items():
            for group in subject["sessions"].values():
                yield name.replace(_SUBJECT_SLASH, "/"), int(group.attrs["session"]), group

    def _per_session(self, table: str, columns: list[str]) -> pd.DataFrame:
        parts = []
        with self._file.open() as file:
            for subject, session, group in self._sessions(file):
                part = pd.DataFrame(_table(group[table], columns))
                part.insert(0, "subject", subject)
                part.insert(1, "session", session)
                parts.append(part)
        filled = [part for part in parts if len(part)] or parts[:1]
        frame = (
            pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=["subject", "session", *columns])
        )
        return with_units_of(frame)

    @cached_property
    def sessions(self) -> pd.DataFrame:
        """One row per session: subject, session and the other columns that docs/formats.md lists; as in every table,
        `attrs["units"]` holds the units."""
        with self._file.open() as file:
            rows = [
                {"subject": subject, "session": session} | {k: _scalar(group.attrs.get(k, "")) for k in _SESSIONS}
                for subject, session, group in self._sessions(file)
            ]
        return with_units_of(pd.DataFrame(rows) if rows else pd.DataFrame(columns=["subject", "session", *_SESSIONS]))

    @cached_property
    def trials(self) -> pd.DataFrame:
        """One row per trial: subject, session and the columns of `trials` in docs/formats.md; used is bool,
        reject_reason and review are categories."""
        return self._per_session("trials", _names("trials")).astype({"used": bool})

    @cached_property
    def bouts(self) -> pd.DataFrame:
        """One row per bout: subject, session, bout and the columns of `bouts` and `kinematics` in docs/formats.md."""
        bouts = self._per_session("bouts", _BOUTS)
        with self._file.open() as file:
            known = all("kinematics" in group for _, _, group in self._sessions(file))
        if not known:  # a file of an older version
            return bouts
        return with_units_of(bouts.join(self._per_session("kinematics", _KINEMATICS)[_KINEMATICS]))

    @cached_property
    def kinematics(self) -> pd.DataFrame:
        """One row per rewarded movement that was used: subject, session, group, trial, the bout's columns of `bouts`,
        reaction_time_s and cue_to_reward_s. Measures are of the whole bout, not of the first 2 s."""
        trials = self.trials[self.trials["used"]]
        columns = ["subject", "session", "trial", "bout", "reaction_time_s", "cue_to_reward_s"]
        table = trials[columns].merge(self.bouts, on=["subject", "session", "bout"], how="left", validate="m:1")
        groups = self.sessions[["subject", "session", "group"]]
        return with_units_of(table.merge(groups, on=["subject", "session"], how="left", validate="m:1"))

    def intervals(self, subject: str, session: int) -> Any:
        """The bouts of a session for pynapple.

        Returns
        -------
        pynapple.IntervalSet
            Onset to offset, s from the first sample; metadata columns are those of `bouts`.

        Raises
        ------
        KeyError
            Where the file has no such session.
        ImportError
            Where pynapple is not installed.

        Examples
        --------
        >>> len(results.intervals("ada", 2))
        6
        """
        import pynapple

        with self._file.open() as file:
            self._session(file, subject, session)
        number = whole_number(session, "session")
        bouts = self.bouts[(self.bouts["subject"] == subject) & (self.bouts["session"] == number)]
        metadata = bouts.drop(columns=["subject", "session", "onset_s", "offset_s"]).reset_index(drop=True)
        return pynapple.IntervalSet(bouts["onset_s"].to_numpy(), bouts["offset_s"].to_numpy(), metadata=metadata)

    @cached_property
    def failed(self) -> pd.DataFrame:
        """One row per session that could not be analysed: path, subject, session, error."""
        with self._file.open() as file:
            return pd.DataFrame(_table(file["failed"], _names("failed")))

    @cached_property
    def findings(self) -> pd.DataFrame:
        """What is odd, one row each: subject, session, code (its kind; docs/findings.md), severity (category: note,
        warning, error), value (what was measured; NaN: a fact), start_s and stop_s (where; NaN: nowhere in particular),
        text."""
        with self._file.open() as file:
            if "findings" not in file:  # a file of an older version
                return pd.DataFrame(columns=_names("findings"))
            return pd.DataFrame(_table(file["findings"], _names("findings")))

    def _subject(self, file: h5py.File, subject: str) -> h5py.Group:
        try:
            return file["subjects"][subject.replace("/", _SUBJECT_SLASH)]
        except KeyError:
            known = ", ".join(self.subjects)
            raise KeyError(f"{self.path}: no subject {subject!r}; there are {known}") from None

    def _session(self, file: h5py.File, subject: str, session: int) -> h5py.Group:
        sessions = self._subject(file, subject)["sessions"]
        try:
            return sessions[f"{whole_number(session, 'session'):03d}"]
        except (KeyError, _core.BadArgument):
            raise KeyError(f"{self.path}: no session {session} of {subject!r}") from None

    def _stored_values(self, subject: str, session: int, name: str) -> npt.NDArray[Any] | None:
        """A data set of a session's group as it is stored, such as "movements/volts"; None where it holds none."""
        with self._file.open() as file:
            group = self._session(file, subject, session)
            return np.asarray(group[name]) if name in group else None

    def movements(self, subject: str, session: int) -> xr.DataArray:
        """The rewarded movements of a session, aligned to their onset.

        Returns
        -------
        xarray.DataArray, float32, dims (trial, time)
            Volts, read when they are looked at; coordinates time and time_s (both s from onset), trial (row of the
            session's trials), session and onset_s (s).

        Raises
        ------
        KeyError
            Where the file has no such session.

        Examples
        --------
        >>> movements = results.movements("ada", 2)
        >>> movements.dims, movements.shape, movements.attrs["units"]
        (('trial', 'time'), (6, 2001), 'V')
        >>> round(float(movements.isel(trial=0).min()), 3)
        -0.566
        """
        import xarray as xr

        from leverkin import _stored

        with self._file.open() as file:
            group = self._session(file, subject, session)["movements"]
            coords = {
                "time": _stored.with_units(group, "time_s", "time"),
                "time_s": _stored.with_units(group, "time_s", "time"),
                "trial": group["trial"][:],
                "session": session,
                "onset_s": _stored.with_units(group, "onset_s", "trial"),
            }
            volts = _stored.lazy(self._file, ("trial", "time"), group["volts"])
        return xr.DataArray(volts, coords=coords, name="volts", attrs=volts.attrs | {"subject": subject})

    def lever(self, subject: str, session: int) -> xr.Dataset:
        """The 1 kHz traces of a session; only of results made with ``keep_traces=True``.

        Returns
        -------
        xarray.Dataset
            volts (V), smooth_v (V), envelope_v_per_s (V per s) and active (0 or 1) with dim time (s from the first
            sample), read when they are looked at; ``.sel(time=slice(60, 90))`` reads half a minute.

        Raises
        ------
        KeyError
            Where the file has no such session, or no traces.

        Notes
        -----
        The times are read at once, 29 MB per recorded hour.

        Examples
        --------
        >>> lever = results.lever("ada", 2).sel(time=slice(5, 10))
        >>> lever.volts.shape, float(lever.active.mean().round(2))
        ((5001,), 0.12)
        """
        import xarray as xr

        from leverkin import _stored

        with self._file.open() as file:
            group = self._session(file, subject, session)
            if "lever" not in group:
                raise KeyError(f"{self.path}: without traces; analyze(..., keep_traces=True) stores them")
            lever = group["lever"]
            traces = {name: _stored.lazy(self._file, ("time",), item) for name, item in lever.items() if name != "time_s"}
            time = _stored.with_units(lever, "time_s", "time")
        return xr.Dataset(traces, {"time": time, "time_s": time}, attrs={"subject": subject, "session": session})

    def overview(self, subject: str, session: int) -> xr.Dataset:
        """The whole trace of a session in brief.

        Returns
        -------
        xarray.Dataset
            min_v and max_v (V), the lowest and highest value of the 1 kHz trace in every bin, NaN where nothing was
            recorded; dim time, where the bin begins (s); attribute bin_s.

        Raises
        ------
        KeyError
            Where the file has no such session, or is older than overviews.

        Examples
        --------
        >>> results.overview("ada", 2).min_v.size
        920
        """
        import xarray as xr

        from leverkin import _stored

        with self._file.open() as file:
            group = self._session(file, subject, session)
            if "overview" not in group:
                raise KeyError(f"{self.path}: without overviews; analyse again to have them")
            bins = group["overview"]
            data = {name: _stored.with_units(bins, name, "time") for name in ("min_v", "max_v")}
            attrs = {"subject": subject, "session": session, "bin_s": float(bins.attrs["bin_s"])}
            return xr.Dataset(data, {"time": _stored.with_units(bins, "time_s", "time")}, attrs=attrs)

    def correlogram(self, subject: str) -> xr.Dataset:
        """The correlogram of an animal.

        Returns
        -------
        xarray.Dataset
            median_r, n_pairs and bound with dims (session, other_session); within_r with dim session; across_r with
            dim pair, whose coordinates earlier_session and later_session name the neighbours. Where r of all pairs was
            stored: r with dims (movement, other_movement), read when and where it is looked at, and, per movement,
            movement_session and movement_trial.

        Raises
        ------
        KeyError
            Where the file has no such animal.

        Examples
        --------
        >>> results.correlogram("ada").within_r.values.round(2)
        array([0.87, 0.94, 0.87])
        """
        import xarray as xr

        from leverkin import _stored

        with self._file.open() as file:
            group = self._subject(file, subject)["correlogram"]
            data = _square_blocks(group, "session", "other_session", ("median_r", "n_pairs", "bound"))
            session = group["session"][:]
            data["within_r"] = ("session", group["within_r"][:])
            data["across_r"] = ("pair", group["across_r"][:])
            coords = {
                "session": session,
                "other_session": session,
                "earlier_session": ("pair", session[:-1]),
                "later_session": ("pair", session[1:]),
            }
            if "pairwise" in group:
                pairs = group["pairwise"]
                data["r"] = _stored.lazy(self._file, ("movement", "other_movement"), pairs["r"])
                coords["movement_session"] = ("movement", pairs["session"][:])
                coords["movement_trial"] = ("movement", pairs["trial"][:])
        return xr.Dataset(data, coords, attrs={"subject": subject})

    def group(self, name: str = "all") -> xr.Dataset:
        """Means over the animals of a group.

        Returns
        -------
        xarray.Dataset
            mean_r, sem_r and n_subjects with dims (session, other_session); success_fraction, reaction_time_s,
            cue_to_reward_s and within_r, each as <name>_mean, <name>_sem and <name>_n, with dim session.

        Raises
        ------
        KeyError
            Where the file has no such group.

        Examples
        --------
        >>> results.group("light").n_subjects.values
        array([[2, 1, 2],
               [1, 1, 1],
               [2, 1, 2]])
        """
        import xarray as xr

        with self._file.open() as file:
            try:
                group = file["groups"][name.replace("/", _SUBJECT_SLASH)]
            except KeyError:
                raise KeyError(f"{self.path}: no group {name!r}; there are {', '.join(self.groups)}") from None
            squares = ("mean_r", "sem_r", "n_subjects")
            data = _square_blocks(group, "session", "other_session", squares)
            curves = [k for k in group if k.endswith(("_mean", "_sem", "_n"))]
            data |= {k: ("session", group[k][:]) for k in curves}
            session = group["session"][:]
        return xr.Dataset(data, {"session": session, "other_session": session}, attrs={"group": name})

    def __repr__(self) -> str:
        failed, odd = len(self.failed), _html.serious(self.findings)["code"].nunique()
        said = [f"{failed} failed"] if failed else []
        said += [f"{odd} kinds of findings" if odd > 1 else "1 kind of finding"] if odd else []
        sessions, subjects = len(self.sessions), len(self.subjects)
        counts = f"{sessions} session{'s'[: sessions != 1]} of {subjects} subject{'s'[: subjects != 1]}"
        counts = ", ".join([counts, *said])
        return f"<Results: {counts}, {self.profile}, {self.path}>"

    def _repr_html_(self) -> str:
        return _html.of_results(self)


def _square_blocks(group: h5py.Group, dim: str, other: str, names: Iterable[str]) -> dict[str, Any]:
    return {name: ((dim, other), group[name][:]) for name in names}


def load(path: PathLike) -> Results:
    """Opens a results file.

    Raises
    ------
    OSError
        Where there is no such file.
    ValueError
        Where it is not a results file.

    Examples
    --------
    >>> results = lk.load("results.h5")
    >>> results.subjects
    ['ada', 'bob', 'cleo', 'dan']
    >>> results.sessions[["subject", "session", "n_movements"]].head(3)
      subject  session  n_movements
    0     ada        1            6
    1     ada        2            6
    2     ada        4            6
    """
    return Results(path)


def _as_list(paths: PathLike | Iterable[PathLike]) -> list[str]:
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    return [os.fspath(path) for path in paths]


def _csv_of(manifest: pd.DataFrame) -> str:
    """For the engine's one reader of manifests. A column of whole numbers with blanks holds 1.0 for 1."""
    return manifest.convert_dtypes().to_csv(index=False)


def _review_text(review: PathLike | None, path: Path) -> tuple[str, str]:
    """The text of the decisions to carry out, and where it comes from; twice empty where there are none."""
    if review is None:
        return "", ""
    if review != "stored":
        return Path(review).read_text(encoding="utf-8"), os.fspath(review)
    text = _core.stored_review(os.fspath(path)) if _core.is_results_file(os.fspath(path)) else ""
    if not text:
        raise _core.BadArgument(f"review: found no decisions stored in {path}; expected results that hold some")
    return text, os.fspath(path)


def analyze(
    paths: PathLike | Iterable[PathLike] | pd.DataFrame,
    out: PathLike | None = None,
    profile: str = "chen2015",
    threads: int = 0,
    tolerance: float = 0.0,
    *,
    config: PathLike | None = None,
    set: Mapping[str, object] | None = None,
    resume: bool = False,
    lever: str = "",
    mapping: PathLike = "",
    rig: PathLike = "",
    review: PathLike | None = None,
    discard_review: bool = False,
    nwb: PathLike | None = None,
    progress: bool | Callable[[int, int, int, int], object] | None = None,
    client: Any = None,
    **parameters: object,
) -> Results:
    """Analyses session files into a results file.

    Parameters
    ----------
    paths : path-like, or several, or DataFrame
        Session files, folders (searched recursively), or manifests: CSV files or a DataFrame with the column path and,
        where wanted, subject, session, group and phase (of the training), which then go before what the files say.
    out : path-like
        The results file. None: a temporary one that lives as long as the result of this call.
    profile : str
        "chen2015" or "peters2014".
    threads : int
        0: one per core. Never changes the numbers.
    tolerance : float
        Largest allowed error of a correlogram median; 0: all pairs, in double.
    config : path-like
        A TOML file of parameters, as `config()` writes it; a `profile` in it wins.
    set : dict
        Parameters by name; wins over `config`.
    resume : bool
        Keep a checkpoint of every finished session in ``<out>.partial`` until the analysis is done, and take up what
        an interrupted one with the same parameters left there. The results are the same bytes as without.
    lever, mapping, rig
        As in `open_session`. With a mapping, folders are searched for the files that it is for.
    review : path-like
        Decisions made by hand in a report page; a session whose recording is not the reviewed one fails. "stored": those
        that the results at `out` were made with.
    discard_review : bool
        Replace results that hold decisions made by hand by some without; else that is an error.
    nwb : path-like
        A folder for the results of every session and every animal as NWB files besides.
    progress : bool or callable
        A bar: True, False, or None: in a terminal and in a notebook. Or a function, called as
        ``progress(sessions_done, sessions_total, samples_done, samples_total)``; returning False stops the analysis.
    client : dask.distributed.Client
        Analyses the sessions on its cluster, whose machines see the same files. The results are the same bytes as
        without. Wants `out`. What an interrupted analysis left is taken up, as with `resume`.
    **parameters
        The same as `set`: ``gaps="hold"``, ``pairwise=True``, ``keep_traces=True``, ``gap_ms=400``.

    Returns
    -------
    Results
        A session that fails is listed in `Results.failed` and never stops the others.

    Raises
    ------
    ValueError
        For bad arguments, and where no session could be analysed (then no file is left).
    OSError
        Where the results cannot be written, and where not one machine of the cluster can do anything.
    Cancelled
        Where `progress` returned False. Ctrl-C raises KeyboardInterrupt. No results file is left in both cases; with
        `resume` or `client`, what was done stays in the folder ``<out>.partial`` for the next time.

    Examples
    --------
    >>> results = lk.analyze("study", out="gap400.h5", gap_ms=400)
    >>> results.trials.reject_reason.value_counts().loc[["used", "no_reward"]].tolist()
    [66, 22]
    """
    if client is not None and out is None:
        raise _core.BadArgument("out: found None; expected a file that all machines of the cluster see")
    sources = [(_csv_of(paths),)] if isinstance(paths, pd.DataFrame) else _as_list(paths)
    overrides = {**({"tolerance": tolerance} if tolerance else {}), **(set or {}), **parameters}
    toml = "" if config is None else Path(config).read_text(encoding="utf-8")
    keep = _TemporaryFolder() if out is None else None
    path = Path(keep.path) / "results.h5" if keep else Path(out)  # type: ignore[arg-type]
    review_text, review_origin = _review_text(review, path)
    options = {
        "profile": profile,
        "toml": toml,
        "toml_origin": "" if config is None else os.fspath(config),
        "overrides": overrides,
        "threads": whole_number(threads, "threads", 0),
        "resume": resume,
        "lever": lever,
        "mapping": os.fspath(mapping),
        "rig": os.fspath(rig),
        "discard_review": discard_review,
        **({} if nwb is None else {"nwb": os.fspath(nwb)}),
        "review": review_text,
        "review_origin": review_origin,
    }
    warnings: list[str] = []
    with nullcontext(progress) if callable(progress) else samples_bar(progress) as told:
        if client is None:
            outcome = _core.analyze(sources, os.fspath(path), progress=told, **options)
        else:
            outcome, warnings = _scale.analyze(client, sources, os.fspath(path), told, options)
    if outcome.analysed == 0:
        reasons = "\n".join(f"  {failed.error}" for failed in outcome.failed)
        raise _core.BadSession(f"no session could be analysed:\n{reasons or '  found no session file there'}")
    return Results(path, keep=keep, warnings=[*warnings, *outcome.warnings])
