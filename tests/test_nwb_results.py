"""Results as NWB (`leverkin analyze --nwb`): judged by the tools of NWB, opened by another program, equal to the results file."""

import json

import h5py
import numpy as np
import pytest

lk = pytest.importorskip("leverkin", reason="the Python package is not built (`make build`)")
pynwb = pytest.importorskip("pynwb")
pytest.importorskip("nwbinspector")

from test_nwb import complaints, leverkin, simulate  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")  # of pynwb and its parts, about each other


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    simulate(folder / "mice", "hdf5", sessions=3)
    leverkin("analyze", folder / "mice", "--out", folder / "results.h5", "--nwb", folder / "nwb", "--keep-traces")
    return folder


@pytest.fixture(scope="module")
def results(study):
    return lk.load(study / "results.h5")


@pytest.fixture
def opened(study):
    with pynwb.NWBHDF5IO(str(study / "nwb" / "mouse_01" / "mouse_01_session_02_results.nwb"), "r") as io:
        yield io.read()


def test_every_session_and_the_animal_have_a_file_that_is_valid_and_quiet(study):
    files = sorted(p.name for p in (study / "nwb" / "mouse_01").iterdir())
    assert files == ["mouse_01_results.nwb", *(f"mouse_01_session_0{n}_results.nwb" for n in (1, 2, 3))]
    assert [complaints(study / "nwb" / "mouse_01" / name) for name in files] == [[]] * 4


def test_traces_are_those_of_the_results(opened, results):
    lever = results.lever("mouse_01", 2)
    behavior = opened.processing["behavior"]
    for series, column, unit in (("lever", "volts", "volts"), ("speed_envelope", "envelope_v_per_s", "volts/s")):
        assert behavior[series].rate == 1000.0 and behavior[series].unit == unit
        np.testing.assert_array_equal(behavior[series].data[:], lever[column].values)


def test_tables_are_those_of_the_results(opened, results):
    behavior = opened.processing["behavior"]
    ours = {name: table[table.session == 2].reset_index(drop=True) for name, table in
            (("bouts", results.bouts), ("trials", results.trials))}  # fmt: skip
    bouts, trials = behavior["bouts"].to_dataframe(), opened.trials.to_dataframe()
    np.testing.assert_array_equal(bouts.start_time, ours["bouts"].onset_s)
    np.testing.assert_array_equal(bouts.stop_time, ours["bouts"].offset_s)
    for name in ("amplitude_v", "peak_speed_v_per_s", "path_v", "hold_s", "smoothness_sal"):
        np.testing.assert_array_equal(bouts[name], ours["bouts"][name], name)
    for theirs, mine in (("start_time", "start_s"), ("cue_time", "cue_s"), ("reward_time", "reward_s")):
        np.testing.assert_array_equal(trials[theirs], ours["trials"][mine])
    for name in ("bout", "reaction_time_s", "cue_to_reward_s"):
        np.testing.assert_array_equal(trials[name], ours["trials"][name], name)
    assert list(trials.reject_reason) == [str(reason) for reason in ours["trials"].reject_reason]
    assert list(trials.used) == [bool(used) for used in ours["trials"].used] and trials.used.dtype == bool


def test_movements_point_to_their_trials(opened, results):
    movements, ours = opened.processing["behavior"]["movements"], results.movements("mouse_01", 2)
    np.testing.assert_array_equal(movements["volts"].data[:].astype("f4"), ours.values)
    np.testing.assert_array_equal(movements["onset_time"].data[:], ours.onset_s.values)
    np.testing.assert_array_equal(movements["trial"].data[:], ours.trial.values)
    assert movements["trial"].table is opened.trials


def test_events_are_tables_of_the_current_schema(opened):
    trials = opened.trials.to_dataframe()
    for name, column in (("cue", "cue_time"), ("reward", "reward_time")):
        table = opened.events[name]
        assert table.neurodata_type == "EventsTable"
        np.testing.assert_array_equal(table["timestamp"].data[:], trials[column].dropna())
        np.testing.assert_array_equal(table["trial"].data[:], np.flatnonzero(trials[column].notna()))


def test_provenance_says_what_was_computed_from_what(opened, study, results):
    assert dict(opened.was_generated_by[:]) == {"leverkin": lk.__version__}
    with h5py.File(study / "results.h5") as file:
        session = file["subjects/mouse_01/sessions/002"]
        assert session.attrs["input_xxh3"] in opened.notes and "mouse_01_session_02.h5" in opened.notes
        stored = json.loads(file.attrs["config_json"])
    assert json.loads(opened.source_script[opened.source_script.index("{") :]) == stored


def test_the_animals_file_holds_the_curves(study, results):
    with pynwb.NWBHDF5IO(str(study / "nwb" / "mouse_01" / "mouse_01_results.nwb"), "r") as io:
        behavior = io.read().processing["behavior"]
        sessions, pairs = behavior["sessions"].to_dataframe(), behavior["correlogram"].to_dataframe()
    ours, correlogram = results.sessions, results.correlogram("mouse_01")
    for name in ("session", "n_trials", "success_fraction", "n_movements", "median_reaction_time_s"):
        np.testing.assert_array_equal(sessions[name], ours[name], name)
    np.testing.assert_array_equal(sessions.within_r, correlogram.within_r)
    np.testing.assert_array_equal(sessions.across_r[1:], correlogram.across_r)
    assert np.isnan(sessions.across_r[0]) and len(pairs) == 6
    square = correlogram.median_r.values
    np.testing.assert_array_equal(pairs.median_r, square[np.triu_indices(3)])


