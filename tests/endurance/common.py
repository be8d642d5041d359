"""What the long trials share: the tool, a study, and the way to what they share with the tests."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests"))
BINARY = str(Path(os.environ.get("LEVERKIN_BINARY", ROOT / "build" / "leverkin")).resolve())


def leverkin(*arguments, limit_s=600):
    """The finished process, its output as text. TimeoutExpired after `limit_s`."""
    command = [BINARY, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=limit_s)
    assert "the program crashed" not in done.stderr, (done.args, done.stderr)
    return done


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
