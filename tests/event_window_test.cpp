#include "stages/windows/event_window.h"

#include <gtest/gtest.h>

#include <vector>

namespace leverkin {
namespace {

TEST(EventWindows, HoldWhatIsBeforeAnEventAndFromItOn) {
  const EventWindow window = event_window({100, {}}, 10, 3, 5);
  EXPECT_EQ(window.begin, 7);
  EXPECT_EQ(window.end, 15);
  EXPECT_EQ(window.place, WindowPlace::whole);
}

TEST(EventWindows, AreOutsideFromTheFirstSampleThatIsNotThere) {
  EXPECT_EQ(event_window({100, {}}, 3, 3, 5).place, WindowPlace::whole);
  EXPECT_EQ(event_window({100, {}}, 2, 3, 5).place, WindowPlace::outside);
  EXPECT_EQ(event_window({100, {}}, 95, 3, 5).place, WindowPlace::whole);
  EXPECT_EQ(event_window({100, {}}, 96, 3, 5).place, WindowPlace::outside);
}

TEST(EventWindows, AreBrokenByAnySampleWithoutData) {
  const std::vector<SampleRange> no_data{{20, 22}};
  EXPECT_EQ(event_window({100, no_data}, 15, 3, 5).place, WindowPlace::whole);
  for (const std::int64_t event : {16, 21, 24})
    EXPECT_EQ(event_window({100, no_data}, event, 3, 5).place, WindowPlace::broken) << event;
  EXPECT_EQ(event_window({100, no_data}, 25, 3, 5).place, WindowPlace::whole);
}

TEST(EventWindows, AreBrokenByABreakBetweenTwoOfTheirSamplesButNotAtTheirEnds) {
  const std::vector<SampleRange> between{{20, 20}};  // samples are missing between 19 and 20
  for (std::int64_t event = 10; event < 30; ++event) {
    const EventWindow window = event_window({100, between}, event, 3, 5);
    const bool holds_both = window.begin <= 19 && window.end > 20;
    EXPECT_EQ(window.place, holds_both ? WindowPlace::broken : WindowPlace::whole) << event;
  }
}

TEST(EventWindows, OutsideTheRecordingAreNotCalledBroken) {
  const std::vector<SampleRange> no_data{{1, 2}};
  EXPECT_EQ(event_window({100, no_data}, 2, 3, 5).place, WindowPlace::outside);
}

}  // namespace
}  // namespace leverkin
