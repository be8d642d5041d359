"""What the long trials share: the tool, a study, and bytes that do not say when they were made."""

import os
import subprocess
from pathlib import Path

import h5py

ROOT = Path(__file__).resolve().parents[2]
BINARY = str(Path(os.environ.get("LEVERKIN_BINARY", ROOT / "build" / "leverkin")).resolve())


def leverkin(*arguments, limit_s=600):
    """The finished process, its output as text. TimeoutExpired after `limit_s`."""
    command = [BINARY, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=limit_s)


def demand(done):
    """The process, which must have gone well."""
    assert done.returncode == 0, (done.args, done.returncode, done.stderr)
    return done


def simulate(folder, animals, sessions, minutes, *options):
    demand(
        leverkin(
            "simulate", "--out", folder, "--animals", animals, "--sessions", sessions, "--minutes", minutes,
            "--storage", "int16", "--format", "hdf5", "--quiet", *options,
        )
    )  # fmt: skip


def bytes_without_time(path):
    """A results file's bytes, without the moment of its creation."""
    with h5py.File(path) as file:
        created = file.attrs["created_utc"].encode()
    content = path.read_bytes()
    assert content.count(created) == 1
    return content.replace(created, b"?" * len(created))
