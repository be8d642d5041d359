#!/bin/sh
# signatures.sh PROJECT: Leverkin.cs and engine.py declare every function of the header, with as many parameters.
set -eu
cd "$1"
failed=0
list=$(mktemp)
trap 'rm -f "$list"' EXIT
tr '\n' ' ' <include/leverkin/leverkin_c.h | grep -o 'LVK_API [^;]*;' | while read -r line; do
  name=$(printf '%s' "$line" | grep -o 'lvk_[a-z_]*(' | head -1 | tr -d '(')
  arguments=$(printf '%s' "$line" | sed 's/.*(\(.*\)).*/\1/')
  count=$(printf '%s' "$arguments" | awk -F, '{print ($0 == "void") ? 0 : NF}')
  printf '%s %s\n' "$name" "$count"
done >"$list"
while read -r name count; do
  cs=$(tr '\n' ' ' <bindings/c/examples/Leverkin.cs | grep -o "$name([^)]*)" | head -1 | sed 's/.*(\(.*\))/\1/' |
    sed 's/\[[^]]*\]//g' | awk -F, '{print ($0 ~ /^ *$/) ? 0 : NF}')
  py=$(tr '\n' ' ' <bindings/c/examples/engine.py | grep -o "\"$name\": \[[^]]*\]" | sed 's/.*\[\(.*\)\]/\1/' |
    awk -F, '{print ($0 ~ /^ *$/) ? 0 : NF}')
  if [ "$cs" != "$count" ] || [ "$py" != "$count" ]; then
    echo "$name: $count parameters in the header, ${cs:-none} in Leverkin.cs, ${py:-none} in engine.py" >&2
    failed=1
  fi
done <"$list"
wc -l <"$list"

exit "$failed"
