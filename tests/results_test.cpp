#include "leverkin/results.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#ifndef _WIN32
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>
#include <random>
#include <thread>

#include "io/hdf5.h"
#include "io/seal.h"
#include "leverkin/error.h"
#include "results_bytes.h"
#include "same_columns.h"
#include "support/system_file.h"

namespace leverkin {
namespace {

namespace fs = std::filesystem;
using test::bytes_of;
using test::nan;

// A folder of its own per test, removed afterwards.
class Results : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() /
              fmt::format("leverkin-results-{}-{}", system_file::process_id(), std::random_device{}());
    ASSERT_TRUE(fs::create_directory(folder_));
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder_))
      found.push_back(entry.path().filename().string());
    return found;
  }

  fs::path folder_;
};

Provenance provenance() {
  return {.version = "0.1.0", .target = "AVX2", .created_utc = "2026-11-21T09:30:00Z", .threads = 2};
}

SessionResult session_without_trials(const std::string& subject, std::int64_t session) {
  SessionResult result;
  result.info.path = "lab/" + subject + ".h5";
  result.info.identity = {.subject = subject, .session = session, .group = "", .start_time = ""};
  result.info.rate_hz = 10000.0;
  result.info.duration_s = 5.0;
  result.input_xxh3 = "00112233445566778899aabbccddeeff";
  result.segmentation.noise_cutoff_v = nan;
  result.segmentation.reason = "the lever never moved";
  result.summary = {.success_fraction = nan, .median_reaction_time_s = nan, .median_cue_to_reward_s = nan};
  result.trace.volts.assign(5000, 1.25);
  result.segmentation.active.assign(5000, 0);
  for (auto* column :
       {&result.segmentation.smooth, &result.segmentation.velocity, &result.segmentation.envelope})
    column->assign(5000, 0.0);
  return result;
}

// Two bouts, three trials (used, no reward, started before the cue), one movement.
SessionResult busy_session(const std::string& subject, std::int64_t session) {
  SessionResult result = session_without_trials(subject, session);
  result.info.identity.group = "trained";
  result.info.identity.start_time = "2026-03-01T10:00:00+00:00";
  result.segmentation.reason.clear();
  result.segmentation.noise_cutoff_v = 0.0125;
  result.segmentation.bouts = {
      {.begin = 1000,
       .end = 1400,
       .amplitude_v = 0.5,
       .peak_speed_v_per_s = 3.0,
       .path_v = 1.1,
       .time_to_peak_s = 0.12,
       .hold_s = 0.3,
       .n_submovements = 3,
       .smoothness_sal = -2.5,
       .onset_sd_s = 0.004,
       .offset_sd_s = 0.006,
       .onset_1pct_s = 1.0125,
       .offset_1pct_s = 1.3875},
      {.begin = 3000, .end = 3200, .flags = bout_cut_by_no_data, .amplitude_v = 0.1}};
  result.trials = {.start_s = {0.5, 1.5, 2.5},
                   .stop_s = {1.4, 2.4, 4.0},
                   .cue_s = {0.75, 1.75, 3.1},
                   .reward_s = {1.2, nan, 3.15}};
  result.outcomes = {{.bout = 0, .movement_onset_s = 1.0, .reaction_time_s = 0.25, .cue_to_reward_s = 0.45},
                     {.bout = -1,
                      .movement_onset_s = nan,
                      .reaction_time_s = nan,
                      .cue_to_reward_s = nan,
                      .reason = RejectReason::no_reward},
                     {.bout = 1,
                      .movement_onset_s = 3.0,
                      .reaction_time_s = -0.1,
                      .cue_to_reward_s = 0.05,
                      .reason = RejectReason::started_before_cue}};
  result.movements = {
      .samples = 2001, .volts = std::vector<double>(2001, 0.1), .trial = {0}, .onset_s = {1.0}};
  result.summary = {.n_trials = 3,
                    .n_rewarded = 2,
                    .success_fraction = 2.0 / 3.0,
                    .n_movements = 1,
                    .median_reaction_time_s = 0.25,
                    .median_cue_to_reward_s = 0.45,
                    .moving_fraction = 0.12};
  result.segmentation.envelope.assign(5000, 0.0005);
  result.outcomes[0].review = ReviewAction::accepted;
  result.overview = {{0.5, nan}, {1.25, nan}};
  return result;
}

