// engine/support/aligned_buffer.h: room for numbers, on a cache line, not set to anything.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

#include "support/large_pages.h"

namespace leverkin {

template <typename T>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t size)
      : data_(static_cast<T*>(::operator new(size * sizeof(T), alignment(size))), Free{alignment(size)}),
        size_(size) {
    if (size * sizeof(T) >= large) prefer_large_pages(data_.get(), size * sizeof(T));
  }

  [[nodiscard]] T* data() { return data_.get(); }
  [[nodiscard]] const T* data() const { return data_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Room for at least `size`; what was there is lost where it has to grow.
  void reserve(std::size_t size) {
    if (size > size_) *this = AlignedBuffer(size);
  }

 private:
  static constexpr std::size_t large = std::size_t{4} << 20, page = std::size_t{2} << 20;
  static std::align_val_t alignment(std::size_t size) {
    return std::align_val_t{size * sizeof(T) >= large ? page : 64};
  }
  struct Free {
    std::align_val_t alignment;
    void operator()(T* data) const { ::operator delete(data, alignment); }
  };
  std::unique_ptr<T, Free> data_{nullptr, Free{std::align_val_t{64}}};
  std::size_t size_ = 0;
};

}  // namespace leverkin
