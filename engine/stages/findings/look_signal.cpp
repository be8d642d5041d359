// The signal of a session: what a sensor, its cable or its converter did to it. Every function looks for one
// kind of finding.
#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include "stages/findings/kinds.h"
#include "stages/findings/quiet_trace.h"
#include "support/median.h"

namespace leverkin::findings {
namespace {

constexpr std::int64_t second = 1000;       // lever samples
constexpr double flat_part = 1e-6;          // of the range: what rounding leaves of a constant
constexpr std::int64_t shortest_flat = 20;  // samples; 40 ms of raw samples, of which the filter blurs half
constexpr std::int64_t most_standing = 60 * second;  // one in this time, after the first two
constexpr std::int64_t blur = 12;  // samples on either side that the filter draws an edge over
constexpr std::int64_t drift_window = 60 * second;
constexpr double least_of_noise = 5.0;      // restlessness; below it, the lever is always on its way
constexpr double smallest_scale_v = 0.01;   // what a press of any sensor exceeds
constexpr std::array lines_hz{50.0, 60.0};  // mains
constexpr std::array beside_hz{44.0, 47.0, 53.0, 57.0, 63.0, 66.0};
constexpr double above_beside = 10.0;     // times the power beside it: a line, not noise
constexpr std::size_t most_windows = 60;  // that a spectrum is taken of

std::string milliseconds_at(const SampleRange& range) {
  return fmt::format("{} ms at {:.3f} s", range.end - range.begin, static_cast<double>(range.begin) / second);
}

// A press that runs into a limit gets there by and by; a wire that lets go does not.
bool jumps_into(const QuietTrace& quiet, const SampleRange& run, double limit_v) {
  const auto step = [&](std::int64_t from, std::int64_t to) {
    return from >= 0 && to < quiet.size() && from < quiet.size() ? std::abs(quiet.at(from) - quiet.at(to))
                                                                 : 0.0;
  };
  return step(run.begin - blur, run.begin) > limit_v || step(run.end - 1, run.end - 1 + blur) > limit_v;
}

std::vector<SampleRange> flat_runs(const QuietTrace& quiet, double flat_v) {
  std::vector<SampleRange> runs;
  const std::int64_t stop = quiet.size() - QuietTrace::border;
  const auto flat = [&](std::int64_t i) { return std::abs(quiet.at(i) - quiet.at(i - 1)) <= flat_v; };
  // Every run of that length holds one of these samples with its neighbour.
  for (std::int64_t i = QuietTrace::border + shortest_flat; i < stop; i += shortest_flat - 1) {
    if (!flat(i)) continue;
    std::int64_t begin = i - 1, end = i + 1;
    while (begin > QuietTrace::border && flat(begin)) --begin;
    while (end < stop && flat(end)) ++end;
    if (end - begin >= shortest_flat && !quiet.lacks_data(begin, end)) runs.push_back({begin, end});
    while (i < end) i += shortest_flat - 1;
    i -= shortest_flat - 1;
  }
  return runs;
}

constexpr std::size_t frequencies = lines_hz.size() + beside_hz.size();
using Powers = Eigen::Array<double, frequencies, 1>;  // of the lines, then of what is beside them

constexpr double frequency_hz(std::size_t f) {
  return f < lines_hz.size() ? lines_hz[f] : beside_hz[f - lines_hz.size()];
}

struct Wave {
  Powers re, im;  ///< of every frequency, at one sample
};

// A second of them, the same for every window.
std::vector<Wave> waves_of_a_second() {
  Wave turn;
  for (std::size_t f = 0; f < frequencies; ++f) {
    const auto by = std::polar(1.0, -2.0 * std::numbers::pi * frequency_hz(f) / lever_rate_hz);
    turn.re[f] = by.real(), turn.im[f] = by.imag();
  }
  std::vector<Wave> waves{{Powers::Ones(), Powers::Zero()}};
  while (waves.size() < second) {
    const auto& [re, im] = waves.back();
    waves.push_back({re * turn.re - im * turn.im, re * turn.im + im * turn.re});
  }
  return waves;
}

// Squared amplitudes in a second of samples, in volts squared; the mean is taken off first.
Powers powers_in(std::span<const double> volts, const std::vector<Wave>& waves) {
  double mean = 0.0;
  for (const double v : volts) mean += v;
  mean /= static_cast<double>(volts.size());
  Powers sum_re = Powers::Zero(), sum_im = Powers::Zero();
  for (std::size_t i = 0; i < volts.size(); ++i) {
    sum_re += (volts[i] - mean) * waves[i].re;
    sum_im += (volts[i] - mean) * waves[i].im;
  }
  const double of_sum = 2.0 / static_cast<double>(volts.size());  // an amplitude, from its sum
  return of_sum * of_sum * (sum_re * sum_re + sum_im * sum_im);
}

struct Hum {
  double hz = 0.0, volts = 0.0, beside_v = 0.0;  ///< root of the mean power over all windows
  std::int64_t strongest = 0;                    ///< window, its first sample
};

Hum hum_of(const QuietTrace& quiet, const std::vector<std::int64_t>& windows) {
  const std::vector<Wave> waves = waves_of_a_second();
  std::vector<Powers> powers;
  for (const std::int64_t begin : windows) powers.push_back(powers_in(quiet.part(begin, second), waves));
  const auto mean_power = [&](std::size_t f) {
    double sum = 0.0;
    for (const Powers& window : powers) sum += window[f];
    return sum / static_cast<double>(windows.size());
  };
  double beside = 0.0;
  for (std::size_t f = lines_hz.size(); f < frequencies; ++f)
    beside += mean_power(f) / static_cast<double>(beside_hz.size());
  Hum hum{.beside_v = std::sqrt(beside)};
  for (std::size_t f = 0; f < lines_hz.size(); ++f) {
    const double volts = std::sqrt(mean_power(f));
    if (!(volts > hum.volts)) continue;
    const auto strongest =
        std::ranges::max_element(powers, {}, [&](const Powers& window) { return window[f]; });
    hum.hz = lines_hz[f], hum.volts = volts;
    hum.strongest = windows[static_cast<std::size_t>(strongest - powers.begin())];
  }
  return hum;
}

// Nothing but noise: no sample of it is far from the others, and none hurries.
bool is_noise(double restlessness) {
  return restlessness == 0.0 ||
         (restlessness >= least_of_noise && restlessness < kind_of("dead_channel")->threshold);
}

}  // namespace

FoundList drop_outs(const SessionEvidence& session, const Kind& kind) {
  const QuietTrace quiet(session);
  const SampleFacts& facts = session.samples;
  const double range = facts.high.volts - facts.low.volts, flat_v = flat_part * range;
  if (!(range > 0.0) || !(quiet.usual_step(1) > 100.0 * flat_v)) return {};  // too coarse to tell
  const double limit_v = std::max(3.0 * quiet.rare_step(blur), 0.25 * range);
  std::vector<SampleRange> lost, standing;
  for (const SampleRange& run : flat_runs(quiet, flat_v)) {
    const double at = quiet.at(run.begin);
    const bool limit = at - facts.low.volts < 1e-3 * range || facts.high.volts - at < 1e-3 * range;
    if (jumps_into(quiet, run, limit_v))
      lost.push_back(run);
    else if (!limit)  // else clipped
      standing.push_back(run);
  }
  // A sensor that freezes does so now and then; a coarse converter at rest stands still all the time.
  if ((std::ssize(standing) - 2) * most_standing < quiet.size())
    lost.insert(lost.end(), standing.begin(), standing.end());
  std::int64_t samples = 0;
  for (const SampleRange& run : lost) samples += run.end - run.begin;
  const double seconds = static_cast<double>(samples) / second;
  if (lost.empty() || seconds < kind.threshold) return {};
  const SampleRange longest =
      *std::ranges::max_element(lost, {}, [](const SampleRange& run) { return run.end - run.begin; });
  return {{seconds,
           say(kind, arg("n", lost.size()), arg("times", std::string(lost.size() == 1 ? "time" : "times")),
               arg("seconds", seconds), arg("longest", milliseconds_at(longest)),
               arg("volts", quiet.at(longest.begin))),
           static_cast<double>(longest.begin) / second, static_cast<double>(longest.end) / second}};
}

FoundList dead_channel(const SessionEvidence& session, const Kind& kind) {
  const QuietTrace quiet(session);
  if (quiet.usual_movement_v() || session.movements.size() > 0) return {};  // it moves
  const auto restlessness = quiet.restlessness();
  if (!restlessness || !is_noise(*restlessness)) return {};
  return {{*restlessness, say(kind, arg("range", 1e3 * quiet.range()), arg("times", *restlessness)), 0.0,
           session.info.duration_s}};
}

FoundList wrong_scale(const SessionEvidence& session, const Kind& kind) {
  const SampleFacts& samples = session.samples;
  const double low = samples.low.volts, high = samples.high.volts, range = high - low;
  const double furthest = -low > high ? low : high;
  if (std::abs(furthest) >= kind.threshold)
    return {{furthest,
             say(kind, arg("what", fmt::format("the lever reaches {:.4g} V, more than any converter takes",
                                               furthest)))}};
  if (range >= smallest_scale_v) return {};
  const auto restlessness = QuietTrace(session).restlessness();
  if (!restlessness || is_noise(*restlessness)) return {};
  return {
      {range, say(kind, arg("what", fmt::format("the lever moves within {:.3g} mV, less than a press gives",
                                                1e3 * range)))}};
}

FoundList drift(const SessionEvidence& session, const Kind& kind) {
  const QuietTrace quiet(session);
  const auto usual = quiet.usual_movement_v();
  if (!usual) return {};
  struct Level {
    double volts, at_s;
  };
  std::vector<Level> levels;
  for (std::int64_t begin = 0; begin + drift_window <= quiet.size(); begin += drift_window)
    if (const auto level = quiet.level(begin, begin + drift_window)) {
      const auto middle = begin + drift_window / 2;
      levels.push_back({*level, static_cast<double>(middle) / second});
    }
  if (levels.size() < 3) return {};
  const auto [low, high] = std::ranges::minmax_element(levels, {}, &Level::volts);
  const double share = (high->volts - low->volts) / *usual;
  if (share < kind.threshold) return {};
  const auto [from_s, to_s] = std::minmax(low->at_s, high->at_s);
  return {{share,
           say(kind, arg("volts", 1e3 * (high->volts - low->volts)), arg("share", 100.0 * share),
               arg("from", from_s), arg("to", to_s)),
           from_s, to_s}};
}

FoundList mains(const SessionEvidence& session, const Kind& kind) {
  const QuietTrace quiet(session);
  const auto usual = quiet.usual_movement_v();
  if (!usual || session.info.rate_hz < 2.5 * lines_hz.back()) return {};
  const std::vector<std::int64_t> windows = quiet.still_windows(second, most_windows);
  if (windows.size() < 5) return {};
  const Hum hum = hum_of(quiet, windows);
  const double share = hum.volts / *usual;
  if (share < kind.threshold || hum.volts * hum.volts < above_beside * hum.beside_v * hum.beside_v) return {};
  const double at_s = static_cast<double>(hum.strongest) / second;
  return {{share,
           say(kind, arg("hz", hum.hz), arg("volts", 1e3 * hum.volts), arg("share", 100.0 * share),
               arg("at", at_s)),
           at_s, at_s + 1.0}};
}

}  // namespace leverkin::findings
