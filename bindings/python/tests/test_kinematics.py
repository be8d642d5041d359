"""What is measured of bouts, against NumPy and SciPy; and the task's rule against simulated mice."""

import numpy as np
import pandas as pd
import pytest
import reference
from presses import press_session
from scipy import signal

import leverkin as lk


def shaky_trace(seed, seconds=120):
    """Bouts of many shapes: low-passed noise that comes and goes."""
    random = np.random.default_rng(seed)
    volts = signal.sosfiltfilt(signal.butter(2, 0.004, output="sos"), random.standard_normal(1000 * seconds))
    gate = np.repeat(random.random(seconds) < 0.4, 1000)
    return 6 * volts * np.convolve(gate, np.hanning(300) / 150, "same") + 1e-4 * random.standard_normal(len(volts))


def arc_length(speed):
    """Spectral arc length as its authors restate it, on mean speeds of 10 ms."""
    bins = np.add.reduceat(speed, np.arange(0, len(speed), 10)) / 10
    size = 2 ** (int(np.ceil(np.log2(len(bins)))) + 4)
    frequency, spectrum = np.arange(size) * 100 / size, np.abs(np.fft.fft(bins, size))
    spectrum = (spectrum / spectrum.max())[frequency <= 10]
    spectrum = spectrum[: np.flatnonzero(spectrum >= 0.05)[-1] + 1]
    return -np.hypot(1 / (len(spectrum) - 1), np.diff(spectrum)).sum()


@pytest.mark.parametrize("seed", [1, 2])
def test_measures_of_every_bout_equal_their_definitions(seed):
    found = lk.segment(shaky_trace(seed), 1000)
    assert len(found) > 10
    speed = np.abs(reference.velocity(found.smooth_v))
    table = found.to_frame()
    for bout in table.itertuples():
        part = slice(round(1000 * bout.onset_s), round(1000 * bout.offset_s))
        own, moved = speed[part], np.abs(found.smooth_v[part] - found.smooth_v[part][0])
        assert bout.duration_s == pytest.approx(len(own) / 1000)
        assert bout.amplitude_v == np.ptp(found.volts[part])
        assert bout.peak_speed_v_per_s == pytest.approx(1000 * own.max())
        assert bout.path_v == pytest.approx(own.sum())
        assert round(1000 * bout.time_to_peak_s) == np.argmax(own)
        peaks, _ = signal.find_peaks(np.concatenate([[0], own, [0]]), prominence=0.1 * own.max())
        assert bout.n_submovements == len(peaks)
        held = np.concatenate([[0], moved >= 0.5 * moved.max(), [0]])
        changes = np.flatnonzero(np.diff(held))
        assert round(1000 * bout.hold_s) == (changes[1::2] - changes[::2]).max()
        assert bout.smoothness_sal == pytest.approx(arc_length(own), rel=1e-9)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    for session in (1, 2):
        volts, trials = press_session(session)
        lk.write_session(folder / f"ada_{session}.h5", volts, subject="ada", session=session, rate_hz=1000, trials=trials)
    return folder


def test_kinematics_of_rewarded_movements_are_those_of_their_bouts(study):
    results = lk.analyze(study)
    table = results.kinematics
    used = results.trials[results.trials.used]
    assert len(table) == len(used) == results.sessions.n_movements.sum() > 0
    assert (table.onset_s == used.movement_onset_s.to_numpy()).all()
    for session, part in table.groupby("session"):
        volts, _ = press_session(session)
        bouts = lk.segment(volts, 1000).to_frame().loc[part.bout]
        for name in ("duration_s", "amplitude_v", "time_to_peak_s", "hold_s", "n_submovements", "smoothness_sal"):
            np.testing.assert_array_equal(part[name], bouts[name])


def test_bouts_become_intervals(study):
    pynapple = pytest.importorskip("pynapple")
    results = lk.analyze(study)
    intervals = results.intervals("ada", 2)
    assert isinstance(intervals, pynapple.IntervalSet)
    bouts = results.bouts[results.bouts.session == 2]
    np.testing.assert_allclose(intervals.values, bouts[["onset_s", "offset_s"]])
    np.testing.assert_array_equal(intervals["amplitude_v"], bouts.amplitude_v)
    segmented = lk.segment(press_session(2)[0], 1000).to_intervals()
    np.testing.assert_array_equal(segmented.values, intervals.values)
    with pytest.raises(KeyError, match="no session 9"):
        results.intervals("ada", 9)


def press(at_s, size_mm, rise_s, seconds=40.0):
    """1 kHz, mm from rest: up within `rise_s`, down again."""
    at = np.arange(int(1000 * seconds)) / 1000
    return size_mm * np.interp(at, [at_s, at_s + rise_s, at_s + rise_s + 0.3, at_s + rise_s + 0.5], [0, 1, 1, 0])


def session_of(folder, volts, cues, rewards, **options):
    cues, rewards = np.array(cues, float), np.array(rewards, float)
    start = np.where(np.isfinite(cues), cues, 34.5) - 0.5
    trials = {"start_s": start, "stop_s": start + 5, "cue_s": cues, "reward_s": rewards}
    noise = 1e-4 * np.random.default_rng(1).standard_normal(len(volts))
    lk.write_session(folder / "m_1.h5", volts + noise, subject="m", session=1, rate_hz=1000, trials=trials, **options)
    return folder / "m_1.h5"


def test_rewards_are_held_against_the_rule_of_the_task(tmp_path):
    nan = np.nan
    moved_mm = press(6, 3, 0.1) + press(12, 3, 1.5) + press(24, 3, 0.1)
    # quick; slow; nothing; quick without reward; nothing, rightly; no cue
    cues, rewards = [5, 11, 17, 23, 29, nan], [6.06, 12.78, 18, nan, nan, nan]
    path = session_of(tmp_path, 1.5 - moved_mm / 4, cues, rewards, mm_per_volt=-4.0)
    table = lk.check_rewards(path)
    assert table.status.tolist() == ["confirmed", "too_slow", "no_crossing", "missed", "no_press", "no_cue"]
    first = table.iloc[0]
    assert first.upper_s == pytest.approx(6 + 0.1 * 0.5 / 3, abs=0.003)
    assert first.lower_s == pytest.approx(6.05, abs=0.003)
    assert first.crossing_s == pytest.approx(first.lower_s - first.upper_s) and first.delay_s == pytest.approx(0.01, abs=0.003)
    in_volts = lk.check_rewards(path, 0.125, 0.375, mm_per_volt=-1)
    pd.testing.assert_frame_equal(in_volts, table)
    assert lk.check_rewards(path, lower_mm=4.0).status.tolist()[:2] == ["no_crossing", "no_crossing"]
    assert lk.check_rewards(path, within_s=1.0).status[1] == "confirmed"


def test_a_lever_without_calibration_needs_one(tmp_path):
    path = session_of(tmp_path, press(6, 0.5, 0.1), [5], [6.1])
    with pytest.raises(lk.BadArgument, match="not calibrated"):
        lk.check_rewards(path)
    with pytest.raises(lk.BadArgument, match="0 < upper < lower"):
        lk.check_rewards(path, 0.5, 0.2, mm_per_volt=1)
