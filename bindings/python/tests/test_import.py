"""What importing leverkin brings along."""

import subprocess
import sys

import pytest

import leverkin as lk


def test_import_leaves_figures_and_statistics_until_they_are_used():
    code = "import sys, leverkin; print(*sorted({'matplotlib', 'scipy', 'statsmodels'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.split() == []


def test_figures_and_statistics_are_there_when_asked_for():
    assert {"plot", "stats"} <= set(dir(lk))
    assert callable(lk.stats.measures) and callable(lk.plot.figure1)
    with pytest.raises(AttributeError, match="no attribute 'figures'"):
        lk.figures  # noqa: B018


def test_import_brings_no_tables_before_one_is_asked_for():
    code = "import sys, leverkin; print(*sorted({'pandas', 'xarray', 'h5py'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.split() == []


def test_the_activity_of_sessions_is_analysed_and_compared_without_xarray(tmp_path):
    recordings = lk.simulate(tmp_path / "mice", animals=1, sessions=2, minutes=3, seed=7, format="hdf5")
    lk.analyze(lk.activity.simulate(recordings, cells=12), tmp_path / "lever.h5")
    code = (
        "import sys, leverkin as lk; found = lk.activity.analyze(sys.argv[1], out=sys.argv[2]); "
        "print(*found.matrices, *sorted({'xarray', 'dask', 'matplotlib', 'scipy'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, tmp_path / "lever.h5", tmp_path / "activity.h5"]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout.split() == ["mouse_01"]


def test_dir_shows_what_is_public_and_nothing_else():
    assert [name for name in dir(lk) if not name.startswith("_")] == lk.__all__
    assert all(getattr(lk, name) is not None for name in lk.__all__)
    for module in (lk.stats, lk.plot):
        assert dir(module) == module.__all__
        assert all(getattr(module, name) is not None for name in module.__all__)
