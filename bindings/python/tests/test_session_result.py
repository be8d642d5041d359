"""lk.analyze_session: what a results file would hold, without one."""

import os

import numpy as np
import pandas as pd
import pytest
from presses import press_session, write_study

import leverkin as lk


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    write_study(folder)
    return folder


@pytest.fixture(scope="module")
def results(study, tmp_path_factory):
    return lk.analyze(study, tmp_path_factory.mktemp("out") / "results.h5", keep_traces=True)


@pytest.fixture(scope="module")
def found(study):
    return lk.analyze_session(study / "cleo_2.h5")


def of_session(table):
    return table[(table.subject == "cleo") & (table.session == 2)].reset_index(drop=True)


@pytest.mark.parametrize("name", ["bouts", "trials", "kinematics"])
def test_tables_of_a_session_are_those_of_the_results(name, found, results):
    expected = of_session(getattr(results, name))
    pd.testing.assert_frame_equal(getattr(found, name)[list(expected)], expected)
    assert set(getattr(found, name)) == set(expected)


def test_movements_and_traces_of_a_session_are_those_of_the_results(found, results):
    stored = results.movements("cleo", 2)
    assert found.movements.dims == stored.dims and set(found.movements.coords) == set(stored.coords)
    np.testing.assert_array_equal(found.movements.astype(np.float32), stored)
    np.testing.assert_array_equal(found.movements.trial, stored.trial)
    np.testing.assert_array_equal(found.movements.time_s, stored.time_s)
    traces = results.lever("cleo", 2).load()
    for name in traces:
        np.testing.assert_array_equal(found.lever[name], traces[name])
        assert found.lever[name].attrs == traces[name].attrs
    np.testing.assert_array_equal(found.lever.time, traces.time)


def test_the_summary_of_a_session_is_its_row_of_the_results(found, results):
    row = of_session(results.sessions).iloc[0]
    for name, value in found.summary.items():
        assert row[name] == value, name
    assert found.findings.columns.tolist() == [
        "subject", "session", "code", "severity", "value", "start_s", "stop_s", "text",
    ]  # fmt: skip


def test_no_file_is_written(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = sorted(os.listdir(study))
    lk.analyze_session(study / "ada_1.h5")
    assert sorted(os.listdir(study)) == before and os.listdir(tmp_path) == []


def test_a_session_takes_options_as_analyze_does(study, tmp_path):
    (tmp_path / "wide.toml").write_text(lk.config(gap_ms=6000), encoding="utf-8")
    session = lk.open_session(study / "ada_1.h5")
    counts = [
        len(lk.analyze_session(session, **options).bouts)
        for options in ({}, {"gap_ms": 6000}, {"set": {"gap_ms": 6000}}, {"config": tmp_path / "wide.toml"})
    ]
    assert counts[0] > counts[1] == counts[2] == counts[3]
    with pytest.raises(lk.BadArgument, match="gapms"):
        lk.analyze_session(session, gapms=2)
    with pytest.raises(OSError):
        lk.analyze_session(tmp_path / "nowhere.h5")


def test_samples_that_are_not_finite_are_refused_or_held(tmp_path):
    volts, trials = press_session(3)
    volts[2000:2300] = np.nan
    path = tmp_path / "a_1.h5"
    lk.write_session(path, volts, subject="a", session=1, rate_hz=1000, trials=trials)
    with pytest.raises(lk.BadSession, match="not finite|nan"):
        lk.analyze_session(path)
    held = lk.analyze_session(path, gaps="hold")
    assert np.isfinite(held.lever.volts).all() and len(held.bouts) > 3 and held.warnings
    bouts = lk.segment(volts, 1000, gaps="hold")
    np.testing.assert_array_equal(bouts.onset_s, held.bouts.onset_s)
    np.testing.assert_array_equal(bouts.volts, held.lever.volts)


def test_a_session_without_trials_or_movement_has_empty_tables(tmp_path):
    random = np.random.default_rng(0)
    lk.write_session(tmp_path / "a_1.h5", 1e-3 * random.standard_normal(20_000), subject="a", session=1, rate_hz=1000)
    found = lk.analyze_session(tmp_path / "a_1.h5")
    assert len(found.bouts) == len(found.trials) == len(found.kinematics) == 0
    assert found.movements.shape == (0, 2001) and found.summary.n_movements == 0
    assert "reject_reason" in found.trials and "onset_s" in found.bouts
