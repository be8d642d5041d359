// engine/kernels/volts.h: what do the stored samples of a block mean in volts, and what range do they cover?
#pragma once

#include <cstddef>
#include <cstdint>

namespace leverkin::kernels {

struct ValueRange {
  double low, high;  ///< of the finite values; +infinity and -infinity where there are none
  std::size_t finite;
};

/// Smallest and largest finite value of x, and how many are finite.
ValueRange value_range(const double* x, std::size_t count);
ValueRange value_range_scalar(const double* x, std::size_t count);

/// volts[i] = stored[i] * scale + offset, rounded after each step; scale 1 and offset 0 give the value
/// itself, bit for bit.
void to_volts(const float* stored, std::size_t count, double scale, double offset, double* volts);
void to_volts(const std::int16_t* stored, std::size_t count, double scale, double offset, double* volts);
void to_volts_scalar(const float* stored, std::size_t count, double scale, double offset, double* volts);
void to_volts_scalar(const std::int16_t* stored, std::size_t count, double scale, double offset,
                     double* volts);

/// (c[0] + c[1] x + c[2] x^2 + c[3] x^3) / divisor, by Horner's rule, rounded after each step; without the
/// last two terms where both are 0.
struct Cubic {
  double c[4];
  double divisor;
};

/// volts[i] is what `cubic` makes of x[i]; both may be the same array of doubles.
void apply(const Cubic& cubic, const double* x, std::size_t count, double* volts);
void apply(const Cubic& cubic, const std::int16_t* x, std::size_t count, double* volts);
void apply_scalar(const Cubic& cubic, const double* x, std::size_t count, double* volts);
void apply_scalar(const Cubic& cubic, const std::int16_t* x, std::size_t count, double* volts);

}  // namespace leverkin::kernels
