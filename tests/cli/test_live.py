"""Follows recordings that another program writes: in SWMR mode, without it, to the end and not to the end."""

import fcntl
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

WRITER = Path(__file__).parents[1] / "slow_writer.py"


@pytest.fixture
def write_slowly(tmp_path):
    """Starts a program that writes a session again, block by block; ended when the test is."""
    running = []

    def start(source, target, *, pause_s=0.02, end="close"):
        writer = subprocess.Popen(
            [sys.executable, WRITER, source, target, str(pause_s), end], stdout=subprocess.PIPE, text=True
        )
        running.append(writer)
        assert writer.stdout.readline() == "open\n"
        return writer

    yield start
    for writer in running:
        writer.kill()
        writer.wait()


def columns_of(path):
    """Every number of a results file but those that say when it was made, and from where."""
    found = {}
    with h5py.File(path) as file:

        def visit(name, item):
            if isinstance(item, h5py.Dataset):
                found[name] = item[()]
            for key, value in item.attrs.items():
                if key not in ("source_file", "DIMENSION_LIST", "REFERENCE_LIST") and not name.startswith("failed"):
                    found[f"{name}@{key}"] = value

        file.visititems(visit)
    return found


def assert_same_results(a, b):
    ours, theirs = columns_of(a), columns_of(b)
    assert ours.keys() == theirs.keys()
    assert sum(name.endswith("/onset_s") for name in ours) == 2
    for name, values in ours.items():
        assert np.array_equal(values, theirs[name], equal_nan=np.asarray(values).dtype.kind == "f"), name


def test_results_are_those_of_analyze(leverkin, one_session, write_slowly, tmp_path):
    target, live, batch = tmp_path / "mouse_01_session_01.h5", tmp_path / "live.h5", tmp_path / "batch.h5"
    writer = write_slowly(one_session, target)
    done = leverkin("live", target, "--out", live, "--json")
    assert done.returncode == 0, done.stderr
    assert writer.wait(timeout=10) == 0
    assert json.loads(done.stdout)["n_trials"] > 0
    assert f"wrote {live}" in done.stderr
    assert leverkin("analyze", target, "--out", batch).returncode == 0
    assert_same_results(live, batch)


def test_a_writer_that_dies_leaves_a_valid_result(leverkin, one_session, write_slowly, tmp_path):
    target, live, batch = tmp_path / "mouse_01_session_01.h5", tmp_path / "live.h5", tmp_path / "batch.h5"
    writer = write_slowly(one_session, target, pause_s=0.0, end="hang")
    assert writer.stdout.readline() == "done\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    done = leverkin("live", target, "--out", live, "--idle", 1)
    assert done.returncode == 0, done.stderr
    assert "no new samples for 1 s; taken as the end of the recording" in done.stderr
    # The file still says that somebody writes on it; that keeps nobody from analysing it.
    assert leverkin("analyze", target, "--out", batch).returncode == 0
    assert_same_results(live, batch)
    assert "a program is still writing this file, or died" in leverkin("inspect", target).stdout
    with h5py.File(one_session) as file:
        assert columns_of(live)["subjects/mouse_01/sessions/001@duration_s"] == len(file["lever/volts"]) / 1000


