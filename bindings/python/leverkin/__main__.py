"""`python -m leverkin COMMAND`: the commands of `leverkin` that are written in Python, which the program calls."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable

from leverkin import _core

ALL_DONE, MACHINE_FAILED, WRONG_USAGE, BAD_INPUT, SOME_FAILED = 0, 1, 2, 3, 4


def _structures(arguments: list[str]) -> int:
    from leverkin import structures
    from leverkin.structures._commands import told

    parser = argparse.ArgumentParser("leverkin structures", add_help=False)
    parser.add_argument("table")
    parser.add_argument("--out", required=True)
    parser.add_argument("--order", default="gaps")
    parser.add_argument("--denominator", default="previous")
    parser.add_argument("--span", action="store_true")
    parser.add_argument("--new-sessions", default="2,3")
    parser.add_argument("--remaining-session", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quiet", action="store_true")
    given = parser.parse_args(arguments)
    found = structures.write(
        given.table, given.out, order=given.order, denominator=given.denominator, span=given.span,
        new_sessions=given.new_sessions.split(","), remaining_session=given.remaining_session,
    )  # fmt: skip
    if given.json:
        print(json.dumps(told(found)))
    elif not given.quiet:
        print(told(found).text)
    return ALL_DONE


def _stages(texts: list[str]) -> dict[str, list[str]] | None:
    """"early=1,2,3" and so on."""
    for text in texts:
        if "=" not in text:
            raise _core.BadArgument(f"--stage: found {text!r}, expected NAME=N,N,...")
    return {name: numbers.split(",") for name, _, numbers in (text.partition("=") for text in texts)} or None


def _activity(arguments: list[str]) -> int:
    from leverkin import activity
    from leverkin.activity._commands import told

    parser = argparse.ArgumentParser("leverkin activity", add_help=False)
    parser.add_argument("results")
    parser.add_argument("paths", nargs="*")
    parser.add_argument("--out", required=True)
    for name, fallback in (("imaging", ""), ("profile", "leverkin"), ("events", "peters2017"), ("frame-surplus", "end")):
        parser.add_argument(f"--{name}", default=fallback)
    parser.add_argument("--from", type=float, default=0.0, dest="start_s")
    parser.add_argument("--to", type=float, default=2.0, dest="stop_s")
    for name, number in (("shuffles", 10_000), ("seed", 0), ("threads", 0)):
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--stage", action="append", default=[])
    for name in ("same-cells", "pairwise", "json", "quiet"):
        parser.add_argument(f"--{name}", action="store_true")
    given = parser.parse_args(arguments)
    found = activity.analyze(
        given.results, given.paths, given.out, imaging=given.imaging, window_s=(given.start_s, given.stop_s),
        profile=given.profile, events=given.events, shuffles=given.shuffles, seed=given.seed,
        stages=_stages(given.stage), same_cells=given.same_cells, pairwise=given.pairwise,
        frame_surplus=given.frame_surplus, threads=given.threads,
    )  # fmt: skip
    for failure in found.failed.itertuples():
        print(f"leverkin: {failure.subject} {failure.session}: {failure.error}", file=sys.stderr)
    if given.json:
        print(json.dumps(told(found)))
    elif not given.quiet:
        print(told(found).text)
    return SOME_FAILED if len(found.failed) else ALL_DONE


def _simulate_imaging(arguments: list[str]) -> int:
    """What `leverkin simulate --imaging` adds to the files that it has made."""
    from leverkin import activity

    parser = argparse.ArgumentParser("leverkin simulate", add_help=False)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--seed", type=int, default=1)
    for name in ("tuned", "reliability", "jitter", "coupling", "gain"):
        parser.add_argument(f"--{name}", type=float)
    for name in ("cells", "lost-frames", "surplus-pulses"):
        parser.add_argument(f"--{name}", type=int)
    given = {name: value for name, value in vars(parser.parse_args(arguments)).items() if value is not None}
    if "jitter" in given:
        given["jitter_s"] = given.pop("jitter")
    activity.simulate(given.pop("files"), **given)
    return ALL_DONE


_COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "activity": _activity,
    "simulate-imaging": _simulate_imaging,
    "structures": _structures,
}


def main(arguments: list[str]) -> int:
    """The exit codes are those of the program (docs/formats.md)."""
    name = arguments[0] if arguments else ""
    if name not in _COMMANDS:
        print(f"leverkin: found {name!r}, expected one of {', '.join(_COMMANDS)}", file=sys.stderr)
        return WRONG_USAGE
    try:
        return _COMMANDS[name](arguments[1:])
    except _core.BadArgument as problem:
        code, text = WRONG_USAGE, problem
    except (_core.BadSession, ValueError) as problem:
        code, text = BAD_INPUT, problem
    except OSError as problem:
        code, text = MACHINE_FAILED, problem
    print(f"leverkin: {text}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
