"""leverkin report and leverkin analyze --review, without a browser (tests/browser has one)."""

import base64
import json
import re
import shutil
import zlib

import h5py
import numpy as np
import pytest
from test_reproduce import without_checksums

DAY = "subjects/mouse_01/sessions/002"


def study_of(page):
    return json.loads(re.search(r'<script type="application/json" id="study">(.*?)</script>', page, re.S)[1])


def block(page, name):
    return zlib.decompress(base64.b64decode(re.search(rf'id="{name}">([^<]*)<', page)[1], validate=True))


def unpacked(page, packed):
    """A matrix of the page, as docs/report.md says how."""
    size = packed["rows"] * packed["columns"]
    data = np.frombuffer(block(page, packed["block"]), dtype=np.uint8).astype(np.int64)
    assert len(data) == 2 * size
    code = data[:size] | data[size:] << 8
    steps = ((code >> 1) ^ -(code & 1)).reshape(packed["rows"], packed["columns"]).cumsum(axis=1) & 0xFFFF
    signed = np.where(steps > 0x7FFF, steps - 0x10000, steps)
    return np.where(signed == -0x8000, np.nan, packed["zero"] + packed["step"] * signed)


@pytest.fixture(scope="module")
def page(leverkin, results, tmp_path_factory):
    out = tmp_path_factory.mktemp("report") / "report.html"
    done = leverkin("report", results, "--out", out)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "" and f"wrote {out}" in done.stderr
    return out.read_text(encoding="utf-8")


def session_of(study, subject="mouse_01", session=2):
    [animal] = [one for one in study["subjects"] if one["subject"] == subject]
    [found] = [one for one in animal["sessions"] if one["session"] == session]
    return found


def test_the_page_holds_the_numbers_of_the_results(page, results):
    study = study_of(page)
    session = session_of(study)
    with h5py.File(results) as file:
        stored = file[DAY]
        assert study["created_utc"] == file.attrs["created_utc"]
        assert {one["name"]: one["value"] for one in study["parameters"]} == json.loads(file.attrs["config_json"])
        for name in ("n_trials", "n_movements", "success_fraction", "median_reaction_time_s", "input_xxh3", "rate_hz"):
            assert session[name] == stored.attrs[name], name
        tables = json.loads(block(page, session["tables"]))
        np.testing.assert_array_equal(tables["trials"]["reason"], stored["trials/reject_reason"][:])
        np.testing.assert_array_equal(np.array(tables["trials"]["cue_s"], float), stored["trials/cue_s"][:])
        np.testing.assert_array_equal(tables["bouts"]["onset_s"], stored["bouts/onset_s"][:])
        correlogram = study["subjects"][0]["correlogram"]
        np.testing.assert_array_equal(np.array(correlogram["median_r"], float),
                                      file["subjects/mouse_01/correlogram/median_r"][:].ravel())


def test_traces_are_within_half_a_step_and_steps_below_the_noise(page, results):
    session = session_of(study_of(page))
    with h5py.File(results) as file:
        stored = file[DAY]
        overview = np.stack([stored["overview/min_v"], stored["overview/max_v"]])
        its_2_s = slice(125, -125)  # of a movement, every 4 ms, with 0.5 s before and after them
        for packed, part, expected in ((session["overview"], slice(None), overview),
                                       (session["movements"], its_2_s, stored["movements/volts"][:, ::4])):
            assert packed["step"] <= stored.attrs["noise_cutoff_v"] / 2
            shown = unpacked(page, packed)[:, part]
            np.testing.assert_allclose(shown, expected, rtol=0, atol=0.5001 * packed["step"])


def test_kept_traces_come_along_on_request(leverkin, one_session, tmp_path):
    out, html = tmp_path / "r.h5", tmp_path / "r.html"
    assert leverkin("analyze", one_session, "--out", out, "--keep-traces").returncode == 0
    assert leverkin("report", out, "--out", html).returncode == 0
    assert '"trace":' not in html.read_text(encoding="utf-8")
    assert leverkin("report", out, "--out", html, "--traces").returncode == 0
    text = html.read_text(encoding="utf-8")
    [animal] = study_of(text)["subjects"]
    trace = animal["sessions"][0]["trace"]
    with h5py.File(out) as file:
        [session] = file[f"subjects/{animal['subject']}/sessions"].values()
        np.testing.assert_allclose(unpacked(text, trace)[0], session["lever/volts"][:], rtol=0, atol=0.5001 * trace["step"])


