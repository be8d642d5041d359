// engine/io/sample_source.h: how are the lever's samples read, wherever a format keeps them?
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "leverkin/session.h"

namespace leverkin {

/// The samples of one recording, cut into blocks that can be read independently and by several threads at
/// once: stored values first (they are what is hashed), volts from them. A format brings its own: a column of
/// an HDF5 file, the sweeps of several files after one another, counts with a polynomial.
class SampleSource {
 public:
  /// What one thread needs while it reads; a source that needs something derives its own.
  class Workspace {
   public:
    Workspace() = default;
    virtual ~Workspace() = default;
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;
  };

  SampleSource() = default;
  virtual ~SampleSource() = default;
  SampleSource(const SampleSource&) = delete;
  SampleSource& operator=(const SampleSource&) = delete;

  [[nodiscard]] virtual std::int64_t size() const = 0;        ///< samples
  [[nodiscard]] virtual std::string storage() const = 0;      ///< "int16, chunked, gzip"
  [[nodiscard]] virtual std::size_t value_bytes() const = 0;  ///< of one stored value
  /// Stored values are doubles and volts already: to_volts() has nothing to do and is not called.
  [[nodiscard]] virtual bool stores_volts() const = 0;
  /// Stored values are std::int16_t, and to_volts() gives just them.
  [[nodiscard]] virtual bool stores_int16() const { return false; }

  /// Samples per block, the last one apart.
  [[nodiscard]] virtual std::int64_t block_samples() const = 0;
  [[nodiscard]] virtual std::unique_ptr<Workspace> workspace() const { return nullptr; }

  /// Samples that nothing is stored for.
  [[nodiscard]] virtual AbsentSamples absent() const { return {}; }

  /// A whole block as stored; `first` is where one begins. Throws BadSession where the file is damaged there.
  virtual void read_block(std::int64_t first, std::int64_t count, Workspace* own,
                          std::byte* stored) const = 0;
  /// Any stretch, as stored. Throws BadSession.
  virtual void read(std::int64_t first, std::int64_t count, std::byte* stored) const = 0;
  /// Volts of `volts.size()` stored values, the first of which is sample `first`.
  virtual void to_volts(std::int64_t first, const std::byte* stored, std::span<double> volts) const = 0;
};

}  // namespace leverkin
