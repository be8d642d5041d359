#include "io/formats/text_columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "leverkin/error.h"
#include "support/no_number.h"

namespace leverkin {
namespace {

constexpr std::int64_t longest_line = 1 << 14;  // bytes

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view around = " \t\r\"";
  const auto first = text.find_first_not_of(around);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(around) - first + 1);
}

bool is_nothing(std::string_view text) {
  return text.empty() || text == "NaN" || text == "nan" || text == "NA" || text == "NAN";
}

bool find_number(std::string_view text, char separator, double& number) {
  std::string decimal;
  if (separator == ';' && text.find(',') != std::string_view::npos) {
    decimal = text;
    std::ranges::replace(decimal, ',', '.');
    text = decimal;
  }
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

char separator_of(std::string_view line) {
  for (const char one : {'\t', ';', ','})
    if (line.find(one) != std::string_view::npos) return one;
  return ' ';
}

}  // namespace

bool looks_like_text(std::string_view head) {
  if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
  return !head.empty() &&
         std::ranges::all_of(head,
                             [](char c) {
                               return (c >= ' ' && c <= '~') || (c >= '\t' && c <= '\r') ||
                                      static_cast<unsigned char>(c) >= 0x80;
                             }) &&
         std::ranges::count_if(head, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }) * 4 <
             std::ssize(head);
}

TextColumns::TextColumns(const std::string& path) : bytes_(open_bytes(path)) {
  std::vector<char> block(std::size_t{1} << 18);
  std::string first_line;
  std::int64_t line_begin = 0;
  bool any = false, knows = false;
  const auto end_line = [&](std::int64_t next) {
    if (!knows) {
      find_names(first_line);
      knows = true;
      if (has_names_) {
        line_begin = next;
        any = false;
        return;
      }
    }
    if (any && rows_++ % rows_between_marks == 0) marks_.push_back(line_begin);
    line_begin = next;
    any = false;
  };
  for (std::int64_t at = 0; at < bytes_->size(); at += std::ssize(block)) {
    const auto some = static_cast<std::size_t>(std::min(std::ssize(block), bytes_->size() - at));
    bytes_->read(at, std::as_writable_bytes(std::span(block).first(some)));
    for (std::size_t i = 0; i < some; ++i) {
      if (!knows && block[i] != '\n' && first_line.size() < static_cast<std::size_t>(longest_line))
        first_line += block[i];
      if (block[i] == '\n')
        end_line(at + static_cast<std::int64_t>(i) + 1);
      else
        any = any || block[i] != '\r';
      if (at + static_cast<std::int64_t>(i) - line_begin > longest_line)
        throw BadSession(
            {path, "", fmt::format("row {}", rows_), "a line of more than 16 kB", "lines of numbers"});
    }
  }
  if (any || !knows) end_line(bytes_->size());
  marks_.push_back(bytes_->size());
}

void TextColumns::find_names(std::string_view line) {
  if (line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  separator_ = separator_of(line);
  const auto fields = fields_of(line);
  has_names_ = std::ranges::any_of(fields, [&](std::string_view field) {
    double number = 0.0;
    return !is_nothing(field) && !find_number(field, separator_, number);
  });
  for (std::size_t i = 0; i < fields.size(); ++i)
    names_.push_back(has_names_ ? std::string(fields[i]) : fmt::format("{}", i));
}

std::vector<std::string_view> TextColumns::fields_of(std::string_view line) const {
  std::vector<std::string_view> fields;
  if (separator_ == ' ') {
    for (line = trimmed(line); !line.empty();) {
      const auto end = std::min(line.find_first_of(" \t"), line.size());
      fields.push_back(line.substr(0, end));
      line = trimmed(line.substr(end));
    }
    return fields;
  }
  while (true) {
    const auto end = std::min(line.find(separator_), line.size());
    fields.push_back(trimmed(line.substr(0, end)));
    if (end == line.size()) return fields;
    line.remove_prefix(end + 1);
  }
}

std::size_t TextColumns::place_of(const std::string& name, std::int64_t column) const {
  if (name.empty() && column < 0 && names_.size() == 1) return 0;
  const auto at = name.empty() ? names_.end() : std::ranges::find(names_, name);
  const auto place =
      name.empty() ? static_cast<std::size_t>(column) : static_cast<std::size_t>(at - names_.begin());
  if (place < names_.size()) return place;
  throw BadSession(
      {path(), "", "", fmt::format("the columns {}", fmt::join(names_, ", ")),
       name.empty() ? fmt::format("a column {}, counted from 0", column) : "a column named " + name});
}

double TextColumns::number_in(std::string_view line, std::size_t column, std::int64_t row) const {
  std::string_view field;
  if (separator_ == ' ') {
    const auto fields = fields_of(line);
    if (column < fields.size()) field = fields[column];
  } else {
    for (std::size_t i = 0; i < column; ++i) {
      const auto end = line.find(separator_);
      line = end == std::string_view::npos ? std::string_view() : line.substr(end + 1);
    }
    field = trimmed(line.substr(0, std::min(line.find(separator_), line.size())));
  }
  double number = no_number;
  if (is_nothing(field) || find_number(field, separator_, number)) return number;
  throw BadSession({path(), names_[column], fmt::format("row {}", row),
                    fmt::format("\"{}\"", field.substr(0, 40)), "a number, or nothing"});
}

void TextColumns::read(std::size_t column, std::int64_t first, std::span<double> numbers) const {
  if (numbers.empty()) return;
  const std::int64_t last = first + std::ssize(numbers);
  std::string text;
  for (std::int64_t mark = first / rows_between_marks; mark * rows_between_marks < last; ++mark) {
    const auto at = static_cast<std::size_t>(mark);
    text.resize(static_cast<std::size_t>(marks_[at + 1] - marks_[at]));
    bytes_->read(marks_[at], std::as_writable_bytes(std::span(text)));
    std::int64_t row = mark * rows_between_marks;
    for (std::size_t begin = 0; begin < text.size() && row < last;) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      const std::string_view line = std::string_view(text).substr(begin, end - begin);
      begin = end + 1;
      if (line.find_first_not_of('\r') == std::string_view::npos) continue;
      if (row >= first) numbers[static_cast<std::size_t>(row - first)] = number_in(line, column, row);
      ++row;
    }
  }
}

}  // namespace leverkin
