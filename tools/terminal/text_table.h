// tools/terminal/text_table.h: how do numbers stand under each other?
#pragma once

#include <string>
#include <vector>

#include "terminal/terminal.h"

namespace leverkin::tools {

enum class Align { left, right };

struct TextColumn {
  std::string heading;
  std::string second;  ///< second line of the heading: the rest of the name, or the unit
  Align align = Align::right;
};

/// Aligned columns, two spaces between them, the heading in bold.
class TextTable {
 public:
  explicit TextTable(std::vector<TextColumn> columns) : columns_(std::move(columns)) {}

  /// One cell per column.
  void add_row(std::vector<std::string> cells);

  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::string text(const Stream& stream) const;

 private:
  std::vector<TextColumn> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace leverkin::tools
