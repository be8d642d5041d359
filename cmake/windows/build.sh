#!/usr/bin/env bash
# The zip for Windows, dist/leverkin-VERSION-windows-x64.zip; with "all" also every test, in build/windows/leverkin.
set -euo pipefail
cd "$(dirname "$0")/../.."
cmake/windows/libraries.sh
build=build/windows/leverkin
log=build/windows/configure.log
cmake --preset windows >"$log" 2>&1 || { tail -n 20 "$log"; exit 1; }
if [ "${1:-}" = all ]; then
  cmake --build "$build"
else
  cmake --build "$build" --target leverkin_tool leverkin_shared
fi
version=$(sed -n 's/^project(leverkin VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
revision=$(git describe --always --dirty 2>/dev/null || echo unknown)
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 315532800)}
zip=dist/leverkin-$version-windows-x64.zip
python3 cmake/windows/package.py "$build" build/windows/deps "$zip" "$version" "$revision" "$epoch"
echo "$zip"
