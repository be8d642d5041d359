#include "stages/findings/quiet_trace.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/median.h"

namespace leverkin::findings {
namespace {

constexpr std::int64_t sampled = 20'000;  // samples of the trace: enough for a median
constexpr std::int64_t sampled_finely = 100'000;
constexpr std::int64_t sampled_of_level = 1'000;
constexpr std::int64_t shortest_recording = 10'000;
constexpr std::int64_t enough_rest = 10'000;  // samples
constexpr std::size_t enough_bouts = 10;
constexpr double normal_spread = 1.4826;  // standard deviation of a normal variable / its median deviation

}  // namespace

QuietTrace::QuietTrace(const SessionEvidence& session)
    : volts_(session.trace.volts),
      active_(session.segmentation.active),
      no_data_(session.trace.no_data),
      bouts_(session.segmentation.bouts) {}

double QuietTrace::range() const {
  if (size() <= 2 * border) return std::numeric_limits<double>::quiet_NaN();
  const auto [low, high] = std::ranges::minmax(part(border, size() - 2 * border));
  return high - low;
}

bool QuietTrace::lacks_data(std::int64_t begin, std::int64_t end) const {
  return std::ranges::any_of(no_data_,
                             [&](const SampleRange& gap) { return gap.begin < end && begin < gap.end; });
}

bool QuietTrace::is_still(std::int64_t begin, std::int64_t end) const {
  if (std::ssize(active_) < end) return false;
  const auto stretch =
      active_.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  std::uint8_t any = 0;  // without a way out, which keeps a loop from being vectorised
  for (const std::uint8_t active : stretch) any |= active;
  return any == 0 && !lacks_data(begin, end);
}

std::vector<double> QuietTrace::steps(std::int64_t samples, std::int64_t wanted) const {
  std::vector<double> steps;
  const std::int64_t every = std::max<std::int64_t>(1, size() / wanted);
  for (std::int64_t i = border; i + samples < size() - border; i += every)
    if (const double step = std::abs(at(i + samples) - at(i)); std::isfinite(step)) steps.push_back(step);
  return steps;
}

std::optional<double> QuietTrace::restlessness() const {
  if (size() < shortest_recording) return std::nullopt;
  const std::vector<double> all = steps(100, sampled_finely);
  const double middle = median(all);  // of their size: of normal steps, two thirds of the spread
  if (all.empty()) return std::nullopt;
  const auto largest = *std::ranges::max_element(all);
  if (largest == 0.0) return 0.0;
  if (middle == 0.0) return std::nullopt;  // steps of the converter are larger than the noise
  return 2.0 * largest / (normal_spread * middle);
}

double QuietTrace::usual_step(std::int64_t samples) const { return median(steps(samples, sampled)); }

double QuietTrace::rare_step(std::int64_t samples) const {
  std::vector<double> all = steps(samples, sampled);
  if (all.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto place = all.begin() + static_cast<std::ptrdiff_t>(0.99 * static_cast<double>(all.size() - 1));
  std::nth_element(all.begin(), place, all.end());
  return *place;
}

std::optional<double> QuietTrace::usual_movement_v() const {
  if (bouts_.size() < enough_bouts) return std::nullopt;
  std::vector<double> ranges;
  for (const Bout& bout : bouts_) ranges.push_back(bout.amplitude_v);
  return median(std::move(ranges));
}

std::optional<double> QuietTrace::level(std::int64_t begin, std::int64_t end) const {
  std::vector<double> still;
  const std::int64_t every = std::max<std::int64_t>(1, (end - begin) / sampled_of_level);
  for (std::int64_t i = std::max(begin, border); i < std::min(end, size() - border); i += every)
    if (is_still(i, i + 1)) still.push_back(at(i));
  if (std::ssize(still) * every < enough_rest) return std::nullopt;
  return median(std::move(still));
}

std::vector<std::int64_t> QuietTrace::still_windows(std::int64_t length, std::size_t most) const {
  std::vector<std::int64_t> all, some;
  for (std::int64_t begin = border; begin + length <= size() - border; begin += length)
    if (is_still(begin, begin + length)) all.push_back(begin);
  for (std::size_t i = 0; i < std::min(most, all.size()); ++i)
    some.push_back(all[i * all.size() / std::min(most, all.size())]);
  return some;
}

}  // namespace leverkin::findings
