"""leverkin doctor: what it finds where all is well, and where something is not."""

import json
import shutil
import subprocess

import pytest


def test_a_sound_machine_is_told_so_and_nothing_is_left_behind(leverkin, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    done = leverkin("doctor", "--json", cwd=tmp_path, TMPDIR=str(scratch))
    said = json.loads(done.stdout)
    assert done.returncode == 0 and said["ok"] is True
    assert list(said) == ["ok", "versions", "target", "locale", "locking", "disk", "self_test"]
    assert said["versions"]["version"] == json.loads(leverkin("--version", "--json").stdout)["version"]
    assert said["target"]["used"] in said["target"]["runnable"]
    assert said["disk"]["writable"] and 0 < said["disk"]["free_bytes"] <= shutil.disk_usage(tmp_path).total
    assert said["self_test"]["read_back"] and said["self_test"]["within_movements"] >= 5
    assert [path.name for path in tmp_path.iterdir()] == ["scratch"] and not list(scratch.iterdir())


def test_for_a_person_it_is_a_line_for_each_examination_within_eighty_columns(leverkin, tmp_path):
    lines = leverkin("doctor", cwd=tmp_path).stdout.splitlines()
    said = [line.split()[:2] for line in lines if not line.startswith(" ")]
    assert said == [[name, "ok"] for name in ("versions", "target", "locale", "locking", "disk", "self_test")]
    assert max(map(len, lines)) <= 80


def test_a_folder_that_cannot_be_written_is_wrong(leverkin):
    done = leverkin("doctor", "--json", cwd="/proc")
    said = json.loads(done.stdout)
    assert done.returncode == 1 and said["ok"] is False
    assert said["disk"]["ok"] is False and "cannot write there" in said["disk"]["text"]
    assert said["locking"]["works"] is None and said["self_test"]["ok"] is True


def test_a_missing_folder_for_temporary_files_is_wrong(leverkin, tmp_path):
    done = leverkin("doctor", "--json", cwd=tmp_path, TMPDIR=str(tmp_path / "nowhere"))
    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert said["self_test"]["ok"] is False and "nowhere" in said["self_test"]["text"]


def test_a_locale_that_is_not_installed_is_said(leverkin, tmp_path):
    said = json.loads(leverkin("doctor", "--json", cwd=tmp_path, LC_ALL="xx_XX.UTF-8").stdout)
    assert "not installed" in said["locale"]["text"]


def test_locks_that_are_refused_are_wrong_unless_they_are_switched_off(leverkin, tmp_path):
    """A library that refuses flock(), as some network shares do, goes before the C library."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    source, library = tmp_path / "share.c", tmp_path / "share.so"
    source.write_text(
        "#include <errno.h>\nint flock(int descriptor, int how) { (void)descriptor; (void)how; errno = ENOLCK; return -1; }\n"
    )
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    off = {"LD_PRELOAD": str(library), "HDF5_USE_FILE_LOCKING": "FALSE"}
    refused = json.loads(leverkin("doctor", "--json", cwd=tmp_path, LD_PRELOAD=str(library)).stdout)
    assert refused["locking"]["works"] is False and refused["locking"]["ok"] is False
    assert "HDF5_USE_FILE_LOCKING=FALSE" in refused["locking"]["text"]
    done = leverkin("doctor", "--json", cwd=tmp_path, **off)
    assert json.loads(done.stdout)["locking"]["ok"] is True
