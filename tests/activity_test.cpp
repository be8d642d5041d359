// Activity beside movement: frames, events, block shuffles. Known answers are met in
// bindings/python/tests/test_activity.py.
#include "leverkin/activity.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "leverkin/error.h"

namespace leverkin {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<std::uint8_t> bursts(std::int64_t frames, std::mt19937_64& random) {
  std::vector<std::uint8_t> moving;
  while (std::ssize(moving) < frames) {
    moving.insert(moving.end(), 20 + random() % 60, 0);
    moving.insert(moving.end(), 5 + random() % 40, 1);
  }
  moving.resize(static_cast<std::size_t>(frames));
  return moving;
}

std::vector<double> sparse(std::int64_t cells, std::int64_t frames, std::mt19937_64& random, double scale) {
  std::vector<double> values(static_cast<std::size_t>(cells * frames), 0.0);
  for (double& value : values)
    if (random() % 20 == 0) value = scale == 1 ? 1 : scale * static_cast<double>(random() % 1000);
  return values;
}

TEST(Activity, TheSameShuffleProbabilitiesForAnyNumberOfThreads) {
  std::mt19937_64 random(1);
  const auto moving = bursts(3000, random);
  for (const double scale : {1.0, 300.0, 0.37}) {  // whole numbers that are small and large, and others
    const auto activity = sparse(70, 3000, random, scale);
    const CellTraces cells{.values = activity, .frames = 3000};
    const auto one = relate_to_movement(cells, moving, {.shuffles = 700, .seed = 3, .threads = 1});
    const auto two = relate_to_movement(cells, moving, {.shuffles = 700, .seed = 3, .threads = 2});
    EXPECT_EQ(one.p, two.p);
    const auto other =
        relate_to_movement(cells, moving, {.shuffles = 700, .seed = 3, .stream = 9, .threads = 2});
    EXPECT_NE(one.p, other.p);
  }
}

TEST(Activity, ScalingActivityDoesNotChangeItsProbability) {
  std::mt19937_64 random(2);
  const auto moving = bursts(2000, random);
  const auto whole = sparse(40, 2000, random, 1);
  std::vector<double> scaled = whole;
  for (double& value : scaled) value *= 0.1;
  const auto exact = relate_to_movement({.values = whole, .frames = 2000}, moving, {.shuffles = 500});
  const auto rounded = relate_to_movement({.values = scaled, .frames = 2000}, moving, {.shuffles = 500});
  EXPECT_EQ(exact.p, rounded.p);  // what is equal is equal in spite of rounding
}

// Cells side by side, as imaging files hold them.
std::vector<std::uint8_t> frames_first(const std::vector<double>& cells, std::size_t frames) {
  std::vector<std::uint8_t> flags(cells.size());
  const std::size_t count = cells.size() / frames;
  for (std::size_t c = 0; c < count; ++c)
    for (std::size_t k = 0; k < frames; ++k) flags[k * count + c] = cells[c * frames + k] != 0 ? 1 : 0;
  return flags;
}

void expect_the_same_of_flags(const std::vector<double>& activity, const std::vector<std::uint8_t>& moving,
                              ShuffleOptions options) {
  const auto frames = std::ssize(moving);
  const auto flags = frames_first(activity, moving.size());
  const auto expected = relate_to_movement(CellTraces{.values = activity, .frames = frames}, moving, options);
  for (const int threads : {1, 2}) {
    options.threads = threads;
    const auto found = relate_to_movement(ActiveFrames{.active = flags, .frames = frames}, moving, options);
    EXPECT_EQ(found.p, expected.p);
    EXPECT_EQ(found.statistic, expected.statistic);
    EXPECT_EQ(found.arrangements, expected.arrangements);
  }
}

TEST(Activity, FlagsGiveWhatActivityOfZerosAndOnesGives) {
  std::mt19937_64 random(7);
  const auto moving = bursts(3000, random);
  const auto activity = sparse(70, 3000, random, 1);
  for (const ShuffledUnits units : {ShuffledUnits::runs, ShuffledUnits::movement_blocks})
    expect_the_same_of_flags(activity, moving, {.units = units, .shuffles = 1100});
}

TEST(Activity, FlagsAreCountedRightInMovementsLongerThanAByteCounts) {
  std::mt19937_64 random(8);
  std::vector<std::uint8_t> moving;
  for (const std::size_t length : {255, 256, 257, 511, 9000}) {  // also beyond one part of the frames
    moving.insert(moving.end(), 40, 0);
    moving.insert(moving.end(), length, 1);
  }
  std::vector<double> activity = sparse(3, std::ssize(moving), random, 1);
  std::fill_n(activity.begin(), moving.size(), 1.0);  // a cell that is always active
  expect_the_same_of_flags(activity, moving, {.shuffles = 300});
}

TEST(Activity, FlagsAreCountedRightWhereSixteenBitsAreTooFew) {
  std::mt19937_64 random(9);
  const auto moving = bursts(260'000, random);
  ASSERT_GT(std::accumulate(moving.begin(), moving.end(), 0), 65'535);
  std::vector<double> activity = sparse(2, std::ssize(moving), random, 1);
  std::fill_n(activity.begin(), moving.size(), 1.0);
  expect_the_same_of_flags(activity, moving, {.shuffles = 20});
}

TEST(Activity, FlagsOfAnotherNumberOfFramesAreRefused) {
  const std::vector<std::uint8_t> moving{0, 1, 0, 1}, flags(7, 0);
  EXPECT_THROW((void)relate_to_movement(ActiveFrames{.active = flags, .frames = 4}, moving), BadArgument);
  EXPECT_THROW((void)relate_to_movement(ActiveFrames{.active = flags, .frames = 7}, moving), BadArgument);
  EXPECT_TRUE(relate_to_movement(ActiveFrames{.active = {}, .frames = 4}, moving).p.empty());
}

TEST(Activity, AnEarlierShuffleDoesNotDependOnHowManyFollow) {
  std::mt19937_64 random(4);
  const auto moving = bursts(1000, random);
  const auto activity = sparse(5, 1000, random, 1);
  const CellTraces cells{.values = activity, .frames = 1000};
  std::vector<double> p;
  for (const std::int64_t shuffles : {200, 201}) {
    const auto found = relate_to_movement(cells, moving, {.shuffles = shuffles});
    p.push_back(found.p[0] * static_cast<double>(shuffles + 1));
  }
  EXPECT_LE(p[1] - p[0], 1.0 + 1e-9);  // one more shuffle adds one rank at most, and takes none away
  EXPECT_GE(p[1] - p[0], -1e-9);
}

TEST(Activity, ASilentCellIsInTheMiddleAndOneThatOnlyMovesIsOnTop) {
  std::mt19937_64 random(5);
  const auto moving = bursts(1500, random);
  std::vector<double> activity(3000, 0.0);
  for (std::size_t k = 0; k < moving.size(); ++k) activity[1500 + k] = moving[k];
  const auto found = relate_to_movement({.values = activity, .frames = 1500}, moving, {.shuffles = 999});
  EXPECT_DOUBLE_EQ(found.p[0], (999 + 2.0) / (2.0 * 1000));
  EXPECT_GT(found.p[1], 0.998);
}

TEST(Activity, WithFewerThanTwoBlocksOfEitherKindThereIsNoProbability) {
  const std::vector<double> activity{1, 0, 1, 1, 0, 0};
  for (const std::vector<std::uint8_t>& moving :
       {std::vector<std::uint8_t>{0, 0, 1, 1, 0, 0}, std::vector<std::uint8_t>{0, 0, 0, 0, 0, 0},
        std::vector<std::uint8_t>{1, 0, 0, 0, 1, 1}}) {
    const auto found = relate_to_movement({.values = activity, .frames = 6}, moving, {});
    EXPECT_TRUE(std::isnan(found.p[0]));
    EXPECT_EQ(found.arrangements, 0);
    EXPECT_EQ(found.statistic[0], std::inner_product(moving.begin(), moving.end(), activity.begin(), 0.0));
  }
}

TEST(Activity, FramesThatDoNotIncreaseAreRefused) {
  const std::vector<double> backwards{0, 1, 1};
  const std::vector<double> one{0};
  const std::vector<std::uint8_t> active(10, 1);
  EXPECT_THROW((void)align_frames({.frame_s = backwards, .active = active}), BadArgument);
  EXPECT_THROW((void)align_frames({.frame_s = one, .active = active}), BadArgument);
}

TEST(Activity, AFrameWithoutLeverSamplesIsNeitherMovingNorStill) {
  const std::vector<double> frame_s{-0.1, 0.0, 0.1, 0.2, 0.3};
  std::vector<std::uint8_t> active(250, 0), known(250, 1);
  active[120] = 1;
  for (std::size_t i = 0; i < 100; ++i) known[i] = 0;
  const Frames frames = align_frames({.frame_s = frame_s, .active = active, .known = known});
  EXPECT_EQ(frames.covered, (std::vector<std::uint8_t>{0, 0, 1, 1, 0}));
  EXPECT_EQ(frames.moving, (std::vector<std::uint8_t>{0, 0, 1, 0, 0}));
}

TEST(Activity, EveryWindowSaysWhyItIsNotUsed) {
  const std::vector<double> frame_s{0.0, 0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9};
  const std::vector<std::uint8_t> active(1000, 0);
  const std::vector<double> onset_s{0.11, 5.0, 0.0, 0.3, 0.62, 0.9, 0.7, nan};
  const std::vector<std::uint8_t> counted{1, 1, 1, 1, 1, 1, 0, 1};
  const Frames frames = align_frames(
      {.frame_s = frame_s, .active = active, .onset_s = onset_s, .used = counted, .before = 1, .after = 2});
  using enum WindowStatus;
  EXPECT_EQ(frames.status,
            (std::vector<WindowStatus>{used, onset_not_imaged, outside_imaging, frames_missing,
                                       frames_missing, outside_imaging, not_used, onset_not_imaged}));
  ASSERT_EQ(frames.gaps.size(), 1U);
  EXPECT_EQ(frames.gaps[0].after_frame, 3);
  EXPECT_EQ(frames.gaps[0].missing, 2);
}

TEST(Activity, OfTwoFramesAtTheSameDistanceTheEarlierIsTheOnsets) {
  const std::vector<double> frame_s{0.0, 0.5, 1.0};
  const std::vector<std::uint8_t> active(1000, 0);
  const std::vector<double> onset_s{0.25, 0.75, 1.5, 1.51};
  const Frames frames = align_frames({.frame_s = frame_s, .active = active, .onset_s = onset_s});
  EXPECT_EQ(frames.onset_frame, (std::vector<std::int64_t>{0, 1, 2, -1}));
}

TEST(Activity, SmoothingKeepsAParabola) {
  std::vector<double> x(80);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = 3 + 0.2 * static_cast<double>(i) - 0.01 * static_cast<double>(i * i);
  const auto s = smooth_activity(x);
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(s[i], x[i], 1e-10);
}

TEST(Activity, EventsRefuseInfinityAndKeepACellWithoutNumbers) {
  std::vector<double> dff(100, 0.0);
  dff[40] = std::numeric_limits<double>::infinity();
  EXPECT_THROW((void)detect_events({.values = dff, .frames = 100}, EventMethod::peters2017), BadArgument);
  std::fill(dff.begin(), dff.end(), nan);
  EXPECT_TRUE(std::isnan(detect_events({.values = dff, .frames = 100}, EventMethod::peters2017)[7]));
  EXPECT_THROW((void)event_method("peters2015"), BadArgument);
}

}  // namespace
}  // namespace leverkin
