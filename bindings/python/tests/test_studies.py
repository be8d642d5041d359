"""Studies: manifests, groups, phases of training, sessions that are missing; and results that travel."""

import copy
import inspect
import json
import pickle

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from presses import press_session

import leverkin as lk


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    """Two animals, sessions 1 to 3 and, after a pause, 4 and 5; bob lacks session 2. The files say other names."""
    folder = tmp_path_factory.mktemp("study")
    rows = []
    for animal, (subject, group) in enumerate((("ada", "control"), ("bob", "light"))):
        for session in (1, 2, 3, 4, 5):
            if (subject, session) == ("bob", 2):
                continue
            volts, trials = press_session(10 * animal + session)
            path = folder / f"recording-{len(rows) + 1}.h5"
            lk.write_session(path, volts, subject="unknown", session=99, rate_hz=1000, trials=trials)
            phase = "training" if session < 4 else "retraining"
            rows.append({"path": path, "subject": subject, "session": session, "group": group, "phase": phase})
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def results(manifest, tmp_path_factory):
    return lk.analyze(manifest, tmp_path_factory.mktemp("out") / "results.h5", keep_traces=True, pairwise=True)


def test_a_table_is_a_manifest_and_goes_before_what_files_say(manifest, results):
    sessions = results.sessions
    expected = manifest.sort_values(["subject", "session"], ignore_index=True)
    for name in ("subject", "session", "group", "phase"):
        assert sessions[name].tolist() == expected[name].tolist()
    assert results.groups == ["control", "light"]


def test_a_table_gives_the_same_results_as_its_csv_file(manifest, results, tmp_path):
    manifest.to_csv(tmp_path / "manifest.csv", index=False)
    again = lk.analyze(tmp_path / "manifest.csv")
    pd.testing.assert_frame_equal(again.sessions, results.sessions)
    pd.testing.assert_frame_equal(again.trials, results.trials)


def test_a_table_may_leave_out_what_the_files_say(manifest):
    rows = manifest[["path", "session"]].assign(session=[1, 2, 3, 4, 5, np.nan, np.nan, np.nan, np.nan])
    found = lk.analyze(rows.iloc[:6])
    assert found.sessions.session.tolist() == [1, 2, 3, 4, 5, 99] and set(found.sessions.subject) == {"unknown"}


def test_a_table_that_cannot_be_a_manifest_is_refused(manifest):
    with pytest.raises(lk.BadArgument, match="found the columns file; expected path"):
        lk.analyze(pd.DataFrame({"file": ["a.h5"]}))
    with pytest.raises(lk.BadSession, match=r"nowhere\.h5: cannot be opened: no such file"):
        lk.analyze(pd.DataFrame({"path": ["nowhere.h5"]}))
    with pytest.raises(lk.BadArgument, match="whole numbers"):
        lk.analyze(manifest.assign(session=1.5))


def test_a_misspelt_column_is_refused(manifest):
    with pytest.raises(lk.BadArgument, match="found the column 'sesion'; is 'session' meant"):
        lk.analyze(manifest.rename(columns={"session": "sesion"}))
    assert lk.analyze(manifest.rename(columns={"group": "Group"}).assign(weight_g=20)).groups == ["control", "light"]


def test_results_that_were_replaced_say_so(manifest, tmp_path):
    old = lk.analyze(manifest, tmp_path / "r.h5")
    movements = old.movements("ada", 1)
    lk.analyze(manifest.iloc[1:], tmp_path / "r.h5")
    for look in (lambda: movements.values, lambda: old.bouts):
        with pytest.raises(lk.IoError, match="replaced since it was loaded"):
            look()


def test_arrays_of_temporary_results_outlive_them(manifest):
    assert np.isfinite(lk.analyze(manifest).movements("ada", 1).values).all()


