"""An analysis that was stopped, or whose process was killed, goes on where it was."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from presses import write_study
from results_bytes import bytes_without_time

import leverkin as lk
from leverkin import _core

SESSIONS = 11  # of write_study()


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_study(tmp_path / "study")
    return "study"


@pytest.fixture
def resumed(monkeypatch):
    """How many sessions each analysis took from checkpoints."""
    counts, analyze = [], _core.analyze

    def counted(*arguments, **options):
        outcome = analyze(*arguments, **options)
        counts.append(outcome.resumed)
        return outcome

    monkeypatch.setattr(_core, "analyze", counted)
    return counts


def finishes_as_if_it_had_never_stopped(study, resumed):
    left = len(list(Path("half.h5.partial").iterdir()))
    assert left >= 2 and not Path("half.h5").exists()
    half = lk.analyze(study, "half.h5", threads=1, resume=True)
    assert not Path("half.h5.partial").exists()
    whole = lk.analyze(study, "whole.h5", threads=1)
    assert 2 <= resumed[0] < SESSIONS and resumed[1] == 0
    assert bytes_without_time(half.path) == bytes_without_time(whole.path)


def test_an_analysis_that_was_stopped_is_resumed_to_the_same_bytes(study, resumed):
    with pytest.raises(lk.Cancelled):
        lk.analyze(study, "half.h5", threads=1, resume=True, progress=lambda done, *_: done < 3)
    finishes_as_if_it_had_never_stopped(study, resumed)


def test_an_analysis_whose_process_was_killed_is_resumed_to_the_same_bytes(study, resumed):
    slow = "import time, leverkin as lk; lk.analyze('study', 'half.h5', threads=1, resume=True, progress=lambda *_: time.sleep(0.05) or True)"
    run = subprocess.Popen([sys.executable, "-c", slow])
    while run.poll() is None and (not Path("half.h5.partial").exists() or len(list(Path("half.h5.partial").iterdir())) < 3):
        time.sleep(0.001)
    run.kill()
    assert run.wait(60) == -signal.SIGKILL
    finishes_as_if_it_had_never_stopped(study, resumed)


def test_what_was_finished_is_kept_of_an_analysis_that_was_stopped(study):
    with pytest.raises(lk.Cancelled):
        lk.analyze(study, "half.h5", threads=1, progress=lambda done, *_: done < 3)
    assert not Path("half.h5").exists() and Path("half.h5.partial").exists()
    resumed = lk.analyze(study, "half.h5", threads=1, resume=True)
    assert len(resumed.sessions) == len(lk.analyze(study).sessions) and not Path("half.h5.partial").exists()
