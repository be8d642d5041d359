// How long does one session take, from opening its file to its bouts? leverkin also hashes the input, assigns
// the trials and cuts out the movements.
#include <leverkin/leverkin.h>

#include <string>
#include <vector>

#include "contest.h"
#include "peer.h"
#include "settings.h"

namespace leverkin::bench {
namespace {

constexpr const char* stage = "session";

SessionResult analysed(const std::string& name, int threads) {
  Session session = open_session(recording(name));
  return analyze_session(session, {}, threads);
}

// First and past-the-end sample of every bout, one after the other.
std::vector<double> borders(const SessionResult& result) {
  std::vector<double> all;
  for (const Bout& bout : result.segmentation.bouts) {
    all.push_back(static_cast<double>(bout.begin));
    all.push_back(static_cast<double>(bout.end));
  }
  return all;
}

std::string bouts_differ(const std::string& name, int threads) {
  const std::vector<double> ours = borders(analysed(name, threads));
  if (ours.empty()) return "no bouts in " + name;
  return differences(ours, peer().result({"session", recording(name)}), 0.0);
}

void enter_session(const std::string& job, const std::string& name, int threads) {
  enter_check(stage, job, [=] { return bouts_differ(name, threads); });
  enter(stage, job, "leverkin", [=] {
    SessionResult result;  // outlives the clock: freeing it is not part of the job
    return seconds([&] { result = analysed(name, threads); });
  });
  enter(stage, job, "SciPy", [=] { return peer().seconds({"session", recording(name)}); });
}

void enter_length(const std::string& length, const std::string& file) {
  enter_session(length + ", 1 thread", file, 1);
  enter_session(length + ", 2 threads", file, 2);
  enter_session(length + ", gzip-4 + shuffle, 2 threads", file + "-gzip", 2);
  enter_session(length + ", int16, 2 threads", file + "-int16", 2);
  enter_session(length + ", odd length, 1 thread", file + "-odd", 1);
}

[[maybe_unused]] const bool entered = [] {
  enter_length("1 hour", "60min");
  enter_length("10 min", "10min");
  return true;
}();

}  // namespace
}  // namespace leverkin::bench
