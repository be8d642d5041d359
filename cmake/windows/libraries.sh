#!/usr/bin/env bash
# Builds the third-party libraries for Windows into build/windows/deps, once: again only where this script, the list of their
# sources, a patch or the compiler has changed. Says one line per step; the rest is in build/windows/libraries.log.
# What was built is kept for the next clone, in LEVERKIN_WINDOWS_DEPS or the folder of caches of whoever runs this.
#   libraries.sh          makes them
#   libraries.sh --kept   exits 0 where that takes seconds, as they are here or kept
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
build=$PWD/build/windows
deps=$build/deps log=$build/libraries.log

compiler=$(x86_64-w64-mingw32-gcc-posix --version 2>/dev/null) || compiler=
key=$({ cat "$here"/{libraries.sh,sources.txt,toolchain.cmake,hdf5-answers.cmake,*.patch,math/*}; echo "$compiler"; } | sha256sum | cut -c1-16)
kept=${LEVERKIN_WINDOWS_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/leverkin/windows}/$key.tar
is_here() { [ "$(cat "$deps/.made-from" 2>/dev/null)" = "$key" ]; }
if [ "${1:-}" = --kept ]; then
  is_here || [ -f "$kept" ]
  exit
fi
is_here && exit 0
rm -rf "$deps"
mkdir -p "$build/downloads"
if [ -f "$kept" ]; then
  tar -xf "$kept" -C "$build"
  exit 0
fi

: >"$log"
step="libraries for Windows"
. cmake/quietly.sh

# apt fetches sources where it is told of them: this machine's own list of packages is read once more, as a list of sources,
# in folders of ours. Nothing of the machine is changed, and nobody needs to be root.
apt_of_ours() {
  apt-get -q -o Dir::Etc::SourceList="$build/apt/sources.list" -o Dir::Etc::SourceParts="$build/apt/parts" \
    -o Dir::State::Lists="$build/apt/lists" -o Dir::Cache="$build/apt/cache" -o APT::Sandbox::User="$(id -un)" "$@"
}

list_sources() {
  mkdir -p "$build"/apt/{parts,lists/partial,cache/archives/partial}
  sed -n 's/^deb /deb-src /p' /etc/apt/sources.list 2>/dev/null >"$build/apt/sources.list" || true
  for part in /etc/apt/sources.list.d/*; do
    case $part in
      *.list) sed -n 's/^deb /deb-src /p' "$part" >"$build/apt/parts/${part##*/}" ;;
      *.sources) sed 's/^Types:.*/Types: deb-src/' "$part" >"$build/apt/parts/${part##*/}" ;;
    esac
  done
  apt_of_ours update
}

is_whole() { echo "$2  $build/downloads/$1" | sha256sum --quiet --check - >/dev/null 2>&1; }

fetch() {
  local listed=
  while read -r package file sum; do
    is_whole "$file" "$sum" && continue
    [ -n "$listed" ] || list_sources
    listed=yes
    (cd "$build/downloads" && rm -f "$file" && apt_of_ours source --download-only --tar-only "$package")
    is_whole "$file" "$sum" || { echo "$file: not the file whose SHA-256 is in sources.txt"; return 1; }
  done < <(grep -v '^#' "$here/sources.txt")
}

unpack() {
  rm -rf "$build/src"
  while read -r package file _; do
    mkdir -p "$build/src/$package"
    tar -xf "$build/downloads/$file" -C "$build/src/$package" --strip-components=1
    [ ! -f "$here/$package.patch" ] || patch -d "$build/src/$package" -p1 --no-backup-if-mismatch <"$here/$package.patch"
  done < <(grep -v '^#' "$here/sources.txt")
}

jobs=-j$(nproc)
cross=x86_64-w64-mingw32
c_flags="-O2 -D_FILE_OFFSET_BITS=64 -D_WIN32_WINNT=0x0A00 -ffile-prefix-map=$build=."

# with_cmake NAME OPTIONS...: from the folder of that name, or its folder $folder.
with_cmake() {
  local name=$1
  shift
  rm -rf "$build/obj/$name"
  mkdir -p "$build/obj/$name"
  [ "$name" != hdf5 ] || printf '21;0;' >"$build/obj/hdf5/pac_Cconftest.out"  # digits of long double; no __float128
  cmake -G Ninja -S "$build/src/$name/${folder:-}" -B "$build/obj/$name" -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" \
    -DCMAKE_INSTALL_PREFIX="$deps" -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF "$@" &&
    cmake --build "$build/obj/$name" $jobs && cmake --install "$build/obj/$name"
}

# Configured as Debian's is: the same transforms in the same order give the same bits. It keeps its flags as a text, so there
# is no path of this machine in them.
build_fftw3() {
  rm -rf "$build/obj/fftw3"
  mkdir -p "$build/obj/fftw3"
  cd "$build/obj/fftw3" || return
  ../../src/fftw3/configure --host=$cross --prefix="$deps" --enable-sse2 --enable-avx --with-our-malloc --disable-fortran \
    --disable-doc --disable-shared CC=$cross-gcc-posix CFLAGS="-O2" &&
    make $jobs -s && make -s install
}

build_libdeflate() {
  make -C "$build/src/libdeflate" $jobs -s CC=$cross-gcc-posix AR=$cross-ar CFLAGS="$c_flags" libdeflatestatic.lib &&
    install -D -m 644 "$build/src/libdeflate/libdeflatestatic.lib" "$deps/lib/libdeflate.a" &&
    install -D -m 644 -t "$deps/include" "$build/src/libdeflate/libdeflate.h"
}

