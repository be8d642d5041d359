// What is proposed for a file that no reader knows, and of a rig.
#include "leverkin/suggestions.h"

#include <fstream>
#include <random>

#include "leverkin/rig.h"
#include "mat_files.h"
#include "session_files.h"
#include "test_data.h"

namespace leverkin {
namespace {

using namespace test;

class Suggestions : public SessionFiles {
 protected:
  [[nodiscard]] std::string keep(const std::string& text) const {
    std::ofstream(file("mapping.toml")) << text;
    return file("mapping.toml").string();
  }
};

TEST_F(Suggestions, NameTheLeverAndItsTimesSoThatTheMappingReadsTheFile) {
  std::vector<double> table;
  for (int i = 0; i < 5000; ++i) table.push_back(10.0 + 0.004 * i + 0.0001 * (i % 3));
  for (int i = 0; i < 5000; ++i) table.push_back(-2.0 + 0.1 * std::sin(0.01 * i));
  for (int i = 0; i < 5000; ++i) table.push_back(i % 7 == 0 ? 1.0 : 0.0);
  mat::write(file("d3.mat"), {mat::structure({{"samples", mat::numbers(table, {5000, 3})},
                                              {"starts", mat::numbers({11.0, 15.0, 22.0})}},
                                             "data")});
  const std::string text = suggest_mapping(file("d3.mat"));
  EXPECT_SAYS(text, "data = \"data.samples\"\ncolumn = 1");
  EXPECT_SAYS(text, "timestamps = { data = \"data.samples\", column = 0, unit = \"s\" }");
  EXPECT_SAYS(text, "# start = { data = \"data.starts\" }");
  Session session = open_session(file("d3.mat"), {.mapping = keep(text)});
  EXPECT_EQ(read_all(session)[100], table[5100]);
  EXPECT_EQ(session.info().clock_offset_s, 10.0);
}

TEST_F(Suggestions, LeaveARateThatNobodyKnowsToBeCompleted) {
  std::vector<std::int16_t> counts;
  for (int i = 0; i < 50'000; ++i) counts.push_back(static_cast<std::int16_t>(i < 30'000 ? 500 + i % 40 : 0));
  mat::write(file("a_1.mat"), {mat::counts(counts, "lever_data")});
  const std::string text = suggest_mapping(file("a_1.mat"));
  EXPECT_SAYS(text, "rate_hz = 0");
  EXPECT_SAYS(text, "zero_tail = true");
  EXPECT_SAYS(text, "volts_per_count");
  EXPECT_THROW((void)open_session(file("a_1.mat"), {.mapping = keep(text)}), BadArgument);
}

TEST_F(Suggestions, SayWhereThereIsNothingThatCanBeALever) {
  mat::write(file("a_1.mat"), {mat::numbers({1.0, 2.0, 3.0}, {}, "x")});
  EXPECT_THROW((void)suggest_mapping(file("a_1.mat")), BadSession);
  EXPECT_THROW((void)suggest_mapping(file("gone.mat")), IoError);
}

TEST_F(Suggestions, FindTheLeverOfARealRecording) {
  LEVERKIN_NEEDS_TEST_DATA();
  const std::string text = suggest_mapping(test_data() / "data/irregular-lever/ross-phase1/d1.mat");
  EXPECT_SAYS(text, "data = \"data.response.dataArduino\"\ncolumn = 1");
  EXPECT_SAYS(text, "column = 0, unit = \"s\"");
}

TEST_F(Suggestions, DescribeARigByWhatItsRecordingShows) {
  std::mt19937 random(3);
  std::normal_distribution<double> noise(0.0, 0.002);
  std::vector<double> volts(120'000, 2.5);
  for (std::size_t i = 0; i < volts.size(); ++i) {
    const double t = static_cast<double>(i) / 1000.0, in_press = std::fmod(t, 6.0) - 3.0;
    if (in_press > 0.0 && in_press < 1.0) volts[i] -= 1.0 * std::sin(3.14159265 * in_press);
    volts[i] = volts[i] + noise(random) + 0.01 * std::sin(2.0 * 3.14159265 * 50.0 * t);
  }
  write(file("m07_3.h5"), header_of(1000.0), volts);
  Session session = open_session(file("m07_3.h5"));
  const std::string text = suggest_rig(session);
  const RigProfile rig = rig_from_toml(text, "suggestion");
  EXPECT_EQ(rig.sign, -1);
  EXPECT_NEAR(rig.rest_v, 2.5, 0.01);
  EXPECT_GT(rig.noise_v, 0.002);
  EXPECT_LT(rig.noise_v, 0.02);
  EXPECT_SAYS(text, "50 Hz");
  EXPECT_EQ(text.find("no hum"), std::string::npos);
  EXPECT_TRUE(std::isnan(rig.volts_per_mm));
}

TEST(RigProfiles, AreReadAndRefusedInWords) {
  const RigProfile rig = rig_from_toml(
      "name = \"rig 2\"\nvolts_per_mm = 0.25\nsign = -1\nrest_v = 2.5\nnoise_v = 0.002\nrate_hz = 10000\n"
      "counts_to_volts = [0.0, 0.5]\n[channels]\nlever = \"L\"\ncue = \"C\"\nreward = \"R\"\n"
      "[threshold_mm]\n3 = 4.5\n1 = 1.5\n2 = 3.0\n",
      "rig.toml");
  EXPECT_EQ(rig.name + rig.lever + rig.cue + rig.reward, "rig 2LCR");
  EXPECT_EQ(rig.volts_per_mm, 0.25);
  EXPECT_EQ(rig.sign, -1);
  EXPECT_EQ(rig.counts_to_volts.at(1), 0.5);
  EXPECT_EQ(rig.threshold_mm(1), 1.5);
  EXPECT_EQ(rig.threshold_mm(2), 3.0);
  EXPECT_EQ(rig.threshold_mm(11), 4.5);
  EXPECT_EQ(rig.threshold_mm(0), 1.5);
  EXPECT_TRUE(std::isnan(RigProfile{}.threshold_mm(1)));
  const std::pair<const char*, const char*> bad[] = {{"volts_per_mm = 0", "volts_per_mm"},
                                                     {"volts_per_mm = \"a\"", "a finite number"},
                                                     {"sign = 2", "-1"},
                                                     {"wolts = 1", "nobody reads"},
                                                     {"counts_to_volts = [1]", "2 to 4"},
                                                     {"[threshold_mm]\nfirst = 1", "the number of a session"},
                                                     {"[channels]\nlick = \"x\"", "channels.lick"},
                                                     {"channels = 3", "a table"},
                                                     {"rest_v = nan", "rest_v"}};
  for (const auto& [text, word] : bad) try {
      (void)rig_from_toml(text, "rig.toml");
      ADD_FAILURE() << text;
    } catch (const BadArgument& error) {
      EXPECT_SAYS(std::string(error.what()), word);
      EXPECT_SAYS(std::string(error.what()), "rig.toml");
    }
}

}  // namespace
}  // namespace leverkin
