// How fast is the envelope of the velocity, one transform over the whole trace? In memory. A transform of a
// prime number of samples takes more than one of a number with small factors; how much more is the second
// question.
#include <leverkin/leverkin.h>

#include <map>
#include <string>

#include "contest.h"
#include "lever_trace.h"
#include "peer.h"

namespace leverkin::bench {
namespace {

constexpr const char* stage = "envelope";
constexpr double tolerance_v = 5e-11;

// The velocity of a recording, its beginning repeated at the end where `samples` are more than there are.
const std::vector<double>& velocity_of(const std::string& name, std::size_t samples) {
  static std::map<std::size_t, std::vector<double>> made;
  std::vector<double>& all = made[samples];
  if (!all.empty()) return all;
  all = velocity(smooth(lever_trace(name)));
  const std::size_t whole = all.size();
  all.resize(samples);
  for (std::size_t i = whole; i < samples; ++i) all[i] = all[i - whole];
  return all;
}

std::string input_file(const std::string& name, std::size_t samples) {
  static std::map<std::size_t, std::string> files;
  if (!files.contains(samples))
    files[samples] = write_doubles("velocity-" + std::to_string(samples), velocity_of(name, samples));
  return files[samples];
}

double run_leverkin(const std::string& name, std::size_t samples, int threads) {
  std::vector<double> modulus;
  const std::vector<double>& v = velocity_of(name, samples);
  return seconds([&] { modulus = envelope(v, threads); });
}

void enter_envelope(const std::string& job, const std::string& name, std::size_t samples, int threads) {
  enter_check(stage, job, [=] {
    return differences(envelope(velocity_of(name, samples), threads),
                       peer().result({"envelope", input_file(name, samples)}), tolerance_v);
  });
  enter(stage, job, "leverkin", [=] { return run_leverkin(name, samples, threads); });
  enter(stage, job, "SciPy", [=] { return peer().seconds({"envelope", input_file(name, samples)}); });
}

void enter_prime(const std::string& job, const std::string& name, std::size_t smooth_length,
                 std::size_t prime) {
  enter_envelope(job, name, prime, 1);
  enter(stage, job, "leverkin, smooth length", [=] { return run_leverkin(name, smooth_length, 1); });
}

[[maybe_unused]] const bool entered = [] {
  enter_envelope("1 hour, 1 thread", "60min", 3'600'000, 1);
  enter_envelope("1 hour, 2 threads", "60min", 3'600'000, 2);
  enter_prime("1 hour, prime length, 1 thread", "60min", 3'600'000, 3'600'013);
  enter_envelope("10 min, 1 thread", "10min", 600'000, 1);
  enter_prime("10 min, prime length, 1 thread", "10min", 600'000, 600'011);
  return true;
}();

}  // namespace
}  // namespace leverkin::bench