build_liblzf() {
  cd "$build/src/liblzf" || return
  $cross-gcc-posix $c_flags -c lzf_c.c lzf_d.c && $cross-ar crsD "$deps/lib/liblzf.a" lzf_c.o lzf_d.o &&
    install -m 644 -t "$deps/include" lzf.h
}

build_hdf5() {
  CFLAGS="-w" with_cmake hdf5 -C "$here/hdf5-answers.cmake" -DHDF5_BUILD_CPP_LIB=ON \
    -DHDF5_BUILD_HL_LIB=ON -DHDF5_BUILD_TOOLS=OFF -DHDF5_BUILD_EXAMPLES=OFF -DBUILD_TESTING=OFF -DHDF5_ENABLE_Z_LIB_SUPPORT=ON \
    -DHDF5_GENERATE_HEADERS=OFF -DHDF5_ENABLE_EMBEDDED_LIBINFO=OFF -DZLIB_INCLUDE_DIR=/usr/$cross/include -DZLIB_LIBRARY=/usr/$cross/lib/libz.a
}

# The functions of glibc's libm that our numbers depend on: see math/dispatch.c. Each file twice where glibc has it twice.
build_math() {
  local libm=$build/src/glibc/sysdeps/ieee754 out=$build/obj/glibc compile
  rm -rf "$out" && mkdir -p "$out/include" || return
  for header in math_private fenv_private math-underflow libm-alias-double libm-alias-ldouble libm-alias-finite math-svid-compat \
    math-barriers math-narrow-eval math-use-builtins nan-high-order-bit endian libc-diag; do
    echo '#include "shim.h"' >"$out/include/$header.h"
  done
  compile="$cross-gcc-posix -std=gnu11 -O2 -fno-math-errno -frounding-math -fno-builtin $c_flags -I$out/include -I$here/math -I$libm/dbl-64"
  in_form() {  # in_form SUFFIX FLAGS...
    local suffix=$1 name
    shift
    $compile "$@" -D__sin=glibc_sin_$suffix -D__cos=glibc_cos_$suffix -c "$libm/dbl-64/s_sin.c" -o "$out/sin_$suffix.o" || return
    for name in s_sincos:sincos s_tan:tan e_exp:exp e_log:log e_pow:pow s_expm1:expm1; do
      $compile "$@" -D__${name#*:}=glibc_${name#*:}_$suffix -c "$libm/dbl-64/${name%:*}.c" -o "$out/${name#*:}_$suffix.o" || return
    done
  }
  in_form sse2 && in_form fma -mfma -mavx2 &&
    $compile -ffp-contract=off -c "$libm/dbl-64/branred.c" -o "$out/branred.o" &&
    for file in dbl-64/{sincostab,e_exp_data,e_log_data,e_pow_log_data,math_err,e_hypot,k_rem_pio2} \
      ldbl-96/{s_sinl,s_cosl,k_sinl,k_cosl,t_sincosl,e_rem_pio2l}; do
      $compile -D__hypot=glibc_hypot -D__sinl=glibc_sinl -D__cosl=glibc_cosl -c "$libm/$file.c" \
        -o "$out/${file#*/}.o" || return
    done &&
    $compile -c "$here/math/dispatch.c" -o "$out/dispatch.o" && $cross-ar crsD "$deps/lib/libglibcmath.a" "$out"/*.o
}

build_googletest() {
  mkdir -p "$build/src/googletest"
  cp -r /usr/src/googletest/. "$build/src/googletest"
  with_cmake googletest -DBUILD_GMOCK=OFF -Dgtest_disable_pthreads=OFF
}

# Header-only libraries are those of this machine. /usr/include itself must not be seen: the rest of it is for Debian.
link_headers() {
  for name in eigen3 xtensor xtl xsimd toml++ nlohmann CLI; do
    [ ! -e "/usr/include/$name" ] || ln -sfn "/usr/include/$name" "$deps/include/$name"
  done
}

copy_licences() {
  local to=$deps/licences package doc=/usr/share/doc
  mkdir -p "$to"
  for package in fftw3/COPYING fmtlib/LICENSE.rst glibc/COPYING.LIB hdf5/COPYING highway/LICENSE libdeflate/COPYING \
    liblzf/LICENSE xxhash/LICENSE; do
    cp "$build/src/$package" "$to/${package%/*}.txt" || return
  done
  for package in libz-mingw-w64-dev mingw-w64-common gcc-mingw-w64-base libeigen3-dev libxtensor-dev nlohmann-json3-dev \
    libtomlplusplus-dev libcli11-dev; do
    cp "$doc/$package/copyright" "$to/$package.txt" || return
  done
}

quietly "fetching sources" fetch
quietly "unpacking" unpack
mkdir -p "$deps"/{include,lib}
quietly "fmt" with_cmake fmtlib -DFMT_TEST=OFF -DFMT_DOC=OFF
quietly "Highway" with_cmake highway -DBUILD_TESTING=OFF -DHWY_ENABLE_TESTS=OFF -DHWY_ENABLE_EXAMPLES=OFF -DHWY_ENABLE_CONTRIB=OFF
folder=cmake_unofficial quietly "xxHash" with_cmake xxhash -DXXHASH_BUILD_XXHSUM=OFF -DDISPATCH=ON
quietly "libdeflate" build_libdeflate
quietly "lzf" build_liblzf
quietly "googletest" build_googletest
quietly "mathematical functions" build_math
quietly "FFTW (a few minutes)" build_fftw3
quietly "HDF5 (a few minutes)" build_hdf5
quietly "headers" link_headers
quietly "licences" copy_licences
echo "$key" >"$deps/.made-from"
rm -rf "$build/obj" "$build/src"
mkdir -p "${kept%/*}" && tar -cf "$kept.new" -C "$build" deps && mv "$kept.new" "$kept"
