// engine/kernels/biquad_lanes.h: how does a cascade of second-order sections run over several signals at
// once?
#pragma once

#include <cstddef>

namespace leverkin::kernels {

/// Signals that run side by side: frame t holds sample t of each of them.
inline constexpr std::size_t biquad_lanes = 8;

/// A second-order section: y = b0 x + b1 x[-1] + b2 x[-2] - a1 y[-1] - a2 y[-2].
struct Biquad {
  double b0, b1, b2, a1, a2;
};

/// Replaces frames[count][biquad_lanes] by the output of the cascade (transposed direct form II), from the
/// first frame on, or from the last one back where `backward`. Every signal starts in the state in which its
/// first sample has been running for ever.
void run_biquads(const Biquad* cascade, std::size_t sections, double* frames, std::size_t count,
                 bool backward);

/// The same forward, from signals where they are: sample t of signal l is x[l * apart + t], frames[t] its
/// output.
void run_biquads_from(const Biquad* cascade, std::size_t sections, const double* x, std::size_t apart,
                      double* frames, std::size_t count);

/// The same backward over frames[count], to signals where they belong: what comes out at frame t < kept
/// becomes x[l * apart + t]. Overwrites `frames`.
void run_biquads_back_to(const Biquad* cascade, std::size_t sections, double* frames, std::size_t count,
                         double* x, std::size_t apart, std::size_t kept);

/// The definition, one signal after the other.
void run_biquads_scalar(const Biquad* cascade, std::size_t sections, double* frames, std::size_t count,
                        bool backward);

}  // namespace leverkin::kernels
