"""The same job with h5py, NumPy and SciPy: one session file to its bouts, on one thread.

The peer of session_bench.cpp, written as well as one would write it in a lab that cares: whole-array calls, no Python
loop over samples, arrays let go when they are done with.

    peer_scipy.py FILE BOUTS.csv    prints the seconds from opening the file to its bouts
"""

import sys
import time

import h5py
import numpy as np
from scipy import signal

THRESHOLD_V = 0.0007  # per sample of the lever clock
LEEWAY_BEFORE, LEEWAY_AFTER, GAP, SHORTEST, RUN = 75, 74, 500, 150, 10


def runs(mask):
    """First and last index of every run of True."""
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    return edges[0::2], edges[1::2] - 1


def left_rest_at(distance, limit):
    """First index from which `distance` exceeds `limit` for RUN samples on end; -1: never."""
    full = np.convolve(distance > limit, np.ones(RUN, dtype=int), mode="valid") == RUN if distance.size >= RUN else []
    return int(np.argmax(full)) if np.any(full) else -1


def segment(path):
    with h5py.File(path) as file:
        volts = file["/lever/volts"]
        ratio = round(volts.attrs["rate_hz"] / 1000)
        lever = signal.resample_poly(volts[:], 1, ratio)
    b, a = signal.butter(4, 5 / 500)
    smooth = signal.filtfilt(b, a, lever, padtype="odd", padlen=12)
    difference = np.diff(smooth, prepend=smooth[0])
    velocity = np.convolve(difference, np.full(5, 0.2), mode="same")
    velocity[[0, -1]] = difference[[0, -1]]
    velocity[1], velocity[-2] = difference[:3].mean(), difference[-3:].mean()
    envelope = np.abs(signal.hilbert(velocity))
    n = envelope.size

    first, last = runs(envelope > THRESHOLD_V)
    first, last = np.maximum(first - LEEWAY_BEFORE, 0), np.minimum(last + LEEWAY_AFTER, n - 1)
    apart = first[1:] - last[:-1] >= GAP
    first, last = first[np.r_[True, apart]], last[np.r_[apart, True]]
    kept = (last - first >= SHORTEST) & (first > 0) & (last < n - 1)
    first, last = first[kept], last[kept]

    quiet = np.ones(n, dtype=bool)
    for begin, end in zip(first, last):
        quiet[begin : end + 1] = False
    cutoff = np.std((lever - smooth)[quiet], ddof=1)
    active = ~quiet
    for begin, end in zip(first, last):
        inside = lever[begin : end + 1]
        rest = smooth[begin]
        k = left_rest_at(np.abs(inside - rest), abs((rest + cutoff) - rest))
        if k >= 0:
            active[begin : begin + k + 1] = False
        rest = smooth[end]
        k = left_rest_at(np.abs(inside[::-1] - rest), abs((rest + cutoff) - rest))
        if k >= 0:
            active[end - k : end + 1] = False
    return runs(active)


def main():
    started = time.perf_counter()
    first, last = segment(sys.argv[1])
    elapsed = time.perf_counter() - started
    np.savetxt(sys.argv[2], np.column_stack([first, last + 1]), fmt="%d", delimiter=",")
    print(f"{elapsed:.6f}")


if __name__ == "__main__":
    main()
