"""`leverkin compare RESULTS --against OTHER`: somebody's own numbers, the worst difference first, and why."""

import json

import h5py
import numpy as np
import pytest
from scipy.io import savemat


@pytest.fixture(scope="session")
def kept(leverkin, tmp_path_factory):
    """Results of three sessions of one mouse, with traces."""
    folder = tmp_path_factory.mktemp("old")
    assert leverkin("simulate", "--out", folder / "mice", "--animals", 1, "--sessions", 3, "--minutes", 4, "--rate", 1000,
                    "--storage", "int16", "--format", "hdf5", "--quiet").returncode == 0  # fmt: skip
    assert leverkin("analyze", folder / "mice", "--out", folder / "results.h5", "--keep-traces", "--quiet").returncode == 0
    return folder / "results.h5"


@pytest.fixture
def against(leverkin, kept, tmp_path):
    """Compares variables, written as a script's file holds them; {variable: what is said of it}."""

    def compare(*options, **variables):
        with h5py.File(tmp_path / "old.h5", "w") as file:
            for name, values in variables.items():
                file[name.replace("__", "/")] = values
        done = leverkin("compare", kept, "--against", tmp_path / "old.h5", "--json", *options)
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)
        return {one["theirs"]: one for one in said["differences"]}, said["unknown"]

    return compare


def stored(results, path):
    with h5py.File(results) as file:
        return file["subjects/mouse_01"][path][()]


def medians(results, window, self_pairs):
    """The correlogram as a script computes it, from the traces."""
    rows, session = [], []
    for number in ("001", "002", "003"):
        volts = stored(results, f"sessions/{number}/lever/volts")
        for onset in np.round(1000 * stored(results, f"sessions/{number}/movements/onset_s")).astype(int):
            if onset + window[1] <= len(volts):
                rows.append(volts[onset + window[0] : onset + window[1]])
                session.append(int(number))
    r, session = np.corrcoef(rows), np.array(session)
    if not self_pairs:
        np.fill_diagonal(r, np.nan)
    return np.array([[np.nanmedian(r[np.ix_(session == a, session == b)]) for b in (1, 2, 3)] for a in (1, 2, 3)])


def test_the_same_numbers_do_not_differ(against, kept):
    found, _ = against(corr=stored(kept, "correlogram/median_r"), within=stored(kept, "correlogram/within_r"))
    assert [one["differing"] for one in found.values()] == [0, 0] and found["corr"]["compared"] == 9


def test_self_pairs_on_the_diagonal_are_recognised(against, kept):
    found, _ = against(corr_matrix=medians(kept, (0, 2001), True), within_session=np.diag(medians(kept, (0, 2001), True)))
    assert found["corr_matrix"]["differing"] == 3 and found["corr_matrix"]["ours"] == "median_r"
    assert all(one["why"] == "self pairs (r = 1) on the diagonal: explains it" for one in found.values())


def test_a_window_of_three_seconds_is_recognised(against, kept):
    found, _ = against(corr=medians(kept, (0, 3001), False))
    assert found["corr"]["differing"] >= 6 and found["corr"]["why"] == "a window of 3 s: explains it"
    both, _ = against(corr=medians(kept, (0, 3001), True))
    assert both["corr"]["why"] == "a window of 3 s, and self pairs (r = 1) on the diagonal: explains it"


def test_indices_of_matlab_are_recognised_in_any_unit(against, kept):
    onset = stored(kept, "sessions/002/movements/onset_s")
    found, _ = against("--session", 2, movement_onset=np.round(1000 * onset) + 1)
    said = found["movement_onset"]
    assert said["taken"] == "in ms" and said["differing"] == len(onset) and "count from 1" in said["why"]
    assert said["largest"] == pytest.approx(0.001)


def test_reaction_times_with_the_event_one_sample_early(against, kept):
    reason = stored(kept, "sessions/002/trials/reject_reason")
    reaction = stored(kept, "sessions/002/trials/reaction_time_s")[reason == 0]
    found, _ = against("--session", 2, rxn_time=reaction + 0.001)
    assert "one sample" in found["rxn_time"]["why"] and "explains it" in found["rxn_time"]["why"]


def test_movements_of_a_window_that_begins_early_lie_on_their_side_or_are_longer(against, kept):
    volts, onset = stored(kept, "sessions/002/lever/volts"), stored(kept, "sessions/002/movements/onset_s")
    rows = np.array([volts[k - 1 : k + 3000] for k in np.round(1000 * onset).astype(int)])
    found, _ = against("--session", 2, lever_movements=rows.T)
    said = found["lever_movements"]
    assert said["ours"] == "movements/volts" and "3001 samples there" in said["note"] and "one sample early" in said["why"]


