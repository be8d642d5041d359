"""A person decides on movements in a report; `leverkin analyze --review` does what was decided."""

import hashlib

import h5py
import numpy as np
import pytest

FIRST = "subjects/mouse_01/sessions/003"


@pytest.fixture
def movements(study):
    with h5py.File(study / "study.h5") as file:
        session = file[FIRST]
        assert len(session["movements/trial"]) >= 4
        return {"trial": session["movements/trial"][:], "onset_s": session["movements/onset_s"][:],
                "xxh3": session.attrs["input_xxh3"], "volts": session["movements/volts"][:]}


@pytest.fixture
def reviewing(opened):
    opened.show_traces()
    opened.press("]", "]")
    opened.until(lambda: "session 3" in opened.script("return document.querySelector('#session').selectedOptions[0].text"))
    opened.until(lambda: not opened.all("#trials tr[aria-current=true]"))
    return opened


def current(page):
    return int(page.find("#trials tr[aria-current=true]").get_attribute("data-trial"))


def decide(page):
    """Accepts the first movement, rejects the second, moves the onset of the third by +12 ms, leaves the fourth."""
    page.press("j", "a", "x", "j", ">", ".", ".")


def test_keys_step_through_the_movements_in_both_directions(reviewing, movements):
    for i in (0, 1, 2):
        reviewing.press("j")
        assert current(reviewing) == movements["trial"][i]
        first, last = reviewing.view()
        assert first < movements["onset_s"][i] < last and last - first <= 20
        assert f"Trial {movements['trial'][i]}" in reviewing.text("#now")
    reviewing.press("k")
    assert current(reviewing) == movements["trial"][1]


def test_a_key_leads_to_the_first_movement_from_anywhere(opened):
    opened.press("j")
    opened.until(lambda: opened.all("#trials tr[aria-current=true]"), "the session is opened")
    assert opened.script("const box = document.querySelector('#trace').getBoundingClientRect(); "
                         "return box.top >= 0 && box.top < innerHeight")


def test_decisions_show_and_can_be_taken_back(reviewing):
    reviewing.press("j", "x")
    row = "#trials tr[aria-current=true] .verdict"
    assert reviewing.text(row) == "rejected" and "1 of" in reviewing.text("#tally")
    reviewing.press("u")
    assert not reviewing.all(row) and "0 of" in reviewing.text("#tally")
    reviewing.press(".", ",")  # there and back again is no decision
    assert not reviewing.all(row)
    reviewing.press("<")
    assert "moved by −10 ms" in reviewing.text("#now")


def test_accept_goes_on_to_the_next_movement_and_undo_comes_back(reviewing, movements):
    reviewing.press("j", "a")
    assert current(reviewing) == movements["trial"][1]
    reviewing.press("a", "x")
    assert current(reviewing) == movements["trial"][2] and "3 of" in reviewing.text("#tally")
    reviewing.press("z")
    assert current(reviewing) == movements["trial"][2] and "2 of" in reviewing.text("#tally")
    reviewing.press("z")
    assert current(reviewing) == movements["trial"][1] and "1 of" in reviewing.text("#tally")
    reviewing.press("]", "[")  # undo leads back from anywhere
    reviewing.press("z", "z")
    reviewing.until(lambda: "Nothing to undo" in reviewing.text("#message"))
    assert "0 of" in reviewing.text("#tally")


def test_what_is_left_is_counted_here_and_in_the_study(reviewing, study, movements):
    with h5py.File(study / "study.h5") as file:
        everywhere = sum(int(one.attrs["n_movements"]) for subject in file["subjects"].values()
                         for one in subject["sessions"].values())
    here = len(movements["trial"])
    reviewing.press("j", "a", "x")
    assert reviewing.text("#tally").startswith(
        f"2 of {here} movements decided here, {here - 2} left; 2 in all, {everywhere - 2} left")


def test_the_last_movement_is_followed_by_the_next_session(reviewing, movements):
    reviewing.press(*"j" * len(movements["trial"]))
    assert current(reviewing) == movements["trial"][-1]
    reviewing.press("j")
    chosen = "return document.querySelector('#session').selectedOptions[0].textContent"
    reviewing.until(lambda: reviewing.script(chosen) == "mouse_02, session 1")
    reviewing.until(lambda: reviewing.all("#trials tr[aria-current=true]"))
    reviewing.press("k")
    reviewing.until(lambda: reviewing.script(chosen) == "mouse_01, session 3")
    reviewing.until(lambda: reviewing.all("#trials tr[aria-current=true]"))
    assert current(reviewing) == movements["trial"][-1]


def test_decisions_outlive_the_page_until_they_are_exported(reviewing, page, report):
    decide(reviewing)
    page.open(report)
    page.show_traces()
    page.until(lambda: "; 3 in all" in page.text("#tally"), "what was decided before")
    assert "not downloaded yet" in page.text("#tally")
    page.exported()
    page.open(report)
    page.show_traces()
    page.until(lambda: "; 0 in all" in page.text("#tally"))


def test_a_movement_fills_the_height_and_is_drawn_finely_around_its_window(reviewing, movements):
    reviewing.press("j")
    reviewing.until(lambda: reviewing.find("#trace").get_attribute("data-low"))
    low, high = (float(reviewing.find("#trace").get_attribute(f"data-{end}")) for end in ("low", "high"))
    volts = movements["volts"][0]
    assert low <= volts.min() and volts.max() <= high
    assert high - low < 2.5 * (volts.max() - volts.min())
    packed = reviewing.script("return JSON.parse(document.getElementById('study').textContent).subjects[0].sessions[2].movements")
    assert packed["lead_s"] == 0.5 and packed["columns"] == 751 and packed["sample_s"] == 0.004


