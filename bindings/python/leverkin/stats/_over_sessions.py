"""Does a measure change with the number of the session?"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.stats
from statsmodels.formula.api import mixedlm
from statsmodels.tools.sm_exceptions import ModelWarning

from leverkin import _core
from leverkin.measures import one_group_each, table_of
from leverkin.results import Results
from leverkin.stats._checks import found_first, varies
from leverkin.stats._independent_slopes import fit as fit_independent_slopes


@found_first
def trend(data: Results | pd.DataFrame, value: str = "within_r", sessions: Iterable[int] | None = None) -> pd.DataFrame:
    """Does the measure rise or fall with the number of the session? By default: does the movement become stereotyped?

    Parameters
    ----------
    data, value, sessions
        As in `per_animal`.

    Returns
    -------
    DataFrame
        Two rows per group. "Pearson correlation with session": all animal-sessions in one, as published; n counts them,
        statistic and effect_size are r. "slope per animal, one-sample t": a line for each animal, their slopes tested
        against 0; n counts animals (those with two sessions or more), statistic is t, effect_size the mean slope / SD
        of slopes. Both: test, group, n, statistic, p, slope (unit of `value` per session), effect_size, effect.

    Raises
    ------
    BadArgument
        Where a group has fewer than three values or only one session.

    Notes
    -----
    Assumes: a linear trend and normal residuals; the first row also that values of one animal are independent (they are
    not: prefer the second row or `mixed_model`). NaN where one animal leaves nothing to test.
    `scipy.stats.linregress`, `scipy.stats.ttest_1samp`.

    Examples
    --------
    >>> lk.stats.trend(results)[["test", "group", "n", "slope"]].round(2)
                                   test    group  n  slope
    0  Pearson correlation with session  control  6  -0.00
    1    slope per animal, one-sample t  control  2  -0.00
    2  Pearson correlation with session    light  5  -0.03
    3    slope per animal, one-sample t    light  2  -0.03
    """
    rows = []
    for group, part in table_of(data, value, sessions).groupby("group"):
        if len(part) < 3 or part["session"].nunique() < 2:
            raise _core.BadArgument(
                f"{value}: group {group!r} has {len(part)} values, expected three over two sessions"
            )
        pooled = scipy.stats.linregress(part["session"], part["value"])
        lines = [one for _, one in part.groupby("subject") if len(one) > 1]
        slopes = np.array([scipy.stats.linregress(one["session"], one["value"]).slope for one in lines])
        tested = len(slopes) > 1
        t_test = scipy.stats.ttest_1samp(slopes, 0.0) if tested else None
        rows += [
            {
                "test": "Pearson correlation with session",
                "group": group,
                "n": len(part),
                "statistic": pooled.rvalue,
                "p": pooled.pvalue,
                "slope": pooled.slope,
                "effect_size": pooled.rvalue,
                "effect": "Pearson r",
            },
            {
                "test": "slope per animal, one-sample t",
                "group": group,
                "n": len(slopes),
                "statistic": t_test.statistic if t_test else np.nan,
                "p": t_test.pvalue if t_test else np.nan,
                "slope": slopes.mean() if len(slopes) else np.nan,
                "effect_size": slopes.mean() / slopes.std(ddof=1) if tested else np.nan,
                "effect": "mean slope / SD of slopes",
            },
        ]
    return pd.DataFrame(rows)


@found_first
def mixed_model(
    data: Results | pd.DataFrame,
    value: str,
    sessions: Iterable[int] | None = None,
    control: str | None = None,
    slopes: bool | Literal["independent"] = False,
    level: float = 0.95,
) -> pd.DataFrame:
    """Linear mixed-effects model: session, group and their interaction, with the animal as random effect.

    Parameters
    ----------
    data, value, sessions
        As in `per_animal`.
    control : str
        The group that the others are compared with; None: the first by name. Without groups, there is session alone.
    slopes : bool or "independent"
        True: animals differ in their slope over sessions too, not only in their level. "independent": so they do, but
        slope and level of an animal are uncorrelated; sessions then count from 0, the fit is by maximum likelihood, and
        p from t with n - (number of terms) degrees of freedom, as some published models are.
    level : float
        Of the confidence intervals.

    Returns
    -------
    DataFrame
        A row per fixed effect: test, term ("intercept", "session", "group[name]", "session:group[name]"), n (animal-
        sessions), n_animals, estimate (unit of `value`; of session: per session), se, low, high, statistic (z), p,
        effect_size (estimate / SD of animals and residuals together), effect, animal_sd (in the first session),
        residual_sd, converged (False: the numbers are of no use).

    Raises
    ------
    BadArgument
        With fewer than two sessions, or for an unknown control.

    Notes
    -----
    Sessions count from the first one used, so "group[name]" is the difference in that session. Fitted by REML. Assumes:
    a linear course, normal animal effects and residuals of one variance; p is Wald's, which is too small with few
    animals (below about ten). `statsmodels.regression.mixed_linear_model.MixedLM`.

    Examples
    --------
    >>> found = lk.stats.mixed_model(results, "cue_to_reward_s", control="control")
    >>> found.term.tolist()
    ['intercept', 'group[light]', 'session', 'session:group[light]']
    """
    table = one_group_each(table_of(data, value, sessions))
    groups, animals = sorted(table["group"].unique()), table["subject"].nunique()
    control = groups[0] if control is None else control
    if table["session"].nunique() < 2 or len(table) <= animals or control not in groups:
        raise _core.BadArgument(
            f"{value}: found {animals} animals, {table['session'].nunique()} sessions, control {control!r} and the "
            f"groups {', '.join(groups)}; expected two sessions and a control among the groups"
        )
    if animals <= len(groups) or not varies(table["value"] - table["value"].mean(), table["value"]):
        return _untested_model(len(table), animals)
    codes = {name: f"g{place}" for place, name in enumerate(groups)}  # names of groups must not be read as formulas
    start = 0 if slopes == "independent" else table["session"].min()
    table = table.assign(since=table["session"] - start, code=table["group"].map(codes))
    formula = "value ~ since" if len(groups) == 1 else f"value ~ since * C(code, Treatment('{codes[control]}'))"
    model = mixedlm(formula, table, groups="subject", re_formula="~since" if slopes else "~1")
    if slopes == "independent":
        terms = [_term(name, codes) for name in model.exog_names]
        return _with_independent_slopes(table, np.asarray(model.exog), terms, level)
    fit = _fitted(model)
    if fit is None:
        return _untested_model(len(table), animals)
    fixed = fit.fe_params
    between, within = float(np.asarray(fit.cov_re)[0, 0]), float(fit.scale)
    bounds = fit.conf_int(alpha=1 - level).loc[fixed.index].to_numpy()
    return pd.DataFrame(
        {
            "test": _MODEL,
            "term": [_term(name, codes) for name in fixed.index],
            "n": len(table),
            "n_animals": animals,
            "estimate": fixed.to_numpy(),
            "se": fit.bse_fe.to_numpy(),
            "low": bounds[:, 0],
            "high": bounds[:, 1],
            "statistic": fit.tvalues[fixed.index].to_numpy(),
            "p": fit.pvalues[fixed.index].to_numpy(),
            "effect_size": fixed.to_numpy() / np.sqrt(between + within),
            "effect": _MODEL_EFFECT,
            "animal_sd": np.sqrt(between),
            "residual_sd": np.sqrt(within),
            "converged": bool(fit.converged),
        }
    )


def _fitted(model: Any) -> Any:
    """By one method after the other, until one converges; None where none ends. On its way a search may come to a place
    where the model has no inverse, on one machine and not on another: then without the first of them."""
    methods = ["bfgs", "lbfgs", "cg", "nm"]
    while methods:
        with warnings.catch_warnings(), contextlib.suppress(np.linalg.LinAlgError):
            warnings.simplefilter("ignore", ModelWarning)  # the column `converged` says it
            return model.fit(reml=True, method=methods)
        methods = methods[1:]
    return None


def _with_independent_slopes(
    table: pd.DataFrame, exog: npt.NDArray[np.float64], terms: list[str], level: float
) -> pd.DataFrame:
    fit = fit_independent_slopes(
        exog, table["value"].to_numpy(float), table["since"].to_numpy(float), table["subject"].to_numpy(str)
    )
    reach = fit.se * scipy.stats.t.ppf((1 + level) / 2, fit.df)
    return pd.DataFrame(
        {
            "test": f"linear mixed model, independent level and slope of animals, ML, t with {fit.df} df",
            "term": terms,
            "n": len(table),
            "n_animals": table["subject"].nunique(),
            "estimate": fit.estimate,
            "se": fit.se,
            "low": fit.estimate - reach,
            "high": fit.estimate + reach,
            "statistic": fit.t,
            "p": fit.p,
            "effect_size": fit.estimate / np.hypot(fit.level_sd, fit.residual_sd),
            "effect": _MODEL_EFFECT,
            "animal_sd": fit.level_sd,
            "residual_sd": fit.residual_sd,
            "converged": fit.converged,
        }
    )


_MODEL = "linear mixed model, animal as random effect, Wald z"
_MODEL_EFFECT = "estimate / SD of animals and residuals"


def _untested_model(count: int, animals: int) -> pd.DataFrame:
    """Of no more animals than groups, or of values that are all the same: animals cannot be told from residuals."""
    numbers = ("estimate", "se", "low", "high", "statistic", "p", "effect_size")
    row = {"test": _MODEL, "term": "session", "n": count, "n_animals": animals, **dict.fromkeys(numbers, np.nan)}
    return pd.DataFrame(
        [row | {"effect": _MODEL_EFFECT, "animal_sd": np.nan, "residual_sd": np.nan, "converged": False}]
    )


def _term(name: str, codes: dict[str, str]) -> str:
    of = next((f"group[{group}]" for group, code in codes.items() if f"[T.{code}]" in name), "")
    if "since" in name:
        return f"session:{of}" if of else "session"
    return of or "intercept"
