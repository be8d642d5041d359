import subprocess

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd

import leverkin as lk

profiles = ["chen2015", "peters2014", "leverkin"]
asked = [text for name in profiles for text in ("--profile", name)]
command = ["leverkin", "validate", *asked, "--minutes", "3", "--quiet"]
subprocess.run([*command, "--out", "validation.csv"], check=True)
rows = pd.read_csv("validation.csv").query("movements == 'all'")
recordings = rows.recording.unique()[::-1]

with mpl.rc_context(lk.plot.STYLE):
    figure, panels = plt.subplots(1, 4, figsize=(7.2, 4), sharey=True, layout="constrained")
    for place, name in enumerate(profiles):
        one = rows[rows.profile == name].set_index("recording").loc[recordings]
        y = [i + 0.25 * (1 - place) for i in range(len(one))]
        for ax, edge in zip(panels, ("onset", "offset"), strict=False):
            error = 1000 * one[f"{edge}_p95_s"]
            ax.plot(1000 * one[f"{edge}_median_s"], y, "o", ms=3, color=f"C{place}", label=name)
            ax.hlines(y, -error, error, color=f"C{place}", lw=0.8, alpha=0.5)
        panels[2].plot(100 * (1 - one.recall), y, "o", ms=3, color=f"C{place}")
        panels[3].plot(100 * one.split, y, "o", ms=3, color=f"C{place}")
    panels[0].set(yticks=range(len(recordings)), yticklabels=recordings, xlim=(-250, 250))
    panels[1].set(xlim=(-250, 250))
    labels = ["Onset error (ms)", "Offset error (ms)", "Missed (%)", "Split (%)"]
    for ax, label in zip(panels, labels, strict=True):
        ax.axvline(0, color="0.8", lw=0.5, zorder=0)
        ax.set_xlabel(label)
    handles = panels[0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside upper right", ncols=3, frameon=False)
    figure.savefig("validation.png", dpi=200, bbox_inches="tight")
