"""lk.analyze and lk.load."""

import os
import signal
import threading
import time

import h5py
import numpy as np
import pytest
import reference
import xarray as xr
from presses import press_session

import leverkin as lk


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    for subject, group in (("ada", "control"), ("b/o", "light")):
        for session in (1, 2, 4):
            volts, trials = press_session(session + 100 * len(subject))
            lk.write_session(
                folder / f"{group}_{session}.h5", volts, subject=subject, session=session, rate_hz=1000, trials=trials,
                group=group,
            )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def results(study, tmp_path_factory):
    return lk.analyze(study, tmp_path_factory.mktemp("out") / "results.h5", pairwise=True)


def test_analyze_then_load_gives_the_same_tables(results):
    again = lk.load(results.path)
    for table in ("sessions", "trials", "bouts", "failed"):
        assert getattr(again, table).equals(getattr(results, table))
    assert again.subjects == ["ada", "b/o"] and again.groups == ["control", "light"]
    assert again.profile == "chen2015" and again.config["gap_ms"] == 500


@pytest.mark.parametrize("profile", ["chen2015", "peters2014"])
def test_analyze_equals_the_reference(study, profile):
    results = lk.analyze(study, profile=profile)
    for row in results.sessions.itertuples():
        expected = reference.analyse(row.source_file, profile)
        of_session = lambda table: table[(table.subject == row.subject) & (table.session == row.session)]  # noqa: B023, E731
        bouts, trials = of_session(results.bouts), of_session(results.trials)
        np.testing.assert_array_equal(np.round(1000 * bouts[["onset_s", "offset_s"]]), expected["bouts"])
        assert trials.reject_reason.tolist() == expected["reason"] and trials.bout.tolist() == expected["bout"]
        assert (trials.used == (trials.reject_reason == "used")).all() and trials.used.any()
        np.testing.assert_allclose(row.noise_cutoff_v, expected["noise_cutoff_v"], rtol=1e-6)
        for name in ("median_reaction_time_s", "median_cue_to_reward_s"):
            np.testing.assert_allclose(getattr(row, name), expected[name], rtol=0, atol=1e-12)


def test_movements_are_the_trace_from_onset(results):
    row = results.sessions.iloc[0]
    movements = results.movements(row.subject, row.session)
    assert movements.dims == ("trial", "time") and movements.shape == (row.n_movements, 2001)
    trace, _, _ = reference.read_session(row.source_file)
    for movement in movements:
        onset = int(round(1000 * float(movement.onset_s)))
        np.testing.assert_array_equal(movement, trace[onset : onset + 2001].astype(np.float32))
    np.testing.assert_allclose(movements.time_s, np.arange(2001) / 1000)


def test_correlogram_is_the_one_of_the_movements(results):
    sessions = results.sessions[results.sessions.subject == "b/o"].session
    parts = [results.movements("b/o", session) for session in sessions]
    rows = np.concatenate([part.values for part in parts])
    names, median, count = reference.correlogram(rows, np.repeat(sessions, [len(part) for part in parts]))
    found = results.correlogram("b/o")
    np.testing.assert_array_equal(found.session, names)
    np.testing.assert_allclose(found.median_r, median, rtol=0, atol=1e-5)  # stored movements are float32
    np.testing.assert_array_equal(found.n_pairs, count)
    np.testing.assert_array_equal(found.within_r, np.diag(found.median_r))
    assert found.later_session.values.tolist() == [2, 4] and found.r.shape == (len(rows),) * 2


def test_traces_are_there_where_they_were_kept(study, results):
    kept = lk.analyze(study / "control_2.h5", keep_traces=True)
    bouts = lk.segment(lk.open_session(study / "control_2.h5").read(), 1000)
    lever = kept.lever("ada", 2)
    for name in ("volts", "smooth_v", "envelope_v_per_s", "active"):
        np.testing.assert_array_equal(lever[name], getattr(bouts, name))
    with pytest.raises(KeyError, match="keep_traces"):
        results.lever("ada", 2)


def test_groups_hold_means_over_their_animals(results):
    group = results.group("control")
    np.testing.assert_allclose(group.mean_r, results.correlogram("ada").median_r)
    assert np.isnan(group.sem_r).all() and (group.n_subjects == 1).all()
    assert {"success_fraction_mean", "within_r_sem", "reaction_time_s_n"} <= set(group)


def test_without_out_the_file_lives_as_long_as_the_results(study):
    results = lk.analyze(study / "control_1.h5")
    path = results.path
    assert path.exists() and len(results.sessions) == 1
    del results
    assert not path.exists()


