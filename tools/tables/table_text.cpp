#include "tables/table_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace leverkin::tools {
namespace {

std::string cell(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }
std::string cell(std::int64_t value) { return std::to_string(value); }
std::string cell(std::uint8_t value) { return std::to_string(value); }
std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char letter : text) quoted += letter == '"' ? "\"\"" : std::string(1, letter);
  return quoted + "\"";
}

std::string names_of(const TableColumn& column) {
  if (column.width == 1) return column.field.name;
  std::string names;
  for (std::size_t i = 0; i < column.width; ++i)
    names += fmt::format("{}{}_{}", i == 0 ? "" : ",", column.field.name, i);
  return names;
}

template <class Value>
constexpr const char* type_of() {
  if constexpr (std::is_same_v<Value, double>) return "<f8";
  if constexpr (std::is_same_v<Value, std::int64_t>) return "<i8";
  if constexpr (std::is_same_v<Value, std::uint8_t>) return "|u1";
}

// Magic, version, and a dictionary that ends where 64 divides the place.
std::string header_of(const std::string& type, std::size_t rows, std::size_t width) {
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({},{}), }}", type, rows,
                                 width == 1 ? "" : fmt::format(" {}", width));
  constexpr std::size_t before = 10;
  text.append((64 - (before + text.size() + 1) % 64) % 64, ' ');
  text += '\n';
  const auto length = static_cast<std::uint16_t>(text.size());
  std::string head = "\x93NUMPY";
  head += {'\1', '\0', static_cast<char>(length & 0xff), static_cast<char>(length >> 8)};
  return head + text;
}

// Code points; what is no UTF-8 becomes U+FFFD.
std::u32string code_points(const std::string& text) {
  std::u32string points;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const int more = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : -1;
    std::uint32_t point = first & (more <= 0 ? 0x7f : 0x3f >> more);
    bool whole = more >= 0 && i + static_cast<std::size_t>(more) < text.size();
    for (int k = 1; whole && k <= more; ++k) {
      const auto next = static_cast<unsigned char>(text[i + static_cast<std::size_t>(k)]);
      whole = (next & 0xc0) == 0x80;
      point = point << 6 | (next & 0x3f);
    }
    points += whole ? static_cast<char32_t>(point) : U'\ufffd';
    i += whole ? static_cast<std::size_t>(more) + 1 : 1;
  }
  return points;
}

std::string npy_of_texts(const std::vector<std::string>& texts) {
  std::vector<std::u32string> rows;
  std::size_t longest = 1;
  for (const std::string& text : texts) {
    rows.push_back(code_points(text));
    longest = std::max(longest, rows.back().size());
  }
  std::string bytes = header_of(fmt::format("<U{}", longest), texts.size(), 1);
  for (std::u32string& row : rows) {
    row.resize(longest, U'\0');
    bytes.append(reinterpret_cast<const char*>(row.data()), row.size() * sizeof(char32_t));
  }
  return bytes;
}

template <class Value>
std::string npy_of_numbers(const std::vector<Value>& values, std::size_t width) {
  static_assert(std::endian::native == std::endian::little);
  std::string bytes = header_of(type_of<Value>(), values.size() / width, width);
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value));
  return bytes;
}

}  // namespace

std::string csv_of(const ResultTable& table) {
  std::string text;
  for (const TableColumn& column : table.columns)
    text += fmt::format("{}{}", text.empty() ? "" : ",", names_of(column));
  text += '\n';
  const std::size_t rows = table.rows();
  for (std::size_t row = 0; row < rows; ++row) {
    bool first = true;
    for (const TableColumn& column : table.columns)
      std::visit(
          [&](const auto& values) {
            for (std::size_t i = 0; i < column.width; ++i) {
              if (!first) text += ',';
              text += cell(values[row * column.width + i]);
              first = false;
            }
          },
          column.values);
    text += '\n';
  }
  return text;
}

std::string npy_of(const TableColumn& column) {
  return std::visit(
      [&]<class Value>(const std::vector<Value>& values) {
        if constexpr (std::is_same_v<Value, std::string>)
          return npy_of_texts(values);
        else
          return npy_of_numbers(values, column.width);
      },
      column.values);
}

std::string npy_of(const std::vector<double>& values, std::size_t width) {
  return npy_of_numbers(values, width);
}

}  // namespace leverkin::tools
