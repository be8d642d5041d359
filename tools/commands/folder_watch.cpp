#include "commands/folder_watch.h"

#include <system_error>

#include "commands/input_file.h"

namespace leverkin::tools {

namespace fs = std::filesystem;

void FolderWatch::note(const fs::directory_entry& entry, Clock::time_point now) {
  std::error_code error;  // a file may vanish between its listing and this
  if (!names_a_session(entry.path(), options_) || !entry.is_regular_file(error)) return;
  const std::uintmax_t bytes = fs::file_size(entry.path(), error);
  if (error) return;
  const fs::file_time_type changed = fs::last_write_time(entry.path(), error);
  if (error) return;
  const auto [place, is_new] = seen_.try_emplace(entry.path(), Seen{bytes, changed, now});
  Seen& seen = place->second;
  if (!is_new && (seen.bytes != bytes || seen.changed != changed)) seen = {bytes, changed, now};
  seen.present = true;
}

void FolderWatch::look(Clock::time_point now) {
  for (auto& [path, seen] : seen_) seen.present = false;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator entry(folder_, options), end; entry != end; ++entry) {
    const bool hidden = entry->path().filename().string().starts_with(".");
    if (hidden) entry.disable_recursion_pending();
    if (!hidden) note(*entry, now);
  }
  std::erase_if(seen_, [](const auto& one) { return !one.second.present; });
}

void FolderWatch::skip_present(Clock::time_point now) {
  look(now);
  for (auto& [path, seen] : seen_) seen.told = true;
}

std::vector<fs::path> FolderWatch::settled(Clock::time_point now) {
  look(now);
  std::vector<fs::path> paths;
  for (auto& [path, seen] : seen_) {
    if (seen.told || now - seen.since < settle_) continue;
    seen.told = true;
    paths.push_back(path);
  }
  return paths;
}

}  // namespace leverkin::tools
