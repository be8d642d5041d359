"""Thousands of damaged copies of session files, results, files of activity and structures, imaging and checkpoints.

    damaged.py [--copies 5000] [--seed 1]

No process ends by a signal or takes longer than 10 s; results that are still taken give what the undamaged file gives, and a
run that takes up damaged checkpoints gives the same bytes as one without any.
"""

import argparse
import collections
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from common import BINARY, ROOT, demand, leverkin, simulate
from damage import damaged_copies
from results_bytes import bytes_without_time

LIMIT_S = 10.0
AT_ONCE = 2


def told(*arguments):
    """(exit code, output, seconds); a signal, or no end, is this trial's finding."""
    began = time.monotonic()
    done = leverkin(*arguments, limit_s=60)
    seconds = time.monotonic() - began
    assert done.returncode in range(5), f"{done.args} ended with {done.returncode}: {done.stderr}"
    return done, seconds


def without_time(summary):
    """All but when the file was made, whose digits no checksum holds."""
    said = json.loads(summary)
    del said["created_utc"]
    return said


class Counts(collections.Counter):
    slowest_s, slowest = 0.0, None

    def add(self, kind, done, seconds):
        self[kind, "taken" if done.returncode == 0 else "refused"] += 1
        if seconds > self.slowest_s:
            self.slowest_s, self.slowest = seconds, " ".join(map(str, done.args[1:]))


def look_at_sessions(folder, count, seed, counts):
    originals = sorted(ROOT.glob("sample-sessions/*/*/*.nwb")) + sorted(ROOT.glob("sample-sessions/*/*/*.h5"))
    share = -(-count // len(originals))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for original in originals:
            copies = damaged_copies(original, folder / "copies", share, seed)
            for done, seconds in pool.map(lambda path: told("inspect", path, "--quiet"), copies):
                counts.add("session", done, seconds)
            done = told("analyze", folder / "copies", "--out", folder / "r.h5", "--quiet", "--threads", AT_ONCE)[0]
            counts["batch", "taken" if done.returncode in (0, 4) else "refused"] += 1
            shutil.rmtree(folder / "copies")


def look_at_results(results, folder, count, seed, counts):
    whole = without_time(demand(leverkin("summary", results, "--json")).stdout)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        copies = list(damaged_copies(results, folder / "copies", count, seed))
        for path, (done, seconds) in zip(copies, pool.map(lambda path: told("summary", path, "--json"), copies)):
            counts.add("results", done, seconds)
            if done.returncode == 0:
                assert without_time(done.stdout.replace(str(path), str(results))) == whole, f"{path.name}: other numbers, and no word of it"
    shutil.rmtree(folder / "copies")


# One process for all copies: reads each, and says in a line how long it took and whether it was refused, the same, or other.
IN_PYTHON = """
import sys, time
import leverkin as lk
what, whole, *copies = sys.argv[1:]
read = {"activity": lk.activity.load, "structures": lk.structures.load, "imaging": lk.activity.read_imaging}[what]

def same(one, other):
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, tuple):
        return all(map(same, one, other))
    if hasattr(one, "__dataclass_fields__"):
        return all(same(getattr(one, name), getattr(other, name)) for name in one.__dataclass_fields__)
    return one.equals(other) if hasattr(one, "equals") else repr(one) == repr(other)

expected = read(whole)
for copy in copies:
    began = time.monotonic()
    try:
        found = read(copy)
        said = "taken" if what == "imaging" or same(found, expected) else "other"
    except lk.Error:
        said = "refused"
    print(said, time.monotonic() - began, flush=True)
"""


def look_in_python(what, whole, folder, count, seed, counts):
    copies = list(damaged_copies(whole, folder / "copies", count, seed))
    done = subprocess.run([sys.executable, "-c", IN_PYTHON, what, whole, *copies], capture_output=True, text=True)
    lines = [line.split() for line in done.stdout.splitlines()]
    last = copies[min(len(lines), len(copies) - 1)]
    assert done.returncode == 0, f"{what}: {last.name}: the process ended with {done.returncode}: {done.stderr[-2000:]}"
    for copy, (said, seconds) in zip(copies, lines, strict=True):
        assert said != "other", f"{copy.name}: other numbers, and no word of it"
        counts[what, said] += 1
        if float(seconds) > counts.slowest_s:
            counts.slowest_s, counts.slowest = float(seconds), copy.name
    shutil.rmtree(folder / "copies")


def look_beside_the_lever(folder, count, seed, counts):
    mice = folder / "imaged"
    simulate(mice, 1, 2, 2, "--rate", 1000, "--imaging", "--cells", 6)
    demand(leverkin("analyze", mice, "--out", folder / "lever.h5"))
    demand(leverkin("activity", folder / "lever.h5", "--out", folder / "activity.h5", "--shuffles", 50))
    table = folder / "spines.csv"
    table.write_text("subject,structure,1,2,3,4\nada,s1,1,0,1,1\nada,s2,0,1,1,1\nbob,s1,1,1,1,0\n")
    demand(leverkin("structures", table, "--out", folder / "structures.h5", "--new-sessions", "2,3,4"))
    look_in_python("activity", folder / "activity.h5", folder, count // 2, seed, counts)
    look_in_python("structures", folder / "structures.h5", folder, count // 4, seed, counts)
    look_in_python("imaging", next(mice.glob("*/*_01.h5")), folder, count // 4, seed, counts)


def look_at_checkpoints(study, results, folder, count, seed, counts):
    """Every round damages all checkpoints of a run that was killed."""
    out, expected, done = folder / "again.h5", bytes_without_time(results), 0
    while done < count:
        run = subprocess.Popen([BINARY, "analyze", study, "--out", out, "--resume", "--threads", "1", "--quiet"], stderr=subprocess.DEVNULL)
        partial = Path(f"{out}.partial")
        while run.poll() is None and (not partial.exists() or len(list(partial.iterdir())) < 6):
            time.sleep(0.002)
        run.send_signal(signal.SIGKILL)
        run.wait()
        for i, whole in enumerate(sorted(partial.iterdir()) if partial.exists() else []):
            (copy,) = damaged_copies(whole, folder / "one", 1, seed + done + i)
            shutil.move(copy, whole)
            done += 1
        finished, seconds = told("analyze", study, "--out", out, "--resume", "--threads", 1)
        counts.add("checkpoints", finished, seconds)
        assert finished.returncode == 0, finished.stderr
        assert bytes_without_time(out) == expected, "other results from damaged checkpoints"
        out.unlink()
    counts["checkpoint", "damaged"] += done


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--copies", type=int, default=5000)
    options.add_argument("--seed", type=int, default=1)
    options = options.parse_args()
    counts = Counts()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulate(folder / "study", 3, 4, 2, "--rate", 1000)
        demand(leverkin("analyze", folder / "study", "--out", folder / "results.h5", "--threads", 1))
        tenth = options.copies // 10
        look_at_checkpoints(folder / "study", folder / "results.h5", folder, tenth, options.seed, counts)
        look_at_results(folder / "results.h5", folder, 3 * tenth, options.seed, counts)
        look_beside_the_lever(folder, 2 * tenth, options.seed, counts)
        look_at_sessions(folder, options.copies - 6 * tenth, options.seed, counts)
    for (kind, what), number in sorted(counts.items()):
        print(f"{kind:12} {what:8} {number}")
    print(f"no signal, no other number; the slowest took {counts.slowest_s:.1f} s: {counts.slowest}")
    assert counts.slowest_s < LIMIT_S


if __name__ == "__main__":
    main()
