#include "io/walk_file.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "io/write_driver.h"
#include "leverkin/tables_file.h"
#include "session_files.h"

namespace leverkin {
namespace {

namespace fs = std::filesystem;

using WalkFile = test::SessionFiles;

TEST_F(WalkFile, GoesThroughSamplesOfEveryKindAndStatesNothing) {
  int files = 0;
  for (const char* folder : {"sample-sessions", "tests/golden"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(LEVERKIN_SOURCE_DIR) / folder)) {
      const std::string kind = entry.path().extension().string();
      if (kind != ".h5" && kind != ".nwb") continue;
      for (const WalkFor purpose : {WalkFor::places, WalkFor::reading})
        EXPECT_NO_THROW(walk_file(entry.path(), purpose)) << entry.path();
      ++files;
    }
  EXPECT_GE(files, 15);
}

TEST_F(WalkFile, LeavesWhatIsNoHdf5ToOthers) {
  std::ofstream(folder_ / "text.h5") << "no HDF5 at all";
  EXPECT_NO_THROW(walk_file(folder_ / "text.h5", WalkFor::reading));
  EXPECT_NO_THROW(walk_file(folder_ / "none.h5", WalkFor::reading));
}

TEST_F(WalkFile, EndsWhereLinksLeadInCirclesOrNowhere) {
  const fs::path path = folder_ / "circle.h5";
  {
    const hdf5::Lock lock;
    const H5::H5File file(system_file::c_name(path), H5F_ACC_TRUNC);
    const H5::Group group = file.createGroup("group");
    file.link(H5L_TYPE_HARD, "/", "/group/root");
    file.link(H5L_TYPE_SOFT, "/group/soft", "/group/soft");
    file.link(H5L_TYPE_SOFT, "/nowhere", "/group/dangling");
    H5Lcreate_external("absent.h5", "/", group.getId(), "external", H5P_DEFAULT, H5P_DEFAULT);
  }
  EXPECT_NO_THROW(walk_file(path, WalkFor::reading));
}

TEST_F(WalkFile, RefusesALinkOutOfTheFolder) {
  fs::create_directories(folder_ / "here");
  {
    const hdf5::Lock lock;
    const H5::H5File other(system_file::c_name(folder_ / "other.h5"), H5F_ACC_TRUNC);
    const H5::H5File file(system_file::c_name(folder_ / "here" / "linked.h5"), H5F_ACC_TRUNC);
    H5Lcreate_external("../other.h5", "/", file.getId(), "imaging", H5P_DEFAULT, H5P_DEFAULT);
  }
  EXPECT_THROW(walk_file(folder_ / "here" / "linked.h5", WalkFor::places), BadSession);
}

using TablesFile = test::SessionFiles;

// As another program fills it; on Windows, where a locked file is closed to others, with our driver.
fs::path written(const fs::path& path) {
  NewTablesFile made(path);
  {
    const hdf5::Lock lock;
    int write_error = 0;
    const H5::H5File file(system_file::c_name(made.temporary()), H5F_ACC_TRUNC,
                          H5::FileCreatPropList::DEFAULT, hdf5::remember_write_errors(write_error));
    const H5::Group root = file.openGroup("/");
    const H5::StrType text = hdf5::utf8_text();
    root.createAttribute("schema", text, H5::DataSpace(H5S_SCALAR))
        .write(text, std::string("leverkin-activity/1"));
    const hsize_t count = 3;
    const double values[] = {1, 2, 3};
    root.createGroup("table")
        .createDataSet("column", H5::PredType::IEEE_F64LE, H5::DataSpace(1, &count))
        .write(values, H5::PredType::NATIVE_DOUBLE);
  }
  made.commit();
  return path;
}

TEST_F(TablesFile, IsSealedAndChecked) {
  const fs::path path = written(folder_ / "a.h5");
  EXPECT_NO_THROW(check_tables_file(path));
  {
    const hdf5::Lock lock;
    const double values[] = {1, 2, 4};
    H5::H5File(system_file::c_name(path), H5F_ACC_RDWR)
        .openDataSet("table/column")
        .write(values, H5::PredType::NATIVE_DOUBLE);
  }
  try {
    check_tables_file(path);
    FAIL() << "another value was taken";
  } catch (const BadSession& error) {
    EXPECT_EQ(error.problem().dataset, "/table/column");
  }
}

TEST_F(TablesFile, IsNotThereWithoutCommitAndReplacesNothingElse) {
  { const NewTablesFile forgotten(folder_ / "a.h5"); }
  EXPECT_TRUE(fs::is_empty(folder_));
  std::ofstream(folder_ / "precious.h5") << "a recording";
  EXPECT_THROW(NewTablesFile(folder_ / "precious.h5"), BadArgument);
  written(folder_ / "b.h5");
  EXPECT_NO_THROW(written(folder_ / "b.h5"));
}

TEST_F(TablesFile, NamesItsGroupsAsResultsDo) {
  EXPECT_EQ(group_of_subject("a/b"), "a\u2215b");
  for (const std::string& bad : {std::string("."), std::string(), std::string("a\0b", 3)})
    EXPECT_THROW((void)group_of_subject(bad), BadArgument);
}

}  // namespace
}  // namespace leverkin
