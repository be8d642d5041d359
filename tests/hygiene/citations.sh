#!/usr/bin/env bash
# Does every reference in the code lead somewhere? What a comment cites must be in the tree: sections of docs/method.md ("A.5"),
# pages of docs/ and their headings ("docs/formats.md#plain-hdf5": a heading that begins so).
#
#   citations.sh [ROOT]
set -uo pipefail
cd "${1:-$(dirname "$0")/../..}" || exit 2
breaches=0
sources=$(find include engine tools bindings tests bench \( -name node_modules -o -name '__pycache__' \) -prune -o -type f \
  \( -name '*.h' -o -name '*.cpp' -o -name '*.c' -o -name '*.py' -o -name '*.js' -o -name '*.mjs' \) -print | sort)

# breach RULE: what stands on stdin breaks it, if anything does.
breach() {
  local found
  found=$(cat)
  [ -n "$found" ] || return 0
  printf '%s\n    breaks: %s\n' "$found" "$1"
  breaches=$((breaches + 1))
}
# cited PATTERN: "path:line:citation" of every place where it stands in the sources.
cited() { grep -noP "$1" $sources /dev/null; }

# slug of a heading, as in the address of a page
headings() { sed -nE '/^```/,/^```/d; s/^#+ +//p' "$1" | tr '[:upper:]' '[:lower:]' | sed -E 's/[^a-z0-9 _-]//g; s/ /-/g'; }

# One letter and a number, on its own.
sections() {
  cited '(?<![\w.])[A-G]\.\d+(?![\w.]*\d)' | while IFS=: read -r file line item; do
    grep -qE "^\*\*${item/./\\.}( |\*)" docs/method.md || echo "$file:$line: $item"
  done
}
breach "every cited section of the method is in docs/method.md" < <(sections)

pages() {
  cited 'docs/[a-z-]+\.(md|py)(#[\w-]*\w)?' | while IFS=: read -r file line where; do
    page=${where%%#*} heading=${where#"$page"}
    if [ ! -f "$page" ] || { [ -n "$heading" ] && ! headings "$page" | grep -q "^${heading#\#}"; }; then
      echo "$file:$line: $where"
    fi
  done
}
breach "every cited page and heading of docs/ exists" < <(pages)

# Documents from elsewhere cannot be looked up here.
breach "a comment cites what is in the tree: docs/method.md, docs/formats.md" < <(
  grep -nP '(?i:(?<!-)\bcontract\b)|\bALGORITHM\b' $sources /dev/null
)

# leverkin.h: every public C++ header, each after those that it includes itself.
included() { sed -nE 's/^#include "leverkin\/(.*)".*/\1/p' "$1"; }
order=$(included include/leverkin/leverkin.h)
breach "leverkin.h includes every public header" < <(
  find include/leverkin -name '*.h' ! -name leverkin.h ! -name '*_c.h' -printf '%f\n' | grep -vxF "$order"
)
disorder() {
  local header needed
  for header in $order; do
    for needed in $(included "include/leverkin/$header"); do
      awk -v a="$needed" -v b="$header" '$0 == a { seen = 1 } $0 == b && !seen { print b " stands before " a }' <<<"$order"
    done
  done
}
breach "leverkin.h includes in the order in which data flow" < <(disorder)

[ "$breaches" -eq 0 ] || exit 1
printf 'citations: no breach\n'
