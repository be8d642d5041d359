// engine/kernels/each_target.h: a kernel's function on the target in use. For kernels, behind Highway's
// headers.
#pragma once

#include <hwy/highway.h>

#include "kernels/dispatch.h"

/// The function on every target, in the order of kernels::Target; nullptr where it is not compiled.
#define LEVERKIN_KERNEL(function)                                                      \
  constexpr decltype(&HWY_STATIC_DISPATCH(function)) function##_on[] = {               \
      HWY_CHOOSE_AVX3(function), HWY_CHOOSE_AVX2(function), HWY_CHOOSE_SSE4(function), \
      HWY_CHOOSE_NEON(function), HWY_CHOOSE_FALLBACK(function)}

#define LEVERKIN_CHOSEN(function) function##_on[static_cast<std::size_t>(kernels::chosen_target())]
