"""What crosses between Python and the engine: no copies, no lock held, any number of threads."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from presses import press_session

import leverkin as lk

PEAK = """
import re, sys
import numpy as np
import leverkin as lk

def mib(of):
    return int(re.search(of + r":\\s+(\\d+)", open("/proc/self/status").read()).group(1)) / 1024

volts = np.empty(12_000_000)  # 92 MiB: twenty minutes at 10 kHz
volts[:] = 1.5 + 0.3 * np.sin(np.arange(len(volts)) / 20_000)
open("/proc/self/clear_refs", "w").write("5")  # the peak counts from here
before = mib("VmRSS")
lever = lk.downsample(volts, 10_000)
print(mib("VmHWM") - before, lever.nbytes / 2**20)
"""


def test_a_long_trace_is_not_copied():
    if not sys.platform.startswith("linux"):
        pytest.skip("memory is read from /proc, which is Linux's")
    found = subprocess.run([sys.executable, "-c", PEAK], check=True, capture_output=True, text=True)
    grown, result = map(float, found.stdout.split())
    assert grown < result + 25, f"{grown:.0f} MiB more for a result of {result:.0f} MiB; a copy would be 92"


def test_results_are_the_engines_own_memory():
    bouts = lk.segment(press_session(1)[0], 1000)
    assert bouts.volts is bouts.volts and not bouts.volts.flags.owndata
    found = lk.correlogram(np.random.default_rng(0).standard_normal((6, 20)), np.repeat([1, 2], 3))
    assert found.median_r is found.median_r and not found.median_r.flags.owndata


@pytest.fixture
def nobody_is_interrupted():
    """Another thread comes to its turn only where this one lets go of the interpreter by itself."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    yield
    sys.setswitchinterval(before)


def test_python_goes_on_while_the_engine_works(nobody_is_interrupted):
    volts = 1.5 + 0.3 * np.sin(np.arange(3_000_000) / 20_000)
    turns, over = [], threading.Event()

    def turn():
        while not over.is_set():
            turns.append(None)
            time.sleep(1e-4)

    other = threading.Thread(target=turn)
    other.start()
    before = len(turns)
    lk.segment(volts, 1000)
    while_at_work = len(turns) - before
    over.set()
    other.join()
    assert while_at_work > 0


def test_many_threads_get_what_one_gets():
    traces = [press_session(seed)[0] for seed in range(8)]
    alone = [lk.segment(trace, 1000) for trace in traces]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda trace: lk.segment(trace, 1000), traces * 4))
    for place, found in enumerate(together):
        np.testing.assert_array_equal(found.envelope_v_per_s, alone[place % 8].envelope_v_per_s)
        np.testing.assert_array_equal(found.onset_s, alone[place % 8].onset_s)
