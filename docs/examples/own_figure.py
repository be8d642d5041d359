import matplotlib as mpl
import matplotlib.pyplot as plt

import leverkin as lk

results = lk.load("results.h5")
table = lk.stats.measures(results)
with mpl.rc_context(lk.plot.STYLE):
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(6.5, 1.9), layout="constrained")
    lk.plot.over_sessions(table, "reaction_time_s", ax=left)
    lk.plot.correlogram(results, subject="mouse_02", ax=middle)
    middle.set_title("mouse_02")
    right.scatter(table.within_r, table.success_fraction, s=6, c=table.session, cmap="cividis")
    right.set(xlabel=lk.plot.LABELS["within_r"], ylabel=lk.plot.LABELS["success_fraction"])
    figure.savefig("own_figure.png", dpi=200, bbox_inches="tight")
