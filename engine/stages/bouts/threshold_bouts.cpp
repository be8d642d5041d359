#include "stages/bouts/threshold_bouts.h"

#include <algorithm>

#include "stages/bouts/refine.h"
#include "stages/bouts/rest_noise.h"
#include "support/index.h"

namespace leverkin {
namespace {

// Ranges here are half-open; the stops S, E of docs/method.md are inclusive, so E - S is end - 1 - begin.
// Appends the runs of values above the threshold; `first` is the place of the first value.
void append_runs_above(std::span<const double> values, double threshold, std::int64_t first,
                       std::vector<SampleRange>& runs) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] > threshold)) continue;
    const std::size_t begin = i;
    while (i < values.size() && values[i] > threshold) ++i;
    runs.push_back({first + static_cast<std::int64_t>(begin), first + static_cast<std::int64_t>(i)});
  }
}

// The runs of all blocks in order, those that a block's end cut in two made one again.
std::vector<SampleRange> join_blocks(const std::vector<std::vector<SampleRange>>& blocks) {
  std::vector<SampleRange> joined;
  for (const auto& runs : blocks)
    for (const SampleRange& run : runs) {
      if (!joined.empty() && joined.back().end == run.begin) {
        joined.back().end = run.end;
      } else {
        joined.push_back(run);
      }
    }
  return joined;
}

// B.1: where the envelope of the speed is above the threshold.
std::vector<SampleRange> find_crossings(const LeverSpeed& lever, const Parameters& parameters) {
  const double threshold = parameters.speed_threshold_v_per_s / lever_rate_hz;
  const std::int64_t n = lever.with_data.size();
  std::vector<std::vector<SampleRange>> runs(index((n + block_samples - 1) / block_samples));
  lever.each_envelope_block(
      [&](std::int64_t first, std::span<const double>, std::span<const double> envelope) {
        auto& found = runs[index(first / block_samples)];
        found.clear();
        append_runs_above(envelope, threshold, first, found);
      });
  std::vector<SampleRange> crossings;
  for (const SampleRange& run : join_blocks(runs))
    lever.with_data.for_each_piece(run.begin, run.end,
                                   [&](const SampleRange& piece) { crossings.push_back(piece); });
  return crossings;
}

// B.2 and B.3: widen each crossing, then join what is closer than gap_ms.
std::vector<SampleRange> widen_and_join(const std::vector<SampleRange>& crossings, std::int64_t n,
                                        const Parameters& parameters) {
  const std::int64_t before = parameters.leeway_ms / 2;
  const std::int64_t after = parameters.leeway_ms - 1 - before;
  std::vector<SampleRange> joined;
  for (const SampleRange& crossing : crossings) {
    const SampleRange wide{std::max<std::int64_t>(0, crossing.begin - before),
                           std::min(n, crossing.end + after)};
    const bool touching = !joined.empty() && wide.begin <= joined.back().end;
    if (touching || (!joined.empty() && wide.begin - (joined.back().end - 1) < parameters.gap_ms)) {
      joined.back().end = wide.end;
    } else {
      joined.push_back(wide);
    }
  }
  return joined;
}

// B.6: bouts that touch a border are not whole. Both ends are looked at before either is cleared.
void drop_border_bouts(std::vector<SampleRange>& bouts, std::int64_t n) {
  if (bouts.empty()) return;
  const bool at_start = bouts.front().begin == 0, at_end = bouts.back().end == n;
  if (at_end) bouts.pop_back();
  if (at_start && !bouts.empty()) bouts.erase(bouts.begin());
}

}  // namespace

FoundBouts threshold_bouts(const LeverSpeed& lever, const Parameters& parameters, int threads) {
  const auto n = static_cast<std::int64_t>(lever.volts.size());
  FoundBouts found;
  const std::vector<SampleRange> crossings = find_crossings(lever, parameters);
  if (crossings.empty()) {
    found.reason = "the lever's speed never exceeded the threshold";
    return found;
  }
  auto bouts = widen_and_join(crossings, n, parameters);
  std::erase_if(bouts, [&](const SampleRange& b) { return b.end - 1 - b.begin < parameters.min_bout_ms; });
  if (bouts.empty()) {
    found.reason = "every movement was shorter than the minimum";
    return found;
  }
  drop_border_bouts(bouts, n);
  const auto rest = samples_at_rest(n, bouts, lever.no_data, parameters);
  found.noise_cutoff_v = rest_noise(lever.volts, lever.smooth, rest, parameters, threads);
  if (bouts.empty()) found.reason = "the only movements touch the beginning or the end of the recording";
  for (const SampleRange& bout : bouts) {
    const SampleRange fine =
        refine(bout, lever.volts, {lever.smooth[index(bout.begin)], lever.smooth[index(bout.end - 1)]},
               found.noise_cutoff_v, parameters.refine_run_ms);
    if (fine.begin < fine.end) found.bouts.push_back({.begin = fine.begin, .end = fine.end});
  }
  if (found.bouts.empty() && found.reason.empty())
    found.reason = "no movement left the noise of the resting lever";
  return found;
}

}  // namespace leverkin
