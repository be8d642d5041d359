#include "io/column_blocks.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <libdeflate.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "kernels/unshuffle.h"
#include "leverkin/error.h"

namespace leverkin {
namespace {

constexpr std::int64_t block_values =
    1 << 15;  // a quarter of a MB of doubles: stays in a core's second-level cache

}  // namespace

struct ColumnBlocks::Scratch::Unpacker {
  struct Free {
    void operator()(libdeflate_decompressor* d) const { libdeflate_free_decompressor(d); }
  };
  std::unique_ptr<libdeflate_decompressor, Free> inflate{libdeflate_alloc_decompressor()};
};

ColumnBlocks::Scratch::Scratch() = default;
ColumnBlocks::Scratch::~Scratch() = default;
ColumnBlocks::Scratch::Scratch(Scratch&&) noexcept = default;
ColumnBlocks::Scratch& ColumnBlocks::Scratch::operator=(Scratch&&) noexcept = default;

// A file of our own, beside the one that HDF5 has open.
class ColumnBlocks::File {
 public:
  explicit File(const std::string& path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }

  // What went wrong; nothing where all of it was read.
  std::string read(std::int64_t place, std::byte* to, std::size_t bytes) const {
    while (bytes > 0) {
      const ssize_t got = ::pread(descriptor_, to, bytes, place);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return std::strerror(errno);
      if (got == 0) return "the file ends before them";
      place += got;
      to += got;
      bytes -= static_cast<std::size_t>(got);
    }
    return {};
  }

 private:
  int descriptor_;
};

ColumnBlocks::ColumnBlocks(const Column& column)
    : column_(column), chunks_(column.chunks()), per_block_(block_values) {
  if (column.place_in_file()) file_ = std::make_shared<File>(column.file());
  if (file_ && !file_->is_open()) file_.reset();
  if (chunks_.values > 0) per_block_ = (block_values + chunks_.values - 1) / chunks_.values * chunks_.values;
}

ColumnBlocks::Block ColumnBlocks::block(std::int64_t i) const {
  const std::int64_t first = i * per_block_;
  return {first, std::min(per_block_, column_.size() - first)};
}

void ColumnBlocks::read(std::int64_t i, Scratch& scratch, std::byte* values) const {
  const Block wanted = block(i);
  if (file_) return read_from_file(wanted, values);
  if (!chunks_.readable) return column_.read_stored(wanted.first, wanted.count, values);
  for (std::int64_t done = 0; done < wanted.count; done += chunks_.values)
    read_chunk(wanted.first + done, std::min(chunks_.values, wanted.count - done), scratch,
               values + static_cast<std::size_t>(done) * column_.value_bytes());
}

void ColumnBlocks::read_from_file(const Block& wanted, std::byte* values) const {
  const auto width = static_cast<std::int64_t>(column_.value_bytes());
  const std::string wrong = file_->read(*column_.place_in_file() + wanted.first * width, values,
                                        static_cast<std::size_t>(wanted.count * width));
  if (!wrong.empty()) throw column_.damaged(wanted.first, wanted.count, wrong);
}

void ColumnBlocks::read_chunk(std::int64_t first, std::int64_t count, Scratch& scratch,
                              std::byte* values) const {
  const bool whole = count == chunks_.values;
  // The last chunk is stored whole.
  if (!whole) scratch.chunk_.resize(static_cast<std::size_t>(chunks_.values) * column_.value_bytes());
  std::byte* chunk = whole ? values : scratch.chunk_.data();
  const Column::PackedChunk packed = column_.read_packed(first, scratch.packed_, chunk);
  if (packed.bytes == 0) return column_.read_stored(first, count, values);  // never written: HDF5 fills it
  if (!packed.in_place) unpack(packed, scratch, chunk, first);
  if (!whole) std::memcpy(values, chunk, static_cast<std::size_t>(count) * column_.value_bytes());
}

void ColumnBlocks::unpack(const Column::PackedChunk& packed, Scratch& scratch, std::byte* values,
                          std::int64_t first) const {
  const std::size_t bytes = static_cast<std::size_t>(chunks_.values) * column_.value_bytes();
  std::byte* flat = values;
  if (packed.shuffled) {
    scratch.planes_.resize(bytes);
    flat = scratch.planes_.data();
  }
  std::size_t unpacked = packed.bytes;
  bool whole = packed.bytes == bytes;
  if (packed.deflated) {
    if (!scratch.unpacker_) scratch.unpacker_ = std::make_unique<Scratch::Unpacker>();
    whole = libdeflate_zlib_decompress(scratch.unpacker_->inflate.get(), scratch.packed_.data(), packed.bytes,
                                       flat, bytes, &unpacked) == LIBDEFLATE_SUCCESS &&
            unpacked == bytes;
  } else if (whole) {
    std::memcpy(flat, scratch.packed_.data(), bytes);
  }
  if (!whole)
    throw column_.damaged(first, std::min(chunks_.values, column_.size() - first),
                          packed.deflated ? "gzip data that do not unpack" : "a chunk of another size");
  if (packed.shuffled)
    kernels::unshuffle(reinterpret_cast<const std::uint8_t*>(flat), column_.value_bytes(),
                       static_cast<std::size_t>(chunks_.values), reinterpret_cast<std::uint8_t*>(values));
}

}  // namespace leverkin
