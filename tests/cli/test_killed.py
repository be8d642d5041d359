"""A batch that is killed goes on where it stopped, to the same bytes."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from results_bytes import bytes_without_time

SESSIONS = 8


@pytest.fixture(scope="module")
def study(leverkin, tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    done = leverkin(
        "simulate", "--out", folder, "--animals", 1, "--sessions", SESSIONS, "--minutes", 10,
        "--rate", 1000, "--storage", "int16", "--format", "hdf5", "--quiet",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


def checkpoints(out):
    return sorted(Path(f"{out}.partial").glob("*")) if Path(f"{out}.partial").exists() else []


def killed(binary, study, out, signal_number):
    """Runs until the first checkpoints are there, then no further; how many are left."""
    run = subprocess.Popen([binary, "analyze", study, "--out", out, "--resume", "--threads", "1", "--quiet"])
    while run.poll() is None and len(checkpoints(out)) < 3:
        time.sleep(0.001)
    run.send_signal(signal_number)
    assert run.wait(60) != 0, "it was done before it could be killed"
    return len(checkpoints(out))


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGINT])
def test_a_batch_that_was_stopped_is_resumed_to_the_same_bytes(leverkin, binary, study, tmp_path, signal_number):
    out, whole = tmp_path / "results.h5", tmp_path / "whole.h5"
    left = killed(binary, study, out, signal_number)
    assert 2 <= left < SESSIONS + 1 and not out.exists()

    again = leverkin("analyze", study, "--out", out, "--resume", "--threads", 1, "--json")
    assert again.returncode == 0, again.stderr
    said = json.loads(again.stdout)
    assert said["analysed"] == SESSIONS and 2 <= said["resumed"] < SESSIONS
    assert not checkpoints(out)
    assert [path.name for path in tmp_path.iterdir()] == ["results.h5"], "what the killed one left unfinished"

    anew = leverkin("analyze", study, "--out", whole, "--threads", 1, "--json")
    assert json.loads(anew.stdout)["resumed"] == 0
    assert bytes_without_time(out) == bytes_without_time(whole)


def test_checkpoints_of_other_parameters_are_not_taken_up(leverkin, binary, study, tmp_path):
    out = tmp_path / "results.h5"
    killed(binary, study, out, signal.SIGKILL)
    again = leverkin("analyze", study, "--out", out, "--resume", "--threads", 1, "--json", "--set", "gap_ms=400")
    assert json.loads(again.stdout)["resumed"] == 0