Correlogram two_sessions() {
  return {.session = {2, 5},
          .median_r = {0.5, 0.25, 0.25, nan},
          .n_pairs = {6, 4, 4, 0},
          .bound = {0.0, 1e-9, 1e-9, nan},
          .within_r = {0.5, nan},
          .across_r = {0.25}};
}

GroupCurve curve(std::size_t count) {
  return {.mean = std::vector<double>(count, 0.5),
          .sem = std::vector<double>(count, nan),
          .n = std::vector<std::int64_t>(count, 1)};
}

GroupSummary one_group(const std::string& name) {
  return {.group = name,
          .session = {2, 5},
          .r = curve(4),
          .success_fraction = curve(2),
          .reaction_time_s = curve(2),
          .cue_to_reward_s = curve(2),
          .within_r = curve(2)};
}

// A small study with everything a file can hold.
std::vector<SessionFinding> odd_findings() {
  return {{{.code = "no_trials", .severity = Severity::warning, .text = "no trials"}, "empty", 1},
          {{.code = "no_bouts", .severity = Severity::error, .text = "µ \"quoted\""}, "ar/21 µ", 5},
          {{.code = "without_data", .value = 0.5, .start_s = 1.25, .stop_s = 1.75, .text = "1 gap"},
           "ar/21 µ",
           2}};
}

void write_study(const fs::path& path, const Provenance& origin = provenance()) {
  Parameters parameters;
  parameters.keep_traces = true;
  parameters.pairwise = true;
  ResultsWriter writer(path, parameters, origin);
  writer.write_session(busy_session("ar/21 µ", 2));
  writer.write_session(session_without_trials("ar/21 µ", 5));
  writer.write_correlogram("ar/21 µ", two_sessions(), std::vector<double>{1.0, nan, nan, 1.0},
                           std::vector<std::int64_t>{2, 2}, std::vector<std::int64_t>{0, 7});
  writer.write_session(session_without_trials("empty", 1));
  writer.write_correlogram(
      "empty",
      {.session = {1}, .median_r = {nan}, .n_pairs = {0}, .bound = {nan}, .within_r = {nan}, .across_r = {}});
  writer.write_group(one_group("trained/late"));
  writer.write_group(one_group(""));
  writer.write_findings(odd_findings());
  const std::vector<FailedSession> failed = {{"lab/broken.h5", "ar21", 3, "lab/broken.h5: not HDF5"}};
  writer.finish(failed);
}

template <class Value>
std::vector<Value> read_column(const fs::path& path, const std::string& dataset, const H5::DataType& type) {
  const hdf5::Lock lock;
  const H5::DataSet column = H5::H5File(path.string(), H5F_ACC_RDONLY).openDataSet(dataset);
  std::vector<Value> values(static_cast<std::size_t>(column.getSpace().getSimpleExtentNpoints()));
  column.read(values.data(), type);
  return values;
}

void expect_same(const std::vector<double>& found, const std::vector<double>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_TRUE(found[i] == expected[i] || (std::isnan(found[i]) && std::isnan(expected[i])))
        << "value " << i;
}

template <class Failure>
std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Failure& error) {
    return error.what();
  }
  return "(nothing was thrown)";
}

