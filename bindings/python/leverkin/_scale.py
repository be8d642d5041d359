"""A study on many machines (docs/scale-out.md).

A task is one session, which leaves its checkpoint in the folder `<out>.partial`. There `_core.analyze` with `resume`
takes it up: what makes the results file is the same code as on one machine, from the same numbers.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from leverkin import _core

Task = dict[str, Any]
Job = dict[str, Any]  # what all tasks of a study have in common
Progress = Callable[[int, int, int, int], object]

_MOST_FUTURES = 10_000  # what a Dask scheduler takes without a thought


def engine() -> dict[str, str]:
    """What has to be alike on all machines for results of the same bytes."""
    said = json.loads(_core.version_json())
    return {name: said[name] for name in ("version", "git_revision", "simd_target", "hdf5", "fftw")}


def plan(paths: Sequence[str], out: str, options: dict[str, Any]) -> tuple[Job, list[Task]]:
    """One task for each session that can be opened; raises what `_core.analyze` would raise beforehand. Both are plain
    values with absolute paths, for machines that see the same files."""
    tasks = [
        task | {"path": os.path.abspath(task["path"]), "other_files": [*map(os.path.abspath, task["other_files"])]}
        for task in _core.plan(paths, out, options)
    ]
    return {"engine": engine(), "out": os.path.abspath(out), "options": options | {"threads": 1}}, tasks


def unlike(job: Job) -> str:
    """In what this machine differs from the one that planned, in words; empty where it does not matter."""
    here = engine()
    for name, planned in job["engine"].items():
        if here.get(name) != planned:
            remedy = " (LEVERKIN_KERNELS in the environment of all machines makes them alike)"
            return f"{name} is {here.get(name)} here, not {planned}{remedy if name == 'simd_target' else ''}"
    return ""


def checkpoint_folder(job: Job) -> str:
    return str(job["out"]) + ".partial"


def make_room(job: Job) -> str:
    """The folder for checkpoints. Tasks never make it: one that does not find it is on a machine without our files."""
    folder = checkpoint_folder(job)
    with suppress(FileExistsError):
        os.mkdir(folder)
    return folder


def run(job: Job, task: Task) -> tuple[str, str]:
    """One session, anywhere. Returns what became of it and why: "made" and "there" (a checkpoint is there now, and was
    there before), "failed" (the session's fault), "lost" (this machine's fault)."""
    if difference := unlike(job):
        return "lost", f"on a worker, {difference}"
    for path in (checkpoint_folder(job), task["path"]):
        if not os.path.exists(path):
            return "lost", f"a worker does not see {path}; all machines have to share a file system"
    try:
        was_there, error = _core.checkpoint(task, job["out"], job["options"])
    except _core.Error as refused:
        return "lost", str(refused)
    return ("failed", error) if error else ("there" if was_there else "made", "")


def run_all(job: Job, tasks: Sequence[Task]) -> list[tuple[str, str]]:
    return [run(job, task) for task in tasks]


class Meter:
    """Tells how far a study is, in tasks and then in what `_core.analyze` says, and never falls back."""

    def __init__(self, progress: Progress | None, tasks: Sequence[Task]) -> None:
        self._progress = progress
        self._total = len(tasks), sum(task["samples"] for task in tasks)
        self._sessions = self._samples = 0

    def add(self, task: Task) -> None:
        if self(self._sessions + 1, 0, self._samples + task["samples"], 0) is False:
            raise _core.Cancelled("the analysis was stopped")

    def __call__(self, sessions: int, _: int, samples: int, __: int) -> bool:
        self._sessions, self._samples = max(self._sessions, sessions), max(self._samples, samples)
        if self._progress is None:
            return True
        answer = self._progress(self._sessions, self._total[0], self._samples, self._total[1])
        return answer is None or bool(answer)


def _spread(client: Any, job: Job, tasks: list[Task], meter: Meter) -> tuple[Counter[str], Counter[str]]:
    """All tasks on the cluster: how many ended in which way, and for what reasons sessions were lost."""
    from distributed import as_completed  # there, since there is a client

    size = -(-len(tasks) // _MOST_FUTURES)
    chunks = [tasks[at : at + size] for at in range(0, len(tasks), size)]
    futures = client.map(run_all, [job] * len(chunks), chunks, pure=False)
    chunk_of = {future.key: chunk for future, chunk in zip(futures, chunks, strict=True)}
    ended: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    try:
        for future, said in as_completed(futures, with_results=True, raise_errors=False):
            chunk = chunk_of[future.key]
            if future.status != "finished":
                said = [("lost", f"{type(why).__name__}: {why}") for why in [_exception(said)]] * len(chunk)
            for task, (end, reason) in zip(chunk, said, strict=True):
                ended[end] += 1
                if end == "lost":
                    reasons[reason] += 1
                else:
                    meter.add(task)
    except BaseException:
        client.cancel(futures)
        raise
    return ended, reasons


def _exception(said: Any) -> BaseException:
    return said[1] if isinstance(said, tuple) else said  # a task that was cancelled has no more than that


def analyze(
    client: Any, paths: Sequence[str], out: str, progress: Progress | None, options: dict[str, Any]
) -> tuple[_core.AnalyzeOutcome, list[str]]:
    """As `_core.analyze`, with the sessions on a Dask cluster. Also returns what to warn of.

    Raises OSError where not one worker was able to do anything.
    """
    if client.asynchronous:
        raise _core.BadArgument("client: found an asynchronous one; expected Client(..., asynchronous=False)")
    job, tasks = plan(paths, out, options)
    meter = Meter(progress, tasks)
    ended: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    if tasks:
        folder = make_room(job)
        try:
            ended, reasons = _spread(client, job, tasks, meter)
            if ended["lost"] == len(tasks):
                raise _core.IoError(f"the cluster was not able to analyse a single session: {next(iter(reasons))}")
        except BaseException:
            with suppress(OSError):
                os.rmdir(folder)  # fails where there is something in it to take up the next time
            raise
    outcome = _core.analyze(paths, out, progress=meter, **(options | {"resume": True}))
    warnings = [f"sessions analysed on this machine instead of the cluster: {n}; {why}" for why, n in reasons.items()]
    if changed := max(0, ended["made"] + ended["there"] - outcome.resumed):
        warnings.append(f"sessions analysed anew on this machine, as they changed meanwhile: {changed}")
    return outcome, warnings
