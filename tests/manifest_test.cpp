#include "pipeline/manifest.h"

#include <gtest/gtest.h>

#include "leverkin/error.h"
#include "session_files.h"

namespace leverkin {
namespace {

std::vector<SessionSource> read(std::string_view text) {
  return sources_from_csv(text, "study.csv", "/data");
}

std::string refusal(std::string_view text) {
  try {
    (void)read(text);
  } catch (const BadArgument& error) {
    return error.what();
  }
  return "not refused";
}

// Places of a message that have to be there.
void expect_refused(std::string_view text, std::initializer_list<const char*> words) {
  const std::string said = refusal(text);
  for (const char* word : words)
    EXPECT_NE(said.find(word), std::string::npos) << said << "\n  lacks: " << word;
}

TEST(Manifest, GivesWhatEveryLineSays) {
  const auto sources = read(
      "Path, Subject ,session,group,phase\na.nwb,ada,3,light,retraining\n\n\"b, c.h5\",\"Mouse "
      "\"\"B\"\"\",,,\n/x/c.nwb\n");
  ASSERT_EQ(sources.size(), 3U);
  EXPECT_EQ(sources[0].path, "/data/a.nwb");
  EXPECT_EQ(sources[0].subject, "ada");
  EXPECT_EQ(sources[0].session, 3);
  EXPECT_EQ(sources[0].group, "light");
  EXPECT_EQ(sources[0].phase, "retraining");
  EXPECT_EQ(sources[1].path, "/data/b, c.h5");
  EXPECT_EQ(sources[1].subject, "Mouse \"B\"");
  EXPECT_EQ(sources[1].session, 0);
  EXPECT_EQ(sources[2].path, "/x/c.nwb");
}

TEST(Manifest, IsTheSameWithAnyLineEndMarkAndSeparator) {
  const std::string plain = "path,subject,session\na.nwb,ada,3\nb.nwb,bob,4\n";
  const auto with = [&](char old, const std::string& text) {
    std::string changed;
    for (const char c : plain) changed += c == old ? text : std::string(1, c);
    return changed;
  };
  for (const std::string& text :
       {plain, with('\n', "\r\n"), with('\n', "\r"), with(',', ";"), with(',', "\t"), "\xEF\xBB\xBF" + plain,
        plain.substr(0, plain.size() - 1)}) {
    const auto sources = read(text);
    ASSERT_EQ(sources.size(), 2U) << text;
    EXPECT_EQ(sources[1].path, "/data/b.nwb");
    EXPECT_EQ(sources[1].subject, "bob");
    EXPECT_EQ(sources[1].session, 4);
  }
}

TEST(Manifest, TakesWholeNumbersAsTablesWriteThem) {
  EXPECT_EQ(read("path,session\na.nwb,1.0\n").at(0).session, 1);
  EXPECT_EQ(read("path,session\na.nwb,012\n").at(0).session, 12);
  for (const char* number : {"1.5", "0", "-1", "one", "1,0", "nan", "1e99", "3 4"})
    expect_refused(std::string("path,session\na.nwb,\"") + number + "\"\n",
                   {"study.csv: line 2: found '", number, "whole numbers from 1 on"});
}

TEST(Manifest, RefusesAMisspeltColumnWithTheNameThatIsMeant) {
  expect_refused("path,grp\na.nwb,x\n", {"study.csv: line 1: found the column 'grp'; is 'group' meant?"});
  expect_refused("path,sesion\na.nwb,1\n", {"'sesion'; is 'session' meant?"});
  expect_refused("path,subj\na.nwb,1\n", {"'subj'; is 'subject' meant?"});
  expect_refused("path,subject_id\na.nwb,1\n", {"'subject_id'; is 'subject' meant?"});
  expect_refused("file,mouse\na.nwb,ada\n", {"found the columns file, mouse; expected path"});
  expect_refused("path,group,Group\na.nwb,x,y\n", {"the column 'group' twice"});
}

TEST(Manifest, SaysWhichColumnsItDoesNotUse) {
  std::vector<std::string> notes;
  EXPECT_EQ(sources_from_csv("path,weight_g,date\na.nwb,20,2026-03-01\n", "study.csv", {}, &notes).size(),
            1U);
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_NE(notes[0].find("study.csv: the column 'weight_g' is not used"), std::string::npos) << notes[0];
}

TEST(Manifest, SaysNothingOfTheColumnThatAnotherCommandUses) {
  std::vector<std::string> notes;
  EXPECT_EQ(sources_from_csv("path,imaging\na.nwb,planes\n", "study.csv", {}, &notes).size(), 1U);
  EXPECT_TRUE(notes.empty());
}

TEST(Manifest, RefusesAFileThatItNamesTwice) {
  expect_refused("path,session\na.nwb,1\nb.nwb,2\n./a.nwb,3\n",
                 {"line 4: found ./a.nwb a second time", "line 2 has it"});
}

TEST(Manifest, RefusesTextThatIsNotATable) {
  expect_refused("path,subject\na.nwb,\"ada\nb.nwb,bob\n", {"line 2: found a quote that is not closed"});
  expect_refused("path,subject\na.nwb,\"ada\"x\n", {"line 2: found 'x' behind a quoted field"});
  expect_refused("path,subject\nday,3.nwb,ada\n", {"line 2: found 'ada' in field 3, which has no name"});
  expect_refused("path,subject\n,ada\n", {"line 2: found no path"});
  expect_refused("", {"study.csv: line 1: found nothing"});
  expect_refused(std::string_view("\xFF\xFEp\0a\0", 6), {"UTF-16", "a CSV file in UTF-8"});
}

TEST(Manifest, MayLeaveColumnsWithoutANameEmpty) { EXPECT_EQ(read("path,,\na.nwb,,\n,,\n").size(), 1U); }

class ManifestFile : public test::SessionFiles {};

TEST_F(ManifestFile, GoesBeforeTheSameFileNamedAgain) {
  test::write(file("day_1.h5"), test::header_of(), test::sine(1000));
  std::ofstream(file("study.csv")) << "path,session\nday_1.h5,7\n";
  for (const auto& paths :
       {std::vector{file("day_1.h5"), file("study.csv")}, {file("study.csv"), file("day_1.h5")}}) {
    const auto sources = find_sessions(paths);
    ASSERT_EQ(sources.size(), 1U);
    EXPECT_EQ(sources[0].session, 7);
  }
  std::ofstream(file("other.csv")) << "path,session\nday_1.h5,8\n";
  EXPECT_THROW((void)find_sessions({file("study.csv"), file("other.csv")}), BadArgument);
}

TEST_F(ManifestFile, MayNameAFileThatIsNotThereWhichFailsAlone) {
  test::write(file("day_1.h5"), test::header_of(), test::sine(5000));
  std::ofstream(file("study.csv")) << "path,subject,session\nday_1.h5,ada,1\ngone.h5,ada,2\n";
  const AnalyzeOutcome outcome = analyze(find_sessions({file("study.csv")}), file("r.h5"));
  EXPECT_EQ(outcome.analysed, 1);
  ASSERT_EQ(outcome.failed.size(), 1U);
  EXPECT_EQ(outcome.failed[0].subject, "ada");
  EXPECT_EQ(outcome.failed[0].session, 2);
  EXPECT_NE(outcome.failed[0].error.find("gone.h5"), std::string::npos);
}

}  // namespace
}  // namespace leverkin
