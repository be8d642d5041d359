"""The engine from Python, through ctypes: for rigs whose Python has no leverkin package.

    python engine.py build/libleverkin.so
"""

import ctypes
import json
import math
import sys
from ctypes import POINTER, byref, c_char_p, c_double, c_int, c_int64, c_void_p

SIGNATURES = {
    "lvk_abi_version": [],
    "lvk_last_error": [],
    "lvk_engine_new": [c_char_p, c_double, c_double, POINTER(c_void_p)],
    "lvk_engine_push": [c_void_p, POINTER(c_double), c_int64],
    "lvk_engine_event": [c_void_p, c_int, c_double],
    "lvk_engine_poll": [c_void_p, POINTER(c_double), POINTER(c_double), c_int64, POINTER(c_int64)],
    "lvk_engine_finish": [c_void_p, c_char_p],
    "lvk_engine_summary_json": [c_void_p, c_char_p, c_int64, POINTER(c_int64)],
    "lvk_engine_free": [c_void_p],
    "lvk_planner_lock": [],
    "lvk_planner_unlock": [],
}
TRIAL_START, CUE, REWARD, TRIAL_STOP = range(4)


def load(path):
    library = ctypes.CDLL(path)
    for name, parameters in SIGNATURES.items():
        function = getattr(library, name)
        function.argtypes = parameters
        function.restype = c_int
    library.lvk_last_error.restype = c_char_p
    library.lvk_engine_free.restype = None
    return library


class Engine:
    """One session. Times are seconds from its first sample."""

    def __init__(self, library, rate_hz, config="", max_hours=0.0):
        self._lvk, self._handle = library, c_void_p()
        self._check(library.lvk_engine_new(config.encode(), rate_hz, max_hours, byref(self._handle)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._lvk.lvk_engine_free(self._handle)

    def _check(self, code):
        if code != 0:
            raise RuntimeError(f"leverkin ({code}): {self._lvk.lvk_last_error().decode()}")

    def push(self, volts):
        samples = (c_double * len(volts))(*volts)
        self._check(self._lvk.lvk_engine_push(self._handle, samples, len(volts)))

    def event(self, kind, seconds):
        self._check(self._lvk.lvk_engine_event(self._handle, kind, seconds))

    def poll(self, most=64):
        onset, offset, n = (c_double * most)(), (c_double * most)(), c_int64()
        self._check(self._lvk.lvk_engine_poll(self._handle, onset, offset, most, byref(n)))
        return list(zip(onset[: n.value], offset[: n.value]))

    def finish(self, results=None):
        self._check(self._lvk.lvk_engine_finish(self._handle, results and str(results).encode()))
        return self.summary()

    def summary(self):
        needed = c_int64()
        self._check(self._lvk.lvk_engine_summary_json(self._handle, None, 0, byref(needed)))
        text = ctypes.create_string_buffer(needed.value)
        self._check(self._lvk.lvk_engine_summary_json(self._handle, text, needed, byref(needed)))
        return json.loads(text.value)


def press(sample):
    t = sample / 1000.0 % 3.0
    noise = 0.001 * math.sin(917.0 * sample)
    return 1.5 + noise - (0.4 * math.sin(math.pi * (t - 1.0) / 0.4) if 1.0 < t < 1.4 else 0.0)


def main(path):
    config = '[session]\nsubject = "m07"\nsession = 12\n'
    with Engine(load(path), 1000.0, config) as engine:
        for block in range(0, 60000, 10):
            if block % 3000 == 0:
                engine.event(CUE, block / 1000.0 + 0.5)
                engine.event(REWARD, block / 1000.0 + 1.2)
            engine.push([press(sample) for sample in range(block, block + 10)])
            for onset_s, offset_s in engine.poll():
                print(f"bout {onset_s:.3f} .. {offset_s:.3f} s (provisional)")
        print(json.dumps(engine.finish(), indent=2))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "libleverkin.so")
