"""lk.downsample and lk.segment: equal to the published program and to tests/reference.py, sample for sample."""

import h5py
import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
import reference
from beside import CUTOFF_TOLERANCE, GROUPS, oracle_files, test_data

import leverkin as lk


@pytest.mark.parametrize("profile", GROUPS)
@pytest.mark.parametrize("name", oracle_files)
def test_segment_equals_the_published_program(name, profile):
    with h5py.File(test_data("oracle") / name) as file:
        volts, expected = file["input"][:], file[GROUPS[profile]]
        if len(volts) <= 120 or not np.isfinite(volts).all():
            with pytest.raises(ValueError):
                lk.segment(volts, 10000.0, profile)
            return
        bouts = lk.segment(volts, 10000.0, profile)
        np.testing.assert_allclose(bouts.volts, file["updated/resampled"], rtol=0, atol=1e-12)
        np.testing.assert_allclose(bouts.smooth_v, file["updated/smooth"], rtol=0, atol=5e-9)
        np.testing.assert_allclose(bouts.envelope_v_per_s / 1000, file["updated/envelope"], rtol=0, atol=5e-11)
        if expected.attrs["error"]:
            assert len(bouts) == 0 and bouts.reason and np.isnan(bouts.noise_cutoff_v) and not bouts.active.any()
            return
        np.testing.assert_array_equal(bouts.active, expected["active"])
        np.testing.assert_array_equal(np.round(bouts.onset_s * 1000).astype(int), expected["bout_start"])
        np.testing.assert_array_equal(np.round(bouts.offset_s * 1000).astype(int), expected["bout_stop"][:] + 1)
        cutoff = file["spec_" + GROUPS[profile]].attrs["noise_cutoff"]
        assert bouts.noise_cutoff_v == pytest.approx(cutoff, rel=CUTOFF_TOLERANCE.get((name, profile), 1e-6), abs=0)
        assert bool(bouts.reason) == (len(bouts) == 0)


def synthetic_trace(seed, rate_hz, seconds, rest_v, noise_v):
    """Presses of random time, size and speed over noise at a rest level."""
    random = np.random.default_rng(seed)
    at = np.arange(int(seconds * rate_hz)) / rate_hz
    volts = rest_v + noise_v * random.standard_normal(len(at))
    for _ in range(random.integers(0, 6)):
        begin, length = random.uniform(0, seconds), random.uniform(0.05, 1.5)
        volts -= random.uniform(0.02, 1.0) * np.sin(np.pi * np.clip((at - begin) / length, 0, 1)) ** 2
    return volts


@hypothesis.settings(max_examples=40, deadline=None)
@hypothesis.given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([1000.0, 1250.0, 5888.0, 10000.0, 20000.0, 29997.0]),
    st.floats(1.0, 12.0),
    st.sampled_from([0.0, 1.5, -3.0]),
    st.sampled_from([1e-5, 1e-3]),
    st.sampled_from(list(GROUPS)),
)
def test_segment_equals_the_reference_at_any_rate(seed, rate_hz, seconds, rest_v, noise_v, profile):
    volts = synthetic_trace(seed, rate_hz, seconds, rest_v, noise_v)
    found, expected = lk.segment(volts, rate_hz, profile), None
    trace = reference.downsample(volts, rate_hz)
    expected = reference.segment(trace, profile)
    np.testing.assert_allclose(found.volts, trace, rtol=0, atol=2e-11)
    np.testing.assert_allclose(found.smooth_v, expected["smooth"], rtol=0, atol=5e-9)
    np.testing.assert_allclose(found.envelope_v_per_s, 1000 * expected["envelope"], rtol=0, atol=5e-8)
    np.testing.assert_array_equal(found.active, expected["active"])
    np.testing.assert_array_equal(np.round(1000 * np.c_[found.onset_s, found.offset_s]), expected["bouts"])
    np.testing.assert_allclose(found.noise_cutoff_v, expected["noise_cutoff"], rtol=1e-6, atol=1e-9)


def test_downsample_gives_one_sample_per_millisecond_begun():
    for samples, rate_hz, expected in ((100, 10000, 10), (101, 10000, 11), (7, 1000, 7), (3, 500, 6), (0, 10000, 0)):
        assert lk.downsample(np.ones(samples), rate_hz).shape == (expected,)


def test_downsample_leaves_1_khz_as_it_is():
    volts = np.random.default_rng(1).standard_normal(500)
    np.testing.assert_array_equal(lk.downsample(volts, 1000), volts)


@pytest.mark.parametrize("given", [list, np.float32, lambda x: np.repeat(x, 2)[::2], lambda x: np.round(x).astype(int)])
def test_segment_takes_what_numpy_takes(given):
    volts = given(synthetic_trace(3, 1000, 8, 0.0, 1e-3) * 100)
    plain = lk.segment(np.asarray(volts, dtype=np.float64).copy(), 1000)
    np.testing.assert_array_equal(lk.segment(volts, 1000).active, plain.active)


def test_arrays_outlive_the_bouts_they_came_from():
    volts = synthetic_trace(5, 1000, 8, 0.0, 1e-3)
    smooth = lk.segment(volts, 1000).smooth_v
    again = [lk.segment(volts, 1000).smooth_v.sum() for _ in range(20)]
    assert set(again) == {smooth.sum()}


def test_overrides_are_parameters_by_name():
    volts = np.zeros(20000)
    volts[5000:5400] = volts[6500:6900] = 1.0
    apart, joined = lk.segment(volts, 1000, gap_ms=100), lk.segment(volts, 1000, gap_ms=3000)
    assert (len(apart), len(joined)) == (2, 1)


@pytest.mark.parametrize(
    ("arguments", "overrides", "words"),
    [
        ((np.r_[np.zeros(5000), np.nan, np.inf], 10000), {}, "sample 5000"),
        ((np.zeros(120), 10000), {}, "12"),
        ((np.zeros((2, 1000)), 10000), {}, "dimension"),
        ((np.zeros(1000), 0.0), {}, "rate"),
        ((np.zeros(1000), float("nan")), {}, "rate"),
        ((np.zeros(1000), 1000, "chen2051"), {}, "chen2015"),
        ((np.zeros(1000), 1000), {"gap_mss": 3}, "gap_ms"),
        ((np.zeros(1000), 1000), {"gap_ms": "many"}, "gap_ms"),
        ((np.zeros(1000), 1000), {"gap_ms": -1}, "gap_ms"),
    ],
)
def test_segment_refuses_with_words(arguments, overrides, words):
    with pytest.raises(ValueError, match=words):
        lk.segment(*arguments, **overrides)


def test_a_lever_that_never_moves_has_no_bouts_and_a_reason():
    bouts = lk.segment(np.zeros(5000), 1000)
    assert bouts.onset_s.shape == bouts.offset_s.shape == (0,)
    assert np.isnan(bouts.noise_cutoff_v) and bouts.reason and bouts.active.shape == (5000,)


def test_config_names_every_parameter_and_takes_overrides():
    text = lk.config("peters2014", gap_ms=321)
    assert "gap_ms = 321" in text and "peters2014" in text
