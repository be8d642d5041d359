#include "leverkin/pipeline.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#ifndef _WIN32
#include <sys/stat.h>
#endif

#include <algorithm>
#include <cmath>
#include <fstream>

#include "leverkin/simulate.h"
#include "results_bytes.h"
#include "session_files.h"

namespace leverkin {
namespace {

using test::bytes_of;
using test::SessionFiles;

class Pipeline : public SessionFiles {
 protected:
  SimulateOptions small_study() {
    SimulateOptions options;
    options.animals = 2;
    options.sessions = 3;
    options.minutes = 2;
    options.rate_hz = 1000;
    options.format = "hdf5";
    options.seed = 5;
    return options;
  }

  std::filesystem::path study() {
    auto folder = file("study");
    if (!std::filesystem::exists(folder)) simulate(folder, small_study());
    return folder;
  }

  static void expect_same_results(const std::filesystem::path& a, const std::filesystem::path& b) {
    EXPECT_TRUE(test::bytes_but_for_time_and_threads(a) == test::bytes_but_for_time_and_threads(b))
        << a << " and " << b << " differ in more than created_utc and threads";
  }

  // Every session of the study into a checkpoint of results that are not there yet.
  void checkpoint_all(const std::string& out) {
    for (const PlannedSession& planned : plan_study(find_sessions({study()}), file(out)).sessions)
      checkpoint_session(planned, file(out));
  }

  void write_session(const std::string& name, const std::vector<double>& volts, const TrialTable& trials = {},
                     const SessionHeader& header = test::header_of()) {
    std::filesystem::create_directories(file(name).parent_path());
    test::write(file(name), header, volts, {}, &trials);
  }

