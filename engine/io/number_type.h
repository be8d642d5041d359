// engine/io/number_type.h: which numbers do recordings hold, and how do they become doubles?
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace leverkin {

/// Integers in order of size, each signed before unsigned.
enum class NumberType : std::uint8_t {
  float64,
  float32,
  int8,
  uint8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64
};

[[nodiscard]] std::string name_of(NumberType type);
[[nodiscard]] std::size_t bytes_of(NumberType type);
/// "int16" as name_of has it. Throws nothing: false where there is no such type.
[[nodiscard]] bool find_type(const std::string& name, NumberType& type);

/// doubles[i] = value * scale + offset, of `doubles.size()` values in the machine's byte order.
void convert(NumberType type, const void* values, std::span<double> doubles, double scale = 1.0,
             double offset = 0.0);

}  // namespace leverkin
