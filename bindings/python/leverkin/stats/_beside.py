"""Activity and structures beside the lever, tested over animals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.stats

from leverkin import _core
from leverkin.stats._checks import check_resampling, found_first, tail

if TYPE_CHECKING:
    from leverkin.activity import ActivityResults, Pairs

LEAST_OF_SIGNED_RANK = 6  # with fewer animals, no outcome of the signed-rank test reaches 0.05


def class_fractions(activity: ActivityResults, by_type: bool = False) -> pd.DataFrame:
    """The share of present cells that are related to movement, or to rest, per animal and session.

    Parameters
    ----------
    activity : ActivityResults
        Of `leverkin.activity.analyze` or `load`.
    by_type : bool
        True: apart by cell_type.

    Returns
    -------
    DataFrame
        subject, group, session (and cell_type), n_cells, fraction_movement, fraction_still. No movement cells: 0; no
        present cells: no row. Every test of `leverkin.stats` takes it; pooled cells are for pictures.

    Examples
    --------
    >>> import pandas as pd
    >>> from leverkin.activity import ActivityResults
    >>> cells = pd.DataFrame({"subject": "ada", "session": 1, "is_cell": True, "cell_type": "",
    ...                       "class": ["movement", "still", "unclassified", "absent"]})
    >>> sessions = pd.DataFrame({"subject": ["ada"], "session": [1], "group": ["all"]})
    >>> one = ActivityResults(sessions, cells, cells, cells, {}, {}, cells)
    >>> lk.stats.class_fractions(one)[["n_cells", "fraction_movement"]].round(2)
       n_cells  fraction_movement
    0        3               0.33
    """
    cells = activity.cells[activity.cells["is_cell"].astype(bool) & (activity.cells["class"] != "absent")]
    keys = ["subject", "session", *(["cell_type"] if by_type else [])]
    found = (
        cells.assign(movement=cells["class"] == "movement", still=cells["class"] == "still")
        .groupby(keys, sort=True)
        .agg(n_cells=("movement", "size"), fraction_movement=("movement", "mean"), fraction_still=("still", "mean"))
        .reset_index()
    )
    found = found.merge(activity.sessions[["subject", "session", "group"]], on=["subject", "session"], how="left")
    return found[["subject", "group", "session", *keys[2:], "n_cells", "fraction_movement", "fraction_still"]]


@found_first
def pair_slopes(
    pairs: Mapping[str, Pairs],
    stages: Mapping[str, Any],
    value: str = "r_activity",
    resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Does activity become alike where movements are? The slopes of stages of learning, compared over animals.

    Parameters
    ----------
    pairs : mapping
        Animal to `Pairs` (`ActivityResults.pairs`).
    stages : mapping
        As in `Pairs.binned`; the first is the reference of the others.
    value : str
        As in `Pairs.binned`: r_activity, or a control.
    resamples, seed : int
        Of the cluster bootstrap: animals, then trials within their sessions.

    Returns
    -------
    DataFrame
        Two rows per stage but the first: test ("signed-rank over animals", "cluster bootstrap: animals, trials"), curve,
        reference, n (animals with both slopes), statistic (W; mean difference of slopes), p (two-tailed), low, high,
        slope, slope_reference (means over animals), effect_size, effect, note. With fewer than six animals the
        signed-rank test cannot reach 0.05, and the note says so.

    Raises
    ------
    BadArgument
        With fewer than two stages, or for no animal.

    Notes
    -----
    Pairs share trials, so nothing here counts pairs. `scipy.stats.wilcoxon`.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(0)
    >>> pairs = {name: lk.activity.trial_pairs(random.normal(size=(20, 9)), random.normal(size=(20, 8, 4)),
    ...                                        np.repeat([1, 2], 10)) for name in ("ada", "bob")}
    >>> lk.stats.pair_slopes(pairs, {"early": [1], "late": [2]}, resamples=50)[["curve", "reference", "n"]]
      curve reference  n
    0  late     early  2
    1  late     early  2
    """
    names, resamples = list(stages), check_resampling(resamples)
    if len(names) < 2 or not pairs:
        raise _core.BadArgument(f"stages: found {', '.join(names)} and {len(pairs)} animals, expected two stages and an animal")
    slopes = pd.DataFrame({subject: one.slope(stages, value=value) for subject, one in pairs.items()}).T
    draws = _slope_draws(pairs, stages, value, resamples, seed)
    rows: list[dict[str, Any]] = []
    for name in names[1:]:
        both = slopes[[names[0], name]].dropna()
        difference = (both[name] - both[names[0]]).to_numpy()
        base = {
            "curve": name, "reference": names[0], "n": len(both), "slope": both[name].mean(),
            "slope_reference": both[names[0]].mean(), "effect": "mean difference / SD of differences",
            "effect_size": difference.mean() / difference.std(ddof=1) if len(both) > 1 and difference.std() > 0 else np.nan,
        }  # fmt: skip
        rows += [base | _signed_rank(difference), base | _bootstrapped(draws[name] - draws[names[0]], difference)]
    return pd.DataFrame(rows)


