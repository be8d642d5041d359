#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <fstream>
#include <set>

#include "leverkin/error.h"
#include "leverkin/pipeline.h"

namespace leverkin {
namespace {

namespace fs = std::filesystem;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::vector<SessionSource> search_folder(const fs::path& folder) {
  std::vector<SessionSource> found;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && has_session_suffix(entry.path()) && !is_results_file(entry.path()))
      found.push_back({entry.path(), "", 0, ""});
  std::ranges::sort(found, {}, &SessionSource::path);
  return found;
}

// Fields of one line of a CSV file; a quoted field may hold commas and doubled quotes (RFC 4180).
std::vector<std::string> csv_fields(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::int64_t session_number(const fs::path& manifest, std::int64_t line, const std::string& text) {
  if (text.empty()) return 0;
  std::int64_t number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc() || end != text.data() + text.size() || number < 1)
    throw BadArgument(
        fmt::format("{}: line {}, column session: found '{}'; expected a whole number from 1 on",
                    manifest.string(), line, text));
  return number;
}

enum Column : std::size_t { column_path, column_subject, column_session, column_group, column_phase };
constexpr std::array<std::string_view, 5> column_names{"path", "subject", "session", "group", "phase"};

// Where each known column stands in the heading; -1: absent.
std::array<std::ptrdiff_t, 5> read_heading(const fs::path& manifest, std::string heading) {
  if (heading.starts_with("\xEF\xBB\xBF")) heading.erase(0, 3);  // the mark that Excel writes
  std::array<std::ptrdiff_t, 5> at{-1, -1, -1, -1, -1};
  const auto names = csv_fields(heading);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto known = std::ranges::find(column_names, trimmed(lower(names[i])));
    if (known != column_names.end())
      at[static_cast<std::size_t>(known - column_names.begin())] = static_cast<std::ptrdiff_t>(i);
  }
  if (at[column_path] < 0)
    throw BadArgument(
        fmt::format("{}: line 1: found '{}'; expected a heading with the column path (and, if wanted, "
                    "subject, session, group, phase)",
                    manifest.string(), heading));
  return at;
}

std::vector<SessionSource> read_manifest(const fs::path& manifest) {
  std::ifstream file(manifest);
  std::string line;
  if (!file || !std::getline(file, line))
    throw BadArgument(manifest.string() + ": cannot be read, or is empty");
  const auto columns = read_heading(manifest, line);
  std::vector<SessionSource> sources;
  for (std::int64_t number = 2; std::getline(file, line); ++number) {
    if (trimmed(line).empty() || trimmed(line) == "\r") continue;
    const auto fields = csv_fields(line);
    const auto field = [&](Column column) {
      const auto at = columns[column];
      return at < 0 || at >= static_cast<std::ptrdiff_t>(fields.size())
                 ? ""
                 : trimmed(fields[static_cast<std::size_t>(at)]);
    };
    const fs::path path = manifest.parent_path() / field(column_path);
    if (!fs::exists(path))
      throw BadArgument(
          fmt::format("{}: line {}: there is no file '{}'", manifest.string(), number, path.string()));
    sources.push_back({path, field(column_subject), session_number(manifest, number, field(column_session)),
                       field(column_group), field(column_phase)});
  }
  return sources;
}

std::vector<SessionSource> sessions_at(const fs::path& path) {
  if (fs::is_directory(path)) return search_folder(path);
  if (!fs::exists(path)) throw BadArgument(path.string() + ": there is no such file or folder");
  if (lower(path.extension().string()) == ".csv") return read_manifest(path);
  return {{path, "", 0, ""}};
}

}  // namespace

std::vector<SessionSource> find_sessions(const std::vector<fs::path>& paths) {
  std::vector<SessionSource> sources;
  std::set<fs::path> seen;
  for (const fs::path& path : paths)
    for (SessionSource& source : sessions_at(path))
      if (seen.insert(fs::weakly_canonical(source.path)).second) sources.push_back(std::move(source));
  return sources;
}

}  // namespace leverkin
