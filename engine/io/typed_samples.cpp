#include "io/typed_samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "kernels/volts.h"
#include "leverkin/error.h"

namespace leverkin {
namespace {

struct TypeFacts {
  const char* name;
  std::size_t bytes;
};
constexpr std::array<TypeFacts, 10> facts{{{"float64", 8},
                                           {"float32", 4},
                                           {"int8", 1},
                                           {"uint8", 1},
                                           {"int16", 2},
                                           {"uint16", 2},
                                           {"int32", 4},
                                           {"uint32", 4},
                                           {"int64", 8},
                                           {"uint64", 8}}};

const TypeFacts& facts_of(NumberType type) { return facts[static_cast<std::size_t>(type)]; }

template <typename T>
void widen(const std::byte* stored, std::span<double> numbers) {
  const T* values = reinterpret_cast<const T*>(stored);
  std::copy_n(values, numbers.size(), numbers.begin());
}

constexpr std::int64_t gathered_bytes = 1 << 18;  // read at once where numbers lie a step apart

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

TypedSamples::TypedSamples(std::shared_ptr<const ByteSource> bytes, const NumberPlace& place,
                           std::string name)
    : bytes_(std::move(bytes)), place_(place), name_(std::move(name)) {
  const auto width = static_cast<std::int64_t>(value_bytes());
  if (place_.step == 0) place_.step = width;
  const std::int64_t room = bytes_->size() - place_.offset - width;
  if (place_.count > 0 && (place_.offset < 0 || room < 0 || place_.count - 1 > room / place_.step))
    throw BadSession({bytes_->path(), name_, "",
                      fmt::format("{} numbers ({}) in a file of {} bytes", place_.count, name_of(place_.type),
                                  bytes_->size()),
                      "a file that is whole; copy it again from where it was recorded"});
}

std::string TypedSamples::storage() const {
  return fmt::format("{}, {}", name_of(place_.type), bytes_->is_packed() ? "packed" : "contiguous");
}

void TypedSamples::read_block(std::int64_t first, std::int64_t count, Workspace*, std::byte* stored) const {
  read(first, count, stored);
}

void TypedSamples::read(std::int64_t first, std::int64_t count, std::byte* stored) const {
  const auto width = static_cast<std::int64_t>(value_bytes());
  if (place_.step == width) {
    bytes_->read(place_.offset + first * width, {stored, static_cast<std::size_t>(count * width)});
  } else {
    std::vector<std::byte> together;
    const std::int64_t most = std::max<std::int64_t>(1, gathered_bytes / place_.step);
    for (std::int64_t done = 0; done < count; done += most) {
      const std::int64_t some = std::min(most, count - done);
      together.resize(static_cast<std::size_t>((some - 1) * place_.step + width));
      bytes_->read(place_.offset + (first + done) * place_.step, together);
      for (std::int64_t i = 0; i < some; ++i)
        std::memcpy(stored + (done + i) * width, together.data() + i * place_.step,
                    static_cast<std::size_t>(width));
    }
  }
  if (!place_.big_endian) return;
  for (std::int64_t i = 0; i < count; ++i) std::reverse(stored + i * width, stored + (i + 1) * width);
}

void TypedSamples::to_volts(std::int64_t, const std::byte* stored, std::span<double> volts) const {
  switch (place_.type) {
    case NumberType::float64:
      return widen<double>(stored, volts);
    case NumberType::float32:
      return kernels::to_volts(reinterpret_cast<const float*>(stored), volts.size(), 1.0, 0.0, volts.data());
    case NumberType::int8:
      return widen<std::int8_t>(stored, volts);
    case NumberType::uint8:
      return widen<std::uint8_t>(stored, volts);
    case NumberType::int16:
      return kernels::to_volts(reinterpret_cast<const std::int16_t*>(stored), volts.size(), 1.0, 0.0,
                               volts.data());
    case NumberType::uint16:
      return widen<std::uint16_t>(stored, volts);
    case NumberType::int32:
      return widen<std::int32_t>(stored, volts);
    case NumberType::uint32:
      return widen<std::uint32_t>(stored, volts);
    case NumberType::int64:
      return widen<std::int64_t>(stored, volts);
    case NumberType::uint64:
      return widen<std::uint64_t>(stored, volts);
  }
}

}  // namespace leverkin
