"""What is odd is decided once: every command and the results file say the same of a session."""

import json

import h5py
import numpy as np
import pytest


def parse(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def odd(write_session):
    """Half a minute, cut at 2 V, with a trial that lies beyond its end."""
    time = np.arange(30_000) / 1000
    noise = 0.001 * np.random.default_rng(1).standard_normal(len(time))
    volts = 1.5 + noise + sum(np.sin(np.pi * np.clip((time - at) / 1.6, 0, 1)) ** 2 for at in (2.6, 12.6))
    trials = {"start_s": [1, 11, 40], "stop_s": [9, 19, 49], "cue_s": [2, 12, 42], "reward_s": [3.4, 13.4, 43]}
    return write_session("mouse_1.h5", volts=np.minimum(volts, 2.0), trials=trials)


def test_every_command_and_the_results_find_the_same(leverkin, odd, tmp_path):
    found = parse(leverkin("inspect", odd, "--json"))["findings"]
    assert [one["code"] for one in found] == ["clipped", "outside_recording"]
    assert found[0]["value"] == pytest.approx(2 * (found[0]["stop_s"] - found[0]["start_s"]), abs=0.02), "cut twice"
    assert parse(leverkin("summary", odd, "--no-history", "--json"))["findings"] == found
    live = leverkin("live", odd, "--no-history", "--json", "--settle", 0.2, "--out", tmp_path / "live.h5")
    assert parse(live)["findings"] == found

    out = tmp_path / "results.h5"
    analysed = leverkin("analyze", odd, "--out", out)
    assert all(f"mouse, session 1: {one['text']}" in analysed.stderr for one in found)
    summary = parse(leverkin("summary", out, "--json"))
    assert summary["findings"] == [{"subject": "mouse", "session": 1, **one} for one in found]
    assert summary["warnings"] == [f"mouse, session 1: {one['text']}" for one in found]
    for path in (out, tmp_path / "live.h5"):
        with h5py.File(path) as file:
            table = file["findings"]
            assert table["code"].asstr()[:].tolist() == [one["code"] for one in found]
            assert table["text"].asstr()[:].tolist() == [one["text"] for one in found]
            assert table["start_s"][:].tolist() == [one["start_s"] for one in found]
            assert h5py.check_enum_dtype(table["severity"].dtype) == {"note": 0, "warning": 1, "error": 2}
            assert table["severity"][:].tolist() == [1, 1]


def test_a_pause_is_a_note_and_no_warning(leverkin, write_session, tmp_path):
    times = np.arange(30_000) / 1000.0
    times[10_000:] += 0.12
    out = tmp_path / "results.h5"
    done = leverkin("analyze", write_session(timestamps_s=times), "--out", out)
    assert "gap" not in done.stderr
    summary = parse(leverkin("summary", out, "--json"))
    [note] = [one for one in summary["findings"] if one["code"] == "without_data"]
    assert note["severity"] == "note" and note["text"].startswith("1 gap without data, 0.1 s in all")
    assert not any("without data" in warning for warning in summary["warnings"])
    assert "note: 1 gap" not in (text := leverkin("summary", out).stdout) and "note: mouse, session 1: 1 gap" in text


def test_resumed_sessions_keep_what_was_found(leverkin, odd, tmp_path):
    fresh, resumed = tmp_path / "fresh.h5", tmp_path / "resumed.h5"
    assert leverkin("analyze", odd, "--out", fresh).returncode == 0
    assert leverkin("analyze", odd, "--out", resumed, "--resume").returncode == 0
    with h5py.File(fresh) as a, h5py.File(resumed) as b:
        assert a["findings/text"].asstr()[:].tolist() == b["findings/text"].asstr()[:].tolist() != []


def test_a_summary_shows_phases_and_groups_where_they_differ(leverkin, mice, tmp_path):
    rows = [f"{path},{path.parent.name},{i},g{i},phase {i}" for path in sorted(mice.rglob("*.h5")) for i in [int(path.stem[-1])]]
    (tmp_path / "study.csv").write_text("\n".join(["path,subject,session,group,phase", *rows]))
    out = tmp_path / "results.h5"
    assert leverkin("analyze", tmp_path / "study.csv", "--out", out).returncode == 0
    lines = leverkin("summary", out).stdout.splitlines()
    assert [line for line in lines if line.startswith("phase")] == 2 * ["phase  phase 1 1, phase 2 2"]
    assert [line for line in lines if line.startswith("group")] == 2 * ["group  g1 1, g2 2"]
    assert max(len(line) for line in lines[1:]) <= 80
