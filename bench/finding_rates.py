"""How often is a fault found where it is, and where it is not? Makes the table of docs/findings.md.

    python bench/finding_rates.py [--sessions N]

Simulated sessions of mice that learn, each once as it is and once with every fault planted; `leverkin inspect` looks at all.
"""

import argparse
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

import leverkin as lk
from leverkin import _tool

RATE_HZ = 5000.0
MINUTES = 8.0


def at(seconds):
    return int(seconds * RATE_HZ)


def sine(n, hz):
    return np.sin(2 * np.pi * hz * np.arange(n) / RATE_HZ)


def drop_outs(rng, volts, trials):
    for start in rng.uniform(10, MINUTES * 60 - 10, 3):
        volts[at(start) : at(start + rng.uniform(0.06, 0.3))] = 0.0


def clipped(rng, volts, trials):
    rest = np.median(volts)
    np.minimum(volts, rest + 0.5 * (volts.max() - rest), out=volts)


def drift(rng, volts, trials):
    volts += 0.25 * np.sin(np.linspace(0, rng.uniform(2, 6), len(volts)) + rng.uniform(0, 6))


def mains(rng, volts, trials):
    volts += rng.uniform(0.03, 0.08) * sine(len(volts), rng.choice([50, 60]) + rng.uniform(-0.1, 0.1))


def ringing(rng, volts, trials):
    after = np.arange(at(1.0)) / RATE_HZ
    for reward in trials["reward_s"][np.isfinite(trials["reward_s"])]:
        part = volts[at(reward) : at(reward) + len(after)]
        part += (0.3 * np.exp(-after / 0.4) * np.sin(2 * np.pi * 25 * after))[: len(part)]


def jumps(rng, volts, trials):
    for reward in trials["reward_s"][np.isfinite(trials["reward_s"])][:3]:
        start = at(reward + 0.3)
        volts[start : start + at(0.01)] += 1.0


def dead_channel(rng, volts, trials):
    volts[:] = 1.5 + rng.uniform(0.5e-3, 3e-3) * rng.standard_normal(len(volts)) + 2e-3 * sine(len(volts), 60.0)


def wrong_scale(rng, volts, trials):
    volts *= rng.choice([1e3, 1e-3])


def gaps(rng, volts, trials):
    start = rng.uniform(10, MINUTES * 60 - 10)
    volts[at(start) : at(start + 1.0)] = np.nan


def reward_without_movement(rng, volts, trials):
    reward = rng.choice(trials["reward_s"][np.isfinite(trials["reward_s"])])
    part = volts[at(max(0, reward - 2)) : at(reward + 2)]
    part[:] = np.median(volts) + 1.5e-3 * rng.standard_normal(len(part))


def rewards_not_confirmed(rng, volts, trials):
    trials["reward_s"] += rng.choice([-1, 1]) * rng.uniform(0.25, 1.0)


def trial_count(rng, volts, trials):
    trials["cue_s"][rng.choice(len(trials["cue_s"]), 3, replace=False)] = np.nan


# The codes that stand for each.
FAULTS = {
    "clipping": (clipped, {"clipped"}),
    "drop-outs of 60 to 300 ms": (drop_outs, {"drop_outs"}),
    "a gap of 1 s": (gaps, {"without_data", "much_without_data"}),
    "drift by up to 0.5 V": (drift, {"drift"}),
    "hum of 30 to 80 mV": (mains, {"mains"}),
    "ringing at 25 Hz": (ringing, {"ringing"}),
    "jumps of 10 ms": (jumps, {"jumps"}),
    "dead channel": (dead_channel, {"dead_channel"}),
    "scale off by 1000": (wrong_scale, {"wrong_scale"}),
    "a reward without movement": (reward_without_movement, {"reward_without_movement"}),
    "rewards off by 0.25 to 1 s": (rewards_not_confirmed, {"rewards_not_confirmed"}),
    "three cues missing": (trial_count, {"trial_count"}),
}


def codes_of(path):
    return {finding["code"] for finding in lk.inspect(path)["findings"]}


def spoilt(session, folder, fault, rng):
    volts = session.read(0, session.duration_s)
    trials = {name: session.trials[name].to_numpy(copy=True) for name in ("start_s", "stop_s", "cue_s", "reward_s")}
    fault(rng, volts, trials)
    path = folder / "spoilt.h5"
    lk.write_session(path, volts, subject=session.subject, session=session.session, rate_hz=session.rate_hz, trials=trials,
                     mm_per_volt=session.mm_per_volt, overwrite=True)
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=40)
    wanted = parser.parse_args().sessions
    found, quiet, looked = Counter(), Counter(), 0
    with tempfile.TemporaryDirectory() as name:
        folder, rng = Path(name), np.random.default_rng(1)
        files = simulated(folder, wanted)
        for path in files:
            session, sound = lk.open_session(path), codes_of(path)
            looked += 1
            for fault, (plant, codes) in FAULTS.items():
                found[fault] += bool(codes & codes_of(spoilt(session, folder, plant, rng)))
                quiet[fault] += not codes & sound
    print(f"| planted | code | found in {looked} with it | found in {looked} without |\n|---|---|---|---|")
    for fault, (_, codes) in FAULTS.items():
        print(f"| {fault} | {', '.join(f'`{code}`' for code in sorted(codes))} | {found[fault]} | {looked - quiet[fault]} |")


def simulated(folder, wanted):
    """Sessions 2, 5, 8 and 11 of as many mice as it takes: beginners and masters."""
    _tool._run("simulate", "--out", folder / "mice", "--animals", str(-(-wanted // 4)), "--sessions", "11", "--minutes",
                  str(MINUTES), "--rate", str(RATE_HZ), "--storage", "float32", "--format", "hdf5", "--quiet")
    files = [p for p in sorted((folder / "mice").rglob("*.h5")) if p.stem.endswith(("_02", "_05", "_08", "_11"))]
    return files[:wanted]


if __name__ == "__main__":
    main()
