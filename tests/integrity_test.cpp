#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "io/hdf5.h"
#include "leverkin/error.h"
#include "leverkin/pipeline.h"
#include "leverkin/results_difference.h"
#include "session_files.h"

namespace leverkin {
namespace {

namespace fs = std::filesystem;

using Integrity = test::SessionFiles;

const fs::path sample = fs::path(LEVERKIN_SOURCE_DIR) / "sample-sessions/one-kilohertz/mouse_02";

fs::path analysed(const fs::path& out) {
  AnalyzeOptions options;
  options.parameters.pairwise = true;
  options.parameters.keep_traces = true;
  EXPECT_EQ(analyze(find_sessions({sample / "mouse_02_session_01.nwb", sample / "mouse_02_session_02.nwb"}),
                    out, options)
                .analysed,
            2);
  return out;
}

struct Place {
  haddr_t offset = HADDR_UNDEF;
  std::uint64_t bytes = 0;
};

// Where the values of each data set lie in the file; of texts, which lie elsewhere, nothing.
std::map<std::string, Place> places_of(const fs::path& path) {
  const hdf5::Lock lock;
  const H5::H5File file = hdf5::open_to_read(path);
  std::map<std::string, Place> places;
  for (const hdf5::NamedObject& one : hdf5::objects_in(file.openGroup("/")))
    if (one.kind == H5O_TYPE_DATASET) places[one.path] = {};
  for (auto& [name, place] : places) {
    const H5::DataSet dataset = file.openDataSet(name);
    if (dataset.getTypeClass() == H5T_STRING || dataset.getStorageSize() == 0) continue;
    place = {H5Dget_offset(dataset.getId()), dataset.getStorageSize()};
    unsigned filters = 0;
    hsize_t at[2]{}, bytes = 0;
    if (place.offset == HADDR_UNDEF)
      H5Dget_chunk_info(dataset.getId(), dataset.getSpace().getId(), 0, at, &filters, &place.offset, &bytes);
    if (bytes > 0) place.bytes = bytes;
  }
  return places;
}

fs::path copy_with_flipped_bit(const fs::path& path, std::uint64_t at, const fs::path& copy) {
  fs::remove(copy);
  fs::copy_file(path, copy);
  std::fstream file(copy, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(file.get() ^ 0x10);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
  return copy;
}

std::string complaint_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

bool is_long(const std::string& table) {
  return table.find("/lever/") != std::string::npos || table.find("/pairwise/") != std::string::npos;
}

TEST_F(Integrity, OneFlippedBitInAnyTableIsFoundAndTheTableNamed) {
  const fs::path whole = analysed(file("results.h5"));
  check_results(whole);
  int looked_at = 0;
  for (const auto& [table, place] : places_of(whole)) {
    if (place.offset == HADDR_UNDEF || is_long(table)) continue;
    const fs::path copy = copy_with_flipped_bit(whole, place.offset + place.bytes / 2, file("copy.h5"));
    const std::string said = complaint_of([&] { check_results(copy); });
    EXPECT_SAYS(said, table);
    EXPECT_TRUE(said.find("not to be trusted") != std::string::npos ||
                said.find("expected 0 to") != said.npos)
        << table << ": " << said;
    ++looked_at;
  }
  EXPECT_GT(looked_at, 90);
}

TEST_F(Integrity, ADamagedTraceIsFoundWhenItIsRead) {
  const fs::path whole = analysed(file("results.h5"));
  const std::string table = "subjects/mouse_02/sessions/002/lever/volts";
  const Place place = places_of(whole).at(table);
  const fs::path copy = copy_with_flipped_bit(whole, place.offset + place.bytes / 2, file("copy.h5"));
  EXPECT_NE(complaint_of([&] { (void)load_session_detail(copy, "mouse_02", 2); }), "");
  EXPECT_EQ(complaint_of([&] { (void)load_session_detail(copy, "mouse_02", 1); }), "");
}

TEST_F(Integrity, ADamagedTableIsFoundByWhoeverReadsIt) {
  const fs::path whole = analysed(file("results.h5"));
  const auto places = places_of(whole);
  const auto damaged = [&](const std::string& table) {
    const Place place = places.at(table);
    return copy_with_flipped_bit(whole, place.offset + place.bytes / 2, file("copy.h5"));
  };
  EXPECT_SAYS(complaint_of([&] { (void)load_results(damaged("subjects/mouse_02/correlogram/median_r")); }),
              "/subjects/mouse_02/correlogram/median_r: found values that are not those that were written");
  EXPECT_SAYS(complaint_of([&] {
                (void)load_movements(damaged("subjects/mouse_02/sessions/001/movements/volts"), "mouse_02",
                                     1);
              }),
              "/subjects/mouse_02/sessions/001/movements/volts");
  EXPECT_SAYS(complaint_of([&] {
                (void)load_session_detail(damaged("subjects/mouse_02/sessions/001/bouts/onset_s"), "mouse_02",
                                          1);
              }),
              "/subjects/mouse_02/sessions/001/bouts/onset_s");
}

TEST_F(Integrity, ANumberInAnAttributeThatWasChangedIsFound) {
  const fs::path out = analysed(file("results.h5"));
  {
    const hdf5::Lock lock;
    const double changed = 0.875;
    H5::H5File(out.string(), H5F_ACC_RDWR)
        .openGroup("/subjects/mouse_02/sessions/001")
        .openAttribute("success_fraction")
        .write(H5::PredType::NATIVE_DOUBLE, &changed);
  }
  EXPECT_SAYS(complaint_of([&] { (void)load_results(out); }),
              "/subjects/mouse_02/sessions/001: found attributes that are not those that were written");
}

TEST_F(Integrity, ASealThatGotLostIsMissed) {
  const fs::path whole = analysed(file("whole.h5")), damaged = file("damaged.h5");
  const auto said_without = [&](const char* attribute, const char* where, bool is_dataset) {
    fs::remove(damaged);
    fs::copy_file(whole, damaged);
    {
      const hdf5::Lock lock;
      const H5::H5File opened(damaged.string(), H5F_ACC_RDWR);
      if (is_dataset)
        opened.openDataSet(where).removeAttr(attribute);
      else
        opened.openGroup(where).removeAttr(attribute);
    }
    return complaint_of([&] { check_results(damaged); });
  };
  EXPECT_SAYS(said_without("xxh3", "/subjects/mouse_02/sessions/001", false),
              "/subjects/mouse_02/sessions/001: found attributes that are not those that were written");
  EXPECT_SAYS(said_without("xxh3", "/subjects/mouse_02/correlogram/median_r", true),
              "/subjects/mouse_02/correlogram/median_r: found values that are not those that were written");
}

TEST_F(Integrity, AGroupOrATableThatGotLostIsMissed) {
  const fs::path whole = analysed(file("whole.h5")), damaged = file("damaged.h5");
  for (const char* lost :
       {"groups/all", "subjects/mouse_02/sessions/001", "subjects/mouse_02/sessions/002/lever"}) {
    fs::remove(damaged);
    fs::copy_file(whole, damaged);
    {
      const hdf5::Lock lock;
      H5::H5File(damaged.string(), H5F_ACC_RDWR).unlink(lost);
    }
    EXPECT_THROW((void)load_results(damaged), BadSession) << lost;
    EXPECT_THROW((void)load_results(damaged, "mouse_02"), BadSession) << lost;
    EXPECT_THROW(check_results(damaged), BadSession) << lost;
  }
}

TEST_F(Integrity, ATextThatWasChangedIsFound) {
  const fs::path out = analysed(file("results.h5"));
  const std::string bytes = test::bytes_of(out);
  const std::size_t at = bytes.find("mouse_02_session_01.nwb");
  ASSERT_NE(at, std::string::npos);
  EXPECT_SAYS(complaint_of([&] { (void)load_results(copy_with_flipped_bit(out, at + 3, file("copy.h5"))); }),
              "not those that were written");
}

TEST_F(Integrity, AWordOfAnEnumerationThatWasChangedIsFound) {
  const fs::path out = analysed(file("results.h5"));
  const std::size_t at = test::bytes_of(out).find("before_cue");
  ASSERT_NE(at, std::string::npos);
  EXPECT_SAYS(complaint_of([&] { (void)load_results(copy_with_flipped_bit(out, at + 3, file("copy.h5"))); }),
              "words of enumerations that are not those that were written");
}

TEST_F(Integrity, ATimeThatIsNoneIsFound) {
  const fs::path out = analysed(file("results.h5"));
  const std::size_t at = test::bytes_of(out).find(load_results(out).created_utc);
  ASSERT_NE(at, std::string::npos);
  EXPECT_SAYS(complaint_of([&] { (void)load_results(copy_with_flipped_bit(out, at + 4, file("copy.h5"))); }),
              "created_utc: found damaged");
  std::string other = test::bytes_of(out);
  other[at + 4] = '\xba';  // no UTF-8
  std::ofstream(file("other.h5"), std::ios::binary) << other;
  EXPECT_SAYS(complaint_of([&] { (void)load_results(file("other.h5")); }),
              "found damaged: \"" + std::string(other, at, 4) + "\xc2\xba");
}

TEST_F(Integrity, ResultsOfEveryVersionStayReadable) {
  int files = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(LEVERKIN_SOURCE_DIR) / "tests/golden/results")) {
    SCOPED_TRACE(entry.path().filename().string());
    check_results(entry.path());
    const StoredResults results = load_results(entry.path());
    ASSERT_EQ(results.subjects.size(), 1U);
    ASSERT_EQ(results.subjects[0].sessions.size(), 2U);
    for (const StoredSession& session : results.subjects[0].sessions) {
      const StoredDetail detail =
          load_session_detail(entry.path(), results.subjects[0].subject, session.identity.session);
      EXPECT_EQ(std::ssize(detail.bouts), session.n_bouts);
      EXPECT_GT(session.n_bouts, 10);
      EXPECT_EQ(std::ssize(detail.outcomes), session.summary.n_trials);
      EXPECT_EQ(detail.movements.size(), session.summary.n_movements);
    }
    EXPECT_EQ(results.subjects[0].correlogram.session, (std::vector<std::int64_t>{1, 2}));
    ++files;
  }
  EXPECT_GE(files, 2);
}

}  // namespace
}  // namespace leverkin
