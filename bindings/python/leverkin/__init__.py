"""Lever kinematics: when did the animal move, which movement earned each reward, and how alike are they?

>>> import leverkin as lk
>>> results = lk.analyze("study/", out="new.h5")
>>> results.sessions[["subject", "session", "n_movements", "success_fraction"]].head(2)
  subject  session  n_movements  success_fraction
0     ada        1            6              0.75
1     ada        2            6              0.75
"""

from typing import Any

from leverkin import _core
from leverkin._core import (
    BadArgument,
    BadSession,
    Bouts,
    Cancelled,
    Correlogram,
    Error,
    IoError,
)
from leverkin.results import Results, analyze, load
from leverkin.rewards import check_rewards
from leverkin.session import Session, open_session, write_session
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
    "analyze",
    "check_rewards",
    "config",
    "correlogram",
    "downsample",
    "load",
    "open_session",
    "profiles",
    "segment",
    "write_session",
]

_ON_DEMAND = ("plot", "stats")  # they need matplotlib, scipy and statsmodels, which take a second to import


def __getattr__(name: str) -> Any:
    if name not in _ON_DEMAND:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return importlib.import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_ON_DEMAND})


for _public in (BadArgument, BadSession, Bouts, Cancelled, Correlogram, Error, IoError):
    _public.__module__ = "leverkin"
