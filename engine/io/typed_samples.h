// engine/io/typed_samples.h: how are numbers read that lie in a file one after the other, or a step apart?
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "io/byte_source.h"
#include "io/number_type.h"
#include "io/sample_source.h"

namespace leverkin {

/// Where numbers lie.
struct NumberPlace {
  NumberType type = NumberType::float64;
  std::int64_t offset = 0;  ///< of the first one, in bytes
  std::int64_t step = 0;    ///< bytes from one to the next; 0: without a gap
  std::int64_t count = 0;
  bool big_endian = false;
};

/// Numbers as they are: what is read as "volts" are the numbers.
class TypedSamples final : public SampleSource {
 public:
  /// `name`: as messages call them. Throws BadSession where the file cannot hold so many.
  TypedSamples(std::shared_ptr<const ByteSource> bytes, const NumberPlace& place, std::string name);

  [[nodiscard]] std::int64_t size() const override { return place_.count; }
  [[nodiscard]] std::string storage() const override;
  [[nodiscard]] std::size_t value_bytes() const override { return bytes_of(place_.type); }
  [[nodiscard]] bool stores_volts() const override { return place_.type == NumberType::float64; }
  [[nodiscard]] std::int64_t block_samples() const override { return 1 << 15; }

  void read_block(std::int64_t first, std::int64_t count, Workspace* own, std::byte* stored) const override;
  void read(std::int64_t first, std::int64_t count, std::byte* stored) const override;
  void to_volts(std::int64_t first, const std::byte* stored, std::span<double> volts) const override;

 private:
  std::shared_ptr<const ByteSource> bytes_;
  NumberPlace place_;
  std::string name_;
};

}  // namespace leverkin
