// engine/stages/envelope/envelope_blocks.h: the envelope of a long signal, without ever holding more than a
// quarter of it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

namespace leverkin {

/// A signal of n samples that can be computed anywhere: fills `out` with samples [first, first + out.size()).
using Signal = std::function<void(std::int64_t first, std::span<double> out)>;

/// Receives samples [first, first + signal.size()) and their envelope. Called once for every block of
/// block_samples, in any order, from any thread; where a first attempt turned out not to be exact enough,
/// once more.
using EnvelopeBlock =
    std::function<void(std::int64_t first, std::span<const double> signal, std::span<const double> envelope)>;

inline constexpr std::int64_t block_samples = 4096;

/// Modulus of the analytic signal, circular over n samples (A.9). Signals with no content above a tenth of
/// the sampling rate, as velocities behind the low-pass are, go a fast way whose error is measured and
/// bounded by 1e-10 of the signal's largest value (docs/envelope.md); others, and short ones, go through one
/// transform over all samples.
void for_each_envelope_block(std::int64_t n, const Signal& signal, int threads, const EnvelopeBlock& visit);

}  // namespace leverkin
