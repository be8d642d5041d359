"""What is in a program of leverkin: an SPDX 2.3 list of the Debian packages that it is linked with.

    python3 cmake/sbom.py build/leverkin > leverkin.spdx.json

Shared libraries are those that the loader finds; what is linked in as an archive or compiled in from headers is named in
cmake/debian-packages.txt. Nothing is asked of the network: versions are those that are installed here.
"""

import datetime
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

# Compiled in: headers only, or archives where there are some (cmake/leverkin_dependencies.cmake).
COMPILED_IN = ["libcli11-dev", "libeigen3-dev", "libxtensor-dev", "nlohmann-json3-dev", "libhdf5-dev"]


def said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def shared_libraries(program: Path) -> list[str]:
    return sorted(set(re.findall(r"=> (/\S+)", said("ldd", str(program)))))


def package_of(file: str) -> str | None:
    for path in (file, str(Path(file).resolve()), file.removeprefix("/usr")):
        found = subprocess.run(["dpkg-query", "--search", path], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    return None


def version_of(package: str) -> str | None:
    found = subprocess.run(["dpkg-query", "--show", "--showformat=${Version}", package], capture_output=True, text=True)
    return found.stdout if found.returncode == 0 and found.stdout else None


def entry(name: str, version: str) -> dict[str, object]:
    return {
        "SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name),
        "name": name,
        "versionInfo": version,
        "supplier": "Organization: Debian",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "externalRefs": [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": f"pkg:deb/debian/{name}@{version}",
            }
        ],
    }


def bill(program: Path) -> dict[str, object]:
    facts = json.loads(said(str(program), "--version", "--json"))
    linked = {package for file in shared_libraries(program) if (package := package_of(file))}
    packages = [entry(name, version) for name in sorted(linked | set(COMPILED_IN)) if (version := version_of(name))]
    checksum = hashlib.sha256(program.read_bytes()).hexdigest()
    own = {
        "SPDXID": "SPDXRef-leverkin",
        "name": "leverkin",
        "versionInfo": facts["version"],
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseDeclared": "BSD-3-Clause",
        "licenseConcluded": "GPL-2.0-or-later",  # of the program as it is linked, with FFTW
        "checksums": [{"algorithm": "SHA256", "checksumValue": checksum}],
    }
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"leverkin-{facts['version']}",
        "documentNamespace": f"urn:leverkin:{facts['version']}:{checksum}",
        "creationInfo": {
            "created": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": ["Tool: cmake/sbom.py"],
        },
        "packages": [own, *packages],
        "relationships": [
            {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-leverkin"},
            *(
                {"spdxElementId": "SPDXRef-leverkin", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": one["SPDXID"]}
                for one in packages
            ),
        ],
    }


if __name__ == "__main__":
    json.dump(bill(Path(sys.argv[1])), sys.stdout, indent=2)
    print()
