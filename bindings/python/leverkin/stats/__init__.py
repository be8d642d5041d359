"""Statistics of a study, on scipy and statsmodels. `leverkin.measures` says what is averaged over what.

Every test takes a `Results` or a table like that of `measures`, and returns a table with at least the columns test, n,
statistic, p, effect_size and effect (which effect size it is). p is two-tailed unless `alternative` says otherwise.
Of a single animal there is nothing to test over animals: statistic and p are then NaN.

>>> import leverkin as lk
>>> results = lk.load("results.h5")
>>> lk.stats.anova_sessions(results, "within_r")[["n", "n_animals", "df", "df_error"]]
    n  n_animals  df  df_error
0  11          4   2         8
"""

from leverkin.measures import measures, per_animal, per_session
from leverkin.stats._anova import anova_groups, anova_sessions, tukey
from leverkin.stats._beside import class_fractions, covariance_test, pair_slopes, survival_compare
from leverkin.stats._bootstrap import bootstrap_groups, compare_phases
from leverkin.stats._movements import correlogram_bands, shuffle_control
from leverkin.stats._over_sessions import mixed_model, trend

__all__ = [
    "anova_groups",
    "anova_sessions",
    "bootstrap_groups",
    "class_fractions",
    "compare_phases",
    "correlogram_bands",
    "covariance_test",
    "measures",
    "mixed_model",
    "pair_slopes",
    "per_animal",
    "per_session",
    "shuffle_control",
    "survival_compare",
    "trend",
    "tukey",
]


def __dir__() -> list[str]:
    return __all__
