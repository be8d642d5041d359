"""The published method in NumPy and SciPy: what every number of the engine is held against.

A to C are the sections of docs/method.md. Half-open ranges, 0-based; volts, milliseconds (lever samples), seconds.
    python tests/reference.py SESSION.h5 --out golden.json
"""

import argparse
import json
import re
from fractions import Fraction
from pathlib import Path

import h5py
import numpy as np
from scipy import signal

THRESHOLD, LEEWAY, GAP, MIN_BOUT, WINDOW, GAP_LIMIT_S = 0.0007, (75, 74), 500, 150, 2001, 0.1
REFINE_RUN = {"chen2015": 10, "peters2014": 3}
REASONS = ("used no_reward no_cue outside_recording reward_outside_movement started_before_cue moving_before_cue "
           "window_past_end no_data flat_movement rejected_in_review bad_times").split()


def downsample(volts, rate_hz):
    """A.1-A.4, for any rate: 20 max(up, down) + 1 taps, Kaiser 5, zeros outside."""
    ratio = Fraction(1000 / rate_hz).limit_denominator(1_000_000)
    if ratio == 1:
        return np.asarray(volts, float)
    return signal.resample_poly(np.asarray(volts, float), ratio.numerator, ratio.denominator, window=("kaiser", 5.0))


def from_timestamps(volts, seconds):
    """Irregular samples -> (trace, no_data): linear onto the lever clock, through a regular grid above 1 kHz."""
    seconds = seconds - seconds[0]
    rate = 1 / np.median(np.diff(seconds))
    grid = 1000.0 if rate <= 1000 else float(np.round(rate))
    count = int(np.floor(seconds[-1] * grid + 1e-6)) + 1
    trace = downsample(np.interp(np.arange(count) / grid, seconds, volts), grid)
    no_data, at = np.zeros(len(trace), bool), np.arange(len(trace))
    for gap in np.flatnonzero(np.diff(seconds) > GAP_LIMIT_S):
        no_data |= (at > 1000 * seconds[gap] + 1e-6) & (at < 1000 * seconds[gap + 1] - 1e-6)
    return trace, no_data


def smooth(r):
    """A.5, A.6."""
    return signal.sosfiltfilt(signal.butter(4, 0.01, output="sos"), r, padtype="odd", padlen=12)


def velocity(s):
    """A.7, A.8: V per ms."""
    v = np.diff(s, prepend=s[0])
    out = np.convolve(v, np.full(5, 0.2), "same")
    out[[0, -1]], out[1], out[-2] = v[[0, -1]], v[:3].mean(), v[-3:].mean()
    return out


def envelope(v):
    """A.9."""
    return np.abs(signal.hilbert(v))


def runs(mask):
    """Half-open [begin, end) of every stretch of True, one per row."""
    return np.flatnonzero(np.diff(np.r_[0, np.asarray(mask, int), 0])).reshape(-1, 2)


def unrefined(e):
    """B.1-B.6: the mask before refinement, or None where the originals fail for want of a bout (B.5)."""
    a = np.zeros(len(e), bool)
    for begin, end in runs(e > THRESHOLD):
        a[max(0, begin - LEEWAY[0]):end + LEEWAY[1]] = True
    bouts = runs(a)
    for left, right in zip(bouts[:-1, 1], bouts[1:, 0]):
        if right - left + 1 < GAP:
            a[left:right] = True
    for begin, end in runs(a):
        if end - begin <= MIN_BOUT:
            a[begin:end] = False
    bouts = runs(a)
    if len(bouts) == 0:
        return None
    for begin, end in bouts[[0, -1]]:
        if begin == 0 or end == len(a):
            a[begin:end] = False
    return a


def stays_away(away, length):
    """First index of `length` True in a row, or -1 (C.2)."""
    if len(away) < length:
        return -1
    full = np.lib.stride_tricks.sliding_window_view(away, length).all(1)
    return int(full.argmax()) if full.any() else -1


