"""An analysis that is refused memory, one request after the other.

    allocations.py [--every 20]

Every run ends with an exit code of its own and leaves whole results or none; after the next one nothing else is left. HDF5 1.10
goes on without the memory that it did not get, and crashes: such runs, which end with a line that says so, are counted apart.
"""

import argparse
import collections
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from common import BINARY, ROOT
from results_bytes import bytes_without_time

AT_ONCE = 2
ENDS = {0: "as ever", 1: "out of memory", 3: "not a file that can be read", 4: "a session was left out"}


def built(folder):
    """The library that refuses."""
    library = folder / "refuse_memory.so"
    source = Path(__file__).with_name("refuse_memory.c")
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, source], check=True)
    return library


class Analysis:
    def __init__(self, folder):
        self.folder, self.library = folder, built(folder)
        self.sessions = sorted(ROOT.glob("sample-sessions/*/*/*.nwb"))[:2]
        assert self.run("whole", COUNT=folder / "count").returncode == 0
        self.requests = int((folder / "count").read_text())
        self.whole = bytes_without_time(folder / "whole" / "results.h5")

    def run(self, name, *more, **environment):
        out = self.folder / name / "results.h5"
        out.parent.mkdir(exist_ok=True)
        given = {key: str(value) for key, value in environment.items()}
        return subprocess.run(
            [BINARY, "analyze", *self.sessions, "--out", out, "--threads", "2", "--quiet", *more],
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


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--every", type=int, default=20)
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        analysis = Analysis(Path(folder))
        ends = collections.Counter(pool.map(analysis.refused, range(1, analysis.requests + 1, options.every)))
    for end, runs in ends.most_common():
        print(f"{runs:6} {end}")
    print(f"every {options.every}th of {analysis.requests} requests for memory refused: no signal, nothing half written")


if __name__ == "__main__":
    main()
