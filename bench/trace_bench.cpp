// How fast does a file at the raw clock become the trace at the lever clock? leverkin also looks for samples
// that are not numbers, and hashes the input.
#include <leverkin/leverkin.h>

#include <string>

#include "contest.h"
#include "peer.h"
#include "settings.h"

namespace leverkin::bench {
namespace {

constexpr const char* stage = "read + decimate";
constexpr double tolerance_v = 1e-12;

std::vector<double> trace_of(const std::string& name, int threads) {
  Session session = open_session(recording(name));
  return read_trace(session, {}, threads).trace.volts;
}

void enter_read(const std::string& job, const std::string& name, int threads) {
  enter_check(stage, job, [=] {
    return differences(trace_of(name, threads), peer().result({"trace", recording(name)}), tolerance_v);
  });
  enter(stage, job, "leverkin", [=] {
    std::vector<double> trace;
    return seconds([&] { trace = trace_of(name, threads); });
  });
  enter(stage, job, "SciPy", [=] { return peer().seconds({"trace", recording(name)}); });
}

void enter_length(const std::string& length, const std::string& file) {
  enter_read(length + ", 1 thread", file, 1);
  enter_read(length + ", 2 threads", file, 2);
}

[[maybe_unused]] const bool entered = [] {
  enter_length("1 hour", "60min");
  enter_length("10 min", "10min");
  return true;
}();

}  // namespace
}  // namespace leverkin::bench