def test_a_page_loads_nothing_from_elsewhere(page):
    assert page.startswith("<!doctype html>")
    assert not re.search(r"<(link|img|iframe|script)[^>]+(src|href)=\"(?!data:)", page)
    assert "default-src 'none'" in page


def test_a_page_stays_small(page, results):
    """3 MB for 11 sessions of 60 minutes, in proportion; the page itself takes part of that once."""
    data = page.rpartition("</script>")[0].rpartition("<script>")[0]
    own = len(page) - sum(len(part) for part in re.findall(r"<script type=.*?</script>", data, re.S))
    assert own < 250_000
    with h5py.File(results) as file:
        minutes = sum(s.attrs["duration_s"] / 60 for subject in file["subjects"].values() for s in subject["sessions"].values())
    assert len(page) - own < 2_750_000 * minutes / 660 + 15_000  # tables of short sessions pack less well


def test_the_same_results_give_the_same_page(leverkin, results, page, tmp_path):
    assert leverkin("report", results, "--out", tmp_path / "again.html").returncode == 0
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == page


def test_only_an_older_report_is_replaced(leverkin, results, one_session, tmp_path):
    copy = shutil.copy(one_session, tmp_path / "recording.h5")
    before = open(copy, "rb").read()
    named_so = shutil.copy(one_session, tmp_path / "recording.html")
    for out, words in ((copy, "ends in .html"), (results, "ends in .html"), (named_so, "is not a report")):
        done = leverkin("report", results, "--out", out)
        assert done.returncode == 2 and words in done.stderr
    assert leverkin("report", results, "--out", tmp_path).returncode == 2
    assert open(named_so, "rb").read() == before
    assert open(copy, "rb").read() == before
    html = tmp_path / "report.html"
    assert leverkin("report", results, "--out", html).returncode == 0
    assert leverkin("report", results, "--out", html).returncode == 0


def test_what_cannot_be_reported_is_refused_in_words(leverkin, results, one_session, tmp_path):
    out = tmp_path / "r.html"
    missing = leverkin("report", tmp_path / "none.h5", "--out", out)
    assert missing.returncode == 2 and "no such file" in missing.stderr
    recording = leverkin("report", one_session, "--out", out)
    assert recording.returncode == 3 and "leverkin-results/1" in recording.stderr
    without = leverkin("report", results, "--out", out, "--traces")
    assert without.returncode == 2 and "--keep-traces" in without.stderr
    nowhere = leverkin("report", results, "--out", tmp_path / "no" / "r.html")
    assert nowhere.returncode == 1 and "No such file or directory" in nowhere.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def decisions(results, tmp_path):
    """Writes a file of decisions on the second session of mouse_01: (row of movements, action, change)."""

    def write(*wanted, **change):
        with h5py.File(results) as file:
            session = file[DAY]
            rows = [
                {"subject": "mouse_01", "session": 2, "input_xxh3": session.attrs["input_xxh3"],
                 "trial": int(session["movements/trial"][row]), "action": action,
                 "onset_s": float(session["movements/onset_s"][row]) + 0.02, **change}
                for row, action in wanted
            ]
        path = tmp_path / "decisions.json"
        path.write_text(json.dumps({"schema": "leverkin-review/1", "decisions": rows}), encoding="utf-8")
        return path

    return write


