// engine/io/input_hash.h: were these the same samples and the same trials?
#pragma once

#include <cstddef>
#include <string>

#include "io/xxh3.h"
#include "leverkin/session.h"

namespace leverkin {

/// XXH3-128 of the lever samples as they are stored, then of the trial columns (input_xxh3 in
/// docs/formats.md).
class InputHash {
 public:
  /// Never allocates.
  void add(const void* samples, std::size_t bytes) noexcept { hash_.add(samples, bytes); }

  /// In hexadecimal. `trials` on the file's own clock.
  [[nodiscard]] std::string finish(const TrialTable& trials);

 private:
  Xxh3 hash_;
};

}  // namespace leverkin
