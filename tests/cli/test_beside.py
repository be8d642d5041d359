"""leverkin structures, activity, simulate --imaging: the commands that the Python package does."""

import sys

import h5py
import pytest

TABLE = "subject,structure,1,2,3,4\nada,s1,1,0,1,1\nada,s2,0,1,1,1\nbob,s1,1,1,1,0\n"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "spines.csv"
    path.write_text(TABLE)
    return path


def test_the_program_hands_structures_to_the_package_built_beside_it(leverkin, table, tmp_path):
    done = leverkin("structures", table, "--out", tmp_path / "s.h5", "--new-sessions", "2,3,4")
    assert done.returncode == 0, done.stderr
    assert "2 animals, 3 structures: 1 corrected" in done.stdout
    with h5py.File(tmp_path / "s.h5") as file:
        assert file["subjects/ada/structures/count"][()].tolist() == [1, 2, 2, 2]


def test_it_takes_the_interpreter_that_is_named(leverkin, table, tmp_path):
    other = leverkin("structures", table, "--out", tmp_path / "s.h5", LEVERKIN_PYTHON="/nowhere/python")
    assert other.returncode == 1 and "/nowhere/python cannot be started" in other.stderr
    assert "pip install leverkin" in other.stderr
    bare = leverkin("structures", table, "--out", tmp_path / "s.h5", LEVERKIN_PYTHON=sys.executable, PYTHONPATH="",
                    PYTHONNOUSERSITE="1")  # fmt: skip
    assert bare.returncode == 0 or "has no module 'leverkin'" in bare.stderr


def test_options_are_the_programs_own(leverkin, table, tmp_path):
    assert "--denominator" in leverkin("structures", "--help").stdout
    wrong = leverkin("structures", table, "--out", tmp_path / "s.h5", "--order", "odd")
    assert wrong.returncode == 2 and "gaps" in wrong.stderr
    for command in ("structures", "activity"):
        missing = leverkin(command, tmp_path / "none", "--out", tmp_path / "s.h5")
        assert missing.returncode == 2 and "none: no such file" in missing.stderr


def test_simulated_imaging_goes_through_activity(leverkin, tmp_path):
    mice, results, out = tmp_path / "mice", tmp_path / "results.h5", tmp_path / "activity.h5"
    made = leverkin("simulate", "--out", mice, "--animals", 1, "--sessions", 2, "--minutes", 4, "--rate", 1000, "--imaging",
                    "--cells", 12, "--reliability", 0.9, "--lost-frames", 3, "--quiet")  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert leverkin("analyze", mice, "--out", results, "--quiet").returncode == 0
    done = leverkin("activity", results, "--out", out, "--shuffles", 500, "--stage", "early=1", "--stage", "late=2")
    assert done.returncode == 0, done.stderr
    assert "fraction_movement" in done.stdout
    with h5py.File(out) as file:
        assert file["subjects/mouse_01/sessions/001/imaging"].attrs["n_gaps"] in (1, 2, 3)
        assert file["subjects/mouse_01/activity/covariance_similarity"].shape == (2, 2)
        assert set(file["subjects/mouse_01/activity/binned/stage"].asstr()[()]) == {"early", "late"}
    lone = leverkin("simulate", "--out", tmp_path / "x", "--cells", 3)
    assert lone.returncode == 2 and "--imaging" in lone.stderr
    bare = leverkin("simulate", "--out", tmp_path / "bare", "--animals", 1, "--sessions", 1, "--minutes", 2, "--quiet")
    assert bare.returncode == 0
    leverkin("analyze", tmp_path / "bare", "--out", tmp_path / "bare.h5", "--quiet")
    none = leverkin("activity", tmp_path / "bare.h5", "--out", tmp_path / "none.h5")
    assert none.returncode == 3 and "no session has usable imaging" in none.stderr
    assert not (tmp_path / "none.h5").exists()


def test_a_report_takes_the_activity_of_its_own_results_and_no_other_file(leverkin, table, tmp_path):
    mice, results, out, page = (tmp_path / name for name in ("mice", "results.h5", "activity.h5", "page.html"))
    made = leverkin("simulate", "--out", mice, "--animals", 1, "--sessions", 2, "--minutes", 4, "--rate", 1000, "--imaging",
                    "--cells", 6, "--quiet")  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert leverkin("analyze", mice, "--out", results, "--quiet").returncode == 0
    assert leverkin("activity", results, "--out", out, "--shuffles", 50).returncode == 0
    assert leverkin("report", results, "--out", page, "--activity", out).returncode == 0
    assert '"activity":{' in page.read_text(encoding="utf-8")
    plain = tmp_path / "plain.html"
    assert leverkin("report", results, "--out", plain).returncode == 0
    assert '"activity":{' not in plain.read_text(encoding="utf-8")

    first = min(mice.rglob("*.nwb"))
    assert leverkin("analyze", first, "--out", tmp_path / "one.h5", "--quiet").returncode == 0
    assert leverkin("structures", table, "--out", tmp_path / "spines.h5").returncode == 0
    for lever, activity, code, words in (
        (tmp_path / "one.h5", out, 3, "mouse_01, session 2, which the results do not hold"),
        (results, results, 3, "found schema leverkin-results/1; expected a leverkin results file of schema leverkin-activity/1"),
        (results, tmp_path / "spines.h5", 3, "found no /failed; expected a file of `leverkin activity`"),
        (results, table, 3, "a file that is not HDF5"),
        (results, tmp_path / "none.h5", 2, "no such file"),
    ):
        done = leverkin("report", lever, "--out", tmp_path / "refused.html", "--activity", activity)
        assert done.returncode == code and words in done.stderr, done.stderr
    assert not (tmp_path / "refused.html").exists()


def test_damaged_activity_is_refused_and_does_no_harm(leverkin, tmp_path):
    mice, results, out = (tmp_path / name for name in ("mice", "results.h5", "activity.h5"))
    made = leverkin("simulate", "--out", mice, "--animals", 1, "--sessions", 1, "--minutes", 2, "--rate", 1000, "--imaging",
                    "--cells", 4, "--quiet")  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert leverkin("analyze", mice, "--out", results, "--quiet").returncode == 0
    assert leverkin("activity", results, "--out", out, "--shuffles", 50).returncode == 0
    with h5py.File(out, "r+") as file:
        windows = file["subjects/mouse_01/sessions/001/imaging/windows"]
        count = len(windows["status"])
        del windows["status"]
        windows["status"] = [9] * count
    done = leverkin("report", results, "--out", tmp_path / "page.html", "--activity", out)
    assert done.returncode == 3 and "imaging/windows/status: found values that are not those" in done.stderr
    with h5py.File(out, "r+") as file:  # as files of before there were checksums
        del file.attrs["xxh3"], file.attrs["names_xxh3"], file.attrs["types_xxh3"]
    done = leverkin("report", results, "--out", tmp_path / "page.html", "--activity", out)
    assert done.returncode == 3 and "found 9; expected 0 to 4" in done.stderr
