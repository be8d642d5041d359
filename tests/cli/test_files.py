"""The commands on real files: exit codes, JSON, tables, and what is said about bad input."""

import json
import subprocess

import h5py
import numpy as np
import pytest


def parse(done):
    assert done.returncode in (0, 3, 4), done.stderr
    return json.loads(done.stdout, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


# --- simulate


def test_simulate_writes_one_file_per_animal_and_session(mice):
    assert len(list(mice.rglob("*.h5"))) == 4
    assert len({file.parent for file in mice.rglob("*.h5")}) == 2


def test_simulate_lists_its_files_as_json(leverkin, tmp_path):
    small = ["--animals", 1, "--sessions", 1, "--minutes", 0.5, "--rate", 1000]
    done = leverkin("simulate", "--out", tmp_path, *small, "--json")
    [file] = parse(done)["files"]
    assert file.endswith(".nwb") and h5py.is_hdf5(file)


def test_simulate_says_what_it_wrote(leverkin, tmp_path):
    small = ["--animals", 1, "--sessions", 2, "--minutes", 0.5, "--rate", 1000]
    done = leverkin("simulate", "--out", tmp_path, *small)
    assert done.returncode == 0
    assert "wrote 2 session files" in done.stderr
    assert str(tmp_path) in done.stdout


# --- inspect


def test_inspect_says_what_is_in_a_session(leverkin, one_session):
    found = parse(leverkin("inspect", one_session, "--json"))
    with h5py.File(one_session) as file:
        assert found["session"]["subject"] == file.attrs["subject"]
        assert found["session"]["samples"] == file["lever/volts"].size
        assert found["session"]["n_trials"] == file["trials/start_s"].size
        assert found["session"]["n_rewarded"] == np.isfinite(file["trials/reward_s"][:]).sum()
    assert found["ok"] and found["errors"] == [] and found["session"]["rate_hz"] == 1000
    text = leverkin("inspect", one_session)
    assert text.returncode == 0
    assert found["session"]["subject"] in text.stdout and "1000 Hz" in text.stdout


def test_inspect_says_what_is_in_a_results_file(leverkin, results):
    found = parse(leverkin("inspect", results, "--json"))
    assert found["kind"] == "results"
    assert found["results"]["schema"] == "leverkin-results/1"
    assert [len(subject["sessions"]) for subject in found["results"]["subjects"]] == [2, 2]


def warnings_of(leverkin, path):
    found = parse(leverkin("inspect", path, "--json"))
    assert found["ok"]
    text = leverkin("inspect", path)
    assert text.returncode == 0
    said = " ".join(text.stdout.split())
    assert all(f"{one['severity']}: {one['text']}" in said for one in found["findings"])
    assert [one["text"] for one in found["findings"] if one["severity"] != "note"] == found["warnings"]
    return found["warnings"]


def pressed():
    """Half a minute in which the lever is pressed once, at 3 s."""
    time = np.arange(30_000) / 1000
    noise = 0.001 * np.random.default_rng(1).standard_normal(len(time))
    return 1.5 + noise + 0.5 * np.sin(np.pi * np.clip((time - 2.6) / 0.8, 0, 1)) ** 2


def test_inspect_finds_nothing_wrong_with_a_plain_recording(leverkin, write_session):
    path = write_session(volts=pressed(), trials={"reward_s": [3.0]})
    assert warnings_of(leverkin, path) == []
    assert "nothing wrong was found" in leverkin("inspect", path).stdout


def test_inspect_counts_and_places_samples_that_are_not_numbers(leverkin, write_session):
    volts = pressed()
    volts[1000:1003] = np.nan
    volts[20_000] = np.inf
    [warning] = warnings_of(leverkin, write_session(volts=volts, trials={"reward_s": [3.0]}))
    assert "4 samples are not a finite number" in warning
    assert "sample 1000 (1.000 s) for 3 samples" in warning and "sample 20000 (20.000 s) for 1 sample" in warning


def test_inspect_notices_a_constant_trace(leverkin, write_session):
    warnings = warnings_of(leverkin, write_session(volts=np.full(30_000, 1.25)))
    assert "cannot be analysed: the same value, 1.25 V, in all 30000 samples" in warnings[0]


def test_inspect_notices_a_clipped_trace(leverkin, write_session):
    volts = np.minimum(1.5 + np.sin(np.arange(30_000) / 500), 2.0)
    warnings = warnings_of(leverkin, write_session(volts=volts))
    assert any("at exactly 2 V for 10.5 s" in warning and "the highest" in warning for warning in warnings), warnings


def test_inspect_lists_the_longest_gaps_between_time_stamps(leverkin, write_session, tmp_path):
    times = np.arange(30_000) / 1000.0
    times[10_000:] += 0.5
    times[20_000:] += 2.0
    warnings = warnings_of(leverkin, write_session(timestamps_s=times))
    [gaps] = [warning for warning in warnings if "2 gaps without data, 2.5 s in all" in warning]
    assert gaps.startswith("8 % of the recording is missing") and gaps.index("2.000 s at") < gaps.index("0.500 s at")
    longest = parse(leverkin("inspect", tmp_path / "mouse_1.h5", "--json"))["samples"]["longest_gaps"]
    assert [round(gap["length_s"], 3) for gap in longest] == [2.001, 0.501]


def test_inspect_notices_trials_beyond_the_end(leverkin, write_session):
    trials = {"start_s": [1, 40], "stop_s": [9, 49], "cue_s": [2, 42], "reward_s": [3, 43]}
    [warning] = warnings_of(leverkin, write_session(volts=pressed(), trials=trials))
    assert "1 trial lies outside the recording of 30.000 s" in warning and "first trial 1" in warning


def test_inspect_notices_a_file_without_trials(leverkin, write_session):
    none = {column: [] for column in ("start_s", "stop_s", "cue_s", "reward_s")}
    [warning] = warnings_of(leverkin, write_session(volts=pressed(), trials=none))
    assert warning.startswith("no trials")


@pytest.mark.parametrize("step", [0.0, -0.5], ids=["duplicate", "decreasing"])
def test_inspect_refuses_time_stamps_that_do_not_increase(leverkin, write_session, step):
    times = np.arange(30_000) / 1000.0
    times[10_000] = times[9_999] + step
    path = write_session(timestamps_s=times)
    done = leverkin("inspect", path)
    assert done.returncode == 3
    assert str(path) in done.stderr and "10000" in done.stderr


# --- bad files


@pytest.fixture
def not_hdf5(tmp_path):
    path = tmp_path / "notes.h5"
    path.write_text("this is not a recording\n")
    return path


@pytest.fixture
def truncated(tmp_path, one_session):
    path = tmp_path / "truncated_1.h5"
    whole = one_session.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


@pytest.fixture
def no_rate(write_session):
    return write_session("norate_1.h5", rate_hz=None)


@pytest.mark.parametrize("kind", ["not_hdf5", "truncated", "no_rate"])
@pytest.mark.parametrize("command", ["inspect", "summary"])
def test_a_bad_file_is_named_and_gives_exit_code_3(leverkin, request, command, kind):
    path = request.getfixturevalue(kind)
    done = leverkin(command, path)
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith(f"leverkin: {path}")


def test_inspect_tells_programs_what_is_wrong(leverkin, no_rate):
    done = leverkin("inspect", no_rate, "--json")
    assert done.returncode == 3
    found = parse(done)
    [error] = found["errors"]
    assert not found["ok"] and error["dataset"] == "/lever/volts" and error["expected"]
    assert error["file"] == str(no_rate)


@pytest.mark.parametrize("kind", ["not_hdf5", "truncated", "no_rate"])
def test_analyze_of_nothing_but_bad_files_leaves_no_results(leverkin, request, tmp_path, kind):
    path, out = request.getfixturevalue(kind), tmp_path / "results" / "r.h5"
    out.parent.mkdir()
    done = leverkin("analyze", path, "--out", out)
    assert done.returncode == 3
    assert str(path) in done.stderr
    assert list(out.parent.iterdir()) == []


def test_a_folder_without_sessions_gives_exit_code_3(leverkin, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    done = leverkin("analyze", empty, "--out", tmp_path / "r.h5")
    assert done.returncode == 3
    assert str(empty) in done.stderr


def test_one_bad_session_among_good_ones_gives_exit_code_4(leverkin, mice, no_rate, tmp_path):
    out = tmp_path / "r.h5"
    done = leverkin("analyze", mice, no_rate, "--out", out)
    assert done.returncode == 4
    assert f"leverkin: {no_rate}" in done.stderr
    with h5py.File(out) as file:
        assert sum(len(subject["sessions"]) for subject in file["subjects"].values()) == 4
        assert [path.decode() for path in file["failed/path"][:]] == [str(no_rate)]
        assert "rate_hz" in file["failed/error"][0].decode()
    assert str(no_rate) in leverkin("summary", out).stderr


# --- analyze


def test_analyze_prints_a_table_per_animal(leverkin, mice, results, tmp_path):
    done = leverkin("analyze", mice, "--out", tmp_path / "r.h5")
    heading, *rows = done.stdout.splitlines()
    assert heading.split() == ["subject", "sessions", "trials", "used", "failed"]
    with h5py.File(results) as file:
        for row, (subject, group) in zip(rows, sorted(file["subjects"].items()), strict=True):
            trials = sum(session.attrs["n_trials"] for session in group["sessions"].values())
            used = sum(session.attrs["n_movements"] for session in group["sessions"].values())
            assert row.split() == [subject, "2", str(trials), str(used), "0"]
    assert "wrote" in done.stderr


def test_analyze_gives_the_outcome_as_json(leverkin, mice, no_rate, tmp_path):
    out = tmp_path / "r.h5"
    found = parse(leverkin("analyze", mice, no_rate, "--out", out, "--json"))
    assert found["results"] == str(out) and found["analysed"] == 4
    assert [failed["path"] for failed in found["failed"]] == [str(no_rate)]
    assert sum(subject["sessions"] for subject in found["subjects"]) == 4


def test_quiet_is_silent(leverkin, mice, tmp_path):
    for arguments in (
        ["analyze", mice, "--out", tmp_path / "r.h5"],
        ["simulate", "--out", tmp_path / "s", "--animals", 1, "--sessions", 1, "--minutes", 0.5, "--rate", 1000],
    ):
        done = leverkin(*arguments, "--quiet")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_quiet_still_names_what_failed(leverkin, mice, no_rate, tmp_path):
    done = leverkin("analyze", mice, no_rate, "--out", tmp_path / "r.h5", "--quiet")
    assert done.returncode == 4
    assert done.stdout == "" and len(done.stderr.splitlines()) == 1


def test_results_never_overwrite_an_input(leverkin, one_session):
    before = one_session.read_bytes()
    done = leverkin("analyze", one_session, "--out", one_session)
    assert done.returncode == 2
    assert str(one_session) in done.stderr
    assert one_session.read_bytes() == before


def test_results_need_the_name_of_a_file(leverkin, one_session, tmp_path):
    done = leverkin("analyze", one_session, "--out", tmp_path)
    assert done.returncode == 2 and "a folder" in done.stderr


def test_results_that_cannot_be_written_are_the_machines_fault(leverkin, one_session, tmp_path):
    done = leverkin("analyze", one_session, "--out", tmp_path / "nowhere" / "r.h5")
    assert done.returncode == 1
    assert str(tmp_path / "nowhere" / "r.h5") in done.stderr


def test_samples_that_are_not_numbers_are_refused_unless_held(leverkin, write_session, tmp_path):
    volts = 1.5 + 0.001 * np.random.default_rng(1).standard_normal(30_000)
    volts[100] = np.nan
    path, out = write_session(volts=volts), tmp_path / "out.results.h5"
    refused = leverkin("analyze", path, "--out", out)
    assert refused.returncode == 3 and "100" in refused.stderr
    held = leverkin("analyze", path, "--out", out, "--gaps", "hold")
    assert held.returncode == 0, held.stderr
    with h5py.File(out) as file:
        assert "hold" in file.attrs["config_json"]


def test_flags_and_set_reach_the_analysis(leverkin, one_session, tmp_path):
    out = tmp_path / "r.h5"
    flags = ["--pairwise", "--keep-traces", "--set", "gap_ms=400", "--profile", "peters2014", "--threads", 1]
    assert leverkin("analyze", one_session, "--out", out, *flags).returncode == 0
    with h5py.File(out) as file:
        [subject] = file["subjects"].values()
        assert "pairwise" in subject["correlogram"]
        assert "lever" in subject["sessions/001"]
        assert '"gap_ms":400' in file.attrs["config_json"].replace(" ", "")
        assert file.attrs["profile"] == "peters2014"


def test_a_manifest_names_files_and_groups(leverkin, one_session, tmp_path):
    manifest, out = tmp_path / "study.csv", tmp_path / "r.h5"
    manifest.write_text(f"path,subject,session,group\n{one_session},Anna,7,control\n")
    assert leverkin("analyze", manifest, "--out", out).returncode == 0
    [subject] = parse(leverkin("summary", out, "--json"))["subjects"]
    [session] = subject["sessions"]
    assert (subject["subject"], session["session"], session["group"]) == ("Anna", 7, "control")


def test_a_manifest_with_a_wrong_heading_gives_exit_code_3(leverkin, tmp_path):
    manifest = tmp_path / "study.csv"
    manifest.write_text("file,mouse\na.nwb,Anna\n")
    done = leverkin("analyze", manifest, "--out", tmp_path / "r.h5")
    assert done.returncode == 3 and str(manifest) in done.stderr


# --- summary


def test_summary_of_a_session_equals_its_line_in_the_results(leverkin, one_session, results):
    alone = parse(leverkin("summary", one_session, "--json"))
    stored = parse(leverkin("summary", results, "--json"))
    [subject] = [subject for subject in stored["subjects"] if subject["subject"] == alone["subject"]]
    [session] = [session for session in subject["sessions"] if session["session"] == alone["session"]]
    for key in set(session) - {"source_file", "across_r"}:
        assert session[key] == alone[key], key
    assert sum(alone["rejected"].values()) == alone["n_trials"] - alone["n_movements"]


def test_summary_of_results_is_a_table_per_animal(leverkin, results):
    done = leverkin("summary", results)
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines()[2:])) <= 80
    rows = [line.split() for line in done.stdout.splitlines()]
    firsts = [row for row in rows if len(row) == 9 and row[0] == "1"]
    assert len(firsts) == 2 and all(row[-1] == "-" for row in firsts)  # nothing before the first session


