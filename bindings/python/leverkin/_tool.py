"""The command line, `leverkin`, which comes with the package; and what Python takes from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from leverkin import _core
from leverkin._program import PROGRAM
from leverkin._values import whole_number
from leverkin.session import Session

PathLike = str | os.PathLike[str]

_RAISED = {1: _core.IoError, 2: _core.BadArgument}  # by exit code; else it is the session's fault


def _program() -> str:
    if not PROGRAM.exists():
        raise _core.IoError(f"{PROGRAM}: no such program; this package was built without the command line")
    return str(PROGRAM)


def main() -> None:
    """What `leverkin` on the PATH runs: the program itself."""
    program = _program()
    os.environ.setdefault("LEVERKIN_PYTHON", sys.executable)  # for the commands that are written in Python
    if os.name == "nt":
        sys.exit(subprocess.call([program, *sys.argv[1:]]))
    os.execv(program, ["leverkin", *sys.argv[1:]])


def _run(*arguments: PathLike, answers: tuple[int, ...] = (0,)) -> str:
    """What the command writes to stdout. Raises what it says on stderr, unless its exit code is among `answers`."""
    command = [_program(), *map(os.fspath, arguments)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode not in answers or (done.returncode and not done.stdout):
        words = done.stderr.strip().removeprefix("leverkin: ")
        raise _RAISED.get(done.returncode, _core.BadSession)(words or f"leverkin ended with {done.returncode}")
    return done.stdout


class Told(dict[str, Any]):
    """What a command tells as JSON; prints as the command prints it."""

    def __init__(self, command: tuple[PathLike, ...], answers: tuple[int, ...] = (0,)) -> None:
        super().__init__(json.loads(_run(*command, "--json", answers=answers)))
        self._command, self._answers = command, answers

    @cached_property
    def text(self) -> str:
        """As in a terminal."""
        return _run(*self._command, answers=self._answers).rstrip("\n")

    def __reduce__(self) -> Any:
        return dict, (dict(self),)

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.text)}</pre>"


def _path_of(thing: Any) -> PathLike:
    """Of a path, Results, a Session."""
    return getattr(thing, "path", thing) if not isinstance(thing, (str, os.PathLike)) else thing


def _reading(thing: Any, lever: str, mapping: PathLike, rig: PathLike) -> list[PathLike]:
    """How a recording is read; a Session says so itself."""
    options: list[PathLike] = []
    for name, given in (("lever", lever), ("mapping", mapping), ("rig", rig)):
        value = given or (getattr(thing, name) if isinstance(thing, Session) else "")
        options += [f"--{name}", value] if value else []
    return options


def inspect(path: PathLike, *, lever: str = "", mapping: PathLike = "", rig: PathLike = "") -> Told:
    """What is in a session file, and what is wrong with it: `leverkin inspect`.

    Parameters
    ----------
    path : path-like
        A session file or a results file.
    lever, mapping, rig
        As in `open_session`.

    Returns
    -------
    dict
        Facts, errors and warnings (docs/formats.md, JSON output); prints as the command does.

    Raises
    ------
    OSError
        Where the file cannot be read.

    Examples
    --------
    >>> found = lk.inspect("study/ada_1.h5")
    >>> found["session"]["rate_hz"], found["errors"]
    (1000.0, [])
    """
    return Told(("inspect", _path_of(path), "--quiet", *_reading(path, lever, mapping, rig)), answers=(0, 3))


def summary(
    path_or_results: Any,
    *,
    history: PathLike | bool | None = None,
    lever: str = "",
    mapping: PathLike = "",
    rig: PathLike = "",
) -> Told:
    """How did it go? A session beside the animal's earlier ones, or the animals of a results file: `leverkin summary`.

    Parameters
    ----------
    path_or_results : path-like, Results or Session
        A session file (it is analysed for that) or results.
    history : path-like or False
        Of a session: results that hold the animal's earlier sessions. None: the recordings beside it are analysed;
        False: the session alone.
    lever, mapping, rig
        As in `open_session`; a Session has its own.

    Returns
    -------
    dict
        The numbers (docs/formats.md, JSON output); prints as the command does.

    Raises
    ------
    OSError
        Where the file cannot be read.
    ValueError
        Where it is neither a usable session nor results.

    Examples
    --------
    >>> [animal["subject"] for animal in lk.summary(results)["subjects"]]
    ['ada', 'bob', 'cleo', 'dan']
    """
    options = _reading(path_or_results, lever, mapping, rig)
    if history is False:
        options.append("--no-history")
    elif history is not None and history is not True:
        options += ["--history", _path_of(history)]
    return Told(("summary", _path_of(path_or_results), "--quiet", *options))


def report(results: Any, out: PathLike, *, traces: bool = False, activity: PathLike | None = None) -> Path:
    """One page that shows everything and needs no network: `leverkin report`.

    Parameters
    ----------
    results : path-like or Results
    out : path-like
        Where the page goes, ``report.html``.
    traces : bool
        Also the 1 kHz traces, where the results kept them.
    activity : path-like
        A file that `leverkin.activity.analyze` wrote for these results: a section of its own.

    Returns
    -------
    pathlib.Path
        `out`.

    Raises
    ------
    OSError
        Where the page cannot be written.
    ValueError
        Where there are no results.

    Examples
    --------
    >>> lk.report(results, "report.html").name
    'report.html'
    """
    options: list[PathLike] = ["--traces"] if traces else []
    if activity is not None:
        options += ["--activity", activity]
    _run("report", _path_of(results), "--out", out, "--quiet", *options)
    return Path(out)


def simulate(
    out: PathLike,
    animals: int = 4,
    sessions: int = 11,
    minutes: float = 30,
    seed: int = 1,
    format: str = "nwb",
    overwrite: bool = False,
) -> list[Path]:
    """Makes session files of mice that learn to press, with the truth in each of them: `leverkin simulate`.

    Parameters
    ----------
    out : path-like
        Folder for the files; one folder per animal inside.
    animals, sessions : int
        How many mice, and sessions of each.
    minutes : float
        Length of a session.
    seed : int
        Same seed, same bytes.
    format : str
        "nwb" or "hdf5".
    overwrite : bool
        Whether session files that are there already are replaced.

    Returns
    -------
    list of pathlib.Path
        The files.

    Raises
    ------
    OSError
        Where they cannot be written.
    ValueError
        For bad arguments.

    Examples
    --------
    >>> files = lk.simulate("mice", animals=1, sessions=2, minutes=2, seed=7, format="hdf5")
    >>> [file.name for file in files]
    ['mouse_01_session_01.h5', 'mouse_01_session_02.h5']
    """
    counts = {"--animals": animals, "--sessions": sessions, "--seed": seed}
    options = [text for name, count in counts.items() for text in (name, str(whole_number(count, name[2:], 0)))]
    if overwrite:
        options.append("--overwrite")
    said = json.loads(
        _run("simulate", "--out", out, *options, "--minutes", str(minutes), "--format", format, "--json", "--quiet")
    )
    return [Path(file) for file in said["files"]]


def convert(
    paths: PathLike | list[PathLike],
    out: PathLike,
    *,
    format: str = "nwb",
    subject: str = "",
    lever: str = "",
    mapping: PathLike = "",
    rig: PathLike = "",
    overwrite: bool = False,
) -> list[Path]:
    """Recordings of other formats in, session files out: `leverkin convert`.

    Parameters
    ----------
    paths : path-like or list of path-like
        Recordings, folders, CSV manifests.
    out : path-like
        Folder for the files, ``<subject>/<subject>_session_<NN>.nwb`` inside; of one recording also a file.
    format : str
        "nwb" or "hdf5".
    subject : str
        The animal, of recordings that no manifest names one for.
    lever, mapping, rig
        As in `open_session`.
    overwrite : bool
        Files that are there already may be replaced.

    Returns
    -------
    list of pathlib.Path
        The files.

    Raises
    ------
    BadSession
        Where no recording could be converted.
    OSError
        Where the files cannot be written.
    ValueError
        For bad arguments.

    Warns
    -----
    UserWarning
        Of each recording that could not be converted, and why.

    Examples
    --------
    >>> lk.convert("study/ada_1.h5", "ada_1.nwb")
    [PosixPath('ada_1.nwb')]
    """
    sources = [_path_of(paths)] if not isinstance(paths, list) else [_path_of(path) for path in paths]
    options: list[PathLike] = ["--subject", subject] if subject else []
    options += _reading(paths, lever, mapping, rig)
    options += ["--overwrite"] if overwrite else []
    if os.path.isdir(out) or Path(out).suffix not in (".nwb", ".h5", ".hdf5"):
        options += ["--format", format]
    said = json.loads(_run("convert", *sources, "--out", out, *options, "--json", "--quiet", answers=(0, 4)))
    for failed in said["failed"]:
        warnings.warn(f"{failed['path']}: {failed['error']}", stacklevel=2)
    return [Path(one["file"]) for one in said["files"]]


def export(results: Any, out: PathLike, format: str = "csv", *, overwrite: bool = False) -> list[Path]:
    """Results as tables for other programs: `leverkin export`.

    Parameters
    ----------
    results : path-like or Results
    out : path-like
        Folder for the files.
    format : str
        "csv", "npy" or "alf" (docs/exchange.md).
    overwrite : bool
        Files that are there already may be replaced.

    Returns
    -------
    list of pathlib.Path
        The files.

    Raises
    ------
    OSError
        Where they cannot be written.
    ValueError
        Where there are no results, and where a file is there already.

    Examples
    --------
    >>> [file.name for file in lk.export(results, "tables")][:3]
    ['sessions.csv', 'correlogram.csv', 'correlogram_across.csv']
    """
    options: list[PathLike] = ["--format", format, *(["--overwrite"] if overwrite else [])]
    said = json.loads(_run("export", _path_of(results), "--out", out, *options, "--json", "--quiet"))
    return [Path(file) for file in said["files"]]
