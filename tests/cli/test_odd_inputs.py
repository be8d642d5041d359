"""Recordings that are odd as wholes: clocks that jump, parts that are missing, packed by guests, without a name."""

import json
import resource
import subprocess

import h5py
import numpy as np
import pytest

DAY_S = 86_400.0


def presses(seconds, at, amplitude=1.0):
    """A lever at 1 kHz that is pressed at these times, for 0.5 s each."""
    t = np.arange(round(1000 * seconds)) / 1000
    volts = 2.5 + 1e-3 * np.random.default_rng(0).standard_normal(t.size)
    for onset in at:
        up, down = np.clip((t - onset) / 0.3, 0, 1), np.clip((t - onset - 0.5) / 0.3, 0, 1)
        volts -= amplitude * sum(sign * (10 * x**3 - 15 * x**4 + 6 * x**5) for sign, x in ((1, up), (-1, down)))
    return t, volts


def trials_at(onsets):
    return {"start_s": onsets - 1, "stop_s": onsets + 3, "cue_s": onsets - 0.5, "reward_s": onsets + 0.3}


def session_in(results, number=1):
    file = h5py.File(results)
    [animal] = file["subjects"].values()
    return animal[f"sessions/{number:03d}"]


@pytest.fixture
def jumped(write_session):
    """Two minutes; after the first the clock was set ahead by a day. And the same without."""
    at = np.arange(3.0, 116.0, 6.0)
    t, volts = presses(120, at)
    whole = write_session("whole_1.h5", volts=volts, timestamps_s=t, trials=trials_at(at))
    late = np.where(t < 60, 0, DAY_S)
    trials = trials_at(at + np.where(at < 60, 0, DAY_S))
    return whole, write_session("jumped_1.h5", volts=volts, timestamps_s=t + late, trials=trials)


def test_a_clock_that_jumps_by_a_day_is_a_gap_on_that_clock(leverkin, jumped, tmp_path):
    whole, jump = jumped
    for path in jumped:
        done = leverkin("analyze", path, "--out", tmp_path / f"{path.stem}.results.h5", "--keep-traces")
        assert done.returncode == 0, done.stderr
    assert "1 gap without data, 86400.0 s in all" in done.stderr
    expected, found = session_in(tmp_path / "whole_1.results.h5"), session_in(tmp_path / "jumped_1.results.h5")
    late = np.where(expected["bouts/onset_s"][:] < 60, 0, DAY_S)
    np.testing.assert_allclose(found["bouts/onset_s"][:] - late, expected["bouts/onset_s"][:], atol=1e-6)
    np.testing.assert_allclose(found["bouts/offset_s"][:] - late, expected["bouts/offset_s"][:], atol=1e-6)
    for column in ("used", "reject_reason"):
        np.testing.assert_array_equal(found[f"trials/{column}"][:], expected[f"trials/{column}"][:])
    for column in ("reaction_time_s", "cue_to_reward_s"):
        np.testing.assert_allclose(found[f"trials/{column}"][:], expected[f"trials/{column}"][:], atol=1e-6)
    np.testing.assert_allclose(
        found["trials/movement_onset_s"][:] - found["trials/cue_s"][:], found["trials/reaction_time_s"][:], atol=1e-6
    )
    assert found.attrs["moving_fraction"] == pytest.approx(expected.attrs["moving_fraction"], rel=1e-3)
    assert found.attrs["noise_cutoff_v"] == pytest.approx(expected.attrs["noise_cutoff_v"], rel=1e-3)


def test_what_lies_behind_a_jump_of_the_clock_is_where_it_was_recorded(leverkin, jumped, tmp_path):
    whole, jump = jumped
    for path in jumped:
        leverkin("analyze", path, "--out", tmp_path / f"{path.stem}.results.h5", "--keep-traces")
    expected, found = session_in(tmp_path / "whole_1.results.h5"), session_in(tmp_path / "jumped_1.results.h5")
    bins = found["overview/time_s"][:]
    np.testing.assert_allclose(np.diff(bins), 0.05, atol=1e-6)
    high = found["overview/max_v"][:]
    with_data = np.isfinite(high)
    assert bins[with_data].max() > DAY_S + 119 and not with_data[(bins > 60.1) & (bins < DAY_S + 59.9)].any()
    np.testing.assert_allclose(high[bins > DAY_S + 61], expected["overview/max_v"][:][-len(high[bins > DAY_S + 61]) :])
    seconds = found["lever/time_s"][:]
    assert len(seconds) < 600_000 and (np.diff(seconds) > 0).all()
    np.testing.assert_allclose(
        found["lever/volts"][:][seconds > DAY_S + 70], expected["lever/volts"][:][-np.sum(seconds > DAY_S + 70) :], atol=1e-9
    )


