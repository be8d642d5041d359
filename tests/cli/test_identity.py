"""Which files of a folder are analysed, as which session, and what is never written over."""

import json
import os
import shutil
import subprocess

import h5py
import pytest


def numbers(out):
    """Subject and session of every source file of the results."""
    with h5py.File(out) as file:
        return {
            os.path.basename(session.attrs["source_file"]): (subject, int(session.attrs["session"]))
            for subject, group in file["subjects"].items()
            for session in group["sessions"].values()
        }


@pytest.fixture
def study(one_session, tmp_path):
    """One recording under three names that are dates, each begun on its day."""
    folder = tmp_path / "M01"
    folder.mkdir()
    for day in ("2024-03-01", "2024-02-28", "2024-02-27"):
        shutil.copy(one_session, folder / f"{day}.h5")
        with h5py.File(folder / f"{day}.h5", "r+") as file:
            del file.attrs["session"], file.attrs["subject"]
            file.attrs["start_time"] = f"{day}T10:00:00+01:00"
    return folder


def test_sessions_named_by_dates_are_numbered_by_their_start_and_a_line_says_so(leverkin, study, tmp_path):
    done = leverkin("analyze", study, "--out", tmp_path / "r.h5")
    assert done.returncode == 0, done.stderr
    expected = {"2024-02-27.h5": ("M01", 1), "2024-02-28.h5": ("M01", 2), "2024-03-01.h5": ("M01", 3)}
    assert numbers(tmp_path / "r.h5") == expected
    assert done.stderr.count("numbered 1 to 3 in the order of their start times") == 1


def test_a_manifest_gives_what_a_file_lacks(leverkin, study, tmp_path):
    manifest = tmp_path / "study.csv"
    manifest.write_bytes(b"\xef\xbb\xbfpath;subject;session\r\nM01/2024-03-01.h5;ada;7.0\r\n")
    done = leverkin("analyze", manifest, "--out", tmp_path / "r.h5")
    assert done.returncode == 0 and numbers(tmp_path / "r.h5") == {"2024-03-01.h5": ("ada", 7)}, done.stderr


def test_a_misspelt_column_of_a_manifest_is_refused(leverkin, study, tmp_path):
    manifest = tmp_path / "study.csv"
    manifest.write_text("path,grp\nM01/2024-03-01.h5,light\n")
    done = leverkin("analyze", manifest, "--out", tmp_path / "r.h5")
    assert done.returncode == 3 and "found the column 'grp'; is 'group' meant?" in done.stderr


def test_one_bad_entry_does_not_stop_the_folder(leverkin, binary, study, tmp_path):
    (study / "._2024-03-01.h5").write_bytes(b"Mac OS X")
    (study / "loop.h5").symlink_to("loop.h5")
    (study / ".git").mkdir()
    shutil.copy(study / "2024-03-01.h5", study / ".git" / "object.h5")
    os.mkfifo(study / "pipe.h5")
    (study / "lost+found").mkdir(mode=0o700)
    out = tmp_path / "out" / "r.h5"
    out.parent.mkdir()
    who = []
    if os.getuid() == 0 and shutil.which("setpriv"):  # root may enter everything
        who = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        for folder in [tmp_path, *tmp_path.parents]:
            if folder.stat().st_uid == 0 and str(folder).startswith("/tmp/"):
                folder.chmod(folder.stat().st_mode | 0o055)
        out.parent.chmod(0o777)
    done = subprocess.run([*who, binary, "analyze", study, "--out", out], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert len(numbers(out)) == 3
    for name in ("._2024-03-01.h5", "loop.h5", ".git", "pipe.h5", *(["lost+found"] if who else [])):
        assert done.stderr.count(f"{study / name}: skipped") == 1, (name, done.stderr)


def test_a_subject_that_cannot_be_stored_fails_alone(leverkin, study, tmp_path):
    with h5py.File(study / "2024-02-28.h5", "r+") as file:
        file.attrs["subject"] = "."
    done = leverkin("analyze", study, "--out", tmp_path / "r.h5")
    assert done.returncode == 4 and "2024-02-28.h5" in done.stderr
    assert set(numbers(tmp_path / "r.h5")) == {"2024-02-27.h5", "2024-03-01.h5"}


@pytest.fixture
def reviewed(leverkin, mice, tmp_path):
    """Results of all mice with one decision, and the file with the decision."""
    out, review = tmp_path / "reviewed.h5", tmp_path / "decisions.json"
    assert leverkin("analyze", mice, "--out", out).returncode == 0
    with h5py.File(out) as file:
        session = next(s for g in file["subjects"].values() for s in g["sessions"].values() if len(s["movements/trial"]))
        decision = {
            "subject": session.parent.parent.attrs["subject"],
            "session": int(session.attrs["session"]),
            "input_xxh3": session.attrs["input_xxh3"],
            "trial": int(session["movements/trial"][0]),
            "action": "reject",
        }
    review.write_text(json.dumps({"schema": "leverkin-review/1", "decisions": [decision]}))
    done = leverkin("analyze", mice, "--out", out, "--review", review)
    assert done.returncode == 0, done.stderr
    return out, review


def test_decisions_made_by_hand_are_not_lost_unsaid(leverkin, mice, reviewed, tmp_path):
    out, review = reviewed
    before = out.read_bytes()
    refused = leverkin("analyze", mice, "--out", out)
    assert refused.returncode == 2 and "--discard-review" in refused.stderr and out.read_bytes() == before
    assert leverkin("analyze", mice, "--out", out, "--review", "stored").returncode == 0
    with h5py.File(out) as file:
        assert file.attrs["review_json"] == review.read_text()
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"schema": "leverkin-review/1", "decisions": []}))
    said = leverkin("analyze", mice, "--out", tmp_path / "copy.h5", "--review", "stored")
    assert said.returncode == 2 and "there are no results at" in said.stderr
    said = leverkin("analyze", mice, "--out", out, "--review", other)
    assert said.returncode == 0 and "1 decision of the results that are replaced is not in" in said.stderr
    assert leverkin("analyze", mice, "--out", out, "--discard-review").returncode == 0
    with h5py.File(out) as file:
        assert "review_json" not in file.attrs


