#include "terminal/text_table.h"

#include <algorithm>

namespace leverkin::tools {
namespace {

std::string line(const std::vector<TextColumn>& columns, const std::vector<std::size_t>& widths,
                 const std::vector<std::string>& cells) {
  std::string text;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string padding(widths[i] - display_width(cells[i]), ' ');
    if (i > 0) text += "  ";
    text += columns[i].align == Align::left ? cells[i] + padding : padding + cells[i];
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace

void TextTable::add_row(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::string TextTable::text(const Stream& stream) const {
  std::vector<std::string> first, second;
  std::vector<std::size_t> widths;
  for (const TextColumn& column : columns_) {
    first.push_back(column.heading);
    second.push_back(column.second);
    widths.push_back(std::max(display_width(column.heading), display_width(column.second)));
  }
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string text = styled(stream, Style::bold, line(columns_, widths, first)) + "\n";
  const std::string below = line(columns_, widths, second);
  if (!below.empty()) text += styled(stream, Style::bold, below) + "\n";
  for (const auto& row : rows_) text += line(columns_, widths, row) + "\n";
  return text;
}

}  // namespace leverkin::tools
