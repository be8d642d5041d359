#include "leverkin/session.h"

#include <xxhash.h>

#include <algorithm>
#include <thread>

#include "session_files.h"

namespace leverkin {
namespace {

using namespace test;

class SessionFile : public SessionFiles {};

struct Form {
  std::string name;
  std::string format;
  Storage storage;
  bool compressed;
  bool contiguous;
};

void PrintTo(const Form& form, std::ostream* out) { *out << form.name; }

class EverySessionFile : public SessionFiles, public testing::WithParamInterface<Form> {
 protected:
  [[nodiscard]] std::filesystem::path path() const {
    return file(GetParam().format == "nwb" ? "a.nwb" : "a.h5");
  }

  [[nodiscard]] SessionHeader header(double rate_hz, std::int64_t samples) const {
    SessionHeader result = header_of(rate_hz);
    result.storage = GetParam().storage;
    result.compressed = GetParam().compressed;
    result.samples = GetParam().contiguous ? samples : 0;
    if (GetParam().storage == Storage::int16) result.volts_per_count = 1e-4, result.offset_v = 1.5;
    return result;
  }

  // What the storage can keep of a voltage.
  [[nodiscard]] double tolerance() const {
    if (GetParam().storage == Storage::float64) return 0.0;
    return GetParam().storage == Storage::float32 ? 2e-7 : 0.51e-4;
  }
};

TEST_P(EverySessionFile, GivesBackWhatWasWritten) {
  const std::vector<double> volts = sine(150000);
  const TrialTable trials = three_trials();
  write(path(), header(10000.0, 150000), volts, {}, &trials);
  Session session = open_session(path());
  const SessionInfo& info = session.info();
  EXPECT_EQ(info.format, GetParam().format);
  EXPECT_EQ(info.identity.subject, "m07");
  EXPECT_EQ(info.identity.session, 3);
  EXPECT_EQ(info.identity.group, "control");
  EXPECT_EQ(info.identity.start_time, "2026-03-01T10:00:00+00:00");
  EXPECT_EQ(info.rate_hz, 10000.0);
  EXPECT_TRUE(info.regular);
  EXPECT_EQ(info.samples, 150000);
  EXPECT_EQ(info.duration_s, 15.0);
  EXPECT_EQ(info.trials, 3);
  EXPECT_EQ(info.storage.find("gzip") != std::string::npos, GetParam().compressed);
  EXPECT_EQ(info.storage.find("contiguous") != std::string::npos, GetParam().contiguous);
  const std::vector<double> read = read_all(session);
  for (std::size_t i = 0; i < volts.size(); ++i)
    ASSERT_NEAR(read[i], volts[i], tolerance()) << "sample " << i;
  EXPECT_EQ(session.trials().start_s, trials.start_s);
  EXPECT_EQ(session.trials().stop_s, trials.stop_s);
  EXPECT_EQ(session.trials().cue_s[2], 2.6);
  EXPECT_TRUE(std::isnan(session.trials().cue_s[1]));
  EXPECT_TRUE(std::isnan(session.trials().reward_s[2]));
}

TEST_P(EverySessionFile, GivesBackTimeStampsFromTheFirstSample) {
  const std::vector<double> volts = sine(70001);
  std::vector<double> seconds(volts.size());
  for (std::size_t i = 0; i < seconds.size(); ++i)
    seconds[i] = 12.5 + 0.004 * static_cast<double>(i) + (i % 3 == 0 ? 0.0005 : 0.0);
  TrialTable trials = three_trials();
  for (double& start : trials.start_s) start += 12.5;
  for (double& stop : trials.stop_s) stop += 12.5;
  trials.cue_s = trials.reward_s = {nan, nan, nan};
  write(path(), header(0.0, 70001), volts, seconds, &trials);
  Session session = open_session(path());
  EXPECT_FALSE(session.info().regular);
  EXPECT_EQ(session.info().clock_offset_s, seconds[0]);
  EXPECT_EQ(session.info().duration_s, seconds.back() - seconds[0]);
  std::vector<double> read(seconds.size());
  session.read_timestamps(0, read);
  for (std::size_t i = 0; i < read.size(); ++i) ASSERT_EQ(read[i], seconds[i] - seconds[0]);
  EXPECT_EQ(session.trials().start_s[1], trials.start_s[1] - seconds[0]);
}

TEST_P(EverySessionFile, HasTheSameBytesHoweverItWasCut) {
  const std::vector<double> volts = sine(200000);
  const TrialTable trials = three_trials();
  write(path(), header(10000.0, 200000), volts, {}, &trials);
  const std::string whole = bytes_of(path());
  std::filesystem::remove(path());
  SessionWriter writer(path(), header(10000.0, 200000));
  for (std::size_t i = 0; i < volts.size(); i += 777)
    writer.append(std::span(volts).subspan(i, std::min<std::size_t>(777, volts.size() - i)));
  writer.finish(&trials);
  EXPECT_TRUE(bytes_of(path()) == whole);
}

INSTANTIATE_TEST_SUITE_P(Forms, EverySessionFile,
                         testing::Values(Form{"Hdf5Float64Contiguous", "hdf5", Storage::float64, false, true},
                                         Form{"Hdf5Float64Chunked", "hdf5", Storage::float64, false, false},
                                         Form{"Hdf5Float32Gzip", "hdf5", Storage::float32, true, false},
                                         Form{"Hdf5Int16Gzip", "hdf5", Storage::int16, true, false},
                                         Form{"NwbFloat64Contiguous", "nwb", Storage::float64, false, true},
                                         Form{"NwbFloat32Chunked", "nwb", Storage::float32, false, false},
                                         Form{"NwbInt16Gzip", "nwb", Storage::int16, true, false}),
                         [](const auto& form) { return form.param.name; });

std::string xxh3_of(const std::vector<double>& volts, const TrialTable& trials) {
  std::vector<double> all = volts;
  for (const auto* column : {&trials.start_s, &trials.stop_s, &trials.cue_s, &trials.reward_s})
    all.insert(all.end(), column->begin(), column->end());
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(all.data(), all.size() * sizeof(double)));
  std::string text;
  for (const unsigned char byte : canonical.digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

TEST_F(SessionFile, HashesSamplesAndTrialsInWhateverOrderTheyWereRead) {
  const std::vector<double> volts = sine(200000);
  const TrialTable trials = three_trials();
  write(file("a.h5"), header_of(), volts, {}, &trials);
  const std::string expected = xxh3_of(volts, trials);

  Session unread = open_session(file("a.h5"));
  EXPECT_EQ(unread.input_xxh3(), expected);

  Session in_order = open_session(file("a.h5"));
  std::vector<double> block(30011);
  for (std::int64_t first = 0; first < 200000; first += 30011) {
    block.resize(static_cast<std::size_t>(std::min<std::int64_t>(30011, 200000 - first)));
    in_order.read_volts(first, block);
  }
  EXPECT_EQ(in_order.input_xxh3(), expected);

  Session jumping = open_session(file("a.h5"));
  block.resize(1000);
  for (const std::int64_t first : {0, 500, 150000, 400, 900, 199000}) jumping.read_volts(first, block);
  EXPECT_EQ(jumping.input_xxh3(), expected);
  EXPECT_EQ(jumping.input_xxh3(), expected);
}

TEST_F(SessionFile, ReadsAnyPieceOfTheTrace) {
  const std::vector<double> volts = sine(140000);
  write(file("a.h5"), header_of(), volts);
  Session session = open_session(file("a.h5"));
  std::vector<double> piece(70000);
  session.read_volts(65000, piece);
  EXPECT_TRUE(std::equal(piece.begin(), piece.end(), volts.begin() + 65000));
  EXPECT_THROW(session.read_volts(139999, std::span(piece).first(2)), BadArgument);
  EXPECT_THROW(session.read_volts(-1, std::span(piece).first(2)), BadArgument);
  EXPECT_THROW(session.read_timestamps(0, piece), BadArgument);
}

TEST_F(SessionFile, TakesSubjectAndNumberFromFolderAndNameWhereTheFileIsSilent) {
  SessionHeader header = header_of();
  header.identity = {};
  std::filesystem::create_directories(file("rat 5"));
  write(file("rat 5/day_012.h5"), header, sine(100));
  const Session session = open_session(file("rat 5/day_012.h5"));
  EXPECT_EQ(session.info().identity.subject, "rat 5");
  EXPECT_EQ(session.info().identity.session, 12);
  EXPECT_EQ(session.info().trials, 0);
}

TEST_F(SessionFile, ClipsWhatInt16CannotHold) {
  SessionHeader header = header_of();
  header.storage = Storage::int16;
  header.volts_per_count = 0.5;
  header.offset_v = 1.0;
  write(file("a1.h5"), header, {1.0, 1.74, 1e9, -1e9, std::numeric_limits<double>::infinity()});
  Session session = open_session(file("a1.h5"));
  EXPECT_EQ(read_all(session),
            (std::vector<double>{1.0, 1.5, 1.0 + 32767 * 0.5, 1.0 - 32768 * 0.5, 1.0 + 32767 * 0.5}));
  SessionWriter writer(file("b1.h5"), header);
  writer.append(std::vector<double>{1.0, nan});
  EXPECT_THROW(writer.finish(), BadArgument);
}

TEST_F(SessionFile, KeepsNonFiniteSamplesForThePipelineToJudge) {
  write(file("a1.h5"), header_of(), {1.0, nan, std::numeric_limits<double>::infinity()});
  Session session = open_session(file("a1.h5"));
  const std::vector<double> volts = read_all(session);
  EXPECT_TRUE(std::isnan(volts[1]));
  EXPECT_TRUE(std::isinf(volts[2]));
}

TEST_F(SessionFile, LeavesNothingBehindWithoutFinish) {
  {
    SessionWriter writer(file("a1.h5"), header_of());
    writer.append(sine(100000));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(SessionFile, HoldsTheTruthOfASimulation) {
  const SessionTruth truth{{0.1, 1.1},  {0.3, 1.4}, {2.5, 3.5},   {0, 1},
                           {1, -1, -1}, {1, 0, 0},  {0.08, 1.08}, {0.32, 1.42}};
  const TrialTable trials = three_trials();
  write(file("a1.h5"), header_of(), sine(3500), {}, &trials, &truth);
  hdf5::Lock lock;
  const H5::H5File opened(file("a1.h5").string(), H5F_ACC_RDONLY);
  std::vector<std::int64_t> bout(3), kind(2);
  opened.openDataSet("/truth/trials/bout").read(bout.data(), H5::PredType::NATIVE_INT64);
  opened.openDataSet("/truth/bouts/kind").read(kind.data(), H5::PredType::NATIVE_INT64);
  EXPECT_EQ(bout, truth.bout);
  EXPECT_EQ(kind, truth.kind);
  std::vector<double> start(2), end(2);
  opened.openDataSet("/truth/bouts/start_s").read(start.data(), H5::PredType::NATIVE_DOUBLE);
  opened.openDataSet("/truth/bouts/end_s").read(end.data(), H5::PredType::NATIVE_DOUBLE);
  EXPECT_EQ(start, truth.start_s);
  EXPECT_EQ(end, truth.end_s);
  for (const char* name :
       {"/truth/bouts/onset_s", "/truth/bouts/offset_s", "/truth/bouts/peak_mm", "/truth/trials/rewarded"})
    EXPECT_TRUE(opened.nameExists(name)) << name;
}

double median_rate(std::vector<double> seconds) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < seconds.size(); ++i) steps.push_back(seconds[i] - seconds[i - 1]);
  std::sort(steps.begin(), steps.end());
  return 1.0 / (0.5 * (steps[(steps.size() - 1) / 2] + steps[steps.size() / 2]));
}

std::vector<double> jittered_clock(std::size_t samples, const std::vector<double>& steps) {
  std::vector<double> seconds(samples);
  std::uint64_t state = 12345;
  for (std::size_t i = 1; i < samples; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    seconds[i] = seconds[i - 1] + steps[(state >> 33) % steps.size()];
  }
  return seconds;
}

// More steps than the reader may hold at once, so that the counting passes are taken.
TEST_F(SessionFile, FindsTheExactMedianRateOfAnyNumberOfTimeStamps) {
  SessionHeader header = header_of(0.0);
  for (const std::size_t samples : {2U, 3U, 1000U, 1001U, 1200000U, 1200001U, 2300000U}) {
    for (const auto& steps :
         std::vector<std::vector<double>>{{0.004, 0.0035, 0.02}, {0.001}, {0.0005, 0.04}}) {
      const std::vector<double> seconds = jittered_clock(samples, steps);
      write(file("a1.h5"), header, std::vector<double>(samples, 1.0), seconds);
      EXPECT_EQ(open_session(file("a1.h5")).info().rate_hz, median_rate(seconds))
          << samples << " of " << steps.size();
    }
  }
}

TEST_F(SessionFile, IsReadByManyThreadsAtOnce) {
  SessionHeader header = header_of();
  header.compressed = true;
  const std::vector<double> volts = sine(300000);
  std::vector<std::thread> threads;
  std::vector<std::string> hashes(6);
  for (int i = 0; i < 6; ++i)
    threads.emplace_back([&, i] {
      const auto path = file("t" + std::to_string(i) + ".h5");
      write(path, header, volts);
      Session session = open_session(path);
      if (read_all(session) == volts) hashes[static_cast<std::size_t>(i)] = session.input_xxh3();
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(hashes[0].empty());
  EXPECT_EQ(std::count(hashes.begin(), hashes.end(), hashes[0]), 6);
}

// Shapes, byte orders and integer types that leverkin does not write.
class ForeignFile : public SessionFiles {
 protected:
  template <typename T>
  Session make(const std::vector<hsize_t>& extent, const H5::DataType& stored, const H5::PredType& native,
               const std::vector<T>& values) {
    const auto path = file("f" + std::to_string(++made_) + ".h5");
    {
      hdf5::Lock lock;
      H5::H5File out(path.string(), H5F_ACC_TRUNC);
      out.createGroup("/lever");
      const H5::DataSpace space(static_cast<int>(extent.size()), extent.data());
      const H5::DataSet dataset = out.createDataSet("/lever/volts", stored, space);
      dataset.write(values.data(), native);
      hdf5::write_attribute(dataset, "rate_hz", std::int64_t{1000});
    }
    return open_session(path);
  }

 private:
  int made_ = 0;
};

TEST_F(ForeignFile, MayBeARowOrAColumn) {
  const std::vector<double> values{1.0, 2.0, 3.0};
  for (const auto& extent : std::vector<std::vector<hsize_t>>{{3}, {3, 1}, {1, 3}}) {
    Session session = make(extent, H5::PredType::IEEE_F64LE, H5::PredType::NATIVE_DOUBLE, values);
    std::vector<double> last(2);
    session.read_volts(1, last);
    EXPECT_EQ(last, (std::vector<double>{2.0, 3.0}));
    EXPECT_EQ(session.info().samples, 3);
  }
}

TEST_F(ForeignFile, MayBeBigEndianAndHashesAsTheSameNumbers) {
  const std::vector<double> values{1.0, -2.5, 3.0};
  const std::string hash =
      make({3}, H5::PredType::IEEE_F64LE, H5::PredType::NATIVE_DOUBLE, values).input_xxh3();
  Session session = make({3}, H5::PredType::IEEE_F64BE, H5::PredType::NATIVE_DOUBLE, values);
  EXPECT_EQ(read_all(session), values);
  EXPECT_EQ(session.input_xxh3(), hash);
}

TEST_F(ForeignFile, MayHoldAnyInteger) {
  const std::vector<std::int32_t> values{-3, 0, 100000};
  Session narrow = make({3}, H5::PredType::STD_I32LE, H5::PredType::NATIVE_INT32, values);
  EXPECT_EQ(read_all(narrow), (std::vector<double>{-3.0, 0.0, 100000.0}));
  EXPECT_TRUE(narrow.info().storage.starts_with("int32"));
  const std::vector<std::uint16_t> counts{0, 65535};
  Session wide = make({2}, H5::PredType::STD_U16BE, H5::PredType::NATIVE_UINT16, counts);
  EXPECT_EQ(read_all(wide), (std::vector<double>{0.0, 65535.0}));
}

}  // namespace
}  // namespace leverkin