def test_simulate_does_not_write_over_a_study(leverkin, tmp_path):
    call = ["simulate", "--out", tmp_path, "--animals", 1, "--sessions", 1, "--minutes", 0.2, "--rate", 1000, "--quiet"]
    assert leverkin(*call).returncode == 0
    [file] = tmp_path.rglob("*.nwb")
    before = file.read_bytes()
    refused = leverkin(*call, "--seed", 5)
    assert refused.returncode == 2 and "--overwrite" in refused.stderr and file.read_bytes() == before
    assert leverkin(*call, "--seed", 5, "--overwrite").returncode == 0 and file.read_bytes() != before


def test_two_hyphens_end_the_options(leverkin, one_session, tmp_path):
    shutil.copy(one_session, tmp_path / "--json")
    (tmp_path / "--day_1.h5").symlink_to(one_session)
    done = leverkin("analyze", "--out", "r.h5", "--", "--day_1.h5", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert leverkin("inspect", "--", "--day_1.h5", cwd=tmp_path).returncode == 0


def test_names_that_cannot_be_meant_are_refused_with_what_is(leverkin, one_session, results, tmp_path):
    for arguments, hint in (
        (["analyze", one_session, "--out", tmp_path / "r.pdf"], "expected a name that ends in .h5"),
        (["report", results, "--out", tmp_path / "r.pdf"], "expected a name that ends in .html"),
        (["analyze", one_session, "--output", tmp_path / "r.h5"], "did you mean --out?"),
        (["analyze", one_session, "--out", tmp_path / "r.h5", "--set", "gapms=3"], "did you mean 'gap_ms'?"),
    ):
        done = leverkin(*arguments)
        assert done.returncode == 2 and hint in done.stderr, done.stderr


def test_text_that_is_nested_too_deeply_is_an_error_and_no_crash(leverkin, one_session, tmp_path):
    deep = 200_000
    texts = {
        "dots.toml": "a" + ".a" * deep + " = 1\n",
        "heading.toml": "[a" + ".a" * deep + "]\n",
        "brackets.toml": "a = " + "[" * deep + "]" * deep + "\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        done = leverkin("analyze", one_session, "--out", tmp_path / "r.h5", "--config", tmp_path / name)
        assert done.returncode == 2 and name in done.stderr, done.stderr[:300]
    for name, decision in (("deep.json", "[" * deep + "]" * deep), ("value.json", '{"trial": ' + '{"a":' * deep + "1" + "}" * deep + "}")):
        (tmp_path / name).write_text('{"schema": "leverkin-review/1", "decisions": [' + decision + "]}")
        done = leverkin("analyze", one_session, "--out", tmp_path / "r.h5", "--review", tmp_path / name)
        assert done.returncode == 2 and name in done.stderr, done.stderr[:300]


def test_files_of_another_program_are_one_line_of_a_summary(leverkin, study):
    for i in range(5):
        with h5py.File(study / f"raw_{i:04d}.h5", "w") as file:
            file["sweep_0001/analogScans"] = [[0, 1]]
    done = leverkin("summary", study / "2024-03-01.h5")
    assert done.returncode == 0 and done.stdout.count("not in the history") == 1, done.stdout
    assert "5 files that are no sessions" in " ".join(done.stdout.split())
