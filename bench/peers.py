"""The same jobs with h5py, NumPy and SciPy, written as well as one would write them in a lab that cares: whole-array
calls, no Python loop over samples, arrays let go when they are done with.

    peers.py --serve             takes jobs from stdin, one per line, words separated by tabs (peer.h):
                                   time JOB ARGUMENT...          answers the seconds that the job took
                                   save FILE JOB ARGUMENT...     writes what it gives as float64, answers "done"
    peers.py --once JOB ARG...   one job; prints its seconds and the peak memory of this process in MiB
"""

import pathlib
import re
import sys
import time

import h5py
import numpy as np
from scipy import signal

THRESHOLD_V = 0.0007  # per sample of the lever clock
LEEWAY_BEFORE, LEEWAY_AFTER, GAP, SHORTEST, RUN = 75, 74, 500, 150, 10


def read_trace(path):
    """A recording at the lever clock."""
    with h5py.File(path) as file:
        volts = file["/lever/volts"]
        ratio = round(volts.attrs["rate_hz"] / 1000)
        raw = volts[:]
        if raw.dtype.kind == "i":
            raw = raw * volts.attrs["volts_per_count"]
            raw += volts.attrs["offset_v"]
    return signal.resample_poly(raw, 1, ratio)


def zero_phase_low_pass(lever):
    return signal.sosfiltfilt(signal.butter(4, 5 / 500, output="sos"), lever, padtype="odd", padlen=12)


def envelope_of(velocity):
    return np.abs(signal.hilbert(velocity))


def velocity_of(smooth):
    difference = np.diff(smooth, prepend=smooth[0])
    velocity = np.convolve(difference, np.full(5, 0.2), mode="same")
    velocity[[0, -1]] = difference[[0, -1]]
    velocity[1], velocity[-2] = difference[:3].mean(), difference[-3:].mean()
    return velocity


def runs(mask):
    """First and last index of every run of True."""
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    return edges[0::2], edges[1::2] - 1


def left_rest_at(distance, limit):
    """First index from which `distance` exceeds `limit` for RUN samples on end; -1: never."""
    full = np.convolve(distance > limit, np.ones(RUN, dtype=int), mode="valid") == RUN if distance.size >= RUN else []
    return int(np.argmax(full)) if np.any(full) else -1


def unrefined_bouts(envelope):
    n = envelope.size
    first, last = runs(envelope > THRESHOLD_V)
    first, last = np.maximum(first - LEEWAY_BEFORE, 0), np.minimum(last + LEEWAY_AFTER, n - 1)
    apart = first[1:] - last[:-1] >= GAP
    first, last = first[np.r_[True, apart]], last[np.r_[apart, True]]
    kept = (last - first >= SHORTEST) & (first > 0) & (last < n - 1)
    return first[kept], last[kept]


def session(path):
    """A recording's bouts: begin and end of one after the other, half-open."""
    lever = read_trace(path)
    smooth = zero_phase_low_pass(lever)
    first, last = unrefined_bouts(envelope_of(velocity_of(smooth)))
    quiet = np.ones(lever.size, dtype=bool)
    for begin, end in zip(first, last):
        quiet[begin:end + 1] = False
    cutoff = np.std((lever - smooth)[quiet], ddof=1)
    active = ~quiet
    for begin, end in zip(first, last):
        inside = lever[begin:end + 1]
        rest = smooth[begin]
        k = left_rest_at(np.abs(inside - rest), abs((rest + cutoff) - rest))
        if k >= 0:
            active[begin:begin + k + 1] = False
        rest = smooth[end]
        k = left_rest_at(np.abs(inside[::-1] - rest), abs((rest + cutoff) - rest))
        if k >= 0:
            active[end - k:end + 1] = False
    first, last = runs(active)
    return np.column_stack([first, last + 1]).ravel()


def decimate(volts, up, down):
    return signal.resample_poly(volts, int(up), int(down))


def correlogram(volts):
    """leverkin's own, from Python: movements of 2001 samples, 100 to a session."""
    import leverkin

    rows = volts.reshape(-1, 2001)
    return leverkin.correlogram(rows, np.arange(len(rows)) // 100, threads=1).median_r


# What each job does, and whether its first argument is a file of doubles that it takes as an array.
JOBS = {"session": (session, False), "trace": (read_trace, False), "smooth": (zero_phase_low_pass, True),
        "envelope": (envelope_of, True), "decimate": (decimate, True), "correlogram": (correlogram, True)}
inputs = {}  # arrays by file name
warm = set()  # jobs that have been done before


def do(name, *arguments):
    """The seconds of one job, and what it gave."""
    work, takes_array = JOBS[name]
    if takes_array:
        path = arguments[0]
        if path not in inputs:
            inputs.clear()
            inputs[path] = np.fromfile(path)
        arguments = (inputs[path], *arguments[1:])
    started = time.perf_counter()
    result = work(*arguments)
    return time.perf_counter() - started, result


def answer(verb, *words):
    if verb == "save":
        file, *words = words
        do(*words)[1].astype(np.float64).tofile(file)
    elif words not in warm:
        do(*words)
    warm.add(tuple(words))
    return "done" if verb == "save" else f"{do(*words)[0]:.9f}"


def serve():
    for line in sys.stdin:
        try:
            print(answer(*line.rstrip("\n").split("\t")), flush=True)
        except Exception as error:  # noqa: BLE001: whatever it was, the benchmark has to hear of it
            print("error:", " ".join(str(error).split()), flush=True)


def main():
    if sys.argv[1:] == ["--serve"]:
        return serve()
    seconds, _ = do(*sys.argv[2:])
    peak_kib = re.search(r"VmHWM:\s+(\d+)", pathlib.Path("/proc/self/status").read_text()).group(1)
    print(f"{seconds:.6f} {int(peak_kib) / 1024:.1f}")


if __name__ == "__main__":
    main()