def test_summary_shows_missing_numbers_as_a_dash_and_json_as_null(leverkin, write_session):
    path = write_session()
    [reaction] = [line for line in leverkin("summary", path).stdout.splitlines() if "reaction time" in line]
    assert reaction.split()[:3] == ["reaction", "time", "-"]
    assert parse(leverkin("summary", path, "--json"))["median_reaction_time_s"] is None


def test_summary_takes_parameters_for_a_session_and_refuses_them_for_results(leverkin, one_session, results):
    assert parse(leverkin("summary", one_session, "--profile", "peters2014", "--json"))["profile"] == "peters2014"
    assert leverkin("summary", results, "--profile", "peters2014").returncode == 2


# --- pipes and terminals


@pytest.mark.parametrize("what", ["summary", "help"])
def test_a_reader_that_leaves_early_is_no_failure(binary, results, what):
    command = f"'{binary}' summary '{results}' --json" if what == "summary" else f"'{binary}' --help"
    done = subprocess.run(
        ["bash", "-c", f"{command} | true; echo ${{PIPESTATUS[0]}}"], capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "0\n" and done.stderr == ""


def test_a_full_disk_behind_standard_output_is_a_failure(binary):
    with open("/dev/full", "w") as full:
        done = subprocess.run([binary, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1 and "cannot write to standard output" in done.stderr
