"""package.py BUILD DEPS OUT.zip VERSION REVISION EPOCH: what people unzip on the rig. The same builds give the same bytes."""

import pathlib
import re
import subprocess
import sys
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CROSS = "x86_64-w64-mingw32-"
HEADER = ROOT / "include/leverkin/leverkin_c.h"


def matlab_header(text: str) -> str:
    """Prototypes, constants and one opaque struct: nothing that a small preprocessor stumbles over."""
    text = re.sub(r"#if defined\(_WIN32\).*?#endif\n\n", "", text, count=1, flags=re.DOTALL)
    text = re.sub(r"#ifdef __cplusplus\n.*?#endif\n\n", "", text, flags=re.DOTALL)
    return text.replace("LVK_API ", "")


def import_library(definitions: pathlib.Path, out: pathlib.Path) -> bytes:
    """For Microsoft's linker, whose import libraries differ from mingw's in nothing but their name."""
    subprocess.run([CROSS + "dlltool", "--deterministic-libraries", "-m", "i386:x86-64", "-D", "leverkin.dll", "-d", definitions, "-l", out],
                   check=True)
    return out.read_bytes()


def contents(build: pathlib.Path, deps: pathlib.Path, version: str, revision: str) -> dict[str, bytes]:
    readme = (ROOT / "cmake/windows/README.txt").read_text(encoding="utf-8")
    readme = readme.replace("@VERSION@", version).replace("@REVISION@", revision)
    header = HEADER.read_text(encoding="utf-8")
    files = {
        "README.txt": readme.replace("\n", "\r\n").encode(),
        "leverkin.exe": (build / "leverkin.exe").read_bytes(),
        "leverkin.dll": (build / "leverkin.dll").read_bytes(),
        "lib/libleverkin.dll.a": import_library(build / "leverkin.def", build / "libleverkin.dll.a"),
        "lib/leverkin.lib": import_library(build / "leverkin.def", build / "leverkin.lib"),
        "lib/leverkin.def": (build / "leverkin.def").read_bytes(),
        "include/leverkin/leverkin_c.h": header.encode(),
        "include/leverkin_matlab.h": matlab_header(header).encode(),
        "licences/leverkin.txt": (ROOT / "LICENSE").read_bytes(),
        "licences/sources.txt": (ROOT / "cmake/windows/sources.txt").read_bytes(),
    }
    for example in sorted((ROOT / "bindings/c/examples").iterdir()):
        files[f"examples/{example.name}"] = example.read_bytes()
    for licence in sorted((deps / "licences").iterdir()):
        files[f"licences/{licence.name}"] = licence.read_bytes()
    return files


def main() -> None:
    build, deps, out = map(pathlib.Path, sys.argv[1:4])
    version, revision, epoch = sys.argv[4:7]
    made = time.gmtime(int(epoch))[:6]
    out.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in sorted(contents(build, deps, version, revision).items()):
            entry = zipfile.ZipInfo(f"{out.stem}/{name}", made)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data, compresslevel=9)


main()
