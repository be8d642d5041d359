// engine/io/xxh3.h: are these the same bytes?
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>

namespace leverkin {

/// XXH3-128 of all bytes that were added.
class Xxh3 {
 public:
  using Digest = std::array<unsigned char, 16>;

  Xxh3();
  ~Xxh3();
  Xxh3(Xxh3&&) noexcept;
  Xxh3& operator=(Xxh3&&) noexcept;

  /// Never allocates.
  void add(const void* bytes, std::size_t count) noexcept;

  [[nodiscard]] Digest digest() const;
  [[nodiscard]] std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace leverkin
