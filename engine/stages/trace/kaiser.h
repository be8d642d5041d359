// engine/stages/trace/kaiser.h: the window that every filter designed here uses.
#pragma once

#include <cmath>

namespace leverkin {

/// Modified Bessel function of order 0, by its power series: all terms are positive and fall fast for windows
/// (x up to 50).
inline double bessel_i0(double x) {
  const double quarter = x * x / 4.0;
  double term = 1.0, sum = 1.0;
  for (int k = 1; term > sum * 1e-17; ++k) sum += term *= quarter / (static_cast<double>(k) * k);
  return sum;
}

/// Kaiser's window: 1 at the centre (0), 1 / I0(beta) at the edge (-1 and 1).
inline double kaiser_window(double position, double beta) {
  return bessel_i0(beta * std::sqrt(1.0 - position * position)) / bessel_i0(beta);
}

}  // namespace leverkin
