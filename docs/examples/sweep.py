import json
import subprocess

import h5py
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

import leverkin as lk

grid = {
    "min_amplitude_v": [0.01, 0.015, 0.03, 0.1, 0.2],
    "gap_ms": [100, 300, 500, 700, 1000],
}
sets = [f"{name}={','.join(map(str, values))}" for name, values in grid.items()]
done = subprocess.run(
    ["leverkin", "sweep", "mice/mouse_01", "--profile", "leverkin", "--out", "sweep.h5"]
    + [text for one in sets for text in ("--set", one)],
    check=True,
    capture_output=True,
    text=True,
)
print(done.stderr.strip().splitlines()[-1])  # the sentence

with h5py.File("sweep.h5") as file:
    settings = [json.loads(text) for text in file["settings/config_json"].asstr()[:]]
    found = {name: values[:] for name, values in file["sweep"].items()}

QUANTITIES = {
    "n_movements": ("Movements used", 1, np.nansum),
    "median_reaction_time_s": ("Reaction time (s)", 1, np.nanmean),
    "within_r": ("r within sessions", 1, np.nanmean),
    "onset_shift_s": ("Onsets later by (ms)", 1000, np.nanmean),
}
with mpl.rc_context(lk.plot.STYLE):
    figure, panels = plt.subplots(1, 4, figsize=(7.2, 2), layout="constrained")
    for ax, (name, (label, scale, over_sessions)) in zip(panels, QUANTITIES.items(), strict=True):
        values = scale * over_sessions(found[name], axis=1)
        for gap_ms in grid["gap_ms"]:
            here = [i for i, one in enumerate(settings) if one["gap_ms"] == gap_ms]
            here.sort(key=lambda i: settings[i]["min_amplitude_v"])
            x = [1000 * settings[i]["min_amplitude_v"] for i in here]
            ax.plot(x, values[here], ".-", lw=0.8, label=f"gap_ms {gap_ms}")
        ax.set(xlabel="min_amplitude_v (mV)", ylabel=label)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside right center", frameon=False)
    figure.savefig("sweep.png", dpi=200, bbox_inches="tight")
