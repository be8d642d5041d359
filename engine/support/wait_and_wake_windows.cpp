#include <windows.h>

#include "support/wait_and_wake.h"

namespace leverkin {
namespace {

static_assert(sizeof(SRWLOCK) == sizeof(void*) && sizeof(CONDITION_VARIABLE) == sizeof(void*));

PSRWLOCK lock_at(void*& native) { return reinterpret_cast<PSRWLOCK>(&native); }
PCONDITION_VARIABLE condition_at(void*& native) { return reinterpret_cast<PCONDITION_VARIABLE>(&native); }

// One for all values: whoever is woken looks at its own.
SRWLOCK values_lock = SRWLOCK_INIT;
CONDITION_VARIABLE values_changed = CONDITION_VARIABLE_INIT;

}  // namespace

void wait_while(const std::atomic<std::int64_t>& value, std::int64_t is) {
  ::AcquireSRWLockExclusive(&values_lock);
  while (value.load(std::memory_order_acquire) == is)
    ::SleepConditionVariableSRW(&values_changed, &values_lock, INFINITE, 0);
  ::ReleaseSRWLockExclusive(&values_lock);
}

void wake_all(std::atomic<std::int64_t>&) {
  ::AcquireSRWLockExclusive(&values_lock);  // nobody is between looking and sleeping
  ::ReleaseSRWLockExclusive(&values_lock);
  ::WakeAllConditionVariable(&values_changed);
}

void Mutex::lock() { ::AcquireSRWLockExclusive(lock_at(native_)); }
void Mutex::unlock() { ::ReleaseSRWLockExclusive(lock_at(native_)); }

void Condition::notify_all() { ::WakeAllConditionVariable(condition_at(native_)); }
void Condition::sleep(Mutex& mutex) {
  ::SleepConditionVariableSRW(condition_at(native_), lock_at(mutex.native_), INFINITE, 0);
}

}  // namespace leverkin
