#!/bin/sh
# symbols.sh LIBRARY HEADER: the library shows the functions of the header, all of them and nothing else.
set -eu
seen=$(nm -D --defined-only "$1" | awk '{print $3}' | sed 's/@.*//' | sort)
declared=$(sed -n 's/.*\b\(lvk_[a-z_]*\)(.*/\1/p' "$2" | grep -v '^lvk_engine$' | sort -u)
declared=$(printf '%s\n' "$declared" | grep -xF "$(grep -o 'LVK_API [^(]*' "$2" | grep -o 'lvk_[a-z_]*$')")
if [ "$seen" != "$declared" ]; then
  printf 'declared:\n%s\nseen:\n%s\n' "$declared" "$seen" >&2
  exit 1
fi
printf '%s functions, nothing else\n' "$(printf '%s\n' "$seen" | wc -l)"
