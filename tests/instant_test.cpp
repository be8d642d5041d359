#include "support/instant.h"

#include <gtest/gtest.h>

namespace leverkin {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days, std::chrono::March;

TEST(Instant, IsTheSameForEveryOffsetFromUtc) {
  const Instant nine = sys_days(2026y / March / 1) + 9h;
  for (const char* text : {"2026-03-01T09:00:00Z", "2026-03-01T10:00:00+01:00", "2026-03-01 10:00:00+0100",
                           "2026-03-01T10:00+01", "2026-02-28T23:00:00-10:00", "20260301T090000Z",
                           "2026-03-01T09:00:00.000", "2026-03-01T09:00"})
    EXPECT_EQ(instant_of(text), nine) << text;
  EXPECT_EQ(instant_of("2026-03-01"), Instant(sys_days(2026y / March / 1)));
  EXPECT_EQ(instant_of("2026-03-01T09:00:00.250001+00:00"), nine + 250001us);
}

TEST(Instant, IsNothingWhereTheTextIsNoDate) {
  for (const char* text : {"", "yesterday", "2026-13-01", "2026-02-30", "2026-03-01T25:00:00",
                           "2026-03-01T10:61:00", "2026-03-01T10:00:00+1", "2026-03-01T10:00:00 UTC+1",
                           "01.03.2026", "2026-03-01T10:00:00.Z", "2026-3-1"})
    EXPECT_EQ(instant_of(text), std::nullopt) << text;
}

}  // namespace
}  // namespace leverkin
