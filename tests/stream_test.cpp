// However a file stores its samples, and however many threads read it, the samples come in order and are the
// same.
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "leverkin/pipeline.h"
#include "session_files.h"
#include "support/ordered_blocks.h"
#include "support/thread_pool.h"

namespace leverkin {
namespace {

using test::SessionFiles;

struct Layout {
  const char* name;
  const H5::PredType& type;
  hsize_t chunk;  // 0: contiguous
  bool shuffle;
  int gzip;  // level; -1: none
  bool checksum = false;
};

void PrintTo(const Layout& layout, std::ostream* out) { *out << layout.name; }

std::vector<double> walk(std::size_t count) {
  std::mt19937_64 random(count);
  std::normal_distribution<double> normal;
  std::vector<double> volts(count);
  double v = 100.0;
  for (double& value : volts) value = std::round(v += normal(random));
  return volts;
}

class Stream : public SessionFiles, public ::testing::WithParamInterface<Layout> {};

// A plain session file in any layout that HDF5 knows; `written` of the samples are written, the others left
// to the fill value.
void write_layout(const std::filesystem::path& path, const Layout& layout, const std::vector<double>& volts,
                  std::size_t written) {
  const hdf5::Lock lock;
  const H5::H5File file(path.string(), H5F_ACC_TRUNC);
  const H5::Group lever = file.createGroup("lever");
  const hsize_t size = volts.size(), part = written;
  H5::DSetCreatPropList properties;
  if (layout.chunk > 0) properties.setChunk(1, &layout.chunk);
  if (layout.shuffle) properties.setShuffle();
  if (layout.gzip >= 0) properties.setDeflate(static_cast<unsigned>(layout.gzip));
  if (layout.checksum) properties.setFletcher32();
  const H5::DataSet dataset = lever.createDataSet("volts", layout.type, H5::DataSpace(1, &size), properties);
  H5::DataSpace chosen(1, &size);
  const hsize_t zero = 0;
  chosen.selectHyperslab(H5S_SELECT_SET, &part, &zero);
  dataset.write(volts.data(), H5::PredType::NATIVE_DOUBLE, H5::DataSpace(1, &part), chosen);
  hdf5::write_attribute(dataset, "rate_hz", 10000.0);
  hdf5::write_attribute(file.openGroup("/"), "subject", "m07");
  hdf5::write_attribute(file.openGroup("/"), "session", std::int64_t{1});
}

std::vector<double> streamed(Session& session, int threads) {
  std::vector<double> volts;
  session.stream_volts(
      [&](std::int64_t first, std::span<const double> block) {
        EXPECT_EQ(first, static_cast<std::int64_t>(volts.size()));
        volts.insert(volts.end(), block.begin(), block.end());
      },
      threads);
  return volts;
}

// NaN equals NaN here.
void expect_same(const std::vector<double>& volts, const std::vector<double>& expected, int threads = 0) {
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  EXPECT_TRUE(std::ranges::equal(volts, expected, same)) << threads << " threads";
}

// Whole chunks that were never written are absent, and so is the rest of the one before them. Of contiguous
// data HDF5 knows only that there is room for them.
TEST_P(Stream, GivesWhatWasWrittenOnAnyNumberOfThreads) {
  auto volts = walk(200'003);
  write_layout(file("m07_1.h5"), GetParam(), volts, 150'000);
  const bool known = GetParam().chunk > 0 && GetParam().chunk < 100'000;
  std::fill(volts.begin() + 150'000, volts.end(), known ? test::nan : 0.0);
  std::vector<RawRange> absent;
  if (known) absent = {{150'000, 200'003}};
  std::string hash;
  for (const int threads : {1, 2, 3, 8}) {
    Session session(file("m07_1.h5"));
    expect_same(streamed(session, threads), volts, threads);
    Session again(file("m07_1.h5"));
    expect_same(test::read_all(again), volts);
    EXPECT_EQ(again.absent().ranges, absent);
    EXPECT_EQ(session.input_xxh3(), again.input_xxh3());
    if (hash.empty()) hash = session.input_xxh3();
    EXPECT_EQ(session.input_xxh3(), hash);
  }
}

TEST_P(Stream, LeadsToTheSameTraceOnAnyNumberOfThreads) {
  write_layout(file("m07_1.h5"), GetParam(), walk(200'003), 200'003);
  Session first(file("m07_1.h5"));
  const TraceRead one = read_trace(first);
  for (const int threads : {2, 5}) {
    Session session(file("m07_1.h5"));
    EXPECT_EQ(read_trace(session, {}, threads).trace.volts, one.trace.volts);
  }
}

const H5::PredType& double_type() { return H5::PredType::IEEE_F64LE; }  // not before main: HDF5 makes it then
// How many lists of properties HDF5 holds it says to nobody. It numbers them one after the other, and knows
// which numbers are still in use.
std::vector<hid_t> left_open(hid_t before, hid_t after) {
  std::vector<hid_t> open;
  for (hid_t id = before + 1; id < after; ++id)
    if (H5Iis_valid(id) > 0) open.push_back(id);
  return open;
}

TEST_P(Stream, LeavesNothingOpenInHdf5) {
  write_layout(file("m07_1.h5"), GetParam(), walk(200'003), 200'003);
  const auto read = [&] {
    Session session(file("m07_1.h5"));
    (void)test::read_all(session);
  };
  read();  // what HDF5 makes once
  const hdf5::Lock lock;
  const ssize_t objects = H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL);
  const H5::DSetCreatPropList before;
  read();
  const H5::DSetCreatPropList after;
  EXPECT_EQ(left_open(before.getId(), after.getId()), std::vector<hid_t>());
  EXPECT_EQ(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL), objects);
}

INSTANTIATE_TEST_SUITE_P(Layouts, Stream,
                         ::testing::Values(Layout{"contiguous", double_type(), 0, false, -1},
                                           Layout{"chunked", double_type(), 65536, false, -1},
                                           Layout{"one_chunk", double_type(), 200'003, false, -1},
                                           Layout{"chunked_7", double_type(), 777, false, -1},
                                           Layout{"shuffle", double_type(), 4096, true, -1},
                                           Layout{"gzip", double_type(), 65536, false, 4},
                                           Layout{"gzip_shuffle", double_type(), 65536, true, 4},
                                           Layout{"gzip_shuffle_odd", double_type(), 10'001, true, 9},
                                           Layout{"gzip_one_chunk", double_type(), 200'003, true, 1},
                                           Layout{"checksum", double_type(), 5000, true, 4, true},
                                           Layout{"int16_gzip", H5::PredType::STD_I16LE, 30'000, true, 4},
                                           Layout{"int16", H5::PredType::STD_I16LE, 0, false, -1},
                                           Layout{"float32_gzip", H5::PredType::IEEE_F32LE, 30'000, true, 4},
                                           Layout{"int32_gzip", H5::PredType::STD_I32LE, 30'000, true, 4},
                                           Layout{"big_endian_gzip", H5::PredType::IEEE_F64BE, 30'000, true,
                                                  4}),
                         [](const auto& layout) { return std::string(layout.param.name); });

// Ways in which the samples of /lever/volts can live elsewhere than in the file that is opened, which is long
// enough to be taken for them.
class StreamFromElsewhere : public SessionFiles {
 protected:
  static constexpr std::size_t size = 60'000;

  H5::H5File begin(const std::string& name) {
    H5::H5File made(file(name).string(), H5F_ACC_TRUNC);
    const std::vector<double> other(2 * size, -7.0);
    const hsize_t extent = other.size();
    made.createDataSet("other", double_type(), H5::DataSpace(1, &extent))
        .write(other.data(), H5::PredType::NATIVE_DOUBLE);
    hdf5::write_attribute(made.openGroup("/"), "subject", "m07");
    hdf5::write_attribute(made.openGroup("/"), "session", std::int64_t{1});
    return made;
  }

  void make_link(const Layout& layout, const std::vector<double>& volts) {
    write_layout(file("raw.h5"), layout, volts, volts.size());
    const hdf5::Lock lock;
    H5Lcreate_external("raw.h5", "/lever", begin("linked_1.h5").getId(), "lever", H5P_DEFAULT, H5P_DEFAULT);
  }

  // A part per thousand values, the last `missing` of them left out.
  void make_virtual(const std::vector<double>& volts, std::size_t missing = 0) {
    const hdf5::Lock lock;
    H5::H5File made = begin("virtual_1.h5");
    made.createGroup("lever");
    const H5::DSetCreatPropList properties;
    const hsize_t extent = volts.size(), part = 1000;
    H5::DataSpace space(1, &extent);
    const H5::DataSpace source(1, &part);
    for (hsize_t first = 0; first < extent; first += part) {
      space.selectHyperslab(H5S_SELECT_SET, &part, &first);
      H5Pset_virtual(properties.getId(), space.getId(), "parts.h5", ("/p" + std::to_string(first)).c_str(),
                     source.getId());
    }
    const H5::DataSet made_of =
        made.createDataSet("lever/volts", double_type(), H5::DataSpace(1, &extent), properties);
    hdf5::write_attribute(made_of, "rate_hz", 10000.0);
    const H5::H5File parts(file("parts.h5").string(), H5F_ACC_TRUNC);
    for (hsize_t first = 0; first < extent - missing * part; first += part)
      parts.createDataSet("p" + std::to_string(first), double_type(), source)
          .write(volts.data() + first, H5::PredType::NATIVE_DOUBLE);
  }

  void make_external(const std::vector<double>& volts, const std::string& raw = "raw.bin") {
    const hdf5::Lock lock;
    H5::H5File made = begin("external_1.h5");
    made.createGroup("lever");
    const H5::DSetCreatPropList properties;
    const hsize_t extent = volts.size();
    properties.setExternal(raw.c_str(), 16, extent * sizeof(double));
    const H5::DataSet outside =
        made.createDataSet("lever/volts", double_type(), H5::DataSpace(1, &extent), properties);
    hdf5::write_attribute(outside, "rate_hz", 10000.0);
    std::ofstream out(file("raw.bin"), std::ios::binary);
    out << std::string(16, '#');
    out.write(reinterpret_cast<const char*>(volts.data()),
              static_cast<std::streamsize>(volts.size() * sizeof(double)));
  }

  // However they are read; returns their hash.
  std::string expect_everywhere(const std::string& name, const std::vector<double>& volts) {
    Session whole(file(name));
    expect_same(test::read_all(whole), volts);
    for (const int threads : {1, 3}) {
      Session session(file(name));
      expect_same(streamed(session, threads), volts, threads);
      EXPECT_EQ(session.input_xxh3(), whole.input_xxh3()) << name;
    }
    return whole.input_xxh3();
  }

  [[nodiscard]] std::string refusal(const std::string& name) const {
    try {
      Session session(file(name));
      (void)read_trace(session);
    } catch (const BadSession& error) {
      return error.what();
    }
    return "nothing was refused";
  }
};

TEST_F(StreamFromElsewhere, GivesTheSameSamplesAndTheSameHashWhereverTheyLive) {
  const auto volts = walk(size);
  write_layout(file("plain_1.h5"), {"", double_type(), 0, false, -1}, volts, size);
  const std::string hash = expect_everywhere("plain_1.h5", volts);
  for (const Layout& layout :
       {Layout{"contiguous", double_type(), 0, false, -1}, Layout{"chunked", double_type(), 777, false, -1},
        Layout{"gzip", double_type(), 4096, true, 4}}) {
    make_link(layout, volts);
    EXPECT_EQ(expect_everywhere("linked_1.h5", volts), hash) << layout.name;
    EXPECT_EQ(Session(file("linked_1.h5")).info().files.size(), 2U);
  }
  make_virtual(volts);
  EXPECT_EQ(expect_everywhere("virtual_1.h5", volts), hash);
  EXPECT_EQ(Session(file("virtual_1.h5")).info().files.back(), file("parts.h5").string());
  make_external(volts);
  EXPECT_EQ(expect_everywhere("external_1.h5", volts), hash);
  EXPECT_EQ(Session(file("external_1.h5")).info().files.back(), file("raw.bin").string());
}

TEST_F(StreamFromElsewhere, GivesNoDataForPartsWithoutASource) {
  auto volts = walk(size);
  make_virtual(volts, 20);
  std::fill(volts.end() - 20'000, volts.end(), test::nan);
  expect_everywhere("virtual_1.h5", volts);
  EXPECT_SAYS(refusal("virtual_1.h5"), "samples 40000 to 59999 (4.0000 s to 5.9999 s)");
  EXPECT_SAYS(refusal("virtual_1.h5"), "20000 of 60000");
  EXPECT_SAYS(refusal("virtual_1.h5"), "parts.h5 is not there");
  std::filesystem::rename(file("parts.h5"), file("moved.h5"));
  EXPECT_SAYS(refusal("virtual_1.h5"), "60000 of 60000");
}

TEST_F(StreamFromElsewhere, GivesNoDataWhereARawFileWasCutShort) {
  auto volts = walk(size);
  make_external(volts);
  std::filesystem::resize_file(file("raw.bin"), 16 + 30'000 * sizeof(double) + 3);
  std::fill(volts.begin() + 30'000, volts.end(), test::nan);
  expect_everywhere("external_1.h5", volts);
  EXPECT_SAYS(refusal("external_1.h5"), "raw.bin ends after 30000 of 60000 values");
  std::filesystem::remove(file("raw.bin"));
  EXPECT_SAYS(refusal("external_1.h5"), "raw.bin is not there");
}

TEST_F(StreamFromElsewhere, RefusesRawFilesOutsideTheFolder) {
  make_external(walk(size), "/etc/passwd");
  EXPECT_SAYS(refusal("external_1.h5"), "/etc/passwd");
  EXPECT_SAYS(refusal("external_1.h5"), "in the folder of the file");
}

TEST_F(StreamFromElsewhere, RefusesWhatWasNeverWrittenAndHoldsItAsNoDataWhenAsked) {
  const auto volts = walk(size);
  write_layout(file("m07_1.h5"), {"", double_type(), 777, true, 4}, volts, 41'234);
  EXPECT_SAYS(refusal("m07_1.h5"), "samples 41234 to 59999");
  EXPECT_SAYS(refusal("m07_1.h5"), "18766 of 60000 samples in 1 stretch (chunks that were never written)");
  EXPECT_SAYS(refusal("m07_1.h5"), "gaps = hold");
  Session session(file("m07_1.h5"));
  Parameters hold;
  hold.gaps = GapPolicy::hold;
  const TraceRead read = read_trace(session, hold);
  EXPECT_EQ(read.samples.not_finite, 18'766);
  ASSERT_EQ(read.trace.no_data.size(), 1U);
  EXPECT_EQ(read.trace.no_data[0].end, 6000);
}

class DamagedStream : public SessionFiles {};

// A file may begin with something else than HDF5, and have been cut short.
TEST_F(DamagedStream, FindsContiguousValuesBehindAUserBlock) {
  const auto volts = walk(100'000);
  write_layout(file("plain_1.h5"), {"", double_type(), 0, false, -1}, volts, volts.size());
  const std::string bytes = test::bytes_of(file("plain_1.h5"));
  std::ofstream(file("m07_1.h5"), std::ios::binary) << std::string(512, '#') << bytes;
  Session session(file("m07_1.h5"));
  EXPECT_EQ(streamed(session, 2), volts);
}

TEST_F(DamagedStream, SaysWhereAContiguousFileIsCutShort) {
  const auto volts = walk(100'000);
  write_layout(file("m07_1.h5"), {"", double_type(), 0, false, -1}, volts, volts.size());
  Session session(file("m07_1.h5"));
  std::filesystem::resize_file(file("m07_1.h5"), 500'000);
  EXPECT_THROW((void)streamed(session, 2), BadSession);
}

// A filter may be skipped for single chunks; the file says so chunk by chunk.
TEST_F(DamagedStream, ReadsChunksThatWereStoredUnpacked) {
  auto volts = walk(40'000);
  const Layout layout{"", double_type(), 10'000, true, 4};
  write_layout(file("m07_1.h5"), layout, volts, volts.size());
  std::vector<double> plain(10'000, 7.0);
  {
    const hdf5::Lock lock;
    const H5::H5File opened(file("m07_1.h5").string(), H5F_ACC_RDWR);
    const H5::DataSet dataset = opened.openDataSet("/lever/volts");
    const hsize_t second = 10'000;
    ASSERT_GE(H5Dwrite_chunk(dataset.getId(), H5P_DEFAULT, 3, &second, 80'000, plain.data()), 0);
  }
  std::ranges::copy(plain, volts.begin() + 10'000);
  Session session(file("m07_1.h5"));
  EXPECT_EQ(streamed(session, 2), volts);
}

TEST_F(DamagedStream, NamesTheFirstDamagedValuesOnAnyNumberOfThreads) {
  const auto volts = walk(400'000);
  write_layout(file("m07_1.h5"), {"", double_type(), 40'000, true, 4}, volts, volts.size());
  {
    const hdf5::Lock lock;
    const H5::H5File opened(file("m07_1.h5").string(), H5F_ACC_RDWR);
    const H5::DataSet dataset = opened.openDataSet("/lever/volts");
    const std::string garbage(500, 'x');
    for (const hsize_t chunk : {hsize_t{80'000}, hsize_t{120'000}, hsize_t{360'000}})
      ASSERT_GE(H5Dwrite_chunk(dataset.getId(), H5P_DEFAULT, 0, &chunk, garbage.size(), garbage.data()), 0);
  }
  for (const int threads : {1, 2, 4}) {
    Session session(file("m07_1.h5"));
    try {
      (void)read_trace(session, {}, threads);
      FAIL() << "damaged data were read";
    } catch (const BadSession& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find("values 80000 to 119999"), std::string::npos) << text;
      EXPECT_NE(text.find("/lever/volts"), std::string::npos) << text;
      EXPECT_NE(text.find("gzip"), std::string::npos) << text;
    }
  }
}

TEST(OrderedBlocks, UsesEveryBlockOnceAndInOrder) {
  for (const int threads : {1, 2, 5}) {
    std::vector<std::int64_t> used;
    std::vector<std::atomic<int>> prepared(300);
    ordered_blocks(
        300, threads, [&](std::int64_t, std::int64_t i) { ++prepared[static_cast<std::size_t>(i)]; },
        [&](std::int64_t worker, std::int64_t i) {
          EXPECT_LT(worker, worker_count(threads, 300));
          EXPECT_EQ(prepared[static_cast<std::size_t>(i)], 1);
          used.push_back(i);
        });
    ASSERT_EQ(used.size(), 300U);
    EXPECT_TRUE(std::ranges::is_sorted(used));
  }
}

TEST(OrderedBlocks, StopsAtTheFirstErrorInOrder) {
  for (const int threads : {1, 2, 5}) {
    std::int64_t used = 0;
    const auto fail_late = [](std::int64_t, std::int64_t i) {
      if (i == 40) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      if (i == 40 || i == 41) throw std::runtime_error(std::to_string(i));
    };
    try {
      ordered_blocks(100, threads, fail_late, [&](std::int64_t, std::int64_t) { ++used; });
      FAIL();
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "40");
    }
    EXPECT_EQ(used, 40);
  }
}

}  // namespace
}  // namespace leverkin