  std::string failure(const std::vector<double>& volts, const Parameters& parameters = {}) {
    write_session("bad.h5", volts);
    Session session(file("bad.h5"));
    try {
      (void)analyze_session(session, parameters);
    } catch (const BadSession& error) {
      return error.what();
    }
    return "";
  }
};

TEST_F(Pipeline, GivesOneResultPerSessionAndOneCorrelogramPerSubject) {
  const auto outcome = analyze(find_sessions({study()}), file("results.h5"));
  EXPECT_EQ(outcome.analysed, 6);
  EXPECT_TRUE(outcome.failed.empty());
  const StoredResults results = load_results(file("results.h5"));
  ASSERT_EQ(results.subjects.size(), 2U);
  EXPECT_EQ(results.subjects[0].sessions.size(), 3U);
  EXPECT_EQ(results.subjects[0].correlogram.session, (std::vector<std::int64_t>{1, 2, 3}));
  for (const StoredSession& session : results.subjects[1].sessions) {
    std::int64_t trials = 0;
    for (const std::int64_t count : session.rejected) trials += count;
    EXPECT_EQ(trials, session.summary.n_trials);
    EXPECT_GT(session.n_bouts, 0);
  }
}

TEST_F(Pipeline, FindsEveryRewardedTrialOfTheTruthOrExplainsItsLoss) {
  SimulateOptions options = small_study();
  options.minutes = 6;
  std::int64_t rewarded = 0, used = 0;
  for (std::int64_t number = 1; number <= 3; ++number) {
    const SimulatedSession truth = simulate_session(options, 0, number);
    write_session(fmt::format("s{}.h5", number), truth.volts, truth.trials);
    Session session(file(fmt::format("s{}.h5", number)));
    const SessionResult result = analyze_session(session);
    ASSERT_EQ(result.outcomes.size(), truth.truth.rewarded.size());
    for (std::size_t i = 0; i < result.outcomes.size(); ++i) {
      const RejectReason reason = result.outcomes[i].reason;
      EXPECT_EQ(truth.truth.rewarded[i] == 0, reason == RejectReason::no_reward);
      rewarded += truth.truth.rewarded[i];
      used += reason == RejectReason::used;
      if (reason != RejectReason::used) continue;
      // The bout that earned the reward is the true press: they overlap.
      const auto press = static_cast<std::size_t>(truth.truth.bout[i]);
      const Bout& bout = result.segmentation.bouts[static_cast<std::size_t>(result.outcomes[i].bout)];
      EXPECT_LT(bout.onset_s(), truth.truth.offset_s[press]);
      EXPECT_GT(bout.offset_s(), truth.truth.onset_s[press]);
    }
  }
  EXPECT_GT(rewarded, 20);
  EXPECT_GT(used, rewarded / 2);
}

TEST_F(Pipeline, GivesTheSameBytesForAnyNumberOfThreads) {
  AnalyzeOptions options;
  options.parameters.keep_traces = true;
  options.parameters.pairwise = true;
  for (const int threads : {1, 2, 5}) {
    options.threads = threads;
    const auto out = file(fmt::format("results{}.h5", threads));
    EXPECT_EQ(analyze(find_sessions({study()}), out, options).analysed, 6);
  }
  expect_same_results(file("results2.h5"), file("results1.h5"));
  expect_same_results(file("results5.h5"), file("results1.h5"));
}

TEST_F(Pipeline, ListsABadSessionAndAnalysesTheOthers) {
  std::ofstream(study() / "broken_4.h5") << "this is no HDF5 file";
  const auto outcome = analyze(find_sessions({study()}), file("results.h5"));
  EXPECT_EQ(outcome.analysed, 6);
  ASSERT_EQ(outcome.failed.size(), 1U);
  EXPECT_NE(outcome.failed[0].error.find("broken_4.h5"), std::string::npos);
  EXPECT_EQ(load_results(file("results.h5")).failed.size(), 1U);
}

TEST_F(Pipeline, LeavesNoFileWhereNothingCouldBeAnalysed) {
  std::ofstream(file("broken_1.h5")) << "no";
  const auto outcome = analyze(find_sessions({file("broken_1.h5")}), file("results.h5"));
  EXPECT_EQ(outcome.analysed, 0);
  EXPECT_EQ(outcome.failed.size(), 1U);
  EXPECT_FALSE(std::filesystem::exists(file("results.h5")));
}

TEST_F(Pipeline, RefusesTheSameSubjectAndSessionTwice) {
  const auto volts = test::sine(5000);
  write_session("a/m07_3.h5", volts);
  write_session("b/m07_3.h5", volts);
  const auto outcome = analyze(find_sessions({file("a"), file("b")}), file("results.h5"));
  EXPECT_EQ(outcome.analysed, 1);
  ASSERT_EQ(outcome.failed.size(), 1U);
  EXPECT_NE(outcome.failed[0].error.find("a second time"), std::string::npos);
}

// One press, from 2 to 2.6 s, at any rate.
std::vector<double> one_press(double rate_hz) {
  std::vector<double> volts(static_cast<std::size_t>(5.0 * rate_hz));
  for (std::size_t i = 0; i < volts.size(); ++i) {
    const double phase = std::clamp((static_cast<double>(i) / rate_hz - 2.0) / 0.6, 0.0, 1.0);
    volts[i] = 1.5 + 1e-4 * std::sin(0.7 * static_cast<double>(i)) + std::pow(std::sin(M_PI * phase), 2);
  }
  return volts;
}

TEST_F(Pipeline, TakesSessionsOfDifferentRatesTogether) {
  const double rates[] = {1000.0, 5888.0};
  for (const double rate_hz : rates) {
    SessionHeader header = test::header_of(rate_hz);
    header.identity.session = rate_hz == 1000.0 ? 3 : 4;
    write_session(fmt::format("m_{}.h5", header.identity.session), one_press(rate_hz), {}, header);
  }
  AnalyzeOptions options;
  options.parameters.keep_traces = true;
  const auto out = file("results.h5");
  EXPECT_EQ(analyze(find_sessions({file("m_3.h5"), file("m_4.h5")}), out, options).analysed, 2);
  const StoredSubject subject = load_results(out).subjects.at(0);
  ASSERT_EQ(subject.correlogram.session, (std::vector<std::int64_t>{3, 4}));
  const StoredDetail detail[] = {load_session_detail(out, "m07", 3), load_session_detail(out, "m07", 4)};
  for (std::size_t i = 0; i < 2; ++i) {
    SCOPED_TRACE(rates[i]);
    EXPECT_EQ(subject.sessions[i].rate_hz, rates[i]);
    EXPECT_NEAR(subject.sessions[i].duration_s, 5.0, 1e-3);
    ASSERT_EQ(detail[i].bouts.size(), 1U);
    EXPECT_LE(detail[i].bouts[0].onset_s(), 2.1);
    EXPECT_GE(detail[i].bouts[0].offset_s(), 2.5);
  }
  ASSERT_EQ(detail[0].volts.size(), 5000U);
  ASSERT_EQ(detail[1].volts.size(), 5000U);
  constexpr std::size_t reach = 20;  // of the filter past the ends
  for (std::size_t i = reach; i < 5000 - reach; ++i)
    ASSERT_NEAR(detail[0].volts[i], detail[1].volts[i], 5e-4) << "the same press, sample " << i;
}

TEST_F(Pipeline, NeverOverwritesARecordingOrAForeignFile) {
  const auto sources = find_sessions({study()});
  const std::string before = bytes_of(sources[0].path);
  EXPECT_THROW(analyze(sources, sources[0].path), BadArgument);
  EXPECT_EQ(bytes_of(sources[0].path), before);
  std::ofstream(file("notes.txt")) << "my notes";
  EXPECT_THROW(analyze(sources, file("notes.txt")), BadArgument);
  EXPECT_EQ(bytes_of(file("notes.txt")), "my notes");
}

#ifndef _WIN32  // links to files are for administrators
TEST_F(Pipeline, FollowsALinkToWhereTheResultsGo) {
  std::filesystem::create_directories(file("disk"));
  std::filesystem::create_symlink("disk/results.h5", file("results.h5"));
  analyze(find_sessions({study()}), file("results.h5"));
  EXPECT_TRUE(std::filesystem::is_symlink(file("results.h5")));
  EXPECT_TRUE(is_results_file(file("disk/results.h5")));
  std::filesystem::remove(file("results.h5"));
  write_session("recording_1.h5", test::sine(5000));
  std::filesystem::create_symlink("recording_1.h5", file("results.h5"));
  const std::string before = bytes_of(file("recording_1.h5"));
  EXPECT_THROW(analyze(find_sessions({study()}), file("results.h5")), BadArgument);
  EXPECT_EQ(bytes_of(file("recording_1.h5")), before);
}
#endif

TEST_F(Pipeline, NeverOverwritesARecordingThatTurnsUpMeanwhile) {
  AnalyzeOptions options;
  options.progress = [&](const Progress& progress) {
    if (progress.sessions_done == 3) std::ofstream(file("results.h5")) << "a recording";
    return true;
  };
  options.threads = 1;
  EXPECT_THROW(analyze(find_sessions({study()}), file("results.h5"), options), BadArgument);
  EXPECT_EQ(bytes_of(file("results.h5")), "a recording");
}

TEST_F(Pipeline, NeverWritesOneSessionOverARecording) {
  write_session("recording_1.h5", test::sine(5000));
  const std::string before = bytes_of(file("recording_1.h5"));
  Session session(file("recording_1.h5"));
  const SessionResult result = analyze_session(session);
  EXPECT_THROW(write_results(result, file("recording_1.h5")), BadArgument);
  EXPECT_EQ(bytes_of(file("recording_1.h5")), before);
}

TEST_F(Pipeline, SimulatesOverAStudyOnlyWhereToldTo) {
  const std::filesystem::path first = find_sessions({study()}).front().path;
  write_session("study/mouse_01/" + first.filename().string(), test::sine(5000));
  const std::string before = bytes_of(first);
  SimulateOptions options = small_study();
  options.animals = 3;
  EXPECT_THROW(simulate(study(), options), BadArgument);
  EXPECT_EQ(bytes_of(first), before);
  EXPECT_FALSE(std::filesystem::exists(study() / "mouse_03"));
  options.overwrite = true;
  simulate(study(), options);
  EXPECT_NE(bytes_of(first), before);
}

TEST_F(Pipeline, ThatIsStoppedLeavesTheOldResults) {
  analyze(find_sessions({study()}), file("results.h5"));
  const std::string before = bytes_of(file("results.h5"));
  AnalyzeOptions options;
  options.progress = [](const Progress&) { return false; };
  EXPECT_THROW(analyze(find_sessions({study()}), file("results.h5"), options), Cancelled);
  EXPECT_EQ(bytes_of(file("results.h5")), before);
  for (const auto& entry : std::filesystem::directory_iterator(folder_))
    EXPECT_EQ(entry.path().string().find(".tmp"), std::string::npos) << entry.path();
}

class Resumed : public Pipeline, public testing::WithParamInterface<std::string> {};

TEST_P(Resumed, AfterAStopGivesTheSameBytes) {
  AnalyzeOptions options{.parameters = profile(GetParam()), .threads = 1, .resume = true};
  options.parameters.keep_traces = true;
  options.progress = [](const Progress& progress) { return progress.sessions_done < 3; };
  EXPECT_THROW(analyze(find_sessions({study()}), file("resumed.h5"), options), Cancelled);
  EXPECT_TRUE(std::filesystem::exists(file("resumed.h5.partial")));
  options.progress = nullptr;
  const AnalyzeOutcome outcome = analyze(find_sessions({study()}), file("resumed.h5"), options);
  EXPECT_EQ(outcome.analysed, 6);
  EXPECT_EQ(outcome.resumed, 3);
  EXPECT_FALSE(std::filesystem::exists(file("resumed.h5.partial")));
  options.resume = false;
  analyze(find_sessions({study()}), file("whole.h5"), options);
  expect_same_results(file("resumed.h5"), file("whole.h5"));
  const StoredDetail detail = load_session_detail(file("resumed.h5"), "mouse_01", 1);
  const bool fits_edges = options.parameters.bout_method == BoutMethod::pause;
  EXPECT_EQ(std::ranges::any_of(detail.bouts, [](const Bout& bout) { return bout.onset_sd_s > 0.0; }),
            fits_edges);
}

INSTANTIATE_TEST_SUITE_P(Pipeline, Resumed, testing::ValuesIn(profile_names()),
                         [](const auto& of) { return of.param; });

TEST_F(Pipeline, ThatWasStoppedCanBeResumedAlsoWhereNobodyThoughtOfThatBefore) {
  AnalyzeOptions options;
  options.threads = 1;
  options.progress = [](const Progress& progress) { return progress.sessions_done < 3; };
  EXPECT_THROW(analyze(find_sessions({study()}), file("resumed.h5"), options), Cancelled);
  options.progress = nullptr;
  options.resume = true;
  const AnalyzeOutcome outcome = analyze(find_sessions({study()}), file("resumed.h5"), options);
  EXPECT_EQ(outcome.analysed, 6);
  EXPECT_EQ(outcome.resumed, 3);
  EXPECT_FALSE(std::filesystem::exists(file("resumed.h5.partial")));
}

TEST_F(Pipeline, TakesUpNothingThatItWasNotToldTo) {
  AnalyzeOptions options;
  options.threads = 1;
  options.progress = [](const Progress& progress) { return progress.sessions_done < 3; };
  EXPECT_THROW(analyze(find_sessions({study()}), file("again.h5"), options), Cancelled);
  EXPECT_EQ(analyze(find_sessions({study()}), file("again.h5")).resumed, 0);
}

TEST_F(Pipeline, TakesUpNoCheckpointOfOtherParameters) {
  checkpoint_all("many.h5");
  AnalyzeOptions options{.threads = 1, .resume = true};
  options.parameters.gap_ms = 100;
  EXPECT_EQ(analyze(find_sessions({study()}), file("many.h5"), options).resumed, 0);
  options.resume = false;
  analyze(find_sessions({study()}), file("whole.h5"), options);
  expect_same_results(file("many.h5"), file("whole.h5"));
}

TEST_F(Pipeline, TakesUpWhatOtherProcessesDidSessionBySession) {
  const auto sources = find_sessions({study()});
  const auto out = file("many.h5");
  StudyPlan plan = plan_study(sources, out);
  ASSERT_EQ(plan.sessions.size(), 6U);
  std::ranges::reverse(plan.sessions);
  for (PlannedSession& planned : plan.sessions) {
    const auto& path = planned.source.path;
    planned.source.path = path.parent_path() / "." / path.filename();  // the same file, written otherwise
    EXPECT_FALSE(checkpoint_session(planned, out).was_there);
    const CheckpointOutcome again = checkpoint_session(planned, out);
    EXPECT_TRUE(again.was_there);
    EXPECT_EQ(again.error, "");
  }
  const AnalyzeOutcome outcome = analyze(sources, out, {.threads = 1, .resume = true});
  EXPECT_EQ(outcome.resumed, 6);
  const AnalyzeOutcome alone = analyze(sources, file("whole.h5"), {.threads = 1});
  EXPECT_EQ(alone.resumed, 0);
  expect_same_results(out, file("whole.h5"));
}

TEST_F(Pipeline, TakesUpNoCheckpointOfARecordingThatChanged) {
  checkpoint_all("many.h5");
  const auto sources = find_sessions({study()});
  SessionHeader header = test::header_of();
  TrialTable trials;
  {
    const Session before(sources[0].path);
    header.identity = before.info().identity;
    trials = before.trials();
  }
  test::write(sources[0].path, header, one_press(1000.0), {}, &trials);
  const AnalyzeOutcome outcome = analyze(sources, file("many.h5"), {.threads = 1, .resume = true});
  EXPECT_EQ(outcome.analysed, 6);
  EXPECT_EQ(outcome.resumed, 5);
  analyze(sources, file("whole.h5"), {.threads = 1});
  expect_same_results(file("many.h5"), file("whole.h5"));
  EXPECT_EQ(load_results(file("many.h5")).subjects.at(0).sessions.at(0).n_bouts, 1) << "of the new recording";
}

TEST_F(Pipeline, TakesUpNoCheckpointOfARecordingWhoseSamplesChangedInAnotherFile) {
  write_session("raw.bin.h5", one_press(1000.0));
  write_session("m_1.h5", test::sine(5000));
  {
    const hdf5::Lock lock;
    H5::H5File link(file("m_1.h5").string(), H5F_ACC_RDWR);
    link.unlink("/lever/volts");
    H5Lcreate_external("raw.bin.h5", "/lever/volts", link.getId(), "/lever/volts", H5P_DEFAULT, H5P_DEFAULT);
  }
  const std::vector<SessionSource> sources = find_sessions({file("m_1.h5")});
  const PlannedSession planned = plan_study(sources, file("one.h5")).sessions.at(0);
  ASSERT_EQ(planned.other_files, std::vector<std::filesystem::path>{file("raw.bin.h5")});
  EXPECT_FALSE(checkpoint_session(planned, file("one.h5")).was_there);
  EXPECT_TRUE(checkpoint_session(planned, file("one.h5")).was_there);
  write_session("raw.bin.h5", one_press(500.0));
  EXPECT_FALSE(checkpoint_session(planned, file("one.h5")).was_there);
}

TEST_F(Pipeline, DoesSessionsWithDamagedCheckpointsAnewAndSaysSo) {
  checkpoint_all("many.h5");
  const auto sources = find_sessions({study()});
  std::size_t damaged = 0;
  for (const auto& checkpoint : std::filesystem::directory_iterator(file("many.h5.partial"))) {
    std::string whole = bytes_of(checkpoint.path());
    whole[whole.size() / 3] ^= 1;
    if (damaged++ % 2 == 0) whole.resize(whole.size() / 2);
    std::ofstream(checkpoint.path(), std::ios::binary) << whole;
  }
  const AnalyzeOutcome outcome = analyze(sources, file("many.h5"), {.threads = 1, .resume = true});
  EXPECT_EQ(outcome.analysed, 6);
  EXPECT_EQ(outcome.resumed, 0);
  EXPECT_EQ(std::ranges::count_if(outcome.warnings,
                                  [](const std::string& warning) {
                                    return warning.find("checkpoint") != std::string::npos &&
                                           warning.find("is damaged and was not used") != std::string::npos;
                                  }),
            6);
  analyze(sources, file("whole.h5"), {.threads = 1});
  expect_same_results(file("many.h5"), file("whole.h5"));
}

TEST_F(Pipeline, RemovesWhatAKilledOneLeftUnfinished) {
  checkpoint_all("many.h5");
  const auto checkpoint = file("many.h5.partial") / "0123.checkpoint.tmp99999999-1",
             results = file("many.h5.tmp99999999-1");
  std::ofstream(checkpoint) << "half";
  std::ofstream(results) << "half";
  AnalyzeOptions options{.threads = 1, .resume = true};
  options.progress = [](const Progress& progress) { return progress.sessions_done < 1; };
  EXPECT_THROW(analyze(find_sessions({study()}), file("many.h5"), options), Cancelled);
  EXPECT_FALSE(std::filesystem::exists(checkpoint));
  EXPECT_FALSE(std::filesystem::exists(results));
}

TEST_F(Pipeline, SaysWhyASessionLeavesNoCheckpoint) {
  write_session("bad_1.h5", std::vector<double>(5000, 1.0));
  const StudyPlan plan = plan_study(find_sessions({file("bad_1.h5")}), file("out.h5"));
  const CheckpointOutcome outcome = checkpoint_session(plan.sessions.at(0), file("out.h5"));
  EXPECT_NE(outcome.error.find("bad_1.h5"), std::string::npos) << outcome.error;
  EXPECT_FALSE(outcome.was_there);
  EXPECT_FALSE(std::filesystem::exists(file("out.h5.partial")));
}

// One decision of every kind on the first session of the study that has enough movements.
class ReviewedPipeline : public Pipeline {
 protected:
  Review decide(const std::string& input_xxh3 = "") {
    analyze(find_sessions({study()}), file("before.h5"));
    const StoredResults results = load_results(file("before.h5"));
    for (const StoredSession& session : results.subjects.at(0).sessions) {
      if (session.summary.n_movements < 3) continue;
      before_ = load_session_detail(file("before.h5"), session.identity.subject, session.identity.session);
      identity_ = session.identity;
      Review review;
      review.json = "{}";
      const ReviewAction actions[] = {ReviewAction::accepted, ReviewAction::rejected, ReviewAction::shifted};
      for (std::size_t i = 0; i < 3; ++i)
        review.decisions.push_back({.subject = identity_.subject,
                                    .session = identity_.session,
                                    .input_xxh3 = input_xxh3.empty() ? session.input_xxh3 : input_xxh3,
                                    .trial = before_.movements.trial[i],
                                    .action = actions[i],
                                    .onset_s = before_.movements.onset_s[i] + 0.012});
      return review;
    }
    throw std::logic_error("the study has too few movements");
  }

