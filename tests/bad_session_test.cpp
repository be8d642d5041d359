// Every way a session file can be wrong that the constructor of Session must notice.
#include <functional>

#include "session_files.h"

namespace leverkin {
namespace {

using namespace test;

class BadSessionFile : public SessionFiles {
 protected:
  // A good file, then spoilt by `spoil`.
  std::filesystem::path spoilt(const std::string& name, const std::function<void(H5::H5File&)>& spoil) {
    const TrialTable trials = three_trials();
    write(file(name), header_of(), sine(4000), {}, &trials);
    hdf5::Lock lock;
    H5::H5File opened(file(name).string(), H5F_ACC_RDWR);
    spoil(opened);
    return file(name);
  }

  static Problem problem_of(const std::filesystem::path& path, const SessionOptions& options = {}) {
    try {
      (void)open_session(path, options);
    } catch (const BadSession& error) {
      const Problem& problem = error.problem();
      EXPECT_EQ(problem.file, path.string());
      EXPECT_FALSE(problem.found.empty());
      EXPECT_FALSE(problem.expected.empty());
      return problem;
    }
    ADD_FAILURE() << path << " was accepted";
    return {};
  }

  Problem problem_with_rate(double rate_hz) {
    return problem_of(spoilt("a1.h5", [&](H5::H5File& opened) {
      const H5::DataSet volts = opened.openDataSet("/lever/volts");
      volts.removeAttr("rate_hz");
      hdf5::write_attribute(volts, "rate_hz", rate_hz);
    }));
  }

