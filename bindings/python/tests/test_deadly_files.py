"""A file that HDF5 does not survive is an exception in Python, never the end of the interpreter."""

import os
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from damage import damaged_copies

import leverkin as lk

RECORDED = Path(os.environ.get("LEVERKIN_TEST_DATA", "/nowhere")) / "cases" / "damaged"
DEADLY = ["crash_1.nwb", "crash_2.h5", "hang_2.nwb", "zeroed_sector.h5"]
SAMPLES = Path(__file__).parents[3] / "sample-sessions" / "one-kilohertz"
IMAGED = Path(__file__).parents[3] / "tests" / "golden" / "activity" / "mouse_77_session_03.nwb"

needs_recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason="LEVERKIN_TEST_DATA is not set")
needs_tool = pytest.mark.skipif(not lk._PROGRAM.exists(), reason="the package was built without the command line")
pytestmark = needs_tool


@needs_recorded
@pytest.mark.parametrize("name", DEADLY)
@pytest.mark.parametrize("read", [lk.open_session, lk.analyze_session, lk.inspect, lk.analyze])
def test_a_deadly_recording_is_bad_input(name, read):
    if read is lk.inspect:
        assert "damaged: reading it" in read(RECORDED / name)["errors"][0]["found"]
        return
    with pytest.raises(lk.Error, match="damaged: reading it"):
        read(RECORDED / name)


@needs_recorded
@pytest.mark.parametrize("name", DEADLY)
def test_a_deadly_file_in_place_of_results_is_bad_input(name):
    with pytest.raises(lk.BadSession, match=f"{name}: found"):
        lk.load(RECORDED / name)


@needs_recorded
def test_a_deadly_recording_is_listed_beside_good_ones(tmp_path):
    for name in DEADLY:
        shutil.copy(RECORDED / name, tmp_path)
    good = sorted(SAMPLES.glob("*/*"))[0]
    results = lk.analyze([tmp_path, good], out=tmp_path / "r.h5")
    assert len(results.sessions) == 1
    assert all("damaged: reading it" in error for error in results.failed["error"])
    assert len(results.failed) == len(DEADLY)


@pytest.mark.parametrize("seed", range(3))
def test_damaged_copies_raise_or_read(tmp_path, seed):
    originals = sorted(SAMPLES.glob("*/*"))
    for path in damaged_copies(originals[seed % len(originals)], tmp_path, 8, 100 + seed):
        try:
            session = lk.open_session(path)
            session.read(0, session.duration_s)
        except lk.Error as error:
            assert str(path) in str(error)


# ---------------------------------------------------------------------------------------------- imaging, which h5py reads


@pytest.mark.parametrize("seed", range(2))
def test_damaged_copies_of_imaging_raise_or_read(tmp_path, seed):
    for path in damaged_copies(IMAGED, tmp_path, 25, 200 + seed):
        try:
            lk.activity.read_imaging(path)
        except lk.Error as error:
            assert str(path) in str(error)


def test_imaging_that_hdf5_reads_for_ever_is_bad_input(tmp_path):
    *_, endless = damaged_copies(IMAGED, tmp_path, 111, 1)
    with pytest.raises(lk.BadSession, match="damaged: reading it did not end"):
        lk.activity.read_imaging(endless)


def imaged(path, **activity):
    with h5py.File(path, "w") as file:
        data = file.create_dataset("imaging/activity", **activity)
        data.attrs["rate_hz"] = 28.0
    return path


def test_imaging_behind_a_link_out_of_the_folder_is_refused(tmp_path):
    outside = imaged(tmp_path / "a.h5", data=np.zeros((100, 3)))
    (tmp_path / "elsewhere").mkdir()
    for folder, error in ((tmp_path, None), (tmp_path / "elsewhere", "outside the folder of the file")):
        with h5py.File(folder / "linked.h5", "w") as file:
            file["imaging"] = h5py.ExternalLink(str(outside), "/imaging")
        if error is None:
            assert lk.activity.read_imaging(folder / "linked.h5")[0].activity.shape == (100, 3)
            continue
        with pytest.raises(lk.BadSession, match=error):
            lk.activity.read_imaging(folder / "linked.h5")
        lk.allow_outside_files(True)
        try:
            assert lk.activity.read_imaging(folder / "linked.h5")[0].activity.shape == (100, 3)
        finally:
            lk.allow_outside_files(False)


def test_imaging_behind_the_sources_of_a_virtual_data_set_out_of_the_folder_is_refused(tmp_path):
    outside = imaged(tmp_path / "a.h5", data=np.zeros((100, 3)))
    (tmp_path / "elsewhere").mkdir()
    layout = h5py.VirtualLayout((100, 3), "f8")
    layout[:] = h5py.VirtualSource(outside, "imaging/activity", (100, 3))
    with h5py.File(tmp_path / "elsewhere" / "virtual.h5", "w") as file:
        file.create_virtual_dataset("imaging/activity", layout)
    with pytest.raises(lk.BadSession, match="outside the folder of the file"):
        lk.activity.read_imaging(tmp_path / "elsewhere" / "virtual.h5")


def test_imaging_in_raw_values_out_of_the_folder_is_refused(tmp_path):
    path = imaged(tmp_path / "a.h5", shape=(100, 3), dtype="u1", external=[("/etc/passwd", 0, 300)])
    with pytest.raises(lk.BadSession, match="raw values in /etc/passwd"):
        lk.activity.read_imaging(path)


def test_imaging_whose_links_lead_in_circles_is_read(tmp_path):
    path = imaged(tmp_path / "a.h5", data=np.zeros((100, 3)))
    with h5py.File(path, "r+") as file:
        file["imaging/all"], file["soft"] = file["/"], h5py.SoftLink("/soft")
    assert lk.activity.read_imaging(path)[0].activity.shape == (100, 3)


def test_imaging_of_more_values_than_the_file_can_hold_is_refused(tmp_path):
    path = imaged(tmp_path / "a.h5", shape=(2**40, 3), chunks=(1024, 3), dtype="f4")
    with pytest.raises(lk.BadSession, match="imaging/activity: found a shape of .*; it is damaged"):
        lk.activity.read_imaging(path)


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'shape': (9", b"{'descr': ',f4'", b"(10000000000000,)"])
def test_damaged_arrays_of_suite2p_are_bad_input(tmp_path, damage):
    plane = tmp_path / "plane0"
    plane.mkdir()
    np.save(plane / "F.npy", np.zeros((3, 100), "f4"))
    whole = (plane / "F.npy").read_bytes()
    changed = {b"": b"", b"{": whole.replace(b"{'descr': '<f4'", damage), b"(": whole.replace(b"(3, 100), }      ", damage + b", }")}
    (plane / "dff.npy").write_bytes(changed.get(damage[:1], damage))
    with pytest.raises(lk.BadSession, match="dff.npy: found no plain array"):
        lk.activity.read_imaging(tmp_path, rate_hz=30.0)


def test_a_forked_process_looks_at_files_with_a_child_of_its_own():
    recording = sorted(SAMPLES.glob("*/*"))[0]
    subject = lk.open_session(recording).subject
    other = sorted(SAMPLES.glob("*/*"))[1]
    forked = os.fork()
    if forked == 0:
        found = lk.open_session(other).duration_s > 0  # a file that has not been looked at yet
        os._exit(0 if found else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1]) == 0
    assert lk.open_session(recording).subject == subject
