"""Golden results of the sample sessions, by tests/reference.py: one JSON file beside this script for each.

    python tests/golden/make.py
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import reference  # noqa: E402


def sample_sessions():
    """Session files of sample-sessions/, in order; not what lies in its folder `broken`."""
    found = sorted((HERE.parents[1] / "sample-sessions").rglob("*"))
    return [path for path in found if path.suffix in (".nwb", ".h5") and "broken" not in path.parts]


def golden_of(session):
    return HERE / (session.name + ".json")


if __name__ == "__main__":
    for session in sample_sessions():
        reference.write_golden(session, golden_of(session))
        print(golden_of(session))