def test_a_clock_that_jumps_by_a_day_costs_no_day_of_memory(binary, jumped, tmp_path):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    subprocess.run([binary, "analyze", jumped[1], "--out", tmp_path / "r.h5", "--quiet"], check=True)
    used_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert used_kb == before or used_kb < 400_000  # a day at 1 kHz is 691 MB an array


@pytest.mark.parametrize("filter_name", ["Blosc", "Blosc2", "Zstd", "LZ4", "Bitshuffle"])
def test_an_installed_hdf5plugin_is_found_and_used(leverkin, write_session, tmp_path, filter_name):
    hdf5plugin = pytest.importorskip("hdf5plugin")
    _, volts = presses(30, [5, 15])
    plain = write_session("plain_1.h5", volts=volts)
    packed = write_session("packed_1.h5", volts=volts)
    with h5py.File(packed, "r+") as file:
        del file["lever/volts"]
        lever = file.create_dataset("lever/volts", data=volts, chunks=(4096,), compression=getattr(hdf5plugin, filter_name)())
        lever.attrs["rate_hz"] = 1000.0
    # The environment that Python runs in is told of, as an activated one is.
    packages = str(hdf5plugin.PLUGIN_PATH)
    prefix = packages[: packages.index("/lib/python3")]
    for path in (plain, packed):
        done = leverkin("analyze", path, "--out", tmp_path / f"{path.stem}.results.h5", VIRTUAL_ENV=prefix)
        assert done.returncode == 0, done.stderr
    expected, found = session_in(tmp_path / "plain_1.results.h5"), session_in(tmp_path / "packed_1.results.h5")
    assert found.attrs["input_xxh3"] == expected.attrs["input_xxh3"]
    nowhere = leverkin("inspect", packed, VIRTUAL_ENV="", CONDA_PREFIX="", HOME="/nonexistent", HDF5_PLUGIN_PATH=tmp_path)
    if nowhere.returncode == 0:
        pytest.skip("hdf5plugin is installed for the whole machine")
    assert f"packed with {filter_name} (HDF5 filter" in nowhere.stderr and str(tmp_path) in nowhere.stderr
    assert "pip install hdf5plugin (docs/troubleshooting.md#packed-data)" in nowhere.stderr


def test_inspect_says_why_samples_are_absent_and_where_the_number_comes_from(leverkin, write_session):
    path = write_session("day_3.h5")
    with h5py.File(path, "r+") as file:
        del file["lever/volts"], file.attrs["session"]
        lever = file.create_dataset("lever/volts", (30_000,), chunks=(1000,), dtype="f8")
        lever.attrs["rate_hz"] = 1000.0
        lever[:20_000] = 1.5 + 0.001 * np.random.default_rng(1).standard_normal(20_000)
    done = leverkin("inspect", path)
    assert "not stored   10000 of 30000 samples: chunks that were never written" in done.stdout
    assert "session      3 (from its name)" in done.stdout
    found = json.loads(leverkin("inspect", path, "--json").stdout)
    assert found["absent"] == {
        "samples": 10_000, "ranges": [{"begin": 20_000, "end": 30_000}], "reason": "chunks that were never written",
    }  # fmt: skip
    assert found["session"]["number_from"] == "name"


def test_inspect_says_what_a_file_says_of_its_identity_in_vain(leverkin, write_session):
    path = write_session("a.h5", session="three")
    done = leverkin("inspect", path)
    assert "attribute session: found something that is not a number" in " ".join(done.stdout.split())
    found = json.loads(leverkin("inspect", path, "--json").stdout)
    assert any("attribute session" in warning for warning in found["warnings"])
    assert found["session"]["number_from"] == ""


