"""Time and peak memory against the length of a recording, and against the number of movements correlated.

    make growth        or        growth.py [--threads 1] [--longest MINUTES] [--largest ROWS] [--out docs/growth.json]

Each run is a process of its own, the file in the page cache; medians of five runs, or fewer
where one takes long.
docs/make_growth.py draws the numbers.
"""

import argparse
import json
import pathlib
import statistics
import sys

import machine
import recordings

HERE = pathlib.Path(__file__).resolve().parent
MINUTES = (1, 4, 15, 60, 240, 1440)
ROWS = (100, 300, 1100, 5000, 20000, 50000)
TOLERANCES = {"dense double": 0.0, "certified 1e-6": 1e-6}
LARGEST_DENSE = 20000  # beyond, a run takes minutes
LONG_S, TOO_LONG_S = 30.0, 180.0  # all runs of a point together


def measured(command):
    """Medians of runs of a fresh process."""
    runs, spent_s = [], 0.0
    while len(runs) < (5 if spent_s < LONG_S else 3) and spent_s < TOO_LONG_S:
        runs.append(machine.once(command))
        spent_s += runs[-1][0]
    seconds, peaks = zip(*runs)
    return {"runs": len(runs), "seconds": statistics.median(seconds), "fastest_s": min(seconds),
            "slowest_s": max(seconds), "peak_mib": statistics.median(peaks)}


def say(point):
    print("  ".join(f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}"
                    for key, value in point.items()), file=sys.stderr)
    return point


def warm_cache(path):
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass


def recording_lengths(options):
    points = []
    for minutes in (m for m in MINUTES if m <= options.longest):
        file = recordings.repeated(options.folder / "recordings", options.build / "leverkin", minutes)
        warm_cache(file)
        points.append(say({"minutes": minutes, **measured([options.once, "session", file, options.threads])}))
    return points


def correlogram_sizes(options, tolerance):
    return [say({"rows": rows, "tolerance": tolerance,
                 **measured([options.once, "correlate", rows, tolerance, options.threads])})
            for rows in ROWS if rows <= (options.largest if tolerance > 0 else min(options.largest, LARGEST_DENSE))]


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--longest", type=float, default=MINUTES[-1], metavar="MINUTES")
    parser.add_argument("--largest", type=int, default=ROWS[-1], metavar="ROWS")
    parser.add_argument("--out", type=pathlib.Path, default=HERE.parent / "docs" / "growth.json")
    options = parser.parse_args()
    options.build = options.build.resolve()
    options.folder = options.build / "bench"
    options.once = options.folder / "leverkin_once"
    return options


def main():
    options = parse()
    about = machine.description(options.build / "leverkin")
    report = {"machine": {key: about[key] for key in ("cpu", "simd_target", "leverkin")},
              "threads": options.threads,
              "recording": {"rate_hz": recordings.RAW_RATE_HZ, "storage": "int16, contiguous",
                            "points": recording_lengths(options)},
              "correlogram": {"samples": 2001, "rows_per_session": 100,
                              **{name: correlogram_sizes(options, tolerance)
                                 for name, tolerance in TOLERANCES.items()}}}
    options.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
