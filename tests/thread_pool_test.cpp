#include "support/thread_pool.h"

#include <gtest/gtest.h>
#ifndef _WIN32
#include <sys/wait.h>
#include <unistd.h>
#endif

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace leverkin {
namespace {

TEST(ThreadPool, RunsEveryTaskOnce) {
  for (const int threads : {1, 2, 5}) {
    std::vector<std::atomic<int>> runs(1000);
    parallel_for(1000, threads, [&](std::int64_t i) { ++runs[static_cast<std::size_t>(i)]; });
    for (const auto& run : runs) ASSERT_EQ(run, 1);
  }
}

TEST(ThreadPool, ThrowsTheFirstErrorAgainAndStaysUsable) {
  EXPECT_THROW(parallel_for(100, 2,
                            [](std::int64_t i) {
                              if (i == 3) throw std::runtime_error("3");
                            }),
               std::runtime_error);
  std::atomic<int> runs = 0;
  parallel_for(10, 2, [&](std::int64_t) { ++runs; });
  EXPECT_EQ(runs, 10);
}

TEST(ThreadPool, RunsNestedCallsInPlace) {
  std::atomic<int> runs = 0;
  parallel_for(4, 2, [&](std::int64_t) { parallel_for(5, 2, [&](std::int64_t) { ++runs; }); });
  EXPECT_EQ(runs, 20);
}

TEST(ThreadPool, ServesCallersOnDifferentThreads) {
  std::atomic<int> runs = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] {
      for (int k = 0; k < 50; ++k) parallel_for(20, 2, [&](std::int64_t) { ++runs; });
    });
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(runs, 4 * 50 * 20);
}

#ifndef _WIN32  // which has no fork()
TEST(ThreadPool, WorksInAForkedChild) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "the thread sanitizer does not follow threads into a child";
#endif
  parallel_for(8, 2, [](std::int64_t) {});
  const pid_t child = fork();
  if (child == 0) {
    std::atomic<int> runs = 0;
    parallel_for(100, 2, [&](std::int64_t) { ++runs; });
    _exit(runs == 100 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
#endif

}  // namespace
}  // namespace leverkin