def at_rest(active, no_data):
    """What is quiescent, without samples without data and those that the low-pass smears them into (to e^-8)."""
    if no_data is None or not no_data.any():
        return ~active
    slowest = np.abs(signal.butter(4, 5, fs=1000, output="zpk")[1]).max()
    reach = int(np.ceil(8 / -np.log(slowest)))
    near = np.convolve(no_data, np.ones(2 * reach + 1), "same") > 0.5
    return ~active & ~near if (~active & ~near).any() else ~active & ~no_data


def segment(r, profile="chen2015", no_data=None):
    """Bouts (half-open), mask, smooth, envelope and noise cutoff of a 1 kHz trace."""
    r = np.asarray(r, float)
    if len(r) <= 12 or not np.isfinite(r).all():
        raise ValueError("12 or fewer samples, or samples that are not finite")
    s = smooth(r)
    v, e, with_data = velocity(s), np.full(len(s), np.nan), slice(None) if no_data is None else ~no_data
    e[with_data] = envelope(v[with_data])  # of the samples with data as if there were no gaps between them
    a = unrefined(e)
    q, reason = np.nan, "" if a is not None else "no movement"
    a = np.zeros(len(r), bool) if a is None else a
    if not reason:
        rest = (r - s)[at_rest(a, no_data)]
        if profile == "chen2015":
            q = np.nan if len(rest) == 0 else 0.0 if len(rest) == 1 else rest.std(ddof=1)
        else:
            q = np.percentile(rest, 99, method="hazen") if len(rest) else np.nan
    run, extra = REFINE_RUN[profile], int(profile == "peters2014")
    for begin, end in runs(a):  # C.2-C.4: both ends from the unmodified bout
        inside = r[begin:end]
        onset, stop = (stays_away(np.abs(path - w) > abs((w + q) - w), run)
                       for path, w in ((inside, s[begin]), (inside[::-1], s[end - 1])))
        a[begin:begin + onset + 1 + extra if onset >= 0 else begin] = False
        a[end - stop - 1 - extra if stop >= 0 else end:end] = False
    if no_data is not None:
        a &= ~no_data
    return dict(bouts=runs(a), active=a.astype(np.uint8), smooth=s, velocity=v, envelope=e, noise_cutoff=q,
                reason=reason or ("" if a.any() else "no movement away from the borders"))


def assign(trials, r, bouts, profile="chen2015", no_data=None):
    """The trial rules of docs/formats.md#why-a-trial-was-not-used: (reason, bout index, onset sample) of every trial; -1 where there is none."""
    n, out = len(r), []
    active = np.zeros(n, bool)
    for begin, end in bouts:
        active[begin:end] = True
    for cue_s, reward_s in zip(trials["cue_s"], trials["reward_s"]):
        cue, reward = (-1 if np.isnan(t) else int(np.floor(1000 * t + 0.5)) for t in (cue_s, reward_s))
        held = [j for j, (begin, end) in enumerate(bouts) if begin <= reward < end]
        bout, onset = (held[0], int(bouts[held[0]][0])) if held else (-1, -1)
        peters = profile == "peters2014"
        window = slice(onset, onset + WINDOW)
        rules = (("no_reward", lambda: np.isnan(reward_s)), ("no_cue", lambda: np.isnan(cue_s)),
                 ("outside_recording", lambda: not (0 <= cue < n and 0 <= reward < n)),
                 ("reward_outside_movement", lambda: bout < 0),
                 ("started_before_cue", lambda: onset - 1 <= cue if peters else onset / 1000 <= cue_s),
                 ("moving_before_cue", lambda: peters and active[max(0, cue - 100):cue + 1].any()),
                 ("window_past_end", lambda: onset + WINDOW > n),
                 ("no_data", lambda: no_data is not None and no_data[window].any()),
                 ("flat_movement", lambda: (r[window] == r[onset]).all()))
        out.append((next((name for name, applies in rules if applies()), "used"), bout, onset))
    return out