def test_ctrl_c_ends_the_session_and_writes_its_results(binary, one_session, write_slowly, tmp_path):
    target, live = tmp_path / "mouse_01_session_01.h5", tmp_path / "live.h5"
    write_slowly(one_session, target, pause_s=0.1)
    follower = subprocess.Popen(
        [binary, "live", target, "--out", live, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while "trials" not in (line := follower.stderr.readline()):  # its first look at the samples
        assert line, "it ended by itself"
    follower.send_signal(signal.SIGINT)
    out, err = follower.communicate(timeout=30)
    assert follower.returncode == 0, err
    summary = json.loads(out)
    assert 1.0 < summary["duration_s"] < 120.0
    assert columns_of(live)["subjects/mouse_01/sessions/001@duration_s"] == summary["duration_s"]


@pytest.mark.parametrize("hang_up", [signal.SIG_DFL, signal.SIG_IGN], ids=["usual", "nohup"])
def test_a_terminal_that_is_closed_loses_no_results(binary, one_session, write_slowly, tmp_path, hang_up):
    target, live = tmp_path / "mouse_01_session_01.h5", tmp_path / "live.h5"
    writer = write_slowly(one_session, target, pause_s=0.1)
    ours, theirs = pty.openpty()

    def take_terminal():
        signal.signal(signal.SIGHUP, hang_up)
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    follower = subprocess.Popen([binary, "live", target, "--out", live, "--no-history"], stdin=theirs, stdout=theirs,
                                stderr=theirs, start_new_session=True, preexec_fn=take_terminal)  # fmt: skip
    os.close(theirs)
    seen = b""
    while b"trials" not in seen:
        seen += os.read(ours, 4096)
    os.close(ours)
    if hang_up == signal.SIG_IGN:  # it goes on to the end of the recording
        writer.wait(timeout=60)
    follower.wait(timeout=30)
    duration_s = columns_of(live)["subjects/mouse_01/sessions/001@duration_s"]
    assert 1.0 < duration_s < 120.0 if hang_up == signal.SIG_DFL else duration_s == 120.0


def test_a_whole_file_is_summarised_at_once(leverkin, one_session, tmp_path):
    live = tmp_path / "live.h5"
    done = leverkin("live", one_session, "--out", live, "--no-history", "--settle", 0.3)
    assert done.returncode == 0, done.stderr
    assert "mouse_01" in done.stdout
    assert leverkin("analyze", one_session, "--out", tmp_path / "batch.h5").returncode == 0
    assert_same_results(live, tmp_path / "batch.h5")


@pytest.mark.parametrize("libver", ["v110", "earliest"])
def test_writers_without_swmr_are_followed_to_their_end(leverkin, one_session, tmp_path, libver):
    """Read beside the writer where HDF5 lets us, else once the file is closed."""
    target, live, batch = tmp_path / "mouse_01_session_01.h5", tmp_path / "live.h5", tmp_path / "batch.h5"
    writer = subprocess.Popen(
        [sys.executable, WRITER, one_session, target, "0.05", "plain", "6000", libver], stdout=subprocess.PIPE, text=True
    )
    try:
        assert writer.stdout.readline() == "open\n"
        done = leverkin("live", target, "--out", live, "--settle", 1.5)
        assert done.returncode == 0, done.stderr
        assert writer.wait(timeout=10) == 0
    finally:
        writer.kill()
    assert leverkin("analyze", target, "--out", batch).returncode == 0
    assert_same_results(live, batch)


def test_a_file_that_is_not_there_yet_is_waited_for(binary, one_session, tmp_path):
    target = tmp_path / "mouse_01_session_01.h5"
    follower = subprocess.Popen(
        [binary, "live", target, "--line", "--no-history"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    time.sleep(0.5)
    shutil.copy(one_session, tmp_path / "other")
    os.rename(tmp_path / "other", target)
    out, err = follower.communicate(timeout=30)
    assert follower.returncode == 0, err
    assert "subject=mouse_01" in out


def test_nothing_comes(leverkin, tmp_path):
    done = leverkin("live", tmp_path / "never.h5", "--out", tmp_path / "r.h5", "--idle", 0.5)
    assert done.returncode == 3
    assert "never.h5: cannot be opened" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_a_recording_is_said(leverkin, tmp_path, one_session):
    (tmp_path / "notes.h5").write_text("mouse was calm")
    done = leverkin("live", tmp_path / "notes.h5", "--idle", 0.5)
    assert done.returncode == 3
    assert "notes.h5: found a text file" in done.stderr
    assert leverkin("live", tmp_path).returncode == 2
    assert leverkin("live", one_session, "--out", one_session).returncode == 2


def test_time_stamps_are_analysed_when_the_recording_has_ended(leverkin, write_session, tmp_path):
    rng = np.random.default_rng(2)
    seconds = np.cumsum(rng.uniform(0.003, 0.005, 20_000))
    volts = 1.5 + 0.001 * rng.standard_normal(seconds.size)
    path = write_session(volts=volts, rate_hz=None, timestamps_s=seconds)
    done = leverkin("live", path, "--out", tmp_path / "r.h5", "--no-history")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "r.h5").exists()


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_the_view_in_a_real_terminal(binary, one_session, write_slowly, tmp_path):
    target = tmp_path / "mouse_01_session_01.h5"
    write_slowly(one_session, target, pause_s=0.1)
    server = ["tmux", "-L", f"leverkin-{os.getpid()}"]
    command = f"LC_ALL=C.UTF-8 {binary} live {target} --no-history; echo ended with $?; sleep 60"
    subprocess.run([*server, "new-session", "-d", "-x", "80", "-y", "30", command], check=True)

    def screen_with(text):
        for _ in range(100):
            time.sleep(0.1)
            seen = subprocess.run([*server, "capture-pane", "-p"], capture_output=True, text=True).stdout
            if text in seen:
                return seen
        raise AssertionError(f"never seen: {text!r}; last:\n{seen}")

    try:
        screen_with("rewarded (")
        early = screen_with("last bout  0:")
        for part in ("mouse_01, session 1", "recorded", "rewarded (", "noise", "(provisional)"):
            assert early.count(part) == 1, early
        assert max(len(line) for line in early.splitlines()) <= 80
        subprocess.run([*server, "send-keys", "C-c"], check=True)
        late = screen_with("ended with 0")
        assert "provisional" not in late, late
        assert "success" in late
    finally:
        subprocess.run([*server, "kill-server"], check=False)
