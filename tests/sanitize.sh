#!/usr/bin/env bash
# The tool and the Python package under the sanitizers: the tests that drive every reader and writer, and the boundary to Python.
#   sanitize.sh BUILD_DIR PYTHON
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(cd "$1" && pwd) python=$2
export UBSAN_OPTIONS=print_stacktrace=1

# What it was killed with is said with status 99, which no test expects.
ASAN_OPTIONS=exitcode=99 LEVERKIN_BINARY=$build/leverkin "$python" -m pytest -q -p no:cacheprovider \
  tests/cli/test_{usage,files,summary,watch,killed,live,convert,export,compare,findings,rig}.py

# The interpreter was not built with the sanitizers: their runtime goes before all else (with the C++ library, whose
# exceptions it watches), its own allocator would hide what is ours, and what it never frees is not our leak.
runtime="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libstdc++.so)"
tests=bindings/python/tests
LD_PRELOAD=$runtime PYTHONMALLOC=malloc ASAN_OPTIONS=detect_leaks=0 PYTHONPATH=$build/bindings/python \
  "$python" -m pytest -q -p no:cacheprovider -p no:faulthandler \
  $tests/test_boundary.py $tests/test_bouts.py $tests/test_correlogram.py $tests/test_kinematics.py $tests/test_session.py \
  $tests/test_golden.py $tests/test_resume.py $tests/test_activity.py $tests/test_other_formats.py
