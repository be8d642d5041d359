"""`leverkin export`: results as tables that other programs read."""

import csv
import json
import re

import h5py
import numpy as np
import pytest

# _namespace_object.attribute.extension, words in humps (one.alf.spec of ONE-api).
ALF_NAME = re.compile(r"_lvk_[a-z][a-zA-Z]*\.[a-zA-Z0-9]+(_times|_intervals)?\.npy")


@pytest.fixture(scope="session")
def kept(leverkin, mice, tmp_path_factory):
    """Results with traces."""
    out = tmp_path_factory.mktemp("kept") / "results.h5"
    assert leverkin("analyze", mice, "--out", out, "--keep-traces", "--quiet").returncode == 0
    return out


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def columns_of(results, table):
    """{column: values} over all sessions of a results file."""
    with h5py.File(results) as file:
        groups = [s[table] for animal in file["subjects"].values() for s in animal["sessions"].values()]
        names = [n for n in groups[0] if groups[0][n].ndim == 1]
        return {name: np.concatenate([g[name][()] for g in groups]) for name in names}


def numbers(cells):
    return np.array([float(cell) if cell else np.nan for cell in cells])


def test_csv_tables_hold_every_column_to_the_last_bit(leverkin, kept, tmp_path):
    done = leverkin("export", kept, "--out", tmp_path, "--format", "csv", "--json")
    assert done.returncode == 0, done.stderr
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {f"{t}.csv" for t in ("sessions", "bouts", "trials", "movements", "correlogram", "correlogram_across",
                                            "groups", "group_correlogram", "failed", "findings", "columns")}  # fmt: skip
    assert {path.rsplit("/", 1)[1] for path in json.loads(done.stdout)["files"]} == written
    for table in ("bouts", "trials", "kinematics"):
        rows = rows_of(tmp_path / f"{'bouts' if table == 'kinematics' else table}.csv")
        for name, values in columns_of(kept, table).items():
            if name == "reject_reason" or name == "review":
                continue
            np.testing.assert_array_equal(numbers(row[name] for row in rows), values, name)
    trials = rows_of(tmp_path / "trials.csv")
    assert {row["reject_reason"] for row in trials} >= {"used", "no_reward"}
    assert {(row["subject"], row["session"]) for row in trials} == {(f"mouse_0{m}", s) for m in (1, 2) for s in "12"}


def test_movements_are_wide_and_sessions_carry_their_curves(leverkin, kept, tmp_path):
    assert leverkin("export", kept, "--out", tmp_path, "--format", "csv").returncode == 0
    movements, sessions = rows_of(tmp_path / "movements.csv"), rows_of(tmp_path / "sessions.csv")
    with h5py.File(kept) as file:
        volts = np.concatenate([s["movements/volts"] for a in file["subjects"].values() for s in a["sessions"].values()])
        within = np.concatenate([a["correlogram/within_r"] for a in file["subjects"].values()])
    assert len(movements) == len(volts) > 0 and "volts_2000" in movements[0] and "volts_2001" not in movements[0]
    np.testing.assert_array_equal(numbers(row["volts_1234"] for row in movements).astype("f4"), volts[:, 1234])
    np.testing.assert_array_equal(numbers(row["within_r"] for row in sessions), within)


def test_every_column_is_explained(leverkin, kept, tmp_path):
    assert leverkin("export", kept, "--out", tmp_path, "--format", "csv").returncode == 0
    words = {(row["table"], row["column"]): row for row in rows_of(tmp_path / "columns.csv")}
    for table in ("sessions", "bouts", "trials", "correlogram", "findings"):
        with open(tmp_path / f"{table}.csv", encoding="utf-8") as file:
            header = file.readline().strip().split(",")
        assert [(table, name) for name in header if (table, name) not in words] == []
    assert words["bouts", "amplitude_v"]["unit"] == "V" and "largest" in words["bouts", "amplitude_v"]["meaning"]


def test_npy_files_are_what_numpy_reads(leverkin, kept, tmp_path):
    assert leverkin("export", kept, "--out", tmp_path, "--format", "npy").returncode == 0
    for name, values in columns_of(kept, "bouts").items():
        np.testing.assert_array_equal(np.load(tmp_path / f"bouts.{name}.npy"), values, name)
    subjects = np.load(tmp_path / "bouts.subject.npy")
    assert subjects.dtype.kind == "U" and set(subjects) == {"mouse_01", "mouse_02"}
    assert np.load(tmp_path / "movements.volts.npy").shape[1] == 2001
    with h5py.File(kept) as file:
        traces = [s["lever/volts"][()] for a in file["subjects"].values() for s in a["sessions"].values()]
    np.testing.assert_array_equal(np.load(tmp_path / "lever.volts.npy"), np.concatenate(traces))


