// engine/support/large_pages.h: memory for arrays as long as a recording.
#pragma once

#include <cstddef>
#include <vector>

namespace leverkin {

/// Asks the system to back this memory with large pages, where it can: touching 30 MB for the first time
/// otherwise costs more than filtering it. Nothing but time depends on it.
void prefer_large_pages(void* memory, std::size_t bytes);

/// values.reserve(count), on large pages.
template <typename T>
void reserve_large(std::vector<T>& values, std::size_t count) {
  values.reserve(count);
  prefer_large_pages(values.data(), count * sizeof(T));
}

/// values.resize(count), on large pages.
template <typename T>
void resize_large(std::vector<T>& values, std::size_t count) {
  reserve_large(values, count);
  values.resize(count);
}

}  // namespace leverkin
