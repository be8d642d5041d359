"""What people write where a whole number is meant: 8, 8.0, "8", NumPy's 8; what HDF5 gives where text is meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from leverkin import _core


def whole_number(value: Any, name: str, least: int | None = None) -> int:
    """Checked. Truth is no number, and neither is a part of one."""
    try:
        number = None if isinstance(value, (bool, np.bool_)) else float(value)
    except (TypeError, ValueError):
        number = None
    if number is None or not number.is_integer() or (least is not None and number < least):
        from_least = "" if least is None else f" from {least} on"
        raise _core.BadArgument(f"{name}: found {value!r}, expected a whole number{from_least}")
    return int(value) if isinstance(value, int) else int(number)


def whole_numbers(values: Any, name: str) -> list[int]:
    """Of one, or of several."""
    several = isinstance(values, Iterable) and not isinstance(values, str)
    return [whole_number(value, name) for value in (values if several else [values])]


def unmasked(values: npt.ArrayLike) -> npt.ArrayLike:
    """With NaN for what a mask covers: what is not there is not the number below the mask."""
    if not isinstance(values, np.ma.MaskedArray):
        return values
    kind = values.dtype if values.dtype.kind == "f" else np.float64
    return values.astype(kind).filled(np.nan)


def text(value: Any) -> Any:
    """Bytes as str; anything else as it is."""
    return value.decode() if isinstance(value, bytes) else value