def test_pynapple_opens_it_and_its_intervals_equal_ours(study, results):
    pynapple = pytest.importorskip("pynapple")
    file = pynapple.load_file(str(study / "nwb" / "mouse_01" / "mouse_01_session_02_results.nwb"))
    bouts, ours = file["bouts"], results.bouts[results.bouts.session == 2]
    np.testing.assert_allclose(bouts.start, ours.onset_s, atol=1e-9, rtol=0)  # pynapple rounds to a nanosecond
    np.testing.assert_allclose(bouts.end, ours.offset_s, atol=1e-9, rtol=0)
    trials = results.trials[results.trials.session == 2]
    np.testing.assert_allclose(file["trials"].start, trials.start_s, atol=1e-9, rtol=0)
    assert len(file["lever"]) == len(results.lever("mouse_01", 2).volts)
    inside = file["lever"].restrict(bouts)
    np.testing.assert_allclose(inside.values[0], results.lever("mouse_01", 2).volts.values[round(1000 * bouts.start[0])])


def test_the_results_file_is_the_same_with_and_without(study, tmp_path):
    leverkin("analyze", study / "mice", "--out", tmp_path / "plain.h5", "--keep-traces")
    with h5py.File(tmp_path / "plain.h5", "r+") as plain, h5py.File(study / "results.h5", "r+") as ours:
        for file in (plain, ours):
            file.attrs["created_utc"] = ""
        paths = []
        plain.visititems(lambda name, item: paths.append(name) if isinstance(item, h5py.Dataset) else None)
        for name in paths:
            np.testing.assert_array_equal(plain[name][()], ours[name][()], name)


def test_results_as_nwb_are_passed_over_as_recordings_and_replaced_by_newer_ones(study, tmp_path):
    with pytest.raises(lk.BadSession, match="results file"):
        lk.open_session(study / "nwb" / "mouse_01" / "mouse_01_session_02_results.nwb")
    before = (study / "nwb" / "mouse_01" / "mouse_01_session_02_results.nwb").read_bytes()
    leverkin("analyze", study / "mice", "--out", tmp_path / "r.h5", "--nwb", study / "nwb")
    assert (study / "nwb" / "mouse_01" / "mouse_01_session_02_results.nwb").read_bytes() != b""
    leverkin("analyze", study, "--out", study / "results.h5", "--nwb", study / "nwb", "--keep-traces")
    assert (study / "nwb" / "mouse_01" / "mouse_01_session_02_results.nwb").read_bytes() == before


def test_a_recording_is_never_replaced_by_results(study, tmp_path):
    precious = tmp_path / "nwb" / "mouse_01" / "mouse_01_session_03_results.nwb"
    precious.parent.mkdir(parents=True)
    lk.write_session(precious, np.zeros(1000), subject="m", session=1, rate_hz=1000.0)
    before = precious.read_bytes()
    with pytest.raises(Exception):
        leverkin("analyze", study / "mice", "--out", tmp_path / "r.h5", "--nwb", tmp_path / "nwb")
    assert precious.read_bytes() == before and not (tmp_path / "r.h5").exists()


def test_a_session_without_trials_or_movement_has_a_valid_file(tmp_path):
    volts = 1.5 + 0.001 * np.random.default_rng(1).standard_normal(30_000)
    volts[12_000:12_600] += 0.3 * np.sin(np.linspace(0, np.pi, 600))
    lk.write_session(tmp_path / "a_1.h5", volts, subject="a", session=1, rate_hz=1000.0)
    clock = np.arange(30_000) / 1000.0 + (np.arange(30_000) > 20_000) * 5.0
    lk.write_session(tmp_path / "a_2.h5", 1.5 + 0 * volts + 1e-4 * np.cos(np.arange(30_000)), subject="a", session=2,
                     timestamps_s=7.25 + clock, start_time="2026-03-01T10:00:00+01:00")  # fmt: skip
    leverkin("analyze", tmp_path, "--out", tmp_path / "r.h5", "--nwb", tmp_path / "nwb")
    files = sorted((tmp_path / "nwb" / "a").iterdir())
    assert len(files) == 3 and [complaints(f) for f in files] == [[]] * 3
    with pynwb.NWBHDF5IO(str(files[2]), "r") as io:
        file = io.read()
        gap = file.invalid_times.to_dataframe()
        assert len(gap) == 1 and gap.stop_time[0] - gap.start_time[0] == pytest.approx(5.0, abs=0.01)
        assert (file.timestamps_reference_time - file.session_start_time).total_seconds() == 7.25
        assert file.trials is None and "bouts" not in file.processing["behavior"].data_interfaces
