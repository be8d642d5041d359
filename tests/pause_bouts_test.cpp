#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "leverkin/bouts.h"
#include "stages/bouts/edge_fit.h"
#include "stages/bouts/pause_bouts.h"
#include "stages/bouts/slow_speed.h"

namespace leverkin {
namespace {

using Shape = std::function<double(double)>;  // 0 to 1 over a rise

double minimum_jerk(double s) { return s * s * s * (10.0 + s * (6.0 * s - 15.0)); }
double half_cosine(double s) { return 0.5 - 0.5 * std::cos(M_PI * s); }
double ramp(double s) { return s; }
double slow_start(double s) { return minimum_jerk(std::pow(s, 1.35)); }

struct TrueMove {
  double start, end, height, rise, fall;  // lever samples, volts
};
struct Played {
  Trace trace;
  std::vector<TrueMove> moves;
};

// A lever that rests at 1.5 V with noise and hum as after the anti-alias filter; every few seconds it is
// pressed, held and let go; its returns are mirror images of its rises.
Played play(double seconds, const Shape& shape, double noise = 1.0, unsigned seed = 1) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(0.0, noise * 0.5e-3);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  Played played;
  std::vector<double>& volts = played.trace.volts;
  volts.resize(static_cast<std::size_t>(seconds * 1000.0));
  for (std::size_t i = 0; i < volts.size(); ++i)
    volts[i] = 1.5 + normal(random) + 1e-3 * std::sin(2.0 * M_PI * 0.06 * static_cast<double>(i));
  for (double at = 3000.3; at + 4000.0 < seconds * 1000.0; at += 2500.0 + 1000.0 * uniform(random)) {
    const double rise = 90.0 + 150.0 * uniform(random), hold = 50.0 + 300.0 * uniform(random),
                 fall = 90.0 + 150.0 * uniform(random), height = 0.15 + 0.25 * uniform(random),
                 sign = uniform(random) < 0.5 ? -1.0 : 1.0;
    const TrueMove move{at, at + rise + hold + fall, sign * height, rise, fall};
    for (auto i = static_cast<std::size_t>(move.start); i <= static_cast<std::size_t>(move.end) + 1; ++i) {
      const double t = static_cast<double>(i);
      volts[i] += move.height * (shape(std::clamp((t - at) / rise, 0.0, 1.0)) +
                                 shape(std::clamp((move.end - t) / fall, 0.0, 1.0)) - 1.0);
    }
    played.moves.push_back(move);
  }
  return played;
}

double quantile(std::vector<double> values, double q) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

struct Errors {
  std::vector<double> onset, offset;  // ms, found - true
  double covered = 0.0;               // share within two stated sd
};

Errors errors_of(const Played& played, const Parameters& parameters = profile("leverkin")) {
  const Segmentation found = segment(played.trace, parameters);
  EXPECT_EQ(found.bouts.size(), played.moves.size());
  Errors errors;
  std::size_t within = 0;
  for (std::size_t i = 0; i < std::min(found.bouts.size(), played.moves.size()); ++i) {
    const Bout& bout = found.bouts[i];
    EXPECT_EQ(bout.flags, 0);
    errors.onset.push_back(static_cast<double>(bout.begin) - played.moves[i].start);
    errors.offset.push_back(static_cast<double>(bout.end) - played.moves[i].end);
    within += std::abs(errors.onset.back()) <= 2000.0 * bout.onset_sd_s;
    within += std::abs(errors.offset.back()) <= 2000.0 * bout.offset_sd_s;
  }
  errors.covered = static_cast<double>(within) / static_cast<double>(2 * errors.onset.size());
  return errors;
}

double spread(std::vector<double> values) {
  for (double& v : values) v = std::abs(v);
  return quantile(values, 0.95);
}

TEST(PauseBouts, BeginAndEndWhereTheMovementDoes) {
  for (const double noise : {1.0, 3.0}) {
    SCOPED_TRACE(noise);
    const Errors errors = errors_of(play(180.0, minimum_jerk, noise));
    ASSERT_GT(errors.onset.size(), 40U);
    EXPECT_NEAR(quantile(errors.onset, 0.5), 0.0, 2.0);
    EXPECT_NEAR(quantile(errors.offset, 0.5), 0.0, 3.0);
    EXPECT_LT(spread(errors.onset), 10.0);
    EXPECT_LT(spread(errors.offset), 15.0);
    EXPECT_GE(errors.covered, 0.88);
  }
}

TEST(PauseBouts, OfOtherShapesAreStillNear) {
  for (const Shape& shape : {Shape(half_cosine), Shape(ramp)}) {
    const Errors errors = errors_of(play(180.0, shape));
    EXPECT_NEAR(quantile(errors.onset, 0.5), 0.0, 5.0);
    EXPECT_NEAR(quantile(errors.offset, 0.5), 0.0, 5.0);
    EXPECT_LT(spread(errors.onset), 20.0);
    EXPECT_LT(spread(errors.offset), 20.0);
    EXPECT_GE(errors.covered, 0.88);
  }
}

TEST(PauseBouts, PassOnePercentWhereTheMovementDoes) {
  const Played played = play(180.0, minimum_jerk);
  const Segmentation found = segment(played.trace, profile("leverkin"));
  ASSERT_EQ(found.bouts.size(), played.moves.size());
  double passes = 0.0;
  while (minimum_jerk(passes) < 0.01) passes += 1e-4;
  std::vector<double> late;
  for (std::size_t i = 0; i < found.bouts.size(); ++i) {
    const Bout& bout = found.bouts[i];
    EXPECT_GT(bout.onset_1pct_s, bout.onset_s());
    EXPECT_LT(bout.offset_1pct_s, bout.offset_s());
    late.push_back(1000.0 * bout.onset_1pct_s - played.moves[i].start);
  }
  // A rise takes 90 to 240 ms here.
  EXPECT_GT(quantile(late, 0.0), 90.0 * passes - 8.0);
  EXPECT_LT(quantile(late, 1.0), 240.0 * passes + 8.0);
}

TEST(PauseBouts, OfATraceReadBackwardsAreTheirMirrorImages) {
  for (const Shape& shape : {Shape(slow_start), Shape(minimum_jerk), Shape(ramp)}) {
    const Trace trace = play(120.0, shape).trace;
    Trace backwards = trace;
    std::ranges::reverse(backwards.volts);
    const auto bouts = segment(trace, profile("leverkin")).bouts;
    auto mirrored = segment(backwards, profile("leverkin")).bouts;
    std::ranges::reverse(mirrored);
    ASSERT_EQ(mirrored.size(), bouts.size());
    ASSERT_GT(bouts.size(), 25U);
    const auto last = static_cast<std::int64_t>(trace.volts.size()) - 1;
    for (std::size_t i = 0; i < bouts.size(); ++i) {
      EXPECT_EQ(last - mirrored[i].end, bouts[i].begin);
      EXPECT_EQ(last - mirrored[i].begin, bouts[i].end);
      EXPECT_NEAR(mirrored[i].offset_sd_s, bouts[i].onset_sd_s, 1e-7);
      EXPECT_NEAR(mirrored[i].onset_sd_s, bouts[i].offset_sd_s, 1e-7);
      EXPECT_NEAR(1e-3 * static_cast<double>(last) - mirrored[i].onset_1pct_s, bouts[i].offset_1pct_s, 2e-5);
    }
  }
}

TEST(PauseBouts, OfALeverThatLeavesItsRestAsT4BeginAndEndTheSamePartOfTheRiseTooNear) {
  // After 6.4 % of the time it has gone 0.015 % of the way: 0.05 mV of 0.3 V.
  Played played = play(180.0, slow_start);
  const auto bouts = segment(played.trace, profile("leverkin")).bouts;
  ASSERT_EQ(bouts.size(), played.moves.size());
  std::vector<double> late, early;
  for (std::size_t i = 0; i < bouts.size(); ++i) {
    const TrueMove& move = played.moves[i];
    late.push_back((static_cast<double>(bouts[i].begin) - move.start) / move.rise);
    early.push_back((move.end - static_cast<double>(bouts[i].end)) / move.fall);
  }
  EXPECT_NEAR(quantile(late, 0.5), 0.064, 0.006);
  EXPECT_NEAR(quantile(early, 0.5), 0.064, 0.006);
}

TEST(PauseBouts, AreTheSameAnywhereInARecordingOfAnyLength) {
  const Played whole = play(240.0, minimum_jerk);
  const Segmentation expected = segment(whole.trace, profile("leverkin"));
  ASSERT_GT(expected.bouts.size(), 50U);
  Trace moved = whole.trace, turned = whole.trace, later, first;
  for (double& v : moved.volts) v += 5.0;
  for (double& v : turned.volts) v = -v;
  later.volts.assign(whole.trace.volts.begin() + 20'123, whole.trace.volts.end());
  first.volts.assign(whole.trace.volts.begin(), whole.trace.volts.begin() + 60'000);
  for (const auto& [trace, shift] : {std::pair(&moved, 0), {&turned, 0}, {&later, 20'123}, {&first, 0}}) {
    const Segmentation found = segment(*trace, profile("leverkin"));
    std::size_t compared = 0;
    for (const Bout& bout : found.bouts) {
      const auto same = std::ranges::find(expected.bouts, bout.begin + shift, &Bout::begin);
      if (bout.begin < 1000 || bout.end + 1000 > static_cast<std::int64_t>(trace->volts.size())) continue;
      ASSERT_NE(same, expected.bouts.end()) << bout.begin + shift;
      EXPECT_EQ(bout.end + shift, same->end);
      EXPECT_NEAR(bout.onset_sd_s, same->onset_sd_s, 1e-6);
      ++compared;
    }
    EXPECT_GT(compared, 12U);
  }
}

TEST(PauseBouts, AreNoneInNoiseAndOnALeverThatNeverMoves) {
  Trace noise;
  std::mt19937_64 random(4);
  std::normal_distribution<double> normal(1.5, 0.0005);
  noise.volts.resize(600'000);
  std::ranges::generate(noise.volts, [&] { return normal(random); });
  const Segmentation none = segment(noise, profile("leverkin"));
  EXPECT_TRUE(none.bouts.empty());
  EXPECT_FALSE(none.reason.empty());
  EXPECT_NEAR(none.noise_cutoff_v, 0.0005, 0.00002);
  for (const double level : {0.0, 1.5}) {
    Trace flat;
    flat.volts.assign(5000, level);
    EXPECT_TRUE(segment(flat, profile("leverkin")).bouts.empty());
  }
}

TEST(PauseBouts, CrossLowThresholdsInNoiseAsOftenAsRiceSays) {
  Trace noise;
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal(0.0, 0.001);
  noise.volts.resize(3'600'000);
  std::ranges::generate(noise.volts, [&] { return normal(random); });
  Parameters parameters = profile("leverkin");
  parameters.speed_threshold_v_per_s = 1e-9;
  parameters.min_amplitude_v = 0.0;
  parameters.gap_ms = parameters.hold_ms = parameters.min_bout_ms = 0;
  for (const double k : {3.0, 3.5}) {
    parameters.speed_threshold_sd = k;
    const double expected = 2.0 * 3.6 * std::exp(-0.5 * k * k) * 3600.0;
    const auto found = static_cast<double>(segment(noise, parameters).bouts.size());
    EXPECT_GT(found, 0.5 * expected) << k;
    EXPECT_LT(found, 2.0 * expected) << k;
  }
}

Trace with_press_and_hold(double hold_level, std::size_t hold_ms, bool comes_back) {
  Trace trace;
  std::mt19937_64 random(2);
  std::normal_distribution<double> normal(1.5, 0.0005);
  trace.volts.resize(12'000);
  std::ranges::generate(trace.volts, [&] { return normal(random); });
  for (std::size_t i = 0; i < trace.volts.size(); ++i) {
    const auto part = [&](double at) {
      return minimum_jerk(std::clamp((static_cast<double>(i) - at) / 120.0, 0.0, 1.0));
    };
    const double end = 5240.0 + static_cast<double>(hold_ms);
    trace.volts[i] += 0.3 * part(5000.0) - (0.3 - hold_level) * part(5120.0) -
                      (comes_back ? hold_level : hold_level / 2) * part(end);
  }
  return trace;
}

TEST(PauseBouts, HoldTogetherWhileTheLeverIsHeldAwayFromItsRest) {
  const auto bouts_of = [](const Trace& trace, std::int64_t hold_ms = 1500) {
    Parameters parameters = profile("leverkin");
    parameters.hold_ms = hold_ms;
    return segment(trace, parameters).bouts.size();
  };
  EXPECT_EQ(bouts_of(with_press_and_hold(0.2, 1000, true)), 1U);
  EXPECT_EQ(bouts_of(with_press_and_hold(0.2, 1000, true), 0), 2U);
  EXPECT_EQ(bouts_of(with_press_and_hold(0.2, 2000, true)), 2U) << "held for longer than hold_ms";
  EXPECT_EQ(bouts_of(with_press_and_hold(0.05, 1000, true)), 2U) << "hardly away from rest";
  EXPECT_EQ(bouts_of(with_press_and_hold(0.2, 1000, false)), 2U) << "it does not come back";
  EXPECT_EQ(bouts_of(with_press_and_hold(0.05, 350, true)), 1U) << "a pause shorter than gap_ms";
}

// What a rest level does that drifts by up to 50 mV/s: steadily, or there and back in 20 s.
std::vector<std::function<double(double)>> drifts_v() {
  return {[](double i) { return 5e-5 * i; }, [](double i) { return -5e-5 * i; },
          [](double i) { return 0.16 * std::sin(2.0 * M_PI * i / 20000.0); },
          [](double i) { return 0.16 * std::sin(2.0 * M_PI * (i / 20000.0 + 0.25)); }};
}

TEST(PauseBouts, HoldTogetherWhileTheRestThatTheLeverComesBackToDrifts) {
  for (const auto& drift_v : drifts_v()) {
    const auto bouts_of = [&](Trace trace) {
      for (std::size_t i = 0; i < trace.volts.size(); ++i) trace.volts[i] += drift_v(static_cast<double>(i));
      return segment(trace, profile("leverkin")).bouts.size();
    };
    EXPECT_EQ(bouts_of(with_press_and_hold(0.2, 1300, true)), 1U);
    EXPECT_EQ(bouts_of(with_press_and_hold(0.12, 1000, true)), 1U);
    EXPECT_EQ(bouts_of(with_press_and_hold(0.04, 1000, true)), 2U) << "hardly away from rest";
    EXPECT_EQ(bouts_of(with_press_and_hold(0.28, 1000, false)), 2U) << "it does not come back";
  }
}

TEST(PauseBouts, HoldTogetherUnderTremor) {
  Trace trace = with_press_and_hold(0.12, 1000, true);
  for (std::size_t i = 0; i < trace.volts.size(); ++i)
    trace.volts[i] += 0.01 * std::sin(2.0 * M_PI * 0.009 * static_cast<double>(i));
  EXPECT_EQ(segment(trace, profile("leverkin")).bouts.size(), 1U);
}

// Two presses, 0.9 s apart, and a step of so much between them.
Trace with_a_step_between_presses(double step_v) {
  Trace trace;
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal(1.5, 0.5e-3);
  for (int i = 0; i < 12000; ++i) {
    const auto part = [&](double at, double ms) { return minimum_jerk(std::clamp((i - at) / ms, 0.0, 1.0)); };
    trace.volts.push_back(normal(random) + 0.2 * (part(5000.0, 120.0) - part(5200.0, 120.0)) +
                          step_v * part(5600.0, 320.0) + (0.2 - step_v) * part(6220.0, 120.0) -
                          0.2 * part(6400.0, 120.0));
  }
  return trace;
}

TEST(PauseBouts, GoOnThroughAStepWhoseSlowEndsCountToo) {
  // Peak speed and threshold are 0.1 and 0.05 V/s: 14 mV of the 18 pass while it is faster than the
  // threshold.
  EXPECT_EQ(segment(with_a_step_between_presses(0.018), profile("leverkin")).bouts.size(), 1U);
  EXPECT_EQ(segment(with_a_step_between_presses(0.012), profile("leverkin")).bouts.size(), 2U);
}

TEST(PauseBouts, AreTheSameWhereverAMovementLiesInAChunkOfTheTrace) {
  const Trace trace = with_a_step_between_presses(0.018);
  const auto expected = segment(trace, profile("leverkin")).bouts;
  ASSERT_EQ(expected.size(), 1U);
  constexpr std::int64_t chunk = 1 << 16;
  for (std::int64_t border = 4900; border < 6700; border += 37) {
    Trace later;
    for (std::int64_t i = 0; i < chunk - border; ++i)
      later.volts.push_back(trace.volts[static_cast<std::size_t>(i % 4000)]);
    later.volts.insert(later.volts.end(), trace.volts.begin(), trace.volts.end());
    const auto found = segment(later, profile("leverkin")).bouts;
    ASSERT_EQ(found.size(), 1U) << border;
    EXPECT_EQ(found[0].begin - chunk + border, expected[0].begin);
    EXPECT_EQ(found[0].end - chunk + border, expected[0].end);
  }
}

TEST(CoreFinder, FindsTheSameInWhateverPiecesTheSpeedsCome) {
  const Trace trace = play(40.0, minimum_jerk).trace;
  std::vector<double> speed(trace.volts.size());
  for (std::size_t i = 0; i < speed.size(); i += 4000)
    slow_speed(trace.volts, static_cast<std::int64_t>(i), std::span(speed).subspan(i, 4000));
  const auto cores_of = [&](std::size_t piece) {
    CoreFinder finder(profile("leverkin"));
    std::vector<Core> cores;
    for (std::size_t i = 0; i < speed.size(); i += piece)
      finder.see(static_cast<std::int64_t>(i), std::span(speed).subspan(i, std::min(piece, speed.size() - i)),
                 0.05, cores);
    finder.finish(cores);
    return cores;
  };
  const auto whole = cores_of(speed.size());
  ASSERT_GT(whole.size(), 20U);
  for (const std::size_t piece : {1UL, 31UL, 64UL, 1000UL}) {
    const auto found = cores_of(piece);
    ASSERT_EQ(found.size(), whole.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
      EXPECT_EQ(found[i].begin, whole[i].begin);
      EXPECT_EQ(found[i].end, whole[i].end);
      EXPECT_EQ(found[i].moved_v, whole[i].moved_v);
      EXPECT_LE(found[i].moves_from, found[i].begin);
    }
  }
}

TEST(PauseBouts, LeaveOutASmallStepLongBeforeAPress) {
  Trace trace;
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal(0.0, 0.5e-3);
  for (int i = 0; i < 12000; ++i) {
    const auto part = [&](double at) { return minimum_jerk(std::clamp((i - at) / 120.0, 0.0, 1.0)); };
    trace.volts.push_back(1.5 + normal(random) + 0.04 * part(5000.0) + 0.3 * part(5900.0) -
                          0.34 * part(6300.0));
  }
  const auto bouts = segment(trace, profile("leverkin")).bouts;
  ASSERT_EQ(bouts.size(), 2U) << "held, but by the measure of the press it was at rest";
  EXPECT_NEAR(static_cast<double>(bouts[1].begin), 5900.0, 20.0);
}

TEST(PauseBouts, GoOnWhereTheSensorEnds) {
  const auto bouts_of = [](Trace trace, double limit_v) {
    for (double& v : trace.volts) v = std::min(v, 1.5 + limit_v);
    return segment(trace, profile("leverkin")).bouts.size();
  };
  const Trace held = with_press_and_hold(0.2, 2500, true);
  EXPECT_EQ(bouts_of(held, 1.0), 2U) << "held for longer than hold_ms";
  EXPECT_EQ(bouts_of(held, 0.15), 1U) << "what it did at its sensor's limit is not known";
}

TEST(PauseBouts, AreNotMovedByADriftOfTheRestLevel) {
  Played played = play(180.0, minimum_jerk);
  for (std::size_t i = 0; i < played.trace.volts.size(); ++i)
    played.trace.volts[i] += 0.16 * std::sin(2.0 * M_PI * static_cast<double>(i) / 20000.0);
  const Errors errors = errors_of(played);
  EXPECT_NEAR(quantile(errors.onset, 0.5), 0.0, 2.0);
  EXPECT_NEAR(quantile(errors.offset, 0.5), 0.0, 3.0);
  EXPECT_LT(spread(errors.onset), 10.0);
  EXPECT_LT(spread(errors.offset), 15.0);
}

TEST(PauseBouts, SayWhereTheLeverRingsAndHowFarThatCanMoveAnEdge) {
  Played played = play(180.0, minimum_jerk);
  for (const TrueMove& move : played.moves)
    for (auto i = static_cast<std::size_t>(move.end) + 1; i < played.trace.volts.size(); ++i) {
      const double since = static_cast<double>(i) - move.end;
      if (since > 2000.0) break;
      played.trace.volts[i] += 0.03 * std::sin(2.0 * M_PI * 0.024 * since) * std::exp(-since / 600.0);
    }
  const Segmentation found = segment(played.trace, profile("leverkin"));
  ASSERT_EQ(found.bouts.size(), played.moves.size());
  std::size_t flagged = 0, covered = 0;
  for (std::size_t i = 0; i < found.bouts.size(); ++i) {
    const Bout& bout = found.bouts[i];
    flagged += (bout.flags & bout_offset_rings) != 0;
    covered += std::abs(static_cast<double>(bout.end) - played.moves[i].end) <= 2000.0 * bout.offset_sd_s;
  }
  EXPECT_GE(flagged, found.bouts.size() * 95 / 100);
  EXPECT_GE(covered, found.bouts.size() * 95 / 100);
  EXPECT_EQ(std::ranges::count_if(segment(play(180.0, minimum_jerk).trace, profile("leverkin")).bouts,
                                  [](const Bout& b) { return b.flags != 0; }),
            0);
}

TEST(PauseBouts, ThatTheDataCutAreFlaggedAndNotMeasured) {
  Played played = play(60.0, minimum_jerk);
  const auto at = static_cast<std::int64_t>(played.moves[3].start);
  played.trace.no_data = {{at + 100, at + 900}};
  for (std::int64_t i = at + 100; i < at + 900; ++i)
    played.trace.volts[static_cast<std::size_t>(i)] = played.trace.volts[static_cast<std::size_t>(at + 99)];
  const Segmentation found = segment(played.trace, profile("leverkin"));
  const Segmentation whole = segment(play(60.0, minimum_jerk).trace, profile("leverkin"));
  const auto cut = std::ranges::find(found.bouts, at + 100, &Bout::end);
  ASSERT_NE(cut, found.bouts.end());
  EXPECT_EQ(cut->flags, bout_offset_cut | bout_cut_by_no_data);
  EXPECT_TRUE(std::isnan(cut->offset_sd_s) && std::isnan(cut->offset_1pct_s));
  EXPECT_GT(cut->onset_sd_s, 0.0);
  for (const Bout& bout : found.bouts) EXPECT_TRUE(bout.end <= at + 100 || bout.begin >= at + 900);
  for (const std::size_t i : {0UL, 1UL, 5UL, 6UL}) {
    const auto same = std::ranges::find(found.bouts, whole.bouts[i].begin, &Bout::begin);
    ASSERT_NE(same, found.bouts.end());
    EXPECT_EQ(same->end, whole.bouts[i].end);
  }
}

TEST(PauseBouts, OfAMovementUnderWayAtTheBeginningAreCutThere) {
  Trace trace = with_press_and_hold(0.2, 300, true);
  trace.volts.erase(trace.volts.begin(), trace.volts.begin() + 5050);
  const Segmentation found = segment(trace, profile("leverkin"));
  ASSERT_EQ(found.bouts.size(), 1U);
  EXPECT_EQ(found.bouts[0].begin, 0);
  EXPECT_EQ(found.bouts[0].flags, bout_onset_cut);
  EXPECT_TRUE(std::isnan(found.bouts[0].onset_sd_s));
}

TEST(PauseBouts, AreTheSameBitsOnAnyNumberOfThreadsAndWhateverIsKept) {
  const Trace trace = play(200.0, minimum_jerk).trace;
  const Segmentation one = segment(trace, profile("leverkin"));
  for (const int threads : {2, 3, 8})
    for (const Keep keep : {Keep::bouts, Keep::everything}) {
      const Segmentation found = segment(trace, profile("leverkin"), threads, keep);
      EXPECT_TRUE(found.bouts == one.bouts);
      EXPECT_EQ(found.active, one.active);
      EXPECT_EQ(found.noise_cutoff_v, one.noise_cutoff_v);
      EXPECT_EQ(found.envelope.empty(), keep == Keep::bouts);
    }
}

TEST(PauseBouts, OfThePublishedProfilesHaveNoUncertainty) {
  const Segmentation found = segment(play(30.0, minimum_jerk).trace);
  ASSERT_FALSE(found.bouts.empty());
  for (const Bout& bout : found.bouts)
    EXPECT_TRUE(std::isnan(bout.onset_sd_s) && std::isnan(bout.offset_sd_s) &&
                std::isnan(bout.onset_1pct_s) && std::isnan(bout.offset_1pct_s));
}

TEST(SlowSpeed, IsThatOfARampAndBlindToMains) {
  std::vector<double> volts(3000), speed(3000);
  for (std::size_t i = 0; i < volts.size(); ++i)
    volts[i] = 0.002 * static_cast<double>(i) + std::sin(2.0 * M_PI * 0.05 * static_cast<double>(i));
  slow_speed(volts, 0, speed);
  for (std::size_t i = 200; i < 2800; ++i) ASSERT_NEAR(speed[i], 2.0, 1e-9) << i;
}

TEST(Drift, IsThatOfTheRestLevelUnderMovements) {
  Played played = play(60.0, minimum_jerk);
  for (std::size_t i = 0; i < played.trace.volts.size(); ++i)
    played.trace.volts[i] += 0.03 * static_cast<double>(i) / 1000.0;
  const Drift drift(played.trace.volts, 2);
  for (const std::int64_t at : {0, 10000, 30500, 59999}) EXPECT_NEAR(drift.at(at), 0.03, 0.005);
  std::vector<double> speed(2000, 0.03);
  drift.take_from(10000, speed);
  for (std::size_t i = 0; i < speed.size(); ++i)
    ASSERT_NEAR(speed[i], 0.03 - drift.at(10000 + static_cast<std::int64_t>(i)), 1e-15);
  EXPECT_EQ(drift_speed(std::span(played.trace.volts).first(500)), 0.0) << "too short to tell";
}

// A lever that moves for half of the time.
std::vector<double> restless(double rest_v, const std::function<double(double)>& more_v) {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  std::vector<double> volts(120'000, rest_v);
  for (std::size_t begin = 1000; begin + 4000 < volts.size(); begin += 4000)
    for (std::size_t move = 0, at = begin; move < 8; ++move, at += 250) {
      const double height = move == 7 ? 0.0 : 0.05 + 0.3 * uniform(random);
      const double from = volts[at - 1] - rest_v;
      for (std::size_t i = at; i < begin + 4000; ++i)
        volts[i] = rest_v + from +
                   (height - from) * minimum_jerk(std::min(1.0, static_cast<double>(i - at) / 220.0));
    }
  for (std::size_t i = 0; i < volts.size(); ++i) volts[i] += more_v(static_cast<double>(i));
  return volts;
}

TEST(Drift, IsFollowedWhileItChangesAndTheLeverMovesForHalfOfTheTime) {
  const auto of_20_s = [](double i) { return 2.0 * M_PI * i / 20000.0; };
  const Drift drift(restless(1.5, [&](double i) { return 0.16 * std::sin(of_20_s(i)); }));
  std::vector<double> errors;
  for (std::int64_t at = 4000; at < 116'000; at += 250)
    errors.push_back(
        std::abs(drift.at(at) - 0.16 * 2.0 * M_PI / 20.0 * std::cos(of_20_s(static_cast<double>(at)))));
  EXPECT_LT(quantile(errors, 0.5), 0.0045);
  EXPECT_LT(quantile(errors, 0.95), 0.011);
}

TEST(Drift, OfTheNewestSecondsIsThatAtTheirEndIfItGrows) {
  std::vector<double> volts;  // from -20 to 76 mV/s
  for (double t = 0.0; t < 6.0; t += 0.001) volts.push_back(1.5 - 0.02 * t + 0.5 * 0.016 * t * t);
  EXPECT_NEAR(drift_speed(volts), -0.02 + 6.0 * 0.016, 0.005);
}

TEST(Drift, IsNoneWhereALeverThatMovesForHalfOfTheTimeTrembles) {
  const Drift drift(restless(1.5, [](double i) { return 0.01 * std::sin(2.0 * M_PI * 0.009 * i); }));
  for (std::int64_t at = 4000; at < 116'000; at += 250) EXPECT_EQ(drift.at(at), 0.0) << at;
}

TEST(Drift, IsNoneWhereTheLeverStandsStillInBetweenHoweverAlikeItsMovementsAre) {
  std::vector<double> volts;  // up for 1.5 s at 0.1 V/s, back in 0.1 s, at rest for 1 s
  for (int i = 0; i < 60'000; ++i) {
    const int at = i % 2600;
    volts.push_back(1.5 + (at < 1500 ? 1e-4 * at : at < 1600 ? 0.15 - 1.5e-3 * (at - 1500) : 0.0));
  }
  const Drift drift(volts);
  for (std::int64_t at = 4000; at < 56'000; at += 250) EXPECT_EQ(drift.at(at), 0.0) << at;
}

TEST(RestSpeed, IsTheNoiseUnderMovements) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal(0.0, 0.02);
  RestSpeed rest, moving;
  for (int i = 0; i < 100'000; ++i) {
    const double v = normal(random);
    rest.see(v);
    moving.see(i % 5 < 2 ? 1.0 + v : v);  // 40 % of the time
  }
  EXPECT_NEAR(rest.sd(), 0.02, 0.0002);
  EXPECT_NEAR(moving.sd(), 0.02, 0.001);
  EXPECT_EQ(RestSpeed().sd(), 0.0);
}

TEST(EdgeFit, SaysThatThereWasNoRestToLeave) {
  const std::vector<double> volts(500, 1.5);
  EXPECT_EQ(EdgeFitter().fit(volts, 10, 0.015).state, EdgeFit::State::cut);
}

}  // namespace
}  // namespace leverkin
