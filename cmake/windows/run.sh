#!/usr/bin/env bash
# Runs a program for Windows on this machine, in a wine of this tree: cmake/windows/run.sh PROGRAM.exe WORDS...
export WINEPREFIX=${LEVERKIN_WINEPREFIX:-$(cd "$(dirname "$0")/../.." && pwd)/build/windows/wine}
export LC_ALL=C.UTF-8  # file names here are UTF-8
export WINEDEBUG=${WINEDEBUG:--all} WINEDLLOVERRIDES="mscoree,mshtml=d"
mkdir -p "$WINEPREFIX"
for wine in wine64 /usr/lib/wine/wine64 wine; do
  command -v "$wine" >/dev/null && exec "$wine" "$@"
done
echo "no wine here: nothing for Windows can be run" >&2
exit 127
