"""An analysis that is refused memory: one request for it, the nth."""

import os
import shutil
import subprocess
from pathlib import Path

from results_bytes import bytes_without_time

HERE = Path(__file__).resolve().parent
ENDS = {0: "as ever", 1: "out of memory", 3: "not a file that can be read", 4: "a session was left out"}


def built(folder):
    """The library that refuses."""
    library = folder / "refuse_memory.so"
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, HERE / "refuse_memory.c"], check=True)
    return library


class Analysis:
    """Of two sample sessions by `binary`; its results, and how many requests for memory it makes."""

    def __init__(self, binary, folder):
        self.binary = binary
        self.folder, self.library = folder, built(folder)
        self.sessions = sorted(HERE.parent.glob("sample-sessions/*/*/*.nwb"))[:2]
        assert self.run("whole", COUNT=folder / "count").returncode == 0
        self.requests = int((folder / "count").read_text())
        self.whole = bytes_without_time(folder / "whole" / "results.h5")

    def run(self, name, *more, **environment):
        out = self.folder / name / "results.h5"
        out.parent.mkdir(exist_ok=True)
        given = {key: str(value) for key, value in environment.items()}
        return subprocess.run(
            [self.binary, "analyze", *self.sessions, "--out", out, "--threads", "2", "--quiet", *more],
            env={**os.environ, "LD_PRELOAD": str(self.library), **given},
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    def refused(self, nth):
        """How a run ends that does not get what it asks for the nth time."""
        done = self.run(str(nth), REFUSE=nth)
        told = f"request {nth}: exit code {done.returncode}: {done.stderr}"
        assert done.returncode in ENDS, told
        assert done.returncode == 0 or done.stderr.strip(), f"{told}: and no word of it"
        crashed = "the program crashed" in done.stderr
        left = self.left(nth) - {"results.h5", "results.h5.partial"}
        assert crashed or not left, f"{told}: left {left}"
        if done.returncode == 0:
            assert bytes_without_time(self.folder / str(nth) / "results.h5") == self.whole, f"{told}: other results"
        elif self.left(nth):
            assert self.run(str(nth), "--resume").returncode == 0, told
            assert self.left(nth) == {"results.h5"}, f"{told}: left after the next run: {self.left(nth)}"
        shutil.rmtree(self.folder / str(nth))
        return "crashed, and said so" if crashed else ENDS[done.returncode]

    def left(self, nth):
        return {path.name for path in (self.folder / str(nth)).iterdir()}