TEST_F(Results, ComeBackAsTheyWereWritten) {
  const fs::path path = folder_ / "study.h5";
  write_study(path);
  const StoredResults results = load_results(path);
  EXPECT_EQ(results.schema, "leverkin-results/1");
  EXPECT_EQ(results.version, "0.1.0");
  EXPECT_EQ(results.created_utc, "2026-11-21T09:30:00Z");
  EXPECT_EQ(results.profile, "chen2015");
  EXPECT_EQ(results.target, "AVX2");
  EXPECT_EQ(results.threads, 2);
  Parameters parameters;
  parameters.keep_traces = true;
  parameters.pairwise = true;
  EXPECT_EQ(results.config_json, to_json(parameters));
  ASSERT_EQ(results.subjects.size(), 2u);
  EXPECT_EQ(results.subjects[0].subject, "ar/21 µ");
  ASSERT_EQ(results.subjects[0].sessions.size(), 2u);
  ASSERT_EQ(results.failed.size(), 1u);
  EXPECT_EQ(results.failed[0].path, "lab/broken.h5");
  EXPECT_EQ(results.failed[0].subject, "ar21");
  EXPECT_EQ(results.failed[0].session, 3);
  EXPECT_EQ(results.failed[0].error, "lab/broken.h5: not HDF5");
}

TEST_F(Results, KeepTheSummaryOfEverySession) {
  const fs::path path = folder_ / "study.h5";
  write_study(path);
  const StoredSession session = load_results(path).subjects.at(0).sessions.at(0);
  const SessionResult written = busy_session("ar/21 µ", 2);
  test::expect_same(columns::identity, session.identity, written.info.identity);
  EXPECT_EQ(session.source_file, written.info.path);
  EXPECT_EQ(session.input_xxh3, written.input_xxh3);
  EXPECT_EQ(session.rate_hz, 10000.0);
  EXPECT_EQ(session.duration_s, 5.0);
  EXPECT_EQ(session.noise_cutoff_v, 0.0125);
  EXPECT_EQ(session.n_bouts, 2);
  test::expect_same(columns::summary, session.summary, written.summary);
  EXPECT_EQ(session.rejected, (std::vector<std::int64_t>{1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0}));
}

TEST_F(Results, KeepFindingsByAnimalAndSession) {
  const fs::path path = folder_ / "study.h5";
  write_study(path);
  std::vector<SessionFinding> expected = odd_findings();
  std::ranges::reverse(expected);  // by animal, then session
  test::expect_same(columns::findings, load_results(path).findings, expected);
}

TEST_F(Results, KeepASessionWithoutTrials) {
  const fs::path path = folder_ / "study.h5";
  write_study(path);
  const StoredSession session = load_results(path).subjects.at(0).sessions.at(1);
  EXPECT_EQ(session.identity.session, 5);
  EXPECT_EQ(session.identity.group, "");
  EXPECT_EQ(session.n_bouts, 0);
  EXPECT_EQ(session.summary.n_trials, 0);
  EXPECT_TRUE(std::isnan(session.summary.success_fraction));
  EXPECT_TRUE(std::isnan(session.noise_cutoff_v));
  EXPECT_EQ(std::accumulate(session.rejected.begin(), session.rejected.end(), std::int64_t{0}), 0);
  const hdf5::Lock lock;
  const H5::H5File file(path.string(), H5F_ACC_RDONLY);
  const H5::Group group = file.openGroup("/subjects/empty/sessions/001");
  hsize_t shape[2] = {9, 9};
  group.openDataSet("movements/volts").getSpace().getSimpleExtentDims(shape);
  EXPECT_EQ(shape[0], 0u);
  EXPECT_EQ(shape[1], 2001u);
  EXPECT_EQ(hdf5::read_text_attribute(group, "status"), "ok");
}

