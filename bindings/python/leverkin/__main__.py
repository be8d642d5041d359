"""`python -m leverkin COMMAND`: the commands of `leverkin` that are written in Python, which the program calls."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable

from leverkin import _core

ALL_DONE, MACHINE_FAILED, WRONG_USAGE, BAD_INPUT = 0, 1, 2, 3


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


_COMMANDS: dict[str, Callable[[list[str]], int]] = {"structures": _structures}


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
