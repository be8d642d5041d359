"""Whole numbers are taken in any form, or refused in words."""

import numpy as np
import pandas as pd
import pytest
from presses import press_session, write_study

import leverkin as lk

EIGHT = [8, 8.0, "8", np.int32(8), np.float64(8), np.uint8(8)]


@pytest.mark.parametrize("eight", EIGHT)
def test_whole_numbers_in_any_form_are_taken_where_a_session_is_written(eight, tmp_path):
    volts, trials = press_session(1)
    lk.write_session(tmp_path / "a.h5", volts, subject="a", session=eight, rate_hz=1000, trials=trials)
    assert lk.open_session(tmp_path / "a.h5").session == 8


@pytest.mark.parametrize("wrong", [True, 1.5, "eight", None, np.nan, 0, -1])
def test_other_numbers_of_sessions_are_refused(wrong, tmp_path):
    with pytest.raises(lk.BadArgument, match=r"session: found .*, expected a whole number from 1 on"):
        lk.write_session(tmp_path / "a.h5", np.zeros(100), subject="a", session=wrong, rate_hz=1000)


@pytest.mark.parametrize("form", [float, str, np.int16, object])
def test_sessions_of_rows_are_taken_in_any_form(form):
    volts = np.random.default_rng(0).standard_normal((6, 30))
    session = np.array([1, 1, 1, 2, 2, 2])
    expected = lk.correlogram(volts, session)
    np.testing.assert_array_equal(lk.correlogram(volts, session.astype(form)).median_r, expected.median_r)


@pytest.mark.parametrize(
    ("session", "words"), [(["one", "two"], "found 'one'"), ([1, 1.5], "found 1.5"), ([1, np.nan], "found nan")]
)
def test_rows_of_no_session_are_refused_in_words(session, words):
    with pytest.raises(lk.BadArgument, match=f"session: {words}, expected whole numbers"):
        lk.correlogram(np.ones((2, 5)), session)


def test_parameters_take_whole_numbers_as_floats():
    assert lk.config(resample_half_width=12.0) == lk.config(resample_half_width=np.int64(12))
    assert "gap_ms = 400" in lk.config(gap_ms=np.float32(400))
    with pytest.raises(lk.BadArgument, match="resample_half_width"):
        lk.config(resample_half_width=12.5)


def test_results_know_their_sessions_in_any_form(tmp_path):
    write_study(tmp_path / "study")
    results = lk.analyze(tmp_path / "study", threads=1.0)
    expected = results.movements("ada", 2)
    for two in (2.0, "2", np.int64(2)):
        np.testing.assert_array_equal(results.movements("ada", two), expected)
        assert lk.plot.movements(results, "ada", two).get_title().startswith("Session 2")
        assert len(lk.stats.per_animal(results, "within_r", two)) == 3
    with pytest.raises(KeyError, match="no session 2.5"):
        results.movements("ada", 2.5)


@pytest.mark.parametrize(
    "durations",
    [
        lambda s: s.astype("timedelta64[s]"),
        lambda s: (1000 * s).astype("timedelta64[ms]"),
        lambda s: pd.to_timedelta(s, unit="s"),
        lambda s: pd.Series(pd.to_timedelta(s, unit="s")),
        lambda s: [pd.Timedelta(seconds=int(value)).to_pytimedelta() for value in s],
    ],
)
def test_durations_are_seconds_of_any_unit(durations, tmp_path):
    seconds = np.arange(4, 44, 5)
    volts, trials = press_session(1)
    kept = {name: durations(seconds + k) for k, name in enumerate(("start_s", "cue_s", "reward_s", "stop_s"))}
    lk.write_session(tmp_path / "a.h5", volts, subject="a", session=1, rate_hz=1000, trials=kept)
    np.testing.assert_array_equal(lk.open_session(tmp_path / "a.h5").trials.cue_s, seconds + 1)


def test_a_missing_duration_is_no_time_and_a_date_is_refused(tmp_path):
    volts, trials = press_session(1)
    reward = pd.to_timedelta(trials["reward_s"], unit="s")
    lk.write_session(
        tmp_path / "a.h5", volts, subject="a", session=1, rate_hz=1000, trials=trials | {"reward_s": reward}
    )
    np.testing.assert_allclose(lk.open_session(tmp_path / "a.h5").trials.reward_s, trials["reward_s"], atol=1e-9)
    dates = pd.Timestamp("2026-03-02") + pd.to_timedelta(trials["cue_s"], unit="s")
    with pytest.raises(ValueError, match="cue_s: found dates, expected seconds"):
        lk.write_session(
            tmp_path / "a.h5", volts, subject="a", session=1, rate_hz=1000, trials=trials | {"cue_s": dates}
        )


@pytest.mark.parametrize("form", [np.float64, np.float32, np.int16])
def test_what_is_masked_is_no_data_and_never_the_number_below_the_mask(form, tmp_path):
    volts, trials = press_session(1)
    masked = np.ma.MaskedArray((1000 * volts).astype(form), mask=False)
    masked[5000:5100] = np.ma.masked
    lk.write_session(tmp_path / "a.h5", masked, subject="a", session=1, rate_hz=1000, trials=trials)
    read = lk.open_session(tmp_path / "a.h5").read()
    assert np.isnan(read[5000:5100]).all() and np.isfinite(np.delete(read, np.s_[5000:5100])).all()
    with pytest.raises(lk.BadArgument, match="5000"):
        lk.segment(masked, 1000)
    whole = np.ma.MaskedArray((1000 * volts).astype(form), mask=False)
    np.testing.assert_array_equal(lk.downsample(whole, 1000), whole.data.astype(float))


def test_masked_trials_did_not_happen_and_masked_sessions_are_refused(tmp_path):
    volts, trials = press_session(1)
    reward = np.ma.MaskedArray(np.nan_to_num(trials["reward_s"], nan=-1.0), mask=np.isnan(trials["reward_s"]))
    reward[1] = np.ma.masked
    lk.write_session(tmp_path / "a.h5", volts, subject="a", session=1, rate_hz=1000, trials=trials | {"reward_s": reward})
    expected = np.where(np.arange(len(reward)) == 1, np.nan, trials["reward_s"])
    np.testing.assert_array_equal(lk.open_session(tmp_path / "a.h5").trials.reward_s, expected)
    with pytest.raises(lk.BadArgument, match="session: found masked values"):
        lk.correlogram(np.ones((2, 5)), np.ma.MaskedArray([1, 2], mask=[False, True]))
