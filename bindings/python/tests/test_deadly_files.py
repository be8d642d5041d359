"""A file that HDF5 does not survive is an exception in Python, never the end of the interpreter."""

import os
import shutil
from pathlib import Path

import pytest
from damage import damaged_copies

import leverkin as lk

RECORDED = Path(os.environ.get("LEVERKIN_TEST_DATA", "/nowhere")) / "cases" / "damaged"
DEADLY = ["crash_1.nwb", "crash_2.h5", "hang_2.nwb", "zeroed_sector.h5"]
SAMPLES = Path(__file__).parents[3] / "sample-sessions" / "one-kilohertz"

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
