// WaveSurfer recordings, real ones (with LEVERKIN_TEST_DATA) and made ones.
#include "wavesurfer_files.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "leverkin/pipeline.h"
#include "session_files.h"
#include "test_data.h"

namespace leverkin {
namespace {

using namespace test;

class WaveSurfer : public SessionFiles {
 protected:
  [[nodiscard]] std::filesystem::path made(const WaveSurferFile& recording) const {
    write_wavesurfer(file("m07_3.h5"), recording);
    return file("m07_3.h5");
  }
  [[nodiscard]] static WaveSurferFile good() { return wavesurfer_of(sine(40'000), 10'000.0, three_trials()); }

  void expect_refused(const WaveSurferFile& recording, const std::vector<std::string>& words,
                      const SessionOptions& options = {}) const {
    try {
      Session session = open_session(made(recording), options);
      (void)read_all(session);
      ADD_FAILURE() << "accepted; expected a word on " << words.front();
    } catch (const BadSession& error) {
      for (const std::string& word : words) EXPECT_SAYS(std::string(error.what()), word);
    }
  }

  [[nodiscard]] std::string rig(const std::string& text) const {
    std::ofstream(file("rig.toml")) << text;
    return file("rig.toml").string();
  }
};

std::vector<std::string> codes_of(const Session& session) {
  std::vector<std::string> codes;
  for (const SessionNote& note : session.info().notes) codes.push_back(note.code);
  return codes;
}

// --- real recordings

std::vector<double> stretch(Session& session, std::int64_t first, std::int64_t count) {
  std::vector<double> volts(static_cast<std::size_t>(count));
  session.read_volts(first, volts);
  return volts;
}

void expect_near(double found, double expected, const std::string& what) {
  EXPECT_NEAR(found, expected, 1e-9 * std::max(1e-3, std::abs(expected))) << what;
}

void expect_sweep(const std::vector<double>& volts, const nlohmann::json& sweep, std::size_t channel,
                  const std::string& what) {
  double sum = 0.0;
  for (const double v : volts) sum += v;
  expect_near(sum / static_cast<double>(volts.size()), sweep["mean"][channel], what + " mean");
  expect_near(std::ranges::min(volts), sweep["min"][channel], what + " min");
  expect_near(std::ranges::max(volts), sweep["max"][channel], what + " max");
  for (std::size_t i = 0; i < 3; ++i) expect_near(volts[i], sweep["first3"][channel][i], what + " first");
}

TEST_F(WaveSurfer, ReadsTheRealRecordingsAsTheirOwnReaderDoes) {
  LEVERKIN_NEEDS_TEST_DATA();
  const std::filesystem::path folder = test_data() / "data/wavesurfer";
  const nlohmann::json expected = nlohmann::json::parse(std::ifstream(folder / "expected.json"));
  int read = 0;
  for (const auto& [name, recording] : expected.items()) {
    if (!recording.contains("sweeps")) continue;
    const std::size_t channels = recording["sweeps"].front()["shape"][0];
    for (std::size_t channel = 0; channel < channels; ++channel) {
      SessionOptions options;
      if (channels > 1) options.lever = "AI" + std::to_string(channel);
      Session session = open_session(folder / name, options);
      EXPECT_NEAR(session.info().rate_hz, recording["nominal_or_true_rate_as_loaded"].get<double>(),
                  1e-6 * session.info().rate_hz);
      std::int64_t first = 0;
      for (const auto& [sweep, numbers] : recording["sweeps"].items()) {
        const std::int64_t count = numbers["shape"][1];
        expect_sweep(stretch(session, first, count), numbers, channel, name + " " + sweep);
        first += count;
        ++read;
      }
      EXPECT_EQ(first, session.info().samples) << name;
    }
  }
  EXPECT_GT(read, 10);
}

TEST_F(WaveSurfer, RefusesRealRecordingsWithoutCoefficientsUnlessTheRigHasSome) {
  LEVERKIN_NEEDS_TEST_DATA();
  for (const std::string version : {"0p912", "0p913"}) {
    const auto path = test_data() / ("data/wavesurfer/29997_Hz_sampling_rate_" + version + "_0001.h5");
    try {
      (void)open_session(path);
      ADD_FAILURE() << version << " was accepted";
    } catch (const BadSession& error) {
      EXPECT_SAYS(std::string(error.what()), "no scaling coefficients");
      EXPECT_SAYS(std::string(error.what()), "counts_to_volts");
    }
    Session session = open_session(path, {.rig = rig("counts_to_volts = [0.0, 0.0003125]\n")});
    EXPECT_NEAR(session.info().rate_hz, 1e8 / 3333, 1e-6) << version;
    EXPECT_EQ(session.info().samples, 29'997 + (version == "0p913" ? 6 : 0));
    const double count = stretch(session, 0, 1).front() / 0.0003125;
    EXPECT_NEAR(count, std::round(count), 1e-9);
  }
}

// --- made ones

TEST_F(WaveSurfer, ReadsBothLayoutsOfTheHeaderWhateverTheVersionSays) {
  for (const bool old : {false, true})
    for (const std::string version : {"0.913", "1.0.2", "2.0"}) {
      WaveSurferFile recording = good();
      recording.old_layout = old;
      recording.version = version;
      Session session = open_session(made(recording));
      EXPECT_EQ(session.info().format, "wavesurfer");
      EXPECT_EQ(session.info().identity.start_time, "2026-03-01T10:05:07.250");
      EXPECT_EQ(session.info().identity.session, 3);
      EXPECT_EQ(session.info().rate_hz, 10'000.0);
      EXPECT_EQ(session.trials().reward_s[0], 0.9);
      EXPECT_NEAR(read_all(session)[1234], sine(40'000)[1234], wavesurfer_quantum_v / 2);
    }
}

TEST_F(WaveSurfer, ScalesByTheCubicOfTheActiveChannelAndTheScaleOfAllChannels) {
  WaveSurferFile recording = good();
  recording.channels = {"AI0", "broken", "Lever"};
  recording.active = {1.0, 0.0, 1.0};
  recording.scales = {1.0, 7.0, 0.5};
  recording.units = {"V", "V", "mV"};
  recording.coefficients = {{9.0, 9.0, 9.0, 9.0}, {0.25, 1e-3, 2e-8, -3e-12}};
  const std::vector<std::int16_t> counts{100, -2000, 30'000, 7};
  recording.sweeps = {{0.0, {{1, 2, 3, 4}, counts}, {0, 0, 0, 0}}};
  Session session = open_session(made(recording));
  EXPECT_SAYS(session.info().dataset, "Lever");
  const std::vector<double> volts = read_all(session);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double x = counts[i], expected = (0.25 + 1e-3 * x + 2e-8 * x * x - 3e-12 * x * x * x) / 0.5 * 1e-3;
    EXPECT_NEAR(volts[i], expected, 1e-12 * std::abs(expected)) << i;
  }
}

TEST_F(WaveSurfer, TakesTheRateThatEarlyVersionsReallyTook) {
  WaveSurferFile recording = good();
  recording.rate_hz = 29'997.0;
  recording.version = "0.912";
  {
    const Session early = open_session(made(recording));
    EXPECT_NEAR(early.info().rate_hz, 1e8 / 3333, 1e-9);
    EXPECT_EQ(codes_of(early), std::vector<std::string>{"true_rate"});
  }
  recording.version = "0.913";
  const Session late = open_session(made(recording));
  EXPECT_EQ(late.info().rate_hz, 29'997.0);
}

TEST_F(WaveSurfer, JoinsSweepsWithTheTimeBetweenThemAsNoData) {
  WaveSurferFile recording = good();
  const auto volts = sine(30'000);
  const auto part = [&](double stamp_s, std::size_t first) {
    const std::vector<double> some(volts.begin() + first, volts.begin() + first + 10'000);
    return WaveSurferFile::Sweep{stamp_s, {counts_of(some)}, std::vector<std::uint8_t>(10'000, 0)};
  };
  recording.sweeps = {part(0.5, 0), part(1.99998, 10'000), part(2.99, 20'000)};
  recording.sweeps[1].digital[5'000] = 2;  // a cue
  Session session = open_session(made(recording));
  EXPECT_FALSE(session.info().regular);
  EXPECT_EQ(session.info().samples, 30'000);
  EXPECT_EQ(codes_of(session), std::vector<std::string>{"parts_joined"});
  std::vector<double> seconds(3);
  session.read_timestamps(9'999, seconds);
  EXPECT_NEAR(seconds[0], 0.9999, 1e-9);
  EXPECT_NEAR(seconds[1], 1.5, 1e-9) << "on the grid of the samples";
  session.read_timestamps(20'000, seconds);
  EXPECT_NEAR(seconds[0], 2.5, 1e-9) << "a sweep never begins before the one before has ended";
  ASSERT_EQ(session.trials().size(), 1);
  EXPECT_NEAR(session.trials().cue_s[0], 2.0, 1e-9);
  const Trace trace = read_trace(session).trace;
  ASSERT_EQ(trace.no_data.size(), 1U);
  EXPECT_EQ(trace.no_data[0].begin, 1000);
  EXPECT_EQ(trace.no_data[0].end, 1500);
}

TEST_F(WaveSurfer, LeavesOutTheZerosOfASweepThatWasStopped) {
  WaveSurferFile recording = good();
  auto& sweep = recording.sweeps[0];
  recording.channels = {"Lever", "AI1"};
  recording.active = {1.0, 1.0};
  recording.scales = {1.0, 1.0};
  recording.units = {"V", "V"};
  recording.coefficients.push_back(recording.coefficients[0]);
  sweep.rows.push_back(sweep.rows[0]);
  for (auto& row : sweep.rows) std::fill(row.begin() + 35'000, row.end(), std::int16_t{0});
  {
    const Session stopped = open_session(made(recording));
    EXPECT_EQ(stopped.info().samples, 35'000);
    EXPECT_EQ(codes_of(stopped), std::vector<std::string>{"zero_tail"});
    EXPECT_EQ(stopped.info().notes[0].value, 0.5);
  }
  sweep.rows[1].back() = 1;  // another channel went on: zeros of the lever are what it measured
  EXPECT_EQ(open_session(made(recording)).info().samples, 40'000);
}

TEST_F(WaveSurfer, MakesTrialsOfCuesWhereNoLineSaysWhenTheyBegin) {
  WaveSurferFile recording = good();
  recording.lines = {"unused", "Tone", "Water valve"};
  {
    const Session session = open_session(made(recording));
    ASSERT_EQ(session.trials().size(), 2);
    EXPECT_EQ(session.trials().start_s, session.trials().cue_s);
    EXPECT_EQ(session.trials().stop_s[0], 2.6);
    EXPECT_EQ(session.trials().reward_s[0], 0.9);
  }
  recording.lines = {"a", "b", "c"};
  EXPECT_EQ(open_session(made(recording)).trials().size(), 0);
  const auto by_rig = rig("[channels]\ncue = \"b\"\nreward = \"c\"\n");
  EXPECT_EQ(open_session(made(recording), {.rig = by_rig}).trials().size(), 2);
}

TEST_F(WaveSurfer, SaysWhatIsWrong) {
  WaveSurferFile recording = good();
  recording.coefficients.clear();
  expect_refused(recording, {"no scaling coefficients", "counts_to_volts"});
  recording = good();
  recording.coefficients.push_back({0.0, 1.0, 0.0, 0.0});
  expect_refused(recording, {"8 values", "4 coefficients for each of the 1 active channels"});
  recording = good();
  recording.coefficients[0][1] = nan;
  expect_refused(recording, {"AIScalingCoefficients", "finite"});
  recording = good();
  recording.scales = {0.0};
  expect_refused(recording, {"AIChannelScales", "not 0"});
  recording = good();
  recording.units = {"pA"};
  expect_refused(recording, {"pA"});
  recording = good();
  recording.channels = {"AI0", "AI1"};
  recording.active = {1.0, 1.0};
  recording.scales = {1.0, 1.0};
  recording.units = {"V", "V"};
  recording.coefficients.push_back(recording.coefficients[0]);
  expect_refused(recording, {"AI0, AI1", "--lever"});
  expect_refused(recording, {"shape (1, 40000)", "a row 1"}, {.lever = "AI1"});
  expect_refused(good(), {"one named nobody"}, {.lever = "nobody"});
  recording = good();
  recording.rate_hz = 0.0;
  expect_refused(recording, {"the rate of the acquisition", "0"});
  recording = good();
  recording.sweeps.clear();
  expect_refused(recording, {"no sweep"});
  recording = good();
  recording.active = {1.0, 1.0};
  expect_refused(recording, {"2 flags", "each of the 1 channels"});
  recording = good();
  recording.sweeps[0].digital.resize(100);
  expect_refused(recording, {"digitalScans", "as many as analogScans"});
}

TEST_F(WaveSurfer, TurnsTheLeverByTheRig) {
  const auto path = made(good());
  Session plain = open_session(path);
  Session turned = open_session(path, {.rig = rig("sign = -1\nvolts_per_mm = 0.25\n")});
  EXPECT_EQ(turned.info().mm_per_volt, 4.0);
  EXPECT_EQ(read_all(turned)[77], -read_all(plain)[77]);
}

}  // namespace
}  // namespace leverkin
