// engine/io/checkpoint.h: what was done before an analysis was interrupted?
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "leverkin/pipeline.h"

namespace leverkin {

/// Finished sessions in the folder `<results>.partial`, one file each: every field of their results, and a
/// checksum. A checkpoint counts only for the same recording (path, size and time of change of all its files,
/// identity) and the same configuration; anything else is as if it were not there. Different threads,
/// processes and machines may use it at the same time.
class Checkpoints {
 public:
  struct Found {
    std::optional<SessionResult> result;
    std::string warning;  ///< where there is a damaged one; empty: none
  };

  /// Without `enabled`, nothing is read and nothing written. `configuration`: all that results depend on
  /// beside the recording, the program included.
  Checkpoints(const std::filesystem::path& results, const std::string& configuration, bool enabled);

  /// What a checkpoint has to say of itself to count. To be asked for before the recording is read: of one
  /// that changes meanwhile, nothing counts.
  [[nodiscard]] std::string key_of(const PlannedSession& planned) const;
  [[nodiscard]] Found load(const PlannedSession& planned, const std::string& key) const;
  /// Throws IoError.
  void save(const PlannedSession& planned, const std::string& key, const SessionResult& result) const;
  void remove_leftovers() const;  ///< of processes that died while they wrote a checkpoint
  void remove() const;

 private:
  [[nodiscard]] std::filesystem::path file_of(const PlannedSession& planned) const;

  std::filesystem::path folder_;
  std::string configuration_;  // as its checksum
  bool enabled_;
};

}  // namespace leverkin
