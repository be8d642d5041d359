"""Which types does NWB define? Makes engine/io/nwb_specifications.cpp anew from the installed pynwb.

    python cmake/make_nwb_specifications.py > engine/io/nwb_specifications.cpp
"""

import json
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import h5py
import pynwb

WIDTH = 96  # of a piece of text, without its quotation marks
HEAD = """// The specifications of NWB as its files carry them, so that a file explains itself: the texts that pynwb {pynwb}
// embeds. Made by cmake/make_nwb_specifications.py; not to be edited.
//
// nwb-schema and hdmf-common-schema: Copyright (c) 2017-2026 and 2019-2026, The Regents of the University of
// California, through Lawrence Berkeley National Laboratory; their licence stands in nwb_specifications.LICENSE.
#include "io/nwb_specifications.h"

namespace leverkin::nwb {{
namespace {{

// clang-format off
"""


def embedded():
    """{(namespace, version, name): text}, in the order of the file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.nwb"
        empty = pynwb.NWBFile("empty", "empty", datetime(2026, 1, 1, tzinfo=timezone.utc))
        with pynwb.NWBHDF5IO(str(path), "w") as io:
            io.write(empty)
        with h5py.File(path) as file:
            return {
                (space, number, name): json.dumps(json.loads(text[()]), separators=(",", ":"))
                for space, versions in file["specifications"].items()
                for number, texts in versions.items()
                for name, text in texts.items()
            }


def main():
    texts = embedded()
    print(HEAD.format(pynwb=version("pynwb")), end="")
    print("constexpr Specification all[] = {")
    for (space, number, name), text in texts.items():
        print(f'    {{"{space}", "{number}", "{name}",')
        for at in range(0, len(text), WIDTH):
            print(f'     R"~({text[at:at + WIDTH]})~"')
        print("    },")
    core = next(number for space, number, _ in texts if space == "core")
    print("};\n// clang-format on\n\n}  // namespace\n")
    print(f'const char* schema_version() {{ return "{core}"; }}\n')
    print("std::span<const Specification> specifications() { return all; }\n\n}  // namespace leverkin::nwb")


if __name__ == "__main__":
    main()
