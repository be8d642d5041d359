#include "io/calibrated_samples.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "kernels/volts.h"

namespace leverkin {

void volts_of(const SampleSource& source, std::int64_t first, const std::byte* stored,
              std::span<double> volts) {
  if (source.stores_volts())
    std::memcpy(volts.data(), stored, volts.size_bytes());
  else
    source.to_volts(first, stored, volts);
}

void for_each_block(const SampleSource& source,
                    const std::function<void(std::int64_t first, std::span<const double> values)>& visit) {
  const std::int64_t length = source.block_samples();
  const auto own = source.workspace();
  std::vector<std::byte> stored(static_cast<std::size_t>(length) * source.value_bytes());
  std::vector<double> values(static_cast<std::size_t>(length));
  for (std::int64_t first = 0; first < source.size(); first += length) {
    const std::int64_t count = std::min(length, source.size() - first);
    source.read_block(first, count, own.get(), stored.data());
    const auto block = std::span(values).first(static_cast<std::size_t>(count));
    volts_of(source, first, stored.data(), block);
    visit(first, block);
  }
}

void CalibratedSamples::to_volts(std::int64_t first, const std::byte* stored, std::span<double> volts) const {
  constexpr std::size_t piece = 2048;  // stays in the first cache between the two steps
  const kernels::Cubic cubic{.c = {c_[0], c_[1], c_[2], c_[3]}, .divisor = divisor_};
  if (values().stores_int16())
    return kernels::apply(cubic, reinterpret_cast<const std::int16_t*>(stored), volts.size(), volts.data());
  for (std::size_t at = 0; at < volts.size(); at += piece) {
    const auto some = volts.subspan(at, std::min(piece, volts.size() - at));
    volts_of(values(), first + static_cast<std::int64_t>(at), stored + at * value_bytes(), some);
    kernels::apply(cubic, some.data(), some.size(), some.data());
  }
}

}  // namespace leverkin
