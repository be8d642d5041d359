"""Imaging read and put beside the lever: what is found, what is refused, and the synthetic session from end to end."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray as xr

import leverkin as lk
from leverkin.activity import _study

GOLDEN = Path(__file__).resolve().parents[3] / "tests" / "golden" / "activity"
NWB = GOLDEN / "mouse_77_session_03.nwb"


@pytest.fixture(scope="module")
def truth():
    with h5py.File(GOLDEN / "mouse_77_session_03_truth.h5") as file:
        return {name: data[()] for name, data in file.items()}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return lk.analyze(NWB, tmp_path_factory.mktemp("lever") / "results.h5", progress=False)


@pytest.fixture(scope="module")
def found(results, tmp_path_factory):
    out = tmp_path_factory.mktemp("activity") / "activity.h5"
    return lk.activity.analyze(results, out=out, pairwise=True), out


# ---------------------------------------------------------------------------------------------- the synthetic session


def test_the_nwb_session_is_read_with_its_cells_gaps_and_clock(truth):
    session = lk.open_session(NWB)
    (imaging,) = lk.activity.read_imaging(NWB, clock_offset_s=session.clock_offset_s)
    assert imaging.activity.shape == (2840, 24) and imaging.measure == "dff" and imaging.has_identity
    np.testing.assert_allclose(imaging.frame_s, truth["frame_s"], atol=1e-9)
    assert imaging.gaps.after_frame.tolist() == [699, 1497] and imaging.gaps.missing.tolist() == [2, 1]
    np.testing.assert_array_equal(imaging.cells.is_cell, truth["is_cell"] == 1)
    np.testing.assert_array_equal(imaging.cells.cell_id, truth["cell_id"])
    assert np.isnan(imaging.activity).sum(axis=0).tolist() == [0] * 5 + [3] + [0] * 18
    assert repr(session.imaging) == repr(imaging)


def test_the_eight_tuned_cells_are_found_and_at_most_two_others(found, truth):
    cells = found[0].cells
    movement = (cells["class"] == "movement").to_numpy()
    tuned = truth["tuned"] == 1
    assert movement[tuned].all() and movement[~tuned].sum() <= 2
    assert found[0].sessions.n_gaps.tolist() == [2] and cells.n_nan_frames.sum() == 3


def test_every_trial_has_a_window_with_a_status(found, results):
    windows = found[0].windows
    assert len(windows) == len(results.trials) == 14
    assert (windows.status[~results.trials.used] == "not_used").all()
    assert (windows.status == "used").sum() == found[0].sessions.n_windows[0] == len(found[0].pairs["mouse_77"].trials)


def test_the_file_holds_what_was_found_and_opens_in_xarray(found):
    one, out = found
    again = lk.activity.load(out)
    for name in ("sessions", "windows", "binned"):
        expected = getattr(one, name)
        pd.testing.assert_frame_equal(getattr(again, name)[list(expected)], expected, check_dtype=False)
    pd.testing.assert_frame_equal(again.cells[list(one.cells)], one.cells, check_dtype=False, check_column_type=False)
    pd.testing.assert_frame_equal(again.pairs["mouse_77"].table[list(one.pairs["mouse_77"].table)], one.pairs["mouse_77"].table)
    base = "subjects/mouse_77/sessions/003/imaging"
    expected = {"frames": {"frame_s", "moving", "covered"}, "windows": {"trial", "onset_frame", "status"},
                "cells": {"cell_id", "cell_type", "is_cell", "class", "p_movement", "n_events", "reliability",
                          "preferred_s", "timing_sd_s"}}  # fmt: skip
    for name, columns in expected.items():
        with xr.open_dataset(out, group=f"{base}/{name}") as table:
            assert columns <= set(table.variables), name
    with h5py.File(out) as file:
        assert file.attrs["schema"] == "leverkin-activity/1"
        attributes = file[base].attrs
        assert {"n_frames", "n_cells", "period_s", "n_gaps", "measure", "source_file", "fraction_movement",
                "fraction_still", "seed", "shuffles"} <= set(attributes)  # fmt: skip
        assert h5py.check_enum_dtype(file[f"{base}/windows/status"].dtype) == lk.activity.STATUS
        assert {"stage", "bin_low", "bin_high", "n_pairs", "mean_r", "sem_r"} <= set(file["subjects/mouse_77/activity/binned"])


def test_windows_as_xarray_keep_the_cells_and_the_true_times(results):
    windows = lk.activity.trial_activity(results, window_s=(-0.2, 2.0), subject="mouse_77", session=3)
    assert windows.dims == ("trial", "time", "cell") and windows.sizes["trial"] == 14
    used = windows.status == "used"
    assert bool(windows[~used].isnull().all()) and bool((windows.mean("trial").max() > 0))
    assert windows.time.values[0] < 0 < windows.time.values[-1] and {"cell_id", "cell_type", "is_cell"} <= set(windows.coords)
    off = np.abs(windows.time_s[used] - windows.time).max()
    assert float(off) < 0.03  # nominal and true times, within a frame


def test_windows_of_a_session_are_those_of_its_results(results):
    of_results = lk.activity.trial_activity(results)
    for of in (lk.open_session(NWB), NWB, results.path):
        windows = lk.activity.trial_activity(of)
        assert windows.identical(of_results.assign_attrs(windows.attrs))
    with pytest.raises(KeyError, match="found 0 such sessions"):
        lk.activity.trial_activity(results, session=9)


def test_a_cell_that_is_scanned_later_has_an_onset_of_its_own(results, tmp_path):
    times, data = np.arange(2800) / 28, np.random.default_rng(0).random((2800, 2))
    paths = [plain(tmp_path / f"{k}.h5", frames=2800, cells=2, frame_s=times + 12.5, time_offset_s=[0.0, offset])
             for k, offset in enumerate((0.0, 0.5))]  # fmt: skip
    for path in paths:
        with h5py.File(path, "r+") as file:
            file["imaging/activity"][()] = data
    same, late = (lk.activity.trial_activity(results, imaging=path) for path in paths)
    used = (same.status == "used").values
    np.testing.assert_array_equal(late[used, :, 0], same[used, :, 0])
    np.testing.assert_array_equal(late[used, 14:, 1], same[used, :-14, 1])  # 0.5 s are 14 frames


def test_the_same_bytes_for_any_number_of_threads(results, tmp_path):
    for threads in (1, 2):
        lk.activity.analyze(results, out=tmp_path / f"{threads}.h5", threads=threads, shuffles=500)
    with h5py.File(tmp_path / "1.h5") as one, h5py.File(tmp_path / "2.h5") as two:

        def same(name, thing):
            if isinstance(thing, h5py.Dataset):
                np.testing.assert_array_equal(thing[()], two[name][()], err_msg=name)

        one.visititems(same)


def test_the_command_finds_them_too(results, tmp_path):
    def run(*arguments):
        command = [sys.executable, "-m", "leverkin", "activity", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True)

    done = run(results.path, NWB, "--out", tmp_path / "a.h5", "--shuffles=2000", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert sum(cell["class"] == "movement" for cell in told["cells"]) in (8, 9, 10)
    assert len(lk.activity.load(tmp_path / "a.h5").cells) == 24
    assert run(results.path, "--out", tmp_path / "b.h5", "--imaging=none").returncode == 3
    assert not (tmp_path / "b.h5").exists()
    assert run(results.path, "--out", tmp_path / "b.h5", "--profile=chen2015").returncode == 2


# ---------------------------------------------------------------------------------------------- NWB


@pytest.fixture
def nwb(tmp_path):
    path = tmp_path / "session.nwb"
    shutil.copy(NWB, path)
    path.chmod(0o644)
    return path


def series(file, name="DfOverF/DfOverF"):
    return file[f"processing/ophys/{name}"]


def replaced(group, name, values):
    attributes = dict(group[name].attrs)
    del group[name]
    data = group.create_dataset(name, data=values)
    data.attrs.update({key: value for key, value in attributes.items() if key not in ("DIMENSION_LIST",)})


def test_data_that_lie_regions_by_frames_are_turned_with_a_note(nwb):
    with h5py.File(nwb, "r+") as file:
        replaced(series(file), "data", series(file)["data"][()].T)
    (imaging,) = lk.activity.read_imaging(nwb)
    (plain,) = lk.activity.read_imaging(NWB)
    np.testing.assert_array_equal(imaging.activity, plain.activity)
    assert any("turned" in note for note in imaging.notes)


@pytest.mark.parametrize(("surplus", "first"), [("end", 0), ("start", 2)])
def test_two_surplus_times_are_cut_with_both_counts(nwb, surplus, first):
    with h5py.File(nwb, "r+") as file:
        replaced(series(file), "data", series(file)["data"][:-2])
        times = series(file)["timestamps"][()]
    (imaging,) = lk.activity.read_imaging(nwb, frame_surplus=surplus)
    np.testing.assert_array_equal(imaging.frame_s, times[first : first + 2838])
    (note,) = (one for one in imaging.notes if "frame times" in one)
    cut = times[2838:] if surplus == "end" else times[:2]
    assert "found 2840 frame times" in note and "2838 frames" in note
    assert f"2 cut at the {surplus} ({cut[0]:.3f} to {cut[1]:.3f} s)" in note
    with pytest.raises(lk.BadSession, match="found 2840 frame times .* for 2838 frames"):
        lk.activity.read_imaging(nwb, frame_surplus="refuse")


def edit_times(change):
    def edit(file):
        replaced(series(file), "timestamps", change(series(file)["timestamps"][()]))

    return edit


def edit_data(change):
    def edit(file):
        replaced(series(file), "data", change(series(file)["data"][()]))

    return edit


def infinite(data):
    data[7, 2] = np.inf
    return data


def backwards(times):
    times[10] = times[8]
    return times


def without_numbers(times):
    times[[5, 9]] = np.nan
    return times


def edit_regions(change):
    def edit(file):
        rois = series(file)["rois"]
        rois[()] = change(rois[()])

    return edit


def rate_instead_of_times(rate_hz):
    def edit(file):
        del series(file)["timestamps"]
        series(file)["starting_time"] = 12.5
        if rate_hz is not None:
            series(file)["starting_time"].attrs["rate"] = rate_hz

    return edit


def drop_data(file):
    del series(file)["data"]


def drop_dff(file):
    del file["processing/ophys/DfOverF"]


def version_1(file):
    file.attrs["nwb_version"] = "NWB-1.0.6"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (edit_data(lambda data: data[:1420]), "found 2840 frame times .* for 1420 frames.*2 planes together"),
        (edit_data(lambda data: data[:-3]), r"found 2840 frame times \(12\.\d+ to \d+\.\d+ s\) for 2837 frames"),
        (edit_data(lambda data: data[:24]), "for"),
        (edit_data(lambda data: np.repeat(data, 3, axis=0)), "found 2840 frame times .* for 8520 frames.*frames are those of 3 planes"),
        (edit_data(lambda data: data[:1]), "for 1 frames"),
        (edit_data(infinite), r"infinity in frame 7, cell 2, at 13\.\d+ s, and in 0 more"),
        (edit_times(backwards), r"found 1 of 2840 frame times \(12\.\d+ to \d+\.\d+ s\) that do not increase.*at frame 10 after"),
        (edit_times(without_numbers), "found 2 of 2840 frame times that are no numbers, the first at frame 5"),
        (edit_regions(lambda rois: rois + 3), "found region 24, and 2 more of 24, that are no rows of .*expected 0 to 23"),
        (rate_instead_of_times(0.0), "found a rate of 0 Hz"),
        (rate_instead_of_times(None), "found a rate of 0 Hz"),
        (drop_data, "cannot be read .*data.* expected NWB 2"),
        (drop_dff, "found no dF/F .* raw fluorescence is not dF/F.*--imaging NAME"),
        (version_1, "NWB version 'NWB-1.0.6', expected 2"),
    ],
)
def test_what_cannot_be_true_is_refused_with_counts_and_times(nwb, edit, words):
    with h5py.File(nwb, "r+") as file:
        edit(file)
    with pytest.raises(lk.BadSession, match=words) as refusal:
        lk.activity.read_imaging(nwb)
    assert str(nwb) in str(refusal.value)


def test_conversion_and_offset_of_the_series_are_applied(nwb):
    (plain_values,) = lk.activity.read_imaging(nwb)
    with h5py.File(nwb, "r+") as file:
        series(file)["data"].attrs.update(conversion=2.0, offset=0.5)
    (scaled,) = lk.activity.read_imaging(nwb)
    np.testing.assert_allclose(scaled.activity, 2 * plain_values.activity + 0.5)


def test_a_square_that_could_be_either_way_is_refused(nwb):
    with h5py.File(nwb, "r+") as file:
        replaced(series(file), "data", series(file)["data"][:24])
        replaced(series(file), "timestamps", series(file)["timestamps"][:24])
    with pytest.raises(lk.BadSession, match="24 x 24 values"):
        lk.activity.read_imaging(nwb)


def test_raw_fluorescence_is_read_only_where_it_is_named(nwb):
    (imaging,) = lk.activity.read_imaging(nwb, "Fluorescence")
    assert imaging.measure == "fluorescence" and len(imaging.frame_s) == 300
    with pytest.raises(lk.BadSession, match="no series 'Neuropil', expected one of: .*DfOverF"):
        lk.activity.read_imaging(nwb, "Neuropil")


def test_imaging_that_starts_at_zero_where_the_lever_does_not_is_told(nwb):
    with h5py.File(nwb, "r+") as file:
        one = series(file, "Fluorescence/Fluorescence")
        one["starting_time"][()] = 0.0
    (imaging,) = lk.activity.read_imaging(nwb, "Fluorescence", clock_offset_s=12.5)
    assert any("never synchronised" in note for note in imaging.notes)


def test_without_identity_there_are_no_numbers_across_sessions(nwb, tmp_path):
    folder = tmp_path / "two"
    folder.mkdir()
    for session in (3, 4):
        copy = folder / f"mouse_77_session_0{session}.nwb"
        shutil.copy(nwb, copy)
        with h5py.File(copy, "r+") as file:
            table = file[series(file)["rois"].attrs["table"]]
            del table["cell_id"]
            file["session_start_time"][()] = f"2026-03-0{session}T09:00:00+00:00"
    results = lk.analyze(folder, tmp_path / "r.h5", progress=False)
    plain = lk.activity.analyze(results, shuffles=200, pairwise=True)
    assert plain.similarity == {} and "no identity" in plain.sessions.notes[0]
    table = plain.pairs["mouse_77"].table
    assert (table.session_a == table.session_b).all()
    out = tmp_path / "same.h5"
    same = lk.activity.analyze(results, out=out, shuffles=200, pairwise=True, same_cells=True)
    table, stored = same.similarity["mouse_77"], lk.activity.load(out).similarity["mouse_77"]
    assert table.similarity.shape == (2, 2) and table.session.values.tolist() == [1, 2]
    assert list(table) == ["similarity", "ceiling", "n_cells", "n_trials", "overlap"]
    xr.testing.assert_equal(stored, table[list(stored)])
    assert (same.pairs["mouse_77"].table.session_a != same.pairs["mouse_77"].table.session_b).any()


def test_a_session_without_windows_has_nan_beside_the_others():
    whole = _study._among_all(np.array([[1, 2], [3, 4]]), [2, 0], 3)
    np.testing.assert_array_equal(whole, [[4, np.nan, 3], [np.nan, np.nan, np.nan], [2, np.nan, 1]])
    assert _study._among_all(np.array([[1, 2], [3, 4]]), [0, 1], 2).dtype == np.int64


# ---------------------------------------------------------------------------------------------- plain HDF5


def plain(path, frames=200, cells=6, **more):
    with h5py.File(path, "w") as file:
        data = file.create_dataset("imaging/activity", data=np.random.default_rng(0).random((frames, cells)))
        data.attrs["measure"] = "events"
        for name, values in more.items():
            file[f"imaging/{name}"] = values
    return path


def test_plain_hdf5_keeps_every_column_of_the_cells(tmp_path):
    path = plain(tmp_path / "a.h5", frame_s=np.arange(200) / 28, cell_id=np.arange(6) + 40, x_um=np.arange(6.0),
                 is_cell=[1, 1, 1, 1, 1, 0], cell_type=[b"exc"] * 6)  # fmt: skip
    (imaging,) = lk.activity.read_imaging(path)
    assert imaging.has_identity and imaging.cells.x_um.tolist() == [0, 1, 2, 3, 4, 5]
    assert imaging.cells.cell_type.tolist() == ["exc"] * 6 and imaging.cells.is_cell.sum() == 5


def test_planes_have_a_clock_each_and_may_differ_by_a_frame(tmp_path):
    with h5py.File(tmp_path / "p.h5", "w") as file:
        for plane, frames in enumerate((101, 100)):
            file[f"imaging/plane{plane}/activity"] = np.zeros((frames, 4))
    trigger = np.arange(201) / 28
    first, second = lk.activity.read_imaging(tmp_path / "p.h5", frame_s=trigger)
    np.testing.assert_array_equal(first.frame_s, trigger[::2])
    np.testing.assert_array_equal(second.frame_s, trigger[1::2])
    assert (first.plane, second.plane) == ("plane0", "plane1") and first.rate_hz == pytest.approx(14)
    with pytest.raises(lk.BadSession, match="no frame times and no rate"):
        lk.activity.read_imaging(tmp_path / "p.h5")


def test_a_measure_that_nobody_knows_is_refused_and_none_is_noted(tmp_path):
    path = plain(tmp_path / "m.h5", frame_s=np.arange(200) / 28)
    with h5py.File(path, "r+") as file:
        file["imaging/activity"].attrs["measure"] = "volts"
    with pytest.raises(lk.BadSession, match="found the measure 'volts', expected one of dff, events, spikes"):
        lk.activity.read_imaging(path)
    with h5py.File(path, "r+") as file:
        del file["imaging/activity"].attrs["measure"]
    assert any("taken as dF/F" in note for note in lk.activity.read_imaging(path)[0].notes)


def test_imaging_that_never_meets_the_lever_fails_with_both_ranges(results, tmp_path):
    path = plain(tmp_path / "late.h5", frame_s=12.5 + 5000 + np.arange(200) / 28, cell_id=np.arange(6))
    manifest = tmp_path / "m.csv"
    manifest.write_text(f"path,subject,session,imaging\n{NWB},mouse_77,3,{path}\n")
    words = r"200 frames from 5000.000 to 5007.107 s beside a lever from 0 to 1\d\d\.\d+ s.*different clocks"
    with pytest.raises(lk.BadSession, match=words):
        lk.activity.analyze(results, manifest, shuffles=50)


def test_a_rate_in_place_of_times(tmp_path):
    (imaging,) = lk.activity.read_imaging(plain(tmp_path / "a.h5"), rate_hz=28.72, start_s=1.5)
    np.testing.assert_allclose(imaging.frame_s, 1.5 + np.arange(200) / 28.72)
    assert not imaging.has_identity and any("same neuron" in note for note in imaging.notes)


def test_a_file_without_imaging_says_what_would_do(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["lever/volts"] = np.zeros(10)
    with pytest.raises(lk.BadSession, match="NWB 2 .*plain HDF5 .*suite2p"):
        lk.activity.read_imaging(tmp_path / "a.h5")
    with pytest.raises(lk.IoError, match="no such file"):
        lk.activity.read_imaging(tmp_path / "none.h5")


# ---------------------------------------------------------------------------------------------- suite2p


def test_suite2p_is_read_without_opening_a_pickle(tmp_path, monkeypatch):
    folder = tmp_path / "suite2p"
    shutil.copytree(GOLDEN / "suite2p", folder)
    for plane in ("plane0", "plane1"):
        (folder / plane / "ops.npy").write_bytes(b"cos\nsystem\n(S'touch /tmp/opened'\ntR.")
    planes = lk.activity.read_imaging(folder, "spks", rate_hz=14.0)
    assert [plane.activity.shape for plane in planes] == [(401, 10), (400, 11)]
    assert planes[0].measure == "spikes" and planes[0].plane == "plane0"
    np.testing.assert_array_equal(planes[0].activity.T, np.load(folder / "plane0" / "spks.npy"))
    assert not planes[0].cells.is_cell.all() or "cell_probability" in planes[0].cells


def test_suite2p_without_dff_or_times_is_refused(tmp_path):
    folder = GOLDEN / "suite2p"
    with pytest.raises(lk.BadSession, match="is not dF/F"):
        lk.activity.read_imaging(folder, rate_hz=14.0)
    with pytest.raises(lk.BadSession, match="no frame times and no rate"):
        lk.activity.read_imaging(folder, "spks")


def test_an_array_of_python_objects_is_refused(tmp_path):
    folder = tmp_path / "plane0"
    shutil.copytree(GOLDEN / "suite2p" / "plane0", folder)
    (folder / "spks.npy").chmod(0o644)
    np.save(folder / "spks.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(lk.BadSession, match="no plain array"):
        lk.activity.read_imaging(tmp_path, "spks", rate_hz=14.0)


# ---------------------------------------------------------------------------------------------- manifests


def test_a_manifest_says_where_the_imaging_is(results, tmp_path):
    with h5py.File(NWB) as file:
        data, times = file["processing/ophys/DfOverF/DfOverF/data"][()], file["processing/ophys/DfOverF/DfOverF/timestamps"][()]
    plain(tmp_path / "imaging.h5", frame_s=times)
    with h5py.File(tmp_path / "imaging.h5", "r+") as file:
        del file["imaging/activity"]
        file["imaging/activity"] = data
        file["imaging/activity"].attrs["measure"] = "dff"
    (tmp_path / "mice.csv").write_text(f"path,subject,session,imaging\n{NWB},mouse_77,3,imaging.h5\n")
    found = lk.activity.analyze(results, tmp_path / "mice.csv", shuffles=500)
    assert found.sessions.source_file[0].startswith(str(tmp_path / "imaging.h5")) and len(found.cells) == 24
    (tmp_path / "bad.csv").write_text(f"path,subject,session,imaging\n{NWB},mouse_77,3,none.h5\n")
    with pytest.raises(lk.BadSession, match="row 2: imaging: .*none.h5"):
        lk.activity.analyze(results, tmp_path / "bad.csv")
