#include "io/number_type.h"

#include <algorithm>
#include <array>

#include "kernels/volts.h"

namespace leverkin {
namespace {

void convert_floats(const void* values, std::span<double> doubles, double scale, double offset) {
  kernels::to_volts(static_cast<const float*>(values), doubles.size(), scale, offset, doubles.data());
}

void convert_int16s(const void* values, std::span<double> doubles, double scale, double offset) {
  kernels::to_volts(static_cast<const std::int16_t*>(values), doubles.size(), scale, offset, doubles.data());
}

// Other types are rare.
template <typename T>
void scale_values(const void* values, std::span<double> doubles, double scale, double offset) {
  const T* stored = static_cast<const T*>(values);
  for (std::size_t i = 0; i < doubles.size(); ++i)
    doubles[i] = static_cast<double>(stored[i]) * scale + offset;
}

template <typename T>
void copy_values(const void* values, std::span<double> doubles) {
  const T* stored = static_cast<const T*>(values);
  for (std::size_t i = 0; i < doubles.size(); ++i) doubles[i] = static_cast<double>(stored[i]);
}

// An unscaled value stays bit for bit what it was, also a negative zero.
template <typename T>
void convert_values(const void* values, std::span<double> doubles, double scale, double offset) {
  if (scale == 1.0 && offset == 0.0)
    copy_values<T>(values, doubles);
  else
    scale_values<T>(values, doubles, scale, offset);
}

struct TypeFacts {
  const char* name;
  std::size_t bytes;
  void (*convert)(const void*, std::span<double>, double, double);
};

// In the order of NumberType.
constexpr std::array<TypeFacts, 10> facts{{{"float64", 8, convert_values<double>},
                                           {"float32", 4, convert_floats},
                                           {"int8", 1, convert_values<std::int8_t>},
                                           {"uint8", 1, convert_values<std::uint8_t>},
                                           {"int16", 2, convert_int16s},
                                           {"uint16", 2, convert_values<std::uint16_t>},
                                           {"int32", 4, convert_values<std::int32_t>},
                                           {"uint32", 4, convert_values<std::uint32_t>},
                                           {"int64", 8, convert_values<std::int64_t>},
                                           {"uint64", 8, convert_values<std::uint64_t>}}};

const TypeFacts& facts_of(NumberType type) { return facts[static_cast<std::size_t>(type)]; }

}  // namespace

std::string name_of(NumberType type) { return facts_of(type).name; }
std::size_t bytes_of(NumberType type) { return facts_of(type).bytes; }

bool find_type(const std::string& name, NumberType& type) {
  const auto* const at =
      std::ranges::find(facts, name, [](const TypeFacts& one) { return std::string(one.name); });
  if (at == facts.end()) return false;
  type = static_cast<NumberType>(at - facts.begin());
  return true;
}

void convert(NumberType type, const void* values, std::span<double> doubles, double scale, double offset) {
  facts_of(type).convert(values, doubles, scale, offset);
}

}  // namespace leverkin
