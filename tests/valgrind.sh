#!/usr/bin/env bash
# The C++ tests, the tool and the Python binding under valgrind's memcheck, which sees what the sanitizers do not: values that
# were never set. Takes hours: each test is 30 to 100 times slower.
#   valgrind.sh BUILD_DIR PYTHON [GTEST_FILTER]
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(cd "$1" && pwd)
python=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
tests=$PWD/bindings/python/tests
common=(valgrind --quiet --error-exitcode=99 --show-mismatched-frees=no --suppressions="$PWD/tests/valgrind.supp")
memcheck() {
  "${common[@]}" --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite "$@"
}

forks=Results.LeaveNothingBehindOnAFullDisk  # in which what threads hold is lost, so it runs before there are any
memcheck "$build/tests/leverkin_tests" --gtest_brief=1 --gtest_filter="$forks"

# Not those that put an allocator, a limit of memory or a fork of their own in the way, nor those that compare with long
# doubles: valgrind's have 64 bits.
memcheck "$build/tests/leverkin_tests" --gtest_brief=1 \
  --gtest_filter="${3:-*}:-FailingAllocations.*:CountedAllocations.*:*Fork*:*NeverAllocates*:$forks:\
CertifiedCorrelogram.KeepsItsBounds*:Correlogram.GivesTheSamePairsOfRowsThatAreZeroNearlyEverywhere"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
tool() {
  echo "leverkin $*"
  memcheck "$build/leverkin" "$@" >out.txt || { cat out.txt; exit 1; }
}
tool simulate --out mice --animals 1 --sessions 2 --minutes 2 --rate 1000 --format hdf5 --quiet
session=$(find mice -name '*_01.h5')
tool inspect "$session"
tool inspect "$session" --suggest-rig
tool convert "$session" --out session.nwb --quiet
tool analyze mice --out results.h5 --keep-traces --pairwise --nwb nwb --quiet
tool analyze mice --out leverkin.h5 --profile leverkin --quiet
tool summary results.h5
tool summary "$session" --no-history
tool report results.h5 --out page.html --quiet
tool export results.h5 --out tables --format csv
tool reproduce results.h5
tool compare mice --profiles chen2015,leverkin
tool sweep mice --set gap_ms=300,400 --out sweep.h5 --quiet
tool validate --minutes 1 --profile leverkin
tool doctor

# What goes through the binding; the others start processes or draw. Python frees little before it ends: no leaks here.
cd "$tests"
# One thread of OpenBLAS: valgrind runs one at a time, and those that wait for work would spin.
OPENBLAS_NUM_THREADS=1 PYTHONMALLOC=malloc PYTHONPATH="$build/bindings/python" "${common[@]}" --suppressions=/usr/lib/valgrind/python3.supp \
  "$python" -m pytest -q -p no:cacheprovider test_{activity,beside_lever,boundary,bouts,correlogram,imaging,import,kinematics}.py \
  test_{result_findings,results,session,session_result,simulated_imaging,stats,structures,tables_file,values}.py
echo "clean"
