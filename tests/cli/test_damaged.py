"""Damaged metadata, which HDF5 may crash of or read for ever: an error of that file, and nothing else."""

import os
import shutil
import signal
import struct
import subprocess
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from damage import damaged_copies
from refused_memory import Analysis

RECORDED = Path(os.environ.get("LEVERKIN_TEST_DATA", "/nowhere")) / "cases" / "damaged"
DEADLY = ["crash_1.nwb", "crash_2.h5", "hang_2.nwb", "zeroed_sector.h5"]

needs_recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason="LEVERKIN_TEST_DATA is not set")


def ends_well(done):
    """Not by a signal; what is wrong is said."""
    assert done.returncode in (0, 1, 2, 3, 4), (done.args, done.returncode, done.stderr)
    assert done.returncode == 0 or "leverkin: " in done.stderr, done.args


@needs_recorded
@pytest.mark.parametrize("name", DEADLY)
@pytest.mark.parametrize("command", [["inspect"], ["summary", "--no-history"], ["report", "--out", "page.html"]])
def test_a_file_that_hdf5_does_not_survive_is_bad_input(leverkin, tmp_path, name, command):
    done = leverkin(command[0], RECORDED / name, *command[1:], cwd=tmp_path)
    assert done.returncode == 3
    assert name in done.stderr
    assert command[0] == "report" or "damaged: reading it" in done.stderr


@needs_recorded
@pytest.mark.parametrize("name", DEADLY)
def test_a_damaged_recording_alone_gives_no_results(leverkin, tmp_path, name):
    done = leverkin("analyze", RECORDED / name, "--out", tmp_path / "r.h5")
    assert done.returncode == 3 and "damaged: reading it" in done.stderr
    assert not (tmp_path / "r.h5").exists()


@needs_recorded
def test_damaged_recordings_fail_alone_and_the_batch_goes_on(leverkin, mice, tmp_path):
    study = tmp_path / "study"
    shutil.copytree(mice, study)
    for name in DEADLY:
        shutil.copy(RECORDED / name, study)
    done = leverkin("analyze", study, "--out", tmp_path / "r.h5")
    assert done.returncode == 4, done.stderr
    with h5py.File(tmp_path / "r.h5") as results:
        assert len(results["failed/path"]) == len(DEADLY)
        assert all(b"damaged: reading it" in error for error in results["failed/error"][:])
        assert sum(len(subject["sessions"]) for subject in results["subjects"].values()) == 4


@needs_recorded
def test_a_damaged_neighbour_does_not_end_a_summary(leverkin, one_session, tmp_path):
    shutil.copy(RECORDED / "crash_2.h5", tmp_path)
    session = Path(shutil.copy(one_session, tmp_path))
    done = leverkin("summary", session)
    assert done.returncode == 0, done.stderr


@needs_recorded
def test_watch_warns_of_a_damaged_recording_and_goes_on(leverkin, one_session, tmp_path):
    shutil.copy(RECORDED / "crash_1.nwb", tmp_path / "a.nwb")
    shutil.copy(one_session, tmp_path / "b.h5")
    done = leverkin("watch", tmp_path, "--existing", "--once", "--settle", 0.1, "--interval", 0.1)
    assert done.returncode == 0, done.stderr
    assert "a.nwb: found damaged: reading it crashed HDF5" in done.stderr


@pytest.mark.parametrize("part", [b"TREE", b"HEAP", b"SNOD"])
def test_a_damaged_group_of_trials_is_not_one_without_trials(leverkin, write_session, part):
    trials = {name: np.array([1.0, 5.0]) + i for i, name in enumerate(("start_s", "cue_s", "reward_s", "stop_s"))}
    session = write_session(volts=np.linspace(1.0, 2.0, 20000), trials=trials)
    content = session.read_bytes()
    at = content.rindex(part)  # of the group that was made last
    session.write_bytes(content[:at] + b"X" + content[at + 1 :])
    done = leverkin("inspect", session)
    assert done.returncode == 3 and "damaged HDF5 (" in done.stderr and "signature" in done.stderr


def test_a_start_time_that_cannot_be_read_is_not_one_that_is_missing(leverkin, write_session):
    session = write_session(start_time="2024-03-01T10:00:00+01:00")
    content = session.read_bytes()
    heap = content.index(b"GCOL")
    stored = struct.pack("<IQ", 25, heap)  # the length of the text and where it is
    assert content.count(stored) == 1
    session.write_bytes(content.replace(stored, struct.pack("<IQ", 25, 8)))
    done = leverkin("inspect", session)
    assert done.returncode == 3 and "damaged" in done.stderr


def test_a_damaged_name_is_told_in_utf_8(leverkin, results, tmp_path):
    content = results.read_bytes()
    at = content.index(b"smoothness_sal\0")
    (tmp_path / "damaged.h5").write_bytes(content[:at] + b"\xf3" + content[at + 1 :])
    done = leverkin("summary", tmp_path / "damaged.h5")
    assert done.returncode == 3 and "\u00f3moothness_sal" in done.stderr


