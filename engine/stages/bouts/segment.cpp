#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>

#include "kernels/volts.h"
#include "leverkin/bouts.h"
#include "leverkin/envelope.h"
#include "leverkin/error.h"
#include "stages/bouts/kinematics.h"
#include "stages/bouts/refine.h"
#include "stages/envelope/envelope_blocks.h"
#include "stages/envelope/speed.h"
#include "support/aligned_buffer.h"
#include "support/large_pages.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

std::size_t index(std::int64_t value) { return static_cast<std::size_t>(value); }

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

// A.7 to B.1: where the envelope of the speed is above the threshold. Velocity and envelope exist a block at
// a time.
std::vector<SampleRange> find_crossings(std::span<const double> smooth, Segmentation& result,
                                        const Parameters& parameters, int threads, Keep keep) {
  const auto n = static_cast<std::int64_t>(smooth.size());
  const std::int64_t reach = parameters.velocity_smooth_ms / 2;
  const double threshold = parameters.speed_threshold_v_per_s / lever_rate_hz;
  if (keep == Keep::everything) {
    resize_large(result.velocity, smooth.size());
    resize_large(result.envelope, smooth.size());
  }
  std::vector<std::vector<SampleRange>> runs(index((n + block_samples - 1) / block_samples));
  const auto speed = [&](std::int64_t first, std::span<double> out) {
    velocity_at(smooth, reach, first, out);
  };
  for_each_envelope_block(
      n, speed, threads,
      [&](std::int64_t first, std::span<const double> velocity, std::span<const double> envelope) {
        auto& found = runs[index(first / block_samples)];
        found.clear();
        append_runs_above(envelope, threshold, first, found);
        if (keep == Keep::bouts) return;
        std::ranges::copy(velocity, result.velocity.begin() + first);
        std::ranges::copy(envelope, result.envelope.begin() + first);
      });
  return join_blocks(runs);
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

// Calls see(range) for every stretch outside the bouts, in order (C.1).
template <typename See>
void for_each_rest(std::int64_t n, const std::vector<SampleRange>& bouts, See see) {
  std::int64_t begin = 0;
  for (const SampleRange& bout : bouts) {
    see(SampleRange{begin, bout.begin});
    begin = bout.end;
  }
  see(SampleRange{begin, n});
}

// Number, sum and sum of squares. Eight sums side by side: as exact as one, and not held up by the one
// before.
struct Sums {
  double count = 0.0, sum = 0.0, squares = 0.0;

  void add(std::span<const double> volts, std::span<const double> smooth, SampleRange range) {
    std::array<double, 8> sums{}, square_sums{};
    std::int64_t i = range.begin;
    for (; i + 8 <= range.end; i += 8)
      for (std::size_t lane = 0; lane < 8; ++lane) {
        const double residual = volts[index(i) + lane] - smooth[index(i) + lane];
        sums[lane] += residual;
        square_sums[lane] += residual * residual;
      }
    for (std::size_t lane = 0; lane < 8; ++lane) sum += sums[lane], squares += square_sums[lane];
    for (; i < range.end; ++i) {
      const double residual = volts[index(i)] - smooth[index(i)];
      sum += residual;
      squares += residual * residual;
    }
    count += static_cast<double>(range.end - range.begin);
  }
};

// The low-pass leaves the mean alone: that of the residual is all but 0, and one pass loses nothing.
double standard_deviation_at_rest(std::span<const double> volts, std::span<const double> smooth,
                                  const std::vector<SampleRange>& bouts, int threads) {
  constexpr std::int64_t longest = 1 << 16;  // stretches are cut, so that threads can share them
  std::vector<SampleRange> stretches;
  for_each_rest(static_cast<std::int64_t>(volts.size()), bouts, [&](SampleRange rest) {
    for (; rest.begin < rest.end; rest.begin += longest)
      stretches.push_back({rest.begin, std::min(rest.end, rest.begin + longest)});
  });
  std::vector<Sums> parts(stretches.size());
  parallel_for(static_cast<std::int64_t>(parts.size()), threads,
               [&](std::int64_t i) { parts[index(i)].add(volts, smooth, stretches[index(i)]); });
  Sums all;
  for (const Sums& part : parts) all.count += part.count, all.sum += part.sum, all.squares += part.squares;
  if (all.count == 0.0) return std::numeric_limits<double>::quiet_NaN();
  if (all.count == 1.0) return 0.0;
  return std::sqrt(std::max(0.0, all.squares - all.sum * all.sum / all.count) / (all.count - 1.0));
}

// Linear between order statistics, the j-th of n standing for (j + 0.5) / n, clamped (C.1).
double percentile(std::vector<double> values, double percent) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double last = static_cast<double>(values.size()) - 1.0;
  const double position = std::clamp(percent / 100.0 * static_cast<double>(values.size()) - 0.5, 0.0, last);
  const double below = std::floor(position);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(values.begin(), at, values.end());
  if (below == last) return *at;
  const double next = *std::min_element(at + 1, values.end());
  return *at + (position - below) * (next - *at);
}

