"""The tool for Windows, under wine, beside Debian's: the same results to the bit, names of every alphabet, long paths."""

import json
import os
import pathlib
import pty
import re
import shutil
import subprocess
import threading
import time

import h5py
import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUN = ROOT / "cmake/windows/run.sh"
DEBIAN = ROOT / "build/leverkin"
DEPS = ROOT / "build/windows/deps"
SAMPLES = ROOT / "sample-sessions"
RECORDED = pathlib.Path(os.environ.get("LEVERKIN_TEST_DATA", "/nowhere")) / "cases" / "damaged"
FOLDER = pathlib.Path(os.environ.get("LEVERKIN_WINDOWS", "nowhere"))
TOOL = (ROOT / FOLDER / "leverkin.exe").resolve()

pytestmark = pytest.mark.skipif("LEVERKIN_WINDOWS" not in os.environ, reason="tests/windows/run.sh builds what is tested here")


def windows(*words, cwd=None, code=0, **environment):
    """What the tool says; its words are UTF-8, and its lines end as everywhere."""
    done = subprocess.run([RUN, TOOL, *map(str, words)], cwd=cwd, capture_output=True, env={**os.environ, **environment}, timeout=300)
    text = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    assert done.returncode == code, text
    assert "\r\n" not in text[0]
    return text


def debian(*words, cwd=None, **environment):
    subprocess.run([DEBIAN, *map(str, words)], cwd=cwd, check=True, capture_output=True, env={**os.environ, **environment})


def everything(path):
    """Each value and attribute of a results file, as bytes, but those that say when and how fast."""
    found = {}

    def note(name, thing):
        for key, value in thing.attrs.items():
            if key not in ("DIMENSION_LIST", "REFERENCE_LIST", "created_utc", "threads", "leverkin_version", "git_revision"):
                found[f"{name}@{key}"] = np.asarray(value).tolist() if np.asarray(value).dtype.kind in "OSU" else np.asarray(value).tobytes()
        if isinstance(thing, h5py.Dataset):
            value = np.asarray(thing[()])
            found[name] = value.tolist() if value.dtype.kind in "OSU" else value.tobytes()

    with h5py.File(path) as file:
        note("/", file)
        file.visititems(note)
    return found


def differing(a, b):
    ours, theirs = everything(a), everything(b)
    assert ours.keys() == theirs.keys()
    return sorted(name for name in ours if ours[name] != theirs[name])


@pytest.mark.parametrize("kernels", ["AVX3", "AVX2", "SSE4", "SCALAR"])
def test_results_are_those_of_debian_to_the_bit(tmp_path, kernels):
    if kernels not in json.loads(windows("--version", "--json")[0])["simd_targets"]:
        pytest.skip(f"this processor has no {kernels}")
    shutil.copytree(SAMPLES, tmp_path / "sample-sessions")
    words = ("--quiet", "--keep-traces", "--pairwise", "sample-sessions")
    debian("analyze", "--out", "debian.h5", *words, cwd=tmp_path, LEVERKIN_KERNELS=kernels)
    windows("analyze", "--out", "windows.h5", *words, cwd=tmp_path, LEVERKIN_KERNELS=kernels)
    assert differing(tmp_path / "debian.h5", tmp_path / "windows.h5") == []


def test_simulated_sessions_are_those_of_debian(tmp_path):
    words = ("--animals", 2, "--sessions", 2, "--minutes", 2, "--seed", 3)
    debian("simulate", "--out", "debian", *words, cwd=tmp_path)
    windows("simulate", "--out", "windows", *words, cwd=tmp_path)
    names = sorted(path.relative_to(tmp_path / "debian") for path in (tmp_path / "debian").rglob("*.*"))
    assert len(names) == 4
    for name in names:
        assert (tmp_path / "debian" / name).read_bytes() == (tmp_path / "windows" / name).read_bytes()


