import pandas as pd

import leverkin as lk

results = lk.load("results.h5")
values = ("success_fraction", "cue_to_reward_s", "within_r", "across_r")
for repeated in (False, True):
    tests = pd.concat(
        [lk.stats.anova_sessions(results, value, repeated=repeated) for value in values]
    )
    print(tests["test"].iloc[0])
    columns = ["n", "n_animals", "df", "df_error", "statistic", "p", "effect_size"]
    print(tests.set_axis(values)[columns].to_string(float_format="{:.3g}".format), "\n")
