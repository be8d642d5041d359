#!/usr/bin/env bash
# All fuzzers, one after the other, as many processes as there are cores:
#   run.sh BUILD_DIR MINUTES
# What they learn stays in BUILD_DIR/corpus, so a later run goes on from there; an input that ends one lies in BUILD_DIR/found.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$(cd "$1" && pwd) minutes=$2
fuzzers=(texts recordings checkpoints engine hdf5)
# Files that are read once and thrown away do not belong on a disk.
[ -d /dev/shm ] && export TMPDIR=/dev/shm
export UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=detect_leaks=1
mkdir -p "$build/found"
"$build/tests/fuzz/fuzz_seeds" "$build/seeds"
seconds=$(awk -v minutes="$minutes" -v n="${#fuzzers[@]}" 'BEGIN {s = int(60 * minutes / n); print s < 1 ? 1 : s}')
runs=0
for name in "${fuzzers[@]}"; do
  mkdir -p "$build/corpus/$name" "$build/seeds/$name"
  log=$build/$name.log
  # No single input may take 10 s or 1 GiB.
  if ! "$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1500 -malloc_limit_mb=1024 -max_len=16384 \
    -fork="$(nproc)" -ignore_crashes=0 -artifact_prefix="$build/found/$name-" "$build/corpus/$name" "$build/seeds/$name" >"$log" 2>&1; then
    tail -n 60 "$log"
    echo "fuzz_$name: an input ended it; it lies in $build/found" >&2
    exit 1
  fi
  done_runs=$(grep -oE '^#[0-9]+' "$log" | tail -n 1 | tr -d '#')
  printf '%-12s %12s inputs\n' "$name" "${done_runs:-0}"
  runs=$((runs + ${done_runs:-0}))
done
rm -rf "${TMPDIR:-/tmp}"/leverkin-fuzz-*
printf '%-12s %12s inputs, none of them too much\n' all "$runs"
