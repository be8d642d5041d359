#!/usr/bin/env bash
# A wheel in a new environment, with nothing but what it declares: does it import, does the README's Python run?
#   tests/install/wheel.sh WHEEL PYTHON [STUDY]      STUDY: recordings, demo/mice unless given
set -euo pipefail
wheel=$(realpath "$1")
python=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
study=$(realpath "${3:-$root/demo/mice}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PYTHONPATH PYTHONHOME
"$python" -m venv "$work/env"
"$work/env/bin/pip" install -q --disable-pip-version-check "$wheel"
"$work/env/bin/pip" check --disable-pip-version-check
cd "$work"
ln -s "$study" mice
awk '/^```python$/ {inside = 1; next} /^```$/ {inside = 0} inside' "$root/README.md" > readme.py
"$work/env/bin/python" -W error::ImportWarning readme.py
test -s figure1.png
cp figure1.png "${FIGURE:-/dev/null}"
# the command line comes along
"$work/env/bin/leverkin" summary results.h5 --json > summary.json
test -s summary.json
# every library that is not the system's own comes with the wheel
module=$("$work/env/bin/python" -c 'import leverkin._core as core; print(core.__file__)')
if ldd "$module" "$(dirname "$module")/bin/leverkin" | grep -E 'hdf5|fftw|fmt|hwy|curl' | grep -v 'leverkin.libs'; then
  printf 'wheel: libraries from outside\n' >&2
  exit 1
fi
printf 'wheel: %s works with %s\n' "$(basename "$wheel")" "$("$work/env/bin/python" -V)"
