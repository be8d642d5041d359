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