  SessionIdentity identity_;
  StoredDetail before_;
};

TEST_F(ReviewedPipeline, CarriesOutWhatAPersonDecidedAndSaysSo) {
  AnalyzeOptions options;
  options.review = decide();
  const AnalyzeOutcome outcome = analyze(find_sessions({study()}), file("after.h5"), options);
  ASSERT_TRUE(outcome.failed.empty()) << outcome.failed[0].error;
  const StoredDetail after = load_session_detail(file("after.h5"), identity_.subject, identity_.session);
  const auto trial = [&](std::size_t i) { return static_cast<std::size_t>(before_.movements.trial[i]); };
  EXPECT_EQ(after.outcomes[trial(0)].review, ReviewAction::accepted);
  EXPECT_EQ(after.outcomes[trial(1)].reason, RejectReason::rejected_in_review);
  EXPECT_EQ(after.outcomes[trial(2)].review, ReviewAction::shifted);
  EXPECT_NEAR(after.outcomes[trial(2)].movement_onset_s, before_.movements.onset_s[2] + 0.012, 1e-9);
  EXPECT_EQ(after.movements.size(), before_.movements.size() - 1);
  EXPECT_EQ(after.movements.row(1).front(), before_.movements.row(2)[12]);
  const StoredResults results = load_results(file("after.h5"));
  EXPECT_EQ(results.review_json, "{}");
  std::int64_t reviewed = 0;
  for (const StoredSubject& subject : results.subjects)
    for (const StoredSession& session : subject.sessions) reviewed += session.n_reviewed;
  EXPECT_EQ(reviewed, 3);
}

TEST_F(ReviewedPipeline, IsNotReplacedByOneWithoutDecisionsUnlessTheyAreDiscarded) {
  AnalyzeOptions options;
  options.review = decide();
  analyze(find_sessions({study()}), file("reviewed.h5"), options);
  const std::string before = bytes_of(file("reviewed.h5"));
  EXPECT_EQ(stored_review(file("reviewed.h5")), "{}");
  EXPECT_THROW(analyze(find_sessions({study()}), file("reviewed.h5")), BadArgument);
  Session session(find_sessions({study()}).front().path);
  EXPECT_THROW(write_results(analyze_session(session), file("reviewed.h5")), BadArgument);
  EXPECT_EQ(bytes_of(file("reviewed.h5")), before);
  EXPECT_EQ(analyze(find_sessions({study()}), file("reviewed.h5"), options).analysed, 6);
  EXPECT_EQ(analyze(find_sessions({study()}), file("reviewed.h5"), {.discard_review = true}).analysed, 6);
  EXPECT_EQ(stored_review(file("reviewed.h5")), "");
}

TEST_F(ReviewedPipeline, FailsASessionWhoseRecordingIsNotTheReviewedOne) {
  AnalyzeOptions options;
  options.review = decide("0123");
  const AnalyzeOutcome outcome = analyze(find_sessions({study()}), file("after.h5"), options);
  ASSERT_EQ(outcome.failed.size(), 1U);
  EXPECT_EQ(outcome.analysed, 5);
  EXPECT_NE(outcome.failed[0].error.find("is not the one that was reviewed; expected 0123"),
            std::string::npos)
      << outcome.failed[0].error;
}

TEST_F(ReviewedPipeline, WarnsOfDecisionsOnSessionsThatAreNotThere) {
  AnalyzeOptions options;
  options.review = decide();
  for (Decision& decision : options.review.decisions) decision.session = 77;
  const AnalyzeOutcome outcome = analyze(find_sessions({study()}), file("after.h5"), options);
  EXPECT_TRUE(outcome.failed.empty());
  ASSERT_EQ(outcome.warnings.size(), 1U);
  EXPECT_NE(outcome.warnings[0].find("session 77 is not analysed here; decisions not used: 3"),
            std::string::npos);
}

TEST_F(ReviewedPipeline, IsTheSameSessionBySession) {
  AnalyzeOptions options{.threads = 1};
  options.review = decide();
  const auto sources = find_sessions({study()});
  for (const PlannedSession& planned : plan_study(sources, file("many.h5"), options).sessions)
    EXPECT_EQ(checkpoint_session(planned, file("many.h5"), options).error, "");
  analyze(sources, file("whole.h5"), options);
  options.resume = true;
  EXPECT_EQ(analyze(sources, file("many.h5"), options).resumed, 6);
  expect_same_results(file("many.h5"), file("whole.h5"));
}

TEST_F(ReviewedPipeline, ResumesToTheSameBytesAndNeverFromAnotherReview) {
  AnalyzeOptions options{.threads = 1};
  options.resume = true;
  options.progress = [](const Progress& progress) { return progress.sessions_done < 6; };
  const Review review = decide();
  for (const bool reviewed : {true, false}) {  // checkpoints of a reviewed run first, then of one without
    options.review = reviewed ? review : Review();
    EXPECT_THROW(analyze(find_sessions({study()}), file("resumed.h5"), options), Cancelled);
    EXPECT_TRUE(std::filesystem::exists(file("resumed.h5.partial")));
  }
  options.progress = nullptr;
  options.review = review;
  EXPECT_EQ(analyze(find_sessions({study()}), file("resumed.h5"), options).resumed, 0);
  options.resume = false;
  analyze(find_sessions({study()}), file("whole.h5"), options);
  expect_same_results(file("resumed.h5"), file("whole.h5"));
}

TEST_F(Pipeline, NamesPlaceAndCountOfSamplesThatAreNotFinite) {
  auto volts = test::sine(5000);
  volts[1234] = volts[4000] = test::nan;
  const std::string message = failure(volts);
  EXPECT_NE(message.find("bad.h5: /lever/volts, sample 1234 (1.2340 s)"), std::string::npos) << message;
  EXPECT_NE(message.find("first of 2 non-finite"), std::string::npos) << message;
  Parameters hold;
  hold.gaps = GapPolicy::hold;
  EXPECT_EQ(failure(volts, hold), "");
}

TEST_F(Pipeline, RefusesAConstantAndATooShortTrace) {
  EXPECT_NE(failure(std::vector<double>(5000, 1.5)).find("the same value, 1.5 V, in all 5000"),
            std::string::npos);
  EXPECT_NE(failure(test::sine(12)).find("found 12 samples at 1 kHz"), std::string::npos);
  EXPECT_NE(failure(std::vector<double>(100, test::nan)).find("non-finite"), std::string::npos);
}

TEST_F(Pipeline, NumbersNwbSessionsByTheirStart) {
  SessionHeader header = test::header_of();
  header.identity.session = 0;
  for (const int day : {2, 1, 3}) {
    header.identity.start_time = fmt::format("2026-03-0{}T10:00:00+00:00", day);
    write_session(fmt::format("day{}.nwb", 4 - day), test::sine(4000 + day), {}, header);
  }
  EXPECT_EQ(analyze(find_sessions({folder_}), file("results.h5")).analysed, 3);
  const StoredResults results = load_results(file("results.h5"));
  ASSERT_EQ(results.subjects.at(0).sessions.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(results.subjects[0].sessions[i].duration_s, 4.001 + 0.001 * static_cast<double>(i), 1e-9);
}

TEST_F(Pipeline, FollowsAManifest) {
  const auto sources = find_sessions({study()});
  std::ofstream manifest(file("manifest.csv"));
  manifest << "path,subject,session,group\n";
  for (std::size_t i = 0; i < 2; ++i)
    manifest << '"' << sources[i].path.string() << "\",\"Mouse, A\"," << 10 + i << ",control\n";
  manifest.close();
  EXPECT_EQ(analyze(find_sessions({file("manifest.csv")}), file("results.h5")).analysed, 2);
  const StoredResults results = load_results(file("results.h5"));
  EXPECT_EQ(results.subjects.at(0).subject, "Mouse, A");
  EXPECT_EQ(results.subjects[0].correlogram.session, (std::vector<std::int64_t>{10, 11}));
  std::ofstream(file("wrong.csv")) << "file,mouse\na,b\n";
  EXPECT_THROW((void)find_sessions({file("wrong.csv")}), BadArgument);
}

TEST_F(Pipeline, SearchesFoldersAndSkipsResults) {
  const auto sources = find_sessions({study(), study()});
  EXPECT_EQ(sources.size(), 6U);
  analyze(sources, study() / "results.h5");
  std::vector<std::string> notes;
  EXPECT_EQ(find_sessions({study()}, &notes).size(), 6U);
  EXPECT_EQ(notes, std::vector<std::string>{system_file::stored_name(study() / "results.h5") +
                                            ": skipped: a results file"});
  EXPECT_THROW((void)find_sessions({file("nowhere")}), BadArgument);
}

#ifndef _WIN32  // no links, and no pipes that are files
TEST_F(Pipeline, SkipsWhatIsHiddenOrLeadsNowhereWithALineEach) {
  namespace fs = std::filesystem;
  const fs::path folder = file("disk");
  write_session("disk/day_1.h5", test::sine(5000));
  write_session("disk/.git/annex/objects/day_2.h5", test::sine(5000));
  std::ofstream(folder / "._day_1.h5") << "Mac OS X";
  std::ofstream(folder / ".DS_Store") << "Mac OS X";
  fs::create_symlink("loop.h5", folder / "loop.h5");
  fs::create_symlink("gone.h5", folder / "nowhere.h5");
  fs::create_symlink(".git/annex/objects/day_2.h5", folder / "day_2.h5");
  fs::create_directory_symlink("..", folder / "up");
  ASSERT_EQ(::mkfifo((folder / "pipe.h5").c_str(), 0600), 0);
  std::vector<std::string> notes;
  const auto sources = find_sessions({folder}, &notes);
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].path, folder / "day_1.h5");
  EXPECT_EQ(sources[1].path, folder / "day_2.h5");
  const auto said = [&](const std::string& text) {
    return std::ranges::count_if(
        notes, [&](const std::string& note) { return note.find(text) != std::string::npos; });
  };
  EXPECT_EQ(notes.size(), 6U);
  for (const char* text : {"disk/.git: skipped: hidden", "disk/._day_1.h5: skipped: hidden",
                           "disk/loop.h5: skipped", "disk/nowhere.h5: skipped: a link that leads nowhere",
                           "disk/up: skipped: a link to a folder", "disk/pipe.h5: skipped: no file"})
    EXPECT_EQ(said(text), 1) << text;
}

TEST_F(Pipeline, RefusesAPipe) {
  ASSERT_EQ(::mkfifo(file("pipe_1.h5").c_str(), 0600), 0);
  EXPECT_THROW((void)open_session(file("pipe_1.h5")), BadSession);
  EXPECT_THROW((void)load_results(file("pipe_1.h5")), BadSession);
}
#endif

}  // namespace
}  // namespace leverkin