def test_texts_survive_csv_and_npy(leverkin, write_session, tmp_path):
    source = write_session(subject='Mü"n, 7\u4e2d', session=1)
    assert leverkin("analyze", source, "--out", tmp_path / "r.h5").returncode == 0
    for form in ("csv", "npy"):
        assert leverkin("export", tmp_path / "r.h5", "--out", tmp_path / form, "--format", form).returncode == 0
    assert rows_of(tmp_path / "csv" / "sessions.csv")[0]["subject"] == 'Mü"n, 7\u4e2d'
    assert list(np.load(tmp_path / "npy" / "sessions.subject.npy")) == ['Mü"n, 7\u4e2d']


def test_alf_files_are_named_as_the_convention_wants(leverkin, kept, tmp_path):
    assert leverkin("export", kept, "--out", tmp_path, "--format", "alf").returncode == 0
    files = sorted(tmp_path.rglob("*.npy"))
    assert len(files) > 40 and [f.name for f in files if not ALF_NAME.fullmatch(f.name)] == []
    folders = {file.parent.relative_to(tmp_path).as_posix() for file in files}
    assert len(folders) == 4 and all(re.fullmatch(r"mouse_0\d/\d{4}-\d\d-\d\d/\d{3}/alf", name) for name in folders)


def test_alf_objects_hold_the_results(leverkin, kept, tmp_path):
    assert leverkin("export", kept, "--out", tmp_path, "--format", "alf").returncode == 0
    folder = tmp_path / "mouse_01" / "2015-01-06" / "002" / "alf"
    with h5py.File(kept) as file:
        session = file["subjects/mouse_01/sessions/002"]
        bouts, trials, movements = session["bouts"], session["trials"], session["movements"]
        intervals = np.load(folder / "_lvk_leverMoves.intervals.npy")
        np.testing.assert_array_equal(intervals, np.column_stack([bouts["onset_s"], bouts["offset_s"]]))
        np.testing.assert_array_equal(np.load(folder / "_lvk_leverMoves.peakAmplitude.npy"), bouts["amplitude_v"])
        np.testing.assert_array_equal(np.load(folder / "_lvk_leverMoves.peakSpeed.npy"), bouts["peak_speed_v_per_s"])
        np.testing.assert_array_equal(np.load(folder / "_lvk_leverTrials.reward_times.npy"), trials["reward_s"])
        np.testing.assert_array_equal(np.load(folder / "_lvk_leverTrials.reactionTime.npy"), trials["reaction_time_s"])
        np.testing.assert_array_equal(np.load(folder / "_lvk_leverResponses.position.npy").astype("f4"), movements["volts"])
        np.testing.assert_array_equal(np.load(folder / "_lvk_lever.position.npy"), session["lever/volts"])
        n = len(session["lever/volts"])
        np.testing.assert_array_equal(np.load(folder / "_lvk_lever.timestamps.npy"), [[0, 0], [n - 1, (n - 1) / 1000]])
        for prefix, rows in (("Moves", len(bouts["onset_s"])), ("Trials", len(trials["cue_s"]))):
            assert {len(np.load(f)) for f in folder.glob(f"_lvk_lever{prefix}.*")} == {rows}


def test_nothing_is_replaced_without_leave(leverkin, kept, tmp_path):
    (tmp_path / "trials.csv").write_text("mine")
    refused = leverkin("export", kept, "--out", tmp_path, "--format", "csv")
    assert refused.returncode == 2 and "--overwrite" in refused.stderr and (tmp_path / "trials.csv").read_text() == "mine"
    assert leverkin("export", kept, "--out", tmp_path, "--format", "csv", "--overwrite").returncode == 0
    assert rows_of(tmp_path / "trials.csv")


@pytest.mark.parametrize("what, code", [("mice", 3), ("nothing", 2)])
def test_what_is_no_results_file_is_refused(leverkin, one_session, tmp_path, what, code):
    path = one_session if what == "mice" else tmp_path / "absent.h5"
    done = leverkin("export", path, "--out", tmp_path / "t", "--format", "csv")
    assert done.returncode == code and str(path) in done.stderr and not (tmp_path / "t").exists()
