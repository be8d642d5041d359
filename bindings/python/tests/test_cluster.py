"""lk.analyze(client=...) and python -m leverkin.cluster: many machines give the file of one."""

import fcntl
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from results_bytes import bytes_without_time

import leverkin as lk
from leverkin import _scale, cluster

distributed = pytest.importorskip("distributed")

SESSIONS = 6


def write_study(folder):
    """Two animals, three sessions each, a few presses per session."""
    folder.mkdir()
    for subject in ("ada", "b/o"):
        for session in (1, 2, 4):
            random = np.random.default_rng([session, len(subject)])
            at = np.arange(0, 30, 1e-3)
            volts = 1e-3 * random.standard_normal(len(at))
            cue = 3.0 + 5.0 * np.arange(5)
            onset = cue + random.uniform(0.3, 0.8, 5)
            for begin in onset:
                volts -= 0.4 * np.sin(np.pi * np.clip((at - begin) / 0.5, 0, 1)) ** 2
            trials = {"start_s": cue - 0.5, "stop_s": cue + 4, "cue_s": cue, "reward_s": onset + 0.25}
            path = folder / f"{subject.replace('/', '_')}_{session}.h5"
            lk.write_session(path, volts, subject=subject, session=session, rate_hz=1000, trials=trials)
    return folder


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # paths are relative: workers live in other folders
    return write_study(tmp_path / "study")


@pytest.fixture
def alone(study):
    return bytes_without_time(lk.analyze("study", "alone.h5", threads=2).path)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    spill = tmp_path_factory.mktemp("dask")
    with (
        distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None, local_directory=spill) as processes,
        distributed.Client(processes) as client,
    ):
        yield client


def block(path):
    """A recording that never comes: whoever opens it waits (for 45 s at most). Returns what lets them go on."""
    signal.signal(signal.SIGIO, signal.SIG_IGN)  # how the kernel says that somebody waits
    file = os.open(path, os.O_RDWR)
    fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    return lambda: os.close(file)


def wait_until(condition):
    while not condition():
        time.sleep(0.01)


def checkpoints(out):
    return {path.name: path.stat().st_mtime_ns for path in Path(f"{out}.partial").glob("*.checkpoint")}


def command(*words, **environment):
    """Another process; what it prints."""
    return subprocess.run(
        [sys.executable, "-m", "leverkin.cluster", *map(str, words)],
        capture_output=True, text=True, check=False, env=os.environ | environment,
    )  # fmt: skip


# Dask


def test_a_cluster_gives_the_bytes_of_one_machine(client, alone):
    seen = []
    results = lk.analyze("study", "many.h5", threads=2, client=client, progress=lambda *n: seen.append(n))
    assert bytes_without_time("many.h5") == alone
    assert results.warnings == [] and not Path("many.h5.partial").exists()
    assert seen == sorted(seen) and seen[0][:2] == (1, SESSIONS) and seen[-1][:2] == (SESSIONS, SESSIONS)
    assert seen[-1][2] == seen[-1][3] == SESSIONS * 30_000


def test_options_reach_the_workers(client, study):
    options = {"threads": 2, "pairwise": True, "keep_traces": True, "config": "c.toml"}
    Path("c.toml").write_text(lk.config("peters2014", gap_ms=321))
    lk.analyze("study", "alone.h5", **options)
    results = lk.analyze("study", "many.h5", client=client, **options)
    assert results.warnings == [] and results.config["gap_ms"] == 321
    assert bytes_without_time("many.h5") == bytes_without_time("alone.h5")


def test_a_manifest_goes_before_what_the_files_say(client, study):
    rows = [f"study/{path.name},eve,{number},light,late" for number, path in enumerate(sorted(study.iterdir()), 3)]
    Path("study.csv").write_text("\n".join(["path,subject,session,group,phase", *rows]))
    lk.analyze("study.csv", "alone.h5", threads=2)
    results = lk.analyze("study.csv", "many.h5", threads=2, client=client)
    assert results.warnings == [] and results.sessions.session.tolist() == list(range(3, 3 + SESSIONS))
    assert bytes_without_time("many.h5") == bytes_without_time("alone.h5")
    results = lk.analyze(pd.read_csv("study.csv"), "table.h5", threads=2, client=client)
    assert results.warnings == [] and (results.sessions.phase == "late").all()
    assert bytes_without_time("table.h5") == bytes_without_time("alone.h5")


