// engine/support/index.h: where in an array is that sample?
#pragma once

#include <cstddef>
#include <cstdint>

namespace leverkin {

/// Of a sample that is in the array: samples are counted with a sign, so that one may lie before the first.
constexpr std::size_t index(std::int64_t sample) { return static_cast<std::size_t>(sample); }

}  // namespace leverkin
