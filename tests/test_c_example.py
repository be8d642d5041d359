"""The shared library, used from Python by ctypes as bindings/c/examples/engine.py does."""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest

import leverkin as lk

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = Path(os.environ.get("LEVERKIN_LIBRARY", ROOT / "build" / "libleverkin.so"))


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("engine", ROOT / "bindings" / "c" / "examples" / "engine.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_example_runs(example, capsys):
    example.main(str(LIBRARY))
    said = capsys.readouterr().out
    assert said.count("(provisional)") > 15
    assert '"subject": "m07"' in said


def test_bouts_of_the_library_are_those_of_the_package(example, tmp_path):
    volts = [example.press(sample) for sample in range(60000)]
    with example.Engine(example.load(str(LIBRARY)), 1000.0, '[session]\nsubject = "m07"\nsession = 3\n') as engine:
        for first in range(0, len(volts), 1000):
            engine.push(volts[first : first + 1000])
            engine.event(example.CUE, first / 1000.0)
        summary = engine.finish(tmp_path / "r.h5")
    expected = lk.segment(np.array(volts), 1000.0)
    assert summary["n_bouts"] == len(expected.onset_s) > 15
    bouts = lk.load(tmp_path / "r.h5").bouts
    assert np.array_equal(bouts["onset_s"], expected.onset_s)


def test_errors_are_told_in_words(example):
    library = example.load(str(LIBRARY))
    with pytest.raises(RuntimeError, match="there is no parameter 'gap'"):
        example.Engine(library, 1000.0, "gap = 1\n")
    with example.Engine(library, 1000.0) as engine, pytest.raises(RuntimeError, match="no samples"):
        engine.finish()
