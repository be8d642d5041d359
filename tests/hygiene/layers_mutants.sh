#!/usr/bin/env bash
# Would layers.sh notice? Each mutant is the source tree plus one line that breaks one rule; all must be caught.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
missed=0

copy_tree() { rm -rf "$work/tree" && mkdir -p "$work/tree" && cp -r "$root/include" "$root/engine" "$work/tree/"; }

mutant() {  # mutant FILE LINE
  copy_tree
  mkdir -p "$work/tree/$(dirname "$1")"
  printf '%s\n' "$2" >>"$work/tree/$1"
  if "$here/layers.sh" "$work/tree" >/dev/null; then
    printf 'not noticed: %s in %s\n' "$2" "$1"
    missed=$((missed + 1))
  fi
}

copy_tree
"$here/layers.sh" "$work/tree" || exit 1  # otherwise a mutant is caught for the wrong reason

mutant include/leverkin/trace.h '#include <fmt/core.h>'
mutant include/leverkin/trace.h '#include "support/thread_pool.h"'
mutant engine/stages/extra.cpp '#include "../io/hdf5.h"'
mutant tools/extra.cpp '#include "../engine/io/hdf5.h"'
mutant engine/stages/extra.cpp '#include <fstream>'
mutant engine/stages/extra.cpp '#include <H5Cpp.h>'
mutant engine/io/extra.cpp '#include <fftw3.h>'
mutant engine/stages/extra.cpp '#include <hwy/highway.h>'
mutant engine/io/extra.cpp '#include <Eigen/Dense>'
mutant engine/pipeline/extra.cpp '#include <xtensor/xtensor.hpp>'
mutant engine/stages/extra.cpp 'void f() { std::cout << 1; }'
mutant engine/stages/extra.cpp 'void f() { printf("x"); }'
mutant engine/stages/extra.cpp 'void f() { std::abort(); }'
mutant engine/io/extra.cpp 'void f() { exit(1); }'
mutant engine/io/extra.cpp 'const char* home = std::getenv("HOME");'

mutant tools/extra.h '#include <CLI/CLI.hpp>'
mutant engine/io/extra.h '#include <nlohmann/json.hpp>'

mutant include/leverkin/trace.h 'using namespace std;'
mutant engine/stages/extra.cpp '#include <xtensor/xtensor.hpp>'

[ "$missed" -eq 0 ] && echo 'layers: every mutant was caught'
