"""A folder in which recordings appear: what is summarised, when, and what is left behind."""

import json
import shutil
import signal
import subprocess
import time

import h5py
import pytest

FAST = ["--settle", "0.3", "--interval", "0.05"]
UNHURRIED = ["--settle", "3", "--interval", "0.05"]  # for a writer that may be held up
PATIENCE_S = 60


class Watcher:
    """`leverkin watch`, running; its output is in files, so that nothing it says can block it."""

    def __init__(self, binary, folder, *arguments, at, pace):
        self.stdout, self.stderr = at / "stdout", at / "stderr"
        with self.stdout.open("w") as out, self.stderr.open("w") as err:
            command = [binary, "watch", str(folder), *pace, *map(str, arguments)]
            self.process = subprocess.Popen(command, stdout=out, stderr=err)
        self.wait_for("watching")

    def said(self):
        return self.stderr.read_text()

    def told(self):
        return self.stdout.read_text()

    def sessions(self):
        return [json.loads(line) for line in self.told().splitlines()]

    def wait_for(self, words, times=1, where=None):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if (where or self.said)().count(words) >= times:
                return
            assert self.process.poll() in (None, 0), self.said()
            time.sleep(0.02)
        raise AssertionError(f"{words!r} did not appear in {PATIENCE_S} s:\n{self.told()}\n{self.said()}")

    def stop(self):
        """Ctrl-C: the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE_S)


@pytest.fixture
def rig(tmp_path):
    folder = tmp_path / "rig"
    folder.mkdir()
    return folder


@pytest.fixture
def watch(binary, rig, tmp_path):
    started = []

    def start(*arguments, pace=FAST):
        started.append(Watcher(binary, rig, *arguments, at=tmp_path, pace=pace))
        return started[-1]

    yield start
    for watcher in started:
        watcher.process.kill()


@pytest.fixture
def first_and_second(mice):
    return sorted((mice / "mouse_01").iterdir())


def test_a_session_is_summarised_once_when_it_is_complete(watch, rig, first_and_second):
    whole = first_and_second[0].read_bytes()
    watcher = watch("--json", pace=UNHURRIED)
    with (rig / "today_1.h5").open("wb") as slow:
        for begin in range(0, len(whole), len(whole) // 20 + 1):
            slow.write(whole[begin : begin + len(whole) // 20 + 1])
            slow.flush()
            time.sleep(0.2)  # 4 s in all: longer than --settle, each pause far shorter
    assert watcher.told() == ""
    watcher.wait_for("}\n", where=watcher.told)
    time.sleep(0.5)  # time to tell it twice
    assert watcher.stop() == 0
    [session] = watcher.sessions()
    assert (session["subject"], session["session"]) == ("mouse_01", 1)
    assert "warning" not in watcher.said()
    assert "1 session summarised" in watcher.said()


def test_sessions_are_compared_with_those_before_and_kept_in_the_results(leverkin, watch, rig, tmp_path, first_and_second):
    out = tmp_path / "results.h5"
    shutil.copy(first_and_second[0], rig)
    watcher = watch("--json", "--out", out)
    watcher.wait_for("wrote")  # what was there already is in the results, but is not told
    shutil.copy(first_and_second[1], rig)
    watcher.wait_for("wrote", times=2)
    assert watcher.stop() == 0
    [session] = watcher.sessions()
    assert session["session"] == 2 and session["previous_session"] == 1
    assert "compared with 1 earlier session of mouse_01 in " in watcher.said()
    stored = json.loads(leverkin("summary", out, "--json").stdout)
    assert [one["session"] for one in stored["subjects"][0]["sessions"]] == [1, 2]
    assert session["across_r"] == pytest.approx(stored["subjects"][0]["sessions"][1]["across_r"], abs=1e-6)


def test_several_sessions_at_once_know_of_each_other(watch, rig, tmp_path, first_and_second):
    out = rig / "results.h5"  # among the recordings: never taken for one
    for path in first_and_second:
        shutil.copy(path, rig)
    watcher = watch("--existing", "--json", "--out", out)
    watcher.wait_for("}\n", times=2, where=watcher.told)
    assert watcher.stop() == 0
    assert [one["session"] for one in watcher.sessions()] == [1, 2]
    assert [one["previous_session"] for one in watcher.sessions()] == [None, 1]
    assert "warning" not in watcher.said()


def test_what_is_there_already_is_counted_and_not_summarised(watch, rig, first_and_second):
    shutil.copy(first_and_second[0], rig)
    watcher = watch("--line")
    assert "(1 file there already)" in watcher.said()
    (rig / "below").mkdir()
    shutil.copy(first_and_second[1], rig / "below")
    watcher.wait_for("subject=mouse_01", where=watcher.told)
    assert watcher.stop() == 0
    assert watcher.told().count("\n") == 1 and "\tsession=2\t" in watcher.told()


def test_a_file_that_is_no_session_is_warned_of_once_and_tried_again_when_it_changes(watch, rig, first_and_second):
    watcher = watch("--json")
    (rig / "today_1.h5").write_bytes(b"not yet")
    watcher.wait_for("warning: ")
    time.sleep(0.6)
    assert watcher.said().count("warning: ") == 1 and "today_1.h5" in watcher.said()
    shutil.copy(first_and_second[0], rig / "today_1.h5")
    watcher.wait_for("}\n", where=watcher.told)
    assert watcher.stop() == 0
    assert len(watcher.sessions()) == 1


def test_a_bad_session_never_stops_the_others(leverkin, watch, rig, tmp_path, first_and_second):
    out = tmp_path / "results.h5"
    watcher = watch("--json", "--out", out)
    bad = shutil.copy(first_and_second[0], tmp_path / "a_bad_9.h5")
    with h5py.File(bad, "r+") as file:
        del file["lever/volts"].attrs["rate_hz"]
    shutil.move(bad, rig)
    watcher.wait_for("warning: ")
    shutil.copy(first_and_second[1], rig)
    watcher.wait_for("wrote")
    assert watcher.stop() == 0
    assert [one["session"] for one in watcher.sessions()] == [2]
    failed = json.loads(leverkin("summary", out, "--json").stdout)["failed"]
    assert [one["path"] for one in failed] == [str(rig / "a_bad_9.h5")]


def test_once_ends_after_the_first_session(leverkin, rig, first_and_second):
    for path in first_and_second:
        shutil.copy(path, rig)
    done = leverkin("watch", rig, *FAST, "--existing", "--once", "--quiet")
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.startswith("mouse_01, session 1")
    assert done.stdout.count("reaction time") == 1


def test_ctrl_c_ends_with_exit_code_0_also_before_anything_appeared(watch):
    watcher = watch()
    assert watcher.stop() == 0
    assert "0 sessions summarised" in watcher.said()
    assert watcher.told() == ""


def test_wrong_usage_is_refused_before_anything_is_watched(leverkin, rig, tmp_path):
    (tmp_path / "notes.h5").write_text("keep me")
    for arguments in (
        [tmp_path / "nowhere"],
        [rig, "--out", tmp_path / "notes.h5"],
        [rig, "--settle", "0"],
        [rig, "--json", "--line"],
    ):
        assert leverkin("watch", *arguments).returncode == 2
    assert (tmp_path / "notes.h5").read_text() == "keep me"