def test_results_of_a_relative_path_are_found_from_anywhere(manifest, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results = lk.analyze(manifest, "r.h5")
    monkeypatch.chdir("/")
    assert len(pickle.loads(pickle.dumps(results)).bouts) == len(results.bouts) > 0


def test_panels_of_a_study_in_phases_show_the_first(results):
    panels = {ax.get_label(): ax for ax in lk.plot.figure1(results).figure.axes}
    assert [tick.get_text() for tick in panels["e"].get_xticklabels()] == ["1", "2", "3"]


def test_retraining_is_drawn_by_phases(results):
    ax = lk.plot.retraining(results, "success_fraction")
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["3", "R1", "R2"]
    ax = lk.plot.retraining(results, "success_fraction", last=2)
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["2", "R1", "R2"]
    with pytest.raises(lk.BadArgument, match="found 0, expected two"):
        lk.plot.retraining(lk.stats.measures(results).drop(columns="phase"), "success_fraction")


def test_a_missing_session_is_left_out_and_never_filled_in(results):
    table = lk.stats.measures(results)
    assert len(table) == 9
    per_session = lk.stats.per_session(table.assign(group="all"), "within_r")
    assert per_session.n.tolist() == [2, 1, 2, 2, 2]
    bob = table[table.subject == "bob"].set_index("session")
    correlogram = results.correlogram("bob")
    assert bob.across_r[3] == correlogram.across_r.values[0]  # joins 1 and 3, his neighbours


def test_arrays_have_units_and_are_read_when_they_are_looked_at(results):
    movements = results.movements("ada", 3)
    assert movements.dims == ("trial", "time") and movements.attrs["units"] == "V"
    assert movements.time.attrs["units"] == "s" and int(movements.session) == 3
    lever = results.lever("ada", 3)
    assert lever.envelope_v_per_s.attrs["units"] == "V s-1" and lever.time.attrs["units"] == "s"
    r = results.correlogram("ada").r
    for lazy in (movements, lever.volts, r):
        assert not lazy.variable._in_memory
    part = lever.volts.sel(time=slice(10, 11))
    np.testing.assert_array_equal(part.values, lever.volts.values[10_000:11_001])
    np.testing.assert_array_equal(r[3:5, [1, 2]].values, r.values[3:5][:, [1, 2]])
    np.testing.assert_array_equal(movements.isel(trial=-1), movements.values[-1])


def test_results_sessions_bouts_and_correlograms_pickle(results, manifest):
    again = pickle.loads(pickle.dumps(results))
    pd.testing.assert_frame_equal(again.bouts, results.bouts)
    xr.testing.assert_identical(pickle.loads(pickle.dumps(results.movements("ada", 1))), results.movements("ada", 1))
    session = lk.open_session(manifest.path[0])
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(session)).read(1, 2), session.read(1, 2))
    bouts = lk.segment(session.read(), session.rate_hz)
    for twin in (pickle.loads(pickle.dumps(bouts)), copy.deepcopy(bouts)):
        pd.testing.assert_frame_equal(twin.to_frame(), bouts.to_frame())
        np.testing.assert_array_equal(twin.envelope_v_per_s, bouts.envelope_v_per_s)
        assert twin.noise_cutoff_v == bouts.noise_cutoff_v and repr(twin) == repr(bouts)
    correlogram = lk.correlogram(np.random.default_rng(0).standard_normal((12, 50)), np.repeat([1, 2, 3], 4))
    twin = pickle.loads(pickle.dumps(correlogram))
    np.testing.assert_array_equal(twin.median_r, correlogram.median_r)
    np.testing.assert_array_equal(twin.pairwise(), correlogram.pairwise())


def test_functions_pickle():
    for function in (lk.downsample, lk.segment, lk.correlogram, lk.config, lk.profiles):
        assert pickle.loads(pickle.dumps(function)) is function
    assert list(inspect.signature(lk.segment).parameters) == ["volts", "rate_hz", "profile", "overrides"]


def test_errors_pickle_with_what_they_say(tmp_path):
    (tmp_path / "a_1.h5").write_bytes(b"no HDF5")
    with pytest.raises(lk.Error) as raised:
        lk.open_session(tmp_path / "a_1.h5")
    twin = pickle.loads(pickle.dumps(raised.value))
    assert type(twin) is type(raised.value) and str(twin) == str(raised.value)
    assert twin.__dict__ == raised.value.__dict__


def test_integer_columns_and_blanks_are_read_as_a_person_writes_them(manifest):
    table = manifest.iloc[:3].assign(subject=[7, 7, 8], group=[1.0, 1.0, np.nan], session=[1.0, 2.0, np.nan])
    sessions = lk.analyze(table).sessions
    assert sessions.subject.tolist() == ["7", "7", "8"] and sessions.group.tolist() == ["1", "1", ""]
    assert sessions.session.tolist() == [1, 2, 99]


def test_a_table_is_read_by_the_reader_of_csv_files(manifest):
    with pytest.raises(lk.BadArgument, match="found the column 'grp'; is 'group' meant"):
        lk.analyze(manifest.rename(columns={"group": "grp"}))
    with pytest.raises(lk.BadArgument, match="a second time"):
        lk.analyze(pd.concat([manifest, manifest.iloc[:1]]))
    warnings = lk.analyze(manifest.iloc[:1].assign(weight_g=20)).warnings
    assert len(warnings) == 1 and "the column 'weight_g' is not used" in warnings[0]


def test_a_recording_is_written_over_only_where_asked(tmp_path):
    volts, trials = press_session(1)
    path = tmp_path / "day_1.h5"
    lk.write_session(path, volts, subject="ada", session=1, rate_hz=1000, trials=trials)
    before = path.read_bytes()
    with pytest.raises(lk.BadArgument, match="overwrite=True"):
        lk.write_session(path, volts, subject="bob", session=1, rate_hz=1000)
    assert path.read_bytes() == before
    lk.write_session(path, volts, subject="bob", session=1, rate_hz=1000, overwrite=True)
    assert lk.open_session(path).subject == "bob"


def test_decisions_made_by_hand_are_replaced_only_where_asked(manifest, tmp_path):
    out, review = tmp_path / "r.h5", tmp_path / "decisions.json"
    first = lk.analyze(manifest, out)
    used = first.kinematics.iloc[0]
    xxh3 = first.sessions.query("subject == @used.subject and session == @used.session").input_xxh3.item()
    decision = {"subject": used.subject, "session": int(used.session), "input_xxh3": xxh3, "trial": int(used.trial)}
    review.write_text(json.dumps({"schema": "leverkin-review/1", "decisions": [decision | {"action": "reject"}]}))
    with pytest.raises(lk.BadArgument, match="found no decisions stored"):
        lk.analyze(manifest, out, review="stored")
    lk.analyze(manifest, out, review=review)
    with pytest.raises(lk.BadArgument, match="discard_review=True"):
        lk.analyze(manifest, out)
    assert lk.analyze(manifest, out, review="stored").attrs["review_json"] == review.read_text()
    assert "review_json" not in lk.analyze(manifest, out, discard_review=True).attrs