TEST_F(Results, GiveOneSessionBackInFull) {
  const fs::path path = folder_ / "study.h5";
  write_study(path);
  const StoredDetail detail = load_session_detail(path, "ar/21 µ", 2);
  const SessionResult written = busy_session("ar/21 µ", 2);
  ASSERT_EQ(detail.bouts.size(), 2u);
  EXPECT_EQ(detail.bouts[1].begin, 3000);
  EXPECT_EQ(detail.bouts[1].end, 3200);
  EXPECT_EQ(detail.bouts[1].flags, bout_cut_by_no_data);
  test::expect_same(columns::bouts, detail.bouts, written.segmentation.bouts);
  test::expect_same(columns::kinematics, detail.bouts, written.segmentation.bouts);
  test::expect_same(columns::trial_times, detail.trials, written.trials);
  test::expect_same(columns::outcomes, detail.outcomes, written.outcomes);
  EXPECT_EQ(detail.outcomes[0].review, ReviewAction::accepted);
  EXPECT_EQ(detail.outcomes[2].reason, RejectReason::started_before_cue);
  EXPECT_EQ(detail.outcomes[2].reaction_time_s, -0.1);
  EXPECT_EQ(detail.movements.samples, 2001);
  EXPECT_EQ(detail.movements.trial, std::vector<std::int64_t>{0});
  expect_same(detail.movements.volts, std::vector<double>(2001, 0.1f));
  test::expect_same(columns::overview, detail.overview, written.overview);
  EXPECT_EQ(detail.volts, written.trace.volts);
  EXPECT_THROW(static_cast<void>(load_session_detail(path, "ar/21 µ", 3)), BadArgument);
  EXPECT_THROW(static_cast<void>(load_session_detail(path, "ar21", 2)), BadArgument);
}

TEST_F(Results, KeepTheCurvesOfEveryGroup) {
  const fs::path path = folder_ / "study.h5";
  write_study(path);
  const StoredResults results = load_results(path);
  ASSERT_EQ(results.groups.size(), 2u);
  EXPECT_EQ(results.groups[0].group, "all");
  EXPECT_EQ(results.groups[1].group, "trained/late");
  EXPECT_EQ(results.groups[1].session, (std::vector<std::int64_t>{2, 5}));
  expect_same(results.groups[1].success_fraction.mean, curve(2).mean);
  expect_same(results.groups[1].within_r.sem, curve(2).sem);
  EXPECT_EQ(results.groups[1].r.n, curve(4).n);
}

TEST_F(Results, SayWhatWasDecidedByHand) {
  Provenance origin = provenance();
  origin.review_json =
      "{\"decisions\": []}" + std::string(100000, ' ');  // beyond what a compact attribute holds
  write_study(folder_ / "reviewed.h5", origin);
  write_study(folder_ / "study.h5");
  const StoredResults reviewed = load_results(folder_ / "reviewed.h5"),
                      plain = load_results(folder_ / "study.h5");
  EXPECT_EQ(reviewed.review_json, origin.review_json);
  EXPECT_EQ(reviewed.subjects.at(0).sessions.at(0).n_reviewed, 1);
  EXPECT_EQ(plain.review_json, "");
}

TEST_F(Results, KeepTheCorrelogramWithItsGaps) {
  const fs::path path = folder_ / "study.h5";
  write_study(path);
  const StoredResults results = load_results(path);
  const Correlogram& found = results.subjects.at(0).correlogram;
  const Correlogram written = two_sessions();
  test::expect_same(columns::correlogram, found, written);
  EXPECT_TRUE(results.subjects.at(1).correlogram.across_r.empty());
}

