// Ephus recordings (.xsg, .xsglog), the bit codes in them, and the Dispatcher file beside them.
#include "ephus_files.h"

#include <random>

#include "io/formats/bit_code.h"
#include "leverkin/pipeline.h"
#include "session_files.h"
#include "test_data.h"

namespace leverkin {
namespace {

using namespace test;

constexpr double rate_hz = 10'000.0;

class Ephus : public SessionFiles {
 protected:
  void expect_refused(const std::string& name, const std::vector<std::string>& words,
                      const SessionOptions& options = {}) const {
    try {
      Session session = open_session(file(name), options);
      (void)read_all(session);
      ADD_FAILURE() << name << " was accepted; expected a word on " << words.front();
    } catch (const Error& error) {
      for (const std::string& word : words) EXPECT_SAYS(std::string(error.what()), word);
    }
  }
  [[nodiscard]] SessionOptions at_10_khz() const {
    std::ofstream(file("rig.toml")) << "rate_hz = 10000\n";
    return {.rig = file("rig.toml").string()};
  }
};

std::vector<std::string> codes_of(const Session& session) {
  std::vector<std::string> codes;
  for (const SessionNote& note : session.info().notes) codes.push_back(note.code);
  return codes;
}

// --- bit codes

std::vector<double> rises_of(double start_s, int number, double spacing_ms) {
  std::vector<double> rises{start_s};
  for (int bit = 1; bit <= 12; ++bit)
    if ((number >> (12 - bit)) & 1) rises.push_back(start_s + 1e-3 * spacing_ms * bit);
  return rises;
}

TEST(BitCode, IsReadAtEverySpacingAStateMachineDriftsTo) {
  for (const double spacing_ms : {9.0, 9.4, 10.0, 10.3, 10.7, 11.0}) {
    std::vector<double> rises;
    for (int trial = 1; trial <= 300; ++trial) {
      const auto code = rises_of(3.0 * trial, trial, spacing_ms);
      rises.insert(rises.end(), code.begin(), code.end());
    }
    const auto trials = read_bit_codes(rises);
    ASSERT_EQ(trials.size(), 300U) << spacing_ms;
    for (int trial = 1; trial <= 300; ++trial) {
      EXPECT_EQ(trials[static_cast<std::size_t>(trial - 1)].number, trial) << spacing_ms;
      EXPECT_EQ(trials[static_cast<std::size_t>(trial - 1)].start_s, 3.0 * trial);
    }
  }
}

TEST(BitCode, IsReadWhenTheSpacingJittersFromTrialToTrial) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> spacing(10.3, 10.7), jitter(-0.2e-3, 0.2e-3);
  std::vector<double> rises;
  for (int trial = 1; trial <= 1000; ++trial)
    for (const double rise : rises_of(3.0 * trial, trial, spacing(random)))
      rises.push_back(rise + (rise > 3.0 * trial ? jitter(random) : 0.0));
  const auto trials = read_bit_codes(rises);
  ASSERT_EQ(trials.size(), 1000U);
  for (int trial = 1; trial <= 1000; ++trial)
    EXPECT_EQ(trials[static_cast<std::size_t>(trial - 1)].number, trial);
}

TEST(BitCode, IsLeftOutWherePulsesFitNoSpacing) {
  std::vector<double> rises = rises_of(1.0, 5, 10.0);
  for (const double odd : {3.0, 3.004, 3.019, 3.0262, 3.047}) rises.push_back(odd);
  rises.push_back(6.0);  // a pulse alone
  for (const double rise : rises_of(9.0, 6, 10.0)) rises.push_back(rise);
  const auto trials = read_bit_codes(rises);
  ASSERT_EQ(trials.size(), 2U);
  EXPECT_EQ(trials[0].number, 5);
  EXPECT_EQ(trials[1].number, 6);
  EXPECT_TRUE(read_bit_codes({}).empty());
}

// --- .xsg

TEST_F(Ephus, ReadsTheRealXsg) {
  LEVERKIN_NEEDS_TEST_DATA();
  const auto path = test_data() / "data/ephus/AA0001AAAA0001.xsg";
  Session session = open_session(path, {.lever = "XSignalArena"});
  EXPECT_EQ(session.info().format, "xsg");
  EXPECT_EQ(session.info().samples, 420'300);
  EXPECT_EQ(session.info().rate_hz, 10'000.0);
  EXPECT_EQ(session.info().identity.start_time, "2011-10-18T12:31:26.619");
  const std::vector<double> volts = read_all(session);
  EXPECT_NEAR(volts[0], 3.93554688, 5e-9);
  EXPECT_NEAR(volts.back(), 3.84277344, 5e-9);
  try {
    (void)open_session(path);
    ADD_FAILURE() << "a channel was chosen that nobody named";
  } catch (const BadSession& error) {
    EXPECT_SAYS(std::string(error.what()), "XPositionArenaCL");
  }
}

TEST_F(Ephus, ReadsALoopOfFilesAsOneSessionWithItsGapsAsNoData) {
  const auto volts = sine(60'000);
  const auto part = [&](std::size_t first) {
    return std::vector<double>(volts.begin() + first, volts.begin() + first + 20'000);
  };
  write_xsg(file("AA0001AAAA0001.xsg"), rate_hz, {{"Lever", part(0)}}, {2026, 3, 1, 23, 59, 58.0});
  write_xsg(file("AA0001AAAA0002.xsg"), rate_hz, {{"Lever", part(20'000)}}, {2026, 3, 2, 0, 0, 0.50004});
  write_xsg(file("AA0001AAAA0003.xsg"), rate_hz, {{"Lever", part(40'000)}}, {});
  write_xsg(file("AA0001BBBB0001.xsg"), rate_hz, {{"Lever", part(0)}});
  const auto found = find_sessions({folder_});
  ASSERT_EQ(found.size(), 2U) << "a loop is one recording";
  Session session = open_session(found[0].path);
  EXPECT_EQ(session.info().samples, 60'000);
  EXPECT_EQ(session.info().files.size(), 3U);
  EXPECT_EQ(codes_of(session), std::vector<std::string>{"parts_joined"});
  EXPECT_EQ(read_all(session), volts);
  std::vector<double> seconds(2);
  session.read_timestamps(19'999, seconds);
  EXPECT_NEAR(seconds[0], 1.9999, 1e-9);
  EXPECT_NEAR(seconds[1], 2.5, 1e-9) << "to the nearest sample";
  session.read_timestamps(39'999, seconds);
  EXPECT_NEAR(seconds[1], 4.5, 1e-9) << "right after the one before, where nothing was noted";
  const Trace trace = read_trace(session).trace;
  ASSERT_EQ(trace.no_data.size(), 1U);
  EXPECT_EQ(trace.no_data[0].begin, 2000);
  EXPECT_EQ(trace.no_data[0].end, 2500);
  EXPECT_EQ(open_session(file("AA0001AAAA0002.xsg")).info().samples, 20'000) << "not the first: itself alone";
}

TEST_F(Ephus, HasNoDataBetweenTheFilesOfALoopHoweverShortThePause) {
  const auto volts = sine(40'000);
  write_xsg(file("AA0001AAAA0001.xsg"), rate_hz, {{"Lever", {volts.begin(), volts.begin() + 20'000}}},
            {2026, 3, 1, 12, 0, 0.0});
  write_xsg(file("AA0001AAAA0002.xsg"), rate_hz, {{"Lever", {volts.begin() + 20'000, volts.end()}}},
            {2026, 3, 1, 12, 0, 2.05});
  Session session = open_session(file("AA0001AAAA0001.xsg"));
  const TraceRead read = read_trace(session);
  EXPECT_EQ(read.samples.n_pauses, 1);
  ASSERT_EQ(read.trace.no_data.size(), 1U);
  EXPECT_EQ(read.trace.no_data[0].begin, 2000);
  EXPECT_EQ(read.trace.no_data[0].end, 2050);
}

TEST_F(Ephus, RefusesALoopThatChangesItsRate) {
  write_xsg(file("AA0001AAAA0001.xsg"), rate_hz, {{"Lever", sine(20'000)}});
  write_xsg(file("AA0001AAAA0002.xsg"), 20'000.0, {{"Lever", sine(20'000)}});
  expect_refused("AA0001AAAA0001.xsg", {"AA0001AAAA0002.xsg", "20000 Hz", "10000 Hz"});
}

TEST_F(Ephus, SaysWhatIsWrongWithAnXsg) {
  mat::write(file("a.xsg"), {mat::numbers({1.0}, {}, "header")});
  expect_refused("a.xsg", {"a.xsg"});
  mat::write(file("a.xsg"), {mat::numbers({1.0}, {}, "header"), mat::numbers({1.0}, {}, "data")});
  expect_refused("a.xsg", {"a.xsg", "acquirer"});
  write_xsg(file("a.xsg"), rate_hz, {});
  expect_refused("a.xsg", {"no trace"});
  write_xsg(file("a.xsg"), 0.0, {{"Lever", sine(100)}});
  expect_refused("a.xsg", {"rate", "0"});
  write_xsg(file("a.xsg"), rate_hz, {{"Lever", {}}});
  expect_refused("a.xsg", {"a.xsg", "no samples"});
  write_xsg(file("a.xsg"), rate_hz, {{"Lever", sine(5000)}});
  const std::string whole = bytes_of(file("a.xsg"));
  std::ofstream(file("a.xsg"), std::ios::binary) << whole.substr(0, whole.size() / 2);
  expect_refused("a.xsg", {"a.xsg", "whole"});
}

// --- .xsglog with Dispatcher

TEST_F(Ephus, JoinsTheTrialsOfDispatcherByTheirBitCodesWhateverTheClocksDrift) {
  TrialTable trials;
  for (int i = 0; i < 40; ++i) {
    trials.start_s.push_back(0.5 + 3.0 * i);
    trials.stop_s.push_back(2.5 + 3.0 * i);
    trials.cue_s.push_back(i == 7 ? nan : 1.0 + 3.0 * i);
    trials.reward_s.push_back(i % 3 == 0 ? nan : 1.7 + 3.0 * i);
  }
  const auto volts = sine(1'250'000);
  write_log(file("AA0001AAAA0001_Lever.xsglog"), volts);
  write_log(file("AA0001AAAA0001_Trial_number.xsglog"), code_line(trials, 1'250'000, rate_hz, 10.4));
  write_log(file("AA0001AAAA0001_Frame.xsglog"), volts);
  auto told = dispatcher_trials(trials);
  told.back().stop_s.reset();                         // broken off
  told.push_back({9000.0, 9000.0, 9001.0, nan, {}});  // begun when the recording had ended
  write_dispatcher(file("data_@lever2p_someone_M01_260301a.mat"), told);
  const auto found = find_sessions({folder_});
  ASSERT_EQ(found.size(), 1U) << "the lever stands for its recording";
  Session session = open_session(found[0].path, at_10_khz());
  EXPECT_EQ(session.info().format, "xsglog");
  EXPECT_EQ(session.info().files.size(), 3U);
  EXPECT_EQ(codes_of(session), std::vector<std::string>{"trials_unmatched"});
  EXPECT_EQ(session.info().notes[0].value, 1.0);
  ASSERT_EQ(session.trials().size(), 40);
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_NEAR(session.trials().start_s[i], trials.start_s[i], 1e-4) << i;
    if (i < 39) {
      EXPECT_NEAR(session.trials().stop_s[i], trials.stop_s[i], 1e-4) << i;
    }
    EXPECT_EQ(std::isnan(session.trials().cue_s[i]), i == 7) << i;
    if (i != 7) {
      EXPECT_NEAR(session.trials().cue_s[i], trials.cue_s[i], 1e-4) << i;
    }
    EXPECT_EQ(std::isnan(session.trials().reward_s[i]), i % 3 == 0) << i;
    if (i % 3 != 0) {
      EXPECT_NEAR(session.trials().reward_s[i], trials.reward_s[i], 1e-4) << i;
    }
  }
  EXPECT_GE(session.trials().stop_s[39], session.trials().reward_s[37]) << "ends with its last state";
  EXPECT_EQ(read_all(session), volts);
}

TEST_F(Ephus, TakesTheRateFromAHeaderBesideOrFromTheRig) {
  write_log(file("AA0001AAAA0001_Lever.xsglog"), sine(20'000));
  expect_refused("AA0001AAAA0001_Lever.xsglog", {"no rate", "rate_hz", ".xsg"});
  EXPECT_EQ(open_session(file("AA0001AAAA0001_Lever.xsglog"), at_10_khz()).info().rate_hz, 10'000.0);
  write_xsg(file("AA0001AAAA0001.xsg"), 5000.0, {{"Other", sine(100)}});
  EXPECT_EQ(open_session(file("AA0001AAAA0001_Lever.xsglog")).info().rate_hz, 5000.0);
}

TEST_F(Ephus, TellsWhenTrialsBeganWhereThereIsNoDispatcherFile) {
  write_log(file("AA0001AAAA0001_Lever.xsglog"), sine(40'000));
  write_log(file("AA0001AAAA0001_Trial_number.xsglog"), code_line(three_trials(), 30'000, rate_hz));
  const Session session = open_session(file("AA0001AAAA0001_Lever.xsglog"), at_10_khz());
  EXPECT_EQ(session.trials().start_s, three_trials().start_s);
  EXPECT_TRUE(std::isnan(session.trials().cue_s[0]));
  EXPECT_EQ(codes_of(session), std::vector<std::string>{"lengths_differ"});
  EXPECT_EQ(session.info().notes[0].value, 10'000.0);
}

TEST_F(Ephus, RefusesWhatCannotBeTold) {
  write_log(file("AA0001AAAA0001_Lever.xsglog"), sine(40'000));
  write_log(file("AA0001AAAA0001_Trial_number.xsglog"), code_line(three_trials(), 40'000, rate_hz));
  const SessionOptions options = at_10_khz();
  write_log(file("AA0001AAAA0002_Lever.xsglog"), sine(40'000));
  expect_refused("AA0001AAAA0001_Lever.xsglog", {"AA0001AAAA0001, AA0001AAAA0002", "one epoch"}, options);
  std::filesystem::remove(file("AA0001AAAA0002_Lever.xsglog"));
  const auto told = dispatcher_trials(three_trials());
  write_dispatcher(file("data_@lever2p_a_260301a.mat"), told);
  EXPECT_EQ(open_session(file("AA0001AAAA0001_Lever.xsglog"), options).trials().size(), 3);
  write_dispatcher(file("data_@lever2p_a_260301b.mat"), told);
  expect_refused("AA0001AAAA0001_Lever.xsglog", {"2 Dispatcher files"}, options);
  std::filesystem::remove(file("data_@lever2p_a_260301b.mat"));
  mat::write(file("data_@lever2p_a_260301a.mat"),
             {mat::structure({{"x", mat::numbers({1})}}, "saved_history")});
  expect_refused("AA0001AAAA0001_Lever.xsglog", {"ProtocolsSection_parsed_events"}, options);
  write_log(file("AA0001AAAA0001_Trial_number.xsglog"), std::vector<double>(40'000, 0.0));
  write_dispatcher(file("data_@lever2p_a_260301a.mat"), told);
  expect_refused("AA0001AAAA0001_Lever.xsglog", {"3 trials", "0 bit codes"}, options);
  std::ofstream(file("AA0001AAAA0001_Lever.xsglog"), std::ios::binary) << "12345";
  expect_refused("AA0001AAAA0001_Lever.xsglog", {"5 bytes", "cut short"}, options);
}

}  // namespace
}  // namespace leverkin
