"""A study on a cluster: ``python -m leverkin.cluster`` (docs/scale-out.md).

With any scheduler: `plan` once, `run` many times, `finish` once. With Dask: `dask`. Both make the results file that
`leverkin analyze` makes on one machine.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from leverkin import _core, _scale
from leverkin.results import Results, analyze

ALL_DONE, MACHINE_FAILED, WRONG_USAGE, BAD_INPUT, SOME_FAILED = range(5)
_SCHEMA = "leverkin-plan/1"

_ABOUT = """\
Analyses a study on many machines that share a file system. Every session is a task that leaves its checkpoint in
RESULTS.h5.partial/; then one machine joins them. The results are those of `leverkin analyze` on one machine, the same
bytes but for created_utc and threads.

  SLURM:            python -m leverkin.cluster plan /data/study --out R.h5
                    python -m leverkin.cluster sbatch R.h5.plan.json --tasks 100 | sh
  other schedulers: the same plan; `run R.h5.plan.json --task I --of N` for every I from 0 to N - 1; then
                    `finish R.h5.plan.json`
  Dask:             python -m leverkin.cluster dask /data/study --out R.h5 --scheduler tcp://head:8786
"""
_CODES = """\
exit codes: 0 all done; 1 the machine's fault; 2 wrong usage; 3 bad input, nothing could be analysed; 4 some sessions
failed, the rest is done. Whatever is interrupted can be started again: what is done is not done twice."""


class _Refusal(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _complain(text: object) -> None:
    _say(f"leverkin.cluster: {text}")


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _Refusal(WRONG_USAGE, f"{path}: cannot be read ({error})") from None


def _overrides(given: argparse.Namespace) -> dict[str, str]:
    flags = {"gaps": given.gaps, "tolerance": given.tolerance}
    overrides = {name: value for name, value in flags.items() if value is not None}
    overrides |= {name: "true" for name in ("pairwise", "keep_traces") if getattr(given, name)}
    for text in given.set:
        name, equals, value = text.partition("=")
        if not equals:
            raise _Refusal(WRONG_USAGE, f"--set {text}: expected name=value")
        overrides[name] = value
    return overrides


def _find_sessions(paths: list[str]) -> list[str]:
    for path in paths:
        if not os.path.exists(path):
            raise _Refusal(WRONG_USAGE, f"{path}: no such file or folder")
    try:
        found = _core.find_sessions(paths)
    except _core.BadArgument as error:  # a manifest that cannot be read: the input is bad, not the command
        raise _Refusal(BAD_INPUT, str(error)) from None
    if not found:
        raise _Refusal(BAD_INPUT, f"{paths[0]}: no session files there (.nwb, .h5, .hdf5)")
    return list(found)


def _plan(given: argparse.Namespace) -> int:
    found = _find_sessions(given.paths)
    options = {
        "profile": given.profile,
        "toml": _read(given.config) if given.config else "",
        "toml_origin": given.config or "",
        "overrides": _overrides(given),
        "threads": 0,
        "resume": True,
        "discard_review": False,
        "lever": given.lever,
        "review": _read(given.review) if given.review else "",
        "review_origin": given.review or "",
    }
    job, tasks = _scale.plan(given.paths, given.out, options)
    if not tasks:
        raise _Refusal(BAD_INPUT, "no session could be opened; `leverkin inspect` says what is wrong with a file")
    _scale.make_room(job)
    study = {"folder": os.getcwd(), "paths": given.paths, "out": given.out, "options": options}
    plan = Path(given.out + ".plan.json")
    unfinished = plan.with_name(f"{plan.name}.{os.getpid()}.tmp")
    unfinished.write_text(json.dumps({"schema": _SCHEMA, "study": study, "job": job, "tasks": tasks}, indent=1))
    unfinished.replace(plan)
    _say(f"wrote {plan}: {len(tasks)} sessions; next, in this folder:")
    _say(f"  python -m leverkin.cluster sbatch {shlex.quote(str(plan))} --tasks {min(len(tasks), 100)} | sh")
    if bad := len(found) - len(tasks):
        _complain(f"warning: {bad} of {len(found)} files will fail; `finish` says why")
    return ALL_DONE


def _load(path: str) -> dict[str, Any]:
    """The plan, with this process made alike the one that planned: same folder, same SIMD target."""
    try:
        plan: dict[str, Any] = json.loads(_read(path))
    except json.JSONDecodeError:
        plan = {}
    if not isinstance(plan, dict) or plan.get("schema") != _SCHEMA:
        raise _Refusal(WRONG_USAGE, f"{path}: found another file, expected a plan ({_SCHEMA})")
    try:
        os.chdir(plan["study"]["folder"])
    except OSError as error:
        raise _Refusal(MACHINE_FAILED, f"the folder of the plan: {error} (all machines share a file system)") from None
    os.environ.setdefault("LEVERKIN_KERNELS", plan["job"]["program"]["simd_target"])
    return plan


def _from_environment(given: int | None, *names: str) -> int | None:
    found = [os.environ[name] for name in names if os.environ.get(name, "").isdigit()]
    return given if given is not None else (int(found[0]) if found else None)


def _share(given: argparse.Namespace) -> tuple[int, int]:
    """Which share of how many: as given, or what SLURM says of an array that may begin at any number."""
    task, of = given.task, _from_environment(given.of, "SLURM_ARRAY_TASK_COUNT")
    if task is None and (task := _from_environment(None, "SLURM_ARRAY_TASK_ID")) is not None:
        task -= _from_environment(None, "SLURM_ARRAY_TASK_MIN") or 0
    if task is None or of is None:
        raise _Refusal(WRONG_USAGE, "run: --task I and --of N are missing (in a SLURM array they are known)")
    if not 0 <= task < of:
        raise _Refusal(WRONG_USAGE, f"run: found --task {task} --of {of}; expected 0 <= I < N")
    return task, of


def _run(given: argparse.Namespace) -> int:
    task, of = _share(given)
    plan = _load(given.plan)
    job = plan["job"]
    job["options"]["threads"] = _from_environment(given.threads, "SLURM_CPUS_PER_TASK") or 0
    folder = _scale.checkpoint_folder(job)
    if not os.path.isdir(folder):
        raise _Refusal(MACHINE_FAILED, f"{folder} is not there: finished (then plan again), or another file system")
    ended: Counter[str] = Counter()
    for one in plan["tasks"][task::of]:
        end, reason = _scale.run(job, one)
        ended[end] += 1
        if reason:
            _complain(reason)
    _say(
        f"share {task} of {of}: {ended['made']} sessions done, {ended['there']} were done before, {ended['failed']} "
        f"failed, {ended['lost']} could not be tried"
    )
    if ended["lost"]:
        return MACHINE_FAILED
    if not ended["failed"]:
        return ALL_DONE
    return SOME_FAILED if ended["made"] + ended["there"] else BAD_INPUT


def _tell(results: Results, quiet: bool) -> int:
    for row in results.failed.itertuples():
        _complain(row.error if row.path in row.error else f"{row.path}: {row.error}")
    if not quiet:
        for warning in results.warnings:
            _complain(f"warning: {warning}")
        _say(f"wrote {results.path}: {len(results.sessions)} sessions of {len(results.subjects)} subjects")
    return SOME_FAILED if len(results.failed) else ALL_DONE


def _finish(given: argparse.Namespace) -> int:
    plan = _load(given.plan)
    if unlike := _scale.unlike(plan["job"]):
        raise _Refusal(MACHINE_FAILED, f"{unlike}; finish where they are alike, or plan again")
    study = plan["study"]
    options = study["options"] | {"threads": _from_environment(given.threads, "SLURM_CPUS_PER_TASK") or 0}
    outcome = _core.analyze(study["paths"], study["out"], progress=_counter(given.quiet), **options)
    if outcome.analysed == 0:
        for failed in outcome.failed:
            _complain(failed.error)
        raise _Refusal(BAD_INPUT, "no session could be analysed; no results file was written")
    warnings = list(outcome.warnings)
    if anew := outcome.analysed - outcome.resumed:
        warnings.insert(0, f"sessions without a checkpoint, or changed since, analysed on this machine: {anew}")
    return _tell(Results(study["out"], warnings=warnings), given.quiet)


def _sbatch(given: argparse.Namespace) -> int:
    if given.tasks < 1:
        raise _Refusal(WRONG_USAGE, f"--tasks {given.tasks}: expected at least 1")
    plan = os.path.abspath(given.plan)
    _load(plan)
    call = f"{shlex.quote(sys.executable)} -m leverkin.cluster"
    extra = "".join(f"#SBATCH {text}\n" for text in given.sbatch)
    print(
        f"""\
