#include "kernels/volts.h"

#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/volts.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/each_target.h"

HWY_BEFORE_NAMESPACE();
namespace leverkin::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Counts a block as finite where 0 * x adds up to 0; only a block that is not needs to be looked at one by
// one.
ValueRange value_range(const double* x, std::size_t count) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto infinity = hn::Set(d, std::numeric_limits<double>::infinity());
  auto low = infinity, high = hn::Neg(infinity), zero = hn::Zero(d);
  auto low2 = low, high2 = high, zero2 = zero;
  std::size_t i = 0;
  for (; i + 2 * lanes <= count; i += 2 * lanes) {
    const auto a = hn::LoadU(d, x + i), b = hn::LoadU(d, x + i + lanes);
    low = hn::Min(low, a), high = hn::Max(high, a), zero = hn::MulAdd(a, hn::Zero(d), zero);
    low2 = hn::Min(low2, b), high2 = hn::Max(high2, b), zero2 = hn::MulAdd(b, hn::Zero(d), zero2);
  }
  if (hn::GetLane(hn::SumOfLanes(d, hn::Add(zero, zero2))) != 0.0) return value_range_scalar(x, count);
  ValueRange range = value_range_scalar(x + i, count - i);
  if (i > 0) {
    const double lowest = hn::GetLane(hn::MinOfLanes(d, hn::Min(low, low2)));
    const double highest = hn::GetLane(hn::MaxOfLanes(d, hn::Max(high, high2)));
    range.low = lowest < range.low ? lowest : range.low;
    range.high = highest > range.high ? highest : range.high;
  }
  range.finite += i;
  return range;
}

template <typename D, typename T>
HWY_INLINE hn::VFromD<D> load_as_doubles(D d, const T* stored) {
  const hn::Rebind<T, D> narrow;
  if constexpr (sizeof(T) == 8) {
    return hn::LoadU(d, stored);
  } else if constexpr (sizeof(T) == 2) {
    const hn::Rebind<std::int32_t, D> middle;
    return hn::PromoteTo(d, hn::PromoteTo(middle, hn::LoadU(narrow, stored)));
  } else {
    return hn::PromoteTo(d, hn::LoadU(narrow, stored));
  }
}

template <typename D, typename T>
void scale_all(D d, const T* stored, std::size_t count, double scale, double offset, double* volts) {
  const bool plain = scale == 1.0 && offset == 0.0;
  const auto by = hn::Set(d, scale), plus = hn::Set(d, offset);
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    const auto v = load_as_doubles(d, stored + i);
    hn::StoreU(plain ? v : hn::Add(hn::Mul(v, by), plus), d, volts + i);
  }
  to_volts_scalar(stored + i, count - i, scale, offset, volts + i);
}

void float_to_volts(const float* stored, std::size_t count, double scale, double offset, double* volts) {
  scale_all(hn::ScalableTag<double>(), stored, count, scale, offset, volts);
}
void int16_to_volts(const std::int16_t* stored, std::size_t count, double scale, double offset,
                    double* volts) {
  scale_all(hn::ScalableTag<double>(), stored, count, scale, offset, volts);
}

template <bool straight, bool divided, typename T>
HWY_INLINE void apply_as(const Cubic& cubic, const T* x, std::size_t count, double* volts) {
  const hn::ScalableTag<double> d;
  const auto c0 = hn::Set(d, cubic.c[0]), c1 = hn::Set(d, cubic.c[1]), c2 = hn::Set(d, cubic.c[2]),
             c3 = hn::Set(d, cubic.c[3]), divisor = hn::Set(d, cubic.divisor);
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    const auto v = load_as_doubles(d, x + i);
    const auto slope = straight ? c1 : hn::Add(c1, hn::Mul(v, hn::Add(c2, hn::Mul(v, c3))));
    const auto sum = hn::Add(c0, hn::Mul(v, slope));
    hn::StoreU(divided ? hn::Div(sum, divisor) : sum, d, volts + i);
  }
  apply_scalar(cubic, x + i, count - i, volts + i);
}

