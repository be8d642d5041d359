"""lk.open_session and lk.write_session."""

import h5py
import numpy as np
import pandas as pd
import pytest

import leverkin as lk

TRIALS = {
    "start_s": [0.1, 1.0, 2.0],
    "stop_s": [1.0, 2.0, 2.9],
    "cue_s": [0.2, np.nan, 2.1],
    "reward_s": [0.7, np.nan, np.nan],
}


@pytest.fixture
def volts():
    return np.random.default_rng(0).standard_normal(3000)


@pytest.mark.parametrize("extension", ["h5", "nwb"])
@pytest.mark.parametrize("compressed", [False, True])
def test_what_is_written_is_read_back(tmp_path, volts, extension, compressed):
    path = tmp_path / f"a.{extension}"
    lk.write_session(
        path, volts, subject="m 1/ä", session=4, rate_hz=1000, trials=pd.DataFrame(TRIALS), compressed=compressed,
        start_time="2026-01-02T03:04:05+00:00",
    )  # fmt: skip
    session = lk.open_session(path)
    assert (session.subject, session.session, session.rate_hz, session.duration_s) == ("m 1/ä", 4, 1000, 3.0)
    np.testing.assert_array_equal(session.read(), volts)
    pd.testing.assert_frame_equal(session.trials, pd.DataFrame(TRIALS))


def test_hdf5_keeps_group_start_time_and_calibration(tmp_path, volts):
    lk.write_session(
        tmp_path / "a.h5", volts, subject="m", session=1, rate_hz=1000, group="control", start_time="2026-01-02",
        mm_per_volt=2.5,
    )  # fmt: skip
    session = lk.open_session(tmp_path / "a.h5")
    assert (session.group, session.start_time, session.mm_per_volt) == ("control", "2026-01-02", 2.5)
    assert len(session.trials) == 0 and list(session.trials) == list(TRIALS)


@pytest.mark.parametrize("extension", ["h5", "nwb"])
def test_time_stamps_and_trials_share_a_clock(tmp_path, volts, extension):
    at = 7.5 + np.cumsum(np.random.default_rng(1).uniform(0.5e-3, 1.5e-3, len(volts)))
    trials = {name: np.add(column, at[0]) for name, column in TRIALS.items()}
    lk.write_session(
        tmp_path / f"a.{extension}", volts, subject="m", session=1, timestamps_s=at, trials=trials, start_time="2026-01-02"
    )
    session = lk.open_session(tmp_path / f"a.{extension}")
    assert not session.regular and session.clock_offset_s == at[0]
    assert session.rate_hz == pytest.approx(1 / np.median(np.diff(at)), rel=1e-9)
    np.testing.assert_allclose(session.times(), at - at[0], rtol=0, atol=1e-12)
    np.testing.assert_array_equal(session.read(), volts)
    pd.testing.assert_frame_equal(session.trials, pd.DataFrame(TRIALS), rtol=0, atol=1e-12)
    inside = (session.times() >= 0.5) & (session.times() < 0.75)
    np.testing.assert_array_equal(session.read(0.5, 0.75), volts[inside])


def test_read_takes_the_samples_from_start_up_to_stop(tmp_path, volts):
    lk.write_session(tmp_path / "a.h5", volts, subject="m", session=1, rate_hz=10000)
    session = lk.open_session(tmp_path / "a.h5")
    np.testing.assert_array_equal(session.read(0.03, 0.07), volts[300:700])
    np.testing.assert_array_equal(session.times(0.03, 0.07), np.arange(300, 700) / 10000)
    np.testing.assert_array_equal(session.read(0.29995), volts[3000:])
    np.testing.assert_array_equal(session.read(-1, 0.00011), volts[:2])
    assert session.read(5, 6).shape == session.read(0.2, 0.1).shape == (0,)


def test_storage_follows_the_type_of_the_samples(tmp_path, volts):
    for given, expected in ((volts, "float64"), (volts.astype(np.float32), "float32")):
        lk.write_session(tmp_path / "a.h5", given, subject="m", session=1, rate_hz=1000, overwrite=True)
        with h5py.File(tmp_path / "a.h5") as file:
            assert file["lever/volts"].dtype == expected and file["lever/volts"].chunks is None
        np.testing.assert_array_equal(lk.open_session(tmp_path / "a.h5").read(), given)


def test_int16_storage_rounds_to_the_nearest_count(tmp_path, volts):
    lk.write_session(
        tmp_path / "a.h5", volts, subject="m", session=1, rate_hz=1000, storage="int16", volts_per_count=1e-3, offset_v=0.5
    )
    np.testing.assert_allclose(lk.open_session(tmp_path / "a.h5").read(), volts, rtol=0, atol=5.0001e-4)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rate_hz": None}, "rate_hz"),
        ({"timestamps_s": np.arange(3000.0)}, "rate_hz"),
        ({"rate_hz": -5.0}, "rate_hz"),
        ({"rate_hz": None, "timestamps_s": np.arange(5.0)}, "timestamps_s"),
        ({"trials": {"start_s": [1.0]}}, "stop_s"),
        ({"trials": TRIALS | {"cue_s": [1.0]}}, "cue_s"),
        ({"storage": "int8"}, "storage"),
        ({"format": "mat"}, "format"),
    ],
)
def test_write_session_refuses_what_is_not_a_session(tmp_path, volts, change, words):
    with pytest.raises(ValueError, match=words):
        lk.write_session(tmp_path / "a.h5", volts, **({"subject": "m", "session": 1, "rate_hz": 1000} | change))
    assert list(tmp_path.iterdir()) == []


def test_errors_are_of_the_kind_python_expects(tmp_path, volts):
    with pytest.raises(OSError, match="absent"):
        lk.open_session(tmp_path / "absent.h5")
    with h5py.File(tmp_path / "empty.h5", "w"):
        pass
    with pytest.raises(lk.BadSession) as raised:
        lk.open_session(tmp_path / "empty.h5")
    assert isinstance(raised.value, ValueError) and raised.value.file.endswith("empty.h5") and raised.value.expected
    with pytest.raises(OSError):
        lk.write_session(tmp_path / "no" / "such" / "a.h5", volts, subject="m", session=1, rate_hz=1000)


def test_nwb_opens_in_pynwb(tmp_path, volts):
    pynwb = pytest.importorskip("pynwb")
    lk.write_session(
        tmp_path / "a.nwb", volts, subject="m", session=3, rate_hz=1000, trials=TRIALS, start_time="2026-01-02T03:04:05+00:00"
    )
    with pynwb.NWBHDF5IO(tmp_path / "a.nwb", "r") as io:
        file = io.read()
        assert file.subject.subject_id == "m" and file.session_id.endswith("3")
        (lever,) = file.acquisition.values()
        np.testing.assert_array_equal(lever.data[:], volts)
        np.testing.assert_array_equal(file.trials["cue_time"][:], TRIALS["cue_s"])
