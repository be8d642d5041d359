"""cmake/sbom.py lists what the program is linked with."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROGRAM = ROOT / "build" / "leverkin"


@pytest.mark.skipif(not PROGRAM.exists(), reason="build/leverkin is absent (make build)")
@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="packages are Debian's")
def test_the_list_has_each_library_once_with_its_version():
    said = subprocess.run([sys.executable, ROOT / "cmake" / "sbom.py", PROGRAM], check=True, capture_output=True).stdout
    bill = json.loads(said)
    names = [package["name"] for package in bill["packages"]]
    assert names[0] == "leverkin" and len(set(names)) == len(names)
    assert {"libfftw3-double3", "libc6", "libhdf5-dev"} <= set(names)
    assert all(package["versionInfo"] for package in bill["packages"])
    assert len(bill["relationships"]) == len(names)