def test_a_bad_session_is_listed_as_on_one_machine(client, study):
    for name, volts in (("flat_7.h5", np.zeros(30_000)), ("gone_8.h5", None)):
        if volts is None:
            Path("study", name).write_bytes(b"nothing")
        else:
            lk.write_session(study / name, volts, subject="ada", session=7, rate_hz=1000)
    lk.analyze("study", "alone.h5", threads=2)
    results = lk.analyze("study", "many.h5", threads=2, client=client)
    assert len(results.sessions) == SESSIONS and sorted(Path(p).name for p in results.failed.path) == [
        "flat_7.h5", "gone_8.h5",
    ]  # fmt: skip
    assert results.warnings == [] and bytes_without_time("many.h5") == bytes_without_time("alone.h5")


def after_the_plan(monkeypatch, act):
    """`act(tasks)` happens between planning and the first task."""
    plan = _scale.plan

    def plan_then_act(*arguments):
        job, tasks = plan(*arguments)
        act(tasks)
        return job, tasks

    monkeypatch.setattr(_scale, "plan", plan_then_act)


def test_a_worker_that_dies_loses_nothing_that_was_done(client, study, alone, monkeypatch):
    restore, done = [], {}
    after_the_plan(monkeypatch, lambda _: restore.append(block(study / "ada_2.h5")))

    def kill_who_waits(sessions, *_):
        if sessions == SESSIONS - 1 and not done:
            done.update(checkpoints("many.h5"))
            (address,) = [worker for worker, keys in client.processing().items() if keys]
            (pid,) = client.run(os.getpid, workers=[address]).values()
            restore.pop()()
            os.kill(pid, signal.SIGKILL)
        elif Path("many.h5.partial").exists():
            assert done.items() <= checkpoints("many.h5").items(), "a session was done twice"

    results = lk.analyze("study", "many.h5", threads=2, client=client, progress=kill_who_waits)
    assert len(done) == SESSIONS - 1 and results.warnings == []
    assert bytes_without_time("many.h5") == alone


def test_what_an_analysis_that_was_stopped_left_is_not_done_again(client, alone):
    with pytest.raises(lk.Cancelled):
        lk.analyze("study", "many.h5", threads=2, client=client, progress=lambda sessions, *_: sessions < 3)
    wait_until(lambda: not any(client.processing().values()))
    left = checkpoints("many.h5")
    assert len(left) >= 3 and not Path("many.h5").exists()
    seen = {}
    lk.analyze("study", "many.h5", threads=2, client=client, progress=lambda *_: seen.update(checkpoints("many.h5")))
    assert left.items() <= seen.items() and len(seen) == SESSIONS
    assert bytes_without_time("many.h5") == alone


def test_sessions_that_the_cluster_cannot_do_are_done_here_with_a_warning(client, alone, monkeypatch):
    after_the_plan(monkeypatch, lambda tasks: tasks[0].update(path="/not/mounted.h5"))
    results = lk.analyze("study", "many.h5", threads=2, client=client)
    (warning,) = results.warnings
    assert "this machine" in warning and "/not/mounted.h5" in warning and ": 1;" in warning
    assert bytes_without_time("many.h5") == alone


def test_a_cluster_that_can_do_nothing_is_an_error(client, study, monkeypatch):
    other = _scale.program() | {"simd_target": "ANOTHER"}
    monkeypatch.setattr(_scale, "program", lambda: other)  # here, not on the workers
    with pytest.raises(OSError, match="simd_target.*not ANOTHER.*LEVERKIN_KERNELS"):
        lk.analyze("study", "many.h5", client=client)
    assert sorted(path.name for path in Path().iterdir()) == ["study"]


