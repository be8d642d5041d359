#include "pipeline/session_warnings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "kernels/volts.h"
#include "support/median.h"

namespace leverkin {
namespace {

namespace limits = warning_limits;
using Words = std::optional<std::string>;

bool all_missing(const std::vector<double>& seconds) {
  return !seconds.empty() && std::ranges::all_of(seconds, [](double t) { return std::isnan(t); });
}

Words no_cues(const TrialTable& trials) {
  if (!all_missing(trials.cue_s)) return std::nullopt;
  return fmt::format("none of the {} trials has a cue time: no movement can be used", trials.size());
}

Words no_rewards(const TrialTable& trials) {
  if (!all_missing(trials.reward_s)) return std::nullopt;
  return fmt::format("none of the {} trials was rewarded", trials.size());
}

Words no_movements(const SessionDigest& report, const TrialTable& trials) {
  if (report.summary.n_rewarded == 0 || report.summary.n_movements > 0) return std::nullopt;
  if (all_missing(trials.cue_s)) return std::nullopt;  // said already
  return fmt::format("none of the {} rewarded trials gave a movement", report.summary.n_rewarded);
}

Words rewards_at_rest(const SessionDigest& report) {
  const auto at_rest = report.rejected[static_cast<std::size_t>(RejectReason::reward_outside_movement)];
  const auto rewarded = static_cast<double>(report.summary.n_rewarded);
  if (at_rest < limits::rewards_at_rest || static_cast<double>(at_rest) < limits::reward_at_rest * rewarded)
    return std::nullopt;
  return fmt::format(
      "the lever was at rest at {} of {} rewards: trials and lever may not share a clock, or presses are too "
      "slow for the threshold",
      at_rest, report.summary.n_rewarded);
}

// The value furthest out at which the lever stands exactly still: how long in all. A sensor's limit is one
// value; a lever that is steadier than its converter's steps stands still at many.
struct Flat {
  std::int64_t samples = 0;
  double volts = 0.0;
};

// `sign`: 1 for the highest, -1 for the lowest value, from `limit` on outwards.
Flat outermost_flat(std::span<const double> volts, double sign, double limit, double tolerance) {
  Flat flat;
  for (std::size_t begin = 0; begin < volts.size();) {
    const double value = volts[begin];
    std::size_t end = begin + 1;
    if (sign * value >= sign * limit) {
      while (end < volts.size() && std::abs(volts[end] - value) <= tolerance) ++end;
      const auto length = static_cast<std::int64_t>(end - begin);
      const double further = sign * (value - flat.volts);
      if (length >= limits::flat_run_ms && (flat.samples == 0 || further > -tolerance))
        flat = {length + (std::abs(further) <= tolerance ? flat.samples : 0), value};
    }
    begin = end;
  }
  return flat;
}

// Where the lever lies most of the time; a sixteenth of the samples says so as well.
double rest_of(std::span<const double> volts) {
  std::vector<double> some;
  some.reserve(volts.size() / 16 + 1);
  for (std::size_t i = 0; i < volts.size(); i += 16) some.push_back(volts[i]);
  return median(std::move(some));
}

// The filter before 1 kHz overshoots where the sensor saturates, so the highest value is not the limit: an
// outer part of the range is looked at. It also takes the trace as 0 V outside the recording, which shows for
// some ms at both ends.
Words clipped(const Trace& trace) {
  constexpr std::size_t edge = 20;
  if (trace.volts.size() <= 2 * edge) return std::nullopt;
  const auto volts = std::span(trace.volts).subspan(edge, trace.volts.size() - 2 * edge);
  const kernels::ValueRange values = kernels::value_range(volts.data(), volts.size());
  const double range = values.high - values.low, tolerance = 1e-9 * range, rest = rest_of(volts);
  const double high = values.high - limits::outer_part * range, low = values.low + limits::outer_part * range;
  const Flat top = rest > high ? Flat{} : outermost_flat(volts, 1.0, high, tolerance);
  const Flat bottom = rest < low ? Flat{} : outermost_flat(volts, -1.0, low, tolerance);
  const Flat& worse = top.samples >= bottom.samples ? top : bottom;
  if (worse.samples < limits::flat_total_ms) return std::nullopt;
  return fmt::format(
      "the lever stands at exactly {:.4g} V for {:.1f} s in all, the {} it reaches: clipped by the sensor or "
      "the converter, or against a stop",
      worse.volts, static_cast<double>(worse.samples) / lever_rate_hz, &worse == &top ? "highest" : "lowest");
}

Words noise_changed(const Comparison& noise) {
  const bool up = noise.today > limits::noise_factor * noise.high;
  const bool down = noise.today < noise.low / limits::noise_factor;
  if (!up && !down) return std::nullopt;  // also where one of them is NaN
  return fmt::format(
      "the lever's noise is {:.3g} mV, in earlier sessions {:.3g} to {:.3g} mV: has the {} changed?",
      1e3 * noise.today, 1e3 * noise.low, 1e3 * noise.high, up ? "sensor or its gain" : "gain");
}

Words success_fell(const SessionDigest& report) {
  if (report.summary.n_trials < limits::success_trials) return std::nullopt;
  double lowest = std::numeric_limits<double>::infinity();
  const auto recent = std::min<std::ptrdiff_t>(limits::recent_sessions, std::ssize(report.earlier));
  for (auto one = report.earlier.end() - recent; one != report.earlier.end(); ++one)
    if (one->summary.success_fraction < lowest) lowest = one->summary.success_fraction;
  if (!std::isfinite(lowest) || !(report.summary.success_fraction < lowest - limits::success_drop))
    return std::nullopt;
  return fmt::format("success fell to {:.0f} %: it was {:.0f} % or more in the last {}",
                     100.0 * report.summary.success_fraction, 100.0 * lowest,
                     recent == 1 ? "session" : fmt::format("{} sessions", recent));
}

// Names of parameters that change movements and differ from those of the history.
Words other_parameters(const Parameters& parameters, const History& history) {
  const auto theirs = nlohmann::json::parse(history.config_json, nullptr, false);
  if (history.sessions.empty() || !theirs.is_object()) return std::nullopt;
  const auto ours = nlohmann::json::parse(to_json(parameters));
  std::vector<std::string> different;
  for (const ParameterInfo& info : parameter_table()) {
    const std::string name(info.name);
    const bool changes_movements = info.section != "output" && info.section != "correlogram";
    // An older version did not have every parameter.
    if (changes_movements && theirs.contains(name) && theirs[name] != ours[name]) different.push_back(name);
  }
  if (different.empty()) return std::nullopt;
  return fmt::format("earlier sessions were analysed with other parameters ({}): compare with care",
                     fmt::join(different, ", "));
}

}  // namespace

std::vector<std::string> session_warnings(const SessionDigest& report, const SessionResult& today,
                                          const History& history, const Parameters& parameters) {
  std::vector<std::string> warnings = today.warnings;
  for (Words& words : std::array{no_cues(today.trials), no_rewards(today.trials),
                                 no_movements(report, today.trials), clipped(today.trace),
                                 rewards_at_rest(report), noise_changed(report.compared.noise_cutoff_v),
                                 success_fell(report), other_parameters(parameters, history)})
    if (words) warnings.push_back(std::move(*words));
  warnings.insert(warnings.end(), history.warnings.begin(), history.warnings.end());
  return warnings;
}

}  // namespace leverkin
