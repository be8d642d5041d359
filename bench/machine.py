"""What a benchmark ran on, and how often a fresh process has to run to be measured."""

import importlib.metadata
import json
import os
import pathlib
import platform
import re
import subprocess

# Settings under which a library runs below what the CPU can do; and one thread for whoever would take more by itself.
REMOVED = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "LEVERKIN_KERNELS")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def environment():
    return {key: value for key, value in os.environ.items() if key not in REMOVED} | ONE_THREAD


def once(command):
    """Seconds, and the peak memory in MiB, that a fresh process says of itself."""
    words = [str(part) for part in command]
    output = subprocess.run(words, env=environment(), check=True, stdout=subprocess.PIPE, text=True).stdout
    seconds, peak_mib = output.split()
    return float(seconds), float(peak_mib)


def cpu_model():
    try:
        models = re.findall(r"model name\s*:\s*(.+)", pathlib.Path("/proc/cpuinfo").read_text())
    except OSError:
        models = []
    return models[0] if models else platform.machine()


def description(tool):
    """CPU, threads, SIMD target and the versions that matter."""
    program = json.loads(subprocess.run([str(tool), "--version", "--json"], env=environment(), check=True,
                                        stdout=subprocess.PIPE, text=True).stdout)
    return {"cpu": cpu_model(), "hardware_threads": os.cpu_count(), "simd_target": program["simd_target"],
            "leverkin": program["version"], "git_revision": program["git_revision"], "fftw": program["fftw"],
            "hdf5": program["hdf5"], "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in ("numpy", "scipy", "h5py")}}