def test_a_session_that_changes_meanwhile_is_analysed_anew(client, alone):
    def touch_at_the_end(sessions, *_):
        if sessions == SESSIONS and Path("many.h5.partial").exists():
            os.utime("study/ada_1.h5", (1, 1))

    results = lk.analyze("study", "many.h5", threads=2, client=client, progress=touch_at_the_end)
    (warning,) = results.warnings
    assert "changed meanwhile: 1" in warning and bytes_without_time("many.h5") == alone


def test_what_one_machine_refuses_is_refused_before_the_cluster_begins(client, study):
    with pytest.raises(ValueError, match="out"):
        lk.analyze("study", client=client)
    with pytest.raises(ValueError, match="asynchronous"):
        lk.analyze("study", "many.h5", client=SimpleNamespace(asynchronous=True))
    with pytest.raises(ValueError, match="gap_ns"):
        lk.analyze("study", "many.h5", client=client, gap_ns=1)
    with pytest.raises(ValueError, match="another name"):
        lk.analyze("study", "study/ada_1.h5", client=client)
    with pytest.raises(OSError):
        lk.analyze("study", "absent/many.h5", client=client)
    assert sorted(path.name for path in Path().iterdir()) == ["study"]


# any scheduler


FAKE_SBATCH = """\
#!/bin/sh
# Runs a job at once, an array from 3 on (arrays may begin anywhere).
script=$(mktemp) && cat > "$script"
array=$(sed -n 's/^#SBATCH --array=0-//p' "$script")
echo "$*" >> "$SBATCH_LOG"
if [ -n "$array" ]; then
  for task in $(seq 0 "$array"); do
    SLURM_CPUS_PER_TASK=1 SLURM_ARRAY_TASK_ID=$((task + 3)) SLURM_ARRAY_TASK_MIN=3 SLURM_ARRAY_TASK_COUNT=$((array + 1)) \
      sh "$script" >&2
  done
  echo 77
else
  SLURM_CPUS_PER_TASK=2 sh "$script"
fi
"""


def test_a_slurm_array_gives_the_bytes_of_one_machine(alone, tmp_path):
    assert cluster.main(["plan", "study", "--out", "many.h5"]) == 0
    script = command("sbatch", "many.h5.plan.json", "--tasks", 2, "--sbatch=--time=10")
    assert script.returncode == 0 and script.stdout.count("#SBATCH --time=10") == 2
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/sbatch").write_text(FAKE_SBATCH)
    (tmp_path / "bin/sbatch").chmod(stat.S_IRWXU)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    said = subprocess.run(
        ["sh"], input=script.stdout, cwd="/", text=True, capture_output=True, check=True,
        env=os.environ | {"PATH": path, "SBATCH_LOG": str(tmp_path / "log")},
    ).stderr  # fmt: skip
    assert (tmp_path / "log").read_text().split() == ["--parsable", "--dependency=afterany:77"]
    assert said.count("3 sessions done, 0 were done before") == 2 and "warning" not in said
    assert bytes_without_time("many.h5") == alone and not Path("many.h5.partial").exists()


def test_a_share_that_was_killed_goes_on_where_it_was(study, alone):
    assert cluster.main(["plan", "study", "--out", "many.h5"]) == 0
    restore = block(study / "ada_4.h5")  # the third
    words = [sys.executable, "-m", "leverkin.cluster", "run", "many.h5.plan.json", "--task", "0", "--of", "1"]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: len(checkpoints("many.h5")) == 2 or process.poll() is not None)
        process.kill()
    restore()
    done = checkpoints("many.h5")
    again = command("run", "many.h5.plan.json", "--task", 0, "--of", 1)
    assert again.returncode == 0 and "4 sessions done, 2 were done before" in again.stderr
    assert done.items() <= checkpoints("many.h5").items()
    finish = command("finish", "many.h5.plan.json", "--threads", 2)
    assert finish.returncode == 0 and "warning" not in finish.stderr
    assert bytes_without_time("many.h5") == alone


