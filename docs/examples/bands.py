import matplotlib as mpl
import matplotlib.pyplot as plt

import leverkin as lk

results = lk.load("results.h5")
bands = lk.stats.correlogram_bands(results, resamples=500, seed=1)
shuffled = lk.stats.shuffle_control(results, shuffles=200, seed=1)

with mpl.rc_context(lk.plot.STYLE):
    figure, panels = plt.subplots(1, 3, figsize=(6.5, 1.9), sharey=True, layout="constrained")
    for ax, subject in zip(panels, results.subjects, strict=True):
        own = bands[(bands.subject == subject) & (bands.session == bands.other_session)]
        style = {"color": "0.85", "lw": 0, "label": "95 % of resamples"}
        ax.fill_between(own.session, own.low, own.high, **style)
        ax.plot(own.session, own.statistic, "ko-", ms=3, lw=1, label="within session")
        chance = shuffled[(shuffled.subject == subject) & (shuffled.curve == "within")]
        style = {"color": "#D55E00", "lw": 0.8, "label": "sessions shuffled"}
        ax.plot(chance.session, chance.shuffled, "--", **style)
        ax.set(title=subject, xlabel="Session")
    panels[0].set_ylabel("Median r")
    panels[0].legend(fontsize=5.5)
    figure.savefig("bands.png", dpi=200, bbox_inches="tight")
