#include "io/formats/bit_code.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "support/median.h"

namespace leverkin {
namespace {

constexpr int bits = 12;
constexpr double usual_ms = 10.0, narrowest_ms = 9.0, widest_ms = 11.0, step_ms = 0.05;
constexpr double longest_ms = bits * widest_ms + 5.0;
constexpr double most_off = 0.25;  // of the spacing, that a pulse may lie beside its bit

// How far pulses lie beside bits at this spacing, at worst; in parts of it.
double worst_off(std::span<const double> after_ms, double spacing_ms) {
  double worst = 0.0;
  for (const double t : after_ms) {
    const double bit = std::round(t / spacing_ms);
    if (bit < 1.0 || bit > bits) return std::numeric_limits<double>::infinity();
    worst = std::max(worst, std::abs(t / spacing_ms - bit));
  }
  return worst;
}

struct Fit {
  double spacing_ms = usual_ms, off = std::numeric_limits<double>::infinity();
};

// Of spacings that fit equally well, the one nearest to `expected_ms`.
Fit best_spacing(std::span<const double> after_ms, double low_ms, double high_ms, double expected_ms) {
  Fit best;
  double least = std::numeric_limits<double>::infinity();
  const int steps = static_cast<int>(std::round((high_ms - low_ms) / step_ms));
  for (int i = 0; i <= steps; ++i) {
    const double spacing = low_ms + step_ms * i;
    const double off = worst_off(after_ms, spacing);
    const double cost = off + 0.05 * std::abs(spacing - expected_ms);
    if (cost >= least) continue;
    least = cost;
    best = {spacing, off};
  }
  return best;
}

struct Code {
  double start_s = 0.0;
  std::vector<double> after_ms;  // pulses after the first one
};

std::vector<Code> codes_in(std::span<const double> rises_s) {
  std::vector<Code> codes;
  for (const double rise : rises_s) {
    const double after_ms = codes.empty() ? longest_ms : 1e3 * (rise - codes.back().start_s);
    if (after_ms >= longest_ms)
      codes.push_back({rise, {}});
    else
      codes.back().after_ms.push_back(after_ms);
  }
  return codes;
}

// What a session's codes have in common, from those with enough pulses to tell.
double common_spacing_ms(const std::vector<Code>& codes) {
  std::vector<double> spacings;
  for (const Code& code : codes) {
    if (code.after_ms.size() < 3) continue;
    const Fit fit = best_spacing(code.after_ms, narrowest_ms, widest_ms, usual_ms);
    if (fit.off <= most_off) spacings.push_back(fit.spacing_ms);
  }
  return spacings.empty() ? usual_ms : upper_median(std::move(spacings));
}

std::int64_t number_of(const Code& code, double spacing_ms) {
  std::int64_t number = 0;
  for (const double t : code.after_ms)
    number |= std::int64_t{1} << (bits - static_cast<int>(std::round(t / spacing_ms)));
  return number;
}

}  // namespace

std::vector<CodedTrial> read_bit_codes(std::span<const double> rises_s) {
  constexpr double around_ms = 0.3;  // at the last bit less than half a spacing
  const std::vector<Code> codes = codes_in(rises_s);
  const double common_ms = common_spacing_ms(codes);
  std::vector<CodedTrial> trials;
  for (const Code& code : codes) {
    if (code.after_ms.empty()) continue;
    Fit fit = best_spacing(code.after_ms, common_ms - around_ms, common_ms + around_ms, common_ms);
    if (fit.off > most_off) fit = best_spacing(code.after_ms, narrowest_ms, widest_ms, common_ms);
    if (fit.off <= most_off) trials.push_back({number_of(code, fit.spacing_ms), code.start_s});
  }
  return trials;
}

}  // namespace leverkin
