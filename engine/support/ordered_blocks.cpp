#include "support/ordered_blocks.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>

#include "support/thread_pool.h"

namespace leverkin {
namespace {

// Whose turn it is to be used.
class Turn {
 public:
  // False where an earlier block failed.
  bool wait_for(std::int64_t i) {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [&] { return stopped_ || now_ == i; });
    return !stopped_;
  }
  void pass() {
    const std::lock_guard guard(mutex_);
    ++now_;
    changed_.notify_all();
  }
  void stop() {
    const std::lock_guard guard(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t now_ = 0;
  bool stopped_ = false;
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
      turn.pass();
    }
  });
}

}  // namespace leverkin
