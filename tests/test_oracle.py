"""tests/reference.py equals the output of the published programs and the published matrix."""

import h5py
import numpy as np
import pytest
import reference
from beside import CUTOFF_TOLERANCE, GROUPS, oracle_files, test_data


@pytest.mark.parametrize("profile", GROUPS)
@pytest.mark.parametrize("name", oracle_files)
def test_reference_equals_the_published_program(name, profile):
    with h5py.File(test_data("oracle") / name) as file:
        volts, expected = file["input"][:].astype(float), file[GROUPS[profile]]
        trace = reference.downsample(volts, 10000.0)
        if len(trace) <= 12 or not np.isfinite(volts).all():
            assert expected.attrs["error"]
            with pytest.raises(ValueError):
                reference.segment(trace, profile)
            return
        np.testing.assert_allclose(trace, file["updated/resampled"], rtol=0, atol=1e-12)
        found = reference.segment(trace, profile)
        np.testing.assert_allclose(found["smooth"], file["updated/smooth"], rtol=0, atol=5e-9)
        np.testing.assert_allclose(found["envelope"], file["updated/envelope"], rtol=0, atol=5e-11)
        if expected.attrs["error"]:
            assert len(found["bouts"]) == 0 and found["reason"] and np.isnan(found["noise_cutoff"])
            return
        np.testing.assert_array_equal(found["active"], expected["active"])
        np.testing.assert_array_equal(found["bouts"][:, 0], expected["bout_start"])
        np.testing.assert_array_equal(found["bouts"][:, 1] - 1, expected["bout_stop"])
        tolerance = CUTOFF_TOLERANCE.get((name, profile), 1e-6)
        cutoff = file["spec_" + GROUPS[profile]].attrs["noise_cutoff"]
        assert found["noise_cutoff"] == pytest.approx(cutoff, rel=tolerance, abs=0)


def test_reference_gives_the_published_correlogram():
    with h5py.File(test_data("data/published-correlogram") / "sessions-01-12.h5") as file:
        rows, session = file["movements/volts"][:, 49:250], file["movements/session"][:]
        names, median, count = reference.correlogram(rows, session)
        np.testing.assert_array_equal(names, file["expected/session"])
        np.testing.assert_allclose(median, file["expected/median_r"], rtol=0, atol=1e-12)
    trials = np.array([(session == name).sum() for name in names])
    np.testing.assert_array_equal(np.diag(count), trials * (trials - 1) // 2)