double noise_cutoff(std::span<const double> volts, std::span<const double> smooth,
                    const std::vector<SampleRange>& bouts, const Parameters& parameters, int threads) {
  if (parameters.noise_measure == NoiseMeasure::standard_deviation)
    return standard_deviation_at_rest(volts, smooth, bouts, threads);
  std::vector<double> residual;
  reserve_large(residual, volts.size());
  for_each_rest(static_cast<std::int64_t>(volts.size()), bouts, [&](SampleRange rest) {
    for (std::int64_t i = rest.begin; i < rest.end; ++i)
      residual.push_back(volts[index(i)] - smooth[index(i)]);
  });
  return percentile(std::move(residual), parameters.noise_percentile);
}

// The parts of a bout that have data.
void cut_by_no_data(const SampleRange& bout, const std::vector<SampleRange>& no_data,
                    std::vector<Bout>& bouts) {
  std::int64_t begin = bout.begin;
  bool cut = false;
  for (const SampleRange& gap : no_data) {
    if (gap.end < begin || gap.begin > bout.end) continue;
    cut = true;
    if (gap.begin > begin) bouts.push_back({.begin = begin, .end = gap.begin, .flags = bout_cut_by_no_data});
    begin = std::max(begin, gap.end);
  }
  if (begin < bout.end)
    bouts.push_back({.begin = begin, .end = bout.end, .flags = cut ? bout_cut_by_no_data : std::int64_t{0}});
}

void require_finite(std::span<const double> volts) {
  if (kernels::value_range(volts.data(), volts.size()).finite == volts.size()) return;
  const auto bad = std::ranges::find_if(volts, [](double v) { return !std::isfinite(v); });
  throw BadArgument("lever sample " + std::to_string(bad - volts.begin()) + ": found " +
                    std::to_string(*bad) + "; expected finite volts");
}

// B and C on a smoothed trace: the bouts as the published method gives them, or why there are none.
std::vector<SampleRange> find_bouts(std::span<const double> volts, std::span<const double> smooth,
                                    const std::vector<SampleRange>& crossings, Segmentation& result,
                                    const Parameters& parameters, int threads) {
  const auto n = static_cast<std::int64_t>(volts.size());
  if (crossings.empty()) {
    result.reason = "the lever's speed never exceeded the threshold";
    return {};
  }
  auto bouts = widen_and_join(crossings, n, parameters);
  std::erase_if(bouts, [&](const SampleRange& b) { return b.end - 1 - b.begin < parameters.min_bout_ms; });
  if (bouts.empty()) {
    result.reason = "every movement was shorter than the minimum";
    return {};
  }
  drop_border_bouts(bouts, n);
  result.noise_cutoff_v = noise_cutoff(volts, smooth, bouts, parameters, threads);
  if (bouts.empty()) result.reason = "the only movements touch the beginning or the end of the recording";
  for (SampleRange& bout : bouts)
    bout = refine(bout, volts, {smooth[index(bout.begin)], smooth[index(bout.end - 1)]},
                  result.noise_cutoff_v, parameters.refine_run_ms);
  std::erase_if(bouts, [](const SampleRange& b) { return b.begin == b.end; });
  if (bouts.empty() && result.reason.empty())
    result.reason = "no movement left the noise of the resting lever";
  return bouts;
}

}  // namespace

Segmentation segment(const Trace& trace, const Parameters& parameters, int threads, Keep keep) {
  check(parameters);
  require_finite(trace.volts);
  Segmentation result;
  result.noise_cutoff_v = std::numeric_limits<double>::quiet_NaN();
  AlignedBuffer<double> room(trace.volts.size());
  const std::span smoothed(room.data(), room.size());
  smooth(trace.volts, smoothed, parameters, threads);
  const auto crossings = find_crossings(smoothed, result, parameters, threads, keep);
  for (const SampleRange& bout : find_bouts(trace.volts, smoothed, crossings, result, parameters, threads))
    cut_by_no_data(bout, trace.no_data, result.bouts);
  if (result.bouts.empty() && result.reason.empty())
    result.reason = "every movement fell where there is no data";
  measure_bouts(trace.volts, smoothed, parameters, threads, result.bouts);
  result.active.assign(trace.volts.size(), 0);
  for (const Bout& bout : result.bouts)
    std::fill(result.active.begin() + bout.begin, result.active.begin() + bout.end, std::uint8_t{1});
  if (keep == Keep::everything) result.smooth.assign(smoothed.begin(), smoothed.end());
  return result;
}

}  // namespace leverkin
