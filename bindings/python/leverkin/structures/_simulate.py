"""Structures that come and go at known rates, scored with known errors."""

from __future__ import annotations

import numpy as np
import pandas as pd

from leverkin import _core
from leverkin._values import whole_number
from leverkin.structures._dynamics import Floats
from leverkin.structures._table import check


def simulate(
    animals: int = 4,
    structures: int = 40,
    sessions: int = 11,
    addition_rate: float = 0.032,
    elimination_rate: float = 0.035,
    error_rate: float = 0.01,
    seed: int = 1,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Simulated presence of structures, and the truth.

    Parameters
    ----------
    animals, structures, sessions : int
        Animals; structures of each in its first session; sessions.
    addition_rate, elimination_rate : float
        Per structure present in the session before. Nothing that was lost comes back.
    error_rate : float
        Share of (structure, session) cells that are scored wrongly, in either direction.
    seed : int
        Same seed, same table.

    Returns
    -------
    scored, truth : DataFrame
        Tables as `read` gives them, of the same structures.

    Raises
    ------
    BadArgument
        For a rate outside 0 to 1.

    Examples
    --------
    >>> scored, truth = lk.structures.simulate(animals=2, structures=100, error_rate=0.02, seed=3)
    >>> float((scored.present != truth.present).mean()) < 0.04
    True
    """
    rates = {"addition_rate": addition_rate, "elimination_rate": elimination_rate, "error_rate": error_rate}
    for name, rate in rates.items():
        if not 0 <= rate <= 1:
            raise _core.BadArgument(f"{name}: found {rate}, expected 0 to 1")
    counts = {"animals": animals, "structures": structures, "sessions": sessions}
    animals, structures, sessions = (whole_number(count, name, 1) for name, count in counts.items())
    random = np.random.default_rng(seed)
    scored, truth = [], []
    for animal in range(1, animals + 1):
        present = _lives(random, structures, sessions, addition_rate, elimination_rate)
        wrong = random.random(present.shape) < error_rate
        truth.append(_table(f"mouse_{animal}", present))
        scored.append(_table(f"mouse_{animal}", np.where(wrong, 1 - present, present)))
    return check(pd.concat(scored)), check(pd.concat(truth))


def _lives(random: np.random.Generator, structures: int, sessions: int, added: float, eliminated: float) -> Floats:
    alive = [np.ones(structures)]
    for _ in range(1, sessions):
        stay = alive[-1] * (random.random(len(alive[-1])) >= eliminated)
        new = random.binomial(int(alive[-1].sum()), added)
        alive.append(np.concatenate([stay, np.ones(new)]))
    present = np.zeros((len(alive[-1]), sessions))
    for session, now in enumerate(alive):
        present[: len(now), session] = now
    return present


def _table(subject: str, present: Floats) -> pd.DataFrame:
    count, sessions = present.shape
    return pd.DataFrame(
        {
            "subject": subject,
            "branch": np.repeat([f"b{1 + place % 4}" for place in range(count)], sessions),
            "structure": np.repeat([f"s{1 + place:03d}" for place in range(count)], sessions),
            "session": np.tile(np.arange(1, sessions + 1), count),
            "present": present.ravel(),
        }
    )
