#include <gtest/gtest.h>
#ifndef _WIN32
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#include <cmath>
#include <fstream>
#include <new>

#include "counted_allocations.h"
#include "leverkin/error.h"
#include "leverkin/pipeline.h"

namespace leverkin {
namespace {

// A press every two seconds, and the trials of it.
SessionResult recording(std::int64_t samples) {
  SessionResult result;
  result.trace.volts.assign(static_cast<std::size_t>(samples), 1.5);
  for (std::size_t i = 0; i < result.trace.volts.size(); ++i) {
    const double in_press = static_cast<double>(i % 4000) / 300.0;
    result.trace.volts[i] += 1e-4 * std::sin(0.7 * static_cast<double>(i));
    if (in_press < 1.0) result.trace.volts[i] += 0.4 * std::pow(std::sin(3.14159 * in_press), 2);
    if (i % 4000 == 150) {
      const double reward_s = static_cast<double>(i) / 1000.0;
      result.trials.start_s.push_back(reward_s - 1.0);
      result.trials.stop_s.push_back(reward_s + 1.0);
      result.trials.cue_s.push_back(reward_s - 0.5);
      result.trials.reward_s.push_back(reward_s);
    }
  }
  return result;
}

// From a trace to how alike its movements are: every stage that is no file.
double analysed(const SessionResult& given) {
  const Parameters parameters;
  const Segmentation found = segment(given.trace, parameters, 1);
  const auto outcomes = assign_trials(given.trials, given.trace, found, parameters);
  const Movements movements = extract(given.trace, outcomes, parameters);
  return static_cast<double>(found.bouts.size()) + static_cast<double>(movements.size()) +
         summarise(given.trials, outcomes, given.trace, found).success_fraction;
}

TEST(FailingAllocations, EachIsAnExceptionAndTheNextAnalysisIsAsEver) {
  if (!test::counts_allocations()) GTEST_SKIP() << "a sanitizer has its own operator new";
  const SessionResult given = recording(20000);
  const double expected = analysed(given);
  ASSERT_GT(expected, 5.0);
  const std::int64_t before = test::allocations();
  ASSERT_EQ(analysed(given), expected);
  const std::int64_t needed = test::allocations() - before;
  ASSERT_GT(needed, 50);
  std::int64_t refused = 0;
  for (std::int64_t nth = 1; nth <= needed; ++nth) {
    test::fail_allocation(nth);
    try {
      EXPECT_EQ(analysed(given), expected) << "allocation " << nth;  // sorting does without, if it must
    } catch (const std::bad_alloc&) {
      ++refused;
    }
    test::fail_allocation(0);
  }
  EXPECT_GT(refused, needed / 2);
  EXPECT_EQ(analysed(given), expected);
}

#ifndef _WIN32  // which has no fork(), and no limit of that kind
// The stack, which cannot say that there is no more, gets its room beforehand.
void grow_stack() {
  volatile char room[1 << 19];
  for (std::size_t i = 0; i < sizeof room; i += 1024) room[i] = 1;
}

// All memory, also what FFTW asks for, under a limit that rises until it is enough.
TEST(FailingAllocations, OfEveryLibraryEndNoProcess) {
  if (!test::counts_allocations()) GTEST_SKIP() << "a sanitizer takes all addresses there are";
  if (testing::UnitTest::GetInstance()->test_to_run_count() > 1)
    GTEST_SKIP() << "earlier tests left room in the heap: only in a process of its own, as ctest has it";
  const SessionResult given = recording(600'000);
  int enough = 0, too_little = 0;
  for (rlim_t megabytes = 1; megabytes < 120; megabytes += 3) {
    const pid_t child = ::fork();
    if (child == 0) {
      grow_stack();
      ::malloc_trim(0);
      std::uint64_t pages = 0;
      std::ifstream("/proc/self/statm") >> pages;
      const rlim_t most = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) + (megabytes << 20U);
      const rlimit limit{most, most};
      ::setrlimit(RLIMIT_AS, &limit);
      try {
        (void)analysed(given);
        ::_exit(0);
      } catch (const std::bad_alloc&) {
        ::_exit(1);
      } catch (const Error&) {
        ::_exit(1);
      }
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status)) << megabytes << " MiB: signal " << WTERMSIG(status);
    ++(WEXITSTATUS(status) == 0 ? enough : too_little);
  }
  EXPECT_GT(too_little, 0);
  EXPECT_GT(enough, 0);
}
#endif

}  // namespace
}  // namespace leverkin
