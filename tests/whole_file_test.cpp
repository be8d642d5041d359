#include "leverkin/whole_file.h"

#include "session_files.h"

namespace leverkin {
namespace {

using namespace test;

class WholeText : public SessionFiles {
 protected:
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
      all.push_back(entry.path().filename().string());
    std::ranges::sort(all);
    return all;
  }
};

TEST_F(WholeText, ReplacesAFileAndLeavesNothingBesideIt) {
  write_whole_file(file("table.csv"), "older and longer");
  write_whole_file(file("table.csv"), std::string_view("a,b\r\n\0", 6));
  EXPECT_EQ(bytes_of(file("table.csv")), std::string("a,b\r\n\0", 6));
  EXPECT_EQ(names(), std::vector<std::string>{"table.csv"});
}

TEST_F(WholeText, RemovesWhatAWriterLeftThatWasKilled) {
  std::ofstream(file("table.csv.tmp123-456")) << "half a ta";
  write_whole_file(file("table.csv"), "a,b");
  EXPECT_EQ(names(), std::vector<std::string>{"table.csv"});
}

TEST_F(WholeText, SaysWhyAFileCannotBeWritten) {
  try {
    write_whole_file(file("nowhere") / "table.csv", "a,b");
    FAIL();
  } catch (const IoError& error) {
    EXPECT_NE(std::string(error.what()).find("table.csv: cannot be written: No such file"), std::string::npos)
        << error.what();
  }
  EXPECT_EQ(names(), std::vector<std::string>());
}

}  // namespace
}  // namespace leverkin
