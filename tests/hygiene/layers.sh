#!/usr/bin/env bash
# Does any file include what its layer must not know, or do what the library must not do?
# The rules are those of ARCHITECTURE.md; each breach is printed as file:line and fails the test.
set -uo pipefail
cd "${1:-$(dirname "$0")/../..}" || exit 2
breaches=0

# forbid RULE PATTERN FILES...: no line of code (comments aside) in FILES may match PATTERN (Perl regex).
forbid() {
  local rule=$1 pattern=$2 file found
  shift 2
  for file in "$@"; do
    [ -f "$file" ] || continue
    found=$(sed -E 's@(^|[[:space:]])//.*@@' "$file" | grep -nP "$pattern") || continue
    while IFS= read -r line; do printf '%s:%s\n    %s\n' "$file" "$line" "$rule"; done <<<"$found"
    breaches=$((breaches + 1))
  done
}

# sources FOLDER...: every C++ file below; except LIST: without those.
sources() { find "$@" \( -name '*.h' -o -name '*.cpp' -o -name '*.c' \) 2>/dev/null | sort; }
except() { grep -vE "$1"; }
includes() { printf '^\\s*#\\s*include\\s*[<"](%s)' "$1"; }

mapfile -t all < <(sources include engine tools bindings tests bench)
mapfile -t engine < <(sources engine)

# folder = layer: who may include whom
forbid "public headers know the standard library and each other (the C header: <stdint.h>)" \
  '^\s*#\s*include\s*("(?!leverkin/)|<(?!stdint\.h>)[^>]*[./])' $(sources include)
forbid "support knows no other layer" "$(includes '(kernels|stages|io|simulate|pipeline)/')" $(sources engine/support)
forbid "kernels know no other layer" "$(includes '(support|stages|io|simulate|pipeline)/')" $(sources engine/kernels)
forbid "stages know support and kernels only: no files, no clock" "$(includes '(io|simulate|pipeline)/|fstream|filesystem|chrono|iostream')" $(sources engine/stages)
forbid "io knows support only" "$(includes '(kernels|stages|simulate|pipeline)/')" $(sources engine/io)
forbid "simulate knows support and io only" "$(includes '(kernels|stages|pipeline)/')" $(sources engine/simulate)
forbid "tools and bindings use the public headers only" "$(includes '(support|kernels|stages|io|simulate|pipeline)/')" $(sources tools bindings)

# third-party fences; version.cpp, which only names versions, is let through those of header-only libraries
versions='engine/pipeline/version.cpp'
forbid "HDF5 only in engine/io (and tests)" "$(includes 'H5|hdf5')" $(printf '%s\n' "${all[@]}" | except '^(engine/io|tests)/')
forbid "FFTW only in engine/support/fftw_plan.cpp" "$(includes 'fftw3')" $(printf '%s\n' "${all[@]}" | except '^(engine/support/fftw_plan.cpp|bench/.*)$')
forbid "Highway only in engine/kernels" "$(includes 'hwy/')" $(printf '%s\n' "${all[@]}" | except '^engine/kernels/')
forbid "Eigen only in engine/stages, tests and bench" "$(includes 'Eigen/')" $(printf '%s\n' "${all[@]}" | except "^(engine/stages/|tests/|bench/|$versions)")
forbid "xtensor only in engine/stages" "$(includes 'x(tensor|tl)/|xtensor')" $(printf '%s\n' "${all[@]}" | except "^(engine/stages/|$versions)")
forbid "a kernel knows Highway and plain C types only: std or Eigen code built for AVX2 would leak into the baseline" \
  "$(includes 'Eigen/|xtensor|fmt/|vector|string|span|algorithm|functional|memory')" \
  $(grep -lE 'foreach_target' $(sources engine/kernels) 2>/dev/null)
with_xtensor=$(grep -lP "$(includes 'xtensor')" $(sources engine/stages) | wc -l)
if [ "$with_xtensor" -gt 1 ]; then
  printf 'engine/stages: xtensor is included in %d files, expected one\n' "$with_xtensor"
  breaches=$((breaches + 1))
fi

# the library lives inside someone else's process
forbid "the library never prints" 'std::(cout|cerr|clog)|(^|[^a-z_n])f?printf *\(|[^a-z_f]f?puts *\(|fmt::print' "${engine[@]}"
forbid "the library never ends the process" '(^|[^a-z_.:>])(std::)?(exit|_Exit|quick_exit|abort|terminate) *\(' "${engine[@]}"
forbid "the library leaves the locale alone" 'setlocale|locale::global' "${engine[@]}"
forbid "only kernels/dispatch.cpp reads the environment" 'getenv' $(printf '%s\n' "${engine[@]}" | except '^engine/kernels/dispatch.cpp$')
forbid "one namespace at a time" '^using namespace' $(sources include engine tools)

if [ "$breaches" -gt 0 ]; then
  exit 1
fi
printf 'layers: %d files, no breach\n' "${#all[@]}"