def test_bad_and_changed_sessions_between_plan_and_finish(study, capsys):
    lk.write_session(study / "flat_7.h5", np.zeros(30_000), subject="ada", session=7, rate_hz=1000)
    (study / "gone_8.h5").write_bytes(b"nothing")
    assert cluster.main(["plan", "study", "--out", "many.h5", "--set", "gap_ms=400"]) == 0
    assert "1 of 8 files will fail" in capsys.readouterr().err
    run = command("run", "many.h5.plan.json", "--task", 0, "--of", 1)
    assert run.returncode == cluster.SOME_FAILED and "flat_7.h5" in run.stderr and "6 sessions done" in run.stderr
    shutil.copy(study / "ada_1.h5", study / "ada_2.h5")  # another recording, which says that it is session 1
    (study / "ada_1.h5").unlink()
    finish = command("finish", "many.h5.plan.json", "--threads", 2)
    assert finish.returncode == cluster.SOME_FAILED and "changed since, analysed on this machine: 1" in finish.stderr
    assert all(name in finish.stderr for name in ("flat_7.h5", "gone_8.h5"))
    lk.analyze("study", "alone.h5", threads=2, gap_ms=400)
    assert bytes_without_time("many.h5") == bytes_without_time("alone.h5")


def test_dask_on_the_command_line(alone):
    said = command("dask", "study", "--out", "many.h5", "--local", 1, "--threads", 2)
    assert said.returncode == cluster.ALL_DONE and f"{SESSIONS} sessions of 2 subjects" in said.stderr
    assert said.stdout == "" and bytes_without_time("many.h5") == alone


def test_other_engines_and_other_folders_are_refused(study):
    assert cluster.main(["plan", "study", "--out", "many.h5"]) == 0
    plan = json.loads(Path("many.h5.plan.json").read_text())
    plan["job"]["program"]["version"] = "0.0.0"
    Path("old.json").write_text(json.dumps(plan))
    run, finish = command("run", "old.json", "--task", 0, "--of", 1), command("finish", "old.json")
    assert run.returncode == finish.returncode == cluster.MACHINE_FAILED
    assert "not 0.0.0" in run.stderr and "not 0.0.0" in finish.stderr and not Path("many.h5").exists()
    Path("many.h5.partial").rmdir()
    run = command("run", "many.h5.plan.json", "--task", 0, "--of", 1)
    assert run.returncode == cluster.MACHINE_FAILED and "many.h5.partial is not there" in run.stderr


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("plan absent --out many.h5", cluster.WRONG_USAGE, "absent"),
        ("plan empty --out many.h5", cluster.BAD_INPUT, "no session files"),
        ("plan bad.csv --out many.h5", cluster.BAD_INPUT, "bad.csv"),
        ("plan study --out many.h5 --set gap_ms", cluster.WRONG_USAGE, "name=value"),
        ("plan study --out many.h5 --set gap_ms=-1", cluster.WRONG_USAGE, "gap_ms"),
        ("plan study --out many.h5 --config absent.toml", cluster.WRONG_USAGE, "absent.toml"),
        ("plan study --out absent/many.h5", cluster.MACHINE_FAILED, "absent"),
        ("run bad.csv --task 0 --of 1", cluster.WRONG_USAGE, "expected a plan"),
        ("run bad.csv --task 1 --of 1", cluster.WRONG_USAGE, "0 <= I < N"),
        ("run bad.csv", cluster.WRONG_USAGE, "--task"),
        ("finish absent.json", cluster.WRONG_USAGE, "absent.json"),
    ],
)
def test_usage_and_input_errors_have_the_exit_codes_of_the_tool(study, capsys, monkeypatch, words, code, message):
    for name in ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT"):
        monkeypatch.delenv(name, raising=False)
    Path("empty").mkdir()
    Path("bad.csv").write_text("file\nx\n")
    assert cluster.main(words.split()) == code
    out, err = capsys.readouterr()
    assert message in err and out == ""


def test_help_teaches(capsys):
    for words in ([], ["plan"], ["run"], ["finish"], ["sbatch"], ["dask"]):
        with pytest.raises(SystemExit) as end:
            cluster.main([*words, "--help"])
        assert end.value.code == 0 and "exit codes" in capsys.readouterr().out


def test_dask_is_not_imported_without_a_client():
    code = "import leverkin, leverkin.cluster, sys; assert not {'dask', 'distributed'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
