// tools/commands/folder_watch.h: which files in a folder are new, and no longer being written?
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <vector>

#include "leverkin/session.h"

namespace leverkin::tools {

/// Looks at names, sizes and times only, again and again: works on network drives, where changes are not
/// told. Folders below are looked at, too.
class FolderWatch {
 public:
  using Clock = std::chrono::steady_clock;

  /// A file is settled when neither its size nor its time of change has changed for so long.
  FolderWatch(std::filesystem::path folder, Clock::duration settle, SessionOptions options = {})
      : folder_(std::move(folder)), settle_(settle), options_(std::move(options)) {}

  /// The files that are there now are not told, unless they change.
  void skip_present(Clock::time_point now);

  /// Files that are new or changed and have settled, by name; each once until it changes again. Throws
  /// filesystem_error where the folder cannot be listed.
  [[nodiscard]] std::vector<std::filesystem::path> settled(Clock::time_point now);

  /// Files with the name of a session.
  [[nodiscard]] std::size_t size() const { return seen_.size(); }

 private:
  struct Seen {
    std::uintmax_t bytes = 0;
    std::filesystem::file_time_type changed;
    Clock::time_point since;  ///< it looks like this
    bool told = false;
    bool present = true;
  };

  void look(Clock::time_point now);
  void note(const std::filesystem::directory_entry& entry, Clock::time_point now);

  std::filesystem::path folder_;
  Clock::duration settle_;
  SessionOptions options_;
  std::map<std::filesystem::path, Seen> seen_;
};

}  // namespace leverkin::tools
