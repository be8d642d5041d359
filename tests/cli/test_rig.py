"""The shell of docs/rig.md does what stands there."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

RIG = (Path(__file__).parents[2] / "docs" / "rig.md").read_text()


@pytest.fixture
def shell(binary, tmp_path):
    """Runs a command in an empty home, with leverkin on the PATH."""
    home = tmp_path / "home"
    home.mkdir()

    def run(command, **environment):
        path = f"{Path(binary).parent}:{os.environ['PATH']}"
        return subprocess.run(
            ["sh", "-c", command], capture_output=True, text=True, timeout=120, cwd=home,
            env={**os.environ, "HOME": str(home), "PATH": path, **environment},
        )  # fmt: skip

    run.home = home
    return run


def test_the_script_after_a_session_shows_it_and_logs_a_line(shell, mice, results):
    [script] = re.findall(r"```sh\n(#!/bin/sh\n.*?)```", RIG, re.DOTALL)
    (shell.home / "after_session.sh").write_text(script)
    recording = sorted((mice / "mouse_01").iterdir())[1]
    for environment, origin in (({}, "recordings"), ({"LEVERKIN_RESULTS": str(results)}, "results.h5")):
        done = shell(f"sh after_session.sh '{recording}'", **environment)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("mouse_01, session 2")
        assert "1 earlier session of mouse_01" in done.stderr and origin in done.stderr
    log = (shell.home / "lever-log.tsv").read_text().splitlines()
    assert len(log) == 2 and all("\tsession=2\t" in line for line in log)
    assert shell("sh after_session.sh nowhere.nwb").returncode != 0


def test_the_line_for_cron_analyses_all_of_it(shell, mice):
    shutil.copytree(mice, shell.home / "rig")
    [command] = re.findall(r"^30 20 \* \* \*  (.*)$", RIG, re.MULTILINE)
    done = shell(command)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "2 animals" in shell("leverkin summary rig.results.h5").stdout


def test_the_service_calls_a_command_that_exists(shell):
    [options] = re.findall(r"^ExecStart=/usr/local/bin/leverkin watch (.*)$", RIG, re.MULTILINE)
    page = shell("leverkin watch --help").stdout
    assert all(option in page for option in re.findall(r"--\w+", options))
