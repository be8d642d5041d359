"""Structures beside learning: spines, boutons and puncta that appear, vanish and survive over sessions.

A table (`read`) has a row per structure and image. Scoring errors of a single session are corrected (`correct`), counts
and rates made per animal and session (`dynamics`), which `leverkin.stats` and `leverkin.plot` take.

>>> import leverkin as lk
>>> table = lk.structures.correct(lk.structures.read("spines.csv"))
>>> lk.structures.dynamics(table)[["subject", "session", "count"]].head(2)
  subject  session  count
0     ada        1    2.0
1     ada        2    3.0
"""

from leverkin.structures._compare import compare_groups
from leverkin.structures._correction import STATUS, correct, correction_rates, each
from leverkin.structures._dynamics import ages, dynamics, groups, normalise, within_sessions
from leverkin.structures._file import load, write
from leverkin.structures._simulate import simulate
from leverkin.structures._survival import lifetimes, survival, survival_compare
from leverkin.structures._table import read

__all__ = [
    "STATUS",
    "ages",
    "compare_groups",
    "correct",
    "correction_rates",
    "dynamics",
    "each",
    "groups",
    "lifetimes",
    "load",
    "normalise",
    "read",
    "simulate",
    "survival",
    "survival_compare",
    "within_sessions",
    "write",
]


def __dir__() -> list[str]:
    return __all__
