#!/usr/bin/env bash
# All fuzzers, one after the other:
#   run.sh BUILD_DIR MINUTES   as many processes as there are cores; what they learn stays in BUILD_DIR/corpus, so a later run
#                              goes on from there
#   run.sh BUILD_DIR quick     about a minute, the same inputs every time
# An input that ends one lies in BUILD_DIR/found.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$(cd "$1" && pwd) wanted=$2
# Files that are read once and thrown away do not belong on a disk.
[ -d /dev/shm ] && export TMPDIR=/dev/shm
export UBSAN_OPTIONS=print_stacktrace=1
limits=(-timeout=20 -rss_limit_mb=1500 -malloc_limit_mb=1024 -max_len=16384)
declare -A quick=([texts]=15000 [recordings]=10000 [checkpoints]=60000 [engine]=300 [hdf5]=700)
mkdir -p "$build/found"
"$build/tests/fuzz/fuzz_seeds" "$build/seeds"
all=0
for name in texts recordings checkpoints engine hdf5; do
  log=$build/$name.log
  if [ "$wanted" = quick ]; then
    how=(-runs="${quick[$name]}" -seed=1 "$build/seeds/$name")
  else
    mkdir -p "$build/corpus/$name"
    seconds=$(awk -v minutes="$wanted" 'BEGIN {s = int(60 * minutes / 5); print s < 1 ? 1 : s}')
    how=(-max_total_time="$seconds" -fork="$(nproc)" "$build/corpus/$name" "$build/seeds/$name")
  fi
  if ! "$build/tests/fuzz/fuzz_$name" "${limits[@]}" -artifact_prefix="$build/found/$name-" "${how[@]}" >"$log" 2>&1; then
    tail -n 60 "$log"
    echo "fuzz_$name: an input ended it; it lies in $build/found" >&2
    exit 1
  fi
  inputs=$(grep -oE '^#[0-9]+' "$log" | tail -n 1 | tr -d '#')
  printf '%-12s %10s inputs\n' "$name" "${inputs:-0}"
  all=$((all + ${inputs:-0}))
done
rm -rf "${TMPDIR:-/tmp}"/leverkin-fuzz-*
printf '%-12s %10s inputs; none crashed, hung or took memory without end\n' all "$all"
