"""Simulates the study that the pages show: study.py FOLDER [--minutes M] [--rate HZ]

    mice/        three control animals, sessions 1 to 11
    retraining/  the same animals, sessions 12 to 14
    slow/        three animals that learn at a third of that rate, sessions 1 to 11
    study.csv    a manifest of all of them, with groups and phases

"Slow" are recordings of three times the length, cut in three: the simulator's animals learn from recording to recording.
"""

import argparse
import csv
import shutil
import subprocess
from pathlib import Path

import leverkin as lk

LEVERKIN = Path(__file__).parents[1] / "build" / "leverkin"


def simulate(folder: Path, sessions: int, minutes: float, rate_hz: float, seed: int) -> None:
    options = {"animals": 3, "sessions": sessions, "minutes": minutes, "rate": rate_hz, "seed": seed, "storage": "int16"}
    named = [text for name, value in options.items() for text in (f"--{name}", str(value))]
    subprocess.run([LEVERKIN, "simulate", "--out", folder, "--quiet", *named], check=True)


def move_retraining(folder: Path) -> None:
    for file in sorted(folder.glob("mice/*/*_session_1[234].nwb")):
        target = folder / "retraining" / file.parent.name / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        file.rename(target)


def cut_in_three(file: Path, folder: Path) -> None:
    """One recording becomes three sessions; a trial stays whole or is left out."""
    whole = lk.open_session(file)
    length_s = whole.duration_s / 3
    subject = whole.subject.replace("mouse", "slow")
    for part in range(3):
        start_s, session = part * length_s, 3 * (whole.session - 1) + part + 1
        trials = whole.trials - start_s
        trials = trials[(trials.start_s >= 0) & (trials.stop_s < length_s)]
        lk.write_session(
            folder / f"{subject}_session_{session:02d}.h5", whole.read(start_s, start_s + length_s), subject=subject,
            session=session, rate_hz=whole.rate_hz, trials=trials, storage="int16", volts_per_count=5 / 32768,
        )  # fmt: skip


def make_study(folder: Path, minutes: float = 4, rate_hz: float = 10000) -> None:
    simulate(folder / "mice", 14, minutes, rate_hz, seed=1)
    move_retraining(folder)
    simulate(folder / "long", 4, 3 * minutes, rate_hz, seed=2)
    (folder / "slow").mkdir()
    for file in sorted(folder.glob("long/*/*.nwb")):
        cut_in_three(file, folder / "slow")
    for file in folder.glob("slow/*_session_12.h5"):
        file.unlink()
    shutil.rmtree(folder / "long")
    with open(folder / "study.csv", "w", newline="") as table:
        rows = csv.writer(table, lineterminator="\n")
        rows.writerow(["path", "group", "phase"])
        for group, phase, pattern in (
            ("control", "training", "mice/*/*.nwb"),
            ("control", "retraining", "retraining/*/*.nwb"),
            ("slow", "training", "slow/*.h5"),
        ):
            rows.writerows([file.relative_to(folder), group, phase] for file in sorted(folder.glob(pattern)))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--minutes", type=float, default=4)
    arguments.add_argument("--rate", type=float, default=10000)
    given = arguments.parse_args()
    make_study(given.folder, given.minutes, given.rate)
