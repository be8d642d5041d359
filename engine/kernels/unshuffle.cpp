#include "kernels/unshuffle.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/unshuffle.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/each_target.h"

HWY_BEFORE_NAMESPACE();
namespace leverkin::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR

using Bytes = hn::Full128<std::uint8_t>;
using Block = hn::Vec<Bytes>;

// Merges the halves of a list of planes, vector by vector: v[0 .. count/2) holds the earlier bytes of values,
// v[count/2 .. count) those that belong behind them, `width` bytes each so far.
template <typename Lane>
void merge(Block* v, std::size_t count) {
  const hn::Full128<Lane> d;
  Block merged[8];
  for (std::size_t i = 0; i < count / 2; ++i) {
    const auto a = hn::BitCast(d, v[i]), b = hn::BitCast(d, v[i + count / 2]);
    merged[2 * i] = hn::BitCast(Bytes(), hn::InterleaveLower(d, a, b));
    merged[2 * i + 1] = hn::BitCast(Bytes(), hn::InterleaveUpper(d, a, b));
  }
  for (std::size_t i = 0; i < count; ++i) v[i] = merged[i];
}

// 16 values at a time. Planes are taken in bit-reversed order, so that each merge joins neighbours.
template <std::size_t size>
std::size_t unshuffle_blocks(const std::uint8_t* planes, std::size_t count, std::uint8_t* values) {
  const Bytes d;
  std::size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    Block v[size];
    for (std::size_t b = 0; b < size; ++b) v[b] = hn::LoadU(d, planes + b * count + i);
    if constexpr (size == 2) {
      merge<std::uint8_t>(v, 2);
    } else if constexpr (size == 4) {
      Block pairs[4] = {v[0], v[2], v[1], v[3]};
      merge<std::uint8_t>(pairs, 4);
      // pairs: bytes 01 (low, high half of the values), bytes 23 (low, high)
      Block words[4] = {pairs[0], pairs[1], pairs[2], pairs[3]};
      merge<std::uint16_t>(words, 4);
      for (std::size_t b = 0; b < 4; ++b) v[b] = words[b];
    } else {
      Block w[8] = {v[0], v[2], v[4], v[6], v[1], v[3], v[5], v[7]};
      merge<std::uint8_t>(w, 8);  // 01 low, 01 high, 23 low, 23 high, 45 low, 45 high, 67 low, 67 high
      Block x[8] = {w[0], w[1], w[4], w[5], w[2], w[3], w[6], w[7]};
      merge<std::uint16_t>(x, 8);  // 0123 quarters 0 1 2 3, 4567 quarters 0 1 2 3
      merge<std::uint32_t>(x, 8);
      for (std::size_t b = 0; b < 8; ++b) v[b] = x[b];
    }
    for (std::size_t b = 0; b < size; ++b) hn::StoreU(v[b], d, values + i * size + 16 * b);
  }
  return i;
}

#endif

void unshuffle(const std::uint8_t* planes, std::size_t size, std::size_t count, std::uint8_t* values) {
  std::size_t done = 0;
#if HWY_TARGET != HWY_SCALAR
  if (size == 2) done = unshuffle_blocks<2>(planes, count, values);
  if (size == 4) done = unshuffle_blocks<4>(planes, count, values);
  if (size == 8) done = unshuffle_blocks<8>(planes, count, values);
#endif
  for (std::size_t i = done; i < count; ++i)
    for (std::size_t b = 0; b < size; ++b) values[i * size + b] = planes[b * count + i];
}

}  // namespace leverkin::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leverkin::kernels {

LEVERKIN_KERNEL(unshuffle);

void unshuffle(const std::uint8_t* planes, std::size_t size, std::size_t count, std::uint8_t* values) {
  LEVERKIN_CHOSEN(unshuffle)(planes, size, count, values);
}

void unshuffle_scalar(const std::uint8_t* planes, std::size_t size, std::size_t count, std::uint8_t* values) {
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t b = 0; b < size; ++b) values[i * size + b] = planes[b * count + i];
}

}  // namespace leverkin::kernels
#endif
