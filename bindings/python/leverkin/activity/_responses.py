"""Responses of cells that have no identity over sessions: means per cell."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from leverkin import _core
from leverkin.activity._frames import Floats


def mean_responses(response: npt.ArrayLike, least_trials: int = 3) -> Floats:
    """Each cell's mean response over the trials of a session.

    Parameters
    ----------
    response : array_like, shape (cells, trials)
        NaN: no value for that cell and trial; left out.
    least_trials : int
        A session with fewer trials gives no values: an empty array.

    Returns
    -------
    numpy.ndarray, float64
        One value per cell; NaN of a cell without values.

    Raises
    ------
    BadArgument
        For another shape.

    Examples
    --------
    >>> lk.activity.mean_responses([[1.0, 2.0, float("nan")], [0.0, 1.0, 5.0]])
    array([1.5, 2. ])
    """
    values = np.asarray(response, np.float64)
    if values.ndim != 2:
        raise _core.BadArgument(f"response: found {values.ndim} dimensions, expected two: cells and trials")
    if values.shape[1] < least_trials:
        return np.empty(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of a cell without values
        return np.asarray(np.nanmean(values, axis=1))
