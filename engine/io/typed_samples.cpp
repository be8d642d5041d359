#include "io/typed_samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "leverkin/error.h"

namespace leverkin {
namespace {

constexpr std::int64_t gathered_bytes = 1 << 18;  // read at once where numbers lie a step apart

}  // namespace

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
  convert(place_.type, stored, volts);
}

}  // namespace leverkin
