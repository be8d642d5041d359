#include "pipeline/plan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "session_files.h"

namespace leverkin {
namespace {

// Which number has each file, of a study with small sessions?
class Plan : public test::SessionFiles {
 protected:
  void add(const std::string& name, const std::string& subject, std::int64_t attribute,
           const std::string& start) {
    std::filesystem::create_directories(file(name).parent_path());
    SessionHeader header;
    header.rate_hz = 1000;
    header.identity = {subject, attribute, "", start};
    test::write(file(name), header, test::sine(1000));
    sources_.push_back({file(name), "", 0, ""});
  }

  void set_session_id(const std::string& name, const std::string& id) {
    hdf5::Lock lock;
    H5::H5File opened(file(name).string(), H5F_ACC_RDWR);
    if (opened.nameExists("/general/session_id")) opened.unlink("/general/session_id");
    H5::StrType type(H5::PredType::C_S1, H5T_VARIABLE);
    opened.createDataSet("/general/session_id", type, H5::DataSpace(H5S_SCALAR)).write(id, type);
  }

  [[nodiscard]] std::map<std::string, std::int64_t> numbers() {
    plan_ = plan_sessions(sources_, {});
    std::map<std::string, std::int64_t> found;
    for (const PlannedSession& one : plan_.sessions)
      found[one.source.path.filename().string()] = one.identity.session;
    return found;
  }

