// Files that a mapping describes: each kind of file, each way to tell trials, what is refused.
#include <fmt/format.h>

#include <fstream>

#include "io/hdf5.h"
#include "leverkin/pipeline.h"
#include "mat_files.h"
#include "session_files.h"
#include "test_data.h"

namespace leverkin {
namespace {

using namespace test;

class Mapped : public SessionFiles {
 protected:
  [[nodiscard]] std::string mapping(const std::string& text) const {
    std::ofstream(file("mapping.toml")) << text;
    return file("mapping.toml").string();
  }
  [[nodiscard]] Session open(const std::string& name, const std::string& text) const {
    return open_session(file(name), {.mapping = mapping(text)});
  }
  void raw(const std::string& name, const std::string& bytes) const {
    std::ofstream(file(name), std::ios::binary) << bytes;
  }

  void expect_refused(const std::string& name, const std::string& text,
                      const std::vector<std::string>& words) const {
    try {
      Session session = open(name, text);
      (void)read_all(session);
      ADD_FAILURE() << "accepted; expected a word on " << words.front();
    } catch (const Error& error) {
      for (const std::string& word : words) EXPECT_SAYS(std::string(error.what()), word);
    }
  }
};

template <typename T>
std::string bytes_of_values(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string npy(const std::string& type, const std::string& shape, const std::string& data,
                const std::string& fortran = "False") {
  std::string header =
      "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
  header.resize(118, ' ');
  return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + data;
}

std::vector<std::string> codes_of(const Session& session) {
  std::vector<std::string> codes;
  for (const SessionNote& note : session.info().notes) codes.push_back(note.code);
  return codes;
}

// --- kinds of files

TEST_F(Mapped, GivesTheSameSamplesFromEveryKindOfFile) {
  const auto volts = sine(100'000);
  mat::write(file("packed_1.mat"), {mat::text("x", "note"), mat::numbers(volts, {}, "lever")});
  mat::write(file("plain_1.mat"), {mat::numbers(volts, {1, 100'000}, "lever")}, false);
  raw("a_1.npy", npy("<f8", "(100000,)", bytes_of_values(volts)));
  raw("a_1.bin", "head" + bytes_of_values(volts));
  {
    const hdf5::Lock lock;
    H5::H5File hdf5(file("a_1.h5").string(), H5F_ACC_TRUNC);
    const hsize_t extent = volts.size();
    hdf5.createDataSet("/lever", H5::PredType::IEEE_F64LE, H5::DataSpace(1, &extent))
        .write(volts.data(), H5::PredType::NATIVE_DOUBLE);
  }
  std::string lines = "time,lever\n";
  for (std::size_t i = 0; i < volts.size(); ++i) lines += fmt::format("{},{}\n", i, volts[i]);
  raw("a_1.csv", lines);
  const std::pair<const char*, const char*> files[] = {{"packed_1.mat", "data = \"lever\""},
                                                       {"plain_1.mat", "data = \"lever\""},
                                                       {"a_1.npy", ""},
                                                       {"a_1.bin", "type = \"float64\"\nheader_bytes = 4"},
                                                       {"a_1.h5", "data = \"/lever\""},
                                                       {"a_1.csv", "data = \"lever\""}};
  for (const auto& [name, place] : files) {
    Session session = open(name, std::string("[lever]\nrate_hz = 10000\n") + place + "\n");
    EXPECT_EQ(read_all(session), volts) << name;
    EXPECT_EQ(session.info().format, "mapping") << name;
    EXPECT_EQ(session.info().identity.session, 1) << name;
    for (const int threads : {1, 3}) {
      Session again = open(name, std::string("[lever]\nrate_hz = 10000\n") + place + "\n");
      std::vector<double> streamed;
      again.stream_volts(
          [&](std::int64_t, std::span<const double> some) {
            streamed.insert(streamed.end(), some.begin(), some.end());
          },
          threads);
      EXPECT_EQ(streamed, volts) << name << " " << threads;
    }
  }
}

TEST_F(Mapped, FindsAColumnOfATableInEveryKindOfFile) {
  const std::vector<double> column{1.0, 2.0, 3.0, 4.0};
  const std::vector<double> by_columns{9, 9, 9, 9, 1, 2, 3, 4, 8, 8, 8, 8};
  const std::vector<double> by_rows{9, 1, 8, 9, 2, 8, 9, 3, 8, 9, 4, 8};
  mat::write(
      file("a_1.mat"),
      {mat::structure({{"deep", mat::structure({{"table", mat::numbers(by_columns, {4, 3})}})}}, "data")});
  raw("c_1.npy", npy("<f8", "(4, 3)", bytes_of_values(by_rows)));
  raw("f_1.npy", npy("<f8", "(4, 3)", bytes_of_values(by_columns), "True"));
  raw("a_1.bin", bytes_of_values(by_rows));
  raw("a_1.csv", "9;1,0;8\n9;2,0;8\n9;3,0;8\n\n9;4,0;8");
  raw("a_1.txt", "9 1 8\n9  2 8\r\n9 3 8\n9 4 8\n");
  {
    const hdf5::Lock lock;
    H5::H5File hdf5(file("a_1.h5").string(), H5F_ACC_TRUNC);
    const hsize_t extent[] = {4, 3}, turned[] = {3, 4};
    hdf5.createDataSet("/table", H5::PredType::IEEE_F64LE, H5::DataSpace(2, extent))
        .write(by_rows.data(), H5::PredType::NATIVE_DOUBLE);
    hdf5.createGroup("/data");
    const H5::DataSet matlab =
        hdf5.createDataSet("/data/table", H5::PredType::IEEE_F64LE, H5::DataSpace(2, turned));
    matlab.write(by_columns.data(), H5::PredType::NATIVE_DOUBLE);
    hdf5::write_attribute(matlab, "MATLAB_class", "double");
  }
  const std::pair<const char*, const char*> files[] = {
      {"a_1.mat", "data = \"data.deep.table\"\ncolumn = 1"},
      {"c_1.npy", "column = 1"},
      {"f_1.npy", "column = 1"},
      {"a_1.bin", "type = \"float64\"\nchannels = 3\nchannel = 1"},
      {"a_1.csv", "column = 1"},
      {"a_1.txt", "column = 1"},
      {"a_1.h5", "data = \"/table\"\ncolumn = 1"},
      {"a_1.h5", "data = \"data.table\"\ncolumn = 1"}};
  for (const auto& [name, place] : files) {
    Session session = open(name, std::string("[lever]\nrate_hz = 1000\n") + place + "\n");
    EXPECT_EQ(read_all(session), column) << name << " " << place;
  }
}

TEST_F(Mapped, ReadsNumbersOfAnyType) {
  raw("a_1.npy", npy(">i2", "(3,)", std::string("\x01\x00\xff\xff\x00\x07", 6)));
  Session swapped =
      open("a_1.npy", "[lever]\nrate_hz = 1000\nvolts_per_count = 0.5\noffset_v = 1\nsign = -1\n");
  EXPECT_EQ(read_all(swapped), (std::vector<double>{-129.0, -0.5, -4.5}));
  raw("b_1.npy", npy("<u4", "(2,)", bytes_of_values(std::vector<std::uint32_t>{7, 4'000'000'000U})));
  Session whole = open("b_1.npy", "[lever]\nrate_hz = 1000\n");
  EXPECT_EQ(read_all(whole), (std::vector<double>{7.0, 4e9}));
  raw("c_1.bin", bytes_of_values(std::vector<float>{0.5F, -2.0F}));
  Session single = open("c_1.bin", "[lever]\nrate_hz = 1000\ntype = \"float32\"\nunit = \"mV\"\n");
  EXPECT_EQ(read_all(single), (std::vector<double>{0.5e-3, -2e-3}));
}

// --- values that are no lever

TEST_F(Mapped, LeavesOutWhatIsNoLeverAndTellsTrialsByTheFlag) {
  std::vector<std::int16_t> counts(20, -9999);            // garbage
  for (int i = 0; i < 3000; ++i) counts.push_back(500);   // a trial that was under way
  for (int i = 0; i < 1000; ++i) counts.push_back(2501);  // between trials
  for (int i = 0; i < 2000; ++i) counts.push_back(502);   // a trial
  for (int i = 0; i < 500; ++i) counts.push_back(-1);     // the sensor was out
  for (int i = 0; i < 500; ++i) counts.push_back(503);
  for (int i = 0; i < 100; ++i) counts.push_back(2503);
  for (int i = 0; i < 4000; ++i) counts.push_back(0);
  mat::write(file("b1_d4.mat"), {mat::counts(counts, "lever_data")});
  Session session = open("b1_d4.mat",
                         "[lever]\ndata = \"lever_data\"\nrate_hz = 1000\nvolts_per_count = 0.01\n"
                         "skip_samples = 20\nzero_tail = true\nvalid = [0, 1023]\n"
                         "flag = { above = 2000, adds = 2000 }\n[trials]\nflag = { below = 1024 }\n");
  const std::vector<double> volts = read_all(session);
  ASSERT_EQ(volts.size(), 6600U);
  EXPECT_EQ(volts[0], 5.0);
  EXPECT_EQ(volts[3000], 501 * 0.01) << "without the flag";
  EXPECT_EQ(volts.back(), 503 * 0.01);
  EXPECT_EQ(session.info().identity.session, 4);
  EXPECT_EQ(codes_of(session), std::vector<std::string>{"values_left_out"});
  EXPECT_EQ(session.info().notes[0].value, 20 + 500 + 4000);
  EXPECT_FALSE(session.info().regular);
  std::vector<double> seconds(2);
  session.read_timestamps(5999, seconds);
  EXPECT_NEAR(seconds[0], 5.999, 1e-12);
  EXPECT_NEAR(seconds[1], 6.5, 1e-12);
  ASSERT_EQ(session.trials().size(), 1);
  EXPECT_NEAR(session.trials().start_s[0], 4.0, 1e-12);
  EXPECT_NEAR(session.trials().stop_s[0], 7.0, 1e-12);
  EXPECT_TRUE(std::isnan(session.trials().cue_s[0]));
}

// --- trials

const char* const irregular =
    "[lever]\ndata = \"t\"\ncolumn = 1\ntimestamps = { data = \"t\", column = 0, unit = \"ms\" }\n";

TEST_F(Mapped, ReadsTrialsOnTheClockOfTheTimeStamps) {
  std::vector<double> table;
  for (int i = 0; i < 1000; ++i) table.push_back(500.0 + 4.0 * i + (i % 3));
  for (int i = 0; i < 1000; ++i) table.push_back(0.001 * i);
  const std::vector<double> trials{2.5, 1.0, 2.7, nan, 0.0, 1.0, 2.9, 1.4};  // start, cue, hit, pressed
  mat::write(file("d2.mat"), {mat::numbers(table, {1000, 2}, "t"), mat::numbers(trials, {2, 4}, "trials")});
  Session session =
      open("d2.mat", std::string(irregular) +
                         "[trials]\nstart = { data = \"trials\", column = 0 }\n"
                         "cue = { data = \"trials\", column = 1 }\n"
                         "reward = { data = \"trials\", column = 3, where = { data = \"trials\", "
                         "column = 2, equals = 1 } }\n");
  EXPECT_FALSE(session.info().regular);
  EXPECT_EQ(session.info().clock_offset_s, 0.5);
  ASSERT_EQ(session.trials().size(), 2);
  EXPECT_EQ(session.trials().start_s, (std::vector<double>{0.5, 2.0})) << "in order";
  EXPECT_EQ(session.trials().stop_s[0], 2.0) << "where the next one begins";
  EXPECT_TRUE(std::isnan(session.trials().cue_s[0]));
  EXPECT_NEAR(session.trials().cue_s[1], 2.2, 1e-12);
  EXPECT_NEAR(session.trials().reward_s[0], 0.9, 1e-12);
  EXPECT_TRUE(std::isnan(session.trials().reward_s[1])) << "a press that was no hit";
}

TEST_F(Mapped, ReadsTrialsFromLinesThatAreUpOrDown) {
  const TrialTable told = three_trials();
  std::vector<double> table;
  const auto volts = sine(4000);
  for (int i = 0; i < 4000; ++i) {
    const double t = i / 1000.0;
    const auto up = [&](const std::vector<double>& begins, double length) {
      return std::ranges::any_of(begins, [&](double b) { return t >= b - 1e-9 && t < b + length - 1e-9; });
    };
    table.push_back(volts[static_cast<std::size_t>(i)]);
    table.push_back(up(told.start_s, 0.5) ? 5.0 : 0.0);
    table.push_back((up(told.cue_s, 0.05) ? 1.0 : 0.0) + (up(told.reward_s, 0.05) ? 4.0 : 0.0));
  }
  raw("a_7.npy", npy("<f8", "(4000, 3)", bytes_of_values(table)));
  const Session session =
      open("a_7.npy",
           "[lever]\ncolumn = 0\nrate_hz = 1000\n[trials]\ntrial_line = { column = 1, above = 2.5 }\n"
           "cue_line = { column = 2, bit = 0 }\nreward_line = { column = 2, bit = 2 }\n");
  EXPECT_EQ(session.trials().start_s, told.start_s);
  EXPECT_EQ(session.trials().stop_s, told.stop_s);
  EXPECT_EQ(session.trials().cue_s[2], told.cue_s[2]);
  EXPECT_TRUE(std::isnan(session.trials().cue_s[1]));
  EXPECT_EQ(session.trials().reward_s[0], told.reward_s[0]);
}

// --- Bpod

mat::Array bpod_trial(double cue_s, double reward_s, double end_s) {
  const auto state = [](double begin, double end) { return mat::numbers({begin, end}, {1, 2}); };
  return mat::structure(
      {{"States",
        mat::structure({{"Wait", state(0.0, cue_s)},
                        {"Cue", state(cue_s, end_s)},
                        {"Reward", std::isnan(reward_s) ? state(nan, nan) : state(reward_s, end_s)}})},
       {"Events", mat::structure({{"Port1In", mat::numbers({0.3})}})}});
}

mat::Array bpod_session(const std::vector<double>& starts, const std::vector<mat::Array>& trials) {
  return mat::structure(
      {{"nTrials", mat::numbers({static_cast<double>(trials.size())})},
       {"TrialStartTimestamp", mat::numbers(starts, {1, static_cast<std::int32_t>(starts.size())})},
       {"RawEvents", mat::structure({{"Trial", mat::cell(trials)}})}},
      "SessionData");
}

TEST_F(Mapped, JoinsTheTrialsOfBpodByTheirPulsesWhateverTheClocksDrift) {
  // Bpod's clock runs 0.05 % fast and started 100 s before; its last trial was never seen by the recording.
  const std::vector<double> seen{2.0, 7.0, 11.0, 18.0};
  std::vector<double> told;
  for (const double s : seen) told.push_back(100.0 + 1.0005 * s);
  told.push_back(200.0);
  std::vector<mat::Array> trials;
  for (std::size_t i = 0; i < told.size(); ++i)
    trials.push_back(bpod_trial(0.5 + 0.1 * static_cast<double>(i), i == 1 ? nan : 1.5, 2.0));
  mat::write(file("bpod.mat"), {bpod_session(told, trials)});
  std::vector<double> table;
  const auto volts = sine(25'000);
  for (int i = 0; i < 25'000; ++i) {
    table.push_back(volts[static_cast<std::size_t>(i)]);
    table.push_back(
        std::ranges::any_of(seen, [&](double s) { return i >= s * 1000 && i < s * 1000 + 10; }) ? 5.0 : 0.0);
  }
  raw("a_7.npy", npy("<f8", "(25000, 2)", bytes_of_values(table)));
  const Session session = open("a_7.npy",
                               "[lever]\ncolumn = 0\nrate_hz = 1000\n[trials]\nbpod = \"bpod.mat\"\n"
                               "sync = { column = 1, above = 2.5 }\n");
  ASSERT_EQ(session.trials().size(), 4);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(session.trials().start_s[i], seen[i], 1e-9);
    EXPECT_NEAR(session.trials().cue_s[i], seen[i] + 0.5 + 0.1 * static_cast<double>(i), 1e-9);
    EXPECT_NEAR(session.trials().stop_s[i], seen[i] + 2.0, 1e-9);
  }
  EXPECT_TRUE(std::isnan(session.trials().reward_s[1])) << "a state that was not visited";
  EXPECT_NEAR(session.trials().reward_s[2], 12.5, 1e-9);
  EXPECT_EQ(codes_of(session), std::vector<std::string>{"trials_unmatched"});
}

TEST_F(Mapped, MovesTheTrialsOfBpodWhereNothingButAnOffsetIsKnown) {
  mat::write(file("bpod.mat"),
             {bpod_session({101.0, 104.0}, {bpod_trial(0.5, 1.0, 2.0), bpod_trial(0.5, nan, 2.0)})});
  raw("a_7.npy", npy("<f8", "(10000,)", bytes_of_values(sine(10'000))));
  const Session session = open("a_7.npy",
                               "[lever]\nrate_hz = 1000\n[trials]\nbpod = \"bpod.mat\"\noffset_s = -100\n"
                               "cue_state = \"Wait\"\n");
  EXPECT_EQ(session.trials().cue_s, (std::vector<double>{1.0, 4.0}));
  expect_refused("a_7.npy", "[lever]\nrate_hz = 1000\n[trials]\nbpod = \"gone.mat\"\n", {"gone.mat"});
  mat::write(file("bpod.mat"), {mat::structure({{"nTrials", mat::numbers({1})}}, "SessionData")});
  expect_refused("a_7.npy", "[lever]\nrate_hz = 1000\n[trials]\nbpod = \"bpod.mat\"\n",
                 {"TrialStartTimestamp"});
  mat::write(file("bpod.mat"), {mat::numbers({1.0}, {}, "x")});
  expect_refused("a_7.npy", "[lever]\nrate_hz = 1000\n[trials]\nbpod = \"bpod.mat\"\n", {"SessionData"});
}

// --- folders

TEST_F(Mapped, AreFoundInFoldersByTheNamesThatTheMappingIsFor) {
  raw("d1.csv", "1\n2\n");
  raw("d2.csv", "1\n2\n");
  raw("notes.csv", "path\n");
  const SessionOptions options{.mapping = mapping("files = \"d*.csv e*.csv\"\n[lever]\nrate_hz = 1000\n")};
  EXPECT_EQ(find_sessions({folder_}, nullptr, options).size(), 2U);
  EXPECT_EQ(find_sessions({file("d1.csv")}, nullptr, options).size(), 1U) << "no manifest";
  EXPECT_EQ(find_sessions({folder_}).size(), 0U);
}

// --- what is refused

TEST_F(Mapped, SayWhatIsWrongInTheMapping) {
  raw("a.npy", npy("<f8", "(3,)", bytes_of_values(std::vector<double>{1, 2, 3})));
  expect_refused("a.npy", "", {"lever", "a table"});
  expect_refused("a.npy", "[lever]\n", {"rate_hz", "neither a rate nor time stamps"});
  expect_refused("a.npy", "[lever]\nrate_hz = \"fast\"\n", {"lever.rate_hz", "fast", "a finite number"});
  expect_refused("a.npy", "[lever]\nrate_hz = 1000\nratio = 2\n", {"lever.ratio", "nobody reads"});
  expect_refused("a.npy", "[lever]\nrate_hz = 5\n", {"rate_hz", "5"});
  expect_refused("a.npy", "[lever]\nrate_hz = 1000\ntype = \"int17\"\n", {"int17"});
  expect_refused("a.npy", "[lever]\nrate_hz = 1000\nfile = \"../secret.npy\"\n", {"beside the recording"});
  expect_refused("a.npy", "[lever]\nrate_hz = 1000\nvalid = [3, 1]\n", {"[lowest, highest]"});
  expect_refused("a.npy", "[lever]\nrate_hz = 1000\nvalid = [30, 40]\n", {"no sample"});
  expect_refused("a.npy", "[lever]\nrate_hz = 1000\nunit = \"mm\"\n", {"mm_per_volt"});
  expect_refused("a.npy", "[lever]\nrate_hz = 1000\n[trials]\nunit = \"s\"\n", {"no way to find trials"});
  expect_refused("a.npy", "[lever]\nrate_hz = 1000\n[trials]\nflag = { below = 3 }\n", {"lever.flag"});
  expect_refused("a.npy", "[lever\n", {"mapping.toml", "line 1"});
  expect_refused("gone.npy", "[lever]\nrate_hz = 1000\n", {"gone.npy"});
}

TEST_F(Mapped, SayWhatIsWrongInTheFile) {
  const std::string plain = "[lever]\nrate_hz = 1000\n", named = plain + "data = \"lever\"\n";
  raw("a.npy", npy("<f8", "(1152921504606846976,)", "12345678"));
  expect_refused("a.npy", plain, {"a.npy", "lengths that can be"});
  raw("a.npy", npy("<f8", "(1000000,)", "12345678"));
  expect_refused("a.npy", plain, {"a.npy", "1000000 numbers", "whole"});
  raw("a.npy", npy("|O", "(3,)", "x"));
  expect_refused("a.npy", plain, {"'|O'", "numbers"});
  raw("a.npy", std::string("\x93NUMPY\x01\x00\xff\xff", 10));
  expect_refused("a.npy", plain, {"a.npy"});
  raw("a.npy", npy("<f8", "(2, 2)", bytes_of_values(std::vector<double>{1, 2, 3, 4})));
  expect_refused("a.npy", plain, {"2 x 2", "column"});
  raw("a.csv", "a,b\n1,2\n3,x\n");
  expect_refused("a.csv", plain + "data = \"b\"\n", {"row 1", "\"x\"", "a number"});
  expect_refused("a.csv", plain + "data = \"c\"\n", {"the columns a, b"});
  raw("a.csv", std::string(200'000, '1'));
  expect_refused("a.csv", plain, {"a line of more than"});
  raw("a.bin", "");
  expect_refused("a.bin", plain, {"an empty file"});
  raw("a.bin", std::string("\x00\x01\x02", 3));
  expect_refused("a.bin", plain, {"unknown kind", "type ="});
  expect_refused("a.bin", plain + "type = \"int16\"\nchannels = 0\n", {"channel 0 of 0"});
  mat::write(file("a.mat"), {mat::structure({{"x", mat::numbers({1, 2, 3})}}, "lever"),
                             mat::opaque("machine"), mat::text("hello", "word")});
  expect_refused("a.mat", named, {"lever", "not numbers"});
  expect_refused("a.mat", plain + "data = \"lever.y\"\n", {"only x"});
  expect_refused("a.mat", plain + "data = \"nobody\"\n", {"only lever, machine, word"});
  expect_refused("a.mat", plain + "data = \"word\"\n", {"not numbers"});
  expect_refused("a.mat", plain + "data = \"lever(0).x\"\n", {"no name"});
}

TEST_F(Mapped, SurvivesMatFilesThatAreDamaged) {
  const std::string named = "[lever]\nrate_hz = 1000\ndata = \"lever\"\n";
  const mat::Array good = mat::numbers({1, 2, 3}, {}, "lever");
  const auto refused = [&](const std::string& bytes, const std::vector<std::string>& words) {
    raw("a.mat", mat::header() + bytes);
    expect_refused("a.mat", named, words);
  };
  refused(good.substr(0, 40), {"a.mat", "whole"});
  refused(mat::packed(good).substr(0, 30), {"a.mat", "whole"});
  refused(mat::element(14, mat::head(6, {1 << 30, 1 << 30, 1 << 30}, "lever")), {"extent"});
  refused(mat::element(14, mat::head(6, {-5, 1}, "lever")), {"extent"});
  refused(mat::packed(mat::element(14, mat::head(6, {1 << 20, 1 << 19}, "lever") +
                                           mat::bytes_of_value(std::uint32_t{9}) +
                                           mat::bytes_of_value(std::uint32_t{0xfffffff8}))),
          {"a.mat"});
  refused(mat::element(14, mat::head(6, {3, 1}, "lever") + mat::element(9, "12345678")), {"8 bytes"});
  refused(mat::element(14, mat::head(2, {1 << 30, 1}, "lever") + mat::element(5, mat::bytes_of_value(64)) +
                               mat::element(1, std::string(64, 'a'))),
          {"a.mat"});
  refused(mat::element(14, "short"), {"a.mat"});
  std::string deep = mat::numbers({1});
  for (int i = 0; i < 1000; ++i) deep = mat::cell({deep});
  refused(mat::cell({deep}, "lever"), {"deep"});
  std::string packed = mat::packed(mat::numbers(sine(10'000), {}, "lever"));
  for (std::size_t i = packed.size() / 2; i < packed.size() / 2 + 20; ++i) packed[i] = '\x55';
  refused(packed, {"a.mat"});
}

TEST_F(Mapped, NeverCrashesOnAMatFileWithAByteChanged) {
  mat::write(file("whole.mat"),
             {mat::structure({{"a", mat::numbers({1, 2, 3})},
                              {"b", mat::text("x")},
                              {"c", mat::cell({mat::numbers({1}), mat::text("y")})}},
                             "lever"),
              mat::numbers(sine(50), {}, "volts")},
             false);
  const std::string whole = bytes_of(file("whole.mat"));
  const std::string named = mapping("[lever]\nrate_hz = 1000\ndata = \"volts\"\n");
  int refused = 0;
  for (std::size_t i = 128; i < whole.size(); ++i)
    for (const char value : {'\x00', '\x0e', '\x7f', '\xff'}) {
      std::string spoilt = whole;
      spoilt[i] = value;
      raw("a.mat", spoilt);
      try {
        Session session = open_session(file("a.mat"), {.mapping = named});
        (void)read_all(session);
      } catch (const Error&) {
        ++refused;
      }
    }
  EXPECT_GT(refused, 100);
}

// --- real recordings, with the mappings that are shipped

std::string shipped(const std::string& name) {
  return std::string(LEVERKIN_SOURCE_DIR) + "/docs/examples/mappings/" + name;
}

TEST(ShippedMappings, ReadTheAdcStreamWithAllItsTrials) {
  LEVERKIN_NEEDS_TEST_DATA();
  Session session = open_session(test_data() / "data/adc-lever/b1_d1.mat", {.mapping = shipped("adc.toml")});
  EXPECT_EQ(session.info().samples, 10'274'480 - 15'460);
  EXPECT_EQ(session.trials().size(), 186);
  EXPECT_EQ(std::ranges::count_if(session.trials().start_s, [](double t) { return t >= 0.0; }), 183);
  EXPECT_LE(session.trials().stop_s.back(), session.info().duration_s) << "not where the zeros end";
  std::vector<double> volts(3);
  session.read_volts(0, volts);
  EXPECT_NEAR(volts[0], 5.0 - 548.0 * 5.0 / 1023.0, 1e-9);
  double low = 10.0, high = -10.0;
  session.stream_volts(
      [&](std::int64_t, std::span<const double> some) {
        low = std::min(low, std::ranges::min(some));
        high = std::max(high, std::ranges::max(some));
      },
      2);
  EXPECT_GE(low, 0.0);
  EXPECT_LE(high, 5.0);
}

TEST(ShippedMappings, ReadTheIrregularRecordings) {
  LEVERKIN_NEEDS_TEST_DATA();
  const SessionOptions options{.mapping = shipped("irregular.toml")};
  const auto sources = find_sessions({test_data() / "data/irregular-lever"}, nullptr, options);
  EXPECT_EQ(sources.size(), 15U);
  for (const SessionSource& source : sources) {
    const Session session = open_session(source.path, options);
    EXPECT_FALSE(session.info().regular);
    EXPECT_GT(session.info().samples, 100'000) << source.path;
    EXPECT_GT(session.trials().size(), 20) << source.path;
    EXPECT_GT(std::ranges::count_if(session.trials().reward_s, [](double t) { return !std::isnan(t); }), 0);
  }
  const Session joey = open_session(test_data() / "data/irregular-lever/joey-d8-with-dropouts.mat", options);
  EXPECT_EQ(joey.info().samples, 414'092);
  EXPECT_EQ(joey.trials().size(), 196);
}

}  // namespace
}  // namespace leverkin
