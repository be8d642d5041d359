// engine/stages/correlogram/gram_strip.h: what are the dot products of one session's rows with those of
// others?
//
// Rows lie side by side in panels (kernels/gram_panel.h). A strip of rows is taken against block after block
// of columns; the products of a block are handed over as one list while they are in the cache. No N x N array
// ever exists.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>

#include "kernels/gram_panel.h"
#include "support/aligned_buffer.h"

namespace leverkin {

/// Terms per chain of multiply-adds. Longer rows are cut into chunks whose sums are added in turn, which
/// bounds the rounding; a panel's chunk and a group's fill the first cache.
inline constexpr std::size_t gram_chunk = 128;

/// `rows` vectors of `length`, in panels; rows that fill up the last panel are zero.
template <typename T>
class Panels {
 public:
  static constexpr std::size_t width = kernels::panel_width<T>;

  Panels(std::size_t rows, std::size_t length)
      : rows_(rows), length_(length), data_(count() * width * length) {}

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t length() const { return length_; }
  [[nodiscard]] std::size_t count() const { return (rows_ + width - 1) / width; }
  [[nodiscard]] T* panel(std::size_t p) { return data_.data() + p * width * length_; }
  [[nodiscard]] const T* panel(std::size_t p) const { return data_.data() + p * width * length_; }

 private:
  std::size_t rows_, length_;
  AlignedBuffer<T> data_;
};

struct RowRange {
  std::size_t begin, end;
  [[nodiscard]] std::size_t size() const { return end - begin; }
};

/// The products of a block: rows of the strip times rows of the block, row by row; where the block is the
/// strip itself, only those of different rows, each once. `values` has values_padding more places.
template <typename T>
struct BlockProducts {
  std::size_t block;  // its place in the list of blocks
  T* values;
  std::size_t count;
};

/// Hands over every one of `blocks`, in order. They lie in ascending order, none before the strip. `chunk`:
/// the terms per chain.
template <typename T>
void multiply_strip(const Panels<T>& panels, RowRange strip, std::span<const RowRange> blocks,
                    std::size_t chunk, const std::function<void(const BlockProducts<T>&)>& take);

}  // namespace leverkin
