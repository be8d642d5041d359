"""The command line that comes with the package, and what Python takes from it."""

import json
import subprocess
import sys

import pytest
from presses import write_study

import leverkin as lk
from leverkin import _tool


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    write_study(folder)
    return lk.analyze(folder, folder / "results.h5")


def test_the_command_of_the_package_is_the_program(results):
    code = "import sys; from leverkin._tool import main; sys.argv = ['leverkin', *sys.argv[1:]]; main()"
    said = subprocess.run(
        [sys.executable, "-c", code, "summary", str(results.path), "--json"], capture_output=True, text=True
    )
    assert said.returncode == 0 and json.loads(said.stdout) == lk.summary(results)
    wrong = subprocess.run([sys.executable, "-c", code, "inspekt"], capture_output=True, text=True)
    assert wrong.returncode == 2 and wrong.stderr


def test_a_summary_holds_the_numbers_and_prints_as_the_command(results):
    found = lk.summary(results.path)
    animals = {animal["subject"]: animal for animal in found["subjects"]}
    assert list(animals) == results.subjects
    assert animals["ada"]["sessions"][0]["within_r"] == pytest.approx(results.correlogram("ada").within_r.values[0])
    assert "ada" in repr(found) and "ada" in found._repr_html_()
    path = results.path.parent / "ada_4.h5"
    alone, beside = lk.summary(path, history=False), lk.summary(lk.open_session(path), history=results)
    assert alone["earlier"] == [] and len(beside["earlier"]) == 2


def test_inspect_says_what_is_there_and_what_is_wrong(results, tmp_path):
    good = lk.inspect(results.path.parent / "bob_1.h5")
    assert good["ok"] and good["session"]["subject"] == "bob" and "bob" in str(good)
    (tmp_path / "bad.h5").write_bytes(b"no HDF5")
    bad = lk.inspect(tmp_path / "bad.h5")
    assert not bad["ok"] and bad["errors"]


def test_a_report_is_one_page(results, tmp_path):
    page = lk.report(results, tmp_path / "report.html")
    assert page == tmp_path / "report.html" and page.read_text(encoding="utf-8").startswith("<!doctype html>")
    with pytest.raises(lk.BadSession, match="bob_1.h5"):
        lk.report(results.path.parent / "bob_1.h5", tmp_path / "other.html")


def test_simulated_mice_can_be_analysed(tmp_path):
    files = lk.simulate(tmp_path / "mice", animals=1.0, sessions="2", minutes=2, seed=7, format="hdf5")
    assert [lk.open_session(file).session for file in files] == [1, 2]
    assert lk.analyze(tmp_path / "mice").sessions.n_trials.min() > 0
    with pytest.raises(lk.BadArgument, match="format|nwb"):
        lk.simulate(tmp_path / "other", format="csv")
    with pytest.raises(lk.BadArgument, match="animals: found 1.5, expected a whole number"):
        lk.simulate(tmp_path / "other", animals=1.5)


def test_a_package_without_the_command_line_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(_tool, "PROGRAM", tmp_path / "leverkin")
    with pytest.raises(lk.IoError, match="built without the command line"):
        lk.inspect("a.h5")


def test_simulated_sessions_are_replaced_only_with_leave(tmp_path):
    few = {"animals": 1, "sessions": 1, "minutes": 1, "format": "hdf5"}
    [file] = lk.simulate(tmp_path, **few)
    first = file.read_bytes()
    with pytest.raises(ValueError, match="overwrite=True"):
        lk.simulate(tmp_path, seed=2, **few)
    assert file.read_bytes() == first
    lk.simulate(tmp_path, seed=2, overwrite=True, **few)
    assert file.read_bytes() != first
