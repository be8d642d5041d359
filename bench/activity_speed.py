"""How fast is leverkin.activity beside NumPy, and from the file to the result? activity_speed.py [ROUNDS]

All contestants in turns, round after round, so that a busy machine troubles all of them alike: the median of the rounds, in
seconds that passed and in CPU seconds of the process and its children.
"""

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np

import leverkin as lk

CELLS, FRAMES, SHUFFLES = 300, 50_000, 10_000
TRIALS, WINDOW = 1400, 56


def cpu_s():
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def race(title, contestants, rounds):
    """`contestants`: name to (work, how many times the work is the whole job)."""
    passed, cpu = {name: [] for name in contestants}, {name: [] for name in contestants}
    for _ in range(rounds):
        for name, (work, times) in contestants.items():
            time.sleep(0.25)  # OpenBLAS's threads go on turning for a while after their work, and would slow the next one
            start, used = time.perf_counter(), cpu_s()
            work()
            passed[name].append(times * (time.perf_counter() - start))
            cpu[name].append(times * (cpu_s() - used))
    first = next(iter(contestants))
    print(title)
    for name in contestants:
        seconds, used = np.median(passed[name]), np.median(cpu[name])
        ratio = f"{seconds / np.median(passed[first]):7.1f} times as long" if name != first else ""
        print(f"    {name:48s} {seconds:8.2f} s  {used:8.2f} CPU s {ratio}", flush=True)


def bursts(random, frames, cells, every, longest):
    """Events of 2 to `longest` frames, one in `every` frames."""
    activity = np.zeros((frames, cells))
    for cell in range(cells):
        for start in random.choice(frames - longest, frames // every, replace=False):
            activity[start : start + random.integers(2, longest), cell] = 1
    return activity


def classification(rounds, of_numpy=40):
    random = np.random.default_rng(0)
    moving = bursts(random, FRAMES, 1, 160, 60)[:, 0]
    activity = bursts(random, FRAMES, CELLS, 200, 12)
    rows = np.ascontiguousarray(activity.T)
    blocks = np.split(np.arange(FRAMES), np.flatnonzero(np.diff(moving)) + 1)

    def numpy_shuffles():
        for _ in range(of_numpy):
            rows @ np.concatenate([moving[blocks[k]] for k in random.permutation(len(blocks))])

    race(
        f"classification, {CELLS} cells x {FRAMES} frames x {SHUFFLES} shuffles, {len(blocks)} runs",
        {"lk.activity.movement_related": (lambda: lk.activity.movement_related(activity, moving, shuffles=SHUFFLES), 1),
         f"NumPy, a product per shuffle ({of_numpy} done)": (numpy_shuffles, SHUFFLES / of_numpy)},
        rounds,
    )  # fmt: skip


def pairs(rounds):
    random = np.random.default_rng(0)
    lever, session = random.normal(size=(TRIALS, 2001)), np.repeat(np.arange(14), TRIALS // 14)
    shape = (TRIALS, WINDOW, CELLS)
    for share in (0.02, 0.05, 1.0):
        activity = np.where(random.random(shape) < share, 0.2 + random.random(shape), 0)
        vectors = activity.reshape(TRIALS, -1)
        race(
            f"pairs, {TRIALS} trials x {CELLS} cells x {WINDOW} frames, {100 * share:.0f} % of the values not zero",
            {"lk.activity.trial_pairs, all of it": (lambda a=activity: lk.activity.trial_pairs(lever, a, session), 1),
             "the same, tolerance 2e-5": (lambda a=activity: lk.activity.trial_pairs(lever, a, session, tolerance=2e-5), 1),
             "its r of activity (lk.correlogram().pairwise)": (lambda v=vectors: lk._core.all_pairs(v, session, 0), 1),
             "its r of activity, tolerance 2e-5": (lambda v=vectors: lk._core.pairs_and_lengths(v, session, 2e-5, 0), 1),
             "np.corrcoef of the activity": (lambda v=vectors: np.corrcoef(v), 1),
             "np.corrcoef of the activity and of the movements": (lambda v=vectors: (np.corrcoef(v), np.corrcoef(lever)), 1)},
            rounds,
        )  # fmt: skip


def from_file_to_result(rounds):
    """Half an hour with 300 cells, events given: `lk.activity.analyze` and `leverkin activity`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (recording,) = lk.simulate(folder / "mice", animals=1, sessions=1, minutes=30, format="hdf5")
        lk.analyze(recording, folder / "lever.h5", progress=False)
        with h5py.File(recording, "r+") as file:
            imaging = file.create_group("imaging")
            imaging["activity"] = bursts(np.random.default_rng(0), FRAMES, CELLS, 200, 12).astype(np.float32)
            imaging["activity"].attrs.update(measure="events", rate_hz=28.0, start_s=0.0)
            imaging["cell_id"] = np.arange(CELLS)
        tool = shutil.which("leverkin") or Path(lk.__file__).parents[3] / "leverkin"
        command = [tool, "activity", folder / "lever.h5", "--out", folder / "command.h5", "--quiet"]
        race(
            f"from the file to the result, {CELLS} cells x {FRAMES} frames x {SHUFFLES} shuffles, with trial pairs",
            {"lk.activity.analyze": (lambda: lk.activity.analyze(folder / "lever.h5", out=folder / "python.h5"), 1),
             "leverkin activity": (lambda: subprocess.run(command, check=True), 1)},
            rounds,
        )  # fmt: skip


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    classification(count)
    from_file_to_result(count)
    pairs(count)
