#include "support/ordered_blocks.h"

#include <atomic>
#include <exception>
#include <thread>

#include "support/thread_pool.h"
#include "support/wait_and_wake.h"

namespace leverkin {
namespace {

// Whose turn it is to be used. Turns are short, a fraction of a millisecond: a thread that waits looks again
// and again for about as long before it sleeps, because waking up takes longer than a turn.
class Turn {
 public:
  // False where an earlier block failed.
  bool wait_for(std::int64_t i) {
    constexpr int looks = 1000;
    for (int look = 0;; ++look) {
      const std::int64_t now = now_.load(std::memory_order_acquire);
      if (now == i) return true;
      if (now == stopped) return false;
      if (look < looks)
        std::this_thread::yield();
      else
        wait_while(now_, now);
    }
  }
  void pass(std::int64_t i) { set(i + 1); }
  void stop() { set(stopped); }

 private:
  static constexpr std::int64_t stopped = -1;
  void set(std::int64_t value) {
    now_.store(value, std::memory_order_release);
    wake_all(now_);
  }
  std::atomic<std::int64_t> now_{0};
};

}  // namespace

void ordered_blocks(std::int64_t count, int threads,
                    const std::function<void(std::int64_t worker, std::int64_t i)>& prepare,
                    const std::function<void(std::int64_t worker, std::int64_t i)>& use) {
  Turn turn;
  std::atomic<std::int64_t> next = 0;
  parallel_for(worker_count(threads, count), threads, [&](std::int64_t worker) {
    for (std::int64_t i = next++; i < count; i = next++) {
      std::exception_ptr failure;
      try {
        prepare(worker, i);
      } catch (...) {
        failure = std::current_exception();  // thrown when it is this block's turn: earlier ones may fail too
      }
      if (!turn.wait_for(i)) return;
      try {
        if (failure) std::rethrow_exception(failure);
        use(worker, i);
      } catch (...) {
        turn.stop();
        throw;
      }
      turn.pass(i);
    }
  });
}

}  // namespace leverkin
