"""The contests of leverkin_bench and the peak memory, as one table of ratios and goals.

    make bench        or        run.py [--only STAGE] [--repetitions 9] [--quick] [--full] [--strict]

Leaves everything measured in build/bench/results.json. Exit code 1 where contestants disagree or a program fails, and,
with --strict, where a goal is missed; bench/README.md says how to read the table.
"""

import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys
import time
import tomllib

import machine
import recordings

HERE = pathlib.Path(__file__).resolve().parent
STAGES = ("session", "formats", "read + decimate", "decimate", "low-pass", "envelope", "block median", "correlogram", "binding", "engine", "report", "memory")
LIMIT_MIB = 3 * 1024  # of 24 hours
HEAD = ("stage", "job", "leverkin", "min - max", "competitor", "takes", "min - max", "ratio", "goal", "stretch", "")


def wanted_jobs(options, program):
    """Names of the contests to run."""
    listed = subprocess.run([program, "--benchmark_list_tests"], check=True, stdout=subprocess.PIPE, text=True)
    left_out = r"1 hour|N=[2-9]0000" if options.quick else "10 min"
    return [job for job in listed.stdout.splitlines()
            if not re.search(left_out, job) and (not options.only or job.startswith(options.only + "/"))]


def run_contests(options, jobs, program):
    """Seconds by job and contestant; what the program says of the machine; and whether all went well."""
    if not jobs:
        return {}, {}, True
    out = options.folder / "contests.json"
    command = [program, f"--folder={options.folder}", f"--python={sys.executable}", f"--benchmark_out={out}",
               f"--benchmark_repetitions={options.repetitions}",
               f"--benchmark_filter=^({'|'.join(re.escape(job) for job in jobs)})$"]
    well = subprocess.run(command, env=machine.environment()).returncode == 0
    report = json.loads(out.read_text() or '{"benchmarks": [], "context": {}}')
    taken = {}
    for run in report["benchmarks"]:
        job, contestant = "/".join(run["name"].split("/")[:2]), run["name"].split("/")[2]
        if run.get("error_occurred"):
            print(f"{job}: {contestant}: {run['error_message']}", file=sys.stderr)
        else:
            taken.setdefault(job, {}).setdefault(contestant, []).append(run["real_time"] / 1000)
    return taken, report["context"], well


def peaks(command, runs=3):
    return [machine.once(command)[1] for _ in range(runs)]


def run_memory(options):
    """Peak MiB by job and contestant."""
    leverkin = options.build / "bench" / "leverkin_once"
    scipy = [sys.executable, HERE / "peers.py", "--once", "session"]
    length, minutes = ("10 min", 10) if options.quick else ("1 hour", 60)
    made = recordings.of_length(options.folder / "recordings", options.build / "leverkin", minutes)
    files = {length: made[""], f"{length}, odd length": made["odd"]}
    taken = {}
    for job, file in files.items():
        print(f"memory/{job}", file=sys.stderr)
        taken[f"memory/{job}"] = {"leverkin": peaks([leverkin, "session", file, 1]), "SciPy": peaks([*scipy, file])}
    if options.full:
        day = recordings.repeated(options.folder / "recordings", options.build / "leverkin", 24 * 60)
        print("memory/24 hours, int16", file=sys.stderr)
        taken["memory/24 hours, int16"] = {"leverkin": peaks([leverkin, "session", day, 1], 1), "3 GiB": [LIMIT_MIB]}
    return taken


def timed(action):
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def run_report(options):
    """Seconds of one animal's page, of eleven sessions, the program's start included."""
    tool = options.build / "leverkin"
    results = recordings.eleven_sessions(options.folder / "recordings", tool)
    page = results.with_suffix(".html")
    command = [tool, "report", results, "--out", page]
    job = {"leverkin": [], "reading the same bytes": [], "2 s": [2.0]}
    print("report/11 sessions of 1 hour", file=sys.stderr)
    for _ in range(options.repetitions):
        job["leverkin"].append(timed(lambda: subprocess.run(command, check=True, capture_output=True)))
        job["reading the same bytes"].append(timed(results.read_bytes))
    return {"report/11 sessions of 1 hour": job}


def goals_of(job, goals):
    """Those of the hour also hold for a quick run's ten minutes; a job without any is for information."""
    return goals.get(job.replace("10 min", "1 hour"), [{}])


