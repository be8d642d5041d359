import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

import leverkin as lk

PROFILES = {"chen2015": "0.4", "leverkin": "#0072B2"}
QUANTITIES = {
    "reaction_time_s": "Reaction time (s)",
    "n_movements": "Movements used",
    "within_r": "r within sessions",
    "across_r": "r with the next session",
}

with mpl.rc_context(lk.plot.STYLE):
    figure, panels = plt.subplots(1, 4, figsize=(7.2, 2), layout="constrained")
    for name, colour in PROFILES.items():
        table = lk.stats.measures(lk.analyze("mice", profile=name))
        for ax, quantity in zip(panels, QUANTITIES, strict=True):
            by_session = table.groupby("session")[quantity]
            mean, sem = by_session.mean(), by_session.sem()
            ax.errorbar(mean.index, mean, sem, color=colour, marker=".", lw=0.8, label=name)
            print(f"{name:10} {quantity:24} {np.nanmean(mean):.3f} (mean of the sessions)")
    for ax, label in zip(panels, QUANTITIES.values(), strict=True):
        ax.set(xlabel="Session", ylabel=label)
    panels[0].legend(frameon=False)
    figure.savefig("what_changes.png", dpi=200, bbox_inches="tight")
