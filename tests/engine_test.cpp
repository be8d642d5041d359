#include "leverkin/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <random>
#include <thread>

#include "counted_allocations.h"
#include "leverkin/error.h"
#include "leverkin/pipeline.h"
#include "leverkin/simulate.h"
#include "session_files.h"

namespace leverkin {
namespace {

using test::nan;

SimulatedSession recording(double rate_hz, double minutes, std::uint64_t seed) {
  SimulateOptions options;
  options.rate_hz = rate_hz;
  options.minutes = minutes;
  options.seed = seed;
  return simulate_session(options, 0, 4);
}

EngineOptions options_for(double rate_hz, double max_hours = 0.2) {
  EngineOptions options;
  options.session.rate_hz = rate_hz;
  options.session.identity = {"m07", 3, "", ""};
  options.max_hours = max_hours;
  options.threads = 1;
  return options;
}

std::vector<std::pair<EventKind, double>> events_of(const TrialTable& trials) {
  std::vector<std::pair<EventKind, double>> events;
  const auto add = [&](EventKind kind, double t) {
    if (!std::isnan(t)) events.emplace_back(kind, t);
  };
  for (std::size_t i = 0; i < trials.start_s.size(); ++i) {
    add(EventKind::trial_start, trials.start_s[i]);
    add(EventKind::cue, trials.cue_s[i]);
    add(EventKind::reward, trials.reward_s[i]);
    add(EventKind::trial_stop, trials.stop_s[i]);
  }
  return events;
}

void expect_same_times(const std::vector<double>& a, const std::vector<double>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_TRUE(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) << i << ": " << a[i] << " " << b[i];
}

void expect_same(const SessionResult& live, const SessionResult& batch) {
  EXPECT_EQ(live.input_xxh3, batch.input_xxh3);
  expect_same_times(live.trials.start_s, batch.trials.start_s);
  expect_same_times(live.trials.stop_s, batch.trials.stop_s);
  expect_same_times(live.trials.cue_s, batch.trials.cue_s);
  expect_same_times(live.trials.reward_s, batch.trials.reward_s);
  EXPECT_EQ(live.trace.volts, batch.trace.volts);
  EXPECT_EQ(live.trace.no_data, batch.trace.no_data);
  EXPECT_EQ(live.segmentation.active, batch.segmentation.active);
  EXPECT_EQ(live.segmentation.noise_cutoff_v, batch.segmentation.noise_cutoff_v);
  EXPECT_TRUE(live.segmentation.bouts == batch.segmentation.bouts) << "with every measure of every bout";
  ASSERT_EQ(live.outcomes.size(), batch.outcomes.size());
  for (std::size_t i = 0; i < live.outcomes.size(); ++i) {
    EXPECT_EQ(live.outcomes[i].reason, batch.outcomes[i].reason) << i;
    EXPECT_EQ(live.outcomes[i].bout, batch.outcomes[i].bout) << i;
  }
  EXPECT_EQ(live.movements.volts, batch.movements.volts);
  EXPECT_EQ(live.movements.trial, batch.movements.trial);
  EXPECT_EQ(live.summary.n_movements, batch.summary.n_movements);
  ASSERT_EQ(live.findings.size(), batch.findings.size());
  for (std::size_t i = 0; i < live.findings.size(); ++i)
    EXPECT_EQ(live.findings[i].text, batch.findings[i].text);
}

class EngineFiles : public test::SessionFiles {
 protected:
  // What the batch analysis makes of the same samples in a file.
  SessionResult batch(const std::vector<double>& volts, const TrialTable& trials,
                      const EngineOptions& options) {
    SessionHeader header;
    header.identity = options.session.identity;
    header.rate_hz = options.session.rate_hz;
    test::write(file("m07_3.h5"), header, volts, {}, &trials);
    Session session(file("m07_3.h5"));
    return analyze_session(session, options.parameters, 2);
  }
};

// Pushes everything in random blocks with the events in random order between them, some of them twice.
void play(Engine& engine, std::span<const double> volts, std::vector<std::pair<EventKind, double>> events,
          std::mt19937& random) {
  std::ranges::shuffle(events, random);
  for (std::size_t i = events.size(); i-- > 0;)
    if (random() % 3 == 0) events.push_back(events[i]);
  const std::size_t longest = std::size_t{1} << (random() % 18);
  std::size_t told = 0;
  while (!volts.empty()) {
    const std::size_t block = std::min<std::size_t>(volts.size(), random() % longest + (random() % 5 != 0));
    ASSERT_EQ(engine.push(volts.first(block)), EngineStatus::ok);
    volts = volts.subspan(block);
    if (told < events.size() && random() % 2 == 0) {
      ASSERT_EQ(engine.event(events[told].first, events[told].second), EngineStatus::ok);
      ++told;
    }
  }
  for (; told < events.size(); ++told)
    ASSERT_EQ(engine.event(events[told].first, events[told].second), EngineStatus::ok);
}

TEST_F(EngineFiles, GiveTheResultOfTheBatchForAnyBlocksAndAnyOrderOfEvents) {
  std::mt19937 random(7);
  for (int round = 0; round < 12; ++round) {
    const double rates[] = {10000.0, 1000.0, 2000.0, 5888.0};
    const double rate = rates[round % 4];
    SCOPED_TRACE(testing::Message() << "round " << round << ", " << rate << " Hz");
    SimulatedSession simulated = recording(rate, 1.0, static_cast<std::uint64_t>(round));
    // The recording ends in the middle of a trial, and two more come after it.
    simulated.volts.resize(simulated.volts.size() - random() % 20000 % (simulated.volts.size() / 2));
    TrialTable& trials = simulated.trials;
    for (const double t : {200.0, 210.0}) {
      trials.start_s.push_back(t);
      trials.stop_s.push_back(nan);
      trials.cue_s.push_back(t + 1.0);
      trials.reward_s.push_back(t + 2.5);
    }
    const EngineOptions options = options_for(rate);
    Engine engine(options);
    play(engine, simulated.volts, events_of(trials), random);
    expect_same(engine.finish(), batch(simulated.volts, trials, options));
  }
}

TEST_F(EngineFiles, GiveTheResultOfTheBatchInTheProfileLeverkin) {
  std::mt19937 random(11);
  for (const double rate : {10000.0, 1000.0}) {
    const SimulatedSession simulated = recording(rate, 1.0, 6);
    EngineOptions options = options_for(rate);
    options.parameters = profile("leverkin");
    Engine engine(options);
    play(engine, simulated.volts, events_of(simulated.trials), random);
    expect_same(engine.finish(), batch(simulated.volts, simulated.trials, options));
  }
}

TEST_F(EngineFiles, TreatHolesAsTheBatchDoes) {
  std::mt19937 random(3);
  SimulatedSession simulated = recording(1000, 2.0, 5);
  for (const std::size_t begin : {0UL, 30000UL, 60000UL, 119000UL}) {
    const std::size_t end = std::min(simulated.volts.size(), begin + 1 + random() % 15000);
    std::fill(simulated.volts.begin() + static_cast<std::ptrdiff_t>(begin),
              simulated.volts.begin() + static_cast<std::ptrdiff_t>(end), nan);
  }
  EngineOptions options = options_for(1000);
  options.parameters.gaps = GapPolicy::hold;
  const SessionResult expected = batch(simulated.volts, simulated.trials, options);
  ASSERT_FALSE(expected.trace.no_data.empty());
  for (int round = 0; round < 4; ++round) {
    Engine engine(options);
    play(engine, simulated.volts, events_of(simulated.trials), random);
    expect_same(engine.finish(), expected);
  }
}

TEST_F(EngineFiles, WriteTheResultsFileOfAStudyOfOneSession) {
  const SimulatedSession simulated = recording(1000, 2.0, 1);
  const EngineOptions options = options_for(1000);
  const SessionResult expected = batch(simulated.volts, simulated.trials, options);
  Engine engine(options);
  ASSERT_EQ(engine.push(simulated.volts), EngineStatus::ok);
  const SessionResult& live = engine.finish({&simulated.trials, expected.input_xxh3});
  write_results(live, file("live.h5"), options.parameters);
  AnalyzeOptions analysis;
  analysis.threads = 1;
  analyze({{file("m07_3.h5"), "", 0, ""}}, file("batch.h5"), analysis);
  const StoredResults a = load_results(file("live.h5")), b = load_results(file("batch.h5"));
  ASSERT_EQ(a.subjects.size(), 1U);
  EXPECT_EQ(a.subjects[0].correlogram.median_r, b.subjects[0].correlogram.median_r);
  EXPECT_EQ(a.subjects[0].sessions[0].input_xxh3, b.subjects[0].sessions[0].input_xxh3);
  EXPECT_EQ(a.subjects[0].sessions[0].n_bouts, b.subjects[0].sessions[0].n_bouts);
  EXPECT_GT(a.subjects[0].sessions[0].summary.n_movements, 1);
}

TEST(Engine, NeverAllocatesWhileItRecords) {
  if (!test::counts_allocations()) GTEST_SKIP() << "a sanitizer has its own operator new";
  const SimulatedSession simulated = recording(10000, 1.0, 2);
  for (const auto& [name, gaps] : {std::pair("chen2015", GapPolicy::refuse),
                                   {"chen2015", GapPolicy::hold},
                                   {"leverkin", GapPolicy::refuse},
                                   {"leverkin", GapPolicy::hold}}) {
    SCOPED_TRACE(name);
    EngineOptions options = options_for(10000);
    options.parameters = profile(name);
    options.parameters.gaps = gaps;
    Engine engine(options);
    std::vector<LiveBout> bouts(16);
    std::vector<double> hole(50000, nan);
    const std::int64_t before = test::allocations();
    std::size_t found = 0, count = 0;
    for (std::size_t at = 0; at + 100 <= simulated.volts.size(); at += 100) {
      if (engine.push(std::span(simulated.volts).subspan(at, 100)) != EngineStatus::ok) break;
      if (gaps == GapPolicy::hold && at % 100000 == 0) (void)engine.push(hole);
      (void)engine.event(EventKind::cue, static_cast<double>(at) / 10000.0);
      (void)engine.poll(bouts, count);
      found += count;
    }
    EXPECT_EQ(test::allocations() - before, 0);
    EXPECT_GT(found, 0U);
  }
}

TEST(Engine, KeepsADayInTheRoomItTookAtTheBeginning) {
  if (!test::counts_allocations()) GTEST_SKIP() << "a sanitizer has its own operator new";
  // An hour's movements again and again: a day at 1 kHz, the lever clock, where every sample is kept.
  const SimulatedSession hour = recording(1000, 10.0, 3);
  Engine engine(options_for(1000, 24.0));
  const std::int64_t before = test::allocations();
  EngineState state;
  for (;;) {
    const EngineStatus status = engine.push(hour.volts);
    if (status == EngineStatus::full) break;
    ASSERT_EQ(status, EngineStatus::ok);
  }
  EXPECT_EQ(test::allocations() - before, 0);
  ASSERT_EQ(engine.state(state), EngineStatus::ok);
  EXPECT_NEAR(state.recorded_s, 24 * 3600.0, 601.0);
  EXPECT_GT(state.n_bouts, 1000);
}

TEST(Engine, TakesNothingOfABlockThatDoesNotFit) {
  EngineOptions options = options_for(1000, 10.0 / 3600.0);
  Engine engine(options);
  const std::vector<double> volts = test::sine(10001);
  EXPECT_EQ(engine.push(volts), EngineStatus::full);
  EngineState state;
  ASSERT_EQ(engine.state(state), EngineStatus::ok);
  EXPECT_EQ(state.recorded_s, 0.0);
  EXPECT_DOUBLE_EQ(state.room_s, 10.0);
  EXPECT_EQ(engine.push(std::span(volts).first(10000)), EngineStatus::ok);
  EXPECT_EQ(engine.push(std::span(volts).first(1)), EngineStatus::full);
  EXPECT_EQ(engine.finish().info.samples, 10000);
}

TEST(Engine, TurnsASecondThreadAway) {
  // Two threads push at once until each was turned away, or for as long as there is room.
  Engine engine(options_for(1000, 24.0));
  std::atomic<std::int64_t> taken{0}, turned_away{0};
  const auto push = [&] {
    const std::vector<double> volts = test::sine(64);
    while (turned_away < 10) {
      const EngineStatus status = engine.push(volts);
      if (status == EngineStatus::full) break;
      (status == EngineStatus::ok ? taken : turned_away) += 1;
      ASSERT_TRUE(status == EngineStatus::ok || status == EngineStatus::busy);
    }
  };
  std::thread other(push);
  push();
  other.join();
  EXPECT_GE(turned_away, 10);
  EXPECT_EQ(engine.finish().info.samples, 64 * taken);
}

TEST(Engine, SaysFinishedAfterItsEnd) {
  Engine engine(options_for(1000));
  ASSERT_EQ(engine.push(test::sine(20000)), EngineStatus::ok);
  const SessionResult& result = engine.finish();
  EXPECT_EQ(engine.push(test::sine(10)), EngineStatus::finished);
  EXPECT_EQ(engine.event(EventKind::cue, 1.0), EngineStatus::finished);
  EXPECT_EQ(&engine.finish(), &result);
}

TEST(Engine, RefusesWhatTheBatchRefuses) {
  Engine nothing(options_for(1000));
  EXPECT_THROW(nothing.finish(), BadSession);
  EXPECT_THROW(nothing.finish(), BadSession);  // and again
  Engine flat(options_for(1000));
  (void)flat.push(std::vector<double>(5000, 1.5));
  EXPECT_THROW(flat.finish(), BadSession);
  Engine holes(options_for(1000));
  (void)holes.push(test::sine(5000));
  (void)holes.push(std::vector<double>{nan});
  (void)holes.push(test::sine(5000));
  try {
    (void)holes.finish();
    FAIL() << "expected BadSession";
  } catch (const BadSession& error) {
    EXPECT_EQ(error.problem().place, "sample 5000 (5.0000 s)");
  }
}

TEST(Engine, RefusesOptionsThatCannotBe) {
  EXPECT_THROW(Engine(options_for(0.0)), BadArgument);
  EXPECT_THROW(Engine(options_for(nan)), BadArgument);
  EXPECT_THROW(Engine(options_for(1000, 0.0)), BadArgument);
  EXPECT_THROW(Engine(options_for(1000, 1e9)), BadArgument);
  EngineOptions options = options_for(1000);
  options.parameters.lowpass_order = 3;
  EXPECT_THROW(Engine{options}, BadArgument);
  Engine engine(options_for(1000));
  EXPECT_EQ(engine.event(EventKind::cue, nan), EngineStatus::bad_argument);
  EXPECT_EQ(engine.event(static_cast<EventKind>(9), 1.0), EngineStatus::bad_argument);
}

// The bouts that an engine tells while 10 ms after 10 ms come; `late`: how many of them after `delay_s`.
std::vector<LiveBout> live_bouts_of(Engine& engine, const std::vector<double>& volts, double delay_s,
                                    std::size_t& late) {
  std::vector<LiveBout> live, room(8);
  for (std::size_t at = 0; at + 10 <= volts.size(); at += 10) {
    EXPECT_EQ(engine.push(std::span(volts).subspan(at, 10)), EngineStatus::ok);
    std::size_t count = 0;
    EXPECT_EQ(engine.poll(room, count), EngineStatus::ok);
    for (std::size_t i = 0; i < count; ++i) {
      late += static_cast<double>(at + 10) / 1000.0 - room[i].offset_s > delay_s;
      live.push_back(room[i]);
    }
  }
  return live;
}

TEST(Engine, FindsBoutsInTimeAndNearTheFinalOnes) {
  // At 1 kHz: after a few minutes at 10 kHz, the step at the beginning still rules the noise. Over five
  // sessions: in one alone, a share below what decision 0007 says may be chance.
  std::size_t final = 0, told = 0, onsets = 0, offsets = 0;
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
    const SimulatedSession simulated = recording(1000, 20.0, seed);
    Engine engine(options_for(1000, 0.5));
    // Refinement takes off up to a half more here.
    std::size_t late = 0;
    const std::vector<LiveBout> live = live_bouts_of(engine, simulated.volts, engine.delay_s() + 0.5, late);
    EXPECT_EQ(late, 0U);
    told += live.size();
    for (const Bout& bout : engine.finish().segmentation.bouts) {
      const auto near = [&](auto time_of) { return std::ranges::any_of(live, time_of); };
      ++final;
      onsets += near([&](const LiveBout& l) { return std::abs(l.onset_s - bout.onset_s()) <= 0.1; });
      offsets += near([&](const LiveBout& l) { return std::abs(l.offset_s - bout.offset_s()) <= 0.1; });
    }
  }
  EXPECT_GT(final, 800U);
  EXPECT_GE(onsets, final * 96 / 100);
  EXPECT_GE(offsets, final * 95 / 100);
  EXPECT_LE(told, final * 103 / 100);
}

TEST(Engine, OfTheProfileLeverkinTellsTheFinalBouts) {
  const SimulatedSession simulated = recording(1000, 8.0, 8);
  EngineOptions options = options_for(1000);
  options.parameters = profile("leverkin");
  Engine engine(options);
  // A bout that may be the first part of a longer one, as the lever is held away from its rest, waits longer.
  std::size_t late = 0;
  const std::vector<LiveBout> live = live_bouts_of(engine, simulated.volts, engine.delay_s(), late);
  EXPECT_LE(late, live.size() / 20);
  const auto& final = engine.finish().segmentation.bouts;
  std::size_t same = 0, whole = 0;
  for (const Bout& bout : final) {
    // The noise is not known in the first seconds, and the last bout is yet to be told.
    if (bout.begin < 3000 || bout.end + 3000 > static_cast<std::int64_t>(simulated.volts.size())) continue;
    ++whole;
    same += std::ranges::any_of(live, [&](const LiveBout& l) {
      return l.onset_s == bout.onset_s() && l.offset_s == bout.offset_s();
    });
  }
  EXPECT_GT(whole, 20U);
  EXPECT_EQ(same, whole);
  EXPECT_LE(live.size(), final.size() + 1);
}

TEST(Engine, TellsTheSameProvisionalBoutsForAnyBlocks) {
  const SimulatedSession simulated = recording(1000, 4.0, 9);
  for (const std::string& name : profile_names()) {
    std::vector<double> first;
    for (const std::size_t block : {1UL, 77UL, 5000UL, 1000000UL}) {
      EngineOptions options = options_for(1000);
      options.parameters = profile(name);
      Engine engine(options);
      for (std::size_t at = 0; at < simulated.volts.size(); at += block)
        (void)engine.push(
            std::span(simulated.volts).subspan(at, std::min(block, simulated.volts.size() - at)));
      std::vector<LiveBout> bouts(1000);
      std::size_t count = 0;
      ASSERT_EQ(engine.poll(bouts, count), EngineStatus::ok);
      std::vector<double> times;
      for (std::size_t i = 0; i < count; ++i)
        times.insert(times.end(), {bouts[i].onset_s, bouts[i].offset_s});
      if (first.empty()) first = times;
      EXPECT_EQ(times, first);
    }
    EXPECT_GT(first.size(), 20U);
  }
}

TEST(Engine, NamesTheRewardThatAProvisionalBoutEarned) {
  const SimulatedSession simulated = recording(1000, 4.0, 10);
  Engine engine(options_for(1000));
  for (const auto& [kind, t] : events_of(simulated.trials)) (void)engine.event(kind, t);
  (void)engine.push(simulated.volts);
  std::vector<LiveBout> bouts(1000);
  std::size_t count = 0, rewarded = 0;
  (void)engine.poll(bouts, count);
  for (std::size_t i = 0; i < count; ++i) {
    if (std::isnan(bouts[i].reward_s)) continue;
    ++rewarded;
    EXPECT_GE(bouts[i].reward_s, bouts[i].onset_s - 0.001);
    EXPECT_LT(bouts[i].reward_s, bouts[i].offset_s);
    EXPECT_LE(bouts[i].cue_s, bouts[i].reward_s);
  }
  EngineState state;
  (void)engine.state(state);
  EXPECT_EQ(state.n_trials, simulated.trials.size());
  EXPECT_GT(rewarded, 5U);
}

TEST(Engine, KnowsWhetherTheLeverMovesNow) {
  std::vector<double> rest(5000);
  std::mt19937 random(1);
  std::normal_distribution<double> noise(1.5, 0.001);
  std::ranges::generate(rest, [&] { return noise(random); });
  std::vector<double> press(400);
  for (std::size_t i = 0; i < press.size(); ++i)
    press[i] = 1.5 - 0.5 * std::sin(0.008 * static_cast<double>(i));
  Engine engine(options_for(1000));
  EngineState state;
  (void)engine.push(rest);
  (void)engine.state(state);
  EXPECT_FALSE(state.moving);
  EXPECT_NEAR(state.noise_v, 0.001, 0.0002);
  (void)engine.push(press);
  (void)engine.state(state);
  EXPECT_TRUE(state.moving);
  (void)engine.push(rest);
  (void)engine.state(state);
  EXPECT_FALSE(state.moving);
}

TEST(Engine, CountsSamplesAtTheEndsOfTheirRange) {
  Engine engine(options_for(1000));
  (void)engine.push(std::vector<double>{1.0, 2.0, 3.0, 3.0});
  (void)engine.push(std::vector<double>{3.0, 0.5, 3.0, 3.0, 1.0, 1.0});
  EngineState state;
  (void)engine.state(state);
  EXPECT_EQ(state.low_v, 0.5);
  EXPECT_EQ(state.high_v, 3.0);
  EXPECT_DOUBLE_EQ(state.at_low, 0.1);
  EXPECT_DOUBLE_EQ(state.at_high, 0.5);
}

TrialTable trials_of(const std::vector<std::pair<EventKind, double>>& events) {
  Engine engine(options_for(1000));
  (void)engine.push(test::sine(20000));
  for (const auto& [kind, t] : events) (void)engine.event(kind, t);
  return engine.finish().trials;
}

TEST(EngineEvents, MakeTrialsOfCuesAndRewardsAlone) {
  const TrialTable trials = trials_of({{EventKind::cue, 1.0},
                                       {EventKind::reward, 2.0},
                                       {EventKind::cue, 3.0},
                                       {EventKind::cue, 5.0},
                                       {EventKind::reward, 6.0},
                                       {EventKind::reward, 7.0},
                                       {EventKind::cue, 8.0}});
  expect_same_times(trials.start_s, {1, 3, 5, 7, 8});
  expect_same_times(trials.cue_s, {1, 3, 5, nan, 8});
  expect_same_times(trials.reward_s, {2, nan, 6, 7, nan});
  expect_same_times(trials.stop_s, {nan, nan, nan, nan, nan});
}

TEST(EngineEvents, TakeTheFirstCueAndTheFirstRewardOfATrial) {
  const TrialTable trials = trials_of({{EventKind::trial_start, 1.0},
                                       {EventKind::cue, 1.5},
                                       {EventKind::cue, 1.6},
                                       {EventKind::reward, 2.0},
                                       {EventKind::reward, 2.2},
                                       {EventKind::trial_stop, 3.0},
                                       {EventKind::trial_stop, 3.5},
                                       {EventKind::trial_start, 4.0},
                                       {EventKind::reward, 4.5},
                                       {EventKind::cue, 4.7},
                                       {EventKind::trial_start, 6.0}});
  expect_same_times(trials.start_s, {1, 4, 6});
  expect_same_times(trials.stop_s, {3, nan, nan});
  expect_same_times(trials.cue_s, {1.5, nan, nan});
  expect_same_times(trials.reward_s, {2, 4.5, nan});
}

TEST(EngineText, ReadsParametersAndTheSession) {
  const EngineOptions options = engine_options_from_toml(
      "profile = 'peters2014'\ngap_ms = 400\n[session]\nsubject = 'm07'\nsession = 12\ngroup = 'x'\n", "rig");
  EXPECT_EQ(options.session.identity.subject, "m07");
  EXPECT_EQ(options.session.identity.session, 12);
  EXPECT_EQ(options.session.identity.group, "x");
  Parameters expected = profile("peters2014");
  expected.gap_ms = 400;
  EXPECT_EQ(options.parameters, expected);
  EXPECT_EQ(engine_options_from_toml("", "rig").parameters, Parameters());
  // Every value of a profile survives on its way through the text.
  EXPECT_EQ(engine_options_from_toml(to_toml(expected), "rig").parameters, expected);
  EXPECT_THROW(engine_options_from_toml("[session]\nanimal = 'm07'\n", "rig"), BadArgument);
  EXPECT_THROW(engine_options_from_toml("[session]\nsession = 0\n", "rig"), BadArgument);
  EXPECT_THROW(engine_options_from_toml("session = 3\n", "rig"), BadArgument);
  EXPECT_THROW(engine_options_from_toml("gap = 3\n", "rig"), BadArgument);
  EXPECT_THROW(engine_options_from_toml("= 3\n", "rig"), BadArgument);
}

}  // namespace
}  // namespace leverkin
