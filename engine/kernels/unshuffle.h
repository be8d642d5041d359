// engine/kernels/unshuffle.h: HDF5's shuffle filter, backwards.
#pragma once

#include <cstddef>
#include <cstdint>

namespace leverkin::kernels {

/// Shuffled data hold the first bytes of all values, then the second ones, and so on. values[i * size + b] =
/// planes[b * count + i] for values of `size` bytes; the two must not overlap.
void unshuffle(const std::uint8_t* planes, std::size_t size, std::size_t count, std::uint8_t* values);
void unshuffle_scalar(const std::uint8_t* planes, std::size_t size, std::size_t count, std::uint8_t* values);

}  // namespace leverkin::kernels
