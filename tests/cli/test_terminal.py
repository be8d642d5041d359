"""What a person at a terminal sees: colours, the progress bar, Ctrl-C."""

import os
import pty
import re
import signal
import subprocess

import h5py
import pytest

ESCAPE = "\x1b["


def at_terminal(arguments, interrupt_at=None, **environment):
    """Runs on a pseudo-terminal, with Ctrl-C once `interrupt_at` appears: (exit code, what appeared there)."""
    try:
        ours, theirs = pty.openpty()
    except OSError as error:
        pytest.skip(f"no pseudo-terminal to be had: {error}")
    environment = {"TERM": "xterm", **environment}
    kept = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    process = subprocess.Popen(
        list(map(str, arguments)), stdin=theirs, stdout=theirs, stderr=theirs, env={**kept, **environment}
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # Linux reports the end of a pseudo-terminal as an input/output error
            break
        if not piece:
            break
        seen += piece
        if interrupt_at is not None and interrupt_at in seen:
            process.send_signal(signal.SIGINT)
            interrupt_at = None
    os.close(ours)
    return process.wait(timeout=60), seen.decode(errors="replace")


def test_help_has_bold_headings_at_a_terminal(binary):
    assert f"{ESCAPE}1mUsage{ESCAPE}0m" in at_terminal([binary, "--help"])[1]


def test_errors_are_red_at_a_terminal(binary):
    code, seen = at_terminal([binary, "frobnicate"])
    assert code == 2 and seen.startswith(f"{ESCAPE}31mleverkin: ")


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_no_color_and_dumb_terminals_get_plain_text(binary, environment):
    for arguments in (["--help"], ["frobnicate"]):
        assert ESCAPE not in at_terminal([binary, *arguments], **environment)[1]


def test_analyze_shows_its_progress_and_wipes_it(binary, mice, tmp_path):
    code, seen = at_terminal([binary, "analyze", mice, "--out", tmp_path / "r.h5"])
    assert code == 0
    assert " of 4 sessions" in seen and "MS/s" in seen
    assert seen.rindex("\r" + ESCAPE + "K") > seen.rindex("MS/s")


def test_errors_are_red_and_warnings_yellow_at_a_terminal(binary, write_session):
    none = {column: [] for column in ("start_s", "stop_s", "cue_s", "reward_s")}
    code, seen = at_terminal([binary, "summary", write_session(trials=none)])
    assert code == 0
    assert f"{ESCAPE}31merror: {ESCAPE}0mno bouts: " in seen
    assert f"{ESCAPE}33mwarning: {ESCAPE}0mno trials" in seen


def test_waiting_for_a_recording_takes_one_row_however_long_its_name_is(binary, tmp_path):
    code, seen = at_terminal([binary, "live", tmp_path / ("longname" * 20 + ".h5"), "--idle", 1])
    assert code == 3
    plain = re.sub(r"\x1b\[[\d;]*\w", "", seen)
    rows = [row for row in re.split(r"[\r\n]+", plain) if row.startswith("waiting for samples")]
    assert len(rows) >= 2 and max(map(len, rows)) < 80
    assert all(row.endswith("...") for row in rows)


def test_quiet_shows_nothing_at_a_terminal(binary, mice, tmp_path):
    assert at_terminal([binary, "analyze", mice, "--out", tmp_path / "r.h5", "--quiet"]) == (0, "")


def test_progress_is_for_terminals_only(leverkin, mice, tmp_path):
    assert "MS/s" not in leverkin("analyze", mice, "--out", tmp_path / "r.h5").stderr


def test_ctrl_c_stops_cleanly_and_leaves_no_file(binary, leverkin, tmp_path):
    recordings = tmp_path / "long"
    made = leverkin(
        "simulate", "--out", recordings, "--animals", 1, "--sessions", 4, "--minutes", 30,
        "--rate", 1000, "--storage", "int16", "--quiet",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    out = tmp_path / "results" / "r.h5"
    out.parent.mkdir()
    code, seen = at_terminal([binary, "analyze", recordings, "--out", out, "--threads", 1], interrupt_at=b"of 4 sessions")
    assert code == 1, seen
    assert "stopped" in seen
    assert [left for left in out.parent.iterdir() if left.name != "r.h5.partial"] == []
    if (out.parent / "r.h5.partial").exists():
        assert "with --resume goes on from there" in seen


def test_ctrl_c_while_simulating_says_that_the_folder_is_incomplete(binary, tmp_path):
    small = ["--animals", 1, "--sessions", 40, "--minutes", 5, "--threads", 1]
    code, seen = at_terminal([binary, "simulate", "--out", tmp_path, *small], interrupt_at=b"of 40 sessions")
    assert code == 1
    assert f"stopped; {tmp_path} is incomplete" in seen.replace("\r\n", "\n")
    assert len(list(tmp_path.rglob("*.nwb"))) < 40
    assert all(h5py.is_hdf5(file) for file in tmp_path.rglob("*") if file.is_file())
