"""NWB files that leverkin writes, judged by the tools of NWB: pynwb reads and validates them, nwbinspector is content."""

import json
import os
import subprocess
from datetime import datetime, timezone
from pathlib import Path

import h5py
import numpy as np
import pytest

lk = pytest.importorskip("leverkin", reason="the Python package is not built (`make build`)")
pynwb = pytest.importorskip("pynwb")
nwbinspector = pytest.importorskip("nwbinspector")

pytestmark = pytest.mark.filterwarnings("ignore")  # of pynwb and its parts, about each other

TRIALS = {
    "start_s": [0.5, 1.5, 2.5],
    "stop_s": [1.0, 2.0, 3.0],
    "cue_s": [0.6, np.nan, 2.6],
    "reward_s": [0.9, np.nan, np.nan],
}
VOLTS = 1.5 + 0.25 * np.sin(0.01 * np.arange(4000))
UNEVEN = 12.5 + 0.004 * np.arange(4000) + 0.0005 * (np.arange(4000) % 3 == 0)


def complaints(path):
    """What pynwb and nwbinspector find wrong at the level of a violation or above."""
    grave = nwbinspector.Importance.BEST_PRACTICE_VIOLATION.value
    found = [str(error) for error in pynwb.validate(path=str(path))]
    messages = nwbinspector.inspect_nwbfile(nwbfile_path=str(path))
    return found + [f"{m.check_function_name}: {m.message}" for m in messages if m.importance.value >= grave]


@pytest.mark.parametrize("storage", ["float64", "float32", "int16"])
@pytest.mark.parametrize("compressed", [False, True])
def test_pynwb_reads_what_was_written(tmp_path, storage, compressed):
    path = tmp_path / "day_03.nwb"
    scale = {"volts_per_count": 1e-4, "offset_v": 1.5} if storage == "int16" else {}
    lk.write_session(path, VOLTS, subject="m07", session=3, rate_hz=1000.0, trials=TRIALS, storage=storage,
                     start_time="2026-03-01T10:00:00+01:00", compressed=compressed, **scale)
    assert complaints(path) == []
    with pynwb.NWBHDF5IO(str(path), "r") as io:
        file = io.read()
        lever = file.acquisition["lever"]
        assert lever.unit == "volts" and lever.rate == 1000.0 and lever.starting_time == 0.0
        volts = lever.data[:] * lever.conversion + lever.offset
        np.testing.assert_allclose(volts, VOLTS, rtol=0, atol={"float64": 0, "float32": 2e-7, "int16": 0.51e-4}[storage])
        assert file.subject.subject_id == "m07" and file.session_id.endswith("03")
        assert file.session_start_time.isoformat() == "2026-03-01T10:00:00+01:00"
        for ours, theirs in zip(TRIALS, ("start_time", "stop_time", "cue_time", "reward_time")):
            np.testing.assert_array_equal(file.trials[theirs][:], TRIALS[ours])


@pytest.mark.parametrize("start_time", [None, "2026-03-01", "2026-03-01T10:00:00", "2026-03-01 10:00:00.5Z"])
def test_any_start_time_gives_a_valid_file(tmp_path, start_time):
    path = tmp_path / "day_03.nwb"
    lk.write_session(path, VOLTS, subject="m07", session=3, rate_hz=1000.0, start_time=start_time)
    assert complaints(path) == []


def test_uneven_time_stamps_and_no_trials(tmp_path):
    path = tmp_path / "day_03.nwb"
    lk.write_session(path, VOLTS, subject="m07", session=3, timestamps_s=UNEVEN)
    assert complaints(path) == []
    with pynwb.NWBHDF5IO(str(path), "r") as io:
        file = io.read()
        np.testing.assert_array_equal(file.acquisition["lever"].timestamps[:], UNEVEN)
        assert file.trials is None


def test_the_same_session_gives_the_same_bytes(tmp_path):
    for name in ("a.nwb", "b.nwb"):
        lk.write_session(tmp_path / name, VOLTS, subject="m07", session=3, rate_hz=1000.0, trials=TRIALS)
    assert (tmp_path / "a.nwb").read_bytes() == (tmp_path / "b.nwb").read_bytes()


def leverkin(*arguments):
    program = Path(os.environ.get("LEVERKIN_PROGRAM", Path(__file__).parents[1] / "build" / "leverkin"))
    if not program.exists():
        pytest.skip(f"{program} is not built (`make build`)")
    subprocess.run([program, *map(str, arguments)], check=True, capture_output=True)


def simulate(folder, format, sessions=1):
    leverkin("simulate", "--out", folder, "--animals", 1, "--sessions", sessions, "--minutes", 2, "--rate", 1000,
             "--storage", "int16", "--format", format)  # fmt: skip


