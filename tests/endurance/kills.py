"""A batch that is killed at any moment: nothing is lost, and the next run gives the same bytes.

    kills.py [--kills 300] [--seed 1]

Half of the kills end a run with --resume, over and over until it is done; the other half one that replaces results of other
parameters, of which either the old or the new file must be there, whole. After the next run nothing is left of the killed one.
"""

import argparse
import random
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from common import BINARY, demand, leverkin, simulate
from results_bytes import bytes_without_time


class Trial:
    def __init__(self, folder, seed):
        self.study, self.out = folder / "study", folder / "here" / "results.h5"
        self.out.parent.mkdir()
        simulate(self.study, 3, 4, 4, "--rate", 1000)
        demand(leverkin("analyze", self.study, "--out", folder / "old.h5", "--set", "gap_ms=400", "--threads", 2))
        began = time.monotonic()
        demand(leverkin("analyze", self.study, "--out", folder / "new.h5", "--threads", 2))
        self.length_s = time.monotonic() - began
        self.old_file = (folder / "old.h5").read_bytes()
        self.old, self.new = bytes_without_time(folder / "old.h5"), bytes_without_time(folder / "new.h5")
        self.random = random.Random(seed)

    def killed(self, *options):
        """Whether a run was killed, at a random moment, before it was done."""
        run = subprocess.Popen([BINARY, "analyze", self.study, "--out", self.out, "--threads", "2", "--quiet", *options], stderr=subprocess.DEVNULL)
        time.sleep(self.random.uniform(0.0, self.length_s))
        run.send_signal(self.random.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM]))
        return run.wait(60) != 0

    def left(self):
        return sorted(path.name for path in self.out.parent.iterdir())

    def finish(self, *options):
        demand(leverkin("analyze", self.study, "--out", self.out, "--threads", 2, *options))
        assert bytes_without_time(self.out) == self.new, "the results are others than those of a run left in peace"
        assert self.left() == ["results.h5"], f"left after the next run: {self.left()}"
        self.out.unlink()

    def resumed(self, kills):
        """A chain of up to `kills` runs that are killed; how many were."""
        done = 0
        while done < kills and self.killed("--resume"):
            done += 1
            assert not self.out.exists() or bytes_without_time(self.out) == self.new
        self.finish("--resume")
        return done

    def replaced(self):
        """One run over older results; 1 if it was killed."""
        self.out.write_bytes(self.old_file)
        done = self.killed()
        assert bytes_without_time(self.out) in (self.old, self.new), "neither the old nor the new results"
        self.finish()
        return int(done)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=300)
    options.add_argument("--seed", type=int, default=1)
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder), options.seed)
        resumed = replaced = 0
        while resumed + replaced < options.kills:
            if resumed <= replaced:
                resumed += trial.resumed(trial.random.randrange(1, 6))
            else:
                replaced += trial.replaced()
        print(f"{resumed} kills with --resume and {replaced} over older results: nothing lost, same bytes, nothing left")


if __name__ == "__main__":
    main()
