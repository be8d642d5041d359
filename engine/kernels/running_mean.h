// engine/kernels/running_mean.h: how far did the lever move per sample, averaged over a few samples?
#pragma once

#include <cstddef>

namespace leverkin::kernels {

/// out[i] = mean of the steps x[j] - x[j - 1] over j = i - reach .. i + reach, summed in this order. x must
/// be readable from x[-reach - 1] to x[count - 1 + reach]; out must not overlap it.
void mean_steps(const double* x, std::size_t reach, double* out, std::size_t count);
void mean_steps_scalar(const double* x, std::size_t reach, double* out, std::size_t count);

/// Largest |a[i] - b[i]|; 0 of none. Not a number where a value is.
double largest_difference(const double* a, const double* b, std::size_t count);
double largest_difference_scalar(const double* a, const double* b, std::size_t count);

}  // namespace leverkin::kernels
