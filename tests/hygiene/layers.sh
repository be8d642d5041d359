#!/usr/bin/env bash
# Does any file include what its layer must not know, or do what the library must not do?
# The rules are those of ARCHITECTURE.md; each breach is printed as file:line and fails the test.
#
#   layers.sh [ROOT]
set -uo pipefail
cd "${1:-$(dirname "$0")/../..}" || exit 2
code=$(mktemp)
trap 'rm -f "$code"' EXIT
breaches=0

# Every line of C and C++ without its comment, as "path:line:text".
find include engine tools bindings tests bench \( -name '*.h' -o -name '*.cpp' -o -name '*.c' \) 2>/dev/null | sort |
  xargs awk '{ sub(/(^|[ \t])\/\/.*/, ""); print FILENAME ":" FNR ":" $0 }' >"$code"

# forbid RULE WHERE PATTERN [EXCEPT]: no line of the files whose path starts with WHERE (and not with EXCEPT) may match
# PATTERN. The three are Perl regular expressions.
forbid() {
  local rule=$1 where=$2 pattern=$3 except=${4:-nothing-is-let-through} found
  found=$(grep -P "^($where)" "$code" | grep -vP "^($except)" | grep -P "^[^:]+:\d+:.*?($pattern)") || return 0
  printf '%s\n    breaks: %s\n' "$found" "$rule"
  breaches=$((breaches + 1))
}
including() { printf '#\\s*include\\s*[<"](%s)' "$1"; }
forbid_include() { forbid "$1" "$2" "$(including "$3")" "${4:-nothing-is-let-through}"; }

# folder = layer: the include root of each layer holds what it may see (cmake/leverkin_targets.cmake), so a wrong include
# does not compile (layers_compile.sh); what is left are the public headers, ways around the roots, and the system's files
forbid "public headers know the standard library and each other (the C header: <stdint.h>)" include/ \
  '#\s*include\s*("(?!leverkin/)|<(?!stdint\.h>)[^>]*[./])'
forbid "an include is found from a root, never by climbing" 'include/|engine/|tools/|bindings/' '#\s*include\s*"[^"]*\.\./'
forbid_include "stages know no files and no clock" engine/stages/ 'fstream|filesystem|chrono|iostream'

# third-party fences; version.cpp, which only names versions, is let through those of header-only libraries
versions='engine/pipeline/version.cpp'
forbid_include "HDF5 only in engine/io (and tests)" '' 'H5|hdf5' 'engine/io/|tests/'
forbid_include "FFTW only in engine/support/fftw_plan.cpp" '' 'fftw3' 'engine/support/fftw_plan.cpp|bench/'
forbid_include "Highway only in engine/kernels" '' 'hwy/' 'engine/kernels/'
forbid_include "Eigen only in engine/stages, tests and bench" '' 'Eigen/' "engine/stages/|tests/|bench/|$versions"
forbid_include "xtensor only in engine/stages" '' 'xtensor|xtl/' "engine/stages/|$versions"
forbid_include "a header that costs seconds wherever it is seen belongs in a .cpp" '[^:]+\.h:' 'CLI/|nlohmann/json\.hpp|toml\+\+' \
  'tools/commands/json_text.h|engine/support/toml_text.h'
kernels=$(grep -lP 'foreach_target' engine/kernels/*.cpp 2>/dev/null | paste -sd'|')
forbid_include "a kernel knows Highway and plain C types: std or Eigen code built for AVX2 would leak into the baseline" \
  "${kernels:-no-kernel-yet}" 'Eigen/|xtensor|fmt/|(vector|string|span|algorithm|functional|memory|array|cmath)>'
with_xtensor=$(grep -P "$(including xtensor)" "$code" | grep -P '^engine/stages/' | cut -d: -f1 | sort -u | wc -l)
if [ "$with_xtensor" -gt 1 ]; then
  printf 'engine/stages: xtensor is included in %d files, expected one\n' "$with_xtensor"
  breaches=$((breaches + 1))
fi

# the library lives inside someone else's process
forbid "the library never prints" engine/ 'std::(cout|cerr|clog)\b|(?<![a-z_])f?(printf|puts)\s*\(|fmt::print\b'
forbid "the library never ends the process" engine/ '(?<![A-Za-z_.>])(exit|_Exit|quick_exit|abort|terminate)\s*\('
forbid "the library leaves the locale alone" engine/ 'setlocale|locale::global'
forbid "only kernels/dispatch.cpp reads the environment" engine/ 'getenv' 'engine/kernels/dispatch.cpp'
forbid "names keep their namespace" 'include/|engine/' '\busing namespace\b'

[ "$breaches" -eq 0 ] || exit 1
printf 'layers: %d files, no breach\n' "$(cut -d: -f1 "$code" | sort -u | wc -l)"
