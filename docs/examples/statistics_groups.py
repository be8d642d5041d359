import leverkin as lk

study = lk.load("study.h5")
training = range(2, 12)


def show(table, *columns):
    print(table[list(columns)].to_string(index=False, float_format="{:.3g}".format), "\n")


anova = lk.stats.anova_groups(study, "within_r", training)
show(anova, "term", "n", "n_animals", "df", "df_error", "statistic", "p", "effect_size")

tukey = lk.stats.tukey(study, "within_r", training)
show(tukey, "group", "reference", "difference", "low", "high", "statistic", "p")

model = lk.stats.mixed_model(study, "within_r", training, control="control")
show(model, "term", "n", "n_animals", "estimate", "se", "statistic", "p", "converged")
