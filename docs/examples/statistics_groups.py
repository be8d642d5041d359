import leverkin as lk

study = lk.load("study.h5")
training = range(2, 12)
short = {"index": False, "float_format": "{:.3g}".format}

anova = lk.stats.anova_groups(study, "within_r", training)
print(anova[["term", "n", "n_animals", "df", "df_error", "statistic", "p", "effect_size"]].to_string(**short), "\n")

tukey = lk.stats.tukey(study, "within_r", training)
print(tukey[["group", "reference", "difference", "low", "high", "statistic", "p", "effect_size"]].to_string(**short), "\n")

model = lk.stats.mixed_model(study, "within_r", training, control="control")
print(model[["term", "n", "n_animals", "estimate", "se", "statistic", "p", "converged"]].to_string(**short))