def test_mathematical_functions_are_those_of_debian_to_the_bit(tmp_path):
    source = ROOT / "cmake/windows/math/digests.c"
    flags = ["-O2", "-fno-builtin", source]
    subprocess.run(["gcc", *flags, "-o", tmp_path / "debian", "-lm"], check=True)
    subprocess.run(["x86_64-w64-mingw32-gcc-posix", *flags, "-D__USE_MINGW_ANSI_STDIO=1", "-static", DEPS / "lib/libglibcmath.a",
                    "-o", tmp_path / "windows.exe"], check=True)
    ours = subprocess.run([tmp_path / "debian"], check=True, capture_output=True, text=True).stdout
    theirs = subprocess.run([RUN, tmp_path / "windows.exe"], check=True, capture_output=True, text=True).stdout
    assert theirs.split() == ours.split()


@pytest.fixture(name="session", scope="module")
def fixture_session():
    return SAMPLES / "one-kilohertz/mouse_01/mouse_01_session_03.nwb"


@pytest.mark.parametrize("folder", ["Ümläut 小鼠 🐭/Tag 1", "ποντίκι/день 1", "a" * 100 + "/" + "b" * 100 + "/" + "c" * 100])
def test_names_of_every_alphabet_and_length(tmp_path, session, folder):
    home = tmp_path / folder
    home.mkdir(parents=True)
    shutil.copy(session, home / "session_03.nwb")
    name = folder.replace("/", "\\") + "\\session_03.nwb"
    results = folder.replace("/", "\\") + "\\session_03.results.h5"
    assert folder.split("/")[0] in windows("inspect", name, cwd=tmp_path)[0]
    windows("analyze", name, "--out", results, "--quiet", cwd=tmp_path)
    stored = json.loads(windows("summary", results, "--json", cwd=tmp_path)[0])
    with h5py.File(home / "session_03.results.h5") as file:
        source = file["subjects/mouse_01/sessions/003"].attrs["source_file"]
    assert source == folder + "/session_03.nwb"
    assert stored["subjects"][0]["subject"] == "mouse_01"
    windows("report", results, "--out", folder.replace("/", "\\") + "\\bericht.html", "--quiet", cwd=tmp_path)
    assert (home / "bericht.html").stat().st_size > 50_000
    assert not list(home.glob("*.tmp*"))


def test_kernels_that_this_processor_has_not_are_refused(session):
    assert "AVX9" in windows("inspect", session, code=2, LEVERKIN_KERNELS="AVX9")[1]


def test_drive_letters_and_shares(tmp_path, session):
    shutil.copy(session, tmp_path / "session_03.nwb")
    drive = "Z:" + str(tmp_path).replace("/", "\\")
    windows("analyze", drive + "\\session_03.nwb", "--out", drive + "\\results.h5", "--quiet")
    with h5py.File(tmp_path / "results.h5") as file:
        assert file["subjects/mouse_01/sessions/003"].attrs["source_file"] == drive.replace("\\", "/") + "/session_03.nwb"
    long = "\\\\?\\" + drive
    windows("analyze", long + "\\session_03.nwb", "--out", long + "\\results2.h5", "--quiet")
    assert "mouse_01" in windows("inspect", long + "\\session_03.nwb")[0]


