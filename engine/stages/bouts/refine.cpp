#include "stages/bouts/refine.h"

#include <algorithm>
#include <cmath>

#include "support/index.h"

namespace leverkin {
namespace {

// How many samples of a bout belong to rest, counted from one of its ends (C.2, C.3): up to the first run of
// refine_run_ms samples that are all further than the noise from where the smoothed lever rests at that end.
// `sample(j)` is the trace at the j-th sample from that end.
template <typename Sample>
std::int64_t samples_at_rest(Sample sample, std::int64_t length, double rest, double noise,
                             std::int64_t run) {
  const double limit = std::abs((rest + noise) - rest);
  std::int64_t away = 0;
  for (std::int64_t j = 0; j < length; ++j) {
    away = std::abs(sample(j) - rest) > limit ? away + 1 : 0;
    if (away < run) continue;
    const std::int64_t first = j + 1 - run;
    // The originals centre a box on the run, which costs 1 (even run) or 2 (odd run) of its own samples.
    const std::int64_t trimmed = run + 1 - run / 2 - (run / 2);
    return std::min(length, first + trimmed);
  }
  return 0;
}

}  // namespace

// Both ends are found on the whole bout, then cut.
SampleRange refine(const SampleRange& bout, std::span<const double> volts, const RestLevels& rest,
                   double noise_v, std::int64_t run_ms) {
  const std::int64_t length = bout.end - bout.begin;
  const std::int64_t last = bout.end - 1;
  const std::int64_t head = samples_at_rest([&](std::int64_t j) { return volts[index(bout.begin + j)]; },
                                            length, rest.first, noise_v, run_ms);
  const std::int64_t tail = samples_at_rest([&](std::int64_t j) { return volts[index(last - j)]; }, length,
                                            rest.last, noise_v, run_ms);
  return {bout.begin + head, std::max(bout.begin + head, bout.end - tail)};
}

}  // namespace leverkin
