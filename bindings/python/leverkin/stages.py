"""The engine's stages as functions of Python: these pickle, for Dask, and can be looked into."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from leverkin import _core


def downsample(volts: npt.ArrayLike, rate_hz: float) -> npt.NDArray[np.float64]:
    return _core.downsample(volts, rate_hz)


def segment(volts: npt.ArrayLike, rate_hz: float, profile: str = "chen2015", **overrides: object) -> _core.Bouts:
    return _core.segment(volts, rate_hz, profile, **overrides)


def correlogram(
    movements: npt.ArrayLike, session: npt.ArrayLike, tolerance: float = 0.0, threads: int = 0
) -> _core.Correlogram:
    return _core.correlogram(movements, session, tolerance, threads)


def config(profile: str = "chen2015", **overrides: object) -> str:
    return _core.config(profile, **overrides)


def profiles() -> list[str]:
    return _core.profiles()


for _function in (downsample, segment, correlogram, config, profiles):  # the engine's words, behind their signature
    _function.__doc__ = getattr(_core, _function.__name__).__doc__.split("\n\n", 1)[1]
    _function.__module__ = "leverkin"
