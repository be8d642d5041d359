// engine/io/input_hash.h: were these the same samples and the same trials?
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "leverkin/session.h"

namespace leverkin {

/// XXH3-128 of the lever samples as they are stored, then of the trial columns (input_xxh3 in
/// docs/formats.md).
class InputHash {
 public:
  InputHash();
  ~InputHash();
  InputHash(InputHash&&) noexcept;
  InputHash& operator=(InputHash&&) noexcept;

  /// Never allocates.
  void add(const void* samples, std::size_t bytes) noexcept;

  /// In hexadecimal. `trials` on the file's own clock.
  [[nodiscard]] std::string finish(const TrialTable& trials);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace leverkin
