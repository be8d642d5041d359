"""Drives the real command line. The binary is build/leverkin, or what LEVERKIN_BINARY names."""

import os
import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("LEVERKIN_BINARY", ROOT / "build" / "leverkin")).resolve()


@pytest.fixture(scope="session")
def binary():
    assert BINARY.exists(), f"{BINARY} is missing: `make build` first, or set LEVERKIN_BINARY"
    return str(BINARY)


@pytest.fixture(scope="session")
def leverkin(binary):
    """leverkin("analyze", path, ...) -> the finished process, its output as text."""

    def run(*arguments, cwd=None, **environment):
        done = subprocess.run(
            [binary, *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=cwd,
            timeout=120,
            env={**os.environ, **environment},
        )
        assert "the program crashed" not in done.stderr, done.args
        return done

    return run


@pytest.fixture(scope="session")
def mice(leverkin, tmp_path_factory):
    """A folder with two sessions of each of two simulated mice, small files."""
    folder = tmp_path_factory.mktemp("mice")
    done = leverkin(
        "simulate", "--out", folder, "--animals", 2, "--sessions", 2, "--minutes", 2,
        "--rate", 1000, "--storage", "int16", "--format", "hdf5", "--quiet",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def one_session(mice):
    return sorted(mice.rglob("*.h5"))[0]


@pytest.fixture(scope="session")
def results(leverkin, mice, tmp_path_factory):
    out = tmp_path_factory.mktemp("results") / "results.h5"
    done = leverkin("analyze", mice, "--out", out)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture
def write_session(tmp_path):
    """Writes a plain HDF5 session of half a minute of noise around 1.5 V, with whatever is wrong with it."""

    def write(name="mouse_1.h5", *, volts=None, rate_hz=1000.0, timestamps_s=None, trials=None, **attributes):
        path = tmp_path / name
        if volts is None:
            volts = 1.5 + 0.001 * np.random.default_rng(1).standard_normal(30_000)
        with h5py.File(path, "w") as file:
            lever = file.create_dataset("lever/volts", data=volts)
            if timestamps_s is not None:
                file["lever/timestamps_s"] = timestamps_s
            elif rate_hz is not None:
                lever.attrs["rate_hz"] = rate_hz
            columns = {"start_s": [1.0], "stop_s": [9.0], "cue_s": [2.0], "reward_s": [np.nan]}
            for column, values in {**columns, **(trials or {})}.items():
                file[f"trials/{column}"] = np.asarray(values, dtype=float)
            for key, value in {"subject": "mouse", "session": 1, **attributes}.items():
                file.attrs[key] = value
        return path

    return write
