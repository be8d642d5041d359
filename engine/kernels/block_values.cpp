#include "kernels/block_values.h"

#include "kernels/gram_panel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/block_values.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/each_target.h"

HWY_BEFORE_NAMESPACE();
namespace leverkin::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Whole vectors, from readable memory: what is written too much is overwritten by the next piece.
template <typename T>
HWY_INLINE void copy(const T* from, std::size_t count, T* to) {
  const hn::CappedTag<T, 64 / sizeof(T)> d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t i = 0; i < count; i += lanes) hn::StoreU(hn::LoadU(d, from + i), d, to + i);
}

template <typename T>
std::size_t gather(const T* c, std::size_t panel_stride, std::size_t rows, std::size_t first,
                   std::size_t columns, bool above_diagonal, T* out) {
  constexpr std::size_t width = panel_width<T>;
  const T* const begin = out;
  const std::size_t end = first + columns;
  for (std::size_t i = 0; i < rows; ++i) {
    std::size_t at = above_diagonal ? first + i + 1 : first;
    while (at < end) {
      const std::size_t stop = (at / width + 1) * width < end ? (at / width + 1) * width : end;
      copy(c + at / width * panel_stride + i * width + at % width, stop - at, out);
      out += stop - at;
      at = stop;
    }
  }
  return static_cast<std::size_t>(out - begin);
}

void gather_float(const float* c, std::size_t panel_stride, std::size_t rows, std::size_t first,
                  std::size_t columns, bool above_diagonal, float* out, std::size_t* count) {
  *count = gather(c, panel_stride, rows, first, columns, above_diagonal, out);
}

void gather_double(const double* c, std::size_t panel_stride, std::size_t rows, std::size_t first,
                   std::size_t columns, bool above_diagonal, double* out, std::size_t* count) {
  *count = gather(c, panel_stride, rows, first, columns, above_diagonal, out);
}

void interval_ends(const float* r, std::size_t count, float own, const float* other, float fixed,
                   float* lower, float* upper) {
  const hn::CappedTag<float, 16> d;
  const auto b = hn::Set(d, own), rest = hn::Set(d, fixed);
  for (std::size_t j = 0; j < count; j += hn::Lanes(d)) {
    const auto e = hn::MulAdd(b, hn::LoadU(d, other + j), rest), at = hn::LoadU(d, r + j);
    hn::StoreU(hn::Sub(at, e), d, lower + j);
    hn::StoreU(hn::Add(at, e), d, upper + j);
  }
}

void meeting(const float* lower, const float* upper, std::size_t count, float low, float high,
             std::uint32_t* index, std::size_t most, std::size_t* below, std::size_t* found) {
  const hn::CappedTag<float, 16> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto from = hn::Set(d, low), to = hn::Set(d, high);
  *below = *found = 0;
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto under = hn::Lt(hn::LoadU(d, upper + i), from);
    *below += hn::CountTrue(d, under);
    const auto meets = hn::And(hn::Le(hn::LoadU(d, lower + i), to), hn::Not(under));
    if (hn::AllFalse(d, meets)) continue;
    for (std::size_t k = i; k < i + lanes; ++k) {
      if (upper[k] < low || lower[k] > high) continue;
      if (*found < most) index[*found] = static_cast<std::uint32_t>(k);
      ++*found;
    }
  }
  for (; i < count; ++i) {
    *below += upper[i] < low ? 1 : 0;
    if (upper[i] < low || lower[i] > high) continue;
    if (*found < most) index[*found] = static_cast<std::uint32_t>(i);
    ++*found;
  }
}

}  // namespace leverkin::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leverkin::kernels {

LEVERKIN_KERNEL(gather_float);
LEVERKIN_KERNEL(gather_double);
LEVERKIN_KERNEL(interval_ends);
LEVERKIN_KERNEL(meeting);

std::size_t gather_block(const float* c, std::size_t panel_stride, std::size_t rows, std::size_t first,
                         std::size_t columns, bool above_diagonal, float* out) {
  std::size_t count = 0;
  LEVERKIN_CHOSEN(gather_float)(c, panel_stride, rows, first, columns, above_diagonal, out, &count);
  return count;
}

std::size_t gather_block(const double* c, std::size_t panel_stride, std::size_t rows, std::size_t first,
                         std::size_t columns, bool above_diagonal, double* out) {
  std::size_t count = 0;
  LEVERKIN_CHOSEN(gather_double)(c, panel_stride, rows, first, columns, above_diagonal, out, &count);
  return count;
}

void interval_ends(const float* r, std::size_t count, float own, const float* other, float fixed,
                   float* lower, float* upper) {
  LEVERKIN_CHOSEN(interval_ends)(r, count, own, other, fixed, lower, upper);
}

std::size_t meeting(const float* lower, const float* upper, std::size_t count, float low, float high,
                    std::uint32_t* index, std::size_t most, std::size_t* below) {
  std::size_t found = 0;
  LEVERKIN_CHOSEN(meeting)(lower, upper, count, low, high, index, most, below, &found);
  return found;
}

}  // namespace leverkin::kernels
#endif
