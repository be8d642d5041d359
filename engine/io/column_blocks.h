// engine/io/column_blocks.h: how do several threads read one long column, block by block?
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "io/column.h"

namespace leverkin {

/// A column cut into blocks that can be read independently: whole chunks where it is chunked. Chunks packed
/// with gzip, with or without shuffle, are fetched as they are stored and unpacked outside HDF5's lock, by
/// several threads at once; anything else goes through HDF5.
class ColumnBlocks {
 public:
  struct Block {
    std::int64_t first, count;
  };

  /// What one thread needs while it reads.
  class Scratch {
   public:
    Scratch();
    ~Scratch();
    Scratch(Scratch&&) noexcept;
    Scratch& operator=(Scratch&&) noexcept;

   private:
    friend class ColumnBlocks;
    struct Unpacker;
    std::unique_ptr<Unpacker> unpacker_;
    std::vector<std::byte> packed_, planes_, chunk_;
  };

  explicit ColumnBlocks(const Column& column);

  [[nodiscard]] std::int64_t count() const { return (column_.size() + per_block_ - 1) / per_block_; }
  [[nodiscard]] std::int64_t largest() const { return per_block_; }
  [[nodiscard]] Block block(std::int64_t i) const;

  /// The values of block i as stored. Throws BadSession where the file is damaged there.
  void read(std::int64_t i, Scratch& scratch, std::byte* values) const;

 private:
  void read_chunk(std::int64_t first, std::int64_t count, Scratch& scratch, std::byte* values) const;
  void unpack(const Column::PackedChunk& packed, Scratch& scratch, std::byte* values,
              std::int64_t first) const;

  void read_from_file(const Block& wanted, std::byte* values) const;

  class File;
  const Column& column_;
  std::shared_ptr<const File> file_;  // of contiguous data
  Column::Chunks chunks_;
  std::int64_t per_block_;
};

}  // namespace leverkin
