"""Every group of a results file opens in xarray, with all its columns, and without a warning."""

import warnings

import h5py
import numpy as np
import pytest

lk = pytest.importorskip("leverkin", reason="the Python package is not installed here")
xarray = pytest.importorskip("xarray")

RATE_HZ = 1000.0
SUBJECT = "ar/21 µ"
STORED_SUBJECT = "ar∕21 µ"  # "/" separates groups in HDF5, so U+2215 stands for it
SESSIONS = f"subjects/{STORED_SUBJECT}/sessions"

BOUTS = {"onset_s", "offset_s", "amplitude_v", "peak_speed_v_per_s", "path_v", "flags",
         "onset_sd_s", "offset_sd_s", "onset_1pct_s", "offset_1pct_s"}
TRIALS = {"start_s", "stop_s", "cue_s", "reward_s", "bout", "movement_onset_s", "reaction_time_s", "cue_to_reward_s",
          "used", "reject_reason", "review", "id"}
CORRELOGRAM = {"session", "median_r", "n_pairs", "within_r", "across_r", "bound"}
GROUP = {"session", "mean_r", "sem_r", "n_subjects"} | {
    f"{name}_{part}" for name in ("success_fraction", "reaction_time_s", "cue_to_reward_s", "within_r")
    for part in ("mean", "sem", "n")}
EXPECTED = {
    "failed": {"path", "subject", "session", "error"},
    f"{SESSIONS}/001/bouts": BOUTS,
    f"{SESSIONS}/001/kinematics": {"duration_s", "time_to_peak_s", "hold_s", "n_submovements", "smoothness_sal"},
    f"{SESSIONS}/001/trials": TRIALS,
    f"{SESSIONS}/001/movements": {"volts", "time_s", "trial", "onset_s"},
    f"{SESSIONS}/001/overview": {"min_v", "max_v", "time_s"},
    f"{SESSIONS}/001/lever": {"volts", "smooth_v", "envelope_v_per_s", "active"},
    f"{SESSIONS}/002/trials": TRIALS,
    f"subjects/{STORED_SUBJECT}/correlogram": CORRELOGRAM,
    f"subjects/{STORED_SUBJECT}/correlogram/pairwise": {"r", "session", "trial"},
    "groups/trained∕late": GROUP,
}
REJECT_REASONS = ("used no_reward no_cue outside_recording reward_outside_movement started_before_cue "
                  "moving_before_cue window_past_end no_data flat_movement rejected_in_review bad_times").split()


def presses(count, seconds=40.0):
    """A trace with `count` presses of 0.6 s, 5 s apart from 5 s on, and the trials that they earn."""
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    volts = 1.5 + 1e-4 * np.random.default_rng(count).standard_normal(len(time))
    onsets = 5.0 + 5.0 * np.arange(count)
    for k, onset in enumerate(onsets):
        phase = np.clip((time - onset) / 0.6, 0.0, 1.0)
        volts += (1.0 + 0.1 * k) * np.sin(np.pi * phase) ** 2
    trials = {"start_s": onsets - 1.0, "stop_s": onsets + 2.0, "cue_s": onsets - 0.5, "reward_s": onsets + 0.3}
    return volts, trials


@pytest.fixture(scope="module")
def results_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    for session, count in ((1, 4), (2, 0)):  # the second one holds no bout, no trial and no movement
        volts, trials = presses(count)
        lk.write_session(folder / f"s{session}.h5", volts, subject=SUBJECT, session=session, rate_hz=RATE_HZ,
                         trials=trials, group="trained/late")
    (folder / "broken3.h5").write_bytes(b"no HDF5 at all")
    out = folder / "results" / "study.h5"
    out.parent.mkdir()
    lk.analyze(folder, out=out, keep_traces=True, pairwise=True)
    return out


def groups_of(path):
    groups = [None]
    with h5py.File(path) as file:
        file.visititems(lambda name, entry: groups.append(name) if isinstance(entry, h5py.Group) else None)
    return groups


