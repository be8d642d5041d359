#include "leverkin/history.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "leverkin/columns.h"
#include "leverkin/simulate.h"
#include "session_files.h"

namespace leverkin {
namespace {

using test::nan;

// Two mice of four sessions each, a minute and a half of 1 kHz.
class PastSessions : public test::SessionFiles {
 protected:
  PastSessions() {
    SimulateOptions options{.animals = 2, .sessions = 4, .minutes = 1.5, .seed = 3, .format = "hdf5"};
    options.rate_hz = 1000;
    simulate(folder_ / "mice", options);
  }

  [[nodiscard]] std::vector<SessionSource> recordings() const { return find_sessions({folder_ / "mice"}); }

  [[nodiscard]] SessionResult today(std::int64_t number) const {
    Session session(folder_ / "mice" / "mouse_01" / fmt::format("mouse_01_session_{:02}.h5", number));
    return analyze_session(session);
  }

  [[nodiscard]] std::filesystem::path results() const {
    auto out = file("results.h5");
    if (!std::filesystem::exists(out)) analyze(recordings(), out);
    return out;
  }
};

double pearson(std::span<const double> a, std::span<const double> b) {
  const auto mean = [](std::span<const double> x) {
    return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
  };
  const double mean_a = mean(a), mean_b = mean(b);
  double ab = 0.0, aa = 0.0, bb = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return ab / std::sqrt(aa * bb);
}

double middle(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

void expect_same_session(const PastSession& a, const PastSession& b) {
  EXPECT_EQ(a.identity.subject, b.identity.subject);
  EXPECT_EQ(a.identity.session, b.identity.session);
  EXPECT_EQ(a.identity.start_time, b.identity.start_time);
  EXPECT_EQ(a.summary.n_trials, b.summary.n_trials);
  EXPECT_EQ(a.summary.n_rewarded, b.summary.n_rewarded);
  EXPECT_EQ(a.summary.n_movements, b.summary.n_movements);
  const auto pairs = {std::pair{a.summary.success_fraction, b.summary.success_fraction},
                      std::pair{a.summary.median_reaction_time_s, b.summary.median_reaction_time_s},
                      std::pair{a.summary.median_cue_to_reward_s, b.summary.median_cue_to_reward_s},
                      std::pair{a.summary.moving_fraction, b.summary.moving_fraction},
                      std::pair{a.within_r, b.within_r},
                      std::pair{a.across_r, b.across_r},
                      std::pair{a.noise_cutoff_v, b.noise_cutoff_v}};
  for (const auto& [x, y] : pairs) EXPECT_TRUE(x == y || (std::isnan(x) && std::isnan(y))) << x << ' ' << y;
}

TEST_F(PastSessions, AreTheSameFromResultsAndFromRecordings) {
  const History stored = history_from_results(results(), "mouse_01", 4);
  const History analysed = history_from_recordings(recordings(), today(4).info.identity);
  ASSERT_EQ(stored.sessions.size(), 3U);
  ASSERT_EQ(analysed.sessions.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) expect_same_session(stored.sessions[i], analysed.sessions[i]);
  EXPECT_TRUE(stored.unusable.empty());
  EXPECT_TRUE(analysed.unusable.empty());
  EXPECT_EQ(stored.config_json, analysed.config_json);

  ASSERT_GT(stored.movements.size(), 0);
  EXPECT_EQ(stored.movements.trial, analysed.movements.trial);
  EXPECT_EQ(stored.movements.onset_s, analysed.movements.onset_s);
  EXPECT_EQ(stored.movements.samples, analysed.movements.samples);
  ASSERT_EQ(stored.movements.volts.size(), analysed.movements.volts.size());
  for (std::size_t i = 0; i < stored.movements.volts.size(); ++i)
    ASSERT_EQ(stored.movements.volts[i],
              static_cast<double>(static_cast<float>(analysed.movements.volts[i])));
}

TEST_F(PastSessions, OfAnAnimalThatIsNewAreNone) {
  EXPECT_TRUE(history_from_results(results(), "mouse_03", 4).sessions.empty());
  EXPECT_TRUE(history_from_results(results(), "mouse_01", 1).sessions.empty());
  EXPECT_TRUE(history_from_recordings(recordings(), {"mouse_03", 4, "", ""}).sessions.empty());
  const SessionDigest digest = digest_session(today(1), {});
  EXPECT_TRUE(digest.earlier.empty());
  EXPECT_TRUE(std::isnan(digest.across_r));
  EXPECT_EQ(digest.n_pairs_across, 0);
  EXPECT_TRUE(std::isnan(digest.compared.success_fraction.previous));
  EXPECT_EQ(digest.compared.success_fraction.n, 0);
  EXPECT_EQ(digest.compared.success_fraction.today, digest.summary.success_fraction);
}

TEST_F(PastSessions, OfASessionWithoutANumberAreThoseThatStartedBefore) {
  const std::string third = today(3).info.identity.start_time;
  ASSERT_FALSE(third.empty());
  EXPECT_EQ(history_from_recordings(recordings(), {"mouse_01", 0, "", third}).sessions.size(), 2U);
  EXPECT_EQ(history_from_results(results(), "mouse_01", 0).sessions.size(), 4U);
}

TEST_F(PastSessions, AreSkippedAndNamedWhereTheyCannotBeUsed) {
  std::ofstream(folder_ / "mice" / "mouse_01" / "mouse_01_session_09.h5") << "no recording";
  SessionHeader header = test::header_of();
  header.identity = {"mouse_01", 3, "", ""};
  std::filesystem::remove(folder_ / "mice" / "mouse_01" / "mouse_01_session_03.h5");
  test::write(folder_ / "mice" / "flat_3.h5", header, std::vector<double>(20'000, 1.0));
  const History history = history_from_recordings(recordings(), {"mouse_01", 4, "", ""});
  ASSERT_EQ(history.sessions.size(), 2U);
  EXPECT_EQ(history.sessions.back().identity.session, 2);
  ASSERT_EQ(history.unusable.size(), 2U);
  EXPECT_NE(history.unusable[0].find("session_09.h5"), std::string::npos) << history.unusable[0];
  EXPECT_NE(history.unusable[1].find("flat_3.h5"), std::string::npos) << history.unusable[1];
  EXPECT_EQ(history.movements.size(), history.sessions.back().summary.n_movements);
}

TEST_F(PastSessions, OfOneAnimalDoNotDependOnAnother) {
  const StoredResults one = load_results(results(), "mouse_02");
  ASSERT_EQ(one.subjects.size(), 1U);
  EXPECT_EQ(one.subjects[0].subject, "mouse_02");
  EXPECT_EQ(one.subjects[0].sessions.size(), 4U);
  EXPECT_TRUE(load_results(results(), "mouse_03").subjects.empty());
  EXPECT_THROW((void)load_movements(results(), "mouse_02", 5), BadArgument);
  EXPECT_THROW((void)load_movements(results(), "mouse_03", 1), BadArgument);
  EXPECT_THROW((void)load_movements(file("nowhere.h5"), "mouse_02", 1), IoError);
}

TEST_F(PastSessions, StopWhenAsked) {
  AnalyzeOptions options;
  std::int64_t calls = 0;
  options.progress = [&](const Progress& progress) {
    EXPECT_EQ(progress.sessions_total, 3);
    return ++calls < 2;
  };
  EXPECT_THROW((void)history_from_recordings(recordings(), {"mouse_01", 4, "", ""}, options), Cancelled);
  EXPECT_EQ(calls, 2);
}

TEST_F(PastSessions, StandBesideToday) {
  const SessionResult session = today(4);
  const History history = history_from_recordings(recordings(), session.info.identity);
  const SessionDigest digest = digest_session(session, history);

  std::vector<double> within, across;
  const Movements& mine = session.movements;
  for (std::int64_t i = 0; i < mine.size(); ++i) {
    for (std::int64_t j = 0; j < i; ++j) within.push_back(pearson(mine.row(i), mine.row(j)));
    for (std::int64_t j = 0; j < history.movements.size(); ++j)
      across.push_back(pearson(mine.row(i), history.movements.row(j)));
  }
  ASSERT_GT(within.size(), 2U);
  ASSERT_GT(across.size(), 2U);
  EXPECT_NEAR(digest.within_r, middle(within), 1e-12);
  EXPECT_NEAR(digest.across_r, middle(across), 1e-12);
  EXPECT_EQ(digest.n_pairs, std::ssize(within));
  EXPECT_EQ(digest.n_pairs_across, std::ssize(across));

  double sum = 0.0, low = 1.0, high = 0.0;
  for (const PastSession& one : history.sessions) {
    sum += one.summary.success_fraction;
    low = std::min(low, one.summary.success_fraction);
    high = std::max(high, one.summary.success_fraction);
  }
  ASSERT_LT(low, high);
  const Comparison& success = digest.compared.success_fraction;
  EXPECT_EQ(success.today, session.summary.success_fraction);
  EXPECT_EQ(success.previous, history.sessions.back().summary.success_fraction);
  EXPECT_DOUBLE_EQ(success.mean, sum / 3.0);
  EXPECT_EQ(success.low, low);
  EXPECT_EQ(success.high, high);
  EXPECT_EQ(success.n, 3);
  EXPECT_EQ(digest.compared.across_r.n, 2) << "the first session has none before it";
  EXPECT_EQ(digest.compared.n_movements.today, static_cast<double>(mine.size()));
}

TEST_F(PastSessions, GiveTheNumbersOfTheResultsFile) {
  const StoredSubject mouse = load_results(results(), "mouse_01").subjects.front();
  const SessionResult session = today(4);
  const SessionDigest fresh =
      digest_session(session, history_from_recordings(recordings(), session.info.identity));
  EXPECT_EQ(fresh.within_r, mouse.correlogram.within_r[3]);
  EXPECT_EQ(fresh.across_r, mouse.correlogram.across_r[2]);
  const SessionDigest stored = digest_session(session, history_from_results(results(), "mouse_01", 4));
  EXPECT_EQ(stored.within_r, fresh.within_r);
  EXPECT_NEAR(stored.across_r, fresh.across_r, 1e-6) << "the movements before today are float32 there";
}

// --- the digest alone, on sessions made up for it

PastSession past(std::int64_t number, double success, double noise_v = 0.002) {
  PastSession session;
  session.identity = {"m07", number, "", ""};
  session.summary = {.n_trials = 40, .n_rewarded = 30, .success_fraction = success, .n_movements = 20};
  session.within_r = session.across_r = 0.3;
  session.noise_cutoff_v = noise_v;
  return session;
}

History three_days() {
  return {.sessions = {past(1, 0.6), past(2, 0.7), past(3, 0.8)}, .config_json = to_json(Parameters{})};
}

// Nothing about it is odd: 40 trials, 32 rewarded, a lever that moves and a little noise.
SessionResult ordinary() {
  SessionResult result;
  result.info.identity = {"m07", 4, "", "2026-03-04T10:00:00+00:00"};
  for (int i = 0; i < 40; ++i) {
    const double start = 10.0 * i;
    const bool rewarded = i % 5 != 0;
    result.trials.start_s.push_back(start);
    result.trials.stop_s.push_back(start + 9.0);
    result.trials.cue_s.push_back(start + 1.0);
    result.trials.reward_s.push_back(rewarded ? start + 2.0 : nan);
    result.outcomes.push_back({.reason = rewarded ? RejectReason::used : RejectReason::no_reward});
  }
  result.summary = {.n_trials = 40,
                    .n_rewarded = 32,
                    .success_fraction = 0.8,
                    .n_movements = 32,
                    .median_reaction_time_s = 0.25,
                    .median_cue_to_reward_s = nan,
                    .moving_fraction = 0.1};
  for (int i = 0; i < 20'000; ++i)
    result.trace.volts.push_back(1.5 + 0.001 * std::sin(1.7 * i) +
                                 (i % 1000 < 200 ? std::sin(0.01571 * i) : 0.0));
  result.segmentation.noise_cutoff_v = 0.002;
  result.segmentation.bouts.resize(20);
  return result;
}

std::vector<std::string> findings_of(const SessionResult& today, const History& history = three_days(),
                                     const Parameters& parameters = {}) {
  std::vector<std::string> texts;
  for (const Finding& one : digest_session(today, history, parameters).findings) texts.push_back(one.text);
  return texts;
}

TEST(SessionDigests, FindNothingOddAboutAnOrdinarySession) {
  EXPECT_EQ(findings_of(ordinary()), std::vector<std::string>{});
}

TEST(SessionDigests, SayThatTheHistoryWasAnalysedOtherwise) {
  Parameters parameters;
  parameters.tolerance = 1e-6;
  parameters.keep_traces = true;
  EXPECT_TRUE(findings_of(ordinary(), three_days(), parameters).empty()) << "movements are the same";
  parameters.gap_ms = 400;
  const auto found = findings_of(ordinary(), three_days(), parameters);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found[0].find("other parameters (gap_ms)"), std::string::npos) << found[0];
  EXPECT_TRUE(findings_of(ordinary(), {}, parameters).empty());
}

TEST(SessionDigests, RankWhatTheAnalysisFoundWithWhatTheComparisonFound) {
  SessionResult today = ordinary();
  today.findings = {{.code = "no_bouts", .severity = Severity::error, .text = "no bouts: a quiet day"},
                    {.code = "without_data", .text = "1 gap without data"}};
  today.segmentation.noise_cutoff_v = 0.1;
  History history = three_days();
  history.unusable = {"x.h5 is no recording"};
  const auto found = findings_of(today, history);
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0], "no bouts: a quiet day");
  EXPECT_TRUE(found[1].starts_with("the lever's noise is 100 mV")) << found[1];
  EXPECT_EQ(found[2], "not in the history: x.h5 is no recording");
  EXPECT_EQ(found[3], "1 gap without data");
  const auto json = nlohmann::json::parse(to_json(digest_session(today, history)));
  EXPECT_EQ(json["warnings"].size(), 3U) << "notes are none";
  EXPECT_EQ(json["findings"][3]["code"], "without_data");
  EXPECT_TRUE(json["findings"][3]["value"].is_null());
}

TEST(SessionDigests, HaveNoCorrelationWhereMovementsCannotBeCompared) {
  const Movements two{.samples = 3, .volts = {0, 1, 2, 5, 6, 9}, .trial = {0, 1}, .onset_s = {1, 2}};
  const Movements longer{.samples = 4, .volts = {0, 1, 2, 5}, .trial = {0}, .onset_s = {1}};
  SessionResult today = ordinary();
  History history = three_days();
  const auto across = [&](const Movements& mine, const Movements& last) {
    today.movements = mine;
    history.movements = last;
    return digest_session(today, history);
  };
  EXPECT_EQ(across(two, two).n_pairs_across, 4);
  for (const Movements& last : {longer, Movements{}}) {
    const SessionDigest digest = across(two, last);
    EXPECT_TRUE(std::isnan(digest.across_r));
    EXPECT_EQ(digest.n_pairs_across, 0);
    EXPECT_EQ(digest.n_pairs, 1) << "within the session all is as before";
    EXPECT_NEAR(digest.within_r, pearson(two.row(0), two.row(1)), 1e-12);
  }
  EXPECT_TRUE(std::isnan(across({}, two).across_r));
}

TEST(SessionDigests, AreJsonWithNullForWhatIsMissing) {
  SessionResult today = ordinary();
  today.info.path = "caf\xe9.h5";  // not UTF-8
  const SessionDigest digest = digest_session(today, three_days());
  const auto json = nlohmann::json::parse(to_json(digest));
  EXPECT_EQ(json["kind"], "session");
  EXPECT_EQ(json["subject"], "m07");
  for (const auto& column : columns::identity)
    EXPECT_TRUE(json.contains(column.field.name)) << column.field.name;
  for (const auto& column : columns::recording)
    EXPECT_TRUE(json.contains(column.field.name)) << column.field.name;
  EXPECT_EQ(json["n_rewarded"], 32);
  EXPECT_EQ(json["rejected"]["no_reward"], 8);
  EXPECT_EQ(json["rejected"].size(), 11U);
  EXPECT_TRUE(json["median_cue_to_reward_s"].is_null());
  EXPECT_TRUE(json["within_r"].is_null()) << "no movements: no pairs";
  EXPECT_EQ(json["previous_session"], 3);
  EXPECT_EQ(json["compared"]["success_fraction"]["previous"], 0.8);
  EXPECT_EQ(json["compared"]["success_fraction"]["low"], 0.6);
  EXPECT_EQ(json["earlier"].size(), 3U);
  EXPECT_EQ(json["earlier"][1]["success_fraction"], 0.7);
  const std::string line = to_json(digest, -1);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(line), json);
}

TEST(SessionDigests, AreOneLineOfALabLog) {
  SessionResult today = ordinary();
  today.info.identity.subject = "a\tb\nc";
  EXPECT_EQ(log_line(digest_session(today, three_days())),
            "date=2026-03-04\tsubject=a b c\tsession=4\tn_trials=40\tn_rewarded=32\tsuccess_fraction=0.800\t"
            "n_movements=32\tmedian_reaction_time_s=0.250\tmedian_cue_to_reward_s=-\twithin_r=-\tacross_r=-\t"
            "noise_cutoff_v=0.00200\twarnings=0");
  today.info.identity = {"m07", 0, "", ""};
  EXPECT_TRUE(log_line(digest_session(today, {})).starts_with("date=-\tsubject=m07\tsession=-\t"));
}

}  // namespace
}  // namespace leverkin