def test_an_onset_stays_where_the_rules_let_it_be(reviewing, study, movements):
    with h5py.File(study / "study.h5") as file:
        cue_s = file[FIRST]["trials/cue_s"][movements["trial"][0]]
    reviewing.press("j")
    reviewing.press("<" * (int((movements["onset_s"][0] - cue_s) * 100) + 2))
    assert "rules end here" in reviewing.text("#message")
    _, file = reviewing.exported()
    assert cue_s < file["decisions"][0]["onset_s"] <= cue_s + 0.0011


def test_unused_trials_cannot_be_decided_on(reviewing):
    unused = reviewing.all("#trials tr.unused")
    unused[0].click()
    reviewing.press("a", "x", ".")
    assert "0 of" in reviewing.text("#tally")
    assert not reviewing.find("#accept").is_enabled()


def test_the_file_says_what_was_decided(reviewing, movements):
    decide(reviewing)
    note = reviewing.find("#note")
    note.send_keys("late “foot” <b>")
    path, file = reviewing.exported()
    assert path.name == "study.review.json"
    assert file["schema"] == "leverkin-review/1" and file["results"]["file"] == "study.h5"
    assert [one["action"] for one in file["decisions"]] == ["accept", "reject", "shift"]
    assert [one["trial"] for one in file["decisions"]] == list(movements["trial"][:3])
    for one in file["decisions"]:
        assert (one["subject"], one["session"], one["input_xxh3"]) == ("mouse_01", 3, movements["xxh3"])
    assert file["decisions"][2]["onset_s"] == pytest.approx(movements["onset_s"][2] + 0.012, abs=1e-9)
    assert file["decisions"][2]["note"] == "late “foot” <b>"
    assert "onset_s" not in file["decisions"][0]


def test_analyze_replays_the_decisions_and_leaves_the_recordings(reviewing, leverkin, study, movements, tmp_path):
    def recordings():
        return {path: hashlib.sha256(path.read_bytes()).digest() for path in (study / "mice").rglob("*.h5")}

    before = recordings()
    decide(reviewing)
    path, _ = reviewing.exported()
    done = leverkin("analyze", study / "mice", "--out", tmp_path / "reviewed.h5", "--review", path)
    assert done.returncode == 0, done.stderr
    assert recordings() == before
    with h5py.File(tmp_path / "reviewed.h5") as file:
        session = file[FIRST]
        review = session["trials/review"]
        names = h5py.check_enum_dtype(review.dtype)
        accepted, rejected, shifted = movements["trial"][:3]
        assert review[accepted] == names["accepted"] and review[shifted] == names["shifted"]
        assert np.count_nonzero(review[:]) == session.attrs["n_reviewed"] == 3
        assert session["trials/reject_reason"][rejected] == 10
        assert rejected not in session["movements/trial"][:]
        assert session["trials/movement_onset_s"][shifted] == pytest.approx(movements["onset_s"][2] + 0.012, abs=1e-9)
        assert file.attrs["review_json"] == path.read_text(encoding="utf-8")


def test_a_file_of_decisions_is_taken_up_again(reviewing, page, report):
    decide(reviewing)
    path, file = reviewing.exported()
    kept = path.rename(path.with_name("kept.txt"))
    page.open(report)
    page.show_traces()
    assert "; 0 in all" in page.text("#tally"), "exported decisions are no longer kept"
    page.find("#import").send_keys(str(kept))
    page.until(lambda: "Imported 3 decisions." in page.text("#message"), "the import")
    assert "3 in all" in page.text("#tally")
    _, again = page.exported()
    assert again["decisions"] == file["decisions"]


def test_a_report_of_reviewed_results_begins_where_the_review_ended(reviewing, page, leverkin, study, tmp_path):
    decide(reviewing)
    path, file = reviewing.exported()
    assert leverkin("analyze", study / "mice", "--out", tmp_path / "r.h5", "--review", path).returncode == 0
    assert leverkin("report", tmp_path / "r.h5", "--out", tmp_path / "r.html").returncode == 0
    page.open(tmp_path / "r.html")
    page.show_traces()
    assert "3 in all" in page.text("#tally") and "Decided by hand3" in page.text(".facts")
    _, again = page.exported()
    assert again["decisions"] == file["decisions"]


@pytest.mark.parametrize(("text", "said"), [
    ("no JSON", "this is not JSON"),
    ('{"schema": "leverkin-review/9", "decisions": []}', "found the schema leverkin-review/9"),
    ('{"schema": "leverkin-review/1", "decisions": [{"subject": "mouse_01", "session": 3, "input_xxh3": "0", '
     '"trial": 1, "action": "reject"}]}', "1 on other recordings left out"),
])
def test_files_that_do_not_belong_here_are_refused_in_words(reviewing, tmp_path, text, said):
    (tmp_path / "other.txt").write_text(text)
    reviewing.find("#import").send_keys(str(tmp_path / "other.txt"))
    reviewing.until(lambda: said in reviewing.text("#message"), said)
    assert "0 in all" in reviewing.text("#tally")