TEST_F(Results, StoreColumnsInTheUnitsTheirNamesSay) {
  const fs::path path = folder_ / "study.h5";
  write_study(path);
  const std::string session = "/subjects/ar∕21 µ/sessions/002/";
  const auto& number = H5::PredType::NATIVE_DOUBLE;
  EXPECT_EQ(read_column<double>(path, session + "bouts/onset_s", number), (std::vector{1.0, 3.0}));
  EXPECT_EQ(read_column<double>(path, session + "bouts/offset_s", number), (std::vector{1.4, 3.2}));
  EXPECT_EQ(read_column<std::uint8_t>(path, session + "bouts/flags", H5::PredType::NATIVE_UINT8),
            (std::vector<std::uint8_t>{0, 1}));
  EXPECT_EQ(read_column<double>(path, session + "lever/envelope_v_per_s", number),
            std::vector<double>(5000, 0.5));
  EXPECT_EQ(read_column<double>(path, session + "lever/volts", number), std::vector<double>(5000, 1.25));
  EXPECT_EQ(read_column<float>(path, session + "movements/volts", H5::PredType::NATIVE_FLOAT),
            std::vector<float>(2001, 0.1f));
  EXPECT_EQ(read_column<double>(path, session + "movements/time_s", number).back(), 2.0);
  EXPECT_EQ(read_column<std::uint8_t>(path, session + "trials/used", H5::PredType::NATIVE_UINT8),
            (std::vector<std::uint8_t>{1, 0, 0}));
  EXPECT_EQ(read_column<std::int64_t>(path, session + "trials/bout", H5::PredType::NATIVE_INT64),
            (std::vector<std::int64_t>{0, -1, 1}));
}

TEST_F(Results, NameEveryRejectReasonInTheFile) {
  const fs::path path = folder_ / "study.h5";
  write_study(path);
  const hdf5::Lock lock;
  const H5::H5File file(path.string(), H5F_ACC_RDONLY);
  const H5::DataSet reasons = file.openDataSet("/subjects/ar∕21 µ/sessions/002/trials/reject_reason");
  const H5::EnumType type = reasons.getEnumType();
  EXPECT_TRUE(type.committed());
  ASSERT_EQ(type.getNmembers(), reject_reason_count);
  std::uint8_t early = 5;
  EXPECT_EQ(type.nameOf(&early, 64), "started_before_cue");
  std::uint8_t review = 10;
  EXPECT_EQ(type.nameOf(&review, 64), "rejected_in_review");
}

TEST_F(Results, HoldTracesAndPairsOnlyWhereAskedFor) {
  const fs::path path = folder_ / "plain.h5";
  ResultsWriter writer(path, {}, provenance());
  writer.write_session(busy_session("ar21", 2));
  writer.write_correlogram("ar21", two_sessions());
  writer.finish({});
  const hdf5::Lock lock;
  const H5::H5File file(path.string(), H5F_ACC_RDONLY);
  EXPECT_FALSE(file.nameExists("/subjects/ar21/sessions/002/lever"));
  EXPECT_FALSE(file.nameExists("/subjects/ar21/correlogram/pairwise"));
  EXPECT_TRUE(file.nameExists("/failed/error"));
}

TEST_F(Results, AreTheSameBytesForTheSameInput) {
  write_study(folder_ / "a.h5");
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // HDF5 time stamps count seconds
  void* const noise = std::malloc(1 << 20);  // another heap: bytes that were never set would differ
  write_study(folder_ / "b.h5");
  std::free(noise);
  EXPECT_EQ(bytes_of(folder_ / "a.h5"), bytes_of(folder_ / "b.h5"));
}

TEST_F(Results, DifferInTimeAndThreadsOnlyWhereTheseAreStored) {
  Provenance later = provenance(), fewer = provenance();
  later.created_utc = "2027-01-31T23:59:59Z";
  fewer.threads = 1;
  write_study(folder_ / "a.h5");
  write_study(folder_ / "later.h5", later);
  write_study(folder_ / "fewer.h5", fewer);
  const std::string a = bytes_of(folder_ / "a.h5"), b = bytes_of(folder_ / "later.h5");
  EXPECT_NE(a, b);
  EXPECT_EQ(test::without(a, provenance().created_utc), test::without(b, later.created_utc));
  EXPECT_NE(a, bytes_of(folder_ / "fewer.h5"));
  EXPECT_EQ(test::bytes_but_for_threads(folder_ / "a.h5"), test::bytes_but_for_threads(folder_ / "fewer.h5"));
}

