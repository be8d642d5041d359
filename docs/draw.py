"""Runs what the pages show, in the folder of a simulated study: draw.py FOLDER [PICTURES]

Every script of examples/ leaves its picture there, and what it prints as <script>.txt; block N of the tutorial leaves what it
prints as tutorial_N.txt. The pages include these, so what they show is what ran. The pictures go into PICTURES, with
fewer colours: the pages show them also where nothing was built.
"""

import contextlib
import functools
import io
import os
import re
import runpy
import subprocess
import sys
import warnings
from pathlib import Path
from unittest import mock

import matplotlib

import leverkin as lk

DOCS = Path(__file__).parent
TOOL = DOCS.parent / "build"


def scripts() -> list[Path]:
    return sorted((DOCS / "examples").glob("*.py"))


def analyse() -> None:
    """results.h5 and study.h5, in the current folder."""
    lk.analyze("mice", out="results.h5")
    lk.analyze("study.csv", out="study.h5")


def path_with_tool() -> str:
    return f"{TOOL}{os.pathsep}{os.environ['PATH']}"


def run(script: Path) -> None:
    """In the current folder."""
    import matplotlib.pyplot as plt

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), mock.patch.dict(os.environ, PATH=path_with_tool()):
        runpy.run_path(str(script))
    plt.close("all")
    Path(f"{script.stem}.txt").write_text(printed.getvalue(), encoding="utf-8")


def run_tutorial() -> None:
    """Its shell and Python, in order and in the current folder; but for the simulation, which study.py has done."""
    text = (DOCS / "tutorial.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    for number, (language, code) in enumerate(re.findall(r"^```(sh|python)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)):
        printed = io.StringIO()
        if language == "python":
            with contextlib.redirect_stdout(printed):
                exec(compile(code, f"tutorial.md, block {number}", "exec"), names)
        elif "leverkin simulate" not in code:
            done = subprocess.run(code, shell=True, check=True, stdout=subprocess.PIPE, env={**os.environ, "PATH": path_with_tool()})
            printed.write(done.stdout.decode())
        Path(f"tutorial_{number}.txt").write_text(printed.getvalue(), encoding="utf-8")


def publish(pictures: Path) -> None:
    """Those of the current folder, in 256 colours: a quarter of the bytes."""
    from PIL import Image

    pictures.mkdir(exist_ok=True)
    for picture in sorted(Path().glob("*.png")):
        few = Image.open(picture).convert("RGB").quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(pictures / picture.name, optimize=True)


if __name__ == "__main__":
    matplotlib.use("Agg")
    warnings.simplefilter("error")
    warnings.simplefilter("ignore", ResourceWarning)  # temporary results end with their script
    pictures = Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else None
    os.chdir(sys.argv[1])
    lk.simulate = functools.partial(lk.simulate, overwrite=True)  # where an earlier run left its sessions
    analyse()
    run_tutorial()
    for script in scripts():
        run(script)
    if pictures:
        publish(pictures)
