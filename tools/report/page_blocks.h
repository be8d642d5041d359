// tools/report/page_blocks.h: how do many numbers fit into a page?
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "commands/json_text.h"

namespace leverkin::tools {

/// A row-major matrix to be packed. NaN stands for "nothing there".
struct Matrix {
  std::span<const double> values;
  std::int64_t columns = 0;
};

/// The data of a page as HTML: each block is a script element that no browser runs, holding base64 of a
/// deflated (zlib) text or matrix. The page unpacks a block when it needs it.
class PageBlocks {
 public:
  /// The block's id.
  std::string add(std::string_view bytes);

  /// Numbers as whole multiples of `step` around the middle of their range (coarser where 16 bits would not
  /// reach), each row as differences from one value to the next, zigzag-coded; first the low byte of all of
  /// them, then the high byte. Returns {block, rows, columns, step, zero}: value = zero + step * integer.
  Json add(const Matrix& matrix, double step);

  [[nodiscard]] const std::string& html() const { return html_; }

 private:
  std::string html_;
  int count_ = 0;
};

}  // namespace leverkin::tools
