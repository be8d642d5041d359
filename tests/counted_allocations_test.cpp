// Replaces the global operator new by one that counts.
#include "counted_allocations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

namespace {

std::atomic<std::int64_t> count{0};
std::atomic<std::int64_t> failing{0};  // of `count`

}  // namespace

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

bool leverkin::test::counts_allocations() { return false; }

#else

bool leverkin::test::counts_allocations() { return true; }

namespace {

#ifdef _WIN32  // where what is aligned is freed by a function of its own
void* memory_for(std::size_t size, std::size_t alignment) {
  return ::_aligned_malloc(size, std::max(alignment, alignof(std::max_align_t)));
}
void free_memory(void* memory) { ::_aligned_free(memory); }
#else
void* memory_for(std::size_t size, std::size_t alignment) {
  return alignment <= alignof(std::max_align_t)
             ? std::malloc(size)
             : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}
void free_memory(void* memory) { std::free(memory); }
#endif

void* take(std::size_t size, std::size_t alignment) {
  return ++count == failing ? nullptr : memory_for(size == 0 ? 1 : size, alignment);
}

void* take_or_throw(std::size_t size, std::size_t alignment) {
  void* memory = take(size, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return take_or_throw(size, 1); }
void* operator new[](std::size_t size) { return take_or_throw(size, 1); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return take_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return take_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return take(size, 1); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return take(size, 1); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { free_memory(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { free_memory(memory); }
void operator delete(void* memory) noexcept { free_memory(memory); }
void operator delete[](void* memory) noexcept { free_memory(memory); }
void operator delete(void* memory, std::size_t) noexcept { free_memory(memory); }
void operator delete[](void* memory, std::size_t) noexcept { free_memory(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { free_memory(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { free_memory(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { free_memory(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { free_memory(memory); }

#endif

namespace leverkin::test {

std::int64_t allocations() { return count; }

void fail_allocation(std::int64_t nth) { failing = nth > 0 ? count + nth : 0; }

TEST(CountedAllocations, SeeEveryOperatorNew) {
  if (!counts_allocations()) GTEST_SKIP() << "a sanitizer has its own operator new";
  const std::int64_t before = allocations();
  const std::vector<double> values(100);
  const auto one = std::make_unique<int>(1);
  struct alignas(128) Wide {
    char bytes[128];
  };
  const auto wide = std::make_unique<Wide>();
  EXPECT_EQ(allocations() - before, 3) << values.size() << *one << wide.get();
}

}  // namespace leverkin::test