TEST_F(Results, SayWhenTheyWereMadeIfTheCallerDoesNot) {
  Provenance origin = provenance();
  origin.created_utc.clear();
  write_study(folder_ / "study.h5", origin);
  const std::string created = load_results(folder_ / "study.h5").created_utc;
  ASSERT_EQ(created.size(), 20u);
  EXPECT_EQ(created[10], 'T');
  EXPECT_EQ(created[19], 'Z');
}

TEST_F(Results, AreNotLeftWithoutFinish) {
  const fs::path path = folder_ / "study.h5";
  write_study(path);
  const std::string before = bytes_of(path);
  {
    ResultsWriter writer(path, {}, provenance());
    writer.write_session(busy_session("another", 2));
  }
  EXPECT_EQ(files(), std::vector<std::string>{"study.h5"});
  EXPECT_EQ(bytes_of(path), before);
}

TEST_F(Results, ReplaceAnOlderFileOnFinish) {
  const fs::path path = folder_ / "study.h5";
  {
    ResultsWriter older(path, {}, provenance());
    older.write_session(busy_session("another", 2));
    older.finish({});
  }
  const std::string before = bytes_of(path);
  write_study(path);
  EXPECT_EQ(files(), std::vector<std::string>{"study.h5"});
  EXPECT_NE(bytes_of(path), before);
  EXPECT_EQ(load_results(path).subjects.size(), 2U);
}

TEST_F(Results, NeverReplaceWhatIsNoResultsFile) {
  const fs::path path = folder_ / "recording.h5";
  std::ofstream(path) << "what was there before";
  EXPECT_THROW(write_study(path), BadArgument);
  EXPECT_EQ(bytes_of(path), "what was there before");
}

TEST_F(Results, SurviveAMoveOfTheirWriter) {
  const fs::path path = folder_ / "study.h5";
  ResultsWriter first(path, {}, provenance());
  ResultsWriter writer(folder_ / "thrown-away.h5", {}, provenance());
  writer = std::move(first);
  writer.write_session(busy_session("ar21", 2));
  writer.finish({});
  EXPECT_EQ(files(), std::vector<std::string>{"study.h5"});
}

TEST_F(Results, RefuseToBeAFolderOrToLieInAMissingOne) {
  const std::string folder = message_of<IoError>([&] { ResultsWriter(folder_, {}, provenance()); });
  EXPECT_NE(folder.find("it is a folder"), std::string::npos) << folder;
  const fs::path missing = folder_ / "missing" / "study.h5";
  const std::string absent = message_of<IoError>([&] { ResultsWriter(missing, {}, provenance()); });
  EXPECT_NE(absent.find("No such file or directory"), std::string::npos) << absent;
  EXPECT_NE(absent.find(missing.string()), std::string::npos) << absent;
  EXPECT_TRUE(files().empty());
}

#ifndef _WIN32  // no limits of a process, no fork(), other rights
TEST_F(Results, RefuseAFolderThatCannotBeWritten) {
  if (::geteuid() == 0) GTEST_SKIP() << "the superuser may write anywhere";
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec);
  const std::string message =
      message_of<IoError>([&] { ResultsWriter(folder_ / "study.h5", {}, provenance()); });
  fs::permissions(folder_, fs::perms::owner_all);
  EXPECT_NE(message.find("Permission denied"), std::string::npos) << message;
}

// In a child process whose files may not grow beyond `bytes`, as on a full disk. The exit code says what
// happened.
int write_with_file_size_limit(const fs::path& path, rlim_t bytes) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, bytes};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(90);
    int outcome = 0;
    try {
      write_study(path);
    } catch (const IoError& error) {
      outcome = std::string(error.what()).find(path.string()) == 0 ? 10 : 11;
    } catch (...) {
      outcome = 12;
    }
    std::exit(outcome);  // through HDF5's own clean-up at exit, where an unclosed file would make trouble
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

