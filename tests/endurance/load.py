"""A thousand short sessions and one of 24 hours in one batch: progress, memory, Ctrl-C, many readers.

    load.py [--sessions 1000] [--hours 24] [--stops 10] [--readers 8] [--folder DIR]

Says how long it took, how much memory it needed and how far its progress bar was from the truth; stops runs by Ctrl-C at
random moments, each of which must end within a second (on a quiet machine) and leave what the next run goes on from, to the
same bytes; and lets several processes read the same folder at once.
"""

import argparse
import os
import pty
import random
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np
from common import BINARY, simulate
from results_bytes import bytes_without_time


def long_session(short, path, hours):
    """An hour over and over, with its trials: a recording as long as a day."""
    with h5py.File(short) as hour, h5py.File(path, "w") as day:
        counts, table = hour["lever/volts"], hour["trials"]
        length_s = counts.shape[0] / counts.attrs["rate_hz"]
        lever = day.create_dataset("lever/volts", (hours * counts.shape[0],), counts.dtype)
        for name, value in counts.attrs.items():
            lever.attrs[name] = value
        block = counts[:]
        for i in range(hours):
            lever[i * len(block) : (i + 1) * len(block)] = block
        for name in ("start_s", "stop_s", "cue_s", "reward_s"):
            once = table[name][:]
            day[f"trials/{name}"] = np.concatenate([once + i * length_s for i in range(hours)])
        day.attrs["subject"], day.attrs["session"] = "long", np.int64(1)


def started(study, out, *options, **pipes):
    return subprocess.Popen([BINARY, "analyze", study, "--out", out, "--threads", "2", *options], **pipes)


def watched(study, out):
    """(exit code, seconds, [(seconds, shown share)], MB) of a run at a terminal."""
    ours, theirs = pty.openpty()
    began, shown, seen = time.monotonic(), [], b""
    run = started(study, out, stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm"})
    os.close(theirs)
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        seen = (seen + piece)[-400:]
        if shares := re.findall(rb"(\d+) %", seen):
            shown.append((time.monotonic() - began, int(shares[-1]) / 100.0))
    _, status, used = os.wait4(run.pid, 0)
    return os.waitstatus_to_exitcode(status), time.monotonic() - began, shown, used.ru_maxrss / 1024


def stopped(study, out, after_s):
    """Seconds from Ctrl-C to the end; None where the run was done before."""
    run = started(study, out, "--resume", "--quiet", stderr=subprocess.DEVNULL)
    time.sleep(after_s)
    began = time.monotonic()
    run.send_signal(signal.SIGINT)
    return time.monotonic() - began if run.wait() != 0 else None


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sessions", type=int, default=1000)
    options.add_argument("--hours", type=int, default=24)
    options.add_argument("--stops", type=int, default=10)
    options.add_argument("--readers", type=int, default=8)
    options.add_argument("--folder", help="where the study and the results go, some 3 GB")
    options = options.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        study = folder / "study"
        simulate(study, max(1, options.sessions // 20), min(20, options.sessions), 3, "--rate", 1000)
        simulate(folder / "hour", 1, 1, 60)
        (hour,) = (folder / "hour").rglob("*.h5")
        long_session(hour, study / "long_1.h5", options.hours)

        code, length_s, shown, peak_mb = watched(study, folder / "whole.h5")
        assert code == 0, code
        shares = [share for _, share in shown]
        assert shares == sorted(shares), "the progress bar went back"
        apart = max(abs(share - seconds / length_s) for seconds, share in shown)
        print(f"{len(list(study.rglob('*.h5')))} sessions: {length_s:.1f} s, {peak_mb:.0f} MB; the progress bar never went "
              f"back, and was at most {100 * apart:.0f} % of the time from the truth", flush=True)

        expected, moments = bytes_without_time(folder / "whole.h5"), random.Random(1)
        waits = [stopped(study, folder / "again.h5", moments.uniform(0.2, length_s / 2)) for _ in range(options.stops)]
        last = started(study, folder / "again.h5", "--resume", "--quiet").wait()
        assert last == 0 and bytes_without_time(folder / "again.h5") == expected
        waits = [wait for wait in waits if wait is not None]
        print(f"{len(waits)} times Ctrl-C: {max(waits):.2f} s at most to the end; resumed to the same bytes", flush=True)

        began = time.monotonic()
        outs = [folder / f"reader_{i}.h5" for i in range(options.readers)]
        runs = [started(study, out, "--quiet") for out in outs]
        assert [run.wait() for run in runs] == [0] * options.readers
        assert all(bytes_without_time(out) == expected for out in outs)
        print(f"{options.readers} processes on one folder: {time.monotonic() - began:.1f} s, the same bytes from each")


if __name__ == "__main__":
    main()
