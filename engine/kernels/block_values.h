// engine/kernels/block_values.h: which values of r belong to a block, and which may be its median?
#pragma once

#include <cstddef>
#include <cstdint>

namespace leverkin::kernels {

/// Copies columns [first, first + columns) of `rows` rows into one list, row by row. Column c of row i is
/// c[(c / width) * panel_stride + i * width + c % width]. With `above_diagonal`, row i begins at first + i
/// + 1. `out` has room for one panel's width more, which is overwritten. Returns how many values were copied.
std::size_t gather_block(const float* c, std::size_t panel_stride, std::size_t rows, std::size_t first,
                         std::size_t columns, bool above_diagonal, float* out);
std::size_t gather_block(const double* c, std::size_t panel_stride, std::size_t rows, std::size_t first,
                         std::size_t columns, bool above_diagonal, double* out);

/// lower[j] = r[j] - e and upper[j] = r[j] + e with e = own * other[j] + fixed, in float. The arrays have
/// room for 64 values more, which are overwritten.
void interval_ends(const float* r, std::size_t count, float own, const float* other, float fixed,
                   float* lower, float* upper);

/// Writes the indices of the intervals [lower, upper] that meet [low, high], at most `most` of them, and
/// returns how many there are; `below` counts those that lie wholly under `low`.
std::size_t meeting(const float* lower, const float* upper, std::size_t count, float low, float high,
                    std::uint32_t* index, std::size_t most, std::size_t* below);

}  // namespace leverkin::kernels
