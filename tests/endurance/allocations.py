"""An analysis that is refused memory, one request after the other.

    allocations.py [--every 100]

Every run ends with an exit code of its own and leaves whole results or none; after the next one nothing else is left. HDF5 1.10
goes on without the memory that it did not get, and crashes: such runs, which end with a line that says so, are counted apart.
"""

import argparse
import collections
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from common import BINARY
from refused_memory import Analysis

AT_ONCE = 2


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--every", type=int, default=100)
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        analysis = Analysis(BINARY, Path(folder))
        ends = collections.Counter(pool.map(analysis.refused, range(1, analysis.requests + 1, options.every)))
    for end, runs in ends.most_common():
        print(f"{runs:6} {end}")
    print(f"every {options.every}th of {analysis.requests} requests for memory refused: no signal, nothing half written")


if __name__ == "__main__":
    main()
