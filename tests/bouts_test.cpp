#include "leverkin/bouts.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <cmath>
#include <random>

#include "leverkin/error.h"
#include "stages/bouts/rest_noise.h"

namespace leverkin {
namespace {

// A resting lever with noise, and smooth presses of 0.3 V and 300 ms at the given milliseconds.
Trace lever_with_presses(std::size_t count, const std::vector<std::size_t>& presses, unsigned seed = 1) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(0.0, 0.001);
  Trace trace;
  trace.volts.resize(count);
  for (double& v : trace.volts) v = 1.5 + normal(random);
  for (const std::size_t at : presses)
    for (std::size_t i = 0; i < 600 && at + i < count; ++i) {
      const double phase = static_cast<double>(i) / 600.0;
      trace.volts[at + i] += 0.3 * std::pow(std::sin(M_PI * phase), 2);
    }
  return trace;
}

TEST(Bouts, OfARestingLeverAreNone) {
  const Segmentation found = segment(lever_with_presses(10000, {}));
  EXPECT_TRUE(found.bouts.empty());
  EXPECT_FALSE(found.reason.empty());
  EXPECT_TRUE(std::isnan(found.noise_cutoff_v));
  EXPECT_EQ(std::ranges::count(found.active, 1), 0);
}

TEST(Bouts, CoverEveryPress) {
  const Segmentation found = segment(lever_with_presses(20000, {5000, 9000, 14000}));
  ASSERT_EQ(found.bouts.size(), 3U);
  EXPECT_TRUE(found.reason.empty());
  for (std::size_t i = 0; i < 3; ++i) {
    const std::int64_t middle = std::vector<std::int64_t>{5300, 9300, 14300}[i];
    EXPECT_LT(found.bouts[i].begin, middle);
    EXPECT_GT(found.bouts[i].end, middle);
  }
}

TEST(Bouts, AreWhatTheMaskShows) {
  const Segmentation found = segment(lever_with_presses(20000, {3000, 9000, 9900}));
  std::vector<std::uint8_t> mask(20000, 0);
  for (const Bout& bout : found.bouts)
    for (std::int64_t i = bout.begin; i < bout.end; ++i) mask[static_cast<std::size_t>(i)] = 1;
  EXPECT_EQ(mask, found.active);
}

TEST(Bouts, CloserThanTheGapAreOne) {
  const Trace trace = lever_with_presses(20000, {5000, 5900});
  Parameters parameters;
  EXPECT_EQ(segment(trace, parameters).bouts.size(), 1U);
  parameters.gap_ms = 1;
  parameters.leeway_ms = 1;
  EXPECT_GE(segment(trace, parameters).bouts.size(), 2U);
}

TEST(Bouts, ThatTouchTheEndsAreDropped) {
  EXPECT_TRUE(segment(lever_with_presses(6000, {0})).bouts.empty());
  EXPECT_TRUE(segment(lever_with_presses(6000, {5800})).bouts.empty());
  EXPECT_EQ(segment(lever_with_presses(9000, {4000, 8800})).bouts.size(), 1U);
}

TEST(Bouts, NeverCoverSamplesWithoutData) {
  Trace trace = lever_with_presses(20000, {5000, 9000});
  trace.no_data = {{5200, 5400}, {12000, 12500}};
  const Segmentation found = segment(trace);
  ASSERT_EQ(found.bouts.size(), 3U);
  EXPECT_EQ(found.bouts[0].end, 5200);
  EXPECT_EQ(found.bouts[1].begin, 5400);
  EXPECT_EQ(found.bouts[0].flags, bout_cut_by_no_data);
  EXPECT_EQ(found.bouts[1].flags, bout_cut_by_no_data);
  EXPECT_EQ(found.bouts[2].flags, 0);
  for (std::size_t i = 5200; i < 5400; ++i) EXPECT_EQ(found.active[i], 0);
}

// The trace with a pause before sample `at`: a straight line, as the reader draws it.
Trace with_pause(const Trace& trace, std::int64_t at, std::int64_t length) {
  Trace longer = trace;
  const auto place = longer.volts.begin() + at;
  const double from = *(place - 1), to = *place;
  std::vector<double> line(static_cast<std::size_t>(length));
  for (std::int64_t i = 0; i < length; ++i)
    line[static_cast<std::size_t>(i)] =
        from + (to - from) * static_cast<double>(i + 1) / static_cast<double>(length + 1);
  longer.volts.insert(place, line.begin(), line.end());
  longer.no_data = {{at, at + length}};
  return longer;
}

TEST(Bouts, AreTheSameForEveryLengthOfAPauseInTheRecording) {
  const Trace whole = lever_with_presses(60'000, {5000, 12'000, 28'500, 32'000, 50'000});
  for (const char* name : {"chen2015", "peters2014"}) {
    const Parameters parameters = profile(name);
    const Segmentation expected = segment(whole, parameters);
    ASSERT_EQ(expected.bouts.size(), 5U);
    const Segmentation first = segment(with_pause(whole, 30'000, 1000), parameters);
    EXPECT_NEAR(first.noise_cutoff_v, expected.noise_cutoff_v, 0.01 * expected.noise_cutoff_v);
    for (const std::int64_t pause : {1000, 60'000, 600'000}) {
      SCOPED_TRACE(pause);
      const Segmentation found = segment(with_pause(whole, 30'000, pause), parameters);
      // The line is at another angle and the low-pass carries e^-8 of that into the rest.
      EXPECT_NEAR(found.noise_cutoff_v, first.noise_cutoff_v, 1e-3 * first.noise_cutoff_v);
      ASSERT_EQ(found.bouts.size(), 5U);
      for (std::size_t i = 0; i < 5; ++i) {
        const std::int64_t shift = i < 3 ? 0 : pause;
        EXPECT_EQ(found.bouts[i].begin - shift, expected.bouts[i].begin) << i;
        EXPECT_EQ(found.bouts[i].end - shift, expected.bouts[i].end) << i;
      }
    }
  }
}

// The transform over the recording (A.9) must not know of the pause either: a hundredth of a threshold more
// at a crossing moves it by milliseconds, and the edge that is refined from there by a fifth of a second.
TEST(Bouts, HaveTheSameSpeedsForEveryLengthOfAPauseInTheRecording) {
  const Trace whole = lever_with_presses(60'000, {5000, 28'500, 32'000, 50'000});
  const Segmentation expected = segment(whole);
  for (const std::int64_t pause : {997, 60'000, 600'001}) {
    SCOPED_TRACE(pause);
    const Segmentation found = segment(with_pause(whole, 30'500, pause));
    ASSERT_EQ(std::ssize(found.envelope), 60'000 + pause);
    for (std::int64_t i = 0; i < 60'000; ++i) {
      const auto now = static_cast<std::size_t>(i < 30'500 ? i : i + pause);
      const double tolerance = std::abs(i - 30'500) < 1000 ? 1e-4 : 3e-7;  // of a threshold of 7e-4
      ASSERT_NEAR(found.envelope[now], expected.envelope[static_cast<std::size_t>(i)], tolerance) << i;
    }
    for (std::size_t i = 30'500; i < 30'500 + static_cast<std::size_t>(pause); ++i)
      ASSERT_TRUE(std::isnan(found.envelope[i]) && std::isnan(found.velocity[i])) << i;
  }
}

TEST(RestNoise, LeavesOutWhatTheLowPassCarriesOverFromAGap) {
  Parameters parameters;
  const std::vector<SampleRange> bouts{{3000, 4000}}, gaps{{10'000, 12'000}};
  const auto rest = samples_at_rest(20'000, bouts, gaps, parameters);
  ASSERT_EQ(rest.size(), 3U);
  EXPECT_EQ(rest[0], (SampleRange{0, 3000}));
  EXPECT_EQ(rest[1].begin, 4000);
  EXPECT_NEAR(static_cast<double>(rest[1].end), 10'000 - 670, 10);
  EXPECT_EQ(rest[2].begin - 12'000, 10'000 - rest[1].end);
  parameters.lowpass_cutoff_hz = 10.0;
  EXPECT_NEAR(static_cast<double>(samples_at_rest(20'000, bouts, gaps, parameters)[1].end), 10'000 - 335, 10);
}

TEST(RestNoise, CountsAllRestWithDataWhereGapsLeaveNothingElse) {
  const std::vector<SampleRange> gaps{{0, 100}, {500, 600}, {1000, 1100}};
  const auto rest = samples_at_rest(1100, {}, gaps, {});
  EXPECT_EQ(rest, (std::vector<SampleRange>{{100, 500}, {600, 1000}}));
}

TEST(Bouts, ScaleWithTheTraceAndItsThreshold) {
  const Trace trace = lever_with_presses(20000, {5000, 9000, 14000});
  Trace louder = trace;
  for (double& v : louder.volts) v *= 4.0;
  Parameters parameters;
  parameters.speed_threshold_v_per_s *= 4.0;
  const Segmentation quiet = segment(trace), loud = segment(louder, parameters);
  EXPECT_EQ(quiet.active, loud.active);
  EXPECT_NEAR(loud.bouts[0].amplitude_v, 4 * quiet.bouts[0].amplitude_v, 1e-12);
}

TEST(Bouts, AreMeasuredOnTheTraceAndItsVelocity) {
  const Segmentation found = segment(lever_with_presses(12000, {5000}));
  ASSERT_EQ(found.bouts.size(), 1U);
  EXPECT_NEAR(found.bouts[0].amplitude_v, 0.3, 0.01);
  EXPECT_GT(found.bouts[0].path_v, 0.3);
  EXPECT_LT(found.bouts[0].path_v, 0.7);
  EXPECT_GT(found.bouts[0].peak_speed_v_per_s, 0.7);
}

TEST(Bouts, RefuseATraceThatIsTooShortOrNotFinite) {
  Trace trace;
  trace.volts.assign(12, 1.5);
  EXPECT_THROW((void)segment(trace), BadArgument);
  trace.volts.assign(1000, 1.5);
  trace.volts[77] = std::nan("");
  EXPECT_THROW((void)segment(trace), BadArgument);
}

TEST(Segment, GivesTheSameOnAnyNumberOfThreadsAndWhateverIsKept) {
  const Trace trace = lever_with_presses(150'011, {5000, 9000, 14'000, 60'000, 61'200, 130'000});
  const Segmentation one = segment(trace);
  ASSERT_GE(one.bouts.size(), 5U);
  for (const int threads : {1, 2, 3, 8})
    for (const Keep keep : {Keep::bouts, Keep::everything}) {
      const Segmentation found = segment(trace, {}, threads, keep);
      ASSERT_EQ(found.bouts.size(), one.bouts.size());
      EXPECT_EQ(found.active, one.active);
      EXPECT_EQ(found.noise_cutoff_v, one.noise_cutoff_v);
      EXPECT_TRUE(found.bouts == one.bouts) << "with every measure of every bout";
      if (keep == Keep::everything) {
        EXPECT_EQ(found.smooth, one.smooth);
        EXPECT_EQ(found.velocity, one.velocity);
        EXPECT_EQ(found.envelope, one.envelope);
      } else {
        EXPECT_TRUE(found.smooth.empty() && found.velocity.empty() && found.envelope.empty());
      }
    }
}

}  // namespace
}  // namespace leverkin
