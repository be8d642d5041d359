#!/usr/bin/env bash
# Everything of Windows that can be tried on Debian: the C++ tests, the C programs against the DLL and the tool, under wine.
#
#   tests/windows/run.sh [PYTHON]     after Debian's own build in build/
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${1:-.venv/bin/python}
if ! cmake/windows/run.sh --version >/dev/null 2>&1; then
  echo "test-windows: skipped: nothing here runs programs for Windows (Debian: wine64)"
  exit 0
fi
cmake/windows/build.sh all
# One after the other: two programs that find no wine running, and each start one, are in each other's way.
cmake/windows/run.sh wineboot --init >/dev/null 2>&1
ctest --test-dir build/windows/leverkin --output-on-failure --no-tests=error
LEVERKIN_WINDOWS=build/windows/leverkin "$python" -m pytest -q tests/windows