  Problem problem_with_timestamps(const std::vector<double>& seconds) {
    write(file("a1.h5"), header_of(0.0), sine(static_cast<std::int64_t>(seconds.size())), seconds);
    return problem_of(file("a1.h5"));
  }
};

void replace_column(H5::H5File& opened, const std::string& name, const std::vector<double>& values) {
  opened.unlink(name);
  const hsize_t extent = values.size();
  opened.createDataSet(name, H5::PredType::IEEE_F64LE, H5::DataSpace(1, &extent))
      .write(values.data(), H5::PredType::NATIVE_DOUBLE);
}

TEST_F(BadSessionFile, MayBeMissing) {
  EXPECT_THROW((void)open_session(file("no.h5")), IoError);
  EXPECT_THROW((void)open_session(folder_), IoError);
}

TEST_F(BadSessionFile, MayNotBeHdf5) {
  const std::pair<std::string, std::string> contents[] = {{"", "empty"},
                                                          {"time,volts\n0,1\n", "text"},
                                                          {std::string("PK\x03\x04\x14\0\0\0", 8), "zip"},
                                                          {"MATLAB 5.0 MAT-file", "MATLAB"},
                                                          {std::string("\0\1\2\3\0\1\2\3", 8), "not HDF5"}};
  for (const auto& [content, found] : contents) {
    std::ofstream(file("a1.h5"), std::ios::binary) << content;
    EXPECT_SAYS(problem_of(file("a1.h5")).found, found);
  }
}

TEST_F(BadSessionFile, MayBeAResultsFile) {
  const auto path = spoilt("a1.h5", [](H5::H5File& opened) {
    hdf5::write_attribute(opened.openGroup("/"), "schema", "leverkin-results/1");
  });
  EXPECT_SAYS(problem_of(path).found, "results file");
}

TEST_F(BadSessionFile, MayHaveNoLever) {
  const Problem problem = problem_of(spoilt("a1.h5", [](H5::H5File& opened) { opened.unlink("/lever"); }));
  EXPECT_EQ(problem.dataset, "/lever/volts");
  const Problem nwb = problem_of([&] {
    write(file("a1.nwb"), header_of(), sine(100));
    hdf5::Lock lock;
    H5::H5File opened(file("a1.nwb").string(), H5F_ACC_RDWR);
    opened.unlink("/acquisition/lever");
    return file("a1.nwb");
  }());
  EXPECT_EQ(nwb.dataset, "/acquisition");
  EXPECT_SAYS(nwb.found, "no series");
}

TEST_F(BadSessionFile, MayHoldWhatIsNotOneColumnOfNumbers) {
  const std::pair<std::string, std::function<void(H5::H5File&)>> cases[] = {
      {"shape (2, 3)",
       [](H5::H5File& opened) {
         const hsize_t extent[2] = {2, 3};
         opened.createDataSet("/lever/volts", H5::PredType::IEEE_F64LE, H5::DataSpace(2, extent));
       }},
      {"shape ()",
       [](H5::H5File& opened) {
         opened.createDataSet("/lever/volts", H5::PredType::IEEE_F64LE, H5::DataSpace(H5S_SCALAR));
       }},
      {"another kind",
       [](H5::H5File& opened) {
         const hsize_t extent = 3;
         opened.createDataSet("/lever/volts", H5::StrType(H5::PredType::C_S1, 5), H5::DataSpace(1, &extent));
       }},
      {"a group", [](H5::H5File& opened) { opened.createGroup("/lever/volts"); }}};
  for (const auto& [found, make] : cases) {
    const Problem problem = problem_of(spoilt("a1.h5", [&, &make = make](H5::H5File& opened) {
      opened.unlink("/lever/volts");
      make(opened);
    }));
    EXPECT_EQ(problem.dataset, "/lever/volts");
    EXPECT_SAYS(problem.found, found);
  }
}

TEST_F(BadSessionFile, MayBeEmpty) {
  write(file("a1.h5"), header_of(), {});
  EXPECT_EQ(problem_of(file("a1.h5")).found, "no samples");
  write(file("a1.nwb"), header_of(), {});
  EXPECT_EQ(problem_of(file("a1.nwb")).found, "no samples");
}

TEST_F(BadSessionFile, MayNotSayItsRate) {
  const Problem problem = problem_of(
      spoilt("a1.h5", [](H5::H5File& opened) { opened.openDataSet("/lever/volts").removeAttr("rate_hz"); }));
  EXPECT_EQ(problem.dataset, "/lever/volts");
  EXPECT_SAYS(problem.expected, "rate_hz");
}

TEST_F(BadSessionFile, MaySayAnImpossibleRate) {
  for (const double rate : {0.0, -1000.0, nan, std::numeric_limits<double>::infinity()}) {
    const Problem problem = problem_with_rate(rate);
    EXPECT_SAYS(problem.place, "rate_hz");
    EXPECT_SAYS(problem.expected, "above 0");
  }
}

TEST_F(BadSessionFile, MaySayItsRateInAnotherUnit) {
  for (const double rate : {0.1, 10.0, 1e7})
    EXPECT_SAYS(problem_with_rate(rate).expected, "samples per second");
  EXPECT_SAYS(problem_with_rate(10.0).expected, "kHz");
}

TEST_F(BadSessionFile, MaySayItsRateInWords) {
  const Problem problem = problem_of(spoilt("a1.h5", [](H5::H5File& opened) {
    const H5::DataSet volts = opened.openDataSet("/lever/volts");
    volts.removeAttr("rate_hz");
    hdf5::write_attribute(volts, "rate_hz", "10 kHz");
  }));
  EXPECT_SAYS(problem.found, "not a number");
}

TEST_F(BadSessionFile, MaySayBothARateAndTimeStamps) {
  const Problem problem = problem_of(spoilt("a1.h5", [](H5::H5File& opened) {
    const hsize_t extent = 4000;
    opened.createDataSet("/lever/timestamps_s", H5::PredType::IEEE_F64LE, H5::DataSpace(1, &extent));
  }));
  EXPECT_SAYS(problem.found, "both");
}

TEST_F(BadSessionFile, EveryUsualRateIsAccepted) {
  for (const double rate : {1000.0, 5888.0, 10000.0, 20000.0, 29997.0, 44100.0}) {
    write(file("a1.h5"), header_of(rate), sine(100));
    EXPECT_EQ(open_session(file("a1.h5")).info().rate_hz, rate);
    write(file("a1.nwb"), header_of(rate), sine(100));
    EXPECT_EQ(open_session(file("a1.nwb")).info().rate_hz, rate);
  }
}

TEST_F(BadSessionFile, MayHaveADecreasingClock) {
  const Problem problem = problem_with_timestamps({0.0, 0.1, 0.05, 0.2});
  EXPECT_EQ(problem.dataset, "/lever/timestamps_s");
  EXPECT_EQ(problem.place, "time stamp 2");
  EXPECT_SAYS(problem.found, "0.05 s after 0.1 s");
}

TEST_F(BadSessionFile, MayHaveADecreasingClockFarIntoTheFile) {
  std::vector<double> seconds(200000);
  for (std::size_t i = 0; i < seconds.size(); ++i) seconds[i] = 0.001 * static_cast<double>(i);
  seconds[131072] = seconds[131071];  // the first of a block against the last of the one before
  const Problem problem = problem_with_timestamps(seconds);
  EXPECT_EQ(problem.place, "time stamp 131072");
  EXPECT_SAYS(problem.found, "duplicate");
}

TEST_F(BadSessionFile, MayHaveADuplicateTime) {
  const Problem problem = problem_with_timestamps({0.0, 0.1, 0.1, 0.2});
  EXPECT_EQ(problem.place, "time stamp 2");
  EXPECT_SAYS(problem.found, "duplicate");
}

TEST_F(BadSessionFile, MayHaveATimeThatIsNotFinite) {
  for (const double bad :
       {nan, std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(problem_with_timestamps({bad, 0.1, 0.2}).place, "time stamp 0");
    EXPECT_EQ(problem_with_timestamps({0.0, bad, 0.2}).place, "time stamp 1");
  }
}

TEST_F(BadSessionFile, MayHaveAClockInMilliseconds) {
  EXPECT_SAYS(problem_with_timestamps({0.0, 4.0, 8.0, 12.0}).expected, "milliseconds");
}

TEST_F(BadSessionFile, MayHaveASingleTimeStamp) {
  EXPECT_SAYS(problem_with_timestamps({0.0}).found, "single");
}

TEST_F(BadSessionFile, MayHaveFewerTimesThanSamples) {
  write(file("a1.h5"), header_of(0.0), sine(3), {0.0, 0.1, 0.2});
  {
    hdf5::Lock lock;
    H5::H5File opened(file("a1.h5").string(), H5F_ACC_RDWR);
    replace_column(opened, "/lever/timestamps_s", {0.0, 0.1});
  }
  const Problem problem = problem_of(file("a1.h5"));
  EXPECT_SAYS(problem.found, "2 time stamps");
  EXPECT_SAYS(problem.expected, '3');
}

TEST_F(BadSessionFile, MayHaveAConversionThatCannotBe) {
  for (const double scale : {0.0, nan, std::numeric_limits<double>::infinity()}) {
    const Problem problem = problem_of(spoilt("a1.h5", [&](H5::H5File& opened) {
      hdf5::write_attribute(opened.openDataSet("/lever/volts"), "volts_per_count", scale);
    }));
    EXPECT_SAYS(problem.place, "volts_per_count");
  }
  const Problem offset = problem_of(spoilt("a1.h5", [&](H5::H5File& opened) {
    hdf5::write_attribute(opened.openDataSet("/lever/volts"), "offset_v", nan);
  }));
  EXPECT_SAYS(offset.place, "offset_v");
}

TEST_F(BadSessionFile, MayMissAColumnOfTheTrials) {
  for (const std::string column : {"start_s", "stop_s"}) {
    const Problem problem =
        problem_of(spoilt("a1.h5", [&](H5::H5File& opened) { opened.unlink("/trials/" + column); }));
    EXPECT_EQ(problem.dataset, "/trials/" + column);
    EXPECT_EQ(problem.found, "no such column");
  }
}

TEST_F(BadSessionFile, MayHaveTrialColumnsOfUnequalLength) {
  const Problem problem = problem_of(spoilt("a1.h5", [](H5::H5File& opened) {
    replace_column(opened, "/trials/cue_s", {0.6, 1.6});
  }));
  EXPECT_EQ(problem.dataset, "/trials/cue_s");
  EXPECT_EQ(problem.found, "2 values");
}

// What one trial says of its own times costs that trial, not the session.
TEST_F(BadSessionFile, IsGoodWhateverTheTimesOfATrial) {
  const double infinity = std::numeric_limits<double>::infinity();
  const TrialTable trials{
      {0.5, nan, 0.2, 3.0}, {0.4, 2.0, 1.0, infinity}, {0.8, nan, nan, nan}, {0.7, nan, nan, nan}};
  for (const std::string name : {"a1.h5", "a1.nwb"}) {
    write(file(name), header_of(), sine(4000), {}, &trials);
    EXPECT_EQ(open_session(file(name)).trials().size(), 4);
  }
}

TEST_F(BadSessionFile, TrialsThatTouchOrEndLateAreGood) {
  const TrialTable trials{{0.5, 1.0, 99.0}, {1.0, 2.0, 100.0}, {0.5, nan, 99.0}, {0.5, nan, 99.5}};
  write(file("a1.h5"), header_of(), sine(4000), {}, &trials);
  EXPECT_EQ(open_session(file("a1.h5")).trials().size(), 3);
}

TEST_F(BadSessionFile, MayHaveNoNumberThatCanBe) {
  SessionHeader header = header_of();
  header.identity.session = 0;
  write(file("last.h5"), header, sine(100));
  EXPECT_EQ(open_session(file("last.h5")).info().identity.session, 0);
  for (const double number : {0.0, -1.0, 1.5, nan}) {
    const SessionIdentity identity = open_session(spoilt("a.h5",
                                                         [&](H5::H5File& opened) {
                                                           const H5::Group root = opened.openGroup("/");
                                                           root.removeAttr("session");
                                                           hdf5::write_attribute(root, "session", number);
                                                         }))
                                         .info()
                                         .identity;
    EXPECT_EQ(identity.session, 0);
    EXPECT_SAYS(identity.fault, "attribute session: found");
  }
}

class BadNwbFile : public BadSessionFile {
 protected:
  std::filesystem::path spoilt_nwb(const std::function<void(H5::H5File&)>& spoil) {
    write(file("a.nwb"), header_of(), sine(100));
    hdf5::Lock lock;
    H5::H5File opened(file("a.nwb").string(), H5F_ACC_RDWR);
    spoil(opened);
    return file("a.nwb");
  }

  static void add_series(H5::H5File& opened, const std::string& path, const char* type = "TimeSeries") {
    const H5::Group group = opened.createGroup(path);
    hdf5::write_attribute(group, "neurodata_type", type);
    const hsize_t extent = 5;
    opened.createDataSet(path + "/data", H5::PredType::IEEE_F64LE, H5::DataSpace(1, &extent));
    const H5::DataSet start =
        opened.createDataSet(path + "/starting_time", H5::PredType::IEEE_F64LE, H5::DataSpace(H5S_SCALAR));
    const double seconds = 7.0;
    start.write(&seconds, H5::PredType::NATIVE_DOUBLE);
    hdf5::write_attribute(start, "rate", 2000.0);
  }
};

TEST_F(BadNwbFile, MayHaveTwoCandidatesForTheLever) {
  const auto path = spoilt_nwb([](H5::H5File& opened) { add_series(opened, "/acquisition/LeverRight"); });
  const Problem problem = problem_of(path);
  EXPECT_SAYS(problem.found, "lever");
  EXPECT_SAYS(problem.found, "LeverRight");
  SessionOptions options;
  options.lever = "LeverRight";
  EXPECT_EQ(open_session(path, options).info().dataset, "/acquisition/LeverRight/data");
  options.lever = "nobody";
  EXPECT_SAYS(problem_of(path, options).expected, "nobody");
}

TEST_F(BadNwbFile, IsReadFromItsOnlyTimeSeriesWhateverItsName) {
  const auto path = spoilt_nwb([](H5::H5File& opened) {
    opened.unlink("/acquisition/lever");
    add_series(opened, "/acquisition/position");
    add_series(opened, "/acquisition/brain", "TwoPhotonSeries");
  });
  const Session session = open_session(path);
  EXPECT_EQ(session.info().dataset, "/acquisition/position/data");
  EXPECT_EQ(session.info().clock_offset_s, 7.0);
}

TEST_F(BadNwbFile, MayHaveTwoSeriesAndNoLever) {
  const Problem problem = problem_of(spoilt_nwb([](H5::H5File& opened) {
    opened.unlink("/acquisition/lever");
    add_series(opened, "/acquisition/position");
    add_series(opened, "/acquisition/licks");
  }));
  EXPECT_SAYS(problem.found, "licks, position");
}

TEST_F(BadNwbFile, MayNotSayItsRate) {
  const Problem without_rate = problem_of(spoilt_nwb(
      [](H5::H5File& opened) { opened.openDataSet("/acquisition/lever/starting_time").removeAttr("rate"); }));
  EXPECT_EQ(without_rate.dataset, "/acquisition/lever/starting_time");
  const Problem without_clock =
      problem_of(spoilt_nwb([](H5::H5File& opened) { opened.unlink("/acquisition/lever/starting_time"); }));
  EXPECT_EQ(without_clock.dataset, "/acquisition/lever");
}

TEST_F(BadNwbFile, MaySayItsRateInAnotherUnit) {
  const Problem problem = problem_of(spoilt_nwb([](H5::H5File& opened) {
    const H5::DataSet start = opened.openDataSet("/acquisition/lever/starting_time");
    start.removeAttr("rate");
    hdf5::write_attribute(start, "rate", 10.0);
  }));
  EXPECT_SAYS(problem.expected, "kHz");
}

TEST_F(BadNwbFile, NeedsNeitherSubjectNorNumberToBeOpened) {
  const auto nobody = spoilt_nwb([](H5::H5File& opened) { opened.unlink("/general/subject/subject_id"); });
  EXPECT_EQ(open_session(nobody).info().identity.subject, "");
  const auto path = spoilt_nwb([](H5::H5File& opened) { opened.unlink("/general/session_id"); });
  EXPECT_EQ(open_session(path).info().identity.session, 0);
}

TEST_F(BadNwbFile, MayBeOfAnotherVersion) {
  const Problem problem = problem_of(spoilt_nwb([](H5::H5File& opened) {
    const H5::Group root = opened.openGroup("/");
    root.removeAttr("nwb_version");
    hdf5::write_attribute(root, "nwb_version", "1.0.6");
  }));
  EXPECT_SAYS(problem.place, "nwb_version");
}

TEST_F(BadSessionFile, IsRefusedWholeWhereverItIsCutShort) {
  SessionHeader header = header_of();
  const TrialTable trials = three_trials();
  for (const std::string name : {"a1.h5", "a1.nwb"}) {
    for (const bool compressed : {false, true}) {
      header.compressed = compressed;
      write(file(name), header, sine(3000), {}, &trials);
      const auto size = std::filesystem::file_size(file(name));
      const std::string whole = bytes_of(file(name));
      for (std::uintmax_t length = 0; length < size; length += length < 3000 ? 97 : size / 60) {
        std::ofstream(file("cut_1.h5"), std::ios::binary) << whole.substr(0, length);
        EXPECT_THROW((void)open_session(file("cut_1.h5")), BadSession) << name << " cut at " << length;
      }
    }
  }
}

TEST_F(BadSessionFile, SaysWhereItsSamplesCannotBeRead) {
  SessionHeader header = header_of();
  header.compressed = true;
  write(file("a1.h5"), header, sine(200000));
  haddr_t address = 0;
  {
    hdf5::Lock lock;
    const H5::H5File opened(file("a1.h5").string(), H5F_ACC_RDONLY);
    const hsize_t second_chunk = 65536;
    unsigned filters = 0;
    hsize_t bytes = 0;
    ASSERT_GE(H5Dget_chunk_info_by_coord(opened.openDataSet("/lever/volts").getId(), &second_chunk, &filters,
                                         &address, &bytes),
              0);
  }
  std::fstream out(file("a1.h5"), std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(static_cast<std::streamoff>(address));
  out << std::string(64, '\xff');
  out.close();
  Session session = open_session(file("a1.h5"));
  try {
    (void)read_all(session);
    ADD_FAILURE() << "the damage was not noticed";
  } catch (const BadSession& error) {
    EXPECT_EQ(error.problem().dataset, "/lever/volts");
    EXPECT_EQ(error.problem().place, "values 65536 to 131071");
  }
}

TEST_F(SessionFiles, AWriterReplacesAFileOnlyWhereToldTo) {
  for (const std::string name : {"a1.h5", "a1.nwb"}) {
    std::ofstream(file(name)) << "a recording";
    EXPECT_THROW(SessionWriter(file(name), header_of()), BadArgument);
    EXPECT_EQ(bytes_of(file(name)), "a recording");
    write(file(name), header_of(), sine(100));
    EXPECT_EQ(open_session(file(name)).info().samples, 100);
  }
}

TEST_F(SessionFiles, AWriterRefusesWhatItCannotWrite) {
  SessionHeader header = header_of();
  EXPECT_THROW(SessionWriter(file("no folder/a.h5"), header), IoError);
  header.rate_hz = -1.0;
  EXPECT_THROW(SessionWriter(file("a.h5"), header), BadArgument);
  header = header_of();
  header.format = "csv";
  EXPECT_THROW(SessionWriter(file("a.h5"), header), BadArgument);
  header = header_of();
  header.identity.start_time = "yesterday";
  EXPECT_THROW(SessionWriter(file("a.h5"), header), BadArgument);
  header = header_of();
  header.samples = 10;
  SessionWriter writer(file("a.h5"), header);
  writer.append(sine(9));
  EXPECT_THROW(writer.finish(), BadArgument);
  EXPECT_THROW(writer.append(sine(2)), BadArgument);
  EXPECT_THROW(writer.append(sine(1), sine(1)), BadArgument);
}

}  // namespace
}  // namespace leverkin
