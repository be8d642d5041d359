#include "pipeline/manifest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include "leverkin/error.h"
#include "leverkin/nearest.h"
#include "support/lower_case.h"

namespace leverkin {
namespace {

namespace fs = std::filesystem;

enum ManifestColumn : std::size_t { column_path, column_subject, column_session, column_group, column_phase };
const std::vector<std::string> column_names{"path", "subject", "session", "group", "phase"};

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

struct Row {
  std::int64_t line = 0;  // where it begins
  std::vector<std::string> fields;
};

// RFC 4180, with any line end, and any of comma, semicolon and tab between fields: what the heading has.
class CsvReader {
 public:
  CsvReader(std::string_view text, std::string name) : rest_(text), name_(std::move(name)) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);  // the mark that Excel writes
    if (rest_.starts_with("\xFF\xFE") || rest_.starts_with("\xFE\xFF") ||
        rest_.find('\0') != std::string_view::npos)
      refuse(1, "text in UTF-16, or no text", "a CSV file in UTF-8");
    const std::string_view heading = rest_.substr(0, rest_.find_first_of("\r\n"));
    for (const char candidate : {',', ';', '\t'})
      if (heading.find(candidate) != std::string_view::npos) {
        separator_ = candidate;
        break;
      }
  }

  // The next line that is not blank; false at the end.
  bool next(Row& row) {
    while (!rest_.empty()) {
      row = {line_, {}};
      do row.fields.push_back(field());
      while (take(separator_));
      end_line();
      if (row.fields.size() > 1 || !row.fields.front().empty()) return true;
    }
    return false;
  }

  [[nodiscard]] const std::string& name() const { return name_; }

  [[noreturn]] void refuse(std::int64_t line, const std::string& found, const std::string& expected) const {
    throw BadArgument(fmt::format("{}: line {}: found {}; expected {} (docs/troubleshooting.md#manifests)",
                                  name_, line, found, expected));
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void end_line() {
    const bool carriage = take('\r');
    if (take('\n') || carriage) ++line_;
  }

  std::string field() {
    const auto blank = std::min(rest_.find_first_not_of(' '), rest_.size());
    if (rest_.substr(blank).starts_with('"')) {
      rest_.remove_prefix(blank + 1);
      return quoted();
    }
    const auto end = std::min(rest_.find_first_of(std::string{separator_, '\r', '\n'}), rest_.size());
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return trimmed(text);
  }

  std::string quoted() {
    const std::int64_t begin = line_;
    std::string text;
    while (true) {
      if (rest_.empty()) refuse(begin, "a quote that is not closed", "another quote at the end of the field");
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '\n') ++line_;
      if (c == '"' && !take('"')) break;
      text += c;
    }
    while (take(' ')) {
    }
    if (!rest_.empty() && rest_.front() != separator_ && rest_.front() != '\r' && rest_.front() != '\n')
      refuse(begin, fmt::format("'{}' behind a quoted field", rest_.front()),
             "the end of the field (a quote within is \"\")");
    return trimmed(text);
  }

  std::string_view rest_;
  std::string name_;
  char separator_ = ',';
  std::int64_t line_ = 1;
};

// Where each known column stands; -1: absent. Others are the person's own, unless they look misspelt.
class Heading {
 public:
  Heading(const CsvReader& csv, const Row& row) : csv_(csv), names_(row.fields) {
    at_.fill(-1);
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (!names_[i].empty()) add(row.line, i);
    if (at_[column_path] < 0)
      csv.refuse(row.line, fmt::format("the columns {}", fmt::join(names_, ", ")),
                 fmt::format("path and, if wanted, {}",
                             fmt::join(column_names.begin() + 1, column_names.end(), ", ")));
  }

  [[nodiscard]] std::string field(const Row& row, ManifestColumn column) const {
    const auto at = static_cast<std::size_t>(at_[column]);
    return at_[column] < 0 || at >= row.fields.size() ? "" : row.fields[at];
  }

