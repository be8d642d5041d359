#!/bin/sh
# header.sh CC INCLUDE: the header is C for the strictest compilers, and holds nothing that loadlibrary of MATLAB cannot
# read: it takes prototypes, #define constants and opaque structs, but no inline functions, no function pointers and no
# comments of C++.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
header=$2/leverkin/leverkin_c.h
for standard in c89 c99 c11; do
  printf '#include <leverkin/leverkin_c.h>\nint main(void) { return lvk_abi_version(); }\n' >"$work/one.c"
  # C89 knows no 64-bit integers; the system's <stdint.h> is let through by -Wno-long-long.
  "$1" -std=$standard -pedantic-errors -Wall -Wextra -Werror -Wno-long-long -I "$2" -c "$work/one.c" -o "$work/one.o"
done
for forbidden in '//' 'inline' '(\*' 'union' '\.\.\.' 'bool'; do
  if sed 's|/\*.*\*/||; /^\/\*/,/\*\/$/d' "$header" | grep -n -- "$forbidden"; then
    echo "leverkin_c.h: found '$forbidden' outside comments" >&2
    exit 1
  fi
done
echo "leverkin_c.h: strict C89, C99 and C11"
