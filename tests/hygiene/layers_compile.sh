#!/usr/bin/env bash
# layers_compile.sh COMPILER ROOTS PUBLIC: does an include that its layer must not know fail to compile, and one that it may
# know compile? ROOTS is the folder with an include root per layer, PUBLIC that of the public headers.
set -uo pipefail
compiler=$1 roots=$2 public=$3
wrong=0

compiles() { printf '#include "%s"\n' "$2" | "$compiler" -std=c++20 -fsyntax-only -x c++ -I "$1" - >/dev/null 2>&1; }

may() {  # may LAYER INCLUDE
  compiles "$roots/$1" "$2" || { printf '%s cannot include %s\n' "$1" "$2"; wrong=1; }
}
must_not() {  # must_not LAYER INCLUDE
  compiles "$roots/$1" "$2" && { printf '%s can include %s\n' "$1" "$2"; wrong=1; }
}

may support leverkin/error.h
must_not support kernels/volts.h
must_not kernels support/thread_pool.h
may stages kernels/volts.h
may stages support/thread_pool.h
must_not stages io/input_hash.h
must_not stages pipeline/plan.h
may io kernels/volts.h
must_not io stages/bouts/refine.h
must_not io pipeline/plan.h
must_not simulate stages/bouts/refine.h
must_not simulate kernels/volts.h
may pipeline stages/bouts/refine.h
may pipeline io/input_hash.h
must_not pipeline simulate/mouse.h
compiles "$public" leverkin/leverkin.h || { echo "the public headers do not compile"; wrong=1; }
compiles "$public" support/thread_pool.h && { echo "tools and bindings can include support"; wrong=1; }

[ "$wrong" -eq 0 ] && echo "layers: the compiler keeps them"
exit "$wrong"
