#include "report/page_blocks.h"

#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <new>
#include <vector>

namespace leverkin::tools {
namespace {

constexpr std::int16_t nothing = std::numeric_limits<std::int16_t>::min();
constexpr double largest = 32000.0;  // steps on either side of the middle

std::string deflated(std::string_view bytes) {
  constexpr int level = 8;  // the last 2 % of size would cost as much time again
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(level), libdeflate_free_compressor);
  if (!compressor) throw std::bad_alloc();
  std::string packed(libdeflate_zlib_compress_bound(compressor.get(), bytes.size()), '\0');
  packed.resize(
      libdeflate_zlib_compress(compressor.get(), bytes.data(), bytes.size(), packed.data(), packed.size()));
  return packed;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8U | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += k <= count ? letters[group >> (18 - 6 * k) & 63U] : '=';
  }
  return text;
}

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -low;
};

Range range_of(std::span<const double> values) {
  Range range;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  }
  return range.low <= range.high ? range : Range{0.0, 0.0};
}

std::uint16_t zigzag(std::uint16_t difference) {
  return static_cast<std::uint16_t>(difference << 1U) ^ static_cast<std::uint16_t>(-(difference >> 15U));
}

}  // namespace

std::string PageBlocks::add(std::string_view bytes) {
  std::string id = fmt::format("block-{}", count_++);
  html_ += fmt::format("<script type=\"application/octet-stream\" id=\"{}\">{}</script>\n", id,
                       base64(deflated(bytes)));
  return id;
}

Json PageBlocks::add(const Matrix& matrix, double step) {
  const auto [low, high] = range_of(matrix.values);
  const double zero = 0.5 * (low + high);
  const double coarsest = (high - low) / (2.0 * largest);
  if (!(step > coarsest)) step = std::max(coarsest, std::numeric_limits<double>::min());
  const std::size_t count = matrix.values.size();
  std::string bytes(2 * count, '\0');
  std::uint16_t last = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % static_cast<std::size_t>(matrix.columns) == 0) last = 0;
    const double value = matrix.values[i];
    const auto stepped =
        std::isfinite(value) ? static_cast<std::int16_t>(std::lround((value - zero) / step)) : nothing;
    const auto bits = static_cast<std::uint16_t>(stepped);
    const std::uint16_t code = zigzag(static_cast<std::uint16_t>(bits - last));
    bytes[i] = static_cast<char>(code & 255U);
    bytes[count + i] = static_cast<char>(code >> 8U);
    last = bits;
  }
  const auto rows = matrix.columns > 0 ? static_cast<std::int64_t>(count) / matrix.columns : 0;
  return {{"block", add(bytes)}, {"rows", rows}, {"columns", matrix.columns}, {"step", step}, {"zero", zero}};
}

}  // namespace leverkin::tools
