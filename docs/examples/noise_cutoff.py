import h5py
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

import leverkin as lk

recording = "mice/mouse_01/mouse_01_session_08.nwb"
session = lk.open_session(recording)
volts = session.read()
with h5py.File(recording) as file:
    truth = file["processing/truth/bouts/start_time"][:]
times = np.array([1, 2, 4, 8, 16])  # the recording once, twice, ...: longer, otherwise the same


def errors_ms(onset_s):
    """From every true onset of the first round to the nearest one found within 0.4 s."""
    error_s = np.array([onset_s[np.abs(onset_s - one).argmin()] - one for one in truth])
    return 1000 * error_s[np.abs(error_s) < 0.4]


with mpl.rc_context(lk.plot.STYLE):
    figure, (left, right) = plt.subplots(1, 2, figsize=(5.5, 1.9), layout="constrained")
    for profile, colour in (("chen2015", "k"), ("peters2014", "#0072B2")):
        found = [lk.segment(np.tile(volts, count), session.rate_hz, profile) for count in times]
        style = {"marker": "o", "ms": 3, "lw": 1, "color": colour}
        minutes = times * session.duration_s / 60
        left.plot(minutes, [1000 * one.noise_cutoff_v for one in found], label=profile, **style)
        quartiles = [np.quantile(errors_ms(one.onset_s), (0.25, 0.5, 0.75)) for one in found]
        low, median, high = np.transpose(quartiles)
        right.errorbar(minutes, median, (median - low, high - median), elinewidth=0.6, **style)
    left.set(xlabel="Recording (min)", ylabel="noise_cutoff_v (mV)", ylim=(0, None))
    left.legend()
    right.axhline(0, color="0.6", lw=0.6, zorder=0)
    right.set(xlabel="Recording (min)", ylabel="Onset found \N{MINUS SIGN} true (ms)")
    figure.savefig("noise_cutoff.png", dpi=200, bbox_inches="tight")