#!/bin/sh
# {given.tasks} tasks that share the sessions of the plan, then one that joins their results. To be run by sh.
set -eu
array=$(sbatch --parsable <<'JOB'
#!/bin/sh
#SBATCH --job-name=leverkin
#SBATCH --array=0-{given.tasks - 1}
#SBATCH --cpus-per-task={given.cpus}
{extra}exec {call} run {shlex.quote(plan)}
JOB
)
sbatch --dependency="afterany:${{array%%;*}}" <<'JOB'
#!/bin/sh
#SBATCH --job-name=leverkin-finish
#SBATCH --cpus-per-task={given.finish_cpus}
{extra}exec {call} finish {shlex.quote(plan)}
JOB"""
    )
    return ALL_DONE


@contextmanager
def _client(given: argparse.Namespace) -> Any:
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise _Refusal(MACHINE_FAILED, "dask is not installed: pip install 'leverkin[cluster]'") from None
    if given.scheduler is None:
        with (
            LocalCluster(given.local, threads_per_worker=1, dashboard_address=None) as cluster,
            Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = Client(given.scheduler)
    except (OSError, ValueError) as error:
        raise _Refusal(MACHINE_FAILED, f"--scheduler {given.scheduler}: {error}") from None
    with client:
        yield client


def _dask(given: argparse.Namespace) -> int:
    _find_sessions(given.paths)
    overrides = _overrides(given)
    with _client(given) as client:
        results = analyze(
            given.paths, given.out, given.profile, given.threads or 0, config=given.config, set=overrides,
            lever=given.lever, review=given.review, progress=_counter(given.quiet), client=client,
        )  # fmt: skip
    return _tell(results, given.quiet)


def _counter(quiet: bool) -> _scale.Progress | None:
    if quiet or not sys.stderr.isatty():
        return None

    def show(sessions: int, total: int, *_: int) -> None:
        end = "\n" if sessions == total else ""
        print(f"\r{sessions} of {total} sessions", end=end, file=sys.stderr, flush=True)

    return show


def _add_study(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help="session files, folders, or CSV manifests")
    parser.add_argument("--out", required=True, metavar="RESULTS.h5", help="where the results go")
    parser.add_argument("--profile", default="chen2015", metavar="P", help="named set of parameters [chen2015]")
    parser.add_argument("--config", metavar="F.toml", help="parameters from a file")
    parser.add_argument("--set", action="append", default=[], metavar="K=V", help="one parameter; may be repeated")
    parser.add_argument("--gaps", choices=["refuse", "hold"], help="samples that are not numbers [refuse]")
    parser.add_argument("--tolerance", metavar="T", help="largest error of a median correlation [0]")
    parser.add_argument("--pairwise", action="store_true", help="also store r of every pair of movements")
    parser.add_argument("--keep-traces", action="store_true", help="also store the 1 kHz traces")
    parser.add_argument("--review", metavar="DECISIONS.json", help="decisions made by hand in a report page")
    parser.add_argument("--lever", default="", metavar="NAME", help="the lever's series in NWB files")


def _parser() -> argparse.ArgumentParser:
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "python -m leverkin.cluster", description=_ABOUT, epilog=_CODES, formatter_class=plain
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(name: str, action: Any, about: str, more: str = "") -> argparse.ArgumentParser:
        command = commands.add_parser(
            name, help=about, description=f"{about[0].upper()}{about[1:]}. {more}", epilog=_CODES
        )
        command.set_defaults(action=action)
        return command

    plan = add(
        "plan", _plan, "write RESULTS.h5.plan.json: the sessions and how to analyse them",
        "Opens every session once. The SIMD target of this machine becomes that of all; where some machines have less, "
        "set LEVERKIN_KERNELS (AVX2, for example) here.",
    )  # fmt: skip
    _add_study(plan)
    run = add(
        "run", _run, "do one share of a plan: every N-th session from the I-th on",
        "In a SLURM array, I, N and the number of threads are known. A share that was interrupted can be run again.",
    )  # fmt: skip
    run.add_argument("--task", type=int, metavar="I", help="which share, from 0 [SLURM_ARRAY_TASK_ID]")
    run.add_argument("--of", type=int, metavar="N", help="of how many [SLURM_ARRAY_TASK_COUNT]")
    finish = add(
        "finish", _finish, "make the results file from the checkpoints",
        "Sessions without a checkpoint, or changed since, are analysed here; the checkpoints are removed at the end.",
    )  # fmt: skip
    sbatch = add(
        "sbatch", _sbatch, "print a script that submits a SLURM array and the job that finishes it",
        "Look at it, then give it to sh.",
    )  # fmt: skip
    sbatch.add_argument("--tasks", type=int, required=True, metavar="N", help="size of the array")
    sbatch.add_argument("--cpus", type=int, default=1, metavar="N", help="per task of the array [1]")
    sbatch.add_argument("--finish-cpus", type=int, default=4, metavar="N", help="of the last job [4]")
    sbatch.add_argument(
        "--sbatch", action="append", default=[], metavar="TEXT", help="more for sbatch, as --sbatch=--time=1:00:00"
    )
    for command in (run, finish, sbatch):
        command.add_argument("plan", metavar="PLAN", help="what `plan` wrote")
    dask = add(
        "dask", _dask, "analyse on a Dask cluster",
        "The workers need leverkin, of the same version, and the same files.",
    )  # fmt: skip
    _add_study(dask)
    where = dask.add_mutually_exclusive_group(required=True)
    where.add_argument("--scheduler", metavar="ADDRESS", help="of a running cluster, as tcp://head:8786")
    where.add_argument("--local", type=int, metavar="N", help="N processes of this machine")
    for command in (run, finish, dask):
        command.add_argument("--threads", type=int, metavar="N", help="0: one per core [SLURM_CPUS_PER_TASK, or 0]")
    for command in (finish, dask):
        command.add_argument("--quiet", action="store_true", help="say nothing but errors")
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """The command line; returns its exit code."""
    given = _parser().parse_args(words)
    try:
        return int(given.action(given))
    except _Refusal as refusal:
        _complain(refusal)
        return refusal.code
    except KeyboardInterrupt:
        _complain("stopped; what is done is kept")
    except _core.BadArgument as error:
        _complain(error)
        return WRONG_USAGE
    except _core.BadSession as error:
        _complain(error)
        return BAD_INPUT
    except (_core.Error, OSError, MemoryError) as error:
        _complain(error or "out of memory")
    return MACHINE_FAILED


if __name__ == "__main__":
    sys.exit(main())
