// How fast does the raw clock become the lever clock, without a file? Also at rates that are no multiple of 1
// kHz.
#include <leverkin/trace.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "contest.h"
#include "peer.h"

namespace leverkin::bench {
namespace {

constexpr const char* stage = "decimate";
constexpr double tolerance_v = 1e-12;
constexpr std::size_t samples = 6'000'000;  // ten minutes at 10 kHz

const std::vector<double>& slow_wave() {
  static std::vector<double> volts;
  if (!volts.empty()) return volts;
  volts.resize(samples);
  for (std::size_t i = 0; i < samples; ++i) volts[i] = 1.5 + 0.3 * std::sin(1e-4 * static_cast<double>(i));
  return volts;
}

std::vector<std::string> peer_job(const RateRatio& ratio) {
  static const std::string file = write_doubles("slow-wave", slow_wave());
  return {"decimate", file, std::to_string(ratio.up), std::to_string(ratio.down)};
}

void enter_rate(const std::string& job, double rate_hz) {
  const RateRatio ratio = lever_rate_ratio(rate_hz);
  enter_check(stage, job, [=] {
    return differences(downsample(slow_wave(), rate_hz), peer().result(peer_job(ratio)), tolerance_v);
  });
  enter(stage, job, "leverkin", [=] {
    std::vector<double> lever;
    const std::vector<double>& volts = slow_wave();
    return seconds([&] { lever = downsample(volts, rate_hz); });
  });
  enter(stage, job, "SciPy", [=] { return peer().seconds(peer_job(ratio)); });
}

[[maybe_unused]] const bool entered = [] {
  enter_rate("10000 Hz", 10000.0);
  enter_rate("20000 Hz", 20000.0);
  enter_rate("5888 Hz", 5888.0);
  return true;
}();

}  // namespace
}  // namespace leverkin::bench
