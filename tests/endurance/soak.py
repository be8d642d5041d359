"""A day of `leverkin live` in minutes: a recording of 24 hours that grows by a minute every tenth of a second.

    soak.py [--hours 24] [--pause 0.1]

Says how the memory of the process that follows it went, and demands of its results what `analyze` gives of the whole file.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from common import BINARY, ROOT, demand, leverkin, simulate
from load import long_session
from results_bytes import tables

RATE_HZ, BLOCK_S = 1000, 60


def memory_mb(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def followed(target, out, hours):
    """[MB], one of every second that `live` runs."""
    run = subprocess.Popen([BINARY, "live", target, "--out", out, "--max-hours", str(hours), "--quiet", "--no-history"],
                           stdout=subprocess.DEVNULL)  # fmt: skip
    memory = []
    while run.poll() is None:
        memory.append(memory_mb(run.pid))
        time.sleep(1.0)
    assert run.returncode == 0, run.returncode
    return memory


def differences(one, other):
    """Names of the data sets in which two results files do not agree."""
    a, b = tables(one), tables(other)
    return sorted(a.keys() ^ b.keys()) + [
        name for name in a.keys() & b.keys() if not np.array_equal(a[name], b[name], equal_nan=a[name].dtype.kind == "f")
    ]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--hours", type=int, default=24)
    options.add_argument("--pause", type=float, default=0.1)
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulate(folder / "hour", 1, 1, 60, "--rate", RATE_HZ)
        (hour,) = (folder / "hour").rglob("*.h5")
        long_session(hour, folder / "whole.h5", options.hours)
        command = [sys.executable, ROOT / "tests" / "slow_writer.py", folder / "whole.h5", folder / "day_1.h5",
                   options.pause, "close", BLOCK_S * RATE_HZ]  # fmt: skip
        writer = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
        assert writer.stdout.readline() == "open\n"
        memory = followed(folder / "day_1.h5", folder / "live.h5", options.hours)
        assert writer.wait() == 0
        demand(leverkin("analyze", folder / "day_1.h5", "--out", folder / "batch.h5"))
        found = differences(folder / "live.h5", folder / "batch.h5")
        assert not found, f"live and batch disagree in {found}"
        tenth = len(memory) // 10
        print(f"{options.hours} hours in {len(memory)} s; memory {memory[tenth]:.0f} MB after a tenth, {memory[-tenth]:.0f} MB "
              f"after nine tenths, {max(memory):.0f} MB at most; the results are those of analyze")


if __name__ == "__main__":
    main()
