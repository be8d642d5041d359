"""Lever kinematics: when did the animal move, which movement earned each reward, and how alike are they?

>>> import leverkin as lk
>>> results = lk.analyze("study/", out="new.h5")
>>> results.sessions[["subject", "session", "n_movements", "success_fraction"]].head(2)
  subject  session  n_movements  success_fraction
0     ada        1            6              0.75
1     ada        2            6              0.75
"""

import importlib
from typing import TYPE_CHECKING, Any

from leverkin import _core
from leverkin._core import BadArgument, BadSession, Bouts, Cancelled, Correlogram, Error, IoError

if TYPE_CHECKING:
    from leverkin import plot, stats
    from leverkin._tool import convert, export, inspect, report, simulate, summary
    from leverkin.results import Results, analyze, load
    from leverkin.rewards import check_rewards
    from leverkin.session import Session, open_session, write_session
    from leverkin.session_result import SessionResult, analyze_session
    from leverkin.stages import config, correlogram, downsample, profiles, segment

__version__ = _core.version()

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
    "summary",
    "write_session",
]

# Imported when they are first used: pandas, xarray, matplotlib, scipy and statsmodels take seconds.
_MODULES = ("plot", "stats")
_FROM = {
    "_tool": ("convert", "export", "inspect", "report", "simulate", "summary"),
    "results": ("Results", "analyze", "load"),
    "rewards": ("check_rewards",),
    "session": ("Session", "open_session", "write_session"),
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