def test_numbers_of_a_damaged_type_are_not_to_be_trusted(leverkin, results, tmp_path):
    content, damaged = results.read_bytes(), tmp_path / "damaged.h5"
    whole = leverkin("summary", results, "--json").stdout
    integer = b"\x10\x08\0\0\x08\0\0\0\0\0\x40\0"  # a signed integer of 64 bits, the first byte first
    at = content.index(integer, content.index(b"session\0" + integer))
    for bit in range(8 * len(integer)):
        changed = bytearray(content)
        changed[at + bit // 8] ^= 1 << bit % 8
        damaged.write_bytes(changed)
        done = leverkin("summary", damaged, "--json")
        assert done.returncode == 3 or done.stdout.replace(str(damaged), str(results)) == whole, f"bit {bit}"


def test_values_whose_bytes_were_turned_round_are_not_to_be_trusted(leverkin, results, tmp_path):
    double = b"\x11\x20\x3f\0\x08\0\0\0\0\0\x40\0"
    (tmp_path / "damaged.h5").write_bytes(results.read_bytes().replace(double, b"\x11\x21" + double[2:]))
    done = leverkin("summary", tmp_path / "damaged.h5")
    assert done.returncode == 3 and "not to be trusted" in done.stderr


@pytest.mark.parametrize("seed", range(6))
def test_damaged_copies_of_a_recording_end_no_process(leverkin, tmp_path, seed):
    originals = sorted(Path(__file__).parents[2].glob("sample-sessions/one-kilohertz/*/*"))
    original = originals[seed % len(originals)]
    for path in damaged_copies(original, tmp_path / "copies", 10, seed):
        began = time.monotonic()
        ends_well(leverkin("inspect", path, "--quiet"))
        assert time.monotonic() - began < 60  # on a machine with other things to do; alone it is 3 s
    ends_well(leverkin("analyze", tmp_path / "copies", "--out", tmp_path / "r.h5", "--quiet"))


@pytest.mark.parametrize("seed", range(3))
def test_damaged_copies_of_results_end_no_process(leverkin, results, tmp_path, seed):
    for path in damaged_copies(results, tmp_path / "copies", 10, seed):
        ends_well(leverkin("summary", path))
        ends_well(leverkin("report", path, "--out", tmp_path / "page.html", "--quiet"))


def test_what_a_damaged_file_of_somebody_else_holds_is_looked_at_elsewhere_first(leverkin, results, tmp_path):
    other = tmp_path / "other.h5"
    with h5py.File(other, "w", libver="v110") as file:
        for i in range(12):  # more than 8: their names are in a heap of their own
            file[f"onsets_{i}"] = np.arange(40.0)
    content = other.read_bytes()
    assert content.count(b"FRHP\0\x07\0") == 1
    other.write_bytes(content.replace(b"FRHP\0\x07\0", b"FRHP\0\x07\x10"))  # whose places are of 4,103 bytes
    done = leverkin("inspect", other, "--suggest-mapping")
    assert done.returncode == 3 and "damaged: reading it crashed HDF5" in done.stderr
    done = leverkin("compare", results, "--subject", "mouse_01", "--against", other)
    assert done.returncode == 3 and "damaged" in done.stderr


def test_a_second_signal_of_another_kind_ends_the_process_at_once(binary, one_session, tmp_path):
    never_written = tmp_path / "parameters.toml"
    os.mkfifo(never_written)  # reading it keeps the process where it cannot come to a clean end
    command = [binary, "analyze", one_session, "--out", tmp_path / "r.h5", "--config", never_written]
    waiting = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    waiting.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    assert waiting.poll() is None
    waiting.send_signal(signal.SIGINT)
    assert waiting.wait(timeout=30) == -signal.SIGINT


@pytest.mark.parametrize("crash", [signal.SIGSEGV, signal.SIGABRT])
def test_a_crash_is_said_in_words(binary, mice, tmp_path, crash):
    """HDF5's answer to some allocations that fail; the tool's child and the programs that embed the library keep theirs."""
    out = tmp_path / "r.h5"
    run = subprocess.Popen([binary, "watch", mice, "--out", out, "--quiet"], stderr=subprocess.PIPE, text=True)
    while not out.exists():  # by then it has begun
        assert run.poll() is None
        time.sleep(0.01)
    run.send_signal(crash)
    assert "leverkin: stopped: the program crashed" in run.communicate(timeout=30)[1]
    assert run.returncode == 1


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_an_analysis_that_is_refused_memory_leaves_whole_results_or_none(binary, tmp_path):
    analysis = Analysis(binary, tmp_path)
    ends = {analysis.refused(nth) for nth in range(11, analysis.requests, analysis.requests // 30)}
    assert "out of memory" in ends
