"""Figures of a study, on matplotlib: those of the paper, in its conventions, and a session at a glance.

Every function draws into `ax` and returns it; without `ax` it makes a figure of its own, fit for a paper (``ax.figure``
saves it). Values, means and errors are those of `leverkin.measures`; colours can be told apart by everyone.

>>> import leverkin as lk
>>> lk.plot.figure1(lk.load("results.h5")).figure.savefig("figure1.png", dpi=300)
"""

from leverkin.plot._beside import activity_movement, covariance, learning_panel, power, raster, structures, survival
from leverkin.plot._correlograms import correlogram, difference
from leverkin.plot._over_sessions import group_means, over_sessions, retraining, within_across
from leverkin.plot._panels import figure1, groups
from leverkin.plot._session import movements, session, trace
from leverkin.plot._style import COLOURS, LABELS, STYLE

__all__ = [
    "COLOURS",
    "LABELS",
    "STYLE",
    "activity_movement",
    "correlogram",
    "covariance",
    "difference",
    "figure1",
    "group_means",
    "groups",
    "learning_panel",
    "movements",
    "over_sessions",
    "power",
    "raster",
    "retraining",
    "session",
    "structures",
    "survival",
    "trace",
    "within_across",
]


def __dir__() -> list[str]:
    return __all__