TEST_F(Results, LeaveNothingBehindOnAFullDisk) {
  const fs::path path = folder_ / "study.h5";
  for (const rlim_t bytes : {1u, 3000u, 20000u, 50000u, 80000u, 100000u}) {
    EXPECT_EQ(write_with_file_size_limit(path, bytes), 10) << bytes << " bytes";
    EXPECT_TRUE(files().empty()) << bytes << " bytes";
  }
  EXPECT_EQ(write_with_file_size_limit(path, rlim_t{100} << 20), 0);
}
#endif

TEST_F(Results, RefuseTheSameSessionTwice) {
  ResultsWriter writer(folder_ / "study.h5", {}, provenance());
  writer.write_session(busy_session("ar21", 2));
  const std::string message = message_of<BadArgument>([&] { writer.write_session(busy_session("ar21", 2)); });
  EXPECT_NE(message.find("subject ar21, session 2"), std::string::npos) << message;
}

TEST_F(Results, RefuseSubjectsThatWouldShareAName) {
  ResultsWriter writer(folder_ / "study.h5", {}, provenance());
  writer.write_session(busy_session("a/b", 1));
  EXPECT_THROW(writer.write_session(busy_session("a∕b", 2)), BadArgument);
}

TEST_F(Results, RefuseColumnsOfUnequalLength) {
  ResultsWriter writer(folder_ / "study.h5", {}, provenance());
  SessionResult result = busy_session("ar21", 2);
  result.outcomes.pop_back();
  const std::string message = message_of<BadArgument>([&] { writer.write_session(result); });
  EXPECT_NE(message.find("bout: found 2 values; expected 3"), std::string::npos) << message;
  EXPECT_THROW(writer.finish({}), IoError);  // half a session must not become a file
}

TEST_F(Results, AreToldApartFromOtherFiles) {
  write_study(folder_ / "study.h5");
  std::ofstream(folder_ / "text.h5") << "no HDF5 at all";
  {
    const hdf5::Lock lock;
    const H5::H5File other((folder_ / "other.h5").string(), H5F_ACC_TRUNC);
  }
  EXPECT_TRUE(is_results_file(folder_ / "study.h5"));
  EXPECT_FALSE(is_results_file(folder_ / "text.h5"));
  EXPECT_FALSE(is_results_file(folder_ / "other.h5"));
  EXPECT_FALSE(is_results_file(folder_ / "missing.h5"));
  EXPECT_FALSE(is_results_file(folder_));
}

TEST_F(Results, OfAnotherSchemaAreRefusedWithBothNames) {
  const fs::path path = folder_ / "future.h5";
  {
    const hdf5::Lock lock;
    const H5::H5File file(path.string(), H5F_ACC_TRUNC);
    hdf5::write_attribute(file.openGroup("/"), "schema", "leverkin-results/2");
  }
  EXPECT_TRUE(is_results_file(path));
  const std::string message = message_of<BadSession>([&] { static_cast<void>(load_results(path)); });
  EXPECT_NE(message.find(path.string()), std::string::npos) << message;
  EXPECT_NE(message.find("found schema leverkin-results/2"), std::string::npos) << message;
  EXPECT_NE(message.find("schema leverkin-results/1"), std::string::npos) << message;
}

TEST_F(Results, ThatAreNoResultsAreRefused) {
  std::ofstream(folder_ / "text.h5") << "no HDF5 at all";
  EXPECT_THROW(static_cast<void>(load_results(folder_ / "text.h5")), BadSession);
  EXPECT_THROW(static_cast<void>(load_results(folder_ / "missing.h5")), IoError);
  EXPECT_THROW(static_cast<void>(load_results(folder_)), IoError);
}

