"""The command line that comes with the package."""

import os
from pathlib import Path

PROGRAM = Path(__file__).parent / "bin" / ("leverkin.exe" if os.name == "nt" else "leverkin")