def test_a_results_file_that_is_open_elsewhere_stays_as_it_was(tmp_path, session):
    """A program of Windows that lets nobody else have the file."""
    shutil.copy(session, tmp_path / "session_03.nwb")
    windows("analyze", "session_03.nwb", "--out", "results.h5", "--quiet", cwd=tmp_path)
    before = (tmp_path / "results.h5").read_bytes()
    (tmp_path / "hold.c").write_text(r"""
#include <stdio.h>
#include <windows.h>
int main(void) {
  HANDLE file = CreateFileA("results.h5", GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
  if (file == INVALID_HANDLE_VALUE) return 1;
  puts("held");
  fflush(stdout);
  getchar();
  return 0;
}
""")
    subprocess.run(["x86_64-w64-mingw32-gcc-posix", "hold.c", "-o", "hold.exe"], cwd=tmp_path, check=True)
    with subprocess.Popen([RUN, tmp_path / "hold.exe"], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline().strip() == b"held"
        said = windows("analyze", "session_03.nwb", "--out", "results.h5", "--quiet", cwd=tmp_path, code=1)[1]
        holder.communicate(b"\n")
    assert "another program has it open" in said
    assert (tmp_path / "results.h5").read_bytes() == before
    assert not list(tmp_path.glob("results.h5.tmp*"))


def test_a_damaged_file_is_an_error_of_that_file(tmp_path, session):
    """Read first in a process of its own, as on Debian."""
    whole = session.read_bytes()
    for seed in range(6):
        bytes_ = bytearray(whole)
        for place in np.random.default_rng(seed).integers(100, 60_000, 400):
            bytes_[place] ^= 0xFF
        (tmp_path / f"m_session_{seed}.nwb").write_bytes(bytes_)
    done = subprocess.run([RUN, TOOL, "analyze", ".", "--out", "results.h5", "--quiet"], cwd=tmp_path, capture_output=True, timeout=300)
    assert done.returncode in (0, 3, 4), done.stderr


@pytest.mark.skipif(not RECORDED.is_dir(), reason="LEVERKIN_TEST_DATA is not set")
@pytest.mark.parametrize("name", ["crash_1.nwb", "crash_2.h5", "hang_2.nwb", "zeroed_sector.h5"])
def test_a_file_that_hdf5_does_not_survive_is_bad_input(tmp_path, name):
    shutil.copy(RECORDED / name, tmp_path)
    said = windows("inspect", name, "--quiet", cwd=tmp_path, code=3)[1]
    assert f"{name}: found damaged: reading it {'crashed HDF5' if name.startswith('crash') else 'did not end'}" in said


def test_ctrl_c_at_the_console_ends_live_and_writes_its_results(tmp_path):
    """In a pseudo-terminal, which wine takes for its console."""
    with h5py.File(SAMPLES / "ten-kilohertz/mouse_03/mouse_03_session_01.h5") as whole:
        with h5py.File(tmp_path / "today.h5", "w", libver="latest") as file:
            for group in ("lever", "trials"):
                whole.copy(group, file)
            file.attrs.update(whole.attrs)
            file.swmr_mode = True
            ours, theirs = pty.openpty()
            command = [RUN, TOOL, "live", "today.h5", "--out", "live.h5", "--no-history"]
            with subprocess.Popen(
                command, cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
            ) as following:
                os.close(theirs)
                threading.Timer(10, os.write, (ours, b"\x03")).start()
                seen = b""
                while piece := piece_of(ours):
                    seen += piece
                assert following.wait(60) == 0, seen[-2000:]
            os.close(ours)
    with h5py.File(tmp_path / "live.h5") as results:
        assert len(results["subjects/mouse_03/sessions/001/trials/cue_s"]) > 0


def piece_of(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # the end of a pseudo-terminal
        return b""


def test_configuration_and_a_watched_folder(tmp_path, session):
    (tmp_path / "mine.toml").write_text(windows("config", "--profile", "chen2015")[0])
    (tmp_path / "study").mkdir()
    command = [RUN, TOOL, "watch", "study", "--out", "results.h5", "--settle", "1", "--interval", "0.2", "--config", "mine.toml"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as watching:
        time.sleep(2)
        shutil.copy(session, tmp_path / "study/mouse_01_session_03.nwb")
        for _ in range(100):
            if (tmp_path / "results.h5").exists():
                break
            time.sleep(0.2)
        watching.terminate()
        watching.wait(20)
    with h5py.File(tmp_path / "results.h5") as file:
        assert "003" in file["subjects/mouse_01/sessions"]


def test_live_beside_a_writer_gives_the_results_of_analyze(tmp_path):
    """The writer is h5py on this machine, in SWMR mode."""
    source = SAMPLES / "ten-kilohertz/mouse_03/mouse_03_session_01.h5"
    with h5py.File(source) as file:
        volts, attributes = file["lever/volts"][()], dict(file["lever/volts"].attrs)
        trials = {name: file[f"trials/{name}"][()] for name in file["trials"]}
        root = dict(file.attrs)
    path = tmp_path / "today.h5"
    command = [RUN, TOOL, "live", "today.h5", "--out", "live.h5", "--interval", "0.2", "--idle", "20", "--no-history", "--json"]
    with h5py.File(path, "w", libver="latest") as file:
        file.attrs.update(root)
        lever = file.create_dataset("lever/volts", (0,), volts.dtype, maxshape=(None,), chunks=(10000,))
        lever.attrs.update(attributes)
        for name, values in trials.items():
            file.create_dataset(f"trials/{name}", data=values, maxshape=(None,))
        file.swmr_mode = True
        with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as following:
            for end in range(100_000, len(volts) + 100_000, 100_000):
                end = min(end, len(volts))
                begin = lever.shape[0]
                lever.resize((end,))
                lever[begin:end] = volts[begin:end]
                lever.flush()
                time.sleep(0.02)
            file.close()
            said, errors = following.communicate(timeout=120)
    assert following.returncode == 0, errors.decode()
    assert json.loads(said)["kind"] == "session"
    debian("analyze", "today.h5", "--out", "debian.h5", "--quiet", cwd=tmp_path)
    with h5py.File(tmp_path / "live.h5") as ours, h5py.File(tmp_path / "debian.h5") as theirs:
        for table in ("bouts/onset_s", "bouts/offset_s", "trials/reaction_time_s", "movements/volts"):
            where = f"subjects/mouse_03/sessions/001/{table}"
            np.testing.assert_array_equal(ours[where][()], theirs[where][()])


def test_what_is_unzipped_holds_what_it_should(tmp_path):
    version = re.search(r"project\(leverkin VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
    archive = ROOT / f"dist/leverkin-{version}-windows-x64.zip"
    shutil.unpack_archive(archive, tmp_path)
    home = tmp_path / archive.stem
    for library in ("leverkin.exe", "leverkin.dll"):
        listing = subprocess.run(["x86_64-w64-mingw32-objdump", "-p", home / library], capture_output=True, text=True, check=True).stdout
        needed = {name.lower() for name in re.findall(r"DLL Name: (\S+)", listing)}
        assert needed <= {"kernel32.dll", "msvcrt.dll", "shell32.dll", "shlwapi.dll", "advapi32.dll", "user32.dll"}, needed
        assert str(ROOT).encode() not in (home / library).read_bytes()
    header = (home / "include/leverkin_matlab.h").read_text()
    assert not re.search(r"__declspec|__attribute__|extern \"C\"|LVK_API", header)
    (tmp_path / "one.c").write_text(f'#include "{home}/include/leverkin_matlab.h"\nint main(void) {{ return lvk_abi_version(); }}\n')
    subprocess.run(["gcc", "-std=c89", "-pedantic-errors", "-Wall", "-Werror", "-Wno-long-long", "-c", "one.c"], cwd=tmp_path, check=True)
    exported = set(re.findall(r"^\s*\[ *\d+\].*\s(lvk_\w+)$", listing, re.MULTILINE)) or set(re.findall(r"\b(lvk_\w+)$", listing, re.MULTILINE))
    assert exported == set(re.findall(r"\b(lvk_\w+)\(", header))
    for compiler, library in (("x86_64-w64-mingw32-gcc-posix", "libleverkin.dll.a"), ("x86_64-w64-mingw32-gcc-posix", "leverkin.lib")):
        subprocess.run([compiler, "-I", home / "include", home / "examples/rig.c", home / "lib" / library, "-o", home / "rig.exe"], check=True)
        subprocess.run([RUN, home / "rig.exe", "rig.results.h5"], cwd=home, check=True, capture_output=True)
        (home / "rig.results.h5").unlink()