TEST_F(Results, ThatLostAPartAreRefused) {
  write_study(folder_ / "study.h5");
  const std::string missing_column = "/subjects/empty/correlogram/bound", missing_group = "/failed";
  for (const std::string& lost : {missing_column, missing_group}) {
    fs::remove(folder_ / "damaged.h5");
    fs::copy_file(folder_ / "study.h5", folder_ / "damaged.h5");
    {
      const hdf5::Lock lock;
      H5::H5File((folder_ / "damaged.h5").string(), H5F_ACC_RDWR).unlink(lost);
    }
    EXPECT_THROW(static_cast<void>(load_results(folder_ / "damaged.h5")), Error) << lost;
  }
}

TEST_F(Results, WhoseSessionIsDamagedAreRefusedButForItsOptionalParts) {
  write_study(folder_ / "study.h5");
  const std::string session = "/subjects/ar∕21 µ/sessions/002/";
  const auto without = [&](const std::string& lost) {
    fs::remove(folder_ / "damaged.h5");
    fs::copy_file(folder_ / "study.h5", folder_ / "damaged.h5");
    {
      const hdf5::Lock lock;
      H5::H5File((folder_ / "damaged.h5").string(), H5F_ACC_RDWR).unlink(session + lost);
    }
    return load_session_detail(folder_ / "damaged.h5", "ar/21 µ", 2);
  };
  for (const char* lost : {"bouts", "trials", "movements", "bouts/flags", "trials/reject_reason",
                           "movements/time_s", "overview/max_v"})
    EXPECT_THROW(static_cast<void>(without(lost)), Error) << lost;
  EXPECT_TRUE(without("overview").overview.min_v.empty());  // files of earlier versions
  EXPECT_EQ(without("trials/review").outcomes.at(0).review, ReviewAction::none);
  EXPECT_TRUE(without("lever").volts.empty());
}

TEST_F(Results, WhoseColumnsDisagreeInLengthAreRefusedWithBothLengths) {
  write_study(folder_ / "study.h5");
  const std::string session = "/subjects/ar∕21 µ/sessions/002/",
                    correlogram = "/subjects/ar∕21 µ/correlogram/";
  const auto message = [&](const std::string& shortened) {
    fs::remove(folder_ / "damaged.h5");
    fs::copy_file(folder_ / "study.h5", folder_ / "damaged.h5");
    {
      const hdf5::Lock lock;
      H5::H5File file((folder_ / "damaged.h5").string(), H5F_ACC_RDWR);
      const H5::DataType type = file.openDataSet(shortened).getDataType();
      file.unlink(shortened);
      const hsize_t length = 1;
      file.createDataSet(shortened, type, H5::DataSpace(1, &length));
      for (const char* seal : {seal::attribute, seal::names_attribute, seal::types_attribute})
        file.removeAttr(seal);  // as in files of before there were any
    }
    return message_of<BadSession>([&] {
      static_cast<void>(load_results(folder_ / "damaged.h5"));
      static_cast<void>(load_session_detail(folder_ / "damaged.h5", "ar/21 µ", 2));
    });
  };
  for (const char* name : {"bouts/path_v", "bouts/flags", "kinematics/hold_s", "trials/cue_s", "trials/bout",
                           "trials/reject_reason", "overview/max_v"})
    EXPECT_NE(message(session + name).find("found 1 values"), std::string::npos) << message(session + name);
  EXPECT_NE(message(correlogram + "within_r").find("expected 2"), std::string::npos);
  EXPECT_NE(message("/groups/all/within_r_n").find("expected 2"), std::string::npos);
}

TEST_F(Results, CutOffAnywhereAreRefused) {
  write_study(folder_ / "study.h5");
  const std::string whole = bytes_of(folder_ / "study.h5");
  const fs::path path = folder_ / "damaged.h5";
  for (std::size_t length = 0; length < whole.size(); length += whole.size() / 97) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, length);
    EXPECT_THROW(static_cast<void>(load_results(path)), Error) << length << " bytes";
  }
}

}  // namespace
}  // namespace leverkin