def test_a_file_carries_the_specifications_of_the_installed_pynwb(tmp_path):
    """Texts from elsewhere would not describe what the installed version reads."""
    ours = tmp_path / "ours.nwb"
    lk.write_session(ours, VOLTS, subject="m07", session=3, rate_hz=1000.0)
    theirs = tmp_path / "theirs.nwb"
    with pynwb.NWBHDF5IO(str(theirs), "w") as io:
        io.write(pynwb.NWBFile("d", "i", datetime(2026, 3, 1, tzinfo=timezone.utc)))
    with h5py.File(ours) as a, h5py.File(theirs) as b:
        assert a[a.attrs[".specloc"]].name == "/specifications" and a.attrs["nwb_version"] == b.attrs["nwb_version"]
        texts = []
        b["specifications"].visititems(lambda name, item: texts.append(name) if isinstance(item, h5py.Dataset) else None)
        assert "core/" + a.attrs["nwb_version"] + "/nwb.event" in texts
        for name in texts:
            assert json.loads(a["specifications"][name][()]) == json.loads(b["specifications"][name][()]), name


def test_converted_sessions_are_valid_and_quiet(tmp_path):
    simulate(tmp_path / "plain", "hdf5", sessions=2)
    uneven = tmp_path / "plain" / "uneven_1.h5"
    lk.write_session(uneven, VOLTS, subject="m07", session=1, timestamps_s=UNEVEN, trials={k: 12.5 + np.array(v) for k, v in TRIALS.items()})
    leverkin("convert", tmp_path / "plain", "--out", tmp_path / "nwb")
    files = sorted((tmp_path / "nwb").rglob("*.nwb"))
    assert [f.stem for f in files] == ["m07_session_01", "mouse_01_session_01", "mouse_01_session_02"]
    assert [complaints(f) for f in files] == [[], [], []]
    with pynwb.NWBHDF5IO(str(files[1]), "r") as io:
        file = io.read()
        original = lk.open_session(next((tmp_path / "plain").rglob("*_01_session_01.h5")))
        lever = file.acquisition["lever"]
        np.testing.assert_array_equal(lever.data[:] * lever.conversion + lever.offset, original.read(0, original.duration_s))
        np.testing.assert_array_equal(file.trials["cue_time"][:], original.trials.cue_s)
        assert "converted from mouse_01_session_01.h5" in file.session_description


def test_simulated_sessions_hold_their_truth(tmp_path):
    simulate(tmp_path, "nwb")
    (path,) = tmp_path.rglob("*.nwb")
    assert complaints(path) == []
    with pynwb.NWBHDF5IO(str(path), "r") as io:
        file = io.read()
        bouts = file.processing["truth"]["bouts"].to_dataframe()
        trials = file.processing["truth"]["trials"].to_dataframe()
        assert list(bouts) == ["start_time", "stop_time", "kind", "peak_mm", "start_s", "end_s"]
        assert (bouts.stop_time > bouts.start_time).all()
        assert (bouts.start_s < bouts.start_time).all() and (bouts.end_s > bouts.stop_time).all()
        assert list(trials) == ["bout", "rewarded"] and len(trials) == len(file.trials)
        earned = bouts.kind.to_numpy()[trials.bout[trials.rewarded.astype(bool)]]
        assert len(earned) > 0 and set(earned) <= {1, 2}  # a press after the cue, or one that began before it


def test_leverkin_reads_what_pynwb_wrote(tmp_path):
    path = tmp_path / "foreign.nwb"
    file = pynwb.NWBFile(session_description="d", identifier="i", session_id="m07-day-12",
                         session_start_time=datetime(2026, 3, 1, tzinfo=timezone.utc))
    file.subject = pynwb.file.Subject(subject_id="m07", species="Mus musculus", age="P90D", sex="U")
    file.add_acquisition(pynwb.TimeSeries(name="Lever_left", data=np.arange(5000, dtype=np.int32)[:, None], unit="volts",
                                          conversion=0.5, rate=2000.0, starting_time=10.0))
    file.add_acquisition(pynwb.TimeSeries(name="licks", data=np.zeros(5), unit="n.a.", rate=1.0))
    file.add_trial_column(name="cue_time", description="cue")
    file.add_trial_column(name="reward_time", description="reward")
    file.add_trial(start_time=10.5, stop_time=11.5, cue_time=10.75, reward_time=np.nan)
    with pynwb.NWBHDF5IO(str(path), "w") as io:
        io.write(file)
    session = lk.open_session(path)
    assert (session.subject, session.session, session.rate_hz, session.duration_s) == ("m07", 12, 2000.0, 2.5)
    np.testing.assert_array_equal(session.read(0.0, 0.002), [0.0, 0.5, 1.0, 1.5])
    assert session.trials.start_s[0] == 0.5 and np.isnan(session.trials.reward_s[0])
