"""Recordings of other kinds through the command line: mappings, rig profiles, what is suggested."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

DATA = Path(os.environ.get("LEVERKIN_TEST_DATA", "/nowhere")) / "data"
MAPPINGS = Path(__file__).resolve().parents[2] / "docs" / "examples" / "mappings"


@pytest.fixture
def recording(mice, tmp_path):
    """A simulated session as a .npy file with its trials beside it, and a mapping."""
    import h5py

    file = sorted(mice.rglob("*.h5"))[1]
    with h5py.File(file) as h5:
        volts = h5["lever/volts"][:] * h5["lever/volts"].attrs["volts_per_count"] + h5["lever/volts"].attrs["offset_v"]
        trials = np.column_stack([h5[f"trials/{name}_s"][:] for name in ("start", "stop", "cue", "reward")])
        rate = float(h5["lever/volts"].attrs["rate_hz"])
    folder = tmp_path / "ada"
    folder.mkdir()
    np.save(folder / "ada_session_02.npy", volts)
    np.savetxt(folder / "trials.txt", trials, header="start stop cue reward", comments="")
    columns = "\n".join(f'{name} = {{ file = "trials.txt", data = "{name}" }}' for name in ("start", "stop", "cue", "reward"))
    (tmp_path / "lab.toml").write_text(f'files = "*.npy"\n[lever]\nrate_hz = {rate}\n[trials]\n{columns}\n')
    return file, folder, tmp_path / "lab.toml"


def test_a_mapped_folder_is_analysed_as_the_session_that_it_was_made_from(leverkin, recording, tmp_path):
    h5py = pytest.importorskip("h5py")
    original, folder, mapping = recording
    for source, out, more in ((original, "a.h5", ()), (folder, "b.h5", ("--mapping", mapping))):
        done = leverkin("analyze", source, "--out", tmp_path / out, *more, "--quiet")
        assert done.returncode == 0, done.stderr
    with h5py.File(tmp_path / "a.h5") as a, h5py.File(tmp_path / "b.h5") as b:
        one, two = (next(iter(next(iter(f["subjects"].values()))["sessions"].values())) for f in (a, b))
        assert len(one["bouts/onset_s"]) > 5
        for name in ("bouts/onset_s", "bouts/offset_s", "trials/movement_onset_s", "trials/reject_reason"):
            np.testing.assert_array_equal(one[name][:], two[name][:])


def test_inspect_tells_what_a_mapping_and_a_rig_say(leverkin, recording, tmp_path):
    _, folder, mapping = recording
    (tmp_path / "rig.toml").write_text("volts_per_mm = 0.25\n")
    done = leverkin("inspect", folder / "ada_session_02.npy", "--mapping", mapping, "--rig", tmp_path / "rig.toml", "--json")
    assert done.returncode == 0, done.stderr
    session = json.loads(done.stdout)["session"]
    assert (session["subject"], session["session"], session["mm_per_volt"]) == ("ada", 2, 4.0)
    assert session["n_trials"] > 3


def test_other_settings_and_profiles_are_tried_on_mapped_recordings_too(leverkin, recording, tmp_path):
    original, folder, mapping = recording
    for command, more in (("sweep", ("--set", "gap_ms=300,400", "--out", tmp_path / "s.h5")), ("compare", ())):
        told = []
        for source, options in ((original, ()), (folder, ("--mapping", mapping))):
            done = leverkin(command, source, *options, *more, "--json", "--quiet")
            assert done.returncode == 0, done.stderr
            rows = next(iter(json.loads(done.stdout).values()))
            told.append([{name: row[name] for name in row if name not in ("subject", "session")} for row in rows])
        assert told[0] == told[1] and len(told[0]) >= 2 and told[0][0]["n_bouts"] > 5
        unread = leverkin(command, folder, *more)
        assert unread.returncode == 3 and "no session files there" in unread.stderr
        gone = leverkin(command, tmp_path / "nowhere", *more)
        assert gone.returncode == 2 and "no such file or folder" in gone.stderr


def test_a_mistake_in_a_mapping_or_a_rig_is_a_wrong_use_with_the_key(leverkin, recording, tmp_path):
    _, folder, _ = recording
    bad = tmp_path / "bad.toml"
    bad.write_text("[lever]\nrate_hz = 1000\nratio = 2\n")
    done = leverkin("inspect", folder / "ada_session_02.npy", "--mapping", bad)
    assert done.returncode == 2 and "lever.ratio" in done.stderr
    done = leverkin("inspect", folder / "ada_session_02.npy", "--mapping", tmp_path / "gone.toml")
    assert done.returncode == 2 and "gone.toml" in done.stderr
    bad.write_text("sign = 7\n")
    done = leverkin("inspect", folder / "ada_session_02.npy", "--rig", bad)
    assert done.returncode in (2, 3)


def test_what_no_reader_knows_names_the_mapping(leverkin, recording):
    _, folder, _ = recording
    done = leverkin("inspect", folder / "ada_session_02.npy")
    assert done.returncode == 3 and "--mapping" in done.stderr


def test_a_suggested_mapping_reads_the_file_once_its_rate_is_known(leverkin, recording, tmp_path):
    _, folder, _ = recording
    done = leverkin("inspect", folder / "ada_session_02.npy", "--suggest-mapping")
    assert done.returncode == 0, done.stderr
    (tmp_path / "suggested.toml").write_text(done.stdout.replace("rate_hz = 0 ", "rate_hz = 1000 "))
    done = leverkin("inspect", folder / "ada_session_02.npy", "--mapping", tmp_path / "suggested.toml")
    assert done.returncode == 0, done.stderr


def test_a_suggested_rig_is_one_that_is_read(leverkin, one_session, tmp_path):
    done = leverkin("inspect", one_session, "--suggest-rig")
    assert done.returncode == 0 and "rest_v" in done.stdout, done.stderr
    (tmp_path / "rig.toml").write_text(done.stdout)
    assert leverkin("inspect", one_session, "--rig", tmp_path / "rig.toml").returncode == 0
    assert leverkin("inspect", one_session, "--suggest-rig", "--suggest-mapping").returncode == 2


@pytest.mark.skipif(not DATA.exists(), reason="LEVERKIN_TEST_DATA is not set")
def test_the_irregular_recordings_are_analysed_with_the_mapping_alone(leverkin, tmp_path):
    done = leverkin(
        "analyze", DATA / "irregular-lever" / "ross-phase1", "--out", tmp_path / "r.h5",
        "--mapping", MAPPINGS / "irregular.toml", "--json", "--quiet",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["analysed"] == 14 and found["subjects"][0]["used"] > 100
