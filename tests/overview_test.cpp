#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "leverkin/trace.h"

namespace leverkin {
namespace {

Trace noise(std::size_t samples, std::vector<SampleRange> no_data = {}) {
  Trace trace{std::vector<double>(samples), std::move(no_data)};
  std::mt19937 random(7);
  for (double& volts : trace.volts) volts = static_cast<double>(random()) / 1e9;
  return trace;
}

// By the definition: every sample asked whether it lies in a gap.
void expect_definition(const Trace& trace) {
  const TraceOverview overview = overview_of(trace);
  const std::size_t bins = (trace.volts.size() + 49) / 50;
  ASSERT_EQ(overview.min_v.size(), bins);
  ASSERT_EQ(overview.max_v.size(), bins);
  for (std::size_t bin = 0; bin < bins; ++bin) {
    std::vector<double> there;
    for (std::size_t at = 50 * bin; at < std::min(trace.volts.size(), 50 * bin + 50); ++at)
      if (std::ranges::none_of(trace.no_data, [&](const SampleRange& gap) {
            return gap.begin <= static_cast<std::int64_t>(at) && static_cast<std::int64_t>(at) < gap.end;
          }))
        there.push_back(trace.volts[at]);
    if (there.empty()) {
      EXPECT_TRUE(std::isnan(overview.min_v[bin]) && std::isnan(overview.max_v[bin])) << "bin " << bin;
      continue;
    }
    EXPECT_EQ(overview.min_v[bin], *std::ranges::min_element(there)) << "bin " << bin;
    EXPECT_EQ(overview.max_v[bin], *std::ranges::max_element(there)) << "bin " << bin;
  }
}

TEST(Overview, HoldsTheLowestAndHighestValueOfEveryFiftyMilliseconds) {
  for (const std::size_t samples : {0U, 1U, 49U, 50U, 51U, 1000U}) expect_definition(noise(samples));
}

TEST(Overview, LeavesOutWhatWasNotRecorded) {
  expect_definition(
      noise(1000, {{0, 10}, {20, 30}, {49, 51}, {60, 260}, {300, 350}, {351, 399}, {990, 1000}}));
  expect_definition(noise(100, {{0, 100}}));
}

}  // namespace
}  // namespace leverkin
