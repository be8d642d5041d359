"""What tests have in common: what they refuse, and p of resampled values."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from leverkin import _core
from leverkin._values import whole_number

Alternative = Literal["two-sided", "less", "greater"]
Floats = npt.NDArray[np.float64]
Test = TypeVar("Test", bound=Callable[..., pd.DataFrame])


def varies(residuals: npt.ArrayLike, values: npt.ArrayLike) -> bool:
    """False where what is left after a fit is rounding, and any statistic would be noise."""
    return bool(np.sum(np.square(residuals)) > 1e-20 * np.sum(np.square(values)))


def tail(draws: Floats, alternative: Alternative) -> float:
    """p of "no difference" from resampled differences; a resample in favour of it is always counted in."""
    not_above = (np.count_nonzero(draws <= 0) + 1) / (len(draws) + 1)
    not_below = (np.count_nonzero(draws >= 0) + 1) / (len(draws) + 1)
    tails = {"greater": not_above, "less": not_below, "two-sided": min(1.0, 2 * min(not_above, not_below))}
    return float(tails[alternative])


def check_choice(name: str, found: str, choices: Iterable[str]) -> None:
    if found not in choices:
        raise _core.BadArgument(f"{name}: found {found!r}, expected one of {', '.join(choices)}")


def check_resampling(count: int, level: float = 0.95) -> int:
    count = whole_number(count, "resamples")
    if count < 1 or not 0 < level < 1:
        raise _core.BadArgument(f"found {count} resamples at level {level}, expected 1 or more, 0 < level < 1")
    return count


# what is tested, then what came of it; a wide table is cut in its middle when it is printed
_FIRST = (
    "subject",
    "term",
    "curve",
    "group",
    "reference",
    "session",
    "other_session",
    "statistic",
    "p",
    "p_bonferroni",
)
_LAST = ("effect", "test")


def found_first(function: Test) -> Test:
    """Statistic and p are the first numbers of the table that is returned."""

    @functools.wraps(function)
    def ordered(*arguments: Any, **options: Any) -> pd.DataFrame:
        table = function(*arguments, **options)
        ends = [name for name in (*_FIRST, *_LAST) if name in table]
        rest = [name for name in table if name not in ends]
        split = sum(name in _FIRST for name in ends)
        return table[[*ends[:split], *rest, *ends[split:]]]

    return ordered  # type: ignore[return-value]
