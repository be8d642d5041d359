// How fast is the zero-phase low-pass of the trace at 1 kHz? In memory.
#include <leverkin/leverkin.h>

#include <string>

#include "contest.h"
#include "lever_trace.h"
#include "peer.h"

namespace leverkin::bench {
namespace {

constexpr const char* stage = "low-pass";
constexpr double tolerance_v = 5e-9;

// The peer's input, written when it is first asked for.
std::string input_file(const std::string& name) {
  static std::map<std::string, std::string> files;
  if (!files.contains(name)) files[name] = write_doubles("lever-" + name, lever_trace(name));
  return files[name];
}

void enter_low_pass(const std::string& job, const std::string& name, int threads) {
  enter_check(stage, job, [=] {
    return differences(smooth(lever_trace(name), {}, threads), peer().result({"smooth", input_file(name)}),
                       tolerance_v);
  });
  enter(stage, job, "leverkin", [=] {
    std::vector<double> smooth_v;
    const std::vector<double>& volts = lever_trace(name);
    smooth_v.resize(volts.size());
    return seconds([&] { smooth(volts, smooth_v, {}, threads); });
  });
  enter(stage, job, "SciPy", [=] { return peer().seconds({"smooth", input_file(name)}); });
}

[[maybe_unused]] const bool entered = [] {
  enter_low_pass("1 hour, 1 thread", "60min", 1);
  enter_low_pass("1 hour, 2 threads", "60min", 2);
  enter_low_pass("10 min, 1 thread", "10min", 1);
  return true;
}();

}  // namespace
}  // namespace leverkin::bench