  // Columns without a name may stay empty (Excel leaves some).
  void check(const Row& row) const {
    for (std::size_t i = 0; i < row.fields.size(); ++i)
      if (!row.fields[i].empty() && (i >= names_.size() || names_[i].empty()))
        csv_.refuse(row.line,
                    fmt::format("'{}' in field {}, which has no name in the heading", row.fields[i], i + 1),
                    "fields of named columns (quotes around one that holds a separator)");
  }

  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  void add(std::int64_t line, std::size_t i) {
    const std::string name = lower_case(names_[i]);
    if (name == "imaging") return;  // of leverkin activity
    const auto known = std::ranges::find(column_names, name);
    if (known == column_names.end()) return add_unknown(line, names_[i], name);
    auto& at = at_[static_cast<std::size_t>(known - column_names.begin())];
    if (at >= 0) csv_.refuse(line, fmt::format("the column '{}' twice", name), "each once");
    at = static_cast<std::ptrdiff_t>(i);
  }

  void add_unknown(std::int64_t line, const std::string& written, const std::string& name) {
    const std::string meant = nearest(name, column_names);
    if (alike(name, meant))
      throw BadArgument(fmt::format(
          "{}: line {}: found the column '{}'; is '{}' meant? (docs/troubleshooting.md#manifests)",
          csv_.name(), line, written, meant));
    notes_.push_back(fmt::format("{}: the column '{}' is not used (those that are: {})", csv_.name(), written,
                                 fmt::join(column_names, ", ")));
  }

  const CsvReader& csv_;
  std::vector<std::string> names_;
  std::array<std::ptrdiff_t, 5> at_{};
  std::vector<std::string> notes_;
};

// Empty: 0. Tables of programs say 1.0 for 1 where other rows of the column are empty.
std::int64_t session_number(const CsvReader& csv, std::int64_t line, const std::string& text) {
  if (text.empty()) return 0;
  constexpr double most = 1e9;
  double number = 0.0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole =
      status == std::errc() && end == text.data() + text.size() && std::floor(number) == number;
  if (!whole || !(number >= 1.0 && number <= most))
    csv.refuse(line, fmt::format("'{}' in the column session", text), "whole numbers from 1 on");
  return static_cast<std::int64_t>(number);
}

}  // namespace

std::vector<SessionSource> sources_from_csv(std::string_view text, const std::string& name,
                                            const fs::path& folder, std::vector<std::string>* notes) {
  CsvReader csv(text, name);
  Row row;
  if (!csv.next(row)) csv.refuse(1, "nothing", "a heading with the column path");
  const Heading heading(csv, row);
  if (notes != nullptr) notes->insert(notes->end(), heading.notes().begin(), heading.notes().end());
  std::vector<SessionSource> sources;
  std::map<fs::path, std::int64_t> seen;
  while (csv.next(row)) {
    heading.check(row);
    const std::string path = heading.field(row, column_path);
    if (std::ranges::all_of(row.fields, &std::string::empty)) continue;
    if (path.empty()) csv.refuse(row.line, "no path", "the path of a recording in every line");
    const fs::path place = folder / path;
    std::error_code ignored;  // a path that leads nowhere is the business of whoever opens it
    const fs::path real = fs::weakly_canonical(place, ignored);
    const auto [first, is_new] = seen.try_emplace(real.empty() ? place : real, row.line);
    if (!is_new)
      csv.refuse(row.line, fmt::format("{} a second time", path),
                 fmt::format("each file once (line {} has it)", first->second));
    sources.push_back({place, heading.field(row, column_subject),
                       session_number(csv, row.line, heading.field(row, column_session)),
                       heading.field(row, column_group), heading.field(row, column_phase)});
  }
  return sources;
}

std::vector<SessionSource> read_manifest(const fs::path& manifest, std::vector<std::string>& notes) {
  std::ifstream file(manifest, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) throw BadArgument(manifest.string() + ": cannot be read");
  return sources_from_csv(text, manifest.string(), manifest.parent_path(), &notes);
}

}  // namespace leverkin
