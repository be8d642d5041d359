"""Files that mean harm, or look as if they did: they do not command the terminal, lead elsewhere or take the machine."""

import json
import os
import resource
import subprocess

import h5py
import numpy as np
import pytest

COMMANDS = "\x1b]0;title\x07\x1b[2J\r\x9b31m\u202e"


def harmless(text):
    return not any((ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 or ord(c) == 0x202E for c in text)


# --- what a file says to the terminal


@pytest.mark.parametrize("command", ["inspect", "summary", "analyze"])
def test_control_characters_of_a_file_reach_no_terminal(leverkin, write_session, tmp_path, command):
    path = write_session(subject="mouse" + COMMANDS, group=COMMANDS, session=1)
    out = ["--out", tmp_path / "r.h5"] if command == "analyze" else []
    done = leverkin(command, path, *out)
    assert done.returncode in (0, 3), done.stderr
    assert harmless(done.stdout) and harmless(done.stderr)
    assert command == "analyze" or r"mouse\u001b]0;title\u0007" in done.stdout


def test_control_characters_in_json_are_escaped_and_come_back(leverkin, write_session):
    done = leverkin("inspect", write_session(subject="mouse" + COMMANDS), "--json")
    assert harmless(done.stdout)
    assert json.loads(done.stdout)["session"]["subject"] == "mouse" + COMMANDS


def test_control_characters_in_errors_and_names_are_escaped(leverkin, tmp_path):
    path = tmp_path / "a\x1b[31m\rb.h5"
    path.write_bytes(b"no HDF5 at all")
    done = leverkin("inspect", path)
    assert done.returncode == 3 and harmless(done.stderr) and r"a\u001b[31m\u000db.h5" in done.stderr


def test_names_in_somebody_elses_file_are_utf_8_whatever_they_were_written_in(leverkin, results, tmp_path):
    with h5py.File(tmp_path / "old.h5", "w") as file:
        file["hebel"] = np.arange(5.0)
    content = (tmp_path / "old.h5").read_bytes()
    (tmp_path / "old.h5").write_bytes(content.replace(b"hebel", b"h\xe4bel"))
    done = leverkin("compare", results, "--subject", "mouse_01", "--against", tmp_path / "old.h5")
    assert done.returncode == 3 and "h\u00e4bel (5 x 1): matches nothing" in done.stderr


# --- where it leads


@pytest.fixture
def linked(write_session, tmp_path):
    """A recording whose lever lies in another file, in the folder given."""

    def link(folder):
        recording = write_session("raw.h5")
        folder.mkdir(exist_ok=True)
        path = folder / "linked.h5"
        with h5py.File(path, "w") as file:
            file["lever"] = h5py.ExternalLink(str(recording), "/lever")
            file["trials"] = h5py.ExternalLink(str(recording), "/trials")
            file.attrs["subject"], file.attrs["session"] = "mouse", 1
        return path

    return link


def test_a_link_out_of_the_folder_is_refused(leverkin, linked, tmp_path):
    done = leverkin("inspect", linked(tmp_path / "elsewhere"))
    assert done.returncode == 3
    assert "outside the folder of the file" in done.stderr and "--outside-files" in done.stderr


def test_a_link_out_of_the_folder_is_followed_if_allowed(leverkin, linked, tmp_path):
    path = linked(tmp_path / "elsewhere")
    assert leverkin("inspect", path, "--outside-files").returncode == 0
    done = leverkin("analyze", path, "--out", tmp_path / "r.h5", "--outside-files")
    assert done.returncode == 0, done.stderr


def test_a_link_within_the_folder_is_followed(leverkin, linked, tmp_path):
    assert leverkin("inspect", linked(tmp_path)).returncode == 0


def test_raw_values_outside_the_folder_are_refused_always(leverkin, write_session):
    path = write_session()
    with h5py.File(path, "a") as file:
        del file["lever/volts"]
        space = h5py.h5s.create_simple((100,))
        created = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        created.set_external(b"/etc/passwd", 0, 800)
        h5py.h5d.create(file["lever"].id, b"volts", h5py.h5t.IEEE_F64LE, space, created)
        file["lever/volts"].attrs["rate_hz"] = 1000.0
    for option in ([], ["--outside-files"]):
        done = leverkin("inspect", path, *option)
        assert done.returncode == 3 and "/etc/passwd" in done.stderr


# --- what it states of its size


def test_a_text_of_two_gigabytes_is_not_read(leverkin, write_session):
    path = write_session()
    with h5py.File(path, "a") as file:
        file.attrs["group"] = np.zeros((), dtype="S100")
    content = bytearray(path.read_bytes())
    at = content.find(b"group\0")
    kind = content.find(b"\x13", at, at + 32)  # a string type, version 1; its size stands 4 bytes on
    assert kind > 0 and content[kind + 4 : kind + 8] == (100).to_bytes(4, "little")
    content[kind + 4 : kind + 8] = (2**31 - 1).to_bytes(4, "little")
    path.write_bytes(content)
    done = subprocess.run(
        [*limited(leverkin), "inspect", str(path)], capture_output=True, text=True, preexec_fn=little_memory, timeout=60
    )
    assert done.returncode in (0, 3, 4), done.stderr


def limited(leverkin):
    return [leverkin("--version").args[0]]


def little_memory():
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))