def _signed_rank(difference: npt.NDArray[np.float64]) -> dict[str, Any]:
    few = len(difference) < LEAST_OF_SIGNED_RANK
    test = {"test": "signed-rank over animals", "low": np.nan, "high": np.nan,
            "note": f"with {len(difference)} animals p cannot reach 0.05" if few else ""}  # fmt: skip
    if len(difference) < 2 or not difference.any():
        return test | {"statistic": np.nan, "p": np.nan}
    found = scipy.stats.wilcoxon(difference)
    return test | {"statistic": float(found.statistic), "p": float(found.pvalue)}


def _bootstrapped(draws: npt.NDArray[np.float64], difference: npt.NDArray[np.float64]) -> dict[str, Any]:
    draws = draws[np.isfinite(draws)]
    test = {"test": "cluster bootstrap: animals, trials", "note": "", "statistic": difference.mean() if len(difference) else np.nan}
    if len(difference) < 2 or not len(draws):
        return test | {"low": np.nan, "high": np.nan, "p": np.nan}
    low, high = np.quantile(draws, (0.025, 0.975))
    return test | {"low": low, "high": high, "p": tail(draws, "two-sided")}


def _slope_draws(
    pairs: Mapping[str, Pairs], stages: Mapping[str, Any], value: str, resamples: int, seed: int
) -> dict[str, npt.NDArray[np.float64]]:
    """Mean slope over animals of every stage, in resamples of animals, then of trials: the same ones for all stages."""
    random, names = np.random.default_rng(seed), list(pairs)
    draws = {stage: np.full(resamples, np.nan) for stage in stages}
    for k in range(resamples):
        of_stage: dict[str, list[float]] = {stage: [] for stage in stages}
        for name in random.choice(names, len(names)):
            one = pairs[name]
            counts = np.zeros(len(one.trials))
            for rows in one.trials.groupby("session").indices.values():
                counts += np.bincount(random.choice(rows, len(rows)), minlength=len(counts))
            for stage, sessions in stages.items():
                of_stage[stage].append(one.weighted_slope(counts, sessions, value=value))
        for stage, slopes in of_stage.items():
            known = [slope for slope in slopes if np.isfinite(slope)]
            draws[stage][k] = np.mean(known) if known else np.nan
    return draws


@found_first
def covariance_test(
    epochs: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]], splits: int = 100, permutations: int = 999, seed: int = 0
) -> pd.DataFrame:
    """Does the covariance of the population change between two epochs, in each animal and over animals?

    Parameters
    ----------
    epochs : mapping
        Animal to its two epochs, (trials, frames, cells) each.
    splits, permutations, seed
        As in `leverkin.activity.covariance_similarity`.

    Returns
    -------
    DataFrame
        A row per animal (test "permutation of trials", n its cells, statistic r, p, within, across, effect_size the
        ratio to the ceiling), and one over animals: signed-rank test of log ratio against 0.

    Raises
    ------
    BadArgument
        For epochs of other shapes.

    Examples
    --------
    >>> one = lk.activity.simulate_covariance_change(cells=20, trials=10, change=0.8, seed=1)[:2]
    >>> lk.stats.covariance_test({"ada": one}, splits=5, permutations=19)[["subject", "n", "p"]]
      subject   n     p
    0     ada  20  0.05
    1     all   1   NaN
    """
    from leverkin.activity import covariance_similarity

    rows: list[dict[str, Any]] = []
    for subject, (one, other) in epochs.items():
        found = covariance_similarity(one, other, "all", splits, permutations, seed)
        rows.append({"test": "permutation of trials", "subject": subject, "n": found.n_cells, "statistic": found.r,
                     "p": found.p, "within": found.within, "across": found.across, "effect_size": found.ratio,
                     "effect": "r / ceiling", "note": ""})  # fmt: skip
    ratios = np.array([row["effect_size"] for row in rows], float)
    logs = np.log(ratios[np.isfinite(ratios) & (ratios > 0)])
    over = _signed_rank(logs)
    rows.append({"test": over["test"], "subject": "all", "n": len(logs), "statistic": over["statistic"], "p": over["p"],
                 "within": np.nan, "across": np.nan, "effect_size": float(np.exp(logs.mean())) if len(logs) else np.nan,
                 "effect": "r / ceiling", "note": over["note"]})  # fmt: skip
    return pd.DataFrame(rows)


@found_first
def survival_compare(table: pd.DataFrame, by: str = "group", new_sessions: Iterable[int] = (2, 3), **options: Any) -> pd.DataFrame:
    """Do two survival curves of structures differ? `leverkin.structures.survival_compare`, by its place among the tests.

    Parameters
    ----------
    table, by, new_sessions, **options
        As there.

    Returns
    -------
    DataFrame
        As there.

    Raises
    ------
    BadArgument
        Where there are not exactly two curves.

    Examples
    --------
    >>> table = lk.structures.correct(lk.structures.read("spines.csv"))
    >>> len(lk.stats.survival_compare(table, by="age", resamples=50))
    2
    """
    from leverkin import structures

    return structures.survival_compare(table, by, new_sessions=new_sessions, **options)
