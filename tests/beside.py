"""Where the tests find data beside the project."""

import os
from pathlib import Path

import pytest

oracle_files = [name + ".h5" for name in (
    "constant_0V constant_1p5V crossing_run_1 crossing_run_2 gap_499 gap_500 giant_movement len_not_mult10 move_at_end "
    "move_at_start no_movement normal_trained_120s odd_1k_length one_nan positive_gain prime_1k_length saturated "
    "short_120 short_2s tiny_noise_1uV").split()]


def test_data(folder):
    """The folder of LEVERKIN_TEST_DATA, or a skipped test."""
    root = os.environ.get("LEVERKIN_TEST_DATA")
    if not root:
        pytest.skip("LEVERKIN_TEST_DATA is not set: no oracle and no real recordings here")
    path = Path(root) / folder
    if not path.exists():
        pytest.skip(f"{path} is absent")
    return path


test_data.__test__ = False

# Profile -> group of the oracle files.
GROUPS = {"chen2015": "updated", "peters2014": "2014"}

# A percentile of a residual of a microvolt follows the low-pass to its last digits: the originals' transfer-function
# form is 4e-10 V off at a rest level of 1.5 V, and no second-order form can follow it there.
CUTOFF_TOLERANCE = {("constant_1p5V.h5", "peters2014"): 1e-3, ("tiny_noise_1uV.h5", "peters2014"): 1e-5}
