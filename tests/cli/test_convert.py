"""`leverkin convert`: recordings in, session files out; nothing lost, nothing replaced."""

import json
import subprocess

import h5py
import numpy as np
import pytest

UNEVEN = 12.5 + 0.004 * np.arange(30_000) + 0.0005 * (np.arange(30_000) % 3 == 0)


def sessions_of(results):
    """{(subject, session): (attributes, tables)} of a results file, without where the recording lay."""
    with h5py.File(results) as file:
        return {
            (subject, number): (
                {k: v for k, v in group.attrs.items() if k not in ("source_file", "xxh3")},
                {f"{t}/{c}": group[t][c][()] for t in ("bouts", "trials", "movements") for c in group[t]},
            )
            for subject, animal in file["subjects"].items()
            for number, group in animal["sessions"].items()
        }


def assert_same(ours, theirs):
    assert ours.keys() == theirs.keys()
    for key, (attributes, tables) in ours.items():
        for name, value in attributes.items():
            np.testing.assert_array_equal(value, theirs[key][0][name], name)
        for name, values in tables.items():
            np.testing.assert_array_equal(values, theirs[key][1][name], name)


@pytest.mark.parametrize("storage", ["int16", "float32", "float64"])
def test_the_analysis_of_what_was_converted_is_that_of_the_recording(leverkin, tmp_path, storage):
    assert leverkin("simulate", "--out", tmp_path / "mice", "--animals", 2, "--sessions", 2, "--minutes", 2, "--rate", 1000,
                    "--storage", storage, "--format", "hdf5", "--quiet").returncode == 0  # fmt: skip
    done = leverkin("convert", tmp_path / "mice", "--out", tmp_path / "nwb")
    assert done.returncode == 0, done.stderr
    back = leverkin("convert", tmp_path / "nwb", "--out", tmp_path / "back", "--format", "hdf5", "--uncompressed")
    assert back.returncode == 0, back.stderr
    for folder in ("mice", "nwb", "back"):
        assert leverkin("analyze", tmp_path / folder, "--out", tmp_path / f"{folder}.h5", "--quiet").returncode == 0
    original = sessions_of(tmp_path / "mice.h5")
    assert len(original) == 4 and {a["input_xxh3"] for a, _ in original.values()} != {""}
    assert_same(original, sessions_of(tmp_path / "nwb.h5"))  # the hash as well: the samples are stored as they were
    assert_same(original, sessions_of(tmp_path / "back.h5"))


def test_time_stamps_trials_group_and_start_time_are_carried(leverkin, tmp_path, write_session):
    start = "2026-03-01T10:00:00+01:00"
    trials = {"start_s": [20.0, 40.0], "stop_s": [30.0, 50.0], "cue_s": [21.0, np.nan], "reward_s": [25.0, np.nan]}
    source = write_session(timestamps_s=UNEVEN, trials=trials, group="trained", start_time=start, session=7)
    file = tmp_path / "day.nwb"
    assert leverkin("convert", source, "--out", file).returncode == 0
    with h5py.File(file) as nwb, h5py.File(source) as plain:
        np.testing.assert_array_equal(nwb["acquisition/lever/data"], plain["lever/volts"])
        np.testing.assert_allclose(nwb["acquisition/lever/timestamps"], UNEVEN, rtol=3e-16)
        for column, values in zip(("start_time", "stop_time", "cue_time", "reward_time"), trials.values()):
            np.testing.assert_array_equal(nwb[f"intervals/trials/{column}"], values)
        assert nwb["session_start_time"][()].decode() == start
    session = json.loads(leverkin("inspect", file, "--json").stdout)["session"]
    assert (session["subject"], session["session"], session["group"]) == ("mouse", 7, "trained")
    assert session["start_time"] == start and session["samples"] == 30_000


def test_a_clock_that_starts_later_stays_where_it_was(leverkin, tmp_path, write_session):
    pynwb_like = tmp_path / "rig.nwb"
    assert leverkin("convert", write_session(), "--out", pynwb_like).returncode == 0
    with h5py.File(pynwb_like, "r+") as file:
        file["acquisition/lever/starting_time"][()] = 1.5
    assert leverkin("convert", pynwb_like, "--out", tmp_path / "plain.h5").returncode == 0
    with h5py.File(tmp_path / "plain.h5") as file:  # has no place for it: times count from the first sample
        assert file["trials/cue_s"][0] == 2.0 - 1.5


def test_samples_that_are_missing_stay_missing(leverkin, tmp_path, write_session):
    source = write_session()
    with h5py.File(source, "r+") as file:
        del file["lever/volts"]
        volts = file.create_dataset("lever/volts", (40_000,), "i2", chunks=(10_000,))
        volts[10_000:] = 1 + np.arange(30_000) % 700  # none is the fill value
        volts.attrs["rate_hz"], volts.attrs["volts_per_count"] = 1000.0, 1e-3
    file = tmp_path / "day.nwb"
    assert leverkin("convert", source, "--out", file).returncode == 0
    with h5py.File(file) as nwb:
        data = nwb["acquisition/lever/data"][()]
    assert np.isnan(data[:10_000]).all()
    np.testing.assert_array_equal(data[10_000:], (1 + np.arange(30_000) % 700) * 1e-3)