def test_xarray_opens_every_table(results):
    pytest.importorskip("h5netcdf")
    place = "subjects/ada/sessions/001"
    for table, column in (("bouts", "onset_s"), ("trials", "cue_s"), ("movements", "volts")):
        with xr.open_dataset(results.path, group=f"{place}/{table}", engine="h5netcdf") as data:
            assert column in data or column in data.coords
    with xr.open_dataset(results.path, group="subjects/ada/correlogram", engine="h5netcdf") as data:
        np.testing.assert_array_equal(data.median_r, results.correlogram("ada").median_r)


def test_a_bad_session_is_listed_and_never_stops_the_others(study, tmp_path):
    with h5py.File(tmp_path / "bad_1.h5", "w") as file:
        file["nothing"] = 1
    results = lk.analyze([study, tmp_path / "bad_1.h5"])
    assert len(results.sessions) == 6 and len(results.failed) == 1
    assert results.failed.path[0].endswith("bad_1.h5") and "lever" in results.failed.error[0]


def test_nothing_to_analyse_is_a_value_error_and_leaves_no_file(tmp_path):
    with h5py.File(tmp_path / "bad_1.h5", "w") as file:
        file["nothing"] = 1
    with pytest.raises(ValueError, match="bad_1"):
        lk.analyze(tmp_path / "bad_1.h5", tmp_path / "out.h5")
    assert not (tmp_path / "out.h5").exists()


def test_unknown_names_are_key_errors_that_list_what_there_is(results):
    with pytest.raises(KeyError, match="ada"):
        results.movements("eve", 1)
    with pytest.raises(KeyError, match="session 3"):
        results.movements("ada", 3)
    with pytest.raises(KeyError, match="ada"):
        results.correlogram("eve")
    with pytest.raises(KeyError, match="control"):
        results.group("nobody")


def test_load_refuses_other_files(study, tmp_path):
    with pytest.raises(ValueError, match="results"):
        lk.load(study / "control_1.h5")
    with pytest.raises(OSError):
        lk.load(tmp_path / "absent.h5")


def test_parameters_come_from_toml_and_keywords_win(study, tmp_path):
    (tmp_path / "c.toml").write_text(lk.config("peters2014", gap_ms=321, min_bout_ms=111))
    results = lk.analyze(study / "control_1.h5", config=tmp_path / "c.toml", set={"min_bout_ms": 99}, leeway_ms=160)
    assert results.profile == "peters2014"
    assert [results.config[name] for name in ("gap_ms", "min_bout_ms", "leeway_ms")] == [321, 99, 160]


def test_unknown_options_are_refused(study):
    with pytest.raises(ValueError, match="pairwise"):
        lk.analyze(study, pairwize=True)


def test_progress_counts_up_and_can_stop(study, tmp_path):
    seen = []
    lk.analyze(study, threads=1, progress=lambda *numbers: seen.append(numbers))
    assert seen[-1][:2] == (6, 6) and seen == sorted(seen)
    with pytest.raises(lk.Cancelled):
        lk.analyze(study, tmp_path / "out.h5", progress=lambda *_: False)
    assert not (tmp_path / "out.h5").exists()


def test_errors_of_the_progress_function_come_out(study, tmp_path):
    def broken(*_):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        lk.analyze(study, tmp_path / "out.h5", progress=broken)
    assert not (tmp_path / "out.h5").exists()


def test_ctrl_c_stops_the_analysis(study, tmp_path):
    # A background job inherits SIGINT as ignored, and Python then leaves it so.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            lk.analyze(study, tmp_path / "out.h5", progress=lambda *_: os.kill(os.getpid(), signal.SIGINT))
    finally:
        signal.signal(signal.SIGINT, before)
    assert not (tmp_path / "out.h5").exists()


def test_other_python_threads_run_while_the_engine_works():
    volts = np.random.default_rng(0).standard_normal(4_000_000)
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    begin = time.perf_counter()
    lk.downsample(volts, 10007.0)
    lk.segment(volts, 1000.0)
    end = time.perf_counter()
    done.set()
    thread.join()
    inside = [t for t in ticks if begin < t < end]
    # With the lock held, the other thread could run between the two calls only.
    assert len(inside) > 3, f"the other thread ran {len(inside)} times in {end - begin:.2f} s"


def test_tables_say_the_units_of_their_columns(results):
    for table in (results.bouts, results.trials, results.sessions, results.kinematics):
        assert list(table.attrs["units"]) == list(table)
    assert results.bouts.attrs["units"] | {"peak_speed_v_per_s": "V s-1", "flags": "", "hold_s": "s"} == (
        results.bouts.attrs["units"]
    )
    assert results.trials.attrs["units"]["cue_s"] == "s"
    assert results.sessions.attrs["units"]["rate_hz"] == "Hz"
    segmented = lk.segment(np.sin(np.arange(5000) / 100), 1000).to_frame()
    assert {name: results.bouts.attrs["units"][name] for name in segmented} == segmented.attrs["units"]