def test_a_mask_is_compared_sample_by_sample(against, kept):
    mask = stored(kept, "sessions/002/lever/active").astype(float)
    same, _ = against("--session", 2, lever_active=mask)
    assert same["lever_active"]["differing"] == 0 and same["lever_active"]["compared"] == len(mask)
    mask[50_000:50_200] = 1 - mask[50_000:50_200]
    other, _ = against("--session", 2, lever_active=mask)
    assert other["lever_active"]["differing"] == 200 and other["lever_active"]["where"] == "50.000 s"


def test_the_worst_difference_comes_first_and_the_unknown_are_named(leverkin, kept, tmp_path):
    with h5py.File(tmp_path / "old.h5", "w") as file:
        file["success"] = stored(kept, "correlogram/session") * 0 + 0.1
        file["within"] = stored(kept, "correlogram/within_r") + 1e-4
        file["puzzle"] = np.arange(17.0)
        file["words"] = "text"
    done = leverkin("compare", kept, "--against", tmp_path / "old.h5", "--json")
    said = json.loads(done.stdout)
    assert [one["theirs"] for one in said["differences"]] == ["success", "within"]
    assert said["unknown"] == ["puzzle (17 x 1)"] and "--pair puzzle=" in done.stderr
    told = leverkin("compare", kept, "--against", tmp_path / "old.h5", "--pair", "puzzle=within_r", "--json")
    assert len(json.loads(told.stdout)["differences"]) == 3


def test_a_mat_file_of_version_7_3_is_read_as_matlab_shows_it(leverkin, kept, tmp_path):
    square = stored(kept, "correlogram/median_r")
    square[0, 2] += 0.25  # not symmetric any more: rows must be rows
    with h5py.File(tmp_path / "old.mat", "w", userblock_size=512) as file:
        file["corr"] = square.T
        file["corr"].attrs["MATLAB_class"] = np.bytes_("double")
        text = file.create_dataset("corr_note", data=np.array([[72], [105]], dtype="u2"))
        text.attrs["MATLAB_class"] = np.bytes_("char")
    with open(tmp_path / "old.mat", "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(116))
    (found,) = json.loads(leverkin("compare", kept, "--against", tmp_path / "old.mat", "--json").stdout)["differences"]
    assert found["where"] == "sessions 1 and 3" and found["differing"] == 1


def test_a_mat_file_of_version_5_is_read_as_matlab_shows_it_structures_as_well(leverkin, kept, tmp_path):
    square = stored(kept, "correlogram/median_r")
    square[0, 2] += 0.25
    savemat(tmp_path / "old.mat", {"data": {"corr": square, "note": "hi"}, "within": stored(kept, "correlogram/within_r")})
    said = json.loads(leverkin("compare", kept, "--against", tmp_path / "old.mat", "--json").stdout)["differences"]
    found = {one["theirs"]: one for one in said}
    assert found["data.corr"]["where"] == "sessions 1 and 3" and found["data.corr"]["differing"] == 1
    assert found["within"]["differing"] == 0


def test_two_results_files_column_by_column(leverkin, kept, tmp_path):
    same = leverkin("compare", kept, "--against", kept, "--json")
    assert same.returncode == 0 and all(one["differing"] == 0 for one in json.loads(same.stdout)["differences"])
    other = tmp_path / "other.h5"
    assert leverkin("analyze", kept.parent / "mice", "--out", other, "--set", "gap_ms=400", "--keep-traces", "--quiet").returncode == 0
    said = json.loads(leverkin("compare", kept, "--against", other, "--json").stdout)["differences"]
    differing = {one["ours"]: one for one in said if one["differing"]}
    assert "bouts/onset_s" in differing and "trials/cue_s" not in differing
    assert differing["bouts/onset_s"]["where"].startswith("mouse_01, session ")
    text = leverkin("compare", kept, "--against", other)
    assert text.returncode == 0 and "bouts/onset_s" in text.stdout and "the same" in text.stderr


@pytest.mark.parametrize("options, code, words", [
    (("--against", "absent.mat"), 2, "no such file"),
    (("--against", "text.mat"), 3, "not HDF5"),
    (("--against", "old5.mat"), 3, "old5.mat"),
    (("--against", "old.h5", "--pair", "x"), 2, "VARIABLE=QUANTITY"),
    (("--against", "old.h5", "--pair", "x=y"), 2, "within_r"),
    (("--against", "old.h5", "--subject", "nobody"), 2, "mouse_01"),
    (("--against", "old.h5", "--session", "9"), 2, "1, 2, 3"),
    (("--against", "old.h5"), 3, "nothing to compare"),
])  # fmt: skip
def test_what_cannot_be_compared_is_refused(leverkin, kept, tmp_path, options, code, words):
    (tmp_path / "text.mat").write_text("hello, this is text")
    (tmp_path / "old5.mat").write_bytes(b"MATLAB 5.0 MAT-file".ljust(128) + b"\0" * 100)
    with h5py.File(tmp_path / "old.h5", "w") as file:
        file["puzzle"] = np.arange(17.0)
    done = leverkin("compare", kept, *options, cwd=tmp_path)
    assert done.returncode == code and words in done.stderr