def test_a_file_that_is_there_is_not_replaced_without_leave(leverkin, tmp_path, write_session):
    source, file = write_session(), tmp_path / "day.nwb"
    file.write_text("precious")
    refused = leverkin("convert", source, "--out", file)
    assert refused.returncode == 3 and "--overwrite" in refused.stderr and str(source) in refused.stderr
    assert file.read_text() == "precious"
    assert leverkin("convert", source, "--out", file, "--overwrite").returncode == 0
    assert h5py.is_hdf5(file)


def test_a_recording_is_never_its_own_target(leverkin, tmp_path, write_session):
    assert leverkin("convert", write_session(), "--out", tmp_path / "a.nwb").returncode == 0
    before = (tmp_path / "a.nwb").read_bytes()
    (tmp_path / "a.h5").write_bytes(before)  # NWB by what is in it
    refused = leverkin("convert", tmp_path / "a.h5", "--out", tmp_path / "a.h5", "--overwrite")
    assert refused.returncode == 3 and "itself" in refused.stderr
    assert (tmp_path / "a.h5").read_bytes() == before


def test_one_bad_recording_never_stops_the_others(leverkin, tmp_path, write_session):
    (tmp_path / "rig").mkdir()
    for name, session in (("rig/a_1.h5", 1), ("rig/a_2.h5", 2)):
        write_session(name, session=session)
    (tmp_path / "rig" / "a_3.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + b"x" * 100)
    done = leverkin("convert", tmp_path / "rig", "--out", tmp_path / "nwb", "--json")
    assert done.returncode == 4 and "a_3.h5" in done.stderr
    told = json.loads(done.stdout)
    assert [file["session"] for file in told["files"]] == [1, 2] and len(told["failed"]) == 1
    assert sorted(p.name for p in (tmp_path / "nwb").rglob("*.*")) == ["mouse_session_01.nwb", "mouse_session_02.nwb"]


def test_what_is_damaged_half_way_leaves_no_file(leverkin, tmp_path, write_session):
    source = write_session(volts=None)
    with h5py.File(source, "r+") as file:
        del file["lever/volts"]
        volts = np.random.default_rng(1).standard_normal(30_000)
        lever = file.create_dataset("lever/volts", data=volts, chunks=(5_000,), compression="gzip")
        lever.attrs["rate_hz"] = 1000.0
        where = lever.id.get_chunk_info(4).byte_offset
    with open(source, "r+b") as raw:
        raw.seek(where)
        raw.write(b"\0" * 64)
    done = leverkin("convert", source, "--out", tmp_path / "out" / "day.nwb")
    assert done.returncode == 3 and "/lever/volts" in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_a_recording_without_an_animal_takes_the_one_that_is_given(leverkin, tmp_path, write_session):
    assert leverkin("convert", write_session(session=3), "--out", tmp_path / "a.nwb").returncode == 0
    with h5py.File(tmp_path / "a.nwb", "r+") as file:
        del file["general/subject"]
    nameless = leverkin("convert", tmp_path / "a.nwb", "--out", tmp_path / "a.h5")
    assert nameless.returncode == 3 and "subject" in nameless.stderr
    assert leverkin("convert", tmp_path / "a.nwb", "--subject", "m/07", "--out", tmp_path / "plain", "--format", "hdf5").returncode == 0
    (file,) = (tmp_path / "plain").rglob("*.h5")
    with h5py.File(file) as plain:
        assert plain.attrs["subject"] == "m/07"
    assert file.parent.parent == tmp_path / "plain"  # the stroke makes no folder


@pytest.mark.parametrize("extra, code, words", [
    (("--out", "x.nwb", "--format", "hdf5"), 2, "suffix of another format"),
    (("--out", "x", "--format", "mat"), 2, "--format"),
    ((), 2, "--out"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused(leverkin, tmp_path, write_session, extra, code, words):
    done = leverkin("convert", write_session(), *extra, cwd=tmp_path)
    assert done.returncode == code and words in done.stderr


def test_several_recordings_do_not_fit_one_file(leverkin, tmp_path, mice):
    done = leverkin("convert", mice, "--out", tmp_path / "all.nwb")
    assert done.returncode == 2 and "a folder" in done.stderr and not (tmp_path / "all.nwb").exists()


def test_what_is_of_that_format_already_is_passed_over(leverkin, tmp_path, write_session):
    write_session("a_1.h5", session=1)
    assert leverkin("convert", tmp_path / "a_1.h5", "--out", tmp_path / "a_1.nwb").returncode == 0
    write_session("a_2.h5", session=2)
    (tmp_path / "a_1.h5").unlink()
    done = leverkin("convert", tmp_path, "--out", tmp_path / "nwb")
    assert done.returncode == 0 and "nwb already" in done.stderr
    assert len(list((tmp_path / "nwb").rglob("*.nwb"))) == 1


def test_memory_does_not_grow_with_the_recording(binary, tmp_path, write_session):
    peaks = []
    for minutes in (1, 60):
        source = write_session(f"m_{minutes}.h5", volts=np.sin(np.arange(minutes * 600_000) * 1e-3), rate_hz=10_000.0)
        script = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        done = subprocess.run(["python3", "-c", script, binary, "convert", source, "--out", tmp_path / f"m_{minutes}.nwb",
                               "--uncompressed", "--threads", "2", "--quiet"], check=True, capture_output=True, text=True)  # fmt: skip
        peaks.append(int(done.stdout) / 1024)
    assert peaks[1] < peaks[0] + 30, f"MiB: {peaks}"  # the long one holds 288 MB of samples
