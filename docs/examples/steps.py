import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

import leverkin as lk

session = lk.open_session("mice/mouse_01/mouse_01_session_08.nwb")
bouts = lk.segment(session.read(), session.rate_hz)
time_s = np.arange(len(bouts.volts)) / 1000
seen = slice(61_500, 69_500)

with mpl.rc_context(lk.plot.STYLE):
    figure, panels = plt.subplots(2, 1, figsize=(6.5, 3), sharex=True, layout="constrained")
    above, below = panels
    above.plot(time_s[seen], bouts.volts[seen], "k", lw=0.7, label="1 kHz")
    above.plot(time_s[seen], bouts.smooth_v[seen], "#D55E00", lw=1, label="after the low-pass")
    below.plot(time_s[seen], bouts.envelope_v_per_s[seen], "k", lw=0.8, label="envelope of the speed")
    below.axhline(0.7, color="#D55E00", ls="--", lw=0.8, label="threshold")
    shade = {"where": bouts.active[seen] > 0, "color": "#CFE3F1", "zorder": 0, "label": "bout"}
    for ax in panels:
        ax.fill_between(time_s[seen], 0, 1, transform=ax.get_xaxis_transform(), **shade)
        ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    above.set_ylabel("Lever (V)")
    below.set(xlabel="Time (s)", ylabel="Envelope (V/s)", ylim=(0, 8))
    figure.savefig("steps.png", dpi=200, bbox_inches="tight")