def row_of(job, contestants, goal):
    """One line of the table, or None where one of the two did not run."""
    ours = contestants.get("leverkin")
    others = {name: statistics.median(taken) for name, taken in contestants.items() if not name.startswith("leverkin")}
    others.pop("FMA peak", None)  # a limit, not a program; a goal may name it
    competitor = goal.get("competitor") or min(others, key=others.get, default=None)
    if not ours or competitor not in contestants:
        return None
    ratio = statistics.median(contestants[competitor]) / statistics.median(ours)
    stage, name = job.split("/")
    row = {"stage": stage, "job": name, "leverkin": ours, "competitor": competitor,
           "competitor_took": contestants[competitor], "ratio": ratio,
           "at_least": goal.get("at_least"), "stretch": goal.get("stretch")}
    row["met"] = ratio >= goal["at_least"] if "at_least" in goal else None
    return row


def rows_of(taken, goals):
    rows = [row_of(job, contestants, goal) for job, contestants in taken.items() for goal in goals_of(job, goals)]
    known = {stage: place for place, stage in enumerate(STAGES)}
    return sorted(filter(None, rows), key=lambda row: known.get(row["stage"], len(STAGES)))


def amount(value, stage):
    """Seconds or MiB, to three digits."""
    if stage == "memory":
        return f"{value:.0f} MiB"
    scale, unit = (1, "s") if value >= 1 else (1e3, "ms") if value >= 1e-3 else (1e6, "us")
    return f"{value * scale:.3g} {unit}"


def cells(row):
    ours, theirs, stage = row["leverkin"], row["competitor_took"], row["stage"]
    span = [f"{amount(min(taken), stage)} - {amount(max(taken), stage)}" for taken in (ours, theirs)]
    asked = ["" if row[key] is None else f"{row[key]:g}" for key in ("at_least", "stretch")]
    return (stage, row["job"], amount(statistics.median(ours), stage), span[0], row["competitor"],
            amount(statistics.median(theirs), stage), span[1], f"{row['ratio']:.3g}", *asked,
            {None: "", True: "met", False: "MISSED"}[row["met"]])


def print_table(rows):
    lines = [HEAD, *map(cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    left = {0, 1, 4, 10}
    for line in lines:
        aligned = (text.ljust(width) if column in left else text.rjust(width)
                   for column, (text, width) in enumerate(zip(line, widths)))
        print("  ".join(aligned).rstrip())


def print_machine(about):
    print(f"{about['cpu']}, {about['hardware_threads']} hardware threads; leverkin {about['leverkin']} "
          f"({about['simd_target']}), {about['fftw']}, HDF5 {about['hdf5']}; OpenBLAS on its "
          f"{about.get('openblas_core', '?')} kernels; NumPy {about['numpy']}, SciPy {about['scipy']}, "
          f"h5py {about['h5py']}\n")


def print_verdict(rows):
    asked = [row for row in rows if row["met"] is not None]
    missed = [row for row in asked if not row["met"]]
    print(f"\n{len(asked) - len(missed)} of {len(asked)} goals are met")
    for row in missed:
        print(f"  missed: {row['stage']}/{row['job']}: {row['ratio']:.3g} times {row['competitor']}, "
              f"goal {row['at_least']:g}")
    return not missed


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build")
    parser.add_argument("--only", metavar="STAGE", help="one of: " + ", ".join(STAGES))
    parser.add_argument("--repetitions", type=int, default=9)
    parser.add_argument("--quick", action="store_true", help="ten minutes instead of an hour; no large correlograms")
    parser.add_argument("--full", action="store_true", help="also the memory of a 24 h recording (1.7 GB on disk)")
    parser.add_argument("--strict", action="store_true", help="a missed goal is an error")
    options = parser.parse_args()
    options.build = options.build.resolve()
    options.folder = options.build / "bench"
    return options


def main():
    options = parse()
    goals = tomllib.loads((HERE / "goals.toml").read_text())
    recordings.of_length(options.folder / "recordings", options.build / "leverkin", 10 if options.quick else 60)
    program = options.build / "bench" / "leverkin_bench"
    jobs = wanted_jobs(options, program)
    if not jobs and options.only not in ("report", "memory"):
        raise SystemExit(f"there is no job of a stage {options.only!r} in this run; stages: {', '.join(STAGES)}")
    taken, context, well = run_contests(options, jobs, program)
    if options.only in (None, "report"):
        taken |= run_report(options)
    if options.only in (None, "memory"):
        taken |= run_memory(options)
    rows = rows_of(taken, goals)
    about = machine.description(options.build / "leverkin") | {"openblas_core": context.get("openblas_core", "?")}

    print_machine(about)
    print_table(rows)
    met = print_verdict(rows)
    if not well:
        print("some contestants disagree or failed, see above: this is no valid measurement")
    report = {"machine": about, "quick": options.quick, "valid": well, "rows": rows}
    (options.folder / "results.json").write_text(json.dumps(report, indent=1) + "\n")
    return 0 if well and (met or not options.strict) else 1


if __name__ == "__main__":
    sys.exit(main())