def correlogram(rows, session):
    """D.3: sessions, median r, number of pairs; constant or non-finite rows take part in no pair."""
    rows, session = np.asarray(rows, float), np.asarray(session)
    names, usable = np.unique(session), np.isfinite(rows).all(1) & (np.ptp(rows, axis=1) > 0)
    z = rows[usable] - rows[usable].mean(1, keepdims=True)
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    r, of = z @ z.T, session[usable]
    median, count = np.full((len(names),) * 2, np.nan), np.zeros((len(names),) * 2, int)
    for i, a in enumerate(names):
        for j, b in enumerate(names):
            block = r[np.ix_(of == a, of == b)]
            pairs = block[np.triu_indices(len(block), 1)] if a == b else block.ravel()
            count[i, j] = len(pairs)
            median[i, j] = np.median(pairs) if len(pairs) else np.nan
    return names, median, count


def read_session(path):
    """(trace, no_data, trials) of a session file (docs/formats.md#session-files)."""
    with h5py.File(path) as file:
        if "acquisition" in file:
            name = next(n for n in file["acquisition"] if re.match("lever", n, re.I) or len(file["acquisition"]) == 1)
            series = file["acquisition"][name]
            data, start = series["data"], series["starting_time"] if "starting_time" in series else None
            scale, offset = data.attrs.get("conversion", 1.0), data.attrs.get("offset", 0.0)
            clock = start[()] if start is not None else series["timestamps"][0]
            rate = start.attrs["rate"] if start is not None else None
            stamps = None if start is not None else series["timestamps"][:]
            table = file["intervals/trials"]
            columns = {k: table[{"start_s": "start_time", "stop_s": "stop_time"}.get(k, k[:-2] + "_time")][:]
                       for k in ("start_s", "stop_s", "cue_s", "reward_s")}
        else:
            data, rate = file["lever/volts"], file["lever/volts"].attrs.get("rate_hz")
            scale, offset = data.attrs.get("volts_per_count", 1.0), data.attrs.get("offset_v", 0.0)
            stamps = file["lever/timestamps_s"][:] if rate is None else None
            clock = 0.0 if stamps is None else stamps[0]
            columns = {k: file["trials"][k][:] for k in ("start_s", "stop_s", "cue_s", "reward_s")}
        volts = data[:] * float(scale) + float(offset) if np.issubdtype(data.dtype, np.integer) else \
            data[:].astype(float) * float(scale) + float(offset)
    trace, no_data = (downsample(volts, float(rate)), None) if stamps is None else from_timestamps(volts, stamps)
    return trace, no_data, {k: v.astype(float) - float(clock) for k, v in columns.items()}


def analyse(path, profile="chen2015"):
    """Everything of one session, small enough to keep: `samples` are every n / 64-th of smooth and envelope."""
    trace, no_data, trials = read_session(path)
    found = segment(trace, profile, no_data)
    outcomes = assign(trials, trace, found["bouts"], profile, no_data)
    used = [i for i, outcome in enumerate(outcomes) if outcome[0] == "used"]
    at = np.arange(0, len(trace), max(1, len(trace) // 64))
    median = lambda x: float(np.median(x)) if len(x) else float("nan")  # noqa: E731
    reaction = [outcomes[i][2] / 1000 - trials["cue_s"][i] for i in used]
    return dict(profile=profile, n=len(trace), bouts=found["bouts"].tolist(), noise_cutoff_v=float(found["noise_cutoff"]),
                reason=[outcome[0] for outcome in outcomes], bout=[outcome[1] for outcome in outcomes],
                median_reaction_time_s=median(reaction),
                median_cue_to_reward_s=median([trials["reward_s"][i] - trials["cue_s"][i] for i in used]),
                samples=at.tolist(), trace_v=trace[at].tolist(), smooth_v=found["smooth"][at].tolist(),
                envelope_v_per_s=(1000 * found["envelope"][at]).tolist())


def write_golden(session, out):
    """Both profiles of one session as JSON; NaN as null."""
    text = json.dumps([analyse(session, profile) for profile in REFINE_RUN], indent=None, separators=(",", ":"))
    Path(out).write_text(text.replace("NaN", "null").replace("},{", "},\n{") + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("session", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    write_golden(arguments.session, arguments.out)
