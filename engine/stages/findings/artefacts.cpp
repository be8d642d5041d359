#include "stages/findings/artefacts.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "support/median.h"

namespace leverkin {
namespace {

constexpr std::size_t half_mean = 25;  // samples on either side: 51 ms, which passes what is above some 10 Hz
constexpr double swing = 0.25;         // of a usual movement, on either side of the mean

double range_of(std::span<const double> volts) {
  const auto [low, high] = std::ranges::minmax(volts);
  return high - low;
}

Artefact look_at(std::span<const double> volts, double usual_v) {
  Artefact found;
  constexpr double of_mean = 1.0 / (2 * half_mean + 1);
  const double of_usual = 1.0 / usual_v;
  double sum = 0.0;
  for (std::size_t i = 0; i < 2 * half_mean; ++i) sum += volts[i];
  int side = 0;
  for (std::size_t i = half_mean; i + half_mean < volts.size(); ++i) {
    sum += volts[i + half_mean];
    const double rest = (volts[i] - sum * of_mean) * of_usual;
    sum -= volts[i - half_mean];
    const auto here = static_cast<std::int64_t>(i);
    if (std::abs(rest) > found.largest) {
      found.largest = std::abs(rest);
      found.largest_at = here;
    }
    if (std::abs(rest) <= swing) continue;
    const int now = rest > 0.0 ? 1 : -1;
    if (side == 0) found.begin = here;
    if (side != 0 && now != side) ++found.swings;
    side = now;
    found.end = here + 1;
  }
  return found;
}

}  // namespace

std::vector<Artefact> artefacts_of(const Movements& movements, std::int64_t enough) {
  std::vector<Artefact> artefacts;
  if (movements.size() < enough || movements.samples <= static_cast<std::int64_t>(2 * half_mean)) return {};
  std::vector<double> ranges;
  for (std::int64_t i = 0; i < movements.size(); ++i) ranges.push_back(range_of(movements.row(i)));
  const double usual_v = median(std::move(ranges));
  for (std::int64_t i = 0; i < movements.size(); ++i) {
    artefacts.push_back(look_at(movements.row(i), usual_v));
    artefacts.back().movement = i;
  }
  return artefacts;
}

}  // namespace leverkin
