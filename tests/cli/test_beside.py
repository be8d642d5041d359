"""leverkin structures: the commands that the Python package does."""

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
    assert leverkin("structures", tmp_path / "none.csv", "--out", tmp_path / "s.h5").returncode == 1
