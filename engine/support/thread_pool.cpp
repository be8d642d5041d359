#include "support/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

#include "support/host_process.h"
#include "support/processors.h"
#include "support/wait_and_wake.h"

namespace leverkin {
namespace {

thread_local bool inside_task = false;

// One parallel_for: shared by the caller and the workers that join it.
struct Job {
  std::int64_t count;
  const std::function<void(std::int64_t)>& task;
  std::atomic<std::int64_t> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr error;
  std::mutex error_mutex;

  void run() {
    inside_task = true;
    for (std::int64_t i = next++; i < count && !failed; i = next++) {
      try {
        task(i);
      } catch (...) {
        const std::lock_guard guard(error_mutex);
        if (!failed.exchange(true)) error = std::current_exception();
      }
    }
    inside_task = false;
  }
};

class Pool {
 public:
  ~Pool() {
    {
      const std::lock_guard guard(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  void run(Job& job, int helpers) {
    std::unique_lock guard(mutex_);
    hire(helpers);
    job_ = &job;
    wanted_ = helpers;
    wake_.notify_all();
    guard.unlock();
    job.run();
    guard.lock();
    wanted_ = 0;  // a worker that has not come by now is not needed
    done_.wait(guard, [this] { return busy_ == 0; });
    job_ = nullptr;
  }

 private:
  // As many as the machine gives: fewer threads take longer, and that is all.
  void hire(int helpers) {
    try {
      while (static_cast<int>(workers_.size()) < helpers) workers_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
    }
  }

  void work() {
    std::unique_lock guard(mutex_);
    while (true) {
      wake_.wait(guard, [this] { return stopping_ || wanted_ > 0; });
      if (stopping_) return;
      --wanted_;
      ++busy_;
      Job& job = *job_;
      guard.unlock();
      job.run();
      guard.lock();
      if (--busy_ == 0) done_.notify_all();
    }
  }

  Mutex mutex_;
  Condition wake_, done_;
  std::vector<std::thread> workers_;
  Job* job_ = nullptr;
  int wanted_ = 0, busy_ = 0;
  bool stopping_ = false;
};

std::mutex use_mutex;  // one job at a time; a second caller works alone
// Whatever waits for threads when the process ends must be able to.
struct EndWithThreads {
  void operator()(Pool* pool) const {
    if (threads_end_before_statics()) delete pool;
  }
};
std::unique_ptr<Pool, EndWithThreads> pool;

// Threads do not survive fork(): the child forgets the parent's pool and makes its own when it needs one. The
// parent's lock is not waited for: whoever holds it may be waiting for the thread that forks (Python's lock,
// in a function that is told of progress).
void forget_pool_in_child() {
  static std::once_flag once;
  std::call_once(once, [] {
    at_fork(nullptr, nullptr, [] {
      (void)pool.release();
      ::new (&use_mutex) std::mutex;
    });
  });
}

}  // namespace

int default_threads() { return usable_processors(); }

std::int64_t worker_count(int threads, std::int64_t tasks) {
  return std::clamp<std::int64_t>(tasks, 1, threads > 0 ? threads : default_threads());
}

void parallel_for(std::int64_t count, int threads, const std::function<void(std::int64_t)>& task) {
  if (count <= 0) return;
  const int wanted = threads > 0 ? threads : default_threads();
  const int helpers = static_cast<int>(std::min<std::int64_t>(wanted, count)) - 1;
  if (helpers <= 0 || inside_task) {
    for (std::int64_t i = 0; i < count; ++i) task(i);
    return;
  }
  Job job{count, task, {}, {}, nullptr, {}};
  {
    std::unique_lock guard(use_mutex, std::try_to_lock);
    if (guard.owns_lock()) {
      forget_pool_in_child();
      if (!pool) {
        stay_loaded();
        pool.reset(new Pool);
      }
      pool->run(job, helpers);
    } else {
      job.run();
    }
  }
  if (job.error) std::rethrow_exception(job.error);
}

}  // namespace leverkin
