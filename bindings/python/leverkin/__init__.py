"""Lever kinematics: when did the animal move, which movement earned each reward, and how alike are they?

>>> import leverkin as lk
>>> results = lk.analyze("study/", out="new.h5")
>>> results.sessions[["subject", "session", "n_movements", "success_fraction"]].head(2)
  subject  session  n_movements  success_fraction
0     ada        1            6              0.75
1     ada        2            6              0.75
"""

import importlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leverkin import _core
from leverkin._core import BadArgument, BadSession, Bouts, Cancelled, Correlogram, Error, IoError
from leverkin._program import PROGRAM as _PROGRAM

if TYPE_CHECKING:
    from leverkin import activity, plot, stats, structures
    from leverkin._tool import convert, export, inspect, report, simulate, summary
    from leverkin.results import Results, analyze, load
    from leverkin.rewards import check_rewards
    from leverkin.session import Session, allow_outside_files, open_session, write_session
    from leverkin.session_result import SessionResult, analyze_session
    from leverkin.stages import config, correlogram, downsample, profiles, segment

__version__ = _core.version()

# Recordings that are packed with Blosc, Zstd and others are read where hdf5plugin is installed.
if (_filters := importlib.util.find_spec("hdf5plugin")) and _filters.origin:
    _core.look_for_filters_in(Path(_filters.origin).parent / "plugins")
# Damaged files that HDF5 does not survive end a child process, not this one.
if _PROGRAM.exists():
    _core.guard_reading([str(_PROGRAM), "look-first"])

__all__ = [
    "BadArgument",
    "BadSession",
    "Bouts",
    "Cancelled",
    "Correlogram",
    "Error",
    "IoError",
    "Results",
    "Session",
    "SessionResult",
    "activity",
    "allow_outside_files",
    "analyze",
    "analyze_session",
    "check_rewards",
    "config",
    "convert",
    "correlogram",
    "downsample",
    "export",
    "inspect",
    "load",
    "open_session",
    "plot",
    "profiles",
    "report",
    "segment",
    "simulate",
    "stats",
    "structures",
    "summary",
    "write_session",
]

# Imported when they are first used: pandas, xarray, matplotlib, scipy and statsmodels take seconds.
_MODULES = ("activity", "plot", "stats", "structures")
_FROM = {
    "_tool": ("convert", "export", "inspect", "report", "simulate", "summary"),
    "results": ("Results", "analyze", "load"),
    "rewards": ("check_rewards",),
    "session": ("Session", "allow_outside_files", "open_session", "write_session"),
    "session_result": ("SessionResult", "analyze_session"),
    "stages": ("config", "correlogram", "downsample", "profiles", "segment"),
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    for module, names in _FROM.items():
        if name in names:
            return globals().setdefault(name, getattr(importlib.import_module(f"{__name__}.{module}"), name))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def _bouts_html(bouts: Bouts) -> str:
    return str(importlib.import_module("leverkin._html").of_bouts(bouts))


def _correlogram_html(correlogram: Correlogram) -> str:
    return str(importlib.import_module("leverkin._html").of_correlogram(correlogram))


Bouts._repr_html_ = _bouts_html  # type: ignore[attr-defined]
Correlogram._repr_html_ = _correlogram_html  # type: ignore[attr-defined]

for _public in (BadArgument, BadSession, Bouts, Cancelled, Correlogram, Error, IoError):
    _public.__module__ = "leverkin"
