#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "io/results_file.h"
#include "leverkin/error.h"
#include "leverkin/pipeline.h"
#include "pipeline/manifest.h"
#include "support/folder_entries.h"
#include "support/lower_case.h"
#include "support/system_file.h"

namespace leverkin {
namespace {

namespace fs = std::filesystem;

bool has_suffix(const fs::path& path, std::initializer_list<std::string_view> suffixes) {
  const std::string suffix = lower_case(path.extension().string());
  return std::ranges::find(suffixes, suffix) != suffixes.end();
}

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with("."); }

// All recordings of a folder, in order, and a line for everything beside them that may have been meant.
class FolderSearch {
 public:
  FolderSearch(const SessionOptions& options, std::vector<SessionSource>& found,
               std::vector<std::string>& notes)
      : options_(options), found_(found), notes_(notes) {}

  void search(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> paths = folder_entries(folder, error);
    if (error && paths.empty()) return note(folder, "cannot be entered: " + error.message());
    if (error) note(folder, "cannot be read to the end: " + error.message());
    std::ranges::sort(paths);
    for (const fs::path& path : paths) look_at(path);
  }

 private:
  void look_at(const fs::path& path) {
    std::error_code error;
    const fs::file_status link = fs::symlink_status(path, error);
    const fs::file_status status = fs::status(path, error);
    if (fs::is_directory(status)) return look_into(path, fs::is_symlink(link));
    if (!names_a_session(path, options_)) return;
    if (is_hidden(path)) return note(path, "hidden");
    if (status.type() == fs::file_type::not_found) return note(path, "a link that leads nowhere");
    if (error) return note(path, "cannot be looked at: " + error.message());
    if (!fs::is_regular_file(status)) return note(path, "no file (a pipe, a device or a socket)");
    if (results_file::schema_of(path).starts_with("leverkin-")) return note(path, "a results file");
    found_.push_back({path, "", 0, ""});
  }

  void look_into(const fs::path& path, bool is_link) {
    if (is_hidden(path)) return note(path, "hidden");
    if (is_link) return note(path, "a link to a folder");
    search(path);
  }

  void note(const fs::path& path, const std::string& why) {
    notes_.push_back(system_file::stored_name(path) + ": skipped: " + why);
  }

  const SessionOptions& options_;
  std::vector<SessionSource>& found_;
  std::vector<std::string>& notes_;
};

// Sources by the file they mean, in the order in which they were found. What a manifest says goes before a
// mere path.
class Sources {
 public:
  void add(SessionSource source) {
    source.path = system_file::stored_name(source.path);
    std::error_code error;
    const fs::path real = fs::weakly_canonical(source.path, error);
    const auto [place, is_new] = place_.try_emplace(error ? source.path : real, list_.size());
    if (is_new) {
      list_.push_back(std::move(source));
      return;
    }
    SessionSource& known = list_[place->second];
    if (!says_something(source) || says_the_same(source, known)) return;
    if (says_something(known))
      throw BadArgument(fmt::format(
          "{}: named in two manifests that say different things of it; expected one", source.path.string()));
    known = std::move(source);
  }

  [[nodiscard]] std::vector<SessionSource> list() && { return std::move(list_); }

 private:
  static bool says_something(const SessionSource& one) {
    return !one.subject.empty() || one.session > 0 || !one.group.empty() || !one.phase.empty();
  }
  static bool says_the_same(const SessionSource& a, const SessionSource& b) {
    return a.subject == b.subject && a.session == b.session && a.group == b.group && a.phase == b.phase;
  }

  std::vector<SessionSource> list_;
  std::map<fs::path, std::size_t> place_;
};

std::vector<SessionSource> sessions_at(const fs::path& path, const SessionOptions& options,
                                       std::vector<std::string>& notes) {
  std::vector<SessionSource> found;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  const bool mapped = !options.mapping.empty();
  if (fs::is_directory(status))
    FolderSearch(options, found, notes).search(path);
  else if (!fs::exists(status))
    throw BadArgument(path.string() + (status.type() == fs::file_type::not_found
                                           ? ": there is no such file or folder"
                                           : ": cannot be looked at: " + error.message()));
  else if (has_suffix(path, {".csv", ".tsv"}) && !(mapped && names_a_session(path, options)))
    found = read_manifest(path, notes);
  else
    found.push_back({path, "", 0, ""});
  return found;
}

}  // namespace

std::vector<SessionSource> find_sessions(const std::vector<fs::path>& paths, std::vector<std::string>* notes,
                                         const SessionOptions& options) {
  std::vector<std::string> skipped;
  Sources sources;
  for (const fs::path& path : paths)
    for (SessionSource& source : sessions_at(path, options, skipped)) sources.add(std::move(source));
  if (notes != nullptr) notes->insert(notes->end(), skipped.begin(), skipped.end());
  return std::move(sources).list();
}

}  // namespace leverkin