@pytest.mark.parametrize("chunks", [1, 3])
def test_room_for_ever_with_hardly_anything_in_it_is_no_recording(leverkin, write_session, chunks):
    path = write_session()
    with h5py.File(path, "a") as file:
        del file["lever/volts"]
        lever = file.create_dataset("lever/volts", shape=(2**60,), chunks=(1024,), dtype="f8")
        lever.attrs["rate_hz"] = 1000.0
        for chunk in range(chunks - 1):
            lever[chunk * 1024 : (chunk + 1) * 1024] = 1.0
    done = subprocess.run(
        [*limited(leverkin), "inspect", str(path)], capture_output=True, text=True, preexec_fn=little_memory, timeout=60
    )
    assert done.returncode == 3, done.stderr
    assert f"/lever/volts: found {2**60} values; expected at most" in done.stderr


def test_five_thousand_series_are_one_pass(leverkin, write_session, tmp_path):
    path = tmp_path / "many.nwb"
    with h5py.File(path, "w") as file:
        file.attrs["nwb_version"] = "2.6.0"
        for i in range(5_000):
            series = file.create_group(f"acquisition/series_{i}")
            series.attrs["neurodata_type"] = "TimeSeries"
            series["data"] = np.zeros(1)
    done = leverkin("inspect", path)
    assert done.returncode == 3
    assert "no lever among: series_0, series_1," in done.stderr and "4980 more" in done.stderr


# --- what the machine refuses


def test_a_file_that_may_not_grow_is_an_error_in_words(leverkin, mice, tmp_path):
    def short_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    done = subprocess.run(
        [*limited(leverkin), "analyze", str(mice), "--out", str(tmp_path / "r.h5"), "--threads", "1"],
        capture_output=True, text=True, preexec_fn=short_files, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "File too large" in done.stderr
    assert not (tmp_path / "r.h5").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root is not limited in its processes")
def test_without_leave_to_start_threads_the_analysis_goes_on(leverkin, one_session, tmp_path):
    def no_threads():
        resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))

    done = subprocess.run(
        [*limited(leverkin), "analyze", str(one_session), "--out", str(tmp_path / "r.h5")],
        capture_output=True, text=True, preexec_fn=no_threads, timeout=60,
    )  # fmt: skip
    assert done.returncode in (0, 1) and (done.returncode == 0 or "cannot be started" in done.stderr)


def test_two_dashes_end_the_options(leverkin, write_session, tmp_path):
    path = write_session("--json")
    done = leverkin("inspect", "--", path.name, cwd=tmp_path)
    assert done.returncode == 0 and "mouse" in done.stdout


def test_a_link_as_the_results_name_is_followed(leverkin, one_session, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "r.h5"
    link.symlink_to(tmp_path / "elsewhere" / "real.h5")
    assert leverkin("analyze", one_session, "--out", link).returncode == 0
    assert link.is_symlink() and (tmp_path / "elsewhere" / "real.h5").is_file()
