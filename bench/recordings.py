"""Makes the recordings that the benchmarks read, once, in FOLDER/recordings: an hour of a simulated mouse at 10 kHz as
a contiguous float64 file, and copies of it that are compressed, smaller, longer or of odd length.
"""

import contextlib
import os
import shutil
import subprocess
import sys

import h5py
import numpy as np

RAW_RATE_HZ = 10_000
CHUNK = 1 << 16


@contextlib.contextmanager
def whole_or_not_at_all(path):
    """A name to write to; it becomes `path` where nothing went wrong."""
    unfinished = path.with_suffix(".unfinished")
    yield unfinished
    os.replace(unfinished, path)


def simulated(folder, tool, minutes):
    """float64, in chunks, as `leverkin simulate` writes it."""
    path = folder / f"{minutes:g}min-simulated.h5"
    if not path.exists():
        print(f"simulating {minutes:g} min at 10 kHz (kept in {folder})", file=sys.stderr)
        scratch = folder / "scratch"
        command = [tool, "simulate", "--out", scratch, "--animals", 1, "--sessions", 1, "--minutes", minutes]
        subprocess.run([str(part) for part in [*command, "--seed", 1, "--format", "hdf5", "--quiet"]], check=True)
        os.replace(next(scratch.rglob("*.h5")), path)
        shutil.rmtree(scratch)
    return path


def copy(source, path, samples=None, dtype=None, **storage):
    """`source` with another number of samples (repeated from its beginning where there are more), type or storage."""
    if path.exists():
        return path
    print(f"making {path.name}", file=sys.stderr)
    with h5py.File(source) as old, whole_or_not_at_all(path) as unfinished, h5py.File(unfinished, "w") as new:
        new.attrs.update(old.attrs)
        old.copy("trials", new)
        volts = old["lever/volts"]
        out = new.create_dataset("lever/volts", (samples or len(volts),), dtype or volts.dtype, **storage)
        out.attrs.update(volts.attrs)
        step = 1.0
        if out.dtype.kind == "i":
            step = 10.0 / 65536  # an amplifier of +-5 V and 16 bits
            out.attrs.update(volts_per_count=step, offset_v=0.0)
        copy_samples(volts, out, step)
    return path


def copy_samples(volts, out, step):
    block = 100 * CHUNK
    done = 0
    while done < len(out):
        begin = done % len(volts)
        piece = volts[begin:begin + min(block, len(out) - done)]
        out[done:done + len(piece)] = piece if step == 1.0 else np.clip(np.round(piece / step), -32768, 32767)
        done += len(piece)


def of_length(folder, tool, minutes):
    """The recordings of the contests: contiguous float64 and int16, gzip-4 with shuffle, and one of odd length, that is
    with one lever sample less."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = copy(simulated(folder, tool, minutes), folder / f"{minutes:g}min.h5")
    odd_samples = round(minutes * 60 * RAW_RATE_HZ) - RAW_RATE_HZ // 1000
    return {"": plain,
            "gzip": copy(plain, folder / f"{minutes:g}min-gzip.h5", chunks=(CHUNK,), compression=4, shuffle=True),
            "int16": copy(plain, folder / f"{minutes:g}min-int16.h5", dtype="i2"),
            "odd": copy(plain, folder / f"{minutes:g}min-odd.h5", samples=odd_samples)}


def repeated(folder, tool, minutes):
    """int16, contiguous, any length: a simulated hour cut or repeated."""
    folder.mkdir(parents=True, exist_ok=True)
    samples = round(minutes * 60 * RAW_RATE_HZ)
    return copy(simulated(folder, tool, 60), folder / f"repeated-{minutes:g}min.h5", samples=samples, dtype="i2")


def eleven_sessions(folder, tool):
    """The results of one animal: eleven sessions of an hour (recorded at 1 kHz: what a report shows is the same)."""
    folder.mkdir(parents=True, exist_ok=True)
    results = folder / "eleven.results.h5"
    if not results.exists():
        print(f"simulating eleven sessions of an hour at 1 kHz (kept in {folder})", file=sys.stderr)
        sessions = folder / "eleven"
        options = ["--animals", 1, "--sessions", 11, "--minutes", 60, "--rate", 1000, "--storage", "int16", "--quiet"]
        subprocess.run([str(part) for part in [tool, "simulate", "--out", sessions, *options]], check=True)
        subprocess.run([tool, "analyze", sessions, "--out", results, "--quiet"], check=True)
    return results
