// What is done to a recording is found, in its place, and nothing else is; what is not done is not found.
#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <random>

#include "leverkin/findings.h"
#include "leverkin/pipeline.h"
#include "leverkin/simulate.h"
#include "session_files.h"
#include "support/system_file.h"

namespace leverkin {
namespace {

using test::nan;

constexpr double rate_hz = 2000.0;
constexpr double minutes = 8.0;

/// A simulated session, to be spoilt.
struct Recording {
  SessionHeader header;
  std::vector<double> volts;
  TrialTable trials;

  [[nodiscard]] std::size_t at(double seconds) const { return static_cast<std::size_t>(seconds * rate_hz); }
  [[nodiscard]] double duration_s() const { return static_cast<double>(volts.size()) / rate_hz; }
};

double wave(double hz, std::size_t i) {
  return std::sin(2.0 * std::numbers::pi * hz * static_cast<double>(i) / rate_hz);
}

struct Fault {
  std::string code;
  std::function<void(Recording&)> plant;
  double from_s = 0.0, to_s = 1e9;  ///< within which it is found
};

// A signal without presses.
void leave_noise(Recording& one, double spread_v) {
  std::mt19937 random(1);
  std::normal_distribution<double> noise(1.5, spread_v);
  for (double& v : one.volts) v = noise(random);
}

const std::vector<Fault>& faults() {
  static const std::vector<Fault> all{
      {"drop_outs",
       [](Recording& one) {
         for (const double at_s : {100.0, 200.0})
           std::fill_n(one.volts.begin() + static_cast<std::ptrdiff_t>(one.at(at_s)), one.at(0.15), 0.0);
       },
       99.9, 200.2},
      {"clipped",
       [](Recording& one) {
         for (double& v : one.volts) v = std::min(v, 1.65);
       }},
      {"drift",
       [](Recording& one) {
         for (std::size_t i = 0; i < one.volts.size(); ++i)
           one.volts[i] += 0.4 * static_cast<double>(i) / static_cast<double>(one.volts.size());
       }},
      {"mains",
       [](Recording& one) {
         for (std::size_t i = 0; i < one.volts.size(); ++i) one.volts[i] += 0.04 * wave(50.0, i);
       }},
      {"dead_channel", [](Recording& one) { leave_noise(one, 0.002); }},
      {"wrong_scale",
       [](Recording& one) {
         for (double& v : one.volts) v *= 1000.0;
       }},
      {"wrong_scale",
       [](Recording& one) {
         for (double& v : one.volts) v *= 0.001;
       }},
      {"rewards_not_confirmed",
       [](Recording& one) {
         for (double& t : one.trials.reward_s) t += 0.45;
       }},
      {"trial_count", [](Recording& one) { one.trials.cue_s[3] = one.trials.cue_s[7] = nan; }},
      {"reward_without_movement",
       [](Recording& one) {
         const auto reward = std::ranges::find_if(one.trials.reward_s, [](double t) { return t > 60.0; });
         const std::size_t k = one.at(*reward);
         std::mt19937 random(1);
         std::normal_distribution<double> noise(1.5, 0.0015);
         for (std::size_t i = k - one.at(2.0); i < k + one.at(2.0); ++i) one.volts[i] = noise(random);
       },
       60.0},
  };
  return all;
}

// Simulated once: a mouse that presses well.
const Recording& sound() {
  static const Recording made = [] {
    const auto folder = std::filesystem::temp_directory_path() /
                        fmt::format("leverkin-quality-{}", system_file::process_id());
    SimulateOptions options;
    options.animals = 1, options.sessions = 6, options.minutes = minutes, options.rate_hz = rate_hz;
    options.format = "hdf5";
    Recording recording;
    {
      Session session(simulate(folder, options).back());
      recording.header.identity = session.info().identity;
      recording.header.rate_hz = rate_hz;
      recording.header.mm_per_volt = session.info().mm_per_volt;
      recording.volts = test::read_all(session);
      recording.trials = session.trials();
    }
    std::filesystem::remove_all(folder);
    return recording;
  }();
  return made;
}

std::vector<Finding> found_in(const Recording& recording) {
  const auto path = std::filesystem::temp_directory_path() /
                    fmt::format("leverkin-quality-{}.h5", system_file::process_id());
  test::write(path, recording.header, recording.volts, {}, &recording.trials);
  Session session(path);
  const Inspection inspection = inspect(session);
  std::filesystem::remove(path);
  return inspection.findings;
}

class QualityFindings : public testing::TestWithParam<std::size_t> {};

TEST_P(QualityFindings, AreFoundInTheirPlace) {
  const Fault& fault = faults()[GetParam()];
  Recording recording = sound();
  fault.plant(recording);
  const auto findings = found_in(recording);
  const auto found = std::ranges::find(findings, fault.code, &Finding::code);
  std::string others;
  for (const Finding& one : findings) others += one.code + ": " + one.text + "\n";
  ASSERT_NE(found, findings.end()) << others;
  EXPECT_FALSE(std::isnan(found->value));
  if (fault.code == "wrong_scale") return;  // everywhere
  EXPECT_GE(found->start_s, fault.from_s);
  EXPECT_LE(found->stop_s, std::min(fault.to_s, recording.duration_s()));
}

INSTANTIATE_TEST_SUITE_P(Planted, QualityFindings, testing::Range<std::size_t>(0, faults().size()),
                         [](const auto& test) {
                           std::string name = fmt::format("{}_{}", faults()[test.param].code, test.param);
                           std::erase(name, '_');
                           return name;
                         });

TEST(SoundRecording, ShowsNoneOfThem) {
  const auto findings = found_in(sound());
  for (const Fault& fault : faults())
    EXPECT_EQ(std::ranges::count(findings, fault.code, &Finding::code), 0) << fault.code;
}

}  // namespace
}  // namespace leverkin
