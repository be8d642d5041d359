"""A program that writes a session again, block by block, as an acquisition program does:

    slow_writer.py SOURCE TARGET PAUSE_S END [BLOCK [OLDEST]]

END: close, hang (once all is written), or plain (not in SWMR mode). OLDEST: v110 or earliest, the form of the file. Says "open"
when others may read, and "done" before it hangs.
"""

import sys
import time

import h5py
import numpy as np

source, target, seconds, end = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]
length = int(sys.argv[5]) if len(sys.argv) > 5 else 6000
oldest = sys.argv[6] if len(sys.argv) > 6 else "v110"
with h5py.File(source) as done, h5py.File(target, "w", libver=(oldest, "v110" if oldest == "v110" else "latest")) as file:
    volts, rate = done["lever/volts"], done["lever/volts"].attrs["rate_hz"]
    lever = file.create_dataset("lever/volts", (0,), maxshape=(None,), chunks=(4096,), dtype=volts.dtype)
    for name, value in volts.attrs.items():
        lever.attrs[name] = value
    for name, value in done.attrs.items():
        file.attrs[name] = value
    columns = ["start_s", "stop_s", "cue_s", "reward_s"]
    trials = {c: file.create_dataset(f"trials/{c}", (0,), maxshape=(None,), chunks=(64,), dtype=float) for c in columns}
    table = {c: done[f"trials/{c}"][:] for c in columns}
    if end != "plain":
        file.swmr_mode = True
    print("open", flush=True)
    for first in range(0, len(volts), length):
        block = volts[first : first + length]
        lever.resize((first + len(block),))
        lever[first:] = block
        n = np.count_nonzero(table["start_s"] <= (first + len(block)) / rate)
        for name, column in trials.items():
            column.resize((n,))
            column[:] = table[name][:n]
        file.flush()
        time.sleep(seconds)
    if end == "hang":
        print("done", flush=True)
        time.sleep(600)
    for name, column in trials.items():
        column.resize((len(table[name]),))
        column[:] = table[name]