def columns_of(path, group):
    with h5py.File(path) as file:
        return {name for name, entry in file[group or "/"].items() if isinstance(entry, h5py.Dataset)}


@pytest.mark.parametrize("engine", ["h5netcdf", None, "netcdf4"])
def test_every_group_opens_with_all_its_columns(results_file, engine):
    if engine == "netcdf4":
        pytest.importorskip("netCDF4")
    for group in groups_of(results_file):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with xarray.open_dataset(results_file, group=group, engine=engine) as data:
                data.load()
                assert set(data.variables) == columns_of(results_file, group), group


@pytest.mark.parametrize("group", EXPECTED)
def test_columns_have_the_names_of_the_format(results_file, group):
    assert EXPECTED[group] <= columns_of(results_file, group)


def test_columns_have_the_types_of_the_format(results_file):
    types = {"flags": "uint8", "used": "uint8", "reject_reason": "uint8", "review": "uint8", "active": "uint8", "bout": "int64", "id": "int64",
             "trial": "int64", "session": "int64", "n_pairs": "int64", "n_subjects": "int64", "n_submovements": "int64"}
    for group, columns in EXPECTED.items():
        with h5py.File(results_file) as file:
            for name in columns - {"path", "subject", "error"}:
                expected = types.get(name, "int64" if name.endswith("_n") else "float64")
                if (group.endswith("movements") and name == "volts") or name in ("r", "min_v", "max_v"):
                    expected = "float32"
                assert file[group][name].dtype == expected, f"{group}/{name}"


def test_columns_carry_dimension_scales(results_file):
    def check(name, entry):
        if isinstance(entry, h5py.Dataset):
            assert entry.is_scale or all(len(dimension) == 1 for dimension in entry.dims), name

    with h5py.File(results_file) as file:
        file.visititems(check)


def test_the_overview_follows_the_trace(results_file):
    with h5py.File(results_file) as file:
        session = file[f"{SESSIONS}/001"]
        bins = session["lever/volts"][:].reshape(-1, 50)
        assert session["overview"].attrs["bin_s"] == 0.05
        np.testing.assert_array_equal(session["overview/min_v"][:], bins.min(axis=1).astype("float32"))
        np.testing.assert_array_equal(session["overview/max_v"][:], bins.max(axis=1).astype("float32"))
        np.testing.assert_allclose(session["overview/time_s"][:], 0.05 * np.arange(len(bins)))


def test_times_stay_numbers(results_file):
    with xarray.open_dataset(results_file, group=f"{SESSIONS}/001/movements") as movements:
        assert movements.time_s.dtype == np.float64
        assert movements.volts.dims == ("trial", "time_s")
        assert movements.sizes == {"trial": 4, "time_s": 2001}
        assert movements.time_s.values[-1] == 2.0


def test_empty_tables_keep_their_columns(results_file):
    for table, length in (("bouts", "bout"), ("trials", "trial"), ("movements", "trial")):
        with xarray.open_dataset(results_file, group=f"{SESSIONS}/002/{table}") as data:
            assert data.sizes[length] == 0


def test_reject_reasons_are_named_in_the_file(results_file):
    with h5py.File(results_file) as file:
        reasons = file[f"{SESSIONS}/001/trials/reject_reason"]
        assert h5py.check_enum_dtype(reasons.dtype) == {name: i for i, name in enumerate(REJECT_REASONS)}
        assert reasons.id.get_type().committed()
        np.testing.assert_array_equal(reasons[:], 0)


def test_attributes_say_what_was_done(results_file):
    with h5py.File(results_file) as file:
        assert file.attrs["schema"] == "leverkin-results/1"
        assert {"leverkin_version", "created_utc", "profile", "config_json", "target", "threads"} <= set(file.attrs)
        session = file[f"{SESSIONS}/001"].attrs
        assert session["status"] == "ok"
        assert session["group"] == "trained/late"
        assert len(session["input_xxh3"]) == 32
        assert (session["n_trials"], session["n_movements"]) == (4, 4)
        assert file["failed/path"].asstr()[0].endswith("broken3.h5")
