"""Other profiles and settings, over simulated sessions: sweep, compare, validate, simulate with faults."""

import base64
import csv
import json
import re
import shutil
import signal
import subprocess
import zlib

import h5py
import numpy as np
import pytest


@pytest.fixture(scope="module")
def mice(leverkin, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mice")
    made = leverkin(
        "simulate", "--out", folder, "--animals", 1, "--sessions", 2, "--minutes", 2, "--rate", 1000, "--format", "hdf5"
    )
    assert made.returncode == 0
    return folder


def test_analyze_takes_the_profile_leverkin(leverkin, mice, tmp_path):
    done = leverkin("analyze", mice, "--profile", "leverkin", "--out", tmp_path / "r.h5")
    assert done.returncode == 0
    with h5py.File(tmp_path / "r.h5") as results:
        bouts = results["subjects/mouse_01/sessions/001/bouts"]
        assert len(bouts["onset_s"]) > 5
        assert (bouts["onset_sd_s"][:] > 0).all()
        assert (bouts["onset_1pct_s"][:] > bouts["onset_s"][:] - 0.01).all()
        assert results.attrs["profile"] == "leverkin"


@pytest.mark.parametrize("command", ["sweep", "validate"])
def test_only_a_table_of_its_own_kind_is_replaced(leverkin, mice, tmp_path, command):
    recording = next(mice.rglob("*.h5"))
    linked = tmp_path / "linked.h5"
    linked.symlink_to(shutil.copy(recording, tmp_path / "recording.h5"))
    results = tmp_path / "results.h5"
    assert leverkin("analyze", mice, "--out", results).returncode == 0
    text = tmp_path / "notes.txt"
    text.write_text("of a person")
    words = {
        "sweep": ["sweep", mice, "--set", "gap_ms=300,400"],
        "validate": ["validate", "--minutes", 1, "--profile", "chen2015"],
    }[command]
    for there in (tmp_path / "recording.h5", linked, results, text):
        before = there.read_bytes()
        done = leverkin(*words, "--out", there)
        assert done.returncode == 2 and there.name in done.stderr
        assert there.read_bytes() == before
    for _ in range(2):
        assert leverkin(*words, "--out", tmp_path / "own", "--quiet").returncode == 0


def bouts_of(path):
    with h5py.File(path) as results:
        return {name: column[:] for name, column in results["subjects/mouse_01/sessions/001/bouts"].items()}


def assert_same_bouts(a, b):
    ours, theirs = bouts_of(a), bouts_of(b)
    assert ours.keys() == theirs.keys()
    assert len(ours["onset_sd_s"]) > 5 and (ours["onset_sd_s"] > 0).all()
    for name, column in ours.items():
        np.testing.assert_array_equal(column, theirs[name], err_msg=name)


@pytest.fixture
def in_batch(leverkin, mice, tmp_path):
    done = leverkin("analyze", recording(mice), "--profile", "leverkin", "--out", tmp_path / "batch.h5")
    assert done.returncode == 0
    return tmp_path / "batch.h5"


def recording(mice):
    return mice / "mouse_01" / "mouse_01_session_01.h5"


def test_live_gives_the_bouts_of_analyze_in_the_profile_leverkin(leverkin, mice, in_batch, tmp_path):
    target = tmp_path / "mouse_01_session_01.h5"
    shutil.copy(recording(mice), target)
    done = leverkin(
        "live", target, "--profile", "leverkin", "--out", tmp_path / "live.h5", "--no-history", "--settle", 0.3
    )
    assert done.returncode == 0, done.stderr
    assert_same_bouts(tmp_path / "live.h5", in_batch)


def test_watch_gives_the_bouts_of_analyze_in_the_profile_leverkin(binary, mice, in_batch, tmp_path):
    rig = tmp_path / "rig"
    rig.mkdir()
    shutil.copy(recording(mice), rig)
    watching = subprocess.Popen(
        [binary, "watch", rig, "--profile", "leverkin", "--out", tmp_path / "watched.h5", "--settle", "0.3", "--interval", "0.05"],
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in watching.stderr:
        if "wrote" in line:
            break
    watching.send_signal(signal.SIGINT)
    watching.communicate(timeout=60)
    assert watching.returncode == 0
    assert_same_bouts(tmp_path / "watched.h5", in_batch)


def test_the_page_shows_the_profile_leverkin_and_its_bouts(leverkin, in_batch, tmp_path):
    out = tmp_path / "page.html"
    assert leverkin("report", in_batch, "--out", out).returncode == 0
    page = out.read_text(encoding="utf-8")
    study = json.loads(re.search(r'<script type="application/json" id="study">(.*?)</script>', page, re.S)[1])
    parameters = {one["name"]: one["value"] for one in study["parameters"]}
    assert (parameters["profile"], parameters["min_amplitude_v"]) == ("leverkin", 0.015)
    [[session]] = [animal["sessions"] for animal in study["subjects"]]
    block = re.search(rf'id="{session["tables"]}">([^<]*)<', page)[1]
    tables = json.loads(zlib.decompress(base64.b64decode(block)))
    np.testing.assert_allclose(tables["bouts"]["onset_s"], bouts_of(in_batch)["onset_s"], atol=1e-9)


def test_sweep_writes_every_setting_and_says_what_moves(leverkin, mice, tmp_path):
    done = leverkin("sweep", mice, "--set", "gap_ms=300,500", "--set", "min_bout_ms=100,150", "--out", tmp_path / "s.h5")
    assert done.returncode == 0
    assert "4 settings" in done.stderr
    with h5py.File(tmp_path / "s.h5") as results:
        assert results["sweep/n_bouts"].shape == (4, 2)
        settings = [json.loads(text) for text in results["settings/config_json"].asstr()[:]]
        assert {(s["gap_ms"], s["min_bout_ms"]) for s in settings} == {(300, 100), (300, 150), (500, 100), (500, 150)}
        assert (settings[0]["gap_ms"], settings[0]["min_bout_ms"]) == (500, 150)


def test_compare_shows_profiles_side_by_side(leverkin, mice):
    done = leverkin("compare", mice, "--profiles", "chen2015,leverkin", "--json")
    assert done.returncode == 0
    rows = json.loads(done.stdout)["rows"]
    assert [(row["session"], row["profile"]) for row in rows] == [
        (1, "chen2015"),
        (1, "leverkin"),
        (2, "chen2015"),
        (2, "leverkin"),
    ]


def test_compare_finds_the_sessions_in_which_onsets_are_far_apart(leverkin, mice):
    done = leverkin("compare", mice, "--profiles", "leverkin,peters2014", "--json")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    apart = [row for row in told["rows"] if row["profile"] == "peters2014" and abs(row["onset_shift_s"]) > 0.02]
    assert apart, "peters2014 is early on simulated levers"
    assert [(one["code"], one["severity"], one["session"], one["value"]) for one in told["findings"]] == [
        ("profiles_disagree", "warning", row["session"], row["onset_shift_s"]) for row in apart
    ]
    assert "onsets of profile peters2014" in leverkin("compare", mice, "--profiles", "leverkin,peters2014").stdout
    assert not json.loads(leverkin("compare", mice, "--profiles", "leverkin,leverkin", "--json").stdout)["findings"]


def test_profiles_to_validate_may_follow_one_option_or_several(leverkin):
    several = ["--profile", "peters2014", "chen2015"], ["--profile", "peters2014", "--profile", "chen2015"]
    tables = [leverkin("validate", "--minutes", 1, *words).stdout for words in several]
    assert tables[0] == tables[1]
    assert tables[0].startswith("peters2014") and "\nchen2015" in tables[0]
