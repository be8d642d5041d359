"""lk.correlogram: the published matrix, and the definition in tests/reference.py."""

import h5py
import numpy as np
import pytest
import reference
from beside import test_data

import leverkin as lk


def rows(n=40, samples=101, seed=0):
    random = np.random.default_rng(seed)
    common = random.standard_normal(samples)
    return common + random.standard_normal((n, samples)), random.integers(1, 5, n)


def test_correlogram_gives_the_published_matrix():
    with h5py.File(test_data("data/published-correlogram") / "sessions-01-12.h5") as file:
        volts, session = file["movements/volts"][:, 49:250], file["movements/session"][:]
        expected = file["expected/median_r"][:]
        np.testing.assert_array_equal(lk.correlogram(volts, session).session, file["expected/session"])
    found = lk.correlogram(volts, session, tolerance=0)
    np.testing.assert_allclose(found.median_r, expected, rtol=0, atol=1e-12)
    assert (np.abs(found.median_r - expected) <= found.bound + 1e-15).all() and (found.bound < 1e-12).all()


def test_correlogram_equals_the_reference():
    volts, session = rows()
    found, (names, median, count) = lk.correlogram(volts, session), reference.correlogram(volts, session)
    np.testing.assert_array_equal(found.session, names)
    np.testing.assert_allclose(found.median_r, median, rtol=0, atol=1e-13)
    np.testing.assert_array_equal(found.n_pairs, count)
    np.testing.assert_array_equal(found.within_r, np.diag(found.median_r))
    np.testing.assert_array_equal(found.across_r, np.diag(found.median_r, 1))


def test_constant_and_non_finite_rows_take_part_in_no_pair():
    volts, session = rows()
    volts[3], volts[4, 7], session[3:5] = 2.5, np.nan, 1
    keep = np.delete(np.arange(len(volts)), [3, 4])
    found, without = lk.correlogram(volts, session), lk.correlogram(volts[keep], session[keep])
    np.testing.assert_array_equal(found.n_pairs, without.n_pairs)
    np.testing.assert_allclose(found.median_r, without.median_r, rtol=0, atol=1e-14)
    assert np.isnan(found.pairwise()[[3, 4]]).all()


def test_pairwise_is_r_of_every_pair_with_1_on_the_diagonal():
    volts, session = rows(12)
    r = lk.correlogram(volts, session).pairwise()
    np.testing.assert_allclose(r, np.corrcoef(volts), rtol=0, atol=1e-13)
    np.testing.assert_array_equal(np.diag(r), 1.0)


def test_float32_and_strided_rows_count_as_their_values():
    volts, session = rows()
    single = volts.astype(np.float32)
    expected = lk.correlogram(single.astype(np.float64), session).median_r
    np.testing.assert_array_equal(lk.correlogram(single, session.astype(np.int32)).median_r, expected)
    np.testing.assert_array_equal(lk.correlogram(np.asfortranarray(single), list(session)).median_r, expected)


def test_threads_never_change_the_numbers():
    volts, session = rows(150)
    one, many = lk.correlogram(volts, session, threads=1), lk.correlogram(volts, session, threads=3)
    np.testing.assert_array_equal(one.median_r, many.median_r)


def test_one_movement_has_no_pair():
    found = lk.correlogram(np.arange(5.0)[None], [7])
    assert found.n_pairs.tolist() == [[0]] and np.isnan(found.median_r).all() and found.across_r.shape == (0,)


@pytest.mark.parametrize(
    ("volts", "session", "words"),
    [
        (np.zeros((3, 4)), [1, 2], "session"),
        (np.zeros((3, 4)), [1.5, 2.0, 2.0], "whole numbers"),
        (np.zeros(4), [1], "dimension"),
        (np.zeros((3, 0)), [1, 1, 1], "sample"),
    ],
)
def test_correlogram_refuses_with_words(volts, session, words):
    with pytest.raises(ValueError, match=words):
        lk.correlogram(volts, session)


def test_correlogram_refuses_a_negative_tolerance():
    with pytest.raises(ValueError, match="tolerance"):
        lk.correlogram(*rows(), tolerance=-0.1)
