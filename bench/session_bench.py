"""One recorded hour through leverkin and through NumPy, SciPy and h5py: time and peak memory.

    make bench        or        session_bench.py [--build build] [--minutes 60] [--runs 9]

The two programs take turns (A B A B ...), each run a process of its own, on one thread. Prints a table and leaves the
numbers in build/bench/session_bench.json; bench/README.md says how to read them.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
# Settings that would make the peer slower than it is; and one thread for everybody.
REMOVED = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "LEVERKIN_KERNELS")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
GOAL_SPEED, GOAL_MEMORY = 2.0, 1 / 3


def recorded_hour(tool, folder, minutes):
    """A simulated session at 10 kHz, float64, contiguous; made once and kept."""
    target = folder / f"recording-{minutes:g}min"
    found = sorted(target.rglob("*.h5"))
    if not found:
        print(f"simulating {minutes:g} min at 10 kHz (kept in {target})", file=sys.stderr)
        command = [tool, "simulate", "--out", target, "--animals", 1, "--sessions", 1, "--minutes", minutes]
        subprocess.run([str(part) for part in [*command, "--seed", 1, "--format", "hdf5"]], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found = sorted(target.rglob("*.h5"))
    return found[0]


def run(command, environment):
    """Seconds that the program measured itself, and the peak resident memory of its process in MiB."""
    process = subprocess.Popen([str(part) for part in command], env=environment, stdout=subprocess.PIPE, text=True)
    seconds = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed with exit code {process.returncode}")
    return float(seconds), usage.ru_maxrss / 1024


def summary(samples):
    seconds = [second for second, _ in samples]
    return {"seconds": seconds, "median_s": statistics.median(seconds), "fastest_s": min(seconds),
            "slowest_s": max(seconds), "peak_mib": statistics.median(peak for _, peak in samples)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    folder = options.build / "bench"
    recording = recorded_hour(options.build / "leverkin", folder, options.minutes)

    environment = {key: value for key, value in os.environ.items() if key not in REMOVED} | ONE_THREAD
    bouts = {name: folder / f"bouts-{name}.csv" for name in ("leverkin", "scipy")}
    commands = {"leverkin": [folder / "session_bench", recording, bouts["leverkin"]],
                "scipy": [sys.executable, HERE / "peer_scipy.py", recording, bouts["scipy"]]}

    for command in commands.values():  # warms the page cache for both, and makes the bouts to compare
        run(command, environment)
    if bouts["leverkin"].read_text() != bouts["scipy"].read_text():
        raise SystemExit(f"the two programs disagree on the bouts: compare {bouts['leverkin']} and {bouts['scipy']}")
    n_bouts = len(bouts["scipy"].read_text().splitlines())

    samples = {name: [] for name in commands}
    for _ in range(options.runs):
        for name, command in commands.items():
            samples[name].append(run(command, environment))
    result = {name: summary(taken) for name, taken in samples.items()}
    speed = result["scipy"]["median_s"] / result["leverkin"]["median_s"]
    memory = result["leverkin"]["peak_mib"] / result["scipy"]["peak_mib"]

    print(f"{options.minutes:g} min at 10 kHz, float64, contiguous, in the page cache; one thread; "
          f"median of {options.runs} runs, taken in turns")
    print(f"both programs find the same {n_bouts} bouts\n")
    print(f"{'':10}{'median s':>10}{'fastest':>10}{'slowest':>10}{'peak MiB':>10}")
    for name, row in result.items():
        print(f"{name:10}{row['median_s']:10.3f}{row['fastest_s']:10.3f}{row['slowest_s']:10.3f}{row['peak_mib']:10.0f}")
    print(f"\n{speed:.1f} times as fast (goal: {GOAL_SPEED:g}); {memory:.2f} of the memory (goal: below {GOAL_MEMORY:.2f})")

    report = {"minutes": options.minutes, "runs": options.runs, "bouts": n_bouts, "speed_ratio": speed,
              "memory_ratio": memory, **result}
    (folder / "session_bench.json").write_text(json.dumps(report, indent=2) + "\n")
    return 0 if speed >= GOAL_SPEED and memory < GOAL_MEMORY else 1


if __name__ == "__main__":
    sys.exit(main())
