import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator

import leverkin as lk

SWEEPS = {
    "speed_threshold_v_per_s": (0.7, np.geomspace(0.1, 4, 15)),
    "lowpass_cutoff_hz": (5.0, np.geomspace(1.5, 40, 15)),
    "leeway_ms": (150, np.arange(25, 501, 25)),
    "gap_ms": (500, np.arange(0, 1501, 125)),
    "min_bout_ms": (150, np.arange(50, 1051, 100)),
}

session = lk.open_session("mice/mouse_01/mouse_01_session_08.nwb")
volts = session.read()
published = lk.segment(volts, session.rate_hz).onset_s


def onset_shifts_ms(onset_s):
    """From every published onset to the nearest one here, within 0.4 s."""
    if len(onset_s) == 0:
        return np.array([np.nan])
    shift_s = np.array([onset_s[np.abs(onset_s - one).argmin()] - one for one in published])
    return 1000 * shift_s[np.abs(shift_s) < 0.4]


with mpl.rc_context(lk.plot.STYLE):
    figure, panels = plt.subplots(
        2, 5, figsize=(7.2, 3), sharex="col", sharey="row", layout="constrained"
    )
    for (name, (default, values)), (above, below) in zip(SWEEPS.items(), panels.T, strict=True):
        whole = [int(value) if name.endswith("_ms") else float(value) for value in values]
        found = [lk.segment(volts, session.rate_hz, **{name: value}) for value in whole]
        above.plot(values, [len(one.onset_s) for one in found], "k.-", lw=0.8)
        deciles = [np.quantile(onset_shifts_ms(one.onset_s), (0.1, 0.5, 0.9)) for one in found]
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
        below.set_xlabel(name)
    panels[0, 0].set(ylabel="Bouts", ylim=(0, None))
    panels[1, 0].set_ylabel("Onsets later by (ms)")
    figure.savefig("parameters.png", dpi=200, bbox_inches="tight")
