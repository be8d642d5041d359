#!/usr/bin/env bash
# Is every C++ file laid out by .clang-format? With --fix: make it so.
set -euo pipefail
cd "$(dirname "$0")/../.."
mapfile -t files < <(find include engine tools bindings tests bench sample-sessions \
  \( -name '*.h' -o -name '*.cpp' -o -name '*.c' \) 2>/dev/null | sort)
if [ "${1:-}" = --fix ]; then
  clang-format -i "${files[@]}"
else
  clang-format --dry-run -Werror "${files[@]}"
  echo "${#files[@]} files are laid out as .clang-format says"
fi
