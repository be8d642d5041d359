"""Today beside the animal's earlier sessions: the screen, the JSON, the line for the log."""

import json
import re
import shutil
from pathlib import Path

import h5py
import pytest

FORMATS = (Path(__file__).parents[2] / "docs" / "formats.md").read_text()


def parse(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


@pytest.fixture(scope="module")
def days(leverkin, tmp_path_factory):
    """Four sessions of one mouse, in order."""
    folder = tmp_path_factory.mktemp("days")
    done = leverkin(
        "simulate", "--out", folder, "--animals", 1, "--sessions", 4, "--minutes", 2,
        "--rate", 1000, "--storage", "int16", "--format", "hdf5", "--quiet",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return sorted(folder.rglob("*.h5"))


@pytest.fixture(scope="module")
def stored(leverkin, days, tmp_path_factory):
    out = tmp_path_factory.mktemp("stored") / "results.h5"
    assert leverkin("analyze", days[0].parent, "--out", out).returncode == 0
    return out


def numbers_differ(a, b):
    """Keys whose numbers differ by more than float32 makes them."""
    assert a.keys() == b.keys()
    return [key for key in a if a[key] != b[key] and (a[key] is None or b[key] is None or abs(a[key] - b[key]) > 1e-6)]


def test_a_session_stands_beside_the_earlier_ones_in_its_folder(leverkin, days, stored):
    today = parse(leverkin("summary", days[3], "--json"))
    sessions = parse(leverkin("summary", stored, "--json"))["subjects"][0]["sessions"]
    assert today["previous_session"] == 3
    assert [one["session"] for one in today["earlier"]] == [1, 2, 3]
    for one, line in zip(today["earlier"], sessions):
        assert {key: line[key] for key in one} == one
    for name, values in today["compared"].items():
        earlier = [line[name] for line in sessions[:3] if line[name] is not None]
        assert values["today"] == today[name] == sessions[3][name], name
        assert values["previous"] == sessions[2][name], name
        assert values["n"] == len(earlier), name
        assert values["mean"] == pytest.approx(sum(earlier) / len(earlier), rel=1e-12), name
        assert (values["low"], values["high"]) == (min(earlier), max(earlier)), name


def test_history_comes_from_results_where_they_are_given(leverkin, days, stored, tmp_path):
    alone = shutil.copy(days[3], tmp_path)
    beside = parse(leverkin("summary", days[3], "--json"))
    done = leverkin("summary", alone, "--history", stored, "--json")
    assert "compared with 3 earlier sessions of mouse_01 in " in done.stderr
    from_results = parse(done)
    assert from_results["earlier"] == beside["earlier"]
    for name, values in from_results["compared"].items():
        assert numbers_differ(values, beside["compared"][name]) == [], name


def test_later_sessions_and_other_animals_are_no_history(leverkin, days, one_session, tmp_path):
    for path in (*days[:3], one_session):  # mouse_01, too, but session 1 again: in the folder twice
        shutil.copy(path, tmp_path / f"{path.parent.parent.name}_{path.name}")
    with h5py.File(tmp_path / f"{one_session.parent.parent.name}_{one_session.name}", "r+") as file:
        file.attrs["subject"] = "another"
    second = next(tmp_path.glob("*session_02.h5"))
    found = parse(leverkin("summary", second, "--json"))
    assert [one["session"] for one in found["earlier"]] == [1]
    assert found["warnings"] == []


def test_without_history_the_session_stands_alone(leverkin, days):
    done = leverkin("summary", days[3], "--no-history", "--json")
    found = parse(done)
    assert found["earlier"] == [] and found["previous_session"] is None and found["across_r"] is None
    assert done.stderr == ""
    text = leverkin("summary", days[3], "--no-history").stdout
    assert "today" in text and "mean of" not in text


def test_a_recording_that_cannot_be_compared_is_named(leverkin, days, tmp_path):
    for path in (days[0], days[3]):
        shutil.copy(path, tmp_path)
    (tmp_path / "broken_2.h5").write_text("no recording")
    done = leverkin("summary", tmp_path / days[3].name, "--json")
    found = parse(done)
    assert [one["session"] for one in found["earlier"]] == [1]
    [warning] = found["warnings"]
    assert "broken_2.h5" in warning


def test_the_screen_has_eighty_columns_twenty_four_lines_and_warnings_first(leverkin, days, tmp_path):
    for path in days:
        shutil.copy(path, tmp_path)
    with h5py.File(tmp_path / days[3].name, "r+") as file:
        file["trials/cue_s"][:] = float("nan")
    done = leverkin("summary", tmp_path / days[3].name, LC_ALL="C.UTF-8")
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and max(map(len, lines)) <= 80 and len(lines) <= 24
    assert lines[0].startswith("mouse_01, session 4")
    assert lines[2].startswith("error: none of the ")
    [heading] = [line for line in lines if "today" in line]
    assert re.split(r"\s{2,}", heading.strip()) == ["today", "session 3", "mean of 3", "range"]
    [course] = [line for line in lines if "from session to session" in line]
    assert len(course.split("session  ")[1].split(" ")) == 4
    assert leverkin("summary", days[3], LC_ALL="C").stdout.isascii()


def test_quiet_says_nothing_but_the_summary(leverkin, days):
    assert leverkin("summary", days[3]).stderr.startswith("compared with 3 earlier sessions of mouse_01")
    assert leverkin("summary", days[3], "--quiet").stderr == ""


def test_the_line_for_the_log_says_what_the_json_says(leverkin, days):
    done = leverkin("summary", days[3], "--line")
    assert done.returncode == 0 and done.stdout.count("\n") == 1
    line = dict(field.split("=", 1) for field in done.stdout.rstrip("\n").split("\t"))
    found = parse(leverkin("summary", days[3], "--json"))
    assert line.pop("date") == found["start_time"][:10]
    assert int(line.pop("warnings")) == len(found["warnings"])
    assert line.pop("subject") == found["subject"]
    for key, text in line.items():
        assert float(text) == pytest.approx(found[key], abs=5.1e-4), key


def test_results_say_how_the_latest_session_compares(leverkin, days, stored):
    [subject] = parse(leverkin("summary", stored, "--json"))["subjects"]
    assert subject["latest"]["session"] == 4 and subject["latest"]["previous_session"] == 3
    fresh = parse(leverkin("summary", days[3], "--json"))["compared"]
    for name, values in subject["latest"]["compared"].items():
        assert numbers_differ(values, fresh[name]) == [], name
    [latest] = [line for line in leverkin("summary", stored).stdout.splitlines() if line.startswith("latest")]
    success = fresh["success_fraction"]
    assert f"success {100 * success['today']:.1f} % (mean of 3 before: {100 * success['mean']:.1f})" in latest


def test_options_that_make_no_sense_together_are_refused(leverkin, days, stored, tmp_path):
    for arguments in (
        [stored, "--history", stored],
        [stored, "--no-history"],
        [stored, "--line"],
        [days[3], "--json", "--line"],
        [days[3], "--history", stored, "--no-history"],
        [days[3], "--history", tmp_path / "nowhere.h5"],
    ):
        assert leverkin("summary", *arguments).returncode == 2, arguments
    assert leverkin("summary", days[3], "--history", days[0]).returncode == 3  # not a results file


def keys_of(value):
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


def test_every_key_is_documented(leverkin, days, stored, tmp_path):
    documented = set(re.findall(r"`(\w+)`", FORMATS))
    commands = [(command, path, "--json") for command in ("summary", "inspect") for path in (days[3], stored)]
    (tmp_path / "broken_2.h5").write_text("no recording")
    for command in (*commands, ("analyze", days[0], tmp_path / "broken_2.h5", "--out", tmp_path / "r.h5", "--json")):
        assert keys_of(json.loads(leverkin(*command).stdout)) - documented == set(), command
    line = leverkin("summary", days[3], "--line").stdout
    log = FORMATS.split("### The line for a lab log")[1].split("###")[0]
    order = re.findall(r"`(\w+)`", log.split("`date`")[1])
    assert ["date", *order] == [field.split("=")[0] for field in line.split("\t")]


def test_means_over_animals_stand_below_the_animals(leverkin, results, one_session, tmp_path):
    with h5py.File(results) as file:
        group = file["groups/all"]
        mean, sem, n = (group[f"success_fraction_{what}"][:] for what in ("mean", "sem", "n"))
    done = leverkin("summary", results)
    assert done.returncode == 0
    _, below = done.stdout.split("mean and s.e.m. over all animals\n")
    rows = [line.split() for line in below.splitlines() if re.match(r" *\d", line)]
    assert [row[:2] for row in rows] == [[str(i + 1), str(count)] for i, count in enumerate(n)]
    for row, m, s in zip(rows, mean, sem):
        assert row[2] == f"{100 * m:.1f}" and row[4] == f"{100 * s:.1f}"
    [one] = parse(leverkin("summary", results, "--json"))["groups"]
    assert one["group"] == "all" and one["success_fraction"]["mean"] == pytest.approx(mean)
    assert max(map(len, done.stdout.splitlines()[1:])) <= 80
    assert leverkin("analyze", one_session, "--out", tmp_path / "one.h5").returncode == 0
    assert "s.e.m." not in leverkin("summary", tmp_path / "one.h5").stdout
