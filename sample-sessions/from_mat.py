"""Session files out of the MAT files of another rig: a worked example of `lk.write_session`.

    python from_mat.py FOLDER_WITH_d1.mat_TO_d14.mat OUT_FOLDER

Each file holds one daily session of a mouse: the lever in volts with irregular time stamps (`dataArduino`), and one row
per trial (`respMTX`): start, tone, lever pressed (flag), time pressed, lever baseline, early press (flag), rewarded
(flag). A reward came with the press that earned it.
"""

import argparse
import re
from pathlib import Path

import numpy as np
import scipy.io

import leverkin as lk

START, TONE, PRESSED, PRESS_TIME, BASELINE, EARLY, REWARDED = range(7)


def trial_table(rows: np.ndarray, recording_end_s: float) -> dict[str, np.ndarray]:
    """Trials in order of their start; each ends where the next one begins, the last one with the recording."""
    rows = rows[np.argsort(rows[:, START], kind="stable")]
    return {
        "start_s": rows[:, START],
        "stop_s": np.append(rows[1:, START], max(recording_end_s, rows[-1, START])),
        "cue_s": rows[:, TONE],
        "reward_s": np.where(rows[:, REWARDED] == 1, rows[:, PRESS_TIME], np.nan),
    }


def convert(mat: Path, out: Path, subject: str, session: int) -> Path:
    response = scipy.io.loadmat(mat, squeeze_me=True, struct_as_record=False)["data"].response
    seconds, volts = response.dataArduino[:, 0], response.dataArduino[:, 1]
    path = out / subject / f"{subject}_session_{session:02d}.h5"
    path.parent.mkdir(parents=True, exist_ok=True)
    lk.write_session(
        path,
        volts,
        subject=subject,
        session=session,
        timestamps_s=seconds - seconds[0],
        trials={k: v - seconds[0] for k, v in trial_table(response.respMTX, seconds[-1]).items()},
        compressed=True,
        description=f"converted from {mat.name}",
    )
    return path


def day(mat: Path) -> int:
    return int(re.fullmatch(r"d(\d+)", mat.stem)[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--subject", default="ross")
    arguments = parser.parse_args()
    for mat in sorted(arguments.folder.glob("d*.mat"), key=day):
        print(convert(mat, arguments.out, arguments.subject, day(mat)))


if __name__ == "__main__":
    main()
