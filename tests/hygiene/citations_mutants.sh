#!/usr/bin/env bash
# Would citations.sh notice? Each mutant is the tree plus one line that breaks one rule; all must be caught.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
missed=0

copy_tree() {
  rm -rf "$work/tree" && mkdir -p "$work/tree/docs"
  cp -r "$root/include" "$root/engine" "$work/tree/" && cp "$root"/docs/*.md "$root"/docs/*.py "$work/tree/docs/"
  mkdir -p "$work/tree"/{tools,bindings,tests,bench}
}
noticed() {  # noticed WHAT
  "$here/citations.sh" "$work/tree" >/dev/null || return 0
  printf 'not noticed: %s\n' "$1"
  missed=$((missed + 1))
}
mutant() {  # mutant FILE LINE
  copy_tree
  printf '%s\n' "$2" >>"$work/tree/$1"
  noticed "$2 in $1"
}

copy_tree
"$here/citations.sh" "$work/tree" || exit 1  # otherwise a mutant is caught for the wrong reason

mutant engine/stages/bouts/segment.cpp '// B.77: bouts that touch a border'
mutant tools/extra.py '"""as docs/missing-page.md says"""'
mutant bench/extra.h '/// docs/formats.md#no-such-heading'
mutant tests/extra.cpp "// CONTRACT, session files"
mutant engine/io/extra.cpp "// see ALGORITHM"
mutant include/leverkin/extra.h '#pragma once'
copy_tree
sed -i '/leverkin\/bouts.h/d' "$work/tree/include/leverkin/leverkin.h" && echo '#include "leverkin/bouts.h"' >>"$work/tree/include/leverkin/leverkin.h"
noticed "bouts.h after movements.h"

[ "$missed" -eq 0 ] && echo 'citations: every mutant was caught'
