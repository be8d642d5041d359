#include "io/column_samples.h"

#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/unshuffle.h"
#include "leverkin/error.h"
#include "support/system_file.h"

namespace leverkin {
namespace {

constexpr std::int64_t least_block =
    1 << 15;  // a quarter of a MB of doubles: stays in a core's second-level cache

// What went wrong; nothing where all of it was read.
std::string read_at(int descriptor, std::int64_t place, std::byte* to, std::size_t bytes) {
  while (bytes > 0) {
    const std::int64_t got = system_file::read_at(descriptor, to, bytes, place);
    if (got < 0) return std::strerror(errno);
    if (got == 0) return "the file ends before them";
    place += got;
    to += got;
    bytes -= static_cast<std::size_t>(got);
  }
  return {};
}

std::int64_t samples_per_block(const NumberColumn::Chunks& chunks) {
  if (chunks.values == 0) return least_block;
  return (least_block + chunks.values - 1) / chunks.values * chunks.values;
}

}  // namespace

struct ColumnSamples::Scratch final : Workspace {
  struct Free {
    void operator()(libdeflate_decompressor* d) const { libdeflate_free_decompressor(d); }
  };
  std::unique_ptr<libdeflate_decompressor, Free> inflate{libdeflate_alloc_decompressor()};
  std::vector<std::byte> packed, planes, chunk;
};

ColumnSamples::ColumnSamples(std::unique_ptr<NumberColumn> column, Conversion conversion)
    : column_(std::move(column)),
      conversion_(conversion),
      block_samples_(samples_per_block(column_->chunks())) {}

std::unique_ptr<SampleSource::Workspace> ColumnSamples::workspace() const {
  if (!column_->chunks().readable) return nullptr;
  return std::make_unique<Scratch>();
}

void ColumnSamples::read_block(std::int64_t first, std::int64_t count, Workspace* own,
                               std::byte* stored) const {
  const std::int64_t chunk = column_->chunks().values;
  if (column_->in_place()) return read_in_place(first, count, stored);
  if (!column_->chunks().readable) return column_->read_stored(first, count, stored);
  for (std::int64_t done = 0; done < count; done += chunk)
    read_chunk(first + done, std::min(chunk, count - done), static_cast<Scratch&>(*own),
               stored + static_cast<std::size_t>(done) * value_bytes());
}

void ColumnSamples::read(std::int64_t first, std::int64_t count, std::byte* stored) const {
  if (column_->in_place()) return read_in_place(first, count, stored);
  column_->read_stored(first, count, stored);
}

void ColumnSamples::to_volts(std::int64_t, const std::byte* stored, std::span<double> volts) const {
  column_->convert(stored, volts, conversion_.volts_per_count, conversion_.offset_v);
}

void ColumnSamples::read_in_place(std::int64_t first, std::int64_t count, std::byte* stored) const {
  const auto width = static_cast<std::int64_t>(value_bytes());
  const NumberColumn::InPlace& place = *column_->in_place();
  const std::string wrong = read_at(place.descriptor, place.offset + first * width, stored,
                                    static_cast<std::size_t>(count * width));
  if (!wrong.empty()) throw column_->damaged(first, count, wrong);
}

void ColumnSamples::read_chunk(std::int64_t first, std::int64_t count, Scratch& scratch,
                               std::byte* stored) const {
  const auto chunk_values = static_cast<std::size_t>(column_->chunks().values);
  const bool whole = static_cast<std::size_t>(count) == chunk_values;
  // The last chunk is stored whole.
  if (!whole) scratch.chunk.resize(chunk_values * value_bytes());
  std::byte* chunk = whole ? stored : scratch.chunk.data();
  const NumberColumn::PackedChunk packed = column_->read_packed(first, scratch.packed, chunk);
  if (packed.bytes == 0) return column_->read_stored(first, count, stored);  // never written: HDF5 fills it
  if (!packed.in_place) unpack(packed, scratch, chunk, first);
  if (!whole) std::memcpy(stored, chunk, static_cast<std::size_t>(count) * value_bytes());
}

void ColumnSamples::unpack(const NumberColumn::PackedChunk& packed, Scratch& scratch, std::byte* stored,
                           std::int64_t first) const {
  const std::size_t bytes = static_cast<std::size_t>(column_->chunks().values) * value_bytes();
  std::byte* flat = stored;
  if (packed.shuffled) {
    scratch.planes.resize(bytes);
    flat = scratch.planes.data();
  }
  std::size_t unpacked = packed.bytes;
  bool whole = packed.bytes == bytes;
  if (packed.deflated) {
    whole = libdeflate_zlib_decompress(scratch.inflate.get(), scratch.packed.data(), packed.bytes, flat,
                                       bytes, &unpacked) == LIBDEFLATE_SUCCESS &&
            unpacked == bytes;
  } else if (whole) {
    std::memcpy(flat, scratch.packed.data(), bytes);
  }
  if (!whole)
    throw column_->damaged(first, std::min(column_->chunks().values, column_->size() - first),
                           packed.deflated ? "gzip data that do not unpack" : "a chunk of another size");
  if (packed.shuffled)
    kernels::unshuffle(reinterpret_cast<const std::uint8_t*>(flat), value_bytes(),
                       static_cast<std::size_t>(column_->chunks().values),
                       reinterpret_cast<std::uint8_t*>(stored));
}

double ColumnTimestamps::resolution_s(double seconds) const {
  if (!column_->is_float32()) return Timestamps::resolution_s(seconds);
  const float size = std::abs(static_cast<float>(seconds));
  return static_cast<double>(std::nextafter(size, std::numeric_limits<float>::infinity()) - size);
}

}  // namespace leverkin
