// What every recording format must do, whatever it is: one declaration per format (a maker of a good
// recording, makers of bad ones with the words that their errors must hold), and the same questions to all of
// them.
#include <lzf.h>

#include <functional>

#include "ephus_files.h"
#include "io/formats/format.h"
#include "leverkin/pipeline.h"
#include "session_files.h"
#include "wavesurfer_files.h"

namespace leverkin {
namespace {

using namespace test;

struct Good {
  std::vector<double> volts = sine(150'001);
  double rate_hz = 10'000.0;
  TrialTable trials = three_trials();
};

struct Bad {
  std::string name;
  std::function<void(const std::filesystem::path&)> make;
  std::vector<std::string> words;  // that the error must hold
};

struct Guest {
  std::string name, suffix;
  std::function<void(const std::filesystem::path&, const Good&)> make;
  std::vector<Bad> bad;
  double quantum_v = 0.0;    // what volts are rounded to; 0: nothing is lost
  bool states_times = true;  // of trials, as numbers; else as pulses
  std::string stem = "m07_3";
  bool tells_itself = true;  // by what is in it; else by its name, as it holds samples and nothing else
};

void PrintTo(const Guest& guest, std::ostream* out) { *out << guest.name; }

void write_good(const std::filesystem::path& path, const Good& good, const std::string& format) {
  SessionHeader header = header_of(good.rate_hz);
  header.format = format;
  write(path, header, good.volts, {}, &good.trials);
}

// A good file of a format that leverkin writes, then spoilt.
auto spoilt(const std::string& format, const std::function<void(H5::H5File&)>& spoil) {
  return [=](const std::filesystem::path& path) {
    write_good(path, {}, format);
    const hdf5::Lock lock;
    H5::H5File file(path.string(), H5F_ACC_RDWR);
    spoil(file);
  };
}

void replace(H5::H5File& file, const std::string& name, const std::vector<double>& values) {
  file.unlink(name);
  const hsize_t extent = values.size();
  file.createDataSet(name, H5::PredType::IEEE_F64LE, H5::DataSpace(1, &extent))
      .write(values.data(), H5::PredType::NATIVE_DOUBLE);
}

void set_unit(H5::H5File& file, const std::string& samples, const std::string& attribute, const char* unit) {
  const H5::DataSet volts = file.openDataSet(samples);
  if (volts.attrExists(attribute)) volts.removeAttr(attribute);
  hdf5::write_attribute(volts, attribute, unit);
}

Guest hdf5_guest(const std::string& format, const std::string& suffix, const std::string& samples,
                 const std::string& trials, const std::string& start, const std::string& unit) {
  const auto bad = [&](const std::function<void(H5::H5File&)>& spoil) { return spoilt(format, spoil); };
  return {
      format,
      suffix,
      [=](const auto& path, const Good& good) { write_good(path, good, format); },
      {{"WithoutItsSamples", bad([=](auto& file) { file.unlink(samples); }), {"no", "lever"}},
       {"WithAGroupForSamples",
        bad([=](auto& file) {
          file.unlink(samples);
          file.createGroup(samples);
        }),
        {samples, "a data set"}},
       {"WithTextForSamples",
        bad([=](auto& file) {
          file.unlink(samples);
          const hsize_t extent = 4;
          file.createDataSet(samples, H5::StrType(H5::PredType::C_S1, 8), H5::DataSpace(1, &extent));
        }),
        {samples, "another kind", "float64"}},
       {"WithoutSamplesInIt", bad([=](auto& file) { replace(file, samples, {}); }), {samples}},
       {"WithUnequalTrials",
        bad([=](auto& file) {
          replace(file, trials + "/" + start, {0.5, 1.5});
        }),
        {trials, "values"}},
       {"WithALinkThatLeadsNowhere",
        bad([=](auto& file) {
          file.unlink(samples);
          H5Lcreate_external("raw.nwb", "/acquisition/lever/data", file.getId(), samples.c_str(), H5P_DEFAULT,
                             H5P_DEFAULT);
        }),
        {samples, "raw.nwb:/acquisition/lever/data", "not there"}},
       {"WithTrialsBehindALinkThatLeadsNowhere",
        bad([=](auto& file) {
          file.unlink(trials);
          H5Lcreate_soft("/moved", file.getId(), trials.c_str(), H5P_DEFAULT, H5P_DEFAULT);
        }),
        {trials, "/moved", "not there"}},
       {"InAnotherUnit",
        bad([=](auto& file) { set_unit(file, samples, unit, "pixels"); }),
        {samples, "attribute " + unit, "pixels", "mV"}},
       {"InMillimetresWithoutACalibration",
        bad([=](auto& file) { set_unit(file, samples, unit, "mm"); }),
        {"mm_per_volt"}},
       {"WithAnotherKindOfFloat",
        bad([=](auto& file) {
          file.unlink(samples);
          H5::FloatType own(H5::PredType::IEEE_F64LE);
          own.setEbias(1000);
          const hsize_t extent = 4;
          file.createDataSet(samples, own, H5::DataSpace(1, &extent));
        }),
        {samples, "bits of their own", "IEEE"}},
       {"WithAnotherKindOfFloatForTrials",
        bad([=](auto& file) {
          file.unlink(trials + "/" + start);
          H5::FloatType own(H5::PredType::IEEE_F64LE);
          own.setFields(63, 52, 11, 32, 20);
          const hsize_t extent = 3;
          file.createDataSet(trials + "/" + start, own, H5::DataSpace(1, &extent));
        }),
        {trials, "bits of their own"}},
       {"PackedWithWhatIsNotInstalled",
        bad([=](auto& file) {
          file.unlink(samples);
          H5::DSetCreatPropList properties;
          const hsize_t extent = 4;
          properties.setChunk(1, &extent);
          H5Pset_filter(properties.getId(), 32015, H5Z_FLAG_OPTIONAL, 0, nullptr);
          file.createDataSet(samples, H5::PredType::IEEE_F64LE, H5::DataSpace(1, &extent), properties);
        }),
        {samples, "Zstd", "pip install hdf5plugin"}},
       {"WithTrialTimesThatWereNeverWritten",
        bad([=](auto& file) {
          file.unlink(trials + "/" + start);
          const hsize_t extent = 3;
          file.createDataSet(trials + "/" + start, H5::PredType::IEEE_F64LE, H5::DataSpace(1, &extent));
        }),
        {trials, "nothing stored for 3 of 3", "never written"}},
       {"OfAResultsFile",
        bad([](auto& file) { hdf5::write_attribute(file.openGroup("/"), "schema", "leverkin-results/1"); }),
        {"results file", "a recording"}}}};
}

std::vector<std::string> codes_of(const Session& session) {
  std::vector<std::string> codes;
  for (const SessionNote& note : session.info().notes) {
    EXPECT_FALSE(note.text.empty()) << note.code;
    codes.push_back(note.code);
  }
  return codes;
}

Guest wavesurfer_guest() {
  const auto bad = [](const std::function<void(WaveSurferFile&)>& spoil) {
    return [=](const std::filesystem::path& path) {
      WaveSurferFile made = wavesurfer_of(sine(40'000), 10'000.0, three_trials());
      spoil(made);
      write_wavesurfer(path, made);
    };
  };
  const auto bad_file = [](const std::function<void(H5::H5File&)>& spoil) {
    return [=](const std::filesystem::path& path) {
      write_wavesurfer(path, wavesurfer_of(sine(40'000), 10'000.0, three_trials()));
      const hdf5::Lock lock;
      H5::H5File file(path.string(), H5F_ACC_RDWR);
      spoil(file);
    };
  };
  const auto absurd = [](const std::string& name, hsize_t rows) {
    return [=](H5::H5File& file) {
      file.unlink(name);
      const hsize_t extent[2] = {rows, hsize_t{1} << 60}, chunk[2] = {rows, 1024};
      H5::DSetCreatPropList properties;
      properties.setChunk(2, chunk);
      file.createDataSet(name, H5::PredType::STD_I16LE, H5::DataSpace(2, extent), properties);
    };
  };
  return {"wavesurfer",
          ".h5",
          [](const auto& path, const Good& good) {
            write_wavesurfer(path, wavesurfer_of(good.volts, good.rate_hz, good.trials));
          },
          {{"WithoutCoefficients", bad([](auto& made) { made.coefficients.clear(); }), {"coefficients"}},
           {"WithoutSweeps", bad([](auto& made) { made.sweeps.clear(); }), {"no sweep"}},
           {"WithoutARate",
            bad_file([](auto& file) { file.unlink("/header/AcquisitionSampleRate"); }),
            {"AcquisitionSampleRate"}},
           {"WithTextForARate",
            bad_file([](auto& file) {
              file.unlink("/header/AcquisitionSampleRate");
              wavesurfer::put(file, "/header/AcquisitionSampleRate", {"fast"});
            }),
            {"AcquisitionSampleRate", "numbers"}},
           {"WithNumbersForNames",
            bad_file([](auto& file) {
              file.unlink("/header/AIChannelNames");
              wavesurfer::put(file, "/header/AIChannelNames", {1.0}, {1, 1});
            }),
            {"AIChannelNames", "texts"}},
           {"WithAGroupForCoefficients",
            bad_file([](auto& file) {
              file.unlink("/header/AIScalingCoefficients");
              file.createGroup("/header/AIScalingCoefficients");
            }),
            {"AIScalingCoefficients", "a group"}},
           {"WithAGroupForScans",
            bad_file([](auto& file) {
              file.unlink("/sweep_0001/analogScans");
              file.createGroup("/sweep_0001/analogScans");
            }),
            {"analogScans"}},
           {"WithFloatsForScans",
            bad_file([](auto& file) {
              file.unlink("/sweep_0001/analogScans");
              wavesurfer::put(file, "/sweep_0001/analogScans", std::vector<double>(100, 1.0), {1, 100});
            }),
            {"analogScans", "whole numbers"}},
           {"WithTooManyCoefficients",
            bad_file([](auto& file) {
              file.unlink("/header/AIScalingCoefficients");
              const hsize_t extent = hsize_t{1} << 40, chunk = 1024;
              H5::DSetCreatPropList properties;
              properties.setChunk(1, &chunk);
              file.createDataSet("/header/AIScalingCoefficients", H5::PredType::IEEE_F64LE,
                                 H5::DataSpace(1, &extent), properties);
            }),
            {"AIScalingCoefficients", "at most"}},
           {"WithMoreSamplesThanThereCanBe", bad_file(absurd("/sweep_0001/analogScans", 1)), {"analogScans"}},
           {"WithScansBehindALinkThatLeadsToItself",
            bad_file([](auto& file) {
              file.unlink("/sweep_0001/analogScans");
              H5Lcreate_soft("/sweep_0001/analogScans", file.getId(), "/sweep_0001/analogScans", H5P_DEFAULT,
                             H5P_DEFAULT);
            }),
            {"analogScans"}}},
          wavesurfer_quantum_v,
          false};
}

// Both with a Dispatcher file beside it.
void write_ephus(const std::filesystem::path& path, const Good& good, bool is_log) {
  const auto code = code_line(good.trials, good.volts.size(), good.rate_hz);
  const std::filesystem::path folder = path.parent_path();
  write_dispatcher(folder / "data_@lever2p_260301a.mat", dispatcher_trials(good.trials));
  if (!is_log) return write_xsg(path, good.rate_hz, {{"Trial_number", code}, {"Lever", good.volts}});
  write_log(path, good.volts);
  write_log(folder / "AA0001AAAA0001_Trial_number.xsglog", code);
  write_xsg(folder / "AA0001AAAA0001.xsg", good.rate_hz, {{"Other", {1.0, 2.0}}});
}

Guest xsg_guest() {
  const auto spoilt_xsg = [](const std::function<void(std::string&)>& spoil) {
    return [=](const std::filesystem::path& path) {
      write_ephus(path, {}, false);
      std::string bytes = bytes_of(path);
      spoil(bytes);
      std::ofstream(path, std::ios::binary) << bytes;
    };
  };
  return {"xsg",
          ".xsg",
          [](const auto& path, const Good& good) { write_ephus(path, good, false); },
          {{"CutShort", spoilt_xsg([](std::string& bytes) { bytes.resize(bytes.size() - 100); }), {"whole"}},
           {"WithDamagedTraces",
            spoilt_xsg([](std::string& bytes) {
              for (std::size_t i = bytes.size() / 2; i < bytes.size() / 2 + 30; ++i) bytes[i] = '\x55';
            }),
            {"whole"}},
           {"OfABigEndianMachine",
            spoilt_xsg([](std::string& bytes) { std::swap(bytes[126], bytes[127]); }),
            {"big-endian"}}},
          0.0,
          false,
          "AA0001AAAA0001"};
}

Guest xsglog_guest() {
  return {"xsglog",
          ".xsglog",
          [](const auto& path, const Good& good) { write_ephus(path, good, true); },
          {{"CutShort",
            [](const std::filesystem::path& path) {
              write_ephus(path, {}, true);
              std::filesystem::resize_file(path, 1003);
            },
            {"1003 bytes", "cut short"}},
           {"OfNothing",
            [](const std::filesystem::path& path) {
              write_ephus(path, {}, true);
              std::filesystem::resize_file(path, 0);
            },
            {"no samples"}}},
          0.0,
          false,
          "AA0001AAAA0001_Lever",
          false};
}

std::vector<Guest> guests() {
  return {hdf5_guest("nwb", ".nwb", "/acquisition/lever/data", "/intervals/trials", "start_time", "unit"),
          hdf5_guest("hdf5", ".h5", "/lever/volts", "/trials", "start_s", "units"), wavesurfer_guest(),
          xsg_guest(), xsglog_guest()};
}

class EveryFormat : public SessionFiles, public testing::WithParamInterface<Guest> {
 protected:
  [[nodiscard]] std::filesystem::path recording() const { return file(GetParam().stem + GetParam().suffix); }
};

TEST_P(EveryFormat, IsToldByWhatIsInItAndNotByItsName) {
  GetParam().make(recording(), {});
  EXPECT_EQ(session_format(recording()), GetParam().name);
  if (!GetParam().tells_itself) return;
  std::filesystem::rename(recording(), file("anything"));
  EXPECT_EQ(session_format(file("anything")), GetParam().name);
  EXPECT_EQ(open_session(file("anything")).info().format, GetParam().name);
}

TEST_P(EveryFormat, IsFoundInAFolderByItsEndingInAnyCase) {
  GetParam().make(recording(), {});
  std::string loud = GetParam().suffix;
  for (char& c : loud) c = static_cast<char>(std::toupper(c));
  std::filesystem::create_directory(file("other"));
  GetParam().make(file("other") / (GetParam().stem + loud), {});
  EXPECT_EQ(find_sessions({folder_}).size(), 2U);
}

TEST_P(EveryFormat, SaysWhatItHoldsAndWhichFilesItRead) {
  const Good good;
  GetParam().make(recording(), good);
  const Session session = open_session(recording());
  const SessionInfo& info = session.info();
  EXPECT_EQ(info.path, recording().string());
  ASSERT_FALSE(info.files.empty());
  EXPECT_EQ(info.files.front(), info.path);
  EXPECT_EQ(info.samples, static_cast<std::int64_t>(good.volts.size()));
  EXPECT_EQ(info.rate_hz, good.rate_hz);
  EXPECT_EQ(info.duration_s, static_cast<double>(good.volts.size()) / good.rate_hz);
  EXPECT_FALSE(info.dataset.empty());
  EXPECT_FALSE(info.storage.empty());
  ASSERT_EQ(session.trials().size(), good.trials.size());
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(session.trials().start_s[i], good.trials.start_s[i], 1e-9);
  EXPECT_TRUE(std::isnan(session.trials().cue_s[1]));
  EXPECT_NEAR(session.trials().cue_s[2], good.trials.cue_s[2], 1e-9);
}

TEST_P(EveryFormat, GivesTheSameSamplesInBlocksInSlicesAndOnAnyNumberOfThreads) {
  const Good good;
  GetParam().make(recording(), good);
  Session whole = open_session(recording());
  const std::vector<double> volts = read_all(whole);
  ASSERT_EQ(volts.size(), good.volts.size());
  for (std::size_t i = 0; i < volts.size(); ++i)
    ASSERT_NEAR(volts[i], good.volts[i], 0.5001 * GetParam().quantum_v) << i;
  for (const int threads : {1, 2, 5}) {
    Session session = open_session(recording());
    std::vector<double> streamed;
    session.stream_volts(
        [&](std::int64_t first, std::span<const double> block) {
          EXPECT_EQ(first, static_cast<std::int64_t>(streamed.size()));
          streamed.insert(streamed.end(), block.begin(), block.end());
        },
        threads);
    EXPECT_EQ(streamed, volts) << threads;
    EXPECT_EQ(session.input_xxh3(), whole.input_xxh3()) << threads;
  }
  std::vector<double> slice(70'000);
  whole.read_volts(77, slice);
  EXPECT_TRUE(std::ranges::equal(slice, std::span(volts).subspan(77, slice.size())));
}

// A press every five seconds, and a little noise that is the same every time.
std::vector<double> presses(std::int64_t samples, double rate_hz) {
  std::vector<double> volts(static_cast<std::size_t>(samples));
  std::uint32_t random = 1;
  for (std::size_t i = 0; i < volts.size(); ++i) {
    const double t = static_cast<double>(i) / rate_hz, in_press = std::fmod(t, 5.0) - 2.0;
    random = 1664525U * random + 1013904223U;
    volts[i] = 1.5 + 0.001 * (random >> 16) / 65536.0;
    if (in_press > 0.0 && in_press < 0.6) volts[i] += std::pow(std::sin(3.14159265 * in_press / 0.6), 2.0);
  }
  return volts;
}

TEST_P(EveryFormat, GivesTheTraceAndTheBoutsThatPlainHdf5Gives) {
  Good good;
  good.volts = presses(600'000, good.rate_hz);
  GetParam().make(recording(), good);
  std::filesystem::create_directory(file("plain"));
  write_good(file("plain") / "m07_3.h5", good, "hdf5");
  Session session = open_session(recording()), plain = open_session(file("plain") / "m07_3.h5");
  const Trace found = read_trace(session).trace, expected = read_trace(plain).trace;
  ASSERT_EQ(found.volts.size(), expected.volts.size());
  double worst = 0.0;
  for (std::size_t i = 0; i < found.volts.size(); ++i)
    worst = std::max(worst, std::abs(found.volts[i] - expected.volts[i]));
  // The filter's taps sum to 1; their magnitudes to less than 2.
  EXPECT_LE(worst, GetParam().quantum_v);
  const Segmentation bouts = segment(expected);
  EXPECT_GT(bouts.bouts.size(), 8U);
  if (GetParam().quantum_v > 0.0) return;
  const Segmentation same = segment(found);
  ASSERT_EQ(same.bouts.size(), bouts.bouts.size());
  for (std::size_t i = 0; i < same.bouts.size(); ++i) {
    EXPECT_EQ(same.bouts[i].begin, bouts.bouts[i].begin);
    EXPECT_EQ(same.bouts[i].end, bouts.bouts[i].end);
  }
}

TEST_P(EveryFormat, HasNothingToNoteAboutAGoodOne) {
  GetParam().make(recording(), {});
  EXPECT_EQ(codes_of(open_session(recording())), std::vector<std::string>{});
}

TEST_P(EveryFormat, TakesMinusOneAndZeroBeforeTheTrialAsNoEvent) {
  if (!GetParam().states_times) GTEST_SKIP() << "no pulse comes before its trial begins";
  Good good;
  good.trials = {{0.5, 1.5, 2.5}, {1.0, 2.0, 3.0}, {0.6, 1.6, 2.6}, {0.9, -1.0, 0.0}};
  GetParam().make(recording(), good);
  const Session session = open_session(recording());
  EXPECT_EQ(session.trials().reward_s[0], 0.9);
  EXPECT_TRUE(std::isnan(session.trials().reward_s[1]));
  EXPECT_TRUE(std::isnan(session.trials().reward_s[2]));
  EXPECT_EQ(codes_of(session), std::vector<std::string>{"event_placeholder"});
  EXPECT_EQ(session.info().notes[0].value, 2.0);
}

TEST_P(EveryFormat, SaysWhatIsWrongWithEveryBadOne) {
  for (const Bad& bad : GetParam().bad) {
    const auto path = recording();
    bad.make(path);
    try {
      Session session = open_session(path);
      (void)read_trace(session);
      ADD_FAILURE() << bad.name << " was accepted";
    } catch (const BadSession& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find(path.string()), std::string::npos) << bad.name << ": " << text;
      for (const std::string& word : bad.words)
        EXPECT_NE(text.find(word), std::string::npos) << bad.name << ": " << text << " lacks " << word;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Guests, EveryFormat, testing::ValuesIn(guests()),
                         [](const auto& guest) { return guest.param.name; });

// ---- of the two formats that live in HDF5

class Hdf5Formats : public SessionFiles {
 protected:
  // A good file of each format, changed; what is asked of it must hold for both.
  void with_each(const std::function<void(H5::H5File&, const std::string& samples, const std::string& trials,
                                          const std::string& unit)>& change,
                 const std::function<void(Session&)>& ask, const Good& good = {}) {
    for (const bool nwb : {true, false}) {
      const auto path = file(nwb ? "m07_3.nwb" : "m07_3.h5");
      write_good(path, good, nwb ? "nwb" : "hdf5");
      {
        const hdf5::Lock lock;
        H5::H5File opened(path.string(), H5F_ACC_RDWR);
        change(opened, nwb ? "/acquisition/lever/data" : "/lever/volts",
               nwb ? "/intervals/trials" : "/trials", nwb ? "unit" : "units");
      }
      Session session = open_session(path);
      ask(session);
    }
  }
};

TEST_F(Hdf5Formats, ConvertVoltagesInAnyUsualSpelling) {
  struct Spelling {
    const char* unit;
    double volts;
  };
  const Spelling spellings[] = {{"V", 1.0},   {"volts", 1.0},       {"Volt", 1.0}, {"volt(s)", 1.0},
                                {"mV", 1e-3}, {"millivolts", 1e-3}, {"uV", 1e-6},  {"\xc2\xb5V", 1e-6}};
  for (const Spelling& one : spellings)
    with_each([&](auto& file, const auto& samples, const auto&,
                  const auto& name) { set_unit(file, samples, name, one.unit); },
              [&](Session& session) {
                std::vector<double> read(10);
                session.read_volts(0, read);
                EXPECT_EQ(read[3], sine(10)[3] * one.volts) << one.unit;
                EXPECT_EQ(codes_of(session).size(), one.volts == 1.0 ? 0U : 1U) << one.unit;
              });
}

TEST_F(Hdf5Formats, SayThatAUnitThatIsNoneWasTakenAsVolts) {
  for (const char* unit : {"unknown", "n/a"})
    with_each([&](auto& file, const auto& samples, const auto&,
                  const auto& name) { set_unit(file, samples, name, unit); },
              [](Session& session) {
                std::vector<double> read(10);
                session.read_volts(0, read);
                EXPECT_EQ(read[3], sine(10)[3]);
                EXPECT_EQ(codes_of(session), std::vector<std::string>{"unit_assumed"});
              });
}

TEST_F(Hdf5Formats, ConvertLengthsByTheirCalibration) {
  with_each(
      [](auto& file, const auto& samples, const auto&, const auto& name) {
        set_unit(file, samples, name, "mm");
        hdf5::write_attribute(file.openDataSet(samples), "mm_per_volt", 4.0);
      },
      [](Session& session) {
        std::vector<double> read(10);
        session.read_volts(0, read);
        EXPECT_EQ(read[3], sine(10)[3] * 0.25);
        EXPECT_EQ(codes_of(session), std::vector<std::string>{"unit_converted"});
      });
}

TEST_F(Hdf5Formats, TakeTheMetersThatNwbWritesByItselfAsVoltsAndSaySo) {
  const auto with_unit = [&](const char* unit, double mm_per_volt) {
    write_good(file("a.nwb"), {}, "nwb");
    const hdf5::Lock lock;
    H5::H5File opened(file("a.nwb").string(), H5F_ACC_RDWR);
    H5::Group lever = opened.openGroup("/acquisition/lever");
    lever.removeAttr("neurodata_type");
    hdf5::write_attribute(lever, "neurodata_type", "SpatialSeries");
    set_unit(opened, "/acquisition/lever/data", "unit", unit);
    if (mm_per_volt > 0.0)
      hdf5::write_attribute(opened.openDataSet("/acquisition/lever/data"), "mm_per_volt", mm_per_volt);
  };
  const auto fourth_sample = [&] {
    std::vector<double> read(10);
    open_session(file("a.nwb")).read_volts(0, read);
    return read[3];
  };
  with_unit("meters", 0.0);
  EXPECT_EQ(codes_of(open_session(file("a.nwb"))), std::vector<std::string>{"unit_assumed"});
  EXPECT_EQ(fourth_sample(), sine(10)[3]);
  with_unit("meters", 4.0);
  EXPECT_EQ(codes_of(open_session(file("a.nwb"))), std::vector<std::string>{"unit_converted"});
  EXPECT_EQ(fourth_sample(), sine(10)[3] * 250.0);
  with_unit("cm", 0.0);
  EXPECT_THROW((void)open_session(file("a.nwb")), BadSession) << "somebody said so";
}

TEST_F(Hdf5Formats, SayThatCountsWereTakenAsVolts) {
  SessionHeader header = header_of();
  header.storage = Storage::int16;
  for (const std::string name : {"a.nwb", "a_1.h5"}) {
    write(file(name), header, sine(100));
    EXPECT_EQ(codes_of(open_session(file(name))), std::vector<std::string>{"counts_without_conversion"});
  }
}

TEST_F(Hdf5Formats, TakeTheFirstOfSeveralCues) {
  with_each(
      [](auto& file, const auto&, const std::string& trials, const auto&) {
        const std::string cue = trials + (trials == "/trials" ? "/cue_s" : "/cue_time");
        replace(file, cue, {0.6, 0.7, 2.6});
        const hsize_t rows = 3;
        const std::vector<std::int64_t> ends{2, 2, 3};
        file.createDataSet(cue + "_index", H5::PredType::STD_I64LE, H5::DataSpace(1, &rows))
            .write(ends.data(), H5::PredType::NATIVE_INT64);
      },
      [](Session& session) {
        const auto& cues = session.trials().cue_s;
        ASSERT_EQ(cues.size(), 3U);
        EXPECT_EQ(cues[0], 0.6);
        EXPECT_TRUE(std::isnan(cues[1]));
        EXPECT_EQ(cues[2], 2.6);
        EXPECT_EQ(codes_of(session), std::vector<std::string>{"ragged_column"});
      });
}

TEST_F(Hdf5Formats, GoOnWithoutAColumnOfCues) {
  with_each(
      [](auto& file, const auto&, const std::string& trials, const auto&) {
        file.unlink(trials + (trials == "/trials" ? "/cue_s" : "/cue_time"));
      },
      [](Session& session) {
        EXPECT_EQ(session.trials().size(), 3);
        EXPECT_TRUE(std::ranges::all_of(session.trials().cue_s, [](double t) { return std::isnan(t); }));
        EXPECT_EQ(session.trials().reward_s[0], 0.9);
        EXPECT_EQ(codes_of(session), std::vector<std::string>{"no_column"});
      });
}

TEST_F(Hdf5Formats, ReadWhatH5pyPacksByItself) {
  const auto volts = sine(5000);
  write_good(file("m07_3.h5"), {.volts = volts}, "hdf5");
  {
    // Two chunks as h5py leaves them: one packed, one that lzf could not make smaller.
    const hdf5::Lock lock;
    H5::H5File opened(file("m07_3.h5").string(), H5F_ACC_RDWR);
    opened.unlink("/lever/volts");
    const hsize_t extent = 2048, chunk = 1024;
    const unsigned settings[] = {4, 0x0105, 8192};
    H5::DSetCreatPropList properties;
    properties.setChunk(1, &chunk);
    H5Pset_filter(properties.getId(), 32000, H5Z_FLAG_OPTIONAL, 3, settings);
    const H5::DataSet packed =
        opened.createDataSet("/lever/volts", H5::PredType::IEEE_F64LE, H5::DataSpace(1, &extent), properties);
    hdf5::write_attribute(packed, "rate_hz", 1000.0);
    const std::vector<double> rest(1024, 2.5);
    std::vector<char> bytes(8192);
    const unsigned size = lzf_compress(rest.data(), 8192, bytes.data(), 8000);
    ASSERT_GT(size, 0U);
    const hsize_t first = 0, second = 1024;
    ASSERT_GE(H5Dwrite_chunk(packed.getId(), H5P_DEFAULT, 0, &first, size, bytes.data()), 0);
    ASSERT_GE(H5Dwrite_chunk(packed.getId(), H5P_DEFAULT, 1, &second, 8192, volts.data()), 0);
  }
  Session session = open_session(file("m07_3.h5"));
  EXPECT_SAYS(session.info().storage, "lzf");
  std::vector<double> expected(1024, 2.5);
  expected.insert(expected.end(), volts.begin(), volts.begin() + 1024);
  EXPECT_EQ(read_all(session), expected);
}

TEST_F(Hdf5Formats, GiveTextInUtf8WhateverItWasWrittenIn) {
  with_each(
      [](auto& file, const auto& samples, const auto&, const auto&) {
        if (samples == "/lever/volts") {
          const H5::Group root = file.openGroup("/");
          root.removeAttr("subject");
          hdf5::write_attribute(root, "subject", "M\xfcller_\x80");
          return;
        }
        file.unlink("/general/subject/subject_id");
        const H5::StrType type(H5::PredType::C_S1, 9);
        file.createDataSet("/general/subject/subject_id", type, H5::DataSpace(H5S_SCALAR))
            .write("M\xfcller_\x80\0", type);
      },
      [](Session& session) {
        EXPECT_EQ(session.info().identity.subject, "M\xc3\xbcller_\xe2\x82\xac");
        EXPECT_EQ(codes_of(session), std::vector<std::string>{"text_encoding"});
      });
}

// An acquisition program that died in the middle of its set-up leaves texts that were created and never
// written.
TEST_F(Hdf5Formats, TakeTextThatWasNeverWrittenAsNone) {
  const auto path = file("m07_3.h5");
  write_good(path, {}, "hdf5");
  write_good(file("a.nwb"), {}, "nwb");
  {
    const hdf5::Lock lock;
    H5::StrType text(H5::PredType::C_S1, H5T_VARIABLE);
    const H5::H5File plain(path.string(), H5F_ACC_RDWR);
    for (const char* name : {"subject", "group", "start_time"}) {
      plain.openGroup("/").removeAttr(name);
      plain.openGroup("/").createAttribute(name, text, H5::DataSpace(H5S_SCALAR));
    }
    H5::H5File nwb(file("a.nwb").string(), H5F_ACC_RDWR);
    for (const char* name : {"/general/session_id", "/session_start_time"}) {
      nwb.unlink(name);
      nwb.createDataSet(name, text, H5::DataSpace(H5S_SCALAR));
    }
    nwb.openGroup("/acquisition/lever").removeAttr("neurodata_type");
    nwb.openGroup("/acquisition/lever").createAttribute("neurodata_type", text, H5::DataSpace(H5S_SCALAR));
  }
  const SessionIdentity identity = open_session(path).info().identity;
  EXPECT_EQ(identity.subject, folder_.filename().string());
  EXPECT_EQ(identity.group + identity.start_time, "");
  EXPECT_EQ(open_session(file("a.nwb")).info().identity.start_time, "");
}

TEST_F(Hdf5Formats, FindTheLeverWhereBehaviourIsKept) {
  write_good(file("a.nwb"), {}, "nwb");
  {
    const hdf5::Lock lock;
    const H5::H5File opened(file("a.nwb").string(), H5F_ACC_RDWR);
    opened.createGroup("/processing/behavior");
    opened.move("/acquisition/lever", "/processing/behavior/lever");
  }
  for (const std::string name : {"processing/behavior/lever", "/processing/behavior/lever"})
    EXPECT_EQ(open_session(file("a.nwb"), {name}).info().dataset, "/processing/behavior/lever/data");
  try {
    (void)open_session(file("a.nwb"));
    ADD_FAILURE() << "a series was chosen that nobody named";
  } catch (const BadSession& error) {
    EXPECT_SAYS(std::string(error.what()), "elsewhere in the file: /processing/behavior/lever");
  }
  EXPECT_THROW((void)open_session(file("a.nwb"), {"processing/behavior/nobody"}), BadSession);
}

TEST_F(Hdf5Formats, SayWhatIsOddAboutTimeStamps) {
  std::vector<double> bursts, coarse;
  for (int i = 0; i < 4000; ++i) {
    const int burst = i / 10;
    bursts.push_back(0.01 * burst + 0.0005 * (i % 10));
    coarse.push_back(static_cast<float>(20'000.0 + 0.005 * i));
  }
  write(file("a_1.h5"), header_of(0.0), sine(4000), bursts);
  EXPECT_EQ(codes_of(open_session(file("a_1.h5"))), std::vector<std::string>{"uneven_rate"});
  {
    write(file("a_2.h5"), header_of(0.0), sine(4000), coarse);
    const hdf5::Lock lock;
    H5::H5File opened(file("a_2.h5").string(), H5F_ACC_RDWR);
    opened.unlink("/lever/timestamps_s");
    const hsize_t extent = coarse.size();
    opened.createDataSet("/lever/timestamps_s", H5::PredType::IEEE_F32LE, H5::DataSpace(1, &extent))
        .write(coarse.data(), H5::PredType::NATIVE_DOUBLE);
  }
  EXPECT_EQ(codes_of(open_session(file("a_2.h5"))), std::vector<std::string>{"coarse_time_stamps"});
  write(file("a_3.h5"), header_of(60.0), sine(400));
  EXPECT_EQ(codes_of(open_session(file("a_3.h5"))), std::vector<std::string>{"slow_rate"});
}

TEST(Formats, AreAllDeclaredHere) {
  std::vector<std::string> declared, known;
  for (const Guest& guest : guests()) declared.push_back(guest.name);
  for (const Format* format : formats()) {
    known.emplace_back(format->name);
    EXPECT_FALSE(format->suffixes.empty()) << format->name;
    for (const std::string_view suffix : format->suffixes)
      EXPECT_TRUE(has_session_suffix("a" + std::string(suffix))) << suffix;
  }
  EXPECT_EQ(declared, known);
}

TEST(Formats, LeaveAloneWhatNoneOfThemReads) {
  EXPECT_EQ(session_format("/no/such/file.h5"), "");
  EXPECT_EQ(session_format("/"), "");
  EXPECT_FALSE(has_session_suffix("notes.txt"));
  EXPECT_FALSE(has_session_suffix("h5"));
}

#ifndef _WIN32  // where a file that is open is not written over
// A program that has not come to its end yet, and has while somebody else is reading.
TEST_F(Hdf5Formats, SayWhetherTheFileWasBeingWrittenBeforeItWasRead) {
  const std::string path = file("day_1.h5"), written = file("written.h5");
  const hid_t newest = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_libver_bounds(newest, H5F_LIBVER_V110, H5F_LIBVER_V110);
  H5::H5File writer(written, H5F_ACC_TRUNC, H5::FileCreatPropList::DEFAULT, H5::FileAccPropList(newest));
  H5Pclose(newest);
  const hsize_t length = 5000, chunk = 1000;
  H5::DSetCreatPropList chunked;
  chunked.setChunk(1, &chunk);
  {
    const H5::DataSet volts = writer.createGroup("lever").createDataSet("volts", H5::PredType::NATIVE_DOUBLE,
                                                                        H5::DataSpace(1, &length), chunked);
    volts.write(std::vector<double>(length, 1.5).data(), H5::PredType::NATIVE_DOUBLE);
    const double rate = 1000.0;
    volts.createAttribute("rate_hz", H5::PredType::NATIVE_DOUBLE, H5::DataSpace())
        .write(H5::PredType::NATIVE_DOUBLE, &rate);
  }
  ASSERT_GE(H5Fstart_swmr_write(writer.getId()), 0);
  std::filesystem::copy_file(written, path);
  const hdf5::Lock lock;
  const FirstLook look(path);
  EXPECT_TRUE(look.is_being_written());
  writer.close();
  std::filesystem::copy_file(written, path, std::filesystem::copy_options::overwrite_existing);
  EXPECT_FALSE(FirstLook(path).is_being_written());
  EXPECT_TRUE(format_of(look)->open(look, {}).info.being_written);
}
#endif

}  // namespace
}  // namespace leverkin