def test_decisions_are_replayed(leverkin, mice, results, decisions, tmp_path):
    path = decisions((0, "reject"), (1, "shift"))
    done = leverkin("analyze", mice, "--out", tmp_path / "r.h5", "--review", path)
    assert done.returncode == 0, done.stderr
    with h5py.File(tmp_path / "r.h5") as after, h5py.File(results) as before:
        old, new = before[f"{DAY}/movements"], after[f"{DAY}/movements"]
        assert len(new["trial"]) == len(old["trial"]) - 1
        assert new["onset_s"][0] == pytest.approx(old["onset_s"][1] + 0.02, abs=1e-9)
        np.testing.assert_array_equal(new["volts"][0, :-20], old["volts"][1, 20:])
        np.testing.assert_array_equal(after[f"{DAY}/bouts/onset_s"][:], before[f"{DAY}/bouts/onset_s"][:])
        np.testing.assert_array_equal(after["subjects/mouse_02/correlogram/median_r"][:],
                                      before["subjects/mouse_02/correlogram/median_r"][:])
        assert "review_json" not in before.attrs and after.attrs["review_json"] == path.read_text()


def test_a_session_that_was_not_the_reviewed_one_fails_and_the_others_do_not(leverkin, mice, decisions, tmp_path):
    path = decisions((0, "reject"), input_xxh3="f" * 32)
    done = leverkin("analyze", mice, "--out", tmp_path / "r.h5", "--review", path)
    assert done.returncode == 4
    assert "is not the one that was reviewed; expected ffff" in done.stderr
    with h5py.File(tmp_path / "r.h5") as file:
        assert list(file["failed/session"]) == [2] and "002" not in file["subjects/mouse_01/sessions"]


def test_files_that_are_no_review_are_wrong_usage(leverkin, mice, decisions, tmp_path):
    other = tmp_path / "other.json"
    other.write_text('{"schema": "leverkin-review/2", "decisions": []}')
    done = leverkin("analyze", mice, "--out", tmp_path / "r.h5", "--review", other)
    assert done.returncode == 2 and "found the schema leverkin-review/2" in done.stderr
    done = leverkin("analyze", mice, "--out", tmp_path / "r.h5", "--review", tmp_path / "none.json")
    assert done.returncode == 2 and "cannot be read" in done.stderr
    assert not (tmp_path / "r.h5").exists()


def test_python_takes_the_same_file(mice, decisions, tmp_path):
    lk = pytest.importorskip("leverkin", reason="the Python package is not installed here")
    results = lk.analyze(mice, tmp_path / "r.h5", review=decisions((0, "reject"), (1, "accept")))
    trials = results.trials
    assert trials.review.value_counts()["rejected"] == trials.review.value_counts()["accepted"] == 1
    assert (trials.reject_reason == "rejected_in_review").sum() == 1


def test_the_page_names_trials_as_their_file_does(leverkin, page, write_session, tmp_path):
    study = study_of(page)
    assert json.loads(block(page, session_of(study)["tables"]))["trials"]["id"] is None, "they are the rows"
    path = write_session("named_1.h5", trials={name: np.arange(1, 4) * 5 + k for k, name in enumerate(("start_s", "cue_s", "stop_s"))} | {"reward_s": [np.nan] * 3})
    with h5py.File(path, "r+") as file:
        file["trials/id"] = [11, 12, 15]
    assert leverkin("analyze", path, "--out", tmp_path / "r.h5").returncode == 0
    assert leverkin("report", tmp_path / "r.h5", "--out", tmp_path / "r.html").returncode == 0
    named = (tmp_path / "r.html").read_text(encoding="utf-8")
    [animal] = study_of(named)["subjects"]
    assert json.loads(block(named, animal["sessions"][0]["tables"]))["trials"]["id"] == [11, 12, 15]


def test_json_that_is_deep_in_a_results_file_does_no_harm(leverkin, results, tmp_path):
    odd = tmp_path / "odd.h5"
    shutil.copy(results, odd)
    with h5py.File(without_checksums(odd), "r+") as file:
        file.attrs["config_json"] = '{"gap_ms": 400, "deep": ' + "[" * 200_000 + "]" * 200_000 + "}"
        file.create_group("deep")
    done = leverkin("report", odd, "--out", tmp_path / "odd.html")
    assert done.returncode == 0, done.stderr
    assert "gap_ms" in {row["name"] for row in study_of((tmp_path / "odd.html").read_text())["parameters"]}
