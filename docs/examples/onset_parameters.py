import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator

import leverkin as lk

SWEEPS = {
    "speed_threshold_sd": (6, np.array([2, 3, 4, 6, 8, 12, 20, 40])),
    "speed_threshold_v_per_s": (0.05, np.geomspace(0.02, 2, 11)),
    "min_amplitude_v": (0.015, np.geomspace(0.002, 0.3, 12)),
    "gap_ms": (500, np.arange(100, 1501, 100)),
    "hold_ms": (1500, np.arange(0, 3001, 250)),
    "min_bout_ms": (20, np.array([1, 20, 50, 100, 200, 400, 700, 1000])),
}

session = lk.open_session("mice/mouse_01/mouse_01_session_08.nwb")
lever = lk.downsample(session.read(), session.rate_hz)
usual = lk.segment(lever, 1000, profile="leverkin").onset_s


def onset_shifts_ms(onset_s):
    """From every usual onset to the nearest one here, within 0.4 s."""
    if len(onset_s) == 0:
        return np.array([np.nan])
    shift_s = np.array([onset_s[np.abs(onset_s - one).argmin()] - one for one in usual])
    return 1000 * shift_s[np.abs(shift_s) < 0.4]


with mpl.rc_context(lk.plot.STYLE):
    figure, panels = plt.subplots(
        2, 6, figsize=(7.2, 3), sharex="col", sharey="row", layout="constrained"
    )
    for (name, (default, values)), (above, below) in zip(SWEEPS.items(), panels.T, strict=True):
        whole = [int(value) if name.endswith("_ms") else float(value) for value in values]
        found = [
            lk.segment(lever, 1000, profile="leverkin", **{name: value}).onset_s for value in whole
        ]
        above.plot(values, [len(onset_s) for onset_s in found], "k.-", lw=0.8)
        deciles = [np.quantile(onset_shifts_ms(onset_s), (0.1, 0.5, 0.9)) for onset_s in found]
        low, median, high = np.transpose(deciles)
        below.fill_between(values, low, high, color="0.85", lw=0)
        below.plot(values, median, "k.-", lw=0.8)
        for ax in (above, below):
            ax.axvline(default, color="#D55E00", ls="--", lw=0.8)
        if not name.endswith("_ms"):
            below.set_xscale("log")
            below.xaxis.set_major_locator(LogLocator(subs=(1, 3)))
            below.xaxis.set_major_formatter("{x:g}")
            below.minorticks_off()
        below.set_xlabel(name.replace("speed_threshold_", "speed_threshold_\n"))
    panels[0, 0].set(ylabel="Bouts", ylim=(0, None))
    panels[1, 0].set_ylabel("Onsets later by (ms)")
    figure.savefig("onset_parameters.png", dpi=200, bbox_inches="tight")