def test_inspect_says_that_an_animal_is_not_named(leverkin, tmp_path):
    done = leverkin("simulate", "--out", tmp_path, "--animals", 1, "--sessions", 1, "--minutes", 0.5, "--rate", 1000, "--quiet")
    assert done.returncode == 0, done.stderr
    [path] = tmp_path.rglob("*.nwb")
    with h5py.File(path, "r+") as file:
        del file["general/subject/subject_id"]
    done = leverkin("inspect", path)
    assert done.returncode == 0 and "subject      not named" in done.stdout
    assert "the file does not name its animal" in " ".join(done.stdout.split())


def test_a_trial_keeps_the_number_that_its_file_gives_it(leverkin, write_session, tmp_path):
    at = np.arange(3.0, 27.0, 6.0)
    _, volts = presses(30, at)
    path = write_session("a_1.h5", volts=volts, trials=trials_at(at))
    with h5py.File(path, "r+") as file:
        file["trials/id"] = np.array([101, 102, 104, 107])
    assert leverkin("analyze", path, "--out", tmp_path / "r.h5").returncode == 0
    assert session_in(tmp_path / "r.h5")["trials/id"][:].tolist() == [101, 102, 104, 107]
    with h5py.File(path, "r+") as file:
        del file["trials/id"]
        file["trials/id"] = ["a", "b", "c", "d"]
    assert leverkin("analyze", path, "--out", tmp_path / "r.h5").returncode == 0
    assert session_in(tmp_path / "r.h5")["trials/id"][:].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("part", ["lever", "lever/volts", "lever/timestamps_s", "trials", "trials/reward_s"])
@pytest.mark.parametrize("link", [h5py.SoftLink("/gone/away"), h5py.ExternalLink("gone.h5", "/away")], ids=["soft", "external"])
def test_a_link_that_leads_nowhere_is_named_and_never_taken_for_nothing(leverkin, write_session, tmp_path, part, link):
    t, volts = presses(30, [5, 15])
    path = write_session("a_1.h5", volts=volts, timestamps_s=t)
    with h5py.File(path, "r+") as file:
        del file[part]
        file[part] = link
    for command in (["inspect", path], ["analyze", path, "--out", tmp_path / "r.h5"]):
        done = leverkin(*command)
        assert done.returncode == 3, done.stdout
        target = "/gone/away" if isinstance(link, h5py.SoftLink) else "gone.h5:/away"
        assert f"/{part}: found a link to {target}, which is not there" in done.stderr
        assert "docs/troubleshooting.md#links" in done.stderr


def test_a_drive_without_locks_is_read_all_the_same(leverkin, one_session, tmp_path):
    library = tmp_path / "nolock.so"
    source = tmp_path / "nolock.c"
    source.write_text("#include <errno.h>\nint flock(int f, int how) { (void)f; (void)how; errno = ENOLCK; return -1; }\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    expected = leverkin("inspect", one_session)
    found = leverkin("inspect", one_session, LD_PRELOAD=library)
    assert found.returncode == 0, found.stderr
    assert found.stdout == expected.stdout


@pytest.mark.skipif(h5py.version.hdf5_version_tuple < (2,), reason="this h5py writes no form that HDF5 1.10 cannot read")
def test_a_file_of_a_newer_hdf5_is_not_called_damaged(leverkin, tmp_path):
    path = tmp_path / "new_1.h5"
    with h5py.File(path, "w", libver="latest") as file:
        lever = file.create_dataset("lever/volts", data=presses(30, [5, 15])[1], chunks=(4096,), compression="gzip")
        lever.attrs["rate_hz"] = 1000.0
        file.attrs["session"] = 1
    done = leverkin("inspect", path)
    if done.returncode == 0:
        pytest.skip("this leverkin has an HDF5 as new")
    assert "written by a newer HDF5 than" in done.stderr and "damage" not in done.stderr
    assert 'libver=("earliest", "v110")' in done.stderr and "docs/troubleshooting.md#newer-hdf5" in done.stderr
