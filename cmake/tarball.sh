#!/usr/bin/env bash
# dist/leverkin-VERSION.tar.gz: the sources of HEAD, with the page as it was bundled and the revision, so that it builds
# without node, without git and without a network. The same commit gives the same bytes.
#   cmake/tarball.sh BUILD_DIR
set -euo pipefail
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
version=$(sed -nE 's/^project\(leverkin VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)
name=leverkin-$version
mkdir -p dist
git describe --always > "$build/REVISION"
git archive --format=tar --prefix="$name/tools/report/" --add-file="$build/tools/report/report_template.cpp" \
  --prefix="$name/" --add-file="$build/REVISION" HEAD | gzip -n9 > "dist/$name.tar.gz"
echo "dist/$name.tar.gz"
