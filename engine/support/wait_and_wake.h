// engine/support/wait_and_wake.h: how do threads wait for each other?
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace leverkin {

#ifdef _WIN32
/// As std::mutex, std::condition_variable and the waiting of std::atomic, by Windows' own means: with those
/// of mingw's library, threads were seen to wait for ever for what had happened.
class Mutex {
 public:
  void lock();
  void unlock();

 private:
  friend class Condition;
  void* native_ = nullptr;  // an SRWLOCK, which is a pointer and free where it is null
};

class Condition {
 public:
  template <typename Reached>
  void wait(std::unique_lock<Mutex>& guard, const Reached& reached) {
    while (!reached()) sleep(*guard.mutex());
  }
  void notify_all();

 private:
  void sleep(Mutex& mutex);
  void* native_ = nullptr;  // a CONDITION_VARIABLE
};

void wait_while(const std::atomic<std::int64_t>& value, std::int64_t is);
void wake_all(std::atomic<std::int64_t>& value);
#else
using Mutex = std::mutex;
using Condition = std::condition_variable;

inline void wait_while(const std::atomic<std::int64_t>& value, std::int64_t is) {
  value.wait(is, std::memory_order_acquire);
}
inline void wake_all(std::atomic<std::int64_t>& value) { value.notify_all(); }
#endif

}  // namespace leverkin
