#include "leverkin/planner.h"

#include <gtest/gtest.h>

#include <mutex>

#include "leverkin/bouts.h"
#include "leverkin/error.h"
#include "session_files.h"

namespace leverkin {
namespace {

class HostsLock : public testing::Test {
 protected:
  void SetUp() override {
    use_planner_lock(
        [this] {
          mutex_.lock();
          ++taken_;
          ++held_;
        },
        [this] {
          --held_;
          mutex_.unlock();
        });
  }
  void TearDown() override { use_planner_lock({}, {}); }

  std::mutex mutex_;
  int taken_ = 0, held_ = 0;
};

TEST_F(HostsLock, IsTakenAroundEveryPlan) {
  (void)segment({test::sine(30000), {}});
  EXPECT_GT(taken_, 0);
  EXPECT_EQ(held_, 0);
}

TEST_F(HostsLock, IsTheOneThatLockPlannerTakes) {
  lock_planner();
  EXPECT_EQ(held_, 1);
  unlock_planner();
  EXPECT_EQ(held_, 0);
}

TEST_F(HostsLock, IsGivenBack) {
  use_planner_lock({}, {});
  (void)segment({test::sine(30000), {}});
  EXPECT_EQ(taken_, 0);
}

TEST_F(HostsLock, ConsistsOfTwoParts) {
  EXPECT_THROW(use_planner_lock([] {}, {}), BadArgument);
  lock_planner();
  EXPECT_EQ(held_, 1);
  unlock_planner();
}

}  // namespace
}  // namespace leverkin