// Division is as slow as all else together, and by 1 it changes nothing.
template <typename T>
HWY_INLINE void apply_any(const Cubic& cubic, const T* x, std::size_t count, double* volts) {
  const bool straight = cubic.c[2] == 0.0 && cubic.c[3] == 0.0;
  if (cubic.divisor == 1.0) {
    straight ? apply_as<true, false>(cubic, x, count, volts) : apply_as<false, false>(cubic, x, count, volts);
  } else {
    straight ? apply_as<true, true>(cubic, x, count, volts) : apply_as<false, true>(cubic, x, count, volts);
  }
}

void apply_to_doubles(const Cubic& cubic, const double* x, std::size_t count, double* volts) {
  apply_any(cubic, x, count, volts);
}
void apply_to_int16(const Cubic& cubic, const std::int16_t* x, std::size_t count, double* volts) {
  apply_any(cubic, x, count, volts);
}

}  // namespace leverkin::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace leverkin::kernels {

LEVERKIN_KERNEL(value_range);
LEVERKIN_KERNEL(float_to_volts);
LEVERKIN_KERNEL(int16_to_volts);
LEVERKIN_KERNEL(apply_to_doubles);
LEVERKIN_KERNEL(apply_to_int16);

ValueRange value_range(const double* x, std::size_t count) { return LEVERKIN_CHOSEN(value_range)(x, count); }

void to_volts(const float* stored, std::size_t count, double scale, double offset, double* volts) {
  LEVERKIN_CHOSEN(float_to_volts)(stored, count, scale, offset, volts);
}

void to_volts(const std::int16_t* stored, std::size_t count, double scale, double offset, double* volts) {
  LEVERKIN_CHOSEN(int16_to_volts)(stored, count, scale, offset, volts);
}

void apply(const Cubic& cubic, const double* x, std::size_t count, double* volts) {
  LEVERKIN_CHOSEN(apply_to_doubles)(cubic, x, count, volts);
}

void apply(const Cubic& cubic, const std::int16_t* x, std::size_t count, double* volts) {
  LEVERKIN_CHOSEN(apply_to_int16)(cubic, x, count, volts);
}

ValueRange value_range_scalar(const double* x, std::size_t count) {
  ValueRange range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(), 0};
  for (std::size_t i = 0; i < count; ++i) {
    if (x[i] - x[i] != 0.0) continue;  // infinite, or not a number
    range.low = x[i] < range.low ? x[i] : range.low;
    range.high = x[i] > range.high ? x[i] : range.high;
    ++range.finite;
  }
  return range;
}

namespace {
template <typename T>
void scale_one_by_one(const T* stored, std::size_t count, double scale, double offset, double* volts) {
  const bool plain = scale == 1.0 && offset == 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = static_cast<double>(stored[i]);
    volts[i] = plain ? value : value * scale + offset;
  }
}
}  // namespace

void to_volts_scalar(const float* stored, std::size_t count, double scale, double offset, double* volts) {
  scale_one_by_one(stored, count, scale, offset, volts);
}
void to_volts_scalar(const std::int16_t* stored, std::size_t count, double scale, double offset,
                     double* volts) {
  scale_one_by_one(stored, count, scale, offset, volts);
}

namespace {
template <typename T>
void apply_one_by_one(const Cubic& cubic, const T* stored, std::size_t count, double* volts) {
  const auto& [c, divisor] = cubic;
  const bool straight = c[2] == 0.0 && c[3] == 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto x = static_cast<double>(stored[i]);
    const double slope = straight ? c[1] : c[1] + x * (c[2] + x * c[3]);
    volts[i] = (c[0] + x * slope) / divisor;
  }
}
}  // namespace

void apply_scalar(const Cubic& cubic, const double* x, std::size_t count, double* volts) {
  apply_one_by_one(cubic, x, count, volts);
}
void apply_scalar(const Cubic& cubic, const std::int16_t* x, std::size_t count, double* volts) {
  apply_one_by_one(cubic, x, count, volts);
}

}  // namespace leverkin::kernels
#endif
