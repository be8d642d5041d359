"""Do groups of animals differ in their dynamics? Animals are resampled, then branches, then structures within."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
import pandas as pd

from leverkin import _core
from leverkin._values import whole_numbers
from leverkin.stats._checks import Alternative, check_choice, check_resampling, tail
from leverkin.structures._correction import counted_matrix
from leverkin.structures._dynamics import Floats
from leverkin.structures._table import checked, session_numbers

Tree = list[list[Any]]  # animals, branches, rows
Measure = Literal["addition_rate", "elimination_rate", "normalised_density"]

_TEST = "cluster bootstrap: animals, branches, structures"


def compare_groups(
    table: pd.DataFrame,
    measure: Measure,
    control: str,
    sessions: Iterable[int] | None = None,
    alternative: Alternative = "two-sided",
    resamples: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Every group against the control group. Structures alone would make n of 250 out of five mice.

    Parameters
    ----------
    table : DataFrame
        Of `correct` or `read`.
    measure : str
        "addition_rate", "elimination_rate" (of the previous session's count) or "normalised_density"; of an animal,
        the mean over `sessions`.
    control : str
        The group that all others are compared with.
    sessions : iterable of int
        None: all but the first.
    alternative : str
        "two-sided"; "less" or "greater" than the control.
    resamples, seed : int
        Same seed, same numbers.

    Returns
    -------
    DataFrame
        A row per group: test, group, reference, n, n_reference (animals), n_structures, statistic (difference of the
        means over animals), low, high (95 %), p, effect_size (difference / mean of the control), effect.

    Raises
    ------
    BadArgument
        For an unknown group or session, and for groups of fewer than two animals.

    Notes
    -----
    With fewer than about eight animals in a group, the percentile bootstrap finds differences too readily;
    `leverkin.stats` tests the table of `dynamics` by other means.

    Examples
    --------
    >>> table = lk.structures.simulate(animals=3, seed=1)[0]
    >>> table["group"] = table["subject"].map({"mouse_1": "a", "mouse_2": "a"}).fillna("b")
    >>> lk.structures.compare_groups(table.query("subject != 'mouse_1'"), "addition_rate", "b")
    Traceback (most recent call last):
    leverkin.BadArgument: group: found 1 animals in 'a', expected two or more
    """
    check_choice("measure", measure, ("addition_rate", "elimination_rate", "normalised_density"))
    check_choice("alternative", alternative, ("two-sided", "less", "greater"))
    resamples = check_resampling(resamples)
    table = checked(table)
    who, present = counted_matrix(table)
    columns = _columns(session_numbers(table), sessions)
    part, whole = (values[:, columns] for values in _parts(present, measure))
    trees = {name: clusters(who, rows) for name, rows in who.groupby("group", sort=True).indices.items()}
    _require(trees, control)
    random = np.random.default_rng(seed)

    def centre(tree: Tree, drawn: bool) -> float:
        animals = [tree[k] for k in random.integers(len(tree), size=len(tree))] if drawn else tree
        return _mean([_value(draw(animal, random if drawn else None), part, whole) for animal in animals])

    found = {name: centre(tree, False) for name, tree in trees.items()}
    draws = {name: np.array([centre(tree, True) for _ in range(resamples)]) for name, tree in trees.items()}
    rows = []
    for name in (name for name in trees if name != control):
        difference = draws[name] - draws[control]
        difference = difference[np.isfinite(difference)]
        low, high = np.quantile(difference, (0.025, 0.975)) if len(difference) else (np.nan, np.nan)
        rows.append(
            {
                "test": _TEST, "group": name, "reference": control, "n": len(trees[name]),
                "n_reference": len(trees[control]), "n_structures": int(np.sum(who["group"].isin([name, control]))),
                "statistic": found[name] - found[control], "low": low, "high": high,
                "p": tail(difference, alternative) if len(difference) else np.nan,
                "effect_size": (found[name] - found[control]) / found[control] if found[control] else np.nan,
                "effect": "difference / control",
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _require(trees: dict[str, Tree], control: str) -> None:
    if control not in trees or len(trees) < 2:
        raise _core.BadArgument(f"control: found {control!r} and the groups {', '.join(trees)}")
    for name, tree in trees.items():
        if len(tree) < 2:
            raise _core.BadArgument(f"group: found {len(tree)} animals in {name!r}, expected two or more")


def clusters(who: pd.DataFrame, rows: Any) -> Tree:
    """The rows of each branch of each animal."""
    own = who.iloc[rows].assign(row=rows)
    return [
        [branch["row"].to_numpy() for _, branch in animal.groupby("branch", sort=True)]
        for _, animal in own.groupby("subject", sort=True)
    ]


def draw(branches: list[Any], random: np.random.Generator | None) -> Any:
    """All rows of an animal; or branches, and structures within, each drawn with replacement."""
    if random is None:
        return np.concatenate(branches)
    drawn = [branches[k] for k in random.integers(len(branches), size=len(branches))]
    return np.concatenate([one[random.integers(len(one), size=len(one))] for one in drawn])


def _parts(present: Floats, measure: Measure) -> tuple[Floats, Floats]:
    """Per structure and session, what a rate divides, and by what; of structures imaged both times."""
    before = np.full(present.shape, np.nan)
    before[:, 1:] = present[:, :1] if measure == "normalised_density" else present[:, :-1]
    both = np.isfinite(before) & np.isfinite(present)
    part = {
        "addition_rate": (before == 0) & (present == 1),
        "elimination_rate": (before == 1) & (present == 0),
        "normalised_density": present == 1,
    }[measure]
    return (part & both).astype(float), ((before == 1) & both).astype(float)


def _value(rows: Any, part: Floats, whole: Floats) -> float:
    part, whole = part[rows].sum(axis=0), whole[rows].sum(axis=0)
    return _mean((part[whole > 0] / whole[whole > 0]).tolist())


def _mean(values: list[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else np.nan


def _columns(numbers: Any, sessions: Iterable[int] | None) -> Any:
    if sessions is None:
        return np.arange(1, len(numbers))
    wanted = whole_numbers(sessions, "sessions")
    unknown = sorted(set(wanted) - set(numbers.tolist()))
    if unknown:
        raise _core.BadArgument(f"sessions: found {unknown}, expected some of {', '.join(map(str, numbers))}")
    return np.searchsorted(numbers, wanted)