  using Numbers = std::map<std::string, std::int64_t>;
  std::vector<SessionSource> sources_;
  StudyPlan plan_;
};

TEST_F(Plan, TakesTheAttributeBeforeTheNameAndTheManifestBeforeBoth) {
  add("day7.h5", "ada", 3, "");
  add("day8.h5", "ada", 4, "");
  EXPECT_EQ(numbers(), (Numbers{{"day7.h5", 3}, {"day8.h5", 4}}));
  EXPECT_TRUE(plan_.notes.empty());
  sources_[0].session = 9;
  EXPECT_EQ(numbers(), (Numbers{{"day7.h5", 9}, {"day8.h5", 4}}));
  EXPECT_TRUE(plan_.failed.empty());
}

TEST_F(Plan, TakesTheNamesWhereTheAttributeIsNotInEveryFileOfTheAnimal) {
  add("day7.h5", "ada", 3, "");
  add("day8.h5", "ada", 0, "");
  add("day1.h5", "bob", 5, "");
  EXPECT_EQ(numbers(), (Numbers{{"day7.h5", 7}, {"day8.h5", 8}, {"day1.h5", 5}}));
}

TEST_F(Plan, OrdersSessionsNamedByUuidsByTheirStartAndSaysSo) {
  const char* ids[] = {"66d98e6e-bcd9-4e78-8fbb-636f7e808b29", "dda5fc59-f09a-4256-9fb5-66c67667a466",
                       "e3d1f7da-c4a4-435b-8129-d6312ae94995"};
  for (int i = 0; i < 3; ++i) {
    const std::string name = std::string("abc"[2 - i] + std::string(".nwb"));
    add(name, "ada", 0, fmt::format("2024-10-0{}T10:00:00+00:00", i + 1));
    set_session_id(name, ids[i]);
  }
  EXPECT_EQ(numbers(), (Numbers{{"c.nwb", 1}, {"b.nwb", 2}, {"a.nwb", 3}}));
  ASSERT_EQ(plan_.notes.size(), 1U);
  EXPECT_NE(
      plan_.notes[0].find("subject ada: its sessions are numbered 1 to 3 in the order of their start times"),
      std::string::npos)
      << plan_.notes[0];
}

TEST_F(Plan, SaysOfAnAnimalsOneSessionWhichNumberItHas) {
  add("a.nwb", "ada", 0, "2024-10-01T10:00:00+00:00");
  set_session_id("a.nwb", "66d98e6e-bcd9-4e78-8fbb-636f7e808b29");
  EXPECT_EQ(numbers(), (Numbers{{"a.nwb", 1}}));
  ASSERT_EQ(plan_.notes.size(), 1U);
  EXPECT_TRUE(plan_.notes[0].starts_with("subject ada: its one session is number 1, as ")) << plan_.notes[0];
}

TEST_F(Plan, OrdersSessionsNamedByDatesByTheirStart) {
  for (const char* day : {"2024-03-01", "2024-02-28", "2024-03-28", "2024-02-27"})
    add(std::string("ada/") + day + ".h5", "", 0, std::string(day) + "T10:00:00+00:00");
  EXPECT_EQ(
      numbers(),
      (Numbers{{"2024-02-27.h5", 1}, {"2024-02-28.h5", 2}, {"2024-03-01.h5", 3}, {"2024-03-28.h5", 4}}));
  EXPECT_EQ(plan_.sessions[0].identity.subject, "ada");
}

TEST_F(Plan, ComparesStartTimesAsInstants) {
  add("evening.nwb", "ada", 0, "2024-10-01T23:00:00-07:00");
  add("morning.nwb", "ada", 0, "2024-10-02T05:00:00+00:00");
  EXPECT_EQ(numbers(), (Numbers{{"morning.nwb", 1}, {"evening.nwb", 2}}));
}

TEST_F(Plan, NumbersAllSessionsAnewWhereOneHasNoNumber) {
  add("pretraining.nwb", "ada", 0, "2024-09-30T10:00:00Z");
  add("session_1.nwb", "ada", 1, "2024-10-01T10:00:00Z");
  add("session_2.nwb", "ada", 2, "2024-10-02T10:00:00Z");
  EXPECT_EQ(numbers(), (Numbers{{"pretraining.nwb", 1}, {"session_1.nwb", 2}, {"session_2.nwb", 3}}));
  ASSERT_EQ(plan_.notes.size(), 1U);
  EXPECT_NE(plan_.notes[0].find("pretraining.nwb has no session number"), std::string::npos)
      << plan_.notes[0];
}

TEST_F(Plan, BelievesTheStartTimesWhereNumbersContradictThem) {
  add("a.h5", "ada", 1, "2024-10-02");
  add("b.h5", "ada", 2, "2024-10-01");
  EXPECT_EQ(numbers(), (Numbers{{"a.h5", 2}, {"b.h5", 1}}));
  ASSERT_EQ(plan_.notes.size(), 1U);
  EXPECT_NE(plan_.notes[0].find("began after session 2"), std::string::npos) << plan_.notes[0];
}

TEST_F(Plan, OrdersByStartWhereTwoFilesSayTheSameNumber) {
  add("a.h5", "ada", 4, "2024-10-02");
  add("b.h5", "ada", 4, "2024-10-01");
  EXPECT_EQ(numbers(), (Numbers{{"a.h5", 2}, {"b.h5", 1}}));
  EXPECT_NE(plan_.notes.at(0).find("both say session 4"), std::string::npos) << plan_.notes[0];
}

TEST_F(Plan, ListsASessionWithoutNumberAndStartAndKeepsTheOthers) {
  add("last.h5", "ada", 0, "");
  add("a.h5", "ada", 2, "");
  add("b.h5", "ada", 3, "2024-10-01");
  EXPECT_EQ(numbers(), (Numbers{{"a.h5", 2}, {"b.h5", 3}}));
  ASSERT_EQ(plan_.failed.size(), 1U);
  EXPECT_NE(plan_.failed[0].error.find("last.h5: found no session number"), std::string::npos)
      << plan_.failed[0].error;
  EXPECT_EQ(plan_.failed[0].subject, "ada");
}

TEST_F(Plan, KeepsTheFirstOfTwoFilesOfOneSession) {
  add("a.h5", "ada", 2, "2024-10-01T10:00:00+02:00");
  add("copy.h5", "ada", 2, "2024-10-01T08:00:00Z");
  add("b.h5", "ada", 3, "2024-10-02");
  EXPECT_EQ(numbers(), (Numbers{{"a.h5", 2}, {"b.h5", 3}}));
  ASSERT_EQ(plan_.failed.size(), 1U);
  EXPECT_NE(plan_.failed[0].error.find("copy.h5: found subject ada, session 2"), std::string::npos);
  EXPECT_NE(plan_.failed[0].error.find("a second time (the first is " + file("a.h5").string()),
            std::string::npos);
}

TEST_F(Plan, CountsNoRecordingTwiceWhereItHasANumberUnderOneOfItsNamesOnly) {
  for (const char* name : {"a.nwb", "copy_7.nwb", "other_7.nwb"}) add(name, "ada", 0, "2024-10-01T10:00:00Z");
  add("b.nwb", "ada", 0, "2024-10-02T10:00:00Z");
  EXPECT_EQ(numbers(), (Numbers{{"a.nwb", 1}, {"b.nwb", 2}}));
  ASSERT_EQ(plan_.failed.size(), 2U);
  for (const FailedSession& one : plan_.failed) EXPECT_NE(one.error.find("a second time"), std::string::npos);
}

TEST_F(Plan, NeverDoubtsTheManifest) {
  add("a.h5", "ada", 1, "2024-10-02");
  add("b.h5", "ada", 2, "2024-10-01");
  add("c.h5", "ada", 0, "2024-10-03");
  sources_[0].session = 1;
  sources_[1].session = 2;
  EXPECT_EQ(numbers(), (Numbers{{"a.h5", 1}, {"b.h5", 2}}));
  EXPECT_TRUE(plan_.notes.empty());
  ASSERT_EQ(plan_.failed.size(), 1U);
  EXPECT_NE(plan_.failed[0].error.find("the manifest gives numbers to others"), std::string::npos);
  sources_[2].session = 2;
  EXPECT_EQ(numbers(), (Numbers{{"a.h5", 1}, {"b.h5", 2}}));
  EXPECT_NE(plan_.failed.at(0).error.find("a second time"), std::string::npos);
}

TEST_F(Plan, TakesFromTheManifestWhatTheFileLacksOrSaysWrongly) {
  add("nobody.nwb", "", 0, "");
  add("rec.h5", "ada", 0, "");
  add("rec_0.h5", "ada", 0, "");
  {
    hdf5::Lock lock;
    H5::H5File opened(file("rec_0.h5").string(), H5F_ACC_RDWR);
    hdf5::write_attribute(opened.openGroup("/"), "session", std::int64_t{0});
  }
  EXPECT_TRUE(numbers().empty());
  ASSERT_EQ(plan_.failed.size(), 3U);
  EXPECT_NE(plan_.failed[0].error.find("nobody.nwb: found no subject"), std::string::npos)
      << plan_.failed[0].error;
  EXPECT_NE(plan_.failed[2].error.find("attribute session: found 0, expected a whole number"),
            std::string::npos)
      << plan_.failed[2].error;
  for (std::size_t i = 0; i < 3; ++i) {
    sources_[i].subject = "eve";
    sources_[i].session = 3 + static_cast<std::int64_t>(i);
  }
  EXPECT_EQ(numbers(), (Numbers{{"nobody.nwb", 3}, {"rec.h5", 4}, {"rec_0.h5", 5}}));
  EXPECT_TRUE(plan_.failed.empty());
  EXPECT_TRUE(plan_.notes.empty());
}

TEST_F(Plan, ListsSessionsWhoseNamesCannotBeStoredAndKeepsTheOthers) {
  for (const char* subject : {"a/b", "a\u2215b", ".", "ada"})
    add(fmt::format("day{}.h5", sources_.size() + 1), subject, 1, "");
  add("day5.h5", "bob", 1, "");
  add("day6.h5", "cleo", 1, "");
  sources_[5].subject = std::string("a\0b", 3);
  sources_[4].group = ".";
  EXPECT_EQ(numbers(), (Numbers{{"day1.h5", 1}, {"day4.h5", 1}}));
  ASSERT_EQ(plan_.failed.size(), 4U);
  EXPECT_NE(plan_.failed[0].error.find("would be stored under the same name as subject a/b"),
            std::string::npos);
  for (const FailedSession& one : plan_.failed)
    EXPECT_NE(one.error.find("day"), std::string::npos) << one.error;
}

}  // namespace
}  // namespace leverkin
