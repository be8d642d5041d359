#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "leverkin/bouts.h"
#include "leverkin/movements.h"
#include "leverkin/pipeline.h"
#include "leverkin/suggestions.h"
#include "support/median.h"

namespace leverkin {
namespace {

/// Which lever samples are at rest: no bout, and recorded.
std::vector<std::size_t> resting(const Trace& trace, const Segmentation& segmentation) {
  std::vector<std::uint8_t> out(segmentation.active);
  for (const SampleRange& range : trace.no_data)
    std::fill(out.begin() + range.begin, out.begin() + std::min(range.end, std::ssize(out)), std::uint8_t{1});
  std::vector<std::size_t> rest;
  for (std::size_t i = 0; i < out.size(); ++i)
    if (out[i] == 0) rest.push_back(i);
  return rest;
}

std::vector<double> at(const std::vector<double>& values, const std::vector<std::size_t>& places) {
  std::vector<double> some;
  for (const std::size_t place : places) some.push_back(values[place]);
  return some;
}

/// Of the trace around its smoothed form, V.
double noise_at(const Trace& trace, const Segmentation& segmentation, const std::vector<std::size_t>& rest) {
  double sum = 0.0;
  for (const std::size_t i : rest) {
    const double off = trace.volts[i] - segmentation.smooth[i];
    sum += off * off;
  }
  return rest.empty() ? 0.0 : std::sqrt(sum / static_cast<double>(rest.size()));
}

/// How far presses go from rest, and which way: the median of the farthest point of every bout.
double usual_press(const Trace& trace, const Segmentation& segmentation, double rest_v) {
  std::vector<double> presses;
  for (const Bout& bout : segmentation.bouts) {
    double farthest = 0.0;
    for (auto i = bout.begin; i < bout.end; ++i) {
      const double off = trace.volts[static_cast<std::size_t>(i)] - rest_v;
      if (std::abs(off) > std::abs(farthest)) farthest = off;
    }
    presses.push_back(farthest);
  }
  return upper_median(std::move(presses));
}

/// Amplitude of a sine in the trace, the median over stretches of a second at rest; NaN where there are none.
double amplitude(const Trace& trace, const Segmentation& segmentation, double frequency_hz) {
  constexpr std::size_t second = 1000;
  std::vector<double> amplitudes;
  for (std::size_t first = 0; first + second <= trace.volts.size(); first += second) {
    if (std::any_of(segmentation.active.begin() + static_cast<std::ptrdiff_t>(first),
                    segmentation.active.begin() + static_cast<std::ptrdiff_t>(first + second),
                    [](std::uint8_t active) { return active != 0; }))
      continue;
    std::complex<double> sum = 0.0;
    for (std::size_t i = 0; i < second; ++i)
      sum += (trace.volts[first + i] - segmentation.smooth[first + i]) *
             std::polar(1.0, -2.0 * std::numbers::pi * frequency_hz * static_cast<double>(i) / lever_rate_hz);
    amplitudes.push_back(2.0 * std::abs(sum) / static_cast<double>(second));
  }
  return amplitudes.empty() ? std::nan("") : upper_median(std::move(amplitudes));
}

/// The mains line that stands out of its surroundings, as a comment; empty: none does.
std::string hum_text(const Trace& trace, const Segmentation& segmentation) {
  constexpr double stands_out = 4.0, beside_hz = 7.0;
  std::string text;
  for (const double mains_hz : {50.0, 60.0}) {
    const double hum = amplitude(trace, segmentation, mains_hz);
    const double around = 0.5 * (amplitude(trace, segmentation, mains_hz - beside_hz) +
                                 amplitude(trace, segmentation, mains_hz + beside_hz));
    if (hum > stands_out * around)
      text += fmt::format("# the mains: {:.3g} mV at {:g} Hz, {:.0f} times its surroundings\n", 1e3 * hum,
                          mains_hz, hum / around);
  }
  return text.empty() ? "# no hum of the mains at 50 or 60 Hz\n" : text;
}

std::string range_text(const SampleFacts& facts, std::int64_t samples) {
  std::string text =
      fmt::format("# the samples go from {:.4g} V to {:.4g} V", facts.low.volts, facts.high.volts);
  constexpr double much = 1e-3;
  for (const auto& [name, extreme] : {std::pair("lowest", facts.low), std::pair("highest", facts.high)})
    if (static_cast<double>(extreme.samples) > much * static_cast<double>(samples))
      text += fmt::format("; {:.2g} % of them stand at the {} value: is it clipped?",
                          100.0 * static_cast<double>(extreme.samples) / static_cast<double>(samples), name);
  return text + "\n";
}

}  // namespace

std::string suggest_rig(Session& session, int threads) {
  Parameters parameters = profile("chen2015");
  parameters.gaps = GapPolicy::hold;
  const TraceRead read = read_trace(session, parameters, threads);
  const Segmentation found = segment(read.trace, parameters, threads, Keep::everything);
  const std::vector<std::size_t> rest = resting(read.trace, found);
  const double rest_v = upper_median(at(read.trace.volts, rest));
  const double press_v = usual_press(read.trace, found, rest_v);
  const SessionInfo& info = session.info();
  std::string text =
      fmt::format("# A rig profile from {}: look it over and complete it (docs/rig-profile.md).\n",
                  std::filesystem::path(info.path).filename().string());
  text += "name = \"\"\n";
  text += info.mm_per_volt > 0.0
              ? fmt::format("volts_per_mm = {}   # as the recording says\n", 1.0 / info.mm_per_volt)
              : std::string("# volts_per_mm = 0.25   # what a volt is: nothing in the recording says\n");
  text += fmt::format("sign = {}   # the usual movement goes {:+.4g} V from rest, of {} movements\n",
                      press_v < 0.0 ? -1 : 1, press_v, found.bouts.size());
  text += fmt::format("rest_v = {:.6g}   # median of the lever at rest\n", rest_v);
  text += fmt::format("noise_v = {:.6g}   # around the trace below 5 Hz, at rest\n",
                      noise_at(read.trace, found, rest));
  text += range_text(read.samples, info.samples);
  text += hum_text(read.trace, found);
  text +=
      "\n[channels]   # where a recording has several\n# lever = \"Lever\"\n# cue = \"Cue\"\n# reward = "
      "\"Reward\"\n";
  text += "\n[threshold_mm]   # how far a press has to go, from this session of an animal on\n# 1 = 1.5\n";
  return text;
}

}  // namespace leverkin
